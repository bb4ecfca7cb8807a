// attention(q, k, v, bias?, mask?) and attention_grad(q, k, v, bias?, mask?, y, stats, dy): see
// AttentionArgs. q (batch, length, heads, size), k and v (batch, keys, heads of keys, size); bias
// and mask have four dimensions that broadcast to (batch, heads, length, keys). The results are y
// and stats, dq, dk, dv; with `bias_grad` also the bias's gradient, for which the plain definition
// runs.
#include "../core/counts.h"
#include "../kernels/args_attention.h"
#include "halves.h"

namespace ph {
namespace {

struct Inputs {  // positions; 0: absent
  size_t bias = 0, mask = 0, y = 0, stats = 0, dy = 0, count = 3;
  Inputs(const Call& c, bool grad) {
    if (c.flag("has_bias")) bias = count++;
    if (c.flag("has_mask")) mask = count++;
    if (!grad) return;
    y = count, stats = count + 1, dy = count + 2;
    count += 3;
  }
};

struct Sizes {
  int64_t batch, length, heads, size, keys, kv_heads, value_size;
  explicit Sizes(Specs in)
      : batch(in[0].shape[0]),
        length(in[0].shape[1]),
        heads(in[0].shape[2]),
        size(in[0].shape[3]),
        keys(in[1].shape[1]),
        kv_heads(in[1].shape[2]),
        value_size(in[2].shape[3]) {}
  Shape result() const { return {batch, length, heads, value_size}; }
};

DType result_type(const Call& c, const Inputs& at) {
  DType d = promote(promote(c.specs[0].dtype, c.specs[1].dtype), c.specs[2].dtype);
  return at.dy ? promote(d, c.specs[at.dy].dtype) : d;
}

void check_shape(const Call& c, const char* what, const Shape& have, const Shape& want) {
  bool ok = have.rank() == want.rank();
  for (int d = 0; ok && d < have.rank(); ++d) ok = same_size(have[d], want[d]);
  if (!ok) throw ValueError(cat(c.name(), ": ", what, " has shape ", have, "; expected ", want));
}

Sizes check(const Call& c, const Inputs& at) {
  need_inputs(c, at.count);
  for (size_t i = 0; i < 3; ++i) {
    need_rank(c, c.specs[i], 4, "(batch, length, heads, size)");
    need_float(c, c.specs[i]);
  }
  const Sizes s(c.specs);
  check_shape(c, "the key", c.specs[1].shape, {s.batch, s.keys, s.kv_heads, s.size});
  check_shape(c, "the value", c.specs[2].shape, {s.batch, s.keys, s.kv_heads, s.value_size});
  if (s.heads >= 0 && s.kv_heads >= 0 &&
      (s.kv_heads == 0 ? s.heads != 0 : s.heads % s.kv_heads != 0))
    throw ValueError(cat(c.name(), ": ", s.heads, " heads of queries cannot share ", s.kv_heads,
                         " heads of keys; the first must be a multiple of the second"));
  const Shape scores{s.batch, s.heads, s.length, s.keys};
  for (size_t i : {at.bias, at.mask}) {
    if (!i) continue;
    const Shape& o = c.specs[i].shape;
    bool ok = o.rank() == 4;
    for (int d = 0; ok && d < 4; ++d) ok = o[d] == 1 || same_size(o[d], scores[d]);
    if (!ok)
      throw ValueError(cat(c.name(), ": the ", i == at.mask ? "mask" : "bias", " has shape ", o,
                           "; expected four dimensions that broadcast to ", scores));
    if (i == at.mask && c.specs[i].dtype != DType::b8)
      throw TypeError(
          cat(c.name(), ": the mask must be bool; received ", dtype_name(c.specs[i].dtype)));
    if (i == at.bias) need_float(c, c.specs[i]);
  }
  if (at.dy) check_shape(c, "the result's gradient", c.specs[at.dy].shape, s.result());
  return s;
}

// ---- the kernel
ScoreOperand operand(const Operand& o) {
  ScoreOperand r{o.data, 0, 0, 0, 0};
  const Shape& s = o.spec.shape;
  int64_t* const to[] = {&r.batch, &r.head, &r.query, &r.key};
  int64_t step = 1;
  for (int d = 3; d >= 0; --d) {
    *to[d] = s[d] == 1 ? 0 : step;
    step *= s[d];
  }
  return r;
}

// All operands are of one type; the statistics are float32, and the bias may be.
bool fill_args(BindContext& ctx, const Inputs& at, AttentionArgs* a) {
  const DType d = ctx.in[0].spec.dtype;
  if (d == DType::f64 || !native_here(ctx, d)) return false;
  for (size_t i = 0; i < ctx.in.size(); ++i) {
    const DType have = ctx.in[i].spec.dtype;
    if (at.mask && i == at.mask) continue;
    const bool wide = have == DType::f32;
    if (at.stats && i == at.stats ? !wide : have != d && !(wide && at.bias && i == at.bias))
      return false;
  }
  std::vector<Spec> specs;
  for (const Operand& o : ctx.in) specs.push_back(o.spec);
  const Sizes s(specs);
  std::memset(a, 0, sizeof *a);
  a->dtype = d;
  a->batch = s.batch, a->heads = s.heads, a->kv_heads = s.kv_heads, a->length = s.length;
  a->keys = s.keys, a->size = s.size, a->value_size = s.value_size;
  a->scale = static_cast<float>(ctx.real("scale"));
  a->causal = ctx.flag("causal");
  a->q = ctx.in[0].data, a->k = ctx.in[1].data, a->v = ctx.in[2].data;
  if (at.bias) a->bias = operand(ctx.in[at.bias]), a->bias_dtype = ctx.in[at.bias].spec.dtype;
  if (at.mask) a->mask = operand(ctx.in[at.mask]);
  return true;
}

bool bind_forward(BindContext& ctx) {
  AttentionArgs a;
  if (!ctx.kernels->attention || !fill_args(ctx, Inputs(ctx, false), &a)) return false;
  a.y = ctx.out[0].data, a.stats = static_cast<float*>(ctx.out[1].data);
  a.scratch = ctx.scratch(ctx.kernels->attention_scratch(a, ctx.threads));
  return ctx.push<&Kernels::attention>(a);
}

bool bind_backward(BindContext& ctx) {
  const Inputs at(ctx, true);
  AttentionArgs a;
  if (ctx.flag("bias_grad") || !ctx.kernels->attention_grad || !fill_args(ctx, at, &a))
    return false;
  a.y = ctx.in[at.y].data, a.stats = static_cast<float*>(ctx.in[at.stats].data);
  a.dy = ctx.in[at.dy].data;
  a.backward = true;
  a.dq = ctx.out[0].data, a.dk = ctx.out[1].data, a.dv = ctx.out[2].data;
  a.scratch = ctx.scratch(ctx.kernels->attention_scratch(a, ctx.threads));
  return ctx.push<&Kernels::attention_grad>(a);
}

// ---- the plain definition. Tensors are (batch, heads of keys, heads that share one, length,
// size): those of keys and values have a 1 in the third place and broadcast.
struct Plain {
  Tensor q, k, v, p, seen;  // p: the weights; seen: where the mask is true, or empty
  Tensor scores;
  Sizes s;
  double scale;
  int64_t share;
  DType work;

  Plain(const Call& c, const Inputs& at)
      : s(c.specs),
        scale(c.real("scale")),
        share(s.kv_heads ? s.heads / s.kv_heads : 1),
        work(working_float(result_type(c, at))) {
    q = queries(cast(c.inputs[0], work));
    k = shared(cast(c.inputs[1], work));
    v = shared(cast(c.inputs[2], work));
    const Tensor product = matmul(q, k, false, true);
    scores = mul(product, like(product, scale));
    if (at.bias) scores = add(scores, operand(cast(c.inputs[at.bias], work)));
    if (at.mask) seen = operand(c.inputs[at.mask]);
    if (c.flag("causal")) {
      const Tensor past = causal();
      seen = seen ? logical_and(seen, past) : past;
    }
    if (seen) scores = where(seen, scores, like(scores, static_cast<double>(kMaskedScore)));
    p = ph::softmax(scores);
  }
  Tensor queries(const Tensor& x) const {  // (batch, length, heads, n)
    const Shape& d = x.shape();
    return transpose(reshape(x, {d[0], d[1], s.kv_heads, share, d[3]}), {0, 2, 3, 1, 4});
  }
  Tensor shared(const Tensor& x) const {
    const Shape& d = x.shape();
    return reshape(transpose(x, {0, 2, 1, 3}), {d[0], d[2], 1, d[1], d[3]});
  }
  Tensor from_queries(const Tensor& x) const {
    const int64_t n = x.shape().back();
    return reshape(transpose(x, {0, 3, 1, 2, 4}), {s.batch, s.length, s.heads, n});
  }
  Tensor from_shared(const Tensor& x) const {  // sums over the heads that share
    return transpose(reduce_sum(x, {2}, false), {0, 2, 1, 3});
  }
  Tensor operand(const Tensor& x) const {  // (batch or 1, heads or 1, ...)
    const Shape& d = x.shape();
    if (d[1] == 1) return reshape(x, {d[0], 1, 1, d[2], d[3]});
    return reshape(x, {d[0], s.kv_heads, share, d[2], d[3]});
  }
  Tensor causal() const {
    const OpDef& arange = op_by_name("arange");
    const auto range = [&](int64_t n) {
      return apply1(arange, {}, {int64_t{0}, int64_t{1}, n, DType::i32});
    };
    return greater_equal(reshape(range(s.length), {s.length, 1}), range(s.keys));
  }
  Tensor softmax_slope(const Tensor& dp) const {  // the gradient of the scores from that of p
    const Tensor ds = softmax_grad(p, dp);
    return seen ? where(seen, ds, like(ds, 0)) : ds;
  }
};

Tensors forward_plain(const Call& c) {
  const Inputs at(c, false);
  const Plain f(c, at);
  const Tensor y = f.from_queries(matmul(f.p, f.v));
  const Tensor most = reduce_max(f.scores, {-1}, true);
  const Tensor sum = reduce_sum(exp(sub(f.scores, most)), {-1}, true);
  const Shape each{f.s.batch, f.s.heads, f.s.length, 1};
  const Tensor stats = concat({reshape(most, each), reshape(div(like(sum, 1), sum), each)}, 3);
  return {cast(y, result_type(c, at)), cast(stats, f.work)};
}

// dp = dy v', ds = p (dp - sum(p dp)); dq = scale ds k, dk = scale ds' q, dv = p' dy.
Tensors backward_plain(const Call& c) {
  const Inputs at(c, true);
  const Plain f(c, at);
  const Tensor dy = f.queries(cast(c.inputs[at.dy], f.work));
  const Tensor ds = f.softmax_slope(matmul(dy, f.v, false, true));
  const Tensor scaled = mul(ds, like(ds, f.scale));
  Tensors out{f.from_queries(matmul(scaled, f.k)), f.from_shared(matmul(scaled, f.q, true)),
              f.from_shared(matmul(f.p, dy, true))};
  for (size_t i = 0; i < 3; ++i) out[i] = cast(out[i], c.specs[i].dtype);
  if (c.flag("bias_grad")) {
    const Tensor whole = reshape(ds, {f.s.batch, f.s.heads, f.s.length, f.s.keys});
    out.push_back(cast(sum_to(whole, c.specs[at.bias].shape), c.specs[at.bias].dtype));
  }
  return out;
}

Attrs grad_attrs(const Call& c, bool bias_grad) {
  return {c.real("scale"), c.flag("causal"), c.flag("has_bias"), c.flag("has_mask"), bias_grad};
}

Tensors forward_vjp(const VjpContext& c) {
  const Inputs at(c, false);
  Tensors out(at.count);
  if (!c.grads[0]) return out;
  Tensors in(c.inputs.begin(), c.inputs.end());
  in.insert(in.end(), {c.out(0), c.out(1), c.grad(0)});
  const bool bias_grad = at.bias && c.needs[at.bias];
  const Tensors g = apply(op_by_name("attention_grad"), in, grad_attrs(c, bias_grad));
  for (size_t i = 0; i < 3; ++i) out[i] = g[i];
  if (bias_grad) out[at.bias] = g[3];
  return out;
}

// The gradient of backward_plain. With a = scale (gq k' + q gk') + g_bias, the gradient of ds:
// d(dp) = p (a - sum(p a)); d(p) = dy gv' + a (dp - sum(p dp)) - sum(p a) dp; from d(p) that of the
// scores as ever.
Tensors backward_vjp(const VjpContext& c) {
  const Inputs at(c, true);
  std::vector<Spec> specs;  // which a gradient's rule is not given
  for (const Tensor& t : c.inputs) specs.push_back(t.spec());
  const Plain f(Call{c.op, c.attrs, specs, c.inputs}, at);
  const Tensor dy = f.queries(cast(c.inputs[at.dy], f.work));
  const Tensor dp = matmul(dy, f.v, false, true);
  const auto into = [](Tensor& sum, const Tensor& t) { sum = sum ? add(sum, t) : t; };
  const auto scaled = [&](const Tensor& x) { return mul(x, like(x, f.scale)); };
  Tensor gq, gk, gv, a, d_p;
  if (c.grads[0])
    gq = f.queries(cast(c.grads[0], f.work)), into(a, scaled(matmul(gq, f.k, false, true)));
  if (c.grads[1])
    gk = f.shared(cast(c.grads[1], f.work)), into(a, scaled(matmul(f.q, gk, false, true)));
  if (c.grads[2]) gv = f.shared(cast(c.grads[2], f.work)), into(d_p, matmul(dy, gv, false, true));
  if (c.grads.size() > 3 && c.grads[3]) {
    const Tensor g = cast(c.grads[3], f.work);
    into(a, f.operand(broadcast_to(g, {f.s.batch, f.s.heads, f.s.length, f.s.keys})));
  }
  Tensor d_q, d_k, d_v, d_dy;
  if (gv) into(d_dy, matmul(f.p, gv));
  if (a) {
    if (f.seen) a = where(f.seen, a, like(a, 0));
    const Tensor lean = reduce_sum(mul(f.p, a), {-1}, true);
    const Tensor d_dp = mul(f.p, sub(a, lean));
    into(d_dy, matmul(d_dp, f.v));
    into(d_v, matmul(d_dp, dy, true));
    const Tensor mean = reduce_sum(mul(f.p, dp), {-1}, true);
    into(d_p, sub(mul(a, sub(dp, mean)), mul(lean, dp)));
    const Tensor ds = scaled(f.softmax_slope(dp));
    if (gk) into(d_q, matmul(ds, gk));
    if (gq) into(d_k, matmul(ds, gq, true));
  }
  const Tensor d_scores = f.softmax_slope(d_p);
  const Tensor d_product = scaled(d_scores);
  into(d_q, matmul(d_product, f.k));
  into(d_k, matmul(d_product, f.q, true));
  Tensors out(at.count);
  out[0] = f.from_queries(d_q);
  out[1] = f.from_shared(d_k);
  if (d_v) out[2] = f.from_shared(d_v);
  if (at.bias) out[at.bias] = reshape(d_scores, {f.s.batch, f.s.heads, f.s.length, f.s.keys});
  if (d_dy) out[at.dy] = f.from_queries(d_dy);
  return out;
}

const Register attention_op({
    .name = "attention",
    .attrs = {{"scale", AttrType::real},
              {"causal", AttrType::flag, false},
              {"has_bias", AttrType::flag, false},
              {"has_mask", AttrType::flag, false}},
    .infer = [](const Call& c) -> std::vector<Spec> {
      const Inputs at(c, false);
      const Sizes s = check(c, at);
      const DType d = result_type(c, at);
      return {checked(c, d, s.result()),
              checked(c, working_float(d), {s.batch, s.heads, s.length, 2})};
    },
    .bind = bind_forward,
    .vjp = forward_vjp,
    .compose = forward_plain,
});

const Register attention_grad_op({
    .name = "attention_grad",
    .attrs = {{"scale", AttrType::real},
              {"causal", AttrType::flag, false},
              {"has_bias", AttrType::flag, false},
              {"has_mask", AttrType::flag, false},
              {"bias_grad", AttrType::flag, false}},
    .infer = [](const Call& c) -> std::vector<Spec> {
      const Inputs at(c, true);
      check(c, at);
      std::vector<Spec> out{c.specs[0], c.specs[1], c.specs[2]};
      if (c.flag("bias_grad")) out.push_back(c.specs[at.bias]);
      return out;
    },
    .bind = bind_backward,
    .vjp = backward_vjp,
    .compose = backward_plain,
});

double visible_scores(const AttentionArgs& a) {
  const double all = counting::product({a.batch, a.heads, a.length, a.keys});
  return a.causal && !a.mask.data ? all / 2 : all;
}
void count_attention(const AttentionArgs& a, Counts& c) {
  const double scores = visible_scores(a),
               q = counting::product({a.batch, a.heads, a.length, a.size}),
               y = counting::product({a.batch, a.heads, a.length, a.value_size}),
               k = counting::product({a.batch, a.kv_heads, a.keys, a.size}),
               v = counting::product({a.batch, a.kv_heads, a.keys, a.value_size});
  // forward q . k and p . v; backward these, dy . v, and dq, dk, dv
  const double wide = a.backward ? 3 : 1, deep = a.backward ? 2 : 1;
  c.operations =
      2 * scores * (wide * static_cast<double>(a.size) + deep * static_cast<double>(a.value_size));
  c.transcendentals = scores;
  c.bytes =
      counting::size_of(a.dtype) * (a.backward ? 2 * q + 2 * k + 2 * v + 2 * y : q + k + v + y);
}
const CountRule<&Kernels::attention, count_attention> forward_count;
const CountRule<&Kernels::attention_grad, count_attention> backward_count;

}  // namespace
}  // namespace ph

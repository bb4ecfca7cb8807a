// A recurrent layer as one op: the projection of all steps is one product, the loop over time one
// kernel. rnn(x, kernel, recurrent, h0, c0?, bias?, mask?) gives y, h, c? and what the gradient
// reads: gates, before, cells? (see RnnArgs). rnn_grad gives the gradients of the inputs that
// `wanted` names, a bit each: dz by the kernel, the rest by products over all steps.
#include "rnn.h"

#include "../core/by_compose.h"
#include "../core/counts.h"

namespace ph {

RnnPlaces::RnnPlaces(const Call& call) : cell(static_cast<RnnCell>(call.integer("cell"))) {
  const bool lstm = cell == RnnCell::lstm;
  columns = kRnnColumns[static_cast<int>(cell)];
  inputs = 4;
  if (lstm) c0 = inputs++;
  if (call.flag("has_bias")) bias = inputs++;
  if (call.flag("has_mask")) mask = inputs++;
  outputs = 2;
  if (lstm) c = outputs++;
  gates = outputs++, before = outputs++;
  if (lstm) cells = outputs++;
}

namespace {

const std::vector<AttrDecl> kRnn = {
    {"cell", AttrType::integer},
    {"activation", AttrType::integer},
    {"recurrent_activation", AttrType::integer},
    {"has_bias", AttrType::flag},
    {"has_mask", AttrType::flag},
    {"go_backwards", AttrType::flag, false},
    {"zero_output_for_mask", AttrType::flag, false},
    {"return_sequences", AttrType::flag, true},
};
std::vector<AttrDecl> with_gradients() {
  std::vector<AttrDecl> all = kRnn;
  all.insert(all.end(), {{"wanted", AttrType::integer},
                         {"has_dy", AttrType::flag, true},
                         {"has_dh", AttrType::flag, true},
                         {"has_dc", AttrType::flag, true}});
  return all;
}
const Spec& spec_at(const Call& c, int i) { return c.specs[static_cast<size_t>(i)]; }

void expect(const Call& c, int i, const char* what, std::initializer_list<int64_t> sizes) {
  const Shape want(sizes), &got = spec_at(c, i).shape;
  bool ok = got.rank() == want.rank();
  for (int d = 0; ok && d < want.rank(); ++d) ok = same_size(got[d], want[d]);
  if (!ok)
    throw ValueError(cat("a recurrent layer: ", what, " has shape ", got, "; expected ", want,
                         " for inputs of shape ", c.specs[0].shape, " and ", spec_at(c, 2).shape[0],
                         " units"));
}

void check(const Call& c, const RnnPlaces& at) {
  const Shape &x = c.specs[0].shape, &u = c.specs[2].shape;
  if (x.rank() != 3)
    throw ValueError(
        cat("a recurrent layer: the inputs have shape ", x, "; expected (batch, time, features)"));
  if (c.integer("cell") < 0 || c.integer("cell") >= kRnnCells)
    throw ValueError(cat(c.name(), ": there is no cell ", c.integer("cell")));
  for (const char* which : {"activation", "recurrent_activation"})
    if (c.integer(which) < 0 || c.integer(which) >= kRnnActs)
      throw ValueError(cat(c.name(), ": there is no activation ", c.integer(which)));
  for (int i = 0; i < at.inputs; ++i)
    if (i != at.mask) need_float(c, spec_at(c, i));
  const int64_t n = u.rank() == 2 ? u[0] : -1, columns = n < 0 ? -1 : n * at.columns;
  expect(c, at.recurrent, "the recurrent kernel", {n, columns});
  expect(c, at.kernel, "the kernel", {x[2], columns});
  expect(c, at.h0, "the initial state", {x[0], n});
  if (at.c0 >= 0) expect(c, at.c0, "the second initial state", {x[0], n});
  if (at.bias >= 0) {
    if (at.cell == RnnCell::gru)
      expect(c, at.bias, "the bias", {2, columns});
    else
      expect(c, at.bias, "the bias", {columns});
  }
  if (at.mask >= 0) {
    expect(c, at.mask, "the mask", {x[0], x[1]});
    if (spec_at(c, at.mask).dtype != DType::b8)
      throw TypeError(cat("a recurrent layer: the mask has dtype ", spec_at(c, at.mask).dtype,
                          "; expected bool"));
  }
}

DType common_dtype(const Call& c, const RnnPlaces& at) {
  DType d = c.specs[0].dtype;
  for (int i = 1; i < at.inputs; ++i)
    if (i != at.mask) d = promote(d, spec_at(c, i).dtype);
  return d;
}

std::vector<Spec> infer(const Call& c) {
  const RnnPlaces at(c);
  need_inputs(c, static_cast<size_t>(at.inputs));
  check(c, at);
  const DType d = common_dtype(c, at);
  const int64_t batch = c.specs[0].shape[0], time = c.specs[0].shape[1], n = c.specs[2].shape[0];
  const Spec state{d, {batch, n}}, all{d, {batch, time, n}};
  std::vector<Spec> out{c.flag("return_sequences") ? all : state, state};
  if (at.c >= 0) out.push_back(state);
  out.push_back(checked(c, d, {batch, time, kRnnSaved[static_cast<int>(at.cell)] * n}));
  out.push_back(all);
  if (at.cells >= 0) out.push_back(all);
  return out;
}

bool native(const BindContext& ctx, const RnnPlaces& at, size_t inputs) {
  const DType d = ctx.in[0].spec.dtype;
  for (size_t i = 0; i < inputs; ++i)
    if (static_cast<int>(i) != at.mask && ctx.in[i].spec.dtype != d) return false;
  return native_float(d);
}

RnnArgs base_args(const BindContext& ctx, const RnnPlaces& at) {
  RnnArgs a;
  std::memset(&a, 0, sizeof a);
  const auto in = [&](int i) { return i < 0 ? nullptr : ctx.in[static_cast<size_t>(i)].data; };
  a.dtype = ctx.in[0].spec.dtype;
  a.cell = at.cell;
  a.act = static_cast<RnnAct>(ctx.integer("activation"));
  a.gate_act = static_cast<RnnAct>(ctx.integer("recurrent_activation"));
  a.reversed = ctx.flag("go_backwards");
  a.zero_masked = ctx.flag("zero_output_for_mask");
  a.sequences = ctx.flag("return_sequences");
  a.batch = ctx.in[0].spec.shape[0], a.time = ctx.in[0].spec.shape[1];
  a.units = ctx.in[2].spec.shape[0];
  a.weights = in(at.recurrent);
  a.mask = static_cast<const uint8_t*>(in(at.mask));
  a.h0 = in(at.h0), a.c0 = in(at.c0);
  return a;
}

struct Matrix {
  const void* data;
  int64_t rows_apart, columns_apart;
};
// c (m, n; rows ldc apart) = a (m, k) b (k, n) + bias
bool push_product(BindContext& ctx, DType dtype, int64_t m, int64_t n, int64_t k, Matrix a,
                  Matrix b, void* c, int64_t ldc, const void* bias = nullptr) {
  GemmArgs g;
  std::memset(&g, 0, sizeof g);
  g.dtype = dtype;
  g.m = m, g.n = n, g.k = k, g.batch = 1;
  g.a = a.data, g.a_rs = a.rows_apart, g.a_cs = a.columns_apart;
  g.b = b.data, g.b_rs = b.rows_apart, g.b_cs = b.columns_apart;
  g.c = c, g.ldc = ldc;
  g.alpha = 1;
  g.bias = bias;
  const size_t need = ctx.kernels->gemm_scratch ? ctx.kernels->gemm_scratch(g, ctx.threads) : 0;
  if (need) g.scratch = ctx.scratch(need);
  return ctx.push<&Kernels::gemm>(g);
}
// to (columns) = the sum of the rows
bool push_row_sum(BindContext& ctx, DType dtype, int64_t rows, int64_t columns, const void* from,
                  int64_t rows_apart, void* to) {
  ReduceArgs r;
  std::memset(&r, 0, sizeof r);
  r.op = ReduceOp::sum;
  r.in_dtype = r.out_dtype = dtype;
  r.ndim = 2;
  r.shape[0] = rows, r.stride[0] = rows_apart, r.reduce[0] = true;
  r.shape[1] = columns, r.stride[1] = 1;
  r.in = from, r.out = to;
  r.scale = 1;
  const size_t need = ctx.kernels->reduce_scratch ? ctx.kernels->reduce_scratch(r, ctx.threads) : 0;
  if (need) r.scratch = ctx.scratch(need);
  return ctx.push<&Kernels::reduce>(r);
}
void book(BindContext& ctx, RnnArgs* a) {
  const size_t need = ctx.kernels->rnn_scratch ? ctx.kernels->rnn_scratch(*a, ctx.threads) : 0;
  if (need) a->scratch = ctx.scratch(need);
}

bool bind(BindContext& ctx) {
  const RnnPlaces at(ctx);
  if (!ctx.kernels->rnn || !ctx.kernels->rnn_grad ||
      !native(ctx, at, static_cast<size_t>(at.inputs)))
    return false;
  RnnArgs a = base_args(ctx, at);
  const auto out = [&](int i) { return i < 0 ? nullptr : ctx.out[static_cast<size_t>(i)].data; };
  a.y = out(at.y), a.h = out(at.h), a.c = out(at.c);
  a.gates = out(at.gates), a.before = out(at.before), a.cells = out(at.cells);
  const int64_t features = ctx.in[0].spec.shape[2], columns = at.columns * a.units,
                saved = kRnnSaved[static_cast<int>(at.cell)] * a.units;
  void* const bias = at.bias < 0 ? nullptr : ctx.in[static_cast<size_t>(at.bias)].data;
  if (at.cell == RnnCell::gru) a.bias = ph::at(bias, columns * dtype_size(a.dtype));
  if (!push_product(ctx, a.dtype, a.batch * a.time, columns, features,
                    {ctx.in[0].data, features, 1}, {ctx.in[1].data, columns, 1}, a.gates, saved,
                    bias))
    return false;
  book(ctx, &a);
  return ctx.push<&Kernels::rnn>(a);
}

// ---- gradient
size_t saved_at(const RnnPlaces& at) { return static_cast<size_t>(at.inputs); }
size_t saved_count(const RnnPlaces& at) { return at.cells >= 0 ? 3 : 2; }
std::vector<bool> wanted_inputs(const Call& c, const RnnPlaces& at) {
  std::vector<bool> wanted;
  for (int i = 0; i < at.inputs; ++i) wanted.push_back(c.integer("wanted") >> i & 1);
  return wanted;
}
// Position of the gradient of y, h or c (0, 1, 2) among rnn_grad's inputs, or -1.
int seed_at(const Call& c, const RnnPlaces& at, int which) {
  const char* const names[] = {"has_dy", "has_dh", "has_dc"};
  if (!c.flag(names[which])) return -1;
  int i = static_cast<int>(saved_at(at) + saved_count(at));
  for (int k = 0; k < which; ++k) i += c.flag(names[k]);
  return i;
}

std::vector<Spec> infer_grad(const Call& c) {
  const RnnPlaces at(c);
  size_t inputs = saved_at(at) + saved_count(at);
  for (int k = 0; k < 3; ++k) inputs += seed_at(c, at, k) >= 0;
  need_inputs(c, inputs);
  check(c, at);
  std::vector<Spec> out;
  const std::vector<bool> wanted = wanted_inputs(c, at);
  for (size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i]) out.push_back(c.specs[i]);
  return out;
}

bool bind_grad(BindContext& ctx) {
  const RnnPlaces at(ctx);
  if (!ctx.kernels->rnn_grad || !native(ctx, at, ctx.in.size())) return false;
  RnnArgs a = base_args(ctx, at);
  a.backward = true;
  const size_t saved = saved_at(at);
  a.gates = ctx.in[saved].data, a.before = ctx.in[saved + 1].data;
  if (at.cells >= 0) a.cells = ctx.in[saved + 2].data;
  const auto seed = [&](int which) -> const void* {
    const int i = seed_at(ctx, at, which);
    return i < 0 ? nullptr : ctx.in[static_cast<size_t>(i)].data;
  };
  a.dy = seed(0), a.dh = seed(1), a.dc = seed(2);
  void* grads[8] = {};
  bool has[8] = {};
  size_t next = 0;
  const std::vector<bool> wanted = wanted_inputs(ctx, at);
  for (size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i]) has[i] = true, grads[i] = ctx.out[next++].data;
  const int64_t n = a.units, columns = at.columns * n, rows = a.batch * a.time,
                wide = kRnnGrads[static_cast<int>(at.cell)] * n, item = dtype_size(a.dtype),
                features = ctx.in[0].spec.shape[2];
  a.dh0 = grads[at.h0];
  if (at.c0 >= 0) a.dc0 = grads[at.c0];
  a.dz = ctx.scratch(static_cast<size_t>(rows * wide * item));
  book(ctx, &a);
  bool ok = ctx.push<&Kernels::rnn_grad>(a);

  const DType d = a.dtype;
  const auto dz = [&](int64_t from) { return ph::at(a.dz, from * n * item); };
  if (has[at.x])
    ok = ok && push_product(ctx, d, rows, features, columns, {a.dz, wide, 1},
                            {ctx.in[1].data, 1, columns}, grads[at.x], features);
  if (has[at.kernel])
    ok = ok && push_product(ctx, d, features, columns, rows, {ctx.in[0].data, 1, features},
                            {a.dz, wide, 1}, grads[at.kernel], columns);
  if (has[at.recurrent]) {
    void* const to = grads[at.recurrent];
    const bool gru = at.cell == RnnCell::gru || at.cell == RnnCell::gru_before;
    const Matrix before{a.before, 1, n};
    ok = ok &&
         push_product(ctx, d, n, gru ? 2 * n : columns, rows, before, {a.dz, wide, 1}, to, columns);
    void* const last = ph::at(to, 2 * n * item);
    if (at.cell == RnnCell::gru)
      ok = ok && push_product(ctx, d, n, n, rows, before, {dz(3), wide, 1}, last, columns);
    if (at.cell == RnnCell::gru_before)
      ok =
          ok && push_product(ctx, d, n, n, rows, {dz(3), 1, wide}, {dz(2), wide, 1}, last, columns);
  }
  if (at.bias >= 0 && has[at.bias]) {
    void* const to = grads[at.bias];
    ok = ok && push_row_sum(ctx, d, rows, columns, a.dz, wide, to);
    if (at.cell == RnnCell::gru)
      ok = ok && push_row_sum(ctx, d, rows, 2 * n, a.dz, wide, ph::at(to, columns * item)) &&
           push_row_sum(ctx, d, rows, n, dz(3), wide, ph::at(to, (columns + 2 * n) * item));
  }
  return ok;
}

const OpDef& rnn_def() {
  static const OpDef& op = op_by_name("rnn");
  return op;
}

Tensors vjp(const VjpContext& c) {
  const RnnPlaces at(c);
  Tensors in(c.inputs.begin(), c.inputs.end());
  in.push_back(c.out(static_cast<size_t>(at.gates)));
  in.push_back(c.out(static_cast<size_t>(at.before)));
  if (at.cells >= 0) in.push_back(c.out(static_cast<size_t>(at.cells)));
  int64_t wanted = 0;
  for (size_t i = 0; i < c.needs.size(); ++i) wanted |= int64_t{c.needs[i]} << i;
  const Tensor seeds[3] = {c.grad(0), c.grad(1), at.c >= 0 ? c.grad(2) : Tensor()};
  bool has[3];
  for (int k = 0; k < 3; ++k) {
    has[k] = static_cast<bool>(seeds[k]);
    if (has[k]) in.push_back(seeds[k]);
  }
  Tensors out(c.inputs.size());
  if (!wanted || !(has[0] || has[1] || has[2])) return out;
  const Tensors found =
      apply(op_by_name("rnn_grad"), in, c.attrs->and_then({wanted, has[0], has[1], has[2]}));
  size_t next = 0;
  for (size_t i = 0; i < out.size(); ++i)
    if (c.needs[i]) out[i] = found[next++];
  return out;
}

Tensors compose_grad(const Call& c) {
  const RnnPlaces at(c);
  Tensors seeds(static_cast<size_t>(at.outputs));
  for (int k = 0; k < 3; ++k)
    if (const int i = seed_at(c, at, k); i >= 0)
      seeds[static_cast<size_t>(k)] = c.inputs[static_cast<size_t>(i)];
  Tensors out;
  const Attrs attrs = c.attrs->first(kRnn.size());
  for (const Tensor& t : grads_by_compose(rnn_def(), attrs, c.inputs.first(saved_at(at)), seeds,
                                          wanted_inputs(c, at)))
    if (t) out.push_back(t);
  return out;
}

// What rnn saved depends on its inputs: the plain definition starts from these, so that their
// gradient is the whole one.
Tensors vjp_grad(const VjpContext& c) {
  const RnnPlaces at(c);
  std::vector<bool> wanted(c.needs.begin(), c.needs.end());
  for (size_t i = 0; i < saved_count(at); ++i) wanted[saved_at(at) + i] = false;
  return grads_by_compose(*c.op, *c.attrs, c.inputs, c.grads, wanted);
}

const Register rnn_op({
    .name = "rnn",
    .attrs = kRnn,
    .infer = infer,
    .bind = bind,
    .vjp = vjp,
    .compose = rnn_plain,
});
const Register rnn_grad_op({
    .name = "rnn_grad",
    .attrs = with_gradients(),
    .infer = infer_grad,
    .bind = bind_grad,
    .vjp = vjp_grad,
    .compose = compose_grad,
});

// The products of states and, backward, of gradients with the weights; inputs' products and
// weights' gradients are calls of their own.
void count_loop(const RnnArgs& a, Counts& c) {
  const int cell = static_cast<int>(a.cell);
  const double states = counting::product({a.batch, a.time, a.units});
  c.operations = 2 * states * static_cast<double>(kRnnColumns[cell] * a.units);
  c.transcendentals = states * (a.backward ? (a.cell == RnnCell::lstm ? 1 : 0)
                                           : kRnnColumns[cell] + (a.cell == RnnCell::lstm));
  const int rows = a.backward ? kRnnSaved[cell] + kRnnGrads[cell] : 2 * kRnnSaved[cell];
  c.bytes = states * (rows + 2) * counting::size_of(a.dtype);
  c.width = counting::width_of(a.dtype);
}
const CountRule<&Kernels::rnn, count_loop> forward_count;
const CountRule<&Kernels::rnn_grad, count_loop> backward_count;

}  // namespace
}  // namespace ph

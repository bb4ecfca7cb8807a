// Batch normalisation over all axes but the last. batch_norm_train(x, gamma?, beta?) gives y, mean,
// var (biased), rstd; batch_norm_infer(x, gamma?, beta?, mean, var) gives y; batch_norm_grad(x,
// gamma?, mean, rstd, dy) gives dx, dgamma, dbeta. Statistics and parameters have shape
// (channels,).
#include "../core/pass_rules.h"
#include "halves.h"

namespace ph {
namespace {

struct Inputs {                                                // positions; -1: absent
  int gamma = -1, beta = -1, mean = -1, second = -1, dy = -1;  // second: var or rstd
  size_t count;

  static Inputs train(const Call& c) {
    Inputs i;
    int next = 1;
    if (c.flag("has_gamma")) i.gamma = next++;
    if (c.flag("has_beta")) i.beta = next++;
    i.count = static_cast<size_t>(next);
    return i;
  }
  static Inputs infer(const Call& c) {
    Inputs i = train(c);
    i.mean = static_cast<int>(i.count);
    i.second = i.mean + 1;
    i.count += 2;
    return i;
  }
  static Inputs grad(const Call& c) {
    Inputs i;
    int next = 1;
    if (c.flag("has_gamma")) i.gamma = next++;
    i.mean = next, i.second = next + 1, i.dy = next + 2;
    i.count = static_cast<size_t>(next + 3);
    return i;
  }
};

void check(const Call& c, const Inputs& at) {
  need_inputs(c, at.count);
  for (const Spec& s : c.specs) need_float(c, s);
  const Shape& x = c.specs[0].shape;
  if (x.rank() < 1)
    throw ValueError(cat(c.name(), ": the input has shape (); expected (..., channels)"));
  for (size_t i = 1; i < c.specs.size(); ++i) {
    const Shape& s = c.specs[i].shape;
    if (static_cast<int>(i) == at.dy) {
      bool ok = s.rank() == x.rank();
      for (int d = 0; ok && d < x.rank(); ++d) ok = same_size(s[d], x[d]);
      if (!ok)
        throw ValueError(
            cat(c.name(), ": the gradient has shape ", s, "; expected the input's, ", x));
    } else if (s.rank() != 1 || !same_size(s[0], x.back())) {
      throw ValueError(cat(c.name(), ": an input of shape ", x,
                           " needs parameters and statistics of shape ", Shape{x.back()},
                           "; received one of shape ", s));
    }
  }
}

double epsilon_of(const Call& c) {
  const double e = c.real("epsilon");
  if (!(e >= 0)) throw ValueError(cat(c.name(), ": epsilon is ", e, "; it must be 0 or more"));
  return e;
}

NormArgs base_args(BindContext& ctx) {
  NormArgs a;
  std::memset(&a, 0, sizeof a);
  const Spec& x = ctx.in[0].spec;
  a.dtype = x.dtype;
  a.channels = x.shape.back();
  a.rows = 1;
  for (int d = 0; d < x.shape.rank() - 1; ++d) a.rows *= x.shape[d];
  a.x = ctx.in[0].data;
  return a;
}
const void* input_at(BindContext& ctx, int i) {
  return i < 0 ? nullptr : ctx.in[static_cast<size_t>(i)].data;
}

void book(BindContext& ctx, NormArgs* a) {
  const size_t need = ctx.kernels->norm_scratch ? ctx.kernels->norm_scratch(*a, ctx.threads) : 0;
  if (need) a->scratch = ctx.scratch(need);
}

// ---- definitions in plain ops
bool convertible(const Call& c, DType* to) {
  *to = working_float(promote_all(c.specs));
  for (const Spec& s : c.specs)
    if (s.dtype != *to) return true;
  return false;
}
Tensors in_working_type(const Call& c, DType work) {
  const std::vector<Spec> specs = c.op->infer(c);
  Tensors results = apply(*c.op, cast_all(c.inputs, work), *c.attrs);
  for (size_t i = 0; i < results.size(); ++i) results[i] = cast(results[i], specs[i].dtype);
  return results;
}
Ints row_axes(const Tensor& x) { return iota(x.shape().rank() - 1); }
Tensor row_mean(const Tensor& x) { return reduce_mean(x, row_axes(x), false); }
Tensor row_sum(const Tensor& x) { return reduce_sum(x, row_axes(x), false); }
double row_count(const Tensor& x) {
  double n = 1;
  for (int d = 0; d < x.shape().rank() - 1; ++d) n *= static_cast<double>(x.shape()[d]);
  return n;
}
Tensor affine(const Tensor& xhat, std::span<const Tensor> in, const Inputs& at) {
  Tensor y = at.gamma < 0 ? xhat : mul(xhat, in[static_cast<size_t>(at.gamma)]);
  return at.beta < 0 ? y : add(y, in[static_cast<size_t>(at.beta)]);
}

std::vector<Spec> infer_train(const Call& c) {
  check(c, Inputs::train(c));
  epsilon_of(c);
  const DType d = promote_all(c.specs);
  const Spec stat{working_float(d), {c.specs[0].shape.back()}};
  return {{d, c.specs[0].shape}, stat, stat, stat};
}

Tensors train_vjp(const VjpContext& c) {
  const Inputs at = Inputs::train(c);
  const Tensor &x = c.in(0), &mean = c.out(1), &rstd = c.out(3);
  Tensors out(at.count);
  Tensor dx;
  const auto accumulate = [&](const Tensor& t) { dx = dx ? add(dx, t) : t; };
  if (c.grad(0)) {
    Tensors in{x};
    if (at.gamma > 0) in.push_back(c.in(static_cast<size_t>(at.gamma)));
    in.insert(in.end(), {mean, rstd, c.grad(0)});
    const Tensors g = apply(op_by_name("batch_norm_grad"), in, {at.gamma > 0});
    accumulate(g[0]);
    if (at.gamma > 0) out[static_cast<size_t>(at.gamma)] = g[1];
    if (at.beta > 0) out[static_cast<size_t>(at.beta)] = g[2];
  }
  // the statistics as functions of x, where someone uses them
  const double n = std::max(row_count(x), 1.0);
  if (c.grads[1]) accumulate(broadcast_to(mul(c.grads[1], like(c.grads[1], 1 / n)), x.shape()));
  Tensor dvar = c.grads[2];
  if (c.grads[3]) {  // rstd = (var + epsilon)^(-1/2)
    const Tensor t = mul(mul(c.grads[3], like(rstd, -0.5)), mul(rstd, square(rstd)));
    dvar = dvar ? add(dvar, t) : t;
  }
  if (dvar) accumulate(mul(sub(x, mean), mul(dvar, like(dvar, 2 / n))));
  out[0] = dx;
  return out;
}

const std::vector<AttrDecl> kNorm = {{"epsilon", AttrType::real},
                                     {"has_gamma", AttrType::flag, true},
                                     {"has_beta", AttrType::flag, true}};

const Register train_op({
    .name = "batch_norm_train",
    .attrs = kNorm,
    .infer = infer_train,
    .bind =
        [](BindContext& ctx) {
          if (!halves_or_native(ctx)) return false;
          const Inputs at = Inputs::train(ctx);
          NormArgs a = base_args(ctx);
          a.epsilon = ctx.real("epsilon");
          a.gamma = input_at(ctx, at.gamma), a.beta = input_at(ctx, at.beta);
          a.y = ctx.out[0].data, a.mean = ctx.out[1].data, a.var = ctx.out[2].data,
          a.rstd = ctx.out[3].data;
          book(ctx, &a);
          return ctx.push<&Kernels::norm>(a);
        },
    .vjp = train_vjp,
    .compose = [](const Call& c) -> Tensors {
      DType work;
      if (convertible(c, &work)) return in_working_type(c, work);
      const Tensor& x = c.inputs[0];
      const Tensor mean = row_mean(x), centred = sub(x, mean), var = row_mean(square(centred));
      const Tensor rstd = rsqrt(add(var, like(var, c.real("epsilon"))));
      return {affine(mul(centred, rstd), c.inputs, Inputs::train(c)), mean, var, rstd};
    },
});

std::vector<Spec> infer_infer(const Call& c) {
  check(c, Inputs::infer(c));
  epsilon_of(c);
  return {{promote_all(c.specs), c.specs[0].shape}};
}

const AffineOps kAffine = {"add", "subtract", "multiply", "negative", "rsqrt"};

const Register infer_op({
    .name = "batch_norm_infer",
    .attrs = kNorm,
    .infer = infer_infer,
    .bind =
        [](BindContext& ctx) {
          if (!halves_or_native(ctx)) return false;
          const Inputs at = Inputs::infer(ctx);
          NormArgs a = base_args(ctx);
          a.use_given = true;
          a.epsilon = ctx.real("epsilon");
          a.gamma = input_at(ctx, at.gamma), a.beta = input_at(ctx, at.beta);
          a.mean = ctx.in[static_cast<size_t>(at.mean)].data,
          a.var = ctx.in[static_cast<size_t>(at.second)].data;
          a.y = ctx.out[0].data;
          book(ctx, &a);
          return ctx.push<&Kernels::norm>(a);
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      const Inputs at = Inputs::infer(c);
      const auto m = static_cast<size_t>(at.mean), v = static_cast<size_t>(at.second);
      const Tensor &x = c.in(0), &g = c.grad();
      const Tensor rstd = rsqrt(add(c.in(v), like(c.in(v), c.real("epsilon"))));
      const Tensor gain = at.gamma > 0 ? mul(rstd, c.in(static_cast<size_t>(at.gamma))) : rstd;
      Tensors out(at.count);
      out[0] = mul(g, gain);
      if (at.gamma > 0 && c.needs[static_cast<size_t>(at.gamma)])
        out[static_cast<size_t>(at.gamma)] = mul(g, mul(sub(x, c.in(m)), rstd));
      if (at.beta > 0) out[static_cast<size_t>(at.beta)] = g;
      if (c.needs[m]) out[m] = neg(out[0]);
      if (c.needs[v])
        out[v] = mul(mul(out[0], sub(x, c.in(m))), mul(square(rstd), like(rstd, -0.5)));
      return out;
    },
    .compose = [](const Call& c) -> Tensors {
      DType work;
      if (convertible(c, &work)) return in_working_type(c, work);
      const Inputs at = Inputs::infer(c);
      const Tensor& var = c.inputs[static_cast<size_t>(at.second)];
      const Tensor rstd = rsqrt(add(var, like(var, c.real("epsilon"))));
      return {affine(mul(sub(c.inputs[0], c.inputs[static_cast<size_t>(at.mean)]), rstd), c.inputs,
                     at)};
    },
    .affine = &kAffine,
});

std::vector<Spec> infer_grad(const Call& c) {
  check(c, Inputs::grad(c));
  const DType d = promote_all(c.specs);
  const Spec param{working_float(d), {c.specs[0].shape.back()}};
  return {{d, c.specs[0].shape}, param, param};
}

// With m() the mean over rows, xhat = (x - mean) * rstd and a = gamma * rstd:
// dx = a * (dy - m(dy) - xhat * m(dy * xhat)), dgamma = sum(dy * xhat), dbeta = sum(dy).
Tensors grad_compose(const Call& c) {
  DType work;
  if (convertible(c, &work)) return in_working_type(c, work);
  const Inputs at = Inputs::grad(c);
  const Tensor &rstd = c.inputs[static_cast<size_t>(at.second)],
               &dy = c.inputs[static_cast<size_t>(at.dy)];
  const Tensor xhat = mul(sub(c.inputs[0], c.inputs[static_cast<size_t>(at.mean)]), rstd),
               both = mul(dy, xhat);
  const Tensor a = at.gamma > 0 ? mul(rstd, c.inputs[static_cast<size_t>(at.gamma)]) : rstd;
  return {mul(a, sub(dy, add(row_mean(dy), mul(xhat, row_mean(both))))), row_sum(both),
          row_sum(dy)};
}

// The gradient of the three results above, each input taken as independent.
Tensors grad_vjp(const VjpContext& c) {
  const Inputs at = Inputs::grad(c);
  const auto m = static_cast<size_t>(at.mean), r = static_cast<size_t>(at.second),
             y = static_cast<size_t>(at.dy);
  const Tensor &x = c.in(0), &mean = c.in(m), &rstd = c.in(r), &dy = c.in(y);
  const Tensor centred = sub(x, mean), xhat = mul(centred, rstd);
  Tensor d_dy, d_xhat, d_rstd;
  const auto into = [](Tensor& sum, const Tensor& t) { sum = sum ? add(sum, t) : t; };
  Tensors out(at.count);
  if (c.grads[0]) {
    const Tensor& g = c.grads[0];
    const Tensor gamma = at.gamma > 0 ? c.in(static_cast<size_t>(at.gamma)) : like(rstd, 1);
    const Tensor u = mul(g, mul(rstd, gamma)), slope = row_mean(mul(dy, xhat)),
                 lean = row_mean(mul(u, xhat));
    into(d_dy, sub(u, add(row_mean(u), mul(xhat, lean))));
    into(d_xhat, neg(add(mul(u, slope), mul(dy, lean))));
    const Tensor da = row_sum(mul(g, sub(dy, add(row_mean(dy), mul(xhat, slope)))));
    if (at.gamma > 0) out[static_cast<size_t>(at.gamma)] = mul(da, rstd);
    into(d_rstd, mul(da, gamma));
  }
  if (c.grads[1]) {
    into(d_dy, mul(xhat, c.grads[1]));
    into(d_xhat, mul(dy, c.grads[1]));
  }
  if (c.grads[2]) into(d_dy, broadcast_to(c.grads[2], dy.shape()));
  out[y] = d_dy;
  if (d_xhat) {
    out[0] = mul(d_xhat, rstd);
    out[m] = neg(row_sum(out[0]));
    into(d_rstd, row_sum(mul(d_xhat, centred)));
  }
  out[r] = d_rstd;
  return out;
}

const Register grad_op({
    .name = "batch_norm_grad",
    .attrs = {{"has_gamma", AttrType::flag, true}},
    .infer = infer_grad,
    .bind =
        [](BindContext& ctx) {
          if (!halves_or_native(ctx)) return false;
          const Inputs at = Inputs::grad(ctx);
          NormArgs a = base_args(ctx);
          a.gamma = input_at(ctx, at.gamma);
          a.mean = ctx.in[static_cast<size_t>(at.mean)].data,
          a.rstd = ctx.in[static_cast<size_t>(at.second)].data;
          a.dy = ctx.in[static_cast<size_t>(at.dy)].data;
          a.dx = ctx.out[0].data, a.dgamma = ctx.out[1].data, a.dbeta = ctx.out[2].data;
          book(ctx, &a);
          return ctx.push<&Kernels::norm_grad>(a);
        },
    .vjp = grad_vjp,
    .compose = grad_compose,
});

const RegisterPassRules train_rules("batch_norm_train", {.halves = true});
const RegisterPassRules grad_rules("batch_norm_grad", {.halves = true});

}  // namespace
}  // namespace ph

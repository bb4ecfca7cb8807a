// Batch normalisation over all axes but the last. batch_norm_train(x, gamma?, beta?) gives y, mean,
// var (biased), rstd; batch_norm_infer(x, gamma?, beta?, mean, var) gives y: attributes (epsilon,
// has_gamma, has_beta), both true where missing. batch_norm_grad(x, gamma?, mean, rstd, dy) gives
// dx, dgamma, dbeta: attributes (has_gamma). Statistics and parameters have shape (channels,).
#include "common.h"

namespace ph {
namespace {

struct Inputs {                                                // positions; -1: absent
  int gamma = -1, beta = -1, mean = -1, second = -1, dy = -1;  // second: var or rstd
  size_t count;

  static Inputs train(const Attrs& a) {
    Inputs i;
    int next = 1;
    if (flag_or(a, 1, true)) i.gamma = next++;
    if (flag_or(a, 2, true)) i.beta = next++;
    i.count = static_cast<size_t>(next);
    return i;
  }
  static Inputs infer(const Attrs& a) {
    Inputs i = train(a);
    i.mean = static_cast<int>(i.count);
    i.second = i.mean + 1;
    i.count += 2;
    return i;
  }
  static Inputs grad(const Attrs& a) {
    Inputs i;
    int next = 1;
    if (flag_or(a, 0, true)) i.gamma = next++;
    i.mean = next, i.second = next + 1, i.dy = next + 2;
    i.count = static_cast<size_t>(next + 3);
    return i;
  }
};

void check(const char* op, Specs in, const Inputs& at) {
  need_inputs(op, in, at.count);
  for (const Spec& s : in) need_float(op, s);
  const Shape& x = in[0].shape;
  if (x.rank() < 1) throw ValueError(cat(op, ": the input has shape (); expected (..., channels)"));
  for (size_t i = 1; i < in.size(); ++i) {
    const Shape& s = in[i].shape;
    if (static_cast<int>(i) == at.dy) {
      bool ok = s.rank() == x.rank();
      for (int d = 0; ok && d < x.rank(); ++d) ok = same_size(s[d], x[d]);
      if (!ok)
        throw ValueError(cat(op, ": the gradient has shape ", s, "; expected the input's, ", x));
    } else if (s.rank() != 1 || !same_size(s[0], x.back())) {
      throw ValueError(cat(op, ": an input of shape ", x,
                           " needs parameters and statistics of shape ", Shape{x.back()},
                           "; received one of shape ", s));
    }
  }
}

double epsilon_of(const char* op, const Attrs& attrs) {
  const double e = attrs.real(0);
  if (!(e >= 0)) throw ValueError(cat(op, ": epsilon is ", e, "; it must be 0 or more"));
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

bool one_native_dtype(BindContext& ctx) {
  const DType d = ctx.in[0].spec.dtype;
  for (const Operand& o : ctx.in)
    if (o.spec.dtype != d) return false;
  return native_float(d);
}
void book(BindContext& ctx, NormArgs* a) {
  const size_t need = ctx.kernels->norm_scratch ? ctx.kernels->norm_scratch(*a, ctx.threads) : 0;
  if (need) a->scratch = ctx.scratch(need);
}

// ---- definitions in plain ops
bool convertible(std::span<const Tensor> in, DType* to) {
  DType d = in[0].dtype();
  for (const Tensor& t : in) d = promote(d, t.dtype());
  *to = working_float(d);
  for (const Tensor& t : in)
    if (t.dtype() != *to) return true;
  return false;
}
Tensors in_working_type(const char* op, std::span<const Tensor> in, const Attrs& attrs, DType work,
                        Specs out) {
  Tensors results = apply(op_by_name(op), cast_all(in, work), attrs);
  for (size_t i = 0; i < results.size(); ++i) results[i] = cast(results[i], out[i].dtype);
  return results;
}
template <class Infer>
std::vector<Spec> specs_of(std::span<const Tensor> in, const Attrs& attrs, Infer infer) {
  std::vector<Spec> specs;
  for (const Tensor& t : in) specs.push_back(t.spec());
  return infer(specs, attrs);
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

std::vector<Spec> infer_train(Specs in, const Attrs& attrs) {
  check("batch_norm_train", in, Inputs::train(attrs));
  epsilon_of("batch_norm_train", attrs);
  const DType d = promote_all(in);
  const Spec stat{working_float(d), {in[0].shape.back()}};
  return {{d, in[0].shape}, stat, stat, stat};
}

Tensors train_vjp(const VjpContext& c) {
  const Inputs at = Inputs::train(c.attrs());
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

const Register train_op({
    .name = "batch_norm_train",
    .infer = infer_train,
    .bind =
        [](BindContext& ctx) {
          if (!one_native_dtype(ctx)) return false;
          const Inputs at = Inputs::train(*ctx.attrs);
          NormArgs a = base_args(ctx);
          a.epsilon = ctx.attrs->real(0);
          a.gamma = input_at(ctx, at.gamma), a.beta = input_at(ctx, at.beta);
          a.y = ctx.out[0].data, a.mean = ctx.out[1].data, a.var = ctx.out[2].data,
          a.rstd = ctx.out[3].data;
          book(ctx, &a);
          return ctx.push<&Kernels::norm>(a);
        },
    .vjp = train_vjp,
    .compose = [](std::span<const Tensor> in, const Attrs& attrs) -> Tensors {
      DType work;
      if (convertible(in, &work))
        return in_working_type("batch_norm_train", in, attrs, work,
                               specs_of(in, attrs, infer_train));
      const Tensor& x = in[0];
      const Tensor mean = row_mean(x), centred = sub(x, mean), var = row_mean(square(centred));
      const Tensor rstd = rsqrt(add(var, like(var, attrs.real(0))));
      return {affine(mul(centred, rstd), in, Inputs::train(attrs)), mean, var, rstd};
    },
});

std::vector<Spec> infer_infer(Specs in, const Attrs& attrs) {
  check("batch_norm_infer", in, Inputs::infer(attrs));
  epsilon_of("batch_norm_infer", attrs);
  return {{promote_all(in), in[0].shape}};
}

const Register infer_op({
    .name = "batch_norm_infer",
    .infer = infer_infer,
    .bind =
        [](BindContext& ctx) {
          if (!one_native_dtype(ctx)) return false;
          const Inputs at = Inputs::infer(*ctx.attrs);
          NormArgs a = base_args(ctx);
          a.use_given = true;
          a.epsilon = ctx.attrs->real(0);
          a.gamma = input_at(ctx, at.gamma), a.beta = input_at(ctx, at.beta);
          a.mean = ctx.in[static_cast<size_t>(at.mean)].data,
          a.var = ctx.in[static_cast<size_t>(at.second)].data;
          a.y = ctx.out[0].data;
          book(ctx, &a);
          return ctx.push<&Kernels::norm>(a);
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      const Inputs at = Inputs::infer(c.attrs());
      const auto m = static_cast<size_t>(at.mean), v = static_cast<size_t>(at.second);
      const Tensor &x = c.in(0), &g = c.grad();
      const Tensor rstd = rsqrt(add(c.in(v), like(c.in(v), c.attrs().real(0))));
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
    .compose = [](std::span<const Tensor> in, const Attrs& attrs) -> Tensors {
      DType work;
      if (convertible(in, &work))
        return in_working_type("batch_norm_infer", in, attrs, work,
                               specs_of(in, attrs, infer_infer));
      const Inputs at = Inputs::infer(attrs);
      const Tensor& var = in[static_cast<size_t>(at.second)];
      const Tensor rstd = rsqrt(add(var, like(var, attrs.real(0))));
      return {affine(mul(sub(in[0], in[static_cast<size_t>(at.mean)]), rstd), in, at)};
    },
});

std::vector<Spec> infer_grad(Specs in, const Attrs& attrs) {
  check("batch_norm_grad", in, Inputs::grad(attrs));
  const DType d = promote_all(in);
  const Spec param{working_float(d), {in[0].shape.back()}};
  return {{d, in[0].shape}, param, param};
}

// With m() the mean over rows, xhat = (x - mean) * rstd and a = gamma * rstd:
// dx = a * (dy - m(dy) - xhat * m(dy * xhat)), dgamma = sum(dy * xhat), dbeta = sum(dy).
Tensors grad_compose(std::span<const Tensor> in, const Attrs& attrs) {
  DType work;
  if (convertible(in, &work))
    return in_working_type("batch_norm_grad", in, attrs, work, specs_of(in, attrs, infer_grad));
  const Inputs at = Inputs::grad(attrs);
  const Tensor &rstd = in[static_cast<size_t>(at.second)], &dy = in[static_cast<size_t>(at.dy)];
  const Tensor xhat = mul(sub(in[0], in[static_cast<size_t>(at.mean)]), rstd), both = mul(dy, xhat);
  const Tensor a = at.gamma > 0 ? mul(rstd, in[static_cast<size_t>(at.gamma)]) : rstd;
  return {mul(a, sub(dy, add(row_mean(dy), mul(xhat, row_mean(both))))), row_sum(both),
          row_sum(dy)};
}

// The gradient of the three results above, each input taken as independent.
Tensors grad_vjp(const VjpContext& c) {
  const Inputs at = Inputs::grad(c.attrs());
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
    .infer = infer_grad,
    .bind =
        [](BindContext& ctx) {
          if (!one_native_dtype(ctx)) return false;
          const Inputs at = Inputs::grad(*ctx.attrs);
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

}  // namespace
}  // namespace ph

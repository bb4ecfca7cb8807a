// Normalisation of samples: row_norm(x, gamma?, beta?) gives y, mean and rstd (samples, groups);
// row_norm_grad(x, gamma?, mean, rstd, dy) gives dx, dgamma, dbeta. x has four dimensions, those of
// RowNormArgs, and the parameters shape (channels,).
#include "../core/counts.h"
#include "../core/pass_rules.h"
#include "../kernels/args_row_norm.h"
#include "halves.h"

namespace ph {
namespace {

struct Inputs {  // positions; 0: absent
  size_t gamma = 0, beta = 0, mean = 0, rstd = 0, dy = 0, count = 1;
  Inputs(const Call& c, bool grad) {
    if (c.flag("has_gamma")) gamma = count++;
    if (!grad) {
      if (c.flag("has_beta")) beta = count++;
      return;
    }
    mean = count, rstd = count + 1, dy = count + 2;
    count += 3;
  }
};

// The four dimensions, and which of them a group is.
struct Layout {
  bool by_segment;
  Shape x;
  Layout(const Call& c, const Shape& shape) : by_segment(c.flag("by_segment")), x(shape) {}
  int group_axis() const { return by_segment ? 1 : 2; }
  int64_t groups() const { return x[group_axis()]; }
  int64_t channels() const {
    const int64_t each = by_segment ? x[2] : x[3];
    return groups() < 0 || each < 0 ? -1 : groups() * each;
  }
  Shape statistics() const { return {x[0], groups()}; }
  Ints together() const { return {by_segment ? 2 : 1, 3}; }
  Shape beside() const {  // statistics against x
    return by_segment ? Shape{x[0], groups(), 1, 1} : Shape{x[0], 1, groups(), 1};
  }
  Shape parameter() const {  // parameters against x
    return by_segment ? Shape{1, groups(), x[2], 1} : Shape{1, 1, groups(), x[3]};
  }
  Ints all_but_channels() const { return by_segment ? Ints{0, 3} : Ints{0, 1}; }
  double count() const {
    return std::max(1.0, static_cast<double>(by_segment ? x[2] : x[1]) * static_cast<double>(x[3]));
  }
};

void check(const Call& c, const Inputs& at) {
  need_inputs(c, at.count);
  need_rank(c, c.specs[0], 4, "four dimensions");
  const Layout l(c, c.specs[0].shape);
  for (size_t i = 0; i < c.specs.size(); ++i) {
    need_float(c, c.specs[i]);
    if (i == 0) continue;
    const bool parameter = i == at.gamma || i == at.beta;
    const Shape want = i == at.dy ? l.x : parameter ? Shape{l.channels()} : l.statistics();
    const Shape& have = c.specs[i].shape;
    bool ok = have.rank() == want.rank();
    for (int d = 0; ok && d < have.rank(); ++d) ok = same_size(have[d], want[d]);
    if (!ok)
      throw ValueError(cat(c.name(), ": an input of shape ", l.x, " needs ",
                           parameter    ? "parameters"
                           : i == at.dy ? "a gradient"
                                        : "statistics",
                           " of shape ", want, "; received ", have));
  }
}

// ---- the kernel
bool fill_args(BindContext& ctx, RowNormArgs* a) {
  const Spec& x = ctx.in[0].spec;
  if (!halves_or_native(ctx)) return false;
  std::memset(a, 0, sizeof *a);
  a->dtype = x.dtype;
  a->rms = ctx.flag("rms");
  a->by_segment = ctx.flag("by_segment");
  a->samples = x.shape[0];
  a->groups = x.shape[a->by_segment ? 1 : 2];
  a->segments = x.shape[a->by_segment ? 2 : 1];
  a->run = x.shape[3];
  a->x = ctx.in[0].data;
  return true;
}

bool bind_forward(BindContext& ctx) {
  RowNormArgs a;
  if (!ctx.kernels->row_norm || !fill_args(ctx, &a)) return false;
  const Inputs at(ctx, false);
  a.epsilon = ctx.real("epsilon");
  if (at.gamma) a.gamma = ctx.in[at.gamma].data;
  if (at.beta) a.beta = ctx.in[at.beta].data;
  a.y = ctx.out[0].data, a.mean = ctx.out[1].data, a.rstd = ctx.out[2].data;
  return ctx.push<&Kernels::row_norm>(a);
}

bool bind_backward(BindContext& ctx) {
  RowNormArgs a;
  if (!ctx.kernels->row_norm_grad || !fill_args(ctx, &a)) return false;
  const Inputs at(ctx, true);
  if (at.gamma) a.gamma = ctx.in[at.gamma].data;
  a.mean = ctx.in[at.mean].data, a.rstd = ctx.in[at.rstd].data, a.dy = ctx.in[at.dy].data;
  a.dx = ctx.out[0].data, a.dgamma = ctx.out[1].data, a.dbeta = ctx.out[2].data;
  a.scratch = ctx.scratch(ctx.kernels->row_norm_scratch(a, ctx.threads));
  return ctx.push<&Kernels::row_norm_grad>(a);
}

// ---- the plain definition
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

Tensors forward_plain(const Call& c) {
  DType work;
  if (convertible(c, &work)) return in_working_type(c, work);
  const Inputs at(c, false);
  const Layout l(c, c.specs[0].shape);
  Tensor centred = c.inputs[0], mean;
  if (!c.flag("rms")) {
    mean = reduce_mean(centred, l.together(), true);
    centred = sub(centred, mean);
  }
  const Tensor variance = reduce_mean(square(centred), l.together(), true);
  const Tensor rstd = rsqrt(add(variance, like(variance, c.real("epsilon"))));
  Tensor y = mul(centred, rstd);
  if (at.gamma) y = mul(y, reshape(c.inputs[at.gamma], l.parameter()));
  if (at.beta) y = add(y, reshape(c.inputs[at.beta], l.parameter()));
  const Tensor rows = reshape(rstd, l.statistics());
  return {y, mean ? reshape(mean, l.statistics()) : zeros_like(rows), rows};
}

// The parts of the backward pass, each against x.
struct Backward {
  Layout l;
  bool rms;
  Tensor x, mean, rstd, dy, gamma, centred, h, u, slope;  // slope: avg(u * h)
  Backward(const Call& c, const Inputs& at)
      : l(c, c.inputs[0].shape()),
        rms(c.flag("rms")),
        x(c.inputs[0]),
        mean(reshape(c.inputs[at.mean], l.beside())),
        rstd(reshape(c.inputs[at.rstd], l.beside())),
        dy(c.inputs[at.dy]) {
    if (at.gamma) gamma = reshape(c.inputs[at.gamma], l.parameter());
    centred = sub(x, mean);
    h = mul(centred, rstd);
    u = gamma ? mul(dy, gamma) : dy;
    slope = average(mul(u, h));
  }
  Tensor average(const Tensor& t) const { return reduce_mean(t, l.together(), true); }
  Tensor total(const Tensor& t) const {
    return reshape(reduce_sum(t, l.together(), false), l.statistics());
  }
  Tensor by_channel(const Tensor& t) const {
    return reshape(reduce_sum(t, l.all_but_channels(), false), {l.channels()});
  }
  Tensor less_average(const Tensor& t) const { return rms ? t : sub(t, average(t)); }
};

Tensors backward_plain(const Call& c) {
  DType work;
  if (convertible(c, &work)) return in_working_type(c, work);
  const Backward b(c, Inputs(c, true));
  return {mul(b.rstd, sub(b.less_average(b.u), mul(b.h, b.slope))), b.by_channel(mul(b.dy, b.h)),
          b.by_channel(b.dy)};
}

Tensors forward_vjp(const VjpContext& c) {
  const Inputs at(c, false);
  const Layout l(c, c.in(0).shape());
  Tensors out(at.count);
  Tensor dx;
  const auto into = [&](const Tensor& t) { dx = dx ? add(dx, t) : t; };
  if (c.grads[0]) {
    Tensors in{c.in(0)};
    if (at.gamma) in.push_back(c.in(at.gamma));
    in.insert(in.end(), {c.out(1), c.out(2), c.grad(0)});
    const Tensors g =
        apply(op_by_name("row_norm_grad"), in, {c.flag("rms"), c.flag("by_segment"), at.gamma > 0});
    into(g[0]);
    if (at.gamma) out[at.gamma] = g[1];
    if (at.beta) out[at.beta] = g[2];
  }
  // the statistics as functions of x, where someone uses them
  const auto beside = [&](const Tensor& t) { return reshape(t, l.beside()); };
  if (c.grads[1] && !c.flag("rms"))
    into(broadcast_to(beside(mul(c.grads[1], like(c.grads[1], 1 / l.count()))), l.x));
  if (c.grads[2]) {  // rstd = (variance + epsilon)^(-1/2)
    const Tensor& rstd = c.out(2);
    const Tensor slope = mul(mul(c.grads[2], like(rstd, -1 / l.count())), mul(rstd, square(rstd)));
    into(mul(sub(c.in(0), beside(c.out(1))), beside(slope)));
  }
  out[0] = dx;
  return out;
}

// The gradient of the three results of row_norm_grad, each input taken as independent.
Tensors backward_vjp(const VjpContext& c) {
  const Inputs at(c, true);
  const Backward b(c, at);
  Tensor d_dy, d_h, d_rstd;
  const auto into = [](Tensor& sum, const Tensor& t) { sum = sum ? add(sum, t) : t; };
  Tensors out(at.count);
  if (c.grads[0]) {
    const Tensor& g = c.grads[0];
    const Tensor w = mul(b.rstd, g), lean = b.average(mul(w, b.h));
    const Tensor d_u = sub(b.less_average(w), mul(b.h, lean));
    into(d_dy, b.gamma ? mul(d_u, b.gamma) : d_u);
    if (at.gamma) out[at.gamma] = b.by_channel(mul(d_u, b.dy));
    into(d_h, neg(add(mul(w, b.slope), mul(b.u, lean))));
    into(d_rstd, b.total(mul(g, sub(b.less_average(b.u), mul(b.h, b.slope)))));
  }
  if (c.grads[1]) {
    const Tensor g = reshape(c.grads[1], b.l.parameter());
    into(d_dy, mul(b.h, g));
    into(d_h, mul(b.dy, g));
  }
  if (c.grads[2]) into(d_dy, broadcast_to(reshape(c.grads[2], b.l.parameter()), b.dy.shape()));
  out[at.dy] = d_dy;
  if (d_h) {
    out[0] = mul(d_h, b.rstd);
    out[at.mean] = neg(b.total(out[0]));
    into(d_rstd, b.total(mul(d_h, b.centred)));
  }
  out[at.rstd] = d_rstd;
  return out;
}

const Register row_norm_op({
    .name = "row_norm",
    .attrs = {{"epsilon", AttrType::real},
              {"rms", AttrType::flag, false},
              {"by_segment", AttrType::flag, false},
              {"has_gamma", AttrType::flag, false},
              {"has_beta", AttrType::flag, false}},
    .infer = [](const Call& c) -> std::vector<Spec> {
      check(c, Inputs(c, false));
      const double e = c.real("epsilon");
      if (!(e >= 0)) throw ValueError(cat(c.name(), ": epsilon is ", e, "; it must be 0 or more"));
      const DType d = promote_all(c.specs);
      const Spec statistics{working_float(d), Layout(c, c.specs[0].shape).statistics()};
      return {{d, c.specs[0].shape}, statistics, statistics};
    },
    .bind = bind_forward,
    .vjp = forward_vjp,
    .compose = forward_plain,
});

const Register row_norm_grad_op({
    .name = "row_norm_grad",
    .attrs = {{"rms", AttrType::flag, false},
              {"by_segment", AttrType::flag, false},
              {"has_gamma", AttrType::flag, false}},
    .infer = [](const Call& c) -> std::vector<Spec> {
      check(c, Inputs(c, true));
      const DType d = promote_all(c.specs);
      const Spec parameter{working_float(d), {Layout(c, c.specs[0].shape).channels()}};
      return {{d, c.specs[0].shape}, parameter, parameter};
    },
    .bind = bind_backward,
    .vjp = backward_vjp,
    .compose = backward_plain,
});

const RegisterPassRules forward_rules("row_norm", {.halves = true});
const RegisterPassRules backward_rules("row_norm_grad", {.halves = true});

void count_samples(const RowNormArgs& a, Counts& c) {
  const double n = counting::product({a.samples, a.groups, a.segments, a.run});
  c.operations = (a.dy ? 9 : 6) * n;
  c.bytes = (a.dy ? 3 : 2) * n * counting::size_of(a.dtype);
  c.width = counting::width_of(a.dtype);
}
const CountRule<&Kernels::row_norm, count_samples> forward_count;
const CountRule<&Kernels::row_norm_grad, count_samples> backward_count;

}  // namespace
}  // namespace ph

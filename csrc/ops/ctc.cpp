// CTC. ctc(x, labels, label_lengths, times) gives the loss (batch,) of log-probabilities x (batch,
// time, classes); ctc_grad(x, labels, label_lengths, times) its gradient with respect to x.
#include "../core/by_compose.h"
#include "../kernels/args_ctc.h"
#include "common.h"

namespace ph {
namespace {

constexpr double kFar = -1e30;  // log of no probability, where differences must stay numbers

void check(const Call& c) {
  need_inputs(c, 4);
  need_rank(c, c.specs[0], 3, "(batch, time, classes)");
  need_float(c, c.specs[0]);
  need_rank(c, c.specs[1], 2, "(batch, length)");
  const int64_t batch = c.specs[0].shape[0], classes = c.specs[0].shape[2];
  for (size_t i = 1; i < 4; ++i) {
    const Spec& s = c.specs[i];
    if (s.dtype != DType::i32)
      throw TypeError(cat(c.name(), ": labels and lengths must be int32; received ", s.dtype));
    if (i > 1) need_rank(c, s, 1, "(batch,)");
    if (!same_size(s.shape[0], batch))
      throw ValueError(cat("CTC: arguments must have the same first dimension. Received shapes: ",
                           c.specs[0].shape, " and ", s.shape));
  }
  const int64_t blank = c.integer("blank");
  if (blank < 0 || (classes >= 0 && blank >= classes))
    throw ValueError(cat("CTC: the blank is class ", blank, "; expected one of [0, ", classes,
                         ") for outputs of shape ", c.specs[0].shape));
}

bool bind_either(BindContext& ctx, bool grad) {
  if (!native_float(ctx.in[0].spec.dtype)) return false;
  CtcArgs a;
  std::memset(&a, 0, sizeof a);
  const Shape& x = ctx.in[0].spec.shape;
  a.dtype = ctx.in[0].spec.dtype;
  a.batch = x[0], a.time = x[1], a.classes = x[2];
  a.length = ctx.in[1].spec.shape[1];
  a.blank = ctx.integer("blank");
  a.x = ctx.in[0].data;
  const auto ints = [&](size_t i) { return static_cast<const int32_t*>(ctx.in[i].data); };
  a.labels = ints(1), a.label_lengths = ints(2), a.times = ints(3);
  (grad ? a.dx : a.loss) = ctx.out[0].data;
  a.status = ctx.status();
  a.scratch =
      ctx.scratch(static_cast<size_t>(ctx.threads * (a.time + kCtcRows - 1) * (2 * a.length + 1)) *
                  sizeof(double));
  return ctx.push<&Kernels::ctc>(a);
}

// log(e^a + e^b) of numbers that are kFar at least.
Tensor log_sum(const Tensor& a, const Tensor& b) {
  const Tensor high = maximum(a, b), low = neg(maximum(neg(a), neg(b)));
  static const OpDef& log1p = op_by_name("log1p");
  return add(high, apply1(log1p, {exp(sub(low, high))}));
}

// alpha of every state, one step after another; see the kernel.
Tensors compose(const Call& c) {
  const DType given = c.specs[0].dtype, work = working_float(given);
  const Tensor x = cast(c.inputs[0], work), &labels = c.inputs[1];
  const int64_t batch = c.specs[0].shape[0], time = c.specs[0].shape[1],
                classes = c.specs[0].shape[2], length = c.specs[1].shape[1],
                states = 2 * length + 1;
  const auto number = [](double v, DType d) { return fill({}, v, d); };
  const Tensor blank = number(static_cast<double>(c.integer("blank")), DType::i32);
  // blank, l1, blank, ... as classes; skips[s]: from the state two before
  const Tensor spaces = broadcast_to(blank, {batch, length, 1});
  const Tensor pairs =
      reshape(concat({spaces, reshape(labels, {batch, length, 1})}, 2), {batch, 2 * length});
  const Tensor all = concat({pairs, broadcast_to(blank, {batch, 1})}, 1);
  const auto back = [&](const Tensor& t, int64_t by, double value) {
    const int64_t kept = std::max<int64_t>(states - by, 0);
    return pad(slice(t, {0, 0}, {batch, kept}, {1, 1}), {0, std::min(by, states)}, {0, 0}, value);
  };
  const Tensor skips = logical_not(equal(all, back(all, 2, -1)));
  const Tensor place =
      reshape(apply1(op_by_name("arange"), {}, {0.0, 1.0, states, DType::i32}), {1, states});
  const Tensor none = number(kFar, work);
  const Tensor chosen = one_hot(all, classes, -1, work);              // (batch, states, classes)
  const Tensor seen = matmul(maximum(x, none), chosen, false, true);  // (batch, time, states)
  const Tensor first = where(less_equal(place, number(1, DType::i32)), number(0, work), none);
  Tensor alpha = broadcast_to(first, {batch, states});
  const Tensor times = reshape(c.inputs[3], {batch, 1});
  for (int64_t t = 0; t < time; ++t) {
    const Tensor now =
        reshape(slice(seen, {0, t, 0}, {batch, t + 1, states}, {1, 1, 1}), {batch, states});
    Tensor sum = alpha;
    if (t > 0) {
      sum = log_sum(alpha, back(alpha, 1, kFar));
      sum = log_sum(sum, where(skips, back(alpha, 2, kFar), none));
    }
    const Tensor next = maximum(add(sum, now), none);
    alpha = where(greater(times, number(static_cast<double>(t), DType::i32)), next, alpha);
  }
  const Tensor end = reshape(mul(c.inputs[2], number(2, DType::i32)), {batch, 1});
  const Tensor last = where(
      logical_or(equal(place, end), equal(place, sub(end, number(1, DType::i32)))), alpha, none);
  const Tensor high = reduce_max(last, {1}, true);
  const Tensor total =
      add(reshape(high, {batch}), log(reduce_sum(exp(sub(last, high)), {1}, false)));
  const double infinite = std::numeric_limits<double>::infinity();
  const Tensor loss =
      where(less_equal(total, number(kFar / 2, work)), number(infinite, work), neg(total));
  return {cast(loss, given)};
}

Tensor per_row(const Tensor& g) { return reshape(g, {g.shape()[0], 1, 1}); }

const Register ctc_op({
    .name = "ctc",
    .attrs = {{"blank", AttrType::integer}},
    .flags = kStatus,
    .infer = [](const Call& c) -> std::vector<Spec> {
      check(c);
      return {{c.specs[0].dtype, {c.specs[0].shape[0]}}};
    },
    .bind = [](BindContext& ctx) { return bind_either(ctx, false); },
    .vjp = [](const VjpContext& c) -> Tensors {
      const Tensor dx = apply(op_by_name("ctc_grad"), c.inputs, *c.attrs)[0];
      return {mul(dx, per_row(c.grad()))};
    },
    .compose = compose,
});

const Register ctc_grad_op({
    .name = "ctc_grad",
    .attrs = {{"blank", AttrType::integer}},
    .flags = kStatus,
    .infer = [](const Call& c) -> std::vector<Spec> {
      check(c);
      return {c.specs[0]};
    },
    .bind = [](BindContext& ctx) { return bind_either(ctx, true); },
    .vjp = [](const VjpContext& c) -> Tensors {
      return {grads_by_compose(*c.op, *c.attrs, c.inputs, c.grads, {true, false, false, false})[0]};
    },
    .compose = [](const Call& c) -> Tensors {
      static const OpDef& op = op_by_name("ctc");
      const Tensors ones{fill({c.specs[0].shape[0]}, 1, c.specs[0].dtype)};
      return {grads_by_compose(op, *c.attrs, c.inputs, ones, {true, false, false, false})[0]};
    },
});

}  // namespace
}  // namespace ph

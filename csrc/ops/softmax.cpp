// softmax and log_softmax over the last axis, and their gradients from the output: softmax_grad(y,
// dy) and log_softmax_grad(y, dy).
#include "halves.h"

namespace ph {
namespace {

struct Rows {
  int64_t rows, cols;
};
Rows rows_of(const Shape& x) {
  Rows r{1, x.back()};
  for (int d = 0; d < x.rank() - 1; ++d) r.rows *= x[d];
  return r;
}

template <bool log, bool grad>
struct Rules {
  static constexpr const char* name =
      grad ? (log ? "log_softmax_grad" : "softmax_grad") : (log ? "log_softmax" : "softmax");
  static std::vector<Spec> infer(const Call& c) {
    need_inputs(c, grad ? 2 : 1);
    for (const Spec& s : c.specs) need_float(c, s);
    if (c.specs[0].shape.rank() == 0)
      throw ValueError(
          cat(c.name(), ": a tensor of shape () has no axis to normalise; reshape it to (1,)"));
    if (grad && c.specs[0].shape.known() && c.specs[1].shape.known() &&
        !(c.specs[0].shape == c.specs[1].shape))
      throw ValueError(cat(c.name(), ": the output's shape ", c.specs[0].shape,
                           " and its gradient's ", c.specs[1].shape, " must be equal"));
    return {{promote_all(c.specs), c.specs[0].shape}};
  }
  static bool bind(BindContext& ctx) {
    const Spec& out = ctx.out[0].spec;
    if (!native_here(ctx, out.dtype)) return false;
    for (const Operand& in : ctx.in)
      if (in.spec.dtype != out.dtype) return false;
    const Rows r = rows_of(out.shape);
    SoftmaxArgs a;
    std::memset(&a, 0, sizeof a);
    a.dtype = out.dtype;
    a.rows = r.rows, a.cols = r.cols, a.log = log;
    if (!grad) {
      a.x = ctx.in[0].data;
      a.y = ctx.out[0].data;
      return ctx.push<&Kernels::softmax>(a);
    }
    a.y = ctx.in[0].data;
    a.dy = ctx.in[1].data;
    a.dx = ctx.out[0].data;
    return ctx.push<&Kernels::softmax_grad>(a);
  }
  static Tensors compose(const Call& c) {
    const DType d = promote_all(c.specs);
    bool mixed = false;
    for (const Spec& s : c.specs) mixed = mixed || s.dtype != d;
    if (!native_float(d) || mixed)
      return {cast(ph::apply(*c.op, cast_all(c.inputs, working_float(d)))[0], d)};
    if (!grad) {
      const Tensor shifted = sub(c.inputs[0], reduce_max(c.inputs[0], {-1}, true));
      const Tensor e = exp(shifted), total = reduce_sum(e, {-1}, true);
      return {log ? sub(shifted, ph::log(total)) : div(e, total)};
    }
    const Tensor &y = c.inputs[0], &dy = c.inputs[1];
    if (log) return {sub(dy, mul(exp(y), reduce_sum(dy, {-1}, true)))};
    return {mul(y, sub(dy, reduce_sum(mul(dy, y), {-1}, true)))};
  }
  static void define(Tensors (*vjp)(const VjpContext&)) {
    OpDef def;
    def.name = name;
    def.infer = infer;
    def.bind = bind;
    def.vjp = vjp;
    def.compose = compose;
    const Register reg(def);
  }
};

Tensor log_softmax_grad(const Tensor& y, const Tensor& dy) {
  return apply1(op_by_name("log_softmax_grad"), {y, dy});
}
Tensor row_sum(const Tensor& x) { return reduce_sum(x, {-1}, true); }

const bool defined = [] {
  Rules<false, false>::define(
      [](const VjpContext& c) -> Tensors { return {softmax_grad(c.out(), c.grad())}; });
  Rules<true, false>::define(
      [](const VjpContext& c) -> Tensors { return {log_softmax_grad(c.out(), c.grad())}; });
  // softmax's Jacobian diag(y) - y y^T is symmetric in dy
  Rules<false, true>::define([](const VjpContext& c) -> Tensors {
    const Tensor &y = c.in(0), &dy = c.in(1), &g = c.grad();
    return {c.needs[0] ? sub(mul(g, sub(dy, row_sum(mul(dy, y)))), mul(dy, row_sum(mul(g, y))))
                       : Tensor(),
            c.needs[1] ? softmax_grad(y, g) : Tensor()};
  });
  Rules<true, true>::define([](const VjpContext& c) -> Tensors {
    const Tensor &y = c.in(0), &dy = c.in(1), &g = c.grad();
    const Tensor p = exp(y);
    return {c.needs[0] ? neg(mul(mul(g, p), row_sum(dy))) : Tensor(),
            c.needs[1] ? sub(g, row_sum(mul(g, p))) : Tensor()};
  });
  return true;
}();

}  // namespace

Tensor softmax(const Tensor& x) {
  static const OpDef& op = op_by_name("softmax");
  return apply1(op, {x});
}
Tensor log_softmax(const Tensor& x) {
  static const OpDef& op = op_by_name("log_softmax");
  return apply1(op, {x});
}
Tensor softmax_grad(const Tensor& y, const Tensor& dy) {
  static const OpDef& op = op_by_name("softmax_grad");
  return apply1(op, {y, dy});
}

}  // namespace ph

// cast, stop_gradient, broadcast_to: values unchanged but for their type, their gradient or their
// shape.
#include "../core/eltwise.h"
#include "common.h"

namespace ph {
namespace {

uint8_t move(EltEmitter& emit, const uint8_t* in, const Call&) {
  return emit.emit(EltOp::mov, in[0]);
}

// Loads and stores convert; only one of the two may round. Small integers to float32 are exact
// there, which lets the cast join a float32 chain.
DType cast_compute(const Call& c) {
  const DType from = c.specs[0].dtype, to = c.dtype("dtype");
  if (is_float(from) || !is_float(to))
    return compute_class(from == DType::f32 && to == DType::f64 ? to : from);
  if (to == DType::f64) return from == DType::u64 ? DType::u64 : DType::f64;
  return dtype_size(from) <= 2 ? DType::f32 : compute_class(from);
}

const Register cast_op({
    .name = "cast",
    .attrs = {{"dtype", AttrType::dtype}},
    .flags = kElementwise | kInPlace,
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 1);
      return {checked(c, c.dtype("dtype"), c.specs[0].shape)};
    },
    .vjp = [](const VjpContext& c) -> Tensors {
      return {is_inexact(c.dtype("dtype")) ? cast(c.grad(), c.in(0).dtype()) : Tensor()};
    },
    .lower = move,
    .compute = cast_compute,
    .copies = true,
});

const Register stop_gradient_op({
    .name = "stop_gradient",
    .flags = kView | kNoGrad,
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 1);
      return {c.specs[0]};
    },
});

// Elementwise, so that a chain reads the small tensor instead of a written-out copy.
const Register broadcast_to_op({
    .name = "broadcast_to",
    .attrs = {{"shape", AttrType::ints}},
    .flags = kElementwise | kInPlace,
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 1);
      const Shape to = shape_attr(c, "shape"), &from = c.specs[0].shape;
      bool ok = from.rank() <= to.rank();
      Shape out = to;
      for (int i = 1; ok && i <= from.rank(); ++i) {
        const int64_t a = from[from.rank() - i];
        int64_t& b = out[to.rank() - i];
        ok = a == 1 || same_size(a, b);
        if (b < 0 && a > 1) b = a;
      }
      if (!ok)
        throw ValueError(
            cat("broadcast_to: a tensor of shape ", from, " does not broadcast to ", to,
                ": aligned from the right, each of its sizes must be 1 or the target's;"
                " reshape it or change the target"));
      return {checked(c, c.specs[0].dtype, out)};
    },
    .vjp = [](const VjpContext& c) -> Tensors { return {c.grad()}; },  // the sweep sums
    .lower = move,
    .copies = true,
});

}  // namespace

Tensor cast(const Tensor& x, DType dtype) {
  static const OpDef& op = op_by_name("cast");
  return x.dtype() == dtype ? x : apply1(op, {x}, {dtype});
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  static const OpDef& op = op_by_name("broadcast_to");
  return x.shape() == shape ? x : apply1(op, {x}, {shape.vec()});
}

}  // namespace ph

// Tensors from nothing. Attributes: fill (shape, value, dtype); arange (start, step, count, dtype);
// one_hot (depth, axis, dtype), of an integer index tensor.
#include <cmath>

#include "common.h"

namespace ph {
namespace {

const Register fill_op({
    .name = "fill",
    .flags = kNoGrad,
    .infer = [](Specs in, const Attrs& attrs) -> std::vector<Spec> {
      need_inputs("fill", in, 0);
      const Shape shape = shape_attr("fill", attrs, 0);
      attrs.real(1);
      return {checked("fill", attrs.dtype(2), shape)};
    },
    .bind =
        [](BindContext& ctx) {
          return push_fill(ctx, ctx.out[0].spec, (*ctx.attrs)[1], ctx.out[0].data);
        },
});

const Register arange_op({
    .name = "arange",
    .flags = kNoGrad,
    .infer = [](Specs in, const Attrs& attrs) -> std::vector<Spec> {
      need_inputs("arange", in, 0);
      const int64_t count = attrs.integer(2);  // -1: unknown
      if (count < -1) throw ValueError(cat("arange: count is ", count, "; it must be 0 or more"));
      if (!std::isfinite(attrs.real(0)) || !std::isfinite(attrs.real(1)))
        throw ValueError(
            cat("arange: start ", attrs.real(0), " and step ", attrs.real(1), " must be finite"));
      return {checked("arange", attrs.dtype(3), {count})};
    },
    .bind =
        [](BindContext& ctx) {
          const Spec& out = ctx.out[0].spec;
          if (out.dtype == DType::f16 || out.dtype == DType::bf16 || out.dtype == DType::b8)
            return false;
          const Attrs& attrs = *ctx.attrs;
          RangeArgs a{out.dtype,      out.shape[0],           attrs.real(0),
                      attrs.real(1),  whole_number(attrs[0]), whole_number(attrs[1]),
                      ctx.out[0].data};
          return ctx.push<&Kernels::range>(a);
        },
    .compose = [](std::span<const Tensor>, const Attrs& attrs) -> Tensors {
      Attrs wide = attrs;
      wide.set(3, attrs.dtype(3) == DType::b8 ? DType::i64 : DType::f32);
      return {cast(apply1(op_by_name("arange"), {}, wide), attrs.dtype(3))};
    },
});

const Register one_hot_op({
    .name = "one_hot",
    .flags = kNoGrad,
    .infer = [](Specs in, const Attrs& attrs) -> std::vector<Spec> {
      need_inputs("one_hot", in, 1);
      need_integer("one_hot", in[0], "the index");
      const int64_t depth = attrs.integer(0);
      if (depth < 0)
        throw ValueError(
            cat("one_hot: the number of classes is ", depth, "; it must be 0 or more"));
      const int axis = normalize_axis("one_hot", attrs.integer(1), in[0].shape.rank() + 1);
      Shape out;
      for (int i = 0; i <= in[0].shape.rank(); ++i) {
        if (i == axis) out.push_back(depth);
        if (i < in[0].shape.rank()) out.push_back(in[0].shape[i]);
      }
      return {checked("one_hot", attrs.dtype(2), out)};
    },
    .bind =
        [](BindContext& ctx) {
          const Spec &index = ctx.in[0].spec, &out = ctx.out[0].spec;
          const int axis = normalize_axis("one_hot", ctx.attrs->integer(1), out.shape.rank());
          OneHotArgs a{out.dtype,      index.dtype,    1, out.shape[axis], 1,
                       ctx.in[0].data, ctx.out[0].data};
          for (int i = 0; i < index.shape.rank(); ++i)
            (i < axis ? a.outer : a.inner) *= index.shape[i];
          return ctx.push<&Kernels::one_hot>(a);
        },
});

}  // namespace

Tensor fill(const Shape& shape, double value, DType dtype) {
  static const OpDef& op = op_by_name("fill");
  return apply1(op, {}, {shape.vec(), value, dtype});
}
Tensor zeros_like(const Tensor& x) { return fill(x.shape(), 0, x.dtype()); }
Tensor ones_like(const Tensor& x) { return fill(x.shape(), 1, x.dtype()); }

Tensor one_hot(const Tensor& index, int64_t depth, int axis, DType dtype) {
  static const OpDef& op = op_by_name("one_hot");
  return apply1(op, {index}, {depth, int64_t{axis}, dtype});
}

}  // namespace ph

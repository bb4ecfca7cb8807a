// Tensors from nothing, and one_hot of an integer index tensor.
#include <cmath>

#include "common.h"

namespace ph {
namespace {

const Register fill_op({
    .name = "fill",
    .attrs = {{"shape", AttrType::ints}, {"value", AttrType::number}, {"dtype", AttrType::dtype}},
    .flags = kNoGrad,
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 0);
      const Shape shape = shape_attr(c, "shape");
      return {checked(c, c.dtype("dtype"), shape)};
    },
    .bind =
        [](BindContext& ctx) {
          return push_fill(ctx, ctx.out[0].spec, ctx.attr("value"), ctx.out[0].data);
        },
});

const Register arange_op({
    .name = "arange",
    .attrs = {{"start", AttrType::number},
              {"step", AttrType::number},
              {"count", AttrType::integer},
              {"dtype", AttrType::dtype}},
    .flags = kNoGrad,
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 0);
      const int64_t count = c.integer("count");  // -1: unknown
      if (count < -1) throw ValueError(cat("arange: count is ", count, "; it must be 0 or more"));
      if (!std::isfinite(c.real("start")) || !std::isfinite(c.real("step")))
        throw ValueError(cat("arange: start ", c.real("start"), " and step ", c.real("step"),
                             " must be finite"));
      return {checked(c, c.dtype("dtype"), {count})};
    },
    .bind =
        [](BindContext& ctx) {
          const Spec& out = ctx.out[0].spec;
          if (out.dtype == DType::f16 || out.dtype == DType::bf16 || out.dtype == DType::b8)
            return false;
          const Attr &start = ctx.attr("start"), &step = ctx.attr("step");
          RangeArgs a{out.dtype,           out.shape[0],       ctx.real("start"), ctx.real("step"),
                      whole_number(start), whole_number(step), ctx.out[0].data};
          return ctx.push<&Kernels::range>(a);
        },
    .compose = [](const Call& c) -> Tensors {
      const DType d = c.dtype("dtype"), wide = d == DType::b8 ? DType::i64 : DType::f32;
      return {cast(apply1(*c.op, {}, c.with("dtype", wide)), d)};
    },
});

const Register one_hot_op({
    .name = "one_hot",
    .attrs = {{"depth", AttrType::integer},
              {"axis", AttrType::integer, int64_t{-1}},
              {"dtype", AttrType::dtype, DType::f32}},
    .flags = kNoGrad,
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 1);
      need_integer(c, c.specs[0], "the index");
      const int64_t depth = c.integer("depth");
      if (depth < 0)
        throw ValueError(
            cat("one_hot: the number of classes is ", depth, "; it must be 0 or more"));
      const int axis = axis_attr(c, "axis", c.specs[0].shape.rank() + 1);
      Shape out;
      for (int i = 0; i <= c.specs[0].shape.rank(); ++i) {
        if (i == axis) out.push_back(depth);
        if (i < c.specs[0].shape.rank()) out.push_back(c.specs[0].shape[i]);
      }
      return {checked(c, c.dtype("dtype"), out)};
    },
    .bind =
        [](BindContext& ctx) {
          const Spec &index = ctx.in[0].spec, &out = ctx.out[0].spec;
          const int axis = axis_attr(ctx, "axis", out.shape.rank());
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

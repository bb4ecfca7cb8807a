// gather(table, index) and scatter_add(index, updates), each the other's gradient. `wrap`: negative
// indices count from the end. `checked`: an index out of range is an error.
#include "common.h"

namespace ph {
namespace {

GatherArgs base_args(BindContext& ctx, const Spec& index, bool wrap) {
  GatherArgs a;
  std::memset(&a, 0, sizeof a);
  a.dtype = ctx.out[0].spec.dtype;
  a.index_dtype = index.dtype;
  a.n = index.shape.count();
  a.wrap = wrap;
  a.out = ctx.out[0].data;
  return a;
}

void outer_inner(const Shape& table, int axis, GatherArgs* a) {
  a->outer = a->inner = 1;
  for (int d = 0; d < table.rank(); ++d)
    if (d != axis) (d < axis ? a->outer : a->inner) *= table[d];
  a->rows = table[axis];
}

const Register gather_op({
    .name = "gather",
    .attrs = {{"axis", AttrType::integer},
              {"wrap", AttrType::flag, true},
              {"checked", AttrType::flag, true}},
    .flags = kStatus,
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 2);
      need_integer(c, c.specs[1], "the index");
      const Shape &table = c.specs[0].shape, &index = c.specs[1].shape;
      if (table.rank() == 0)
        throw ValueError("gather: the table has shape (); it needs at least one dimension");
      const int axis = axis_attr(c, "axis", table.rank());
      Shape out;
      for (int d = 0; d < axis; ++d) out.push_back(table[d]);
      for (int64_t d : index) out.push_back(d);
      for (int d = axis + 1; d < table.rank(); ++d) out.push_back(table[d]);
      return {checked(c, c.specs[0].dtype, out)};
    },
    .bind =
        [](BindContext& ctx) {
          const Spec& table = ctx.in[0].spec;
          GatherArgs a = base_args(ctx, ctx.in[1].spec, ctx.flag("wrap"));
          outer_inner(table.shape, axis_attr(ctx, "axis", table.shape.rank()), &a);
          a.table = ctx.in[0].data;
          a.index = ctx.in[1].data;
          a.status = ctx.flag("checked") ? ctx.status() : static_cast<int32_t*>(ctx.scratch(64));
          return ctx.push<&Kernels::gather>(a);
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      const Shape& table = c.in(0).shape();
      const int axis = axis_attr(c, "axis", table.rank());
      return {scatter_add(c.in(1), c.grad(), table[axis], axis, c.flag("wrap")), Tensor()};
    },
});

// As a product with one-hot rows; types without a kernel are converted first.
Tensors scatter_plainly(const Call& c) {
  const DType d = c.inputs[1].dtype();
  if (d == DType::f16 || d == DType::bf16 || (!is_float(d) && dtype_size(d) < 4) ||
      is_unsigned(d)) {
    const Tensor wide = cast(c.inputs[1], is_float(d) ? DType::f32 : DType::i64);
    return {cast(apply1(*c.op, {c.inputs[0], wide}, *c.attrs), d)};
  }
  const Shape &index = c.inputs[0].shape(), &updates = c.inputs[1].shape();
  const int64_t rows = c.integer("rows");
  const int axis = axis_attr(c, "axis", updates.rank() - index.rank() + 1);
  int64_t outer = 1, inner = 1;
  Shape out;
  for (int i = 0; i < axis; ++i) outer *= updates[i], out.push_back(updates[i]);
  out.push_back(rows);
  for (int i = axis + index.rank(); i < updates.rank(); ++i)
    inner *= updates[i], out.push_back(updates[i]);
  Tensor at = reshape(cast(c.inputs[0], DType::i64), {index.count()});
  if (c.flag("wrap"))
    at = where(greater(like(at, 0), at), add(at, like(at, static_cast<double>(rows))), at);
  const Tensor hits = one_hot(at, rows, -1, d);
  return {
      reshape(matmul(hits, reshape(c.inputs[1], {outer, index.count(), inner}), true, false), out)};
}

const Register scatter_add_op({
    .name = "scatter_add",
    .attrs = {{"rows", AttrType::integer},
              {"axis", AttrType::integer},
              {"wrap", AttrType::flag, true}},
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 2);
      need_integer(c, c.specs[0], "the index");
      const Shape &index = c.specs[0].shape, &updates = c.specs[1].shape;
      const int64_t rows = c.integer("rows");
      if (rows < 0)
        throw ValueError(
            cat("scatter_add: the number of rows is ", rows, "; it must be 0 or more"));
      const int rank = updates.rank() - index.rank() + 1;
      bool ok = rank >= 1;
      const int axis = ok ? axis_attr(c, "axis", rank) : 0;
      for (int d = 0; ok && d < index.rank(); ++d) ok = same_size(updates[axis + d], index[d]);
      if (!ok)
        throw ValueError(cat(
            "scatter_add: updates of shape ", updates, " do not match an index of shape ", index,
            ": its sizes must stand in the updates from axis ", c.integer("axis"), " on"));
      Shape out;
      for (int d = 0; d < axis; ++d) out.push_back(updates[d]);
      out.push_back(rows);
      for (int d = axis + index.rank(); d < updates.rank(); ++d) out.push_back(updates[d]);
      return {checked(c, c.specs[1].dtype, out)};
    },
    .bind =
        [](BindContext& ctx) {
          const Spec& out = ctx.out[0].spec;
          if (!native_float(out.dtype) && out.dtype != DType::i32 && out.dtype != DType::i64)
            return false;
          GatherArgs a = base_args(ctx, ctx.in[0].spec, ctx.flag("wrap"));
          outer_inner(out.shape, axis_attr(ctx, "axis", out.shape.rank()), &a);
          a.index = ctx.in[0].data;
          a.updates = ctx.in[1].data;
          a.status = ctx.status();
          const size_t need =
              ctx.kernels->scatter_scratch ? ctx.kernels->scatter_scratch(a, ctx.threads) : 0;
          if (need) a.scratch = ctx.scratch(need);
          return ctx.push<&Kernels::scatter_add>(a);
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      const int axis = axis_attr(c, "axis", c.out().shape().rank());
      return {Tensor(), gather(c.grad(), c.in(0), axis, c.flag("wrap"), false)};
    },
    .compose = scatter_plainly,
});

}  // namespace

Tensor gather(const Tensor& table, const Tensor& index, int axis, bool wrap, bool checked) {
  static const OpDef& op = op_by_name("gather");
  return apply1(op, {table, index}, {int64_t{axis}, wrap, checked});
}
Tensor scatter_add(const Tensor& index, const Tensor& updates, int64_t rows, int axis, bool wrap) {
  static const OpDef& op = op_by_name("scatter_add");
  return apply1(op, {index, updates}, {rows, int64_t{axis}, wrap});
}

}  // namespace ph

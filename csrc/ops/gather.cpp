// gather and scatter_add, each the other's gradient. Attributes: gather (axis, wrap, checked);
// scatter_add (rows, axis, wrap), inputs (index, updates). wrap: negative indices count from the
// end.
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
    .flags = kStatus,
    .infer = [](Specs in, const Attrs& attrs) -> std::vector<Spec> {
      need_inputs("gather", in, 2);
      need_integer("gather", in[1], "the index");
      const Shape &table = in[0].shape, &index = in[1].shape;
      if (table.rank() == 0)
        throw ValueError("gather: the table has shape (); it needs at least one dimension");
      const int axis = normalize_axis("gather", attrs.integer(0), table.rank());
      Shape out;
      for (int d = 0; d < axis; ++d) out.push_back(table[d]);
      for (int64_t d : index) out.push_back(d);
      for (int d = axis + 1; d < table.rank(); ++d) out.push_back(table[d]);
      return {checked("gather", in[0].dtype, out)};
    },
    .bind =
        [](BindContext& ctx) {
          const Spec& table = ctx.in[0].spec;
          GatherArgs a = base_args(ctx, ctx.in[1].spec, flag_or(*ctx.attrs, 1, true));
          outer_inner(table.shape,
                      normalize_axis("gather", ctx.attrs->integer(0), table.shape.rank()), &a);
          a.table = ctx.in[0].data;
          a.index = ctx.in[1].data;
          a.status =
              flag_or(*ctx.attrs, 2, true) ? ctx.status() : static_cast<int32_t*>(ctx.scratch(64));
          return ctx.push<&Kernels::gather>(a);
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      const Shape& table = c.in(0).shape();
      const int axis = normalize_axis("gather", c.attrs().integer(0), table.rank());
      return {scatter_add(c.in(1), c.grad(), table[axis], axis, flag_or(c.attrs(), 1, true)),
              Tensor()};
    },
});

// As a product with one-hot rows; types without a kernel are converted first.
Tensors scatter_plainly(std::span<const Tensor> in, const Attrs& attrs) {
  const DType d = in[1].dtype();
  if (d == DType::f16 || d == DType::bf16 || (!is_float(d) && dtype_size(d) < 4) ||
      is_unsigned(d)) {
    const Tensor wide = cast(in[1], is_float(d) ? DType::f32 : DType::i64);
    return {cast(apply1(op_by_name("scatter_add"), {in[0], wide}, attrs), d)};
  }
  const Shape &index = in[0].shape(), &updates = in[1].shape();
  const int64_t rows = attrs.integer(0);
  const int axis =
      normalize_axis("scatter_add", attrs.integer(1), updates.rank() - index.rank() + 1);
  int64_t outer = 1, inner = 1;
  Shape out;
  for (int i = 0; i < axis; ++i) outer *= updates[i], out.push_back(updates[i]);
  out.push_back(rows);
  for (int i = axis + index.rank(); i < updates.rank(); ++i)
    inner *= updates[i], out.push_back(updates[i]);
  Tensor at = reshape(cast(in[0], DType::i64), {index.count()});
  if (flag_or(attrs, 2, true))
    at = where(greater(like(at, 0), at), add(at, like(at, static_cast<double>(rows))), at);
  const Tensor hits = one_hot(at, rows, -1, d);
  return {reshape(matmul(hits, reshape(in[1], {outer, index.count(), inner}), true, false), out)};
}

const Register scatter_add_op({
    .name = "scatter_add",
    .infer = [](Specs in, const Attrs& attrs) -> std::vector<Spec> {
      need_inputs("scatter_add", in, 2);
      need_integer("scatter_add", in[0], "the index");
      const Shape &index = in[0].shape, &updates = in[1].shape;
      const int64_t rows = attrs.integer(0);
      if (rows < 0)
        throw ValueError(
            cat("scatter_add: the number of rows is ", rows, "; it must be 0 or more"));
      const int rank = updates.rank() - index.rank() + 1;
      bool ok = rank >= 1;
      const int axis = ok ? normalize_axis("scatter_add", attrs.integer(1), rank) : 0;
      for (int d = 0; ok && d < index.rank(); ++d) ok = same_size(updates[axis + d], index[d]);
      if (!ok)
        throw ValueError(cat(
            "scatter_add: updates of shape ", updates, " do not match an index of shape ", index,
            ": its sizes must stand in the updates from axis ", attrs.integer(1), " on"));
      Shape out;
      for (int d = 0; d < axis; ++d) out.push_back(updates[d]);
      out.push_back(rows);
      for (int d = axis + index.rank(); d < updates.rank(); ++d) out.push_back(updates[d]);
      return {checked("scatter_add", in[1].dtype, out)};
    },
    .bind =
        [](BindContext& ctx) {
          const Spec& out = ctx.out[0].spec;
          if (!native_float(out.dtype) && out.dtype != DType::i32 && out.dtype != DType::i64)
            return false;
          GatherArgs a = base_args(ctx, ctx.in[0].spec, flag_or(*ctx.attrs, 2, true));
          outer_inner(out.shape,
                      normalize_axis("scatter_add", ctx.attrs->integer(1), out.shape.rank()), &a);
          a.index = ctx.in[0].data;
          a.updates = ctx.in[1].data;
          a.status = ctx.status();
          const size_t need =
              ctx.kernels->scatter_scratch ? ctx.kernels->scatter_scratch(a, ctx.threads) : 0;
          if (need) a.scratch = ctx.scratch(need);
          return ctx.push<&Kernels::scatter_add>(a);
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      const int axis = normalize_axis("scatter_add", c.attrs().integer(1), c.out().shape().rank());
      return {Tensor(), gather(c.grad(), c.in(0), axis, flag_or(c.attrs(), 2, true), false)};
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

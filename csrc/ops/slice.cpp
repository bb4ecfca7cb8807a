// slice, slice_grad, concat, pad: strided copies. A slice has one begin, end and step an axis, with
// the meaning of Python's slices (INT64_MAX and INT64_MIN: the open ends); slice_grad's `shape` is
// that of its result.
#include "../core/pass_rules.h"
#include "common.h"

namespace ph {
namespace {

struct Range {
  int64_t begin, step, count;
};

// One axis of a slice; count is -1 where the size is unknown and matters.
Range resolve(int64_t begin, int64_t end, int64_t step, int64_t size) {
  constexpr int64_t kOpen = std::numeric_limits<int64_t>::max();
  if (step == 0) throw ValueError("slice: a step is 0; it must be positive or negative");
  if (size < 0) {
    if (step == 1 && begin == 0 && end == kOpen) return {0, 1, -1};
    if (step == 1 && begin < 0 && end == kOpen) return {begin, 1, -begin};  // the last few
    return {begin, step, -1};
  }
  const int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
  if (begin < 0) begin = begin < -size ? low : begin + size;
  if (end < 0) end = end < -size ? low : end + size;
  begin = std::clamp(begin, low, high);
  end = std::clamp(end, low, high);
  const int64_t span = step > 0 ? end - begin : begin - end;
  // -step may not be representable; one element is left then anyway
  const int64_t stride = step > 0                                      ? step
                         : step == std::numeric_limits<int64_t>::min() ? kOpen
                                                                       : -step;
  return {begin, step, span <= 0 ? 0 : (span - 1) / stride + 1};
}

std::vector<Range> ranges(const Call& c, const Shape& x) {
  const auto rank = static_cast<size_t>(x.rank());
  const Ints& begin = need_ints(c, "begin", rank);
  const Ints& end = need_ints(c, "end", rank);
  const Ints& step = need_ints(c, "step", rank);
  std::vector<Range> out;
  for (size_t i = 0; i < rank; ++i)
    out.push_back(resolve(begin[i], end[i], step[i], x[static_cast<int>(i)]));
  return out;
}

Shape counts(const std::vector<Range>& r) {
  Shape s;
  for (const Range& range : r) s.push_back(range.count);
  return s;
}

// Copies between the slice of a dense tensor of shape `whole` and a dense tensor of its counts.
bool push_slice(BindContext& ctx, const std::vector<Range>& r, const Shape& whole, DType dtype,
                void* dense, void* part, bool into_part) {
  const auto outer = whole.strides(), inner = counts(r).strides();
  CopyDims dims;
  int64_t offset = 0;
  for (size_t i = 0; i < r.size(); ++i) {
    if (r[i].count == 0)
      return ctx.kernels->copy != nullptr;  // nothing to copy, nothing to point at
    const int64_t stride = r[i].count == 1 ? outer[i] : r[i].step * outer[i];
    offset += r[i].begin * outer[i];
    if (into_part)
      dims.add(r[i].count, stride, inner[i]);
    else
      dims.add(r[i].count, inner[i], stride);
  }
  void* at_slice = at(dense, offset * dtype_size(dtype));
  return into_part ? push_copy(ctx, dims, dtype, at_slice, part)
                   : push_copy(ctx, dims, dtype, part, at_slice);
}

const std::vector<AttrDecl> kSlice = {
    {"begin", AttrType::ints}, {"end", AttrType::ints}, {"step", AttrType::ints}};

const Register slice_op({
    .name = "slice",
    .attrs = kSlice,
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 1);
      return {{c.specs[0].dtype, counts(ranges(c, c.specs[0].shape))}};
    },
    .bind =
        [](BindContext& ctx) {
          const Spec& x = ctx.in[0].spec;
          return push_slice(ctx, ranges(ctx, x.shape), x.shape, x.dtype, ctx.in[0].data,
                            ctx.out[0].data, true);
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      return {
          slice_grad(c.grad(), c.ints("begin"), c.ints("end"), c.ints("step"), c.in(0).shape())};
    },
});

const Register slice_grad_op({
    .name = "slice_grad",
    .attrs = {kSlice[0], kSlice[1], kSlice[2], {"shape", AttrType::ints}},
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 1);
      const Shape whole = shape_attr(c, "shape");
      const Shape part = counts(ranges(c, whole));
      if (part.known() && c.specs[0].shape.known() && !(part == c.specs[0].shape))
        throw ValueError(cat("slice_grad: the slice of a tensor of shape ", whole, " has shape ",
                             part, "; its gradient has shape ", c.specs[0].shape));
      return {checked(c, c.specs[0].dtype, whole)};
    },
    .bind =
        [](BindContext& ctx) {
          const Spec& out = ctx.out[0].spec;
          const auto r = ranges(ctx, out.shape);
          if (!(counts(r) == out.shape) && !push_fill(ctx, out, 0.0, ctx.out[0].data)) return false;
          return push_slice(ctx, r, out.shape, out.dtype, ctx.out[0].data, ctx.in[0].data, false);
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      return {slice(c.grad(), c.ints("begin"), c.ints("end"), c.ints("step"))};
    },
});

std::vector<Spec> infer_concat(const Call& c) {
  if (c.specs.empty()) throw ValueError("concatenate: expected at least one tensor; received none");
  const Shape& first = c.specs[0].shape;
  if (first.rank() == 0)
    throw ValueError("concatenate: tensors of shape () cannot be joined; stack them instead");
  const int axis = normalize_axis("concatenate", c.integer("axis"), first.rank());
  Shape out = first;
  for (size_t i = 1; i < c.specs.size(); ++i) {
    const Shape& s = c.specs[i].shape;
    bool ok = s.rank() == first.rank();
    for (int d = 0; ok && d < first.rank(); ++d) ok = d == axis || same_size(out[d], s[d]);
    if (!ok)
      throw ValueError(cat("concatenate: shapes ", first, " and ", s, " (input ", i,
                           ") cannot be joined along axis ", axis,
                           ": all their other sizes must be equal"));
    for (int d = 0; d < first.rank(); ++d) {
      if (d != axis && out[d] < 0) out[d] = s[d];
      if (d == axis) out[d] = out[d] < 0 || s[d] < 0 ? -1 : out[d] + s[d];
    }
  }
  return {checked(c, promote_all(c.specs), out)};
}

const Register concat_op({
    .name = "concat",
    .attrs = {{"axis", AttrType::integer, int64_t{-1}}},
    .infer = infer_concat,
    .bind =
        [](BindContext& ctx) {
          const Spec& out = ctx.out[0].spec;
          const int axis = axis_attr(ctx, "axis", out.shape.rank());
          int64_t outer = 1, inner = 1;
          for (int d = 0; d < out.shape.rank(); ++d)
            (d < axis ? outer : inner) *= d == axis ? 1 : out.shape[d];
          int64_t position = 0;
          for (const Operand& in : ctx.in) {
            if (in.spec.dtype != out.dtype) return false;
            const int64_t size = in.spec.shape[axis];
            CopyDims dims;
            dims.add(outer, size * inner, out.shape[axis] * inner);
            dims.add(size * inner, 1, 1);
            void* to = at(ctx.out[0].data, position * inner * dtype_size(out.dtype));
            if (outer * size * inner > 0 && !push_copy(ctx, dims, out.dtype, in.data, to))
              return false;
            position += size;
          }
          return ctx.kernels->copy != nullptr;
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      const Shape& out = c.out().shape();
      const int axis = axis_attr(c, "axis", out.rank());
      Ints begin(static_cast<size_t>(out.rank()), 0), end = out.vec(), step(begin.size(), 1);
      Tensors grads;
      int64_t position = 0;
      for (size_t i = 0; i < c.inputs.size(); ++i) {
        const auto d = static_cast<size_t>(axis);
        begin[d] = position;
        position += c.in(i).shape()[axis];
        end[d] = position;
        grads.push_back(c.needs[i] ? slice(c.grad(), begin, end, step) : Tensor());
      }
      return grads;
    },
    .compose = [](const Call& c) -> Tensors {
      return apply(*c.op, cast_all(c.inputs, promote_all(c.specs)), *c.attrs);
    },
});

Shape padded(const Call& c, const Spec& x) {
  const auto rank = static_cast<size_t>(x.shape.rank());
  const Ints& low = need_ints(c, "low", rank);
  const Ints& high = need_ints(c, "high", rank);
  Shape out;
  for (size_t i = 0; i < rank; ++i) {
    const int64_t size = x.shape[static_cast<int>(i)];
    int64_t total;
    if (low[i] < 0 || high[i] < 0)
      throw ValueError(cat("pad: axis ", i, " of shape ", x.shape, " has negative padding (",
                           low[i], ", ", high[i], "); use a slice to crop"));
    if (__builtin_add_overflow(low[i], high[i], &total) ||
        (size >= 0 && __builtin_add_overflow(total, size, &total)))
      throw ValueError(cat("pad: the padding (", low[i], ", ", high[i], ") is too large"));
    out.push_back(size < 0 ? -1 : total);
  }
  return out;
}

const Register pad_op({
    .name = "pad",
    .attrs = {{"low", AttrType::ints}, {"high", AttrType::ints}, {"value", AttrType::number, 0.0}},
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 1);
      return {checked(c, c.specs[0].dtype, padded(c, c.specs[0]))};
    },
    .bind =
        [](BindContext& ctx) {
          const Spec &x = ctx.in[0].spec, &out = ctx.out[0].spec;
          if (!(x.shape == out.shape) && !push_fill(ctx, out, ctx.attr("value"), ctx.out[0].data))
            return false;
          std::vector<Range> r;
          for (int d = 0; d < x.shape.rank(); ++d)
            r.push_back({ctx.ints("low")[static_cast<size_t>(d)], 1, x.shape[d]});
          return push_slice(ctx, r, out.shape, out.dtype, ctx.out[0].data, ctx.in[0].data, false);
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      const Ints& low = c.ints("low");
      Ints end = low, step(low.size(), 1);
      for (size_t i = 0; i < low.size(); ++i) end[i] += c.in(0).shape()[static_cast<int>(i)];
      return {slice(c.grad(), low, end, step)};
    },
    .pads = true,
});

// ---- of transposed inputs
// Attributes of one number for each dimension.
bool permute_sizes(const Call&, const Ints& perm, Attrs& attrs, Ints& back) {
  for (size_t a = 0; a < attrs.size(); ++a) {
    const auto* sizes = std::get_if<Ints>(&attrs[a]);
    if (!sizes) continue;
    Ints moved = *sizes;
    for (size_t i = 0; i < perm.size(); ++i) moved[static_cast<size_t>(perm[i])] = (*sizes)[i];
    attrs[a] = moved;
  }
  back = perm;
  return true;
}
bool permute_axis(const Call& c, const Ints& perm, Attrs& attrs, Ints& back) {
  const int axis = axis_attr(c, "axis", c.specs[0].shape.rank());
  attrs = {perm[static_cast<size_t>(axis)]};
  back = perm;
  return true;
}
const RegisterPassRules slice_rules("slice", {.permuted = permute_sizes});
const RegisterPassRules slice_grad_rules("slice_grad", {.permuted = permute_sizes});
const RegisterPassRules pad_rules("pad", {.permuted = permute_sizes});
const RegisterPassRules concat_rules("concat", {.permuted = permute_axis});

}  // namespace

Tensor slice(const Tensor& x, const Ints& begin, const Ints& end, const Ints& step) {
  static const OpDef& op = op_by_name("slice");
  return apply1(op, {x}, {begin, end, step});
}
Tensor slice_grad(const Tensor& g, const Ints& begin, const Ints& end, const Ints& step,
                  const Shape& shape) {
  static const OpDef& op = op_by_name("slice_grad");
  return apply1(op, {g}, {begin, end, step, shape.vec()});
}
Tensor concat(const std::vector<Tensor>& parts, int axis) {
  static const OpDef& op = op_by_name("concat");
  return apply(op, parts, {int64_t{axis}})[0];
}
Tensor pad(const Tensor& x, const Ints& low, const Ints& high, double value) {
  static const OpDef& op = op_by_name("pad");
  return apply1(op, {x}, {low, high, value});
}

}  // namespace ph

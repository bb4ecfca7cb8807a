#include "common.h"

#include "../core/convert.h"

namespace ph {

void need_inputs(const Call& c, size_t count) {
  if (c.specs.size() != count)
    throw ValueError(
        cat(c.name(), ": expected ", count, " input tensors; received ", c.specs.size()));
}

void need_rank(const Call& c, const Spec& x, int rank, const char* layout) {
  if (x.shape.rank() != rank)
    throw ValueError(cat(c.name(), ": expected a tensor of ", rank, " dimensions, ", layout,
                         "; received one of shape ", x.shape, "; reshape or expand_dims it first"));
}

void need_float(const Call& c, const Spec& x) {
  if (!is_float(x.dtype))
    throw TypeError(cat(c.name(), ": expected a floating dtype; received ", x.dtype, " of shape ",
                        x.shape, "; cast it first, for example to float32"));
}

void need_integer(const Call& c, const Spec& x, const char* what) {
  if (!is_integer(x.dtype))
    throw TypeError(cat(c.name(), ": ", what, " must have an integer dtype; received ", x.dtype,
                        " of shape ", x.shape, "; cast it first, for example to int32"));
}

const Ints& need_ints(const Call& c, const char* attr, size_t count) {
  const Ints& v = c.ints(attr);
  if (v.size() != count)
    throw ValueError(
        cat(c.name(), ": `", attr, "` must hold ", count, " integers; received ", Shape(v)));
  return v;
}

Spec checked(const Call& c, DType dtype, const Shape& shape) {
  const int64_t n = shape.count();
  if (n > (int64_t{1} << 60) / dtype_size(dtype))
    throw ValueError(cat(c.name(), ": the result would have shape ", shape, " and dtype ", dtype,
                         ", more bytes than can be addressed; use smaller sizes"));
  return {dtype, shape};
}

Shape shape_attr(const Call& c, const char* attr) {
  const Ints& dims = c.ints(attr);
  for (int64_t d : dims)
    if (d < -1)
      throw ValueError(
          cat(c.name(), ": `", attr, "` has a negative size, ", d, "; sizes must be 0 or more"));
  return Shape(dims);
}

DType promote_all(Specs in) {
  DType d = in[0].dtype;
  for (const Spec& s : in) d = promote(d, s.dtype);
  return d;
}

Tensors cast_all(std::span<const Tensor> in, DType dtype) {
  Tensors out;
  for (const Tensor& t : in) out.push_back(cast(t, dtype));
  return out;
}

bool push_copy(BindContext& ctx, const CopyDims& dims, DType dtype, const void* src, void* dst) {
  CopyArgs a;
  std::memset(&a, 0, sizeof a);
  a.elem_size = static_cast<int32_t>(dtype_size(dtype));
  a.src = src;
  a.dst = dst;
  int n = 0;
  for (int d = 0; d < dims.ndim; ++d) {
    if (dims.shape[d] == 1) continue;
    const bool merge = n > 0 && a.src_stride[n - 1] == dims.src[d] * dims.shape[d] &&
                       a.dst_stride[n - 1] == dims.dst[d] * dims.shape[d];
    if (merge) --n;
    a.shape[n] = merge ? a.shape[n] * dims.shape[d] : dims.shape[d];
    a.src_stride[n] = dims.src[d];
    a.dst_stride[n] = dims.dst[d];
    ++n;
  }
  a.ndim = n;
  return ctx.push<&Kernels::copy>(a);
}

uint64_t number_bits(const Attr& value, DType dtype) {
  if (const auto* n = std::get_if<int64_t>(&value)) return integer_bits(*n, dtype);
  return scalar_bits(std::get<double>(value), dtype);
}

int64_t whole_number(const Attr& value) {
  return static_cast<int64_t>(number_bits(value, DType::i64));
}

bool push_fill(BindContext& ctx, const Spec& spec, const Attr& value, void* dst) {
  FillArgs a;
  std::memset(&a, 0, sizeof a);
  a.elem_size = static_cast<int32_t>(dtype_size(spec.dtype));
  a.count = spec.shape.count();
  a.bits = number_bits(value, spec.dtype);
  a.dst = dst;
  return ctx.push<&Kernels::fill>(a);
}

Ints iota(int n) {
  Ints v(static_cast<size_t>(n));
  for (int i = 0; i < n; ++i) v[static_cast<size_t>(i)] = i;
  return v;
}

}  // namespace ph

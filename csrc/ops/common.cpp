#include "common.h"

#include "../core/convert.h"

namespace ph {

void need_inputs(const char* op, Specs in, size_t count) {
  if (in.size() != count)
    throw ValueError(cat(op, ": expected ", count, " input tensors; received ", in.size()));
}

void need_rank(const char* op, const Spec& x, int rank, const char* layout) {
  if (x.shape.rank() != rank)
    throw ValueError(cat(op, ": expected a tensor of ", rank, " dimensions, ", layout,
                         "; received one of shape ", x.shape, "; reshape or expand_dims it first"));
}

void need_float(const char* op, const Spec& x) {
  if (!is_float(x.dtype))
    throw TypeError(cat(op, ": expected a floating dtype; received ", x.dtype, " of shape ",
                        x.shape, "; cast it first, for example to float32"));
}

void need_integer(const char* op, const Spec& x, const char* what) {
  if (!is_integer(x.dtype))
    throw TypeError(cat(op, ": ", what, " must have an integer dtype; received ", x.dtype,
                        " of shape ", x.shape, "; cast it first, for example to int32"));
}

const Ints& need_ints(const char* op, const Attrs& attrs, size_t i, size_t count,
                      const char* what) {
  if (!attrs.has(i)) throw TypeError(cat(op, ": ", what, " is missing"));
  const Ints& v = attrs.ints(i);
  if (v.size() != count)
    throw ValueError(cat(op, ": ", what, " must hold ", count, " integers; received ", v.size()));
  return v;
}

Spec checked(const char* op, DType dtype, const Shape& shape) {
  const int64_t n = shape.count();
  if (n > (int64_t{1} << 60) / dtype_size(dtype))
    throw ValueError(cat(op, ": the result would have shape ", shape, " and dtype ", dtype,
                         ", more bytes than can be addressed; use smaller sizes"));
  return {dtype, shape};
}

Shape shape_attr(const char* op, const Attrs& attrs, size_t i) {
  if (!attrs.has(i)) throw TypeError(cat(op, ": the shape is missing"));
  const Ints& dims = attrs.ints(i);
  for (int64_t d : dims)
    if (d < -1)
      throw ValueError(
          cat(op, ": the shape has a negative size, ", d, "; sizes must be 0 or more"));
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
  return scalar_bits(Attrs{value}.real(0), dtype);
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

// What infer and bind functions of several families share: argument checks and strided copies.
#pragma once
#include <algorithm>
#include <limits>

#include "functions.h"

namespace ph {

using Specs = std::span<const Spec>;
using Tensors = std::vector<Tensor>;

// ---- checks: they throw the caller's error
void need_inputs(const Call& c, size_t count);
void need_rank(const Call& c, const Spec& x, int rank, const char* layout);
void need_float(const Call& c, const Spec& x);
void need_integer(const Call& c, const Spec& x, const char* what);
const Ints& need_ints(const Call& c, const char* attr, size_t count);
// The spec, once its bytes are known to fit in 63 bits.
Spec checked(const Call& c, DType dtype, const Shape& shape);
inline bool same_size(int64_t a, int64_t b) { return a == b || a < 0 || b < 0; }
// The shape held by an attribute; -1 is an unknown size.
Shape shape_attr(const Call& c, const char* attr);
inline int axis_attr(const Call& c, const char* attr, int rank) {
  return normalize_axis(c.name(), c.integer(attr), rank);
}

// ---- dtypes
inline bool native_float(DType d) { return d == DType::f32 || d == DType::f64; }
// The native float that computes for d.
inline DType working_float(DType d) { return d == DType::f64 ? d : DType::f32; }
inline DType float_of(DType d) { return is_inexact(d) ? d : DType::f32; }
DType promote_all(Specs in);
// Casts every input to `dtype`.
Tensors cast_all(std::span<const Tensor> in, DType dtype);

// ---- bind
// p + bytes, where there is memory at all (dry binds have none).
inline void* at(void* p, int64_t bytes) { return p ? static_cast<char*>(p) + bytes : nullptr; }
// Copies shape elements between strided arrays (strides in elements); drops sizes of 1 and merges
// dimensions that both sides walk as one.
struct CopyDims {
  int ndim = 0;
  int64_t shape[kMaxDims], src[kMaxDims], dst[kMaxDims];
  void add(int64_t size, int64_t src_stride, int64_t dst_stride) {
    shape[ndim] = size, src[ndim] = src_stride, dst[ndim] = dst_stride, ++ndim;
  }
};
bool push_copy(BindContext& ctx, const CopyDims& dims, DType dtype, const void* src, void* dst);
bool push_fill(BindContext& ctx, const Spec& spec, const Attr& value, void* dst);
// A number as the bits of a dtype, and as an integer: an integer attribute loses no bit.
uint64_t number_bits(const Attr& value, DType dtype);
int64_t whole_number(const Attr& value);

Ints iota(int n);  // 0, 1, ... n-1

}  // namespace ph

// Conversions between storage and compute types by strips, by functions from convert.cpp; of one
// element they are in element.h.
#pragma once
#include "../simd.h"
// after simd.h, which says for whom
#include "../../element.h"

namespace ph {
namespace PH_ISA {

// ---------------------------------------------------------------- strips
// dst[i] = src[i * stride]; dst is a compute buffer.
template <class C>
using LoadStrip = void (*)(C* dst, const void* src, int64_t stride, int64_t n);
// dst[i * stride] = src[i].
template <class C>
using StoreStrip = void (*)(void* dst, const C* src, int64_t stride, int64_t n);
// C is float, double, int64_t or uint64_t.
template <class C>
LoadStrip<C> loader(DType storage);
template <class C>
StoreStrip<C> storer(DType storage);

template <class C>
constexpr DType compute_dtype = __is_same(C, float)     ? DType::f32
                                : __is_same(C, double)  ? DType::f64
                                : __is_same(C, int64_t) ? DType::i64
                                                        : DType::u64;

}  // namespace PH_ISA
}  // namespace ph

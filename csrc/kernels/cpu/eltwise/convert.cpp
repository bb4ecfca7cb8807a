// The strips of eltwise_convert.h, one function a pair of types. Common pairs are vector loops of
// every width; the others are plain loops, compiled once, that all widths share.
#include "eltwise_convert.h"

namespace ph {
#if PH_WIDE
namespace generic {
template <class C>
void (*loader(DType storage))(C*, const void*, int64_t, int64_t);
template <class C>
void (*storer(DType storage))(void*, const C*, int64_t, int64_t);
}  // namespace generic
#endif

namespace PH_ISA {
namespace {

template <class T, class... Ts>
constexpr bool one_of = (__is_same(T, Ts) || ...);
// Is it common to load S as C, to store C as S?
template <class C, class S>
constexpr bool common_load =
    __is_same(C, float)
        ? one_of<S, Bool, uint8_t, int8_t, uint16_t, int16_t, int32_t, Float16, BFloat16, float>
    : __is_same(C, double) ? one_of<S, int32_t, float, double>
                           : !PH_WIDE && one_of<S, Bool, uint8_t, int32_t, C>;
template <class C, class S>
constexpr bool common_store =
    __is_same(C, float)    ? one_of<S, Bool, uint8_t, int32_t, Float16, BFloat16, float>
    : __is_same(C, double) ? one_of<S, Bool, float, double>
                           : !PH_WIDE && one_of<S, Bool, uint8_t, int32_t, C, float>;

template <class C, class S>
void load_strip(C* dst, const void* from, int64_t stride, int64_t n) {
  const S* src = static_cast<const S*>(from);
  int64_t i = 0;
  if (common_load<C, S> && stride == 1) {
#if defined(__AVX512F__)
    if constexpr (__is_same(S, Float16) && __is_same(C, float))
      for (; i + 16 <= n; i += 16)
        _mm512_storeu_ps(
            dst + i, _mm512_maskz_cvtph_ps(
                         0xffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(src + i))));
#elif defined(__F16C__)
    if constexpr (__is_same(S, Float16) && __is_same(C, float))
      for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(
            dst + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(src + i))));
#endif
    for (; i < n; ++i) dst[i] = read_as<C>(src[i]);
    return;
  }
  for (; i < n; ++i) {
    PH_ROLLED;
    dst[i] = read_as<C>(src[i * stride]);
  }
}
template <class D, class C>
void store_strip(void* to, const C* src, int64_t stride, int64_t n) {
  D* dst = static_cast<D*>(to);
  int64_t i = 0;
  if (common_store<C, D> && stride == 1) {
#if defined(__AVX512F__)
    if constexpr (__is_same(D, Float16) && __is_same(C, float))
      for (; i + 16 <= n; i += 16)
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(dst + i),
                            _mm512_maskz_cvtps_ph(0xffff, _mm512_loadu_ps(src + i), 0));
#elif defined(__F16C__)
    if constexpr (__is_same(D, Float16) && __is_same(C, float))
      for (; i + 8 <= n; i += 8)
        _mm_storeu_si128(reinterpret_cast<__m128i*>(dst + i),
                         _mm256_cvtps_ph(_mm256_loadu_ps(src + i), 0));
#endif
    for (; i < n; ++i) dst[i] = write_as<D>(src[i]);
    return;
  }
  for (; i < n; ++i) {
    PH_ROLLED;
    dst[i * stride] = write_as<D>(src[i]);
  }
}

template <class C, class S>
constexpr LoadStrip<C> load_of() {
  if constexpr (!PH_WIDE || common_load<C, S>)
    return &load_strip<C, S>;
  else
    return nullptr;  // the generic width's
}
template <class C, class S>
constexpr StoreStrip<C> store_of() {
  if constexpr (!PH_WIDE || common_store<C, S>)
    return &store_strip<S, C>;
  else
    return nullptr;
}

}  // namespace

// The storage types in DType's order.
#define PH_STORAGE_TYPES(X) \
  X(Bool)                   \
  X(uint8_t)                \
  X(uint16_t)               \
  X(uint32_t)               \
  X(uint64_t) X(int8_t) X(int16_t) X(int32_t) X(int64_t) X(Float16) X(BFloat16) X(float) X(double)
// complex64 has none: it is computed with in cold/complex.cpp

template <class C>
LoadStrip<C> loader(DType storage) {
#define PH_X(S) load_of<C, S>(),
  static constexpr LoadStrip<C> table[kDTypes] = {PH_STORAGE_TYPES(PH_X)};
#undef PH_X
  const LoadStrip<C> f = table[static_cast<int>(storage)];
#if PH_WIDE
  if (!f) return generic::loader<C>(storage);
#endif
  return f;
}
template <class C>
StoreStrip<C> storer(DType storage) {
#define PH_X(S) store_of<C, S>(),
  static constexpr StoreStrip<C> table[kDTypes] = {PH_STORAGE_TYPES(PH_X)};
#undef PH_X
  const StoreStrip<C> f = table[static_cast<int>(storage)];
#if PH_WIDE
  if (!f) return generic::storer<C>(storage);
#endif
  return f;
}
#define PH_X(C)                           \
  template LoadStrip<C> loader<C>(DType); \
  template StoreStrip<C> storer<C>(DType);
PH_X(float)
PH_X(double)
PH_X(int64_t)
PH_X(uint64_t)
#undef PH_X

}  // namespace PH_ISA
}  // namespace ph

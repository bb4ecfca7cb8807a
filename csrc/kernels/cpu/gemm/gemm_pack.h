// Packing: panels of a matrix laid out as the register tile reads them.
//
//   dst[p * ld + i] = row i at p    for i < count, p < depth; 0 for count <= i < ld
//
// Rows that lie along p are transposed in blocks of 128-bit lanes: lane g of vector r takes
// row g * E + r (E elements a lane), then the E vectors are transposed inside their lanes.
#pragma once
#include "gemm_tiles.h"

namespace ph {
namespace PH_ISA {

// Elements that packing may write past the end of a panel.
template <class T>
constexpr int64_t kPackSlack = kLanes<T>;
template <class T>
constexpr int64_t kZeroCount = kBlockDepth<T>;
template <class T>
alignas(64) constexpr T kZeroRow[kZeroCount<T>] = {};  // a row outside the image

// ---- 128-bit lanes
template <class T>
constexpr int kQuad = 16 / static_cast<int>(sizeof(T));

// The lanes of p0, p1, ... side by side.
template <class T>
PH_INLINE Vec<T> load_lanes(const T* const* p, int64_t offset, int step) {
  typedef typename VecOf<T, 16>::unaligned Lane;
  const auto lane = [&](int g) { return *reinterpret_cast<const Lane*>(p[g * step] + offset); };
#if defined(__AVX512F__)
  const __m512 a = _mm512_castps128_ps512((__m128)lane(0));
  const __m512 b = _mm512_insertf32x4(a, (__m128)lane(1), 1);
  const __m512 c = _mm512_insertf32x4(b, (__m128)lane(2), 2);
  return (Vec<T>)_mm512_insertf32x4(c, (__m128)lane(3), 3);
#elif defined(__AVX2__)
  const __m256 a = _mm256_castps128_ps256((__m128)lane(0));
  return (Vec<T>)_mm256_insertf128_ps(a, (__m128)lane(1), 1);
#else
  (void)step;
  return lane(0);
#endif
}

// In each lane: the low (high) halves of a and b interleaved. Shuffles, not intrinsics:
// GCC 12 warns inside its own 512-bit unpack intrinsics.
#if PH_VECTOR_BYTES == 64
PH_INLINE vf32 zip_low(vf32 a, vf32 b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
}
PH_INLINE vf32 zip_high(vf32 a, vf32 b) {
  return __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
}
PH_INLINE vf64 zip_low(vf64 a, vf64 b) {
  return __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
}
PH_INLINE vf64 zip_high(vf64 a, vf64 b) {
  return __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
}
#elif PH_VECTOR_BYTES == 32
PH_INLINE vf32 zip_low(vf32 a, vf32 b) {
  return __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
}
PH_INLINE vf32 zip_high(vf32 a, vf32 b) {
  return __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
}
PH_INLINE vf64 zip_low(vf64 a, vf64 b) { return __builtin_shufflevector(a, b, 0, 4, 2, 6); }
PH_INLINE vf64 zip_high(vf64 a, vf64 b) { return __builtin_shufflevector(a, b, 1, 5, 3, 7); }
#else
PH_INLINE vf32 zip_low(vf32 a, vf32 b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
PH_INLINE vf32 zip_high(vf32 a, vf32 b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
PH_INLINE vf64 zip_low(vf64 a, vf64 b) { return __builtin_shufflevector(a, b, 0, 2); }
PH_INLINE vf64 zip_high(vf64 a, vf64 b) { return __builtin_shufflevector(a, b, 1, 3); }
#endif

// v[p] of lanes rows at offset + p, for p < kQuad.
PH_INLINE void transpose_lanes(const float* const* rows, int64_t offset, vf32* v) {
  const vf32 r0 = load_lanes(rows, offset, 4), r1 = load_lanes(rows + 1, offset, 4);
  const vf32 r2 = load_lanes(rows + 2, offset, 4), r3 = load_lanes(rows + 3, offset, 4);
  const vf64 a = (vf64)zip_low(r0, r1), b = (vf64)zip_low(r2, r3);
  const vf64 c = (vf64)zip_high(r0, r1), d = (vf64)zip_high(r2, r3);
  v[0] = (vf32)zip_low(a, b);
  v[1] = (vf32)zip_high(a, b);
  v[2] = (vf32)zip_low(c, d);
  v[3] = (vf32)zip_high(c, d);
}
PH_INLINE void transpose_lanes(const double* const* rows, int64_t offset, vf64* v) {
  const vf64 r0 = load_lanes(rows, offset, 2), r1 = load_lanes(rows + 1, offset, 2);
  v[0] = zip_low(r0, r1);
  v[1] = zip_high(r0, r1);
}

// ---- panels
// From one pointer a row; null is a row of zeros.
template <class T>
PH_INLINE void pack_rows(T* PH_RESTRICT dst, int64_t ld, const T* const* rows, int64_t count,
                         int64_t depth) {
  constexpr int lanes = kLanes<T>, quad = kQuad<T>;
  for (int64_t i = 0; i < ld; i += lanes) {
    const T* from[lanes];
    for (int r = 0; r < lanes; ++r) {
      const T* src = i + r < count ? rows[i + r] : nullptr;
      from[r] = src ? src : kZeroRow<T>;
    }
    // A short panel alone may spill into the next p, which is written after it.
    const int64_t width = ld <= lanes ? lanes : min_of<int64_t>(lanes, ld - i);
    T* to = dst + i;
    int64_t p = 0;
    for (; p + quad <= depth; p += quad) {
      Vec<T> v[quad];
      transpose_lanes(from, p, v);
      for (int q = 0; q < quad; ++q, to += ld)
        if (width == lanes)
          store<T>(to, v[q]);
        else
          store_first<T>(to, v[q], width);
    }
    for (; p < depth; ++p, to += ld)
      for (int64_t r = 0; r < min_of<int64_t>(lanes, ld - i); ++r) to[r] = from[r][p];
  }
}

// From a strided matrix: row i at p is src[i * s_i + p * s_p].
template <class T>
PH_INLINE void pack_panel(T* PH_RESTRICT dst, int64_t ld, const T* src, int64_t s_i, int64_t s_p,
                          int64_t count, int64_t depth) {
  constexpr int64_t lanes = kLanes<T>;
  if (s_i == 1) {
    for (int64_t p = 0; p < depth; ++p, src += s_p, dst += ld) {
      int64_t i = 0;
      for (; i + lanes <= count; i += lanes) store<T>(dst + i, load<T>(src + i));
      if (i < count) store<T>(dst + i, load_first<T>(src + i, count - i));
    }
  } else if (s_p == 1) {
    const T* rows[kPanelRows];
    for (int64_t i = 0; i < count; ++i) rows[i] = src + i * s_i;
    pack_rows(dst, ld, rows, count, depth);
  } else {
    for (int64_t p = 0; p < depth; ++p, src += s_p, dst += ld) {
      for (int64_t i = 0; i < count; ++i) dst[i] = src[i * s_i];
      for (int64_t i = count; i < ld; ++i) dst[i] = 0;
    }
  }
}

// `panels` whole panels from a matrix whose columns are contiguous, read along its rows.
template <class T>
PH_NOINLINE void pack_panels(T* PH_RESTRICT dst, const T* src, int64_t s_p, int64_t panels,
                             int64_t depth) {
  constexpr int64_t cols = kTileCols<T>, lanes = kLanes<T>;
  for (int64_t p = 0; p < depth; ++p, src += s_p)
    for (int64_t s = 0; s < panels; ++s) {
      const T* from = src + s * cols;
      T* to = dst + (s * depth + p) * cols;
      for (int64_t i = 0; i < cols; i += lanes) {
        __builtin_prefetch(from + kPackAhead * s_p + i);
        store<T>(to + i, load<T>(from + i));
      }
    }
}

// A strided matrix as an operand: i is the tile's own dimension (rows of A, columns of B),
// p the summed one.
template <class T>
struct Strided {
  const T* data;
  int64_t s_i, s_p;
  PH_INLINE const T* at(int64_t i, int64_t p) const { return data + i * s_i + p * s_p; }
  PH_INLINE Strided skip(int64_t p) const { return {at(0, p), s_i, s_p}; }
  PH_INLINE void pack(T* dst, int64_t ld, int64_t i0, int64_t count, int64_t p0,
                      int64_t depth) const {
    pack_panel(dst, ld, at(i0, p0), s_i, s_p, count, depth);
  }
};

}  // namespace PH_ISA
}  // namespace ph

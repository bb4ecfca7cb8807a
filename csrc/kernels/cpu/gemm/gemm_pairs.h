// Products of bfloat16 by its dot products: the blocked product of gemm_half.h over pairs. An
// element of a packed operand is two neighbours along k, in 32 bits where the float32 tile has a
// float:
//
//   dst[p * ld + i] = row i at 2 p, in the low half, and at 2 p + 1; 0 where k is odd and ends
//
// so that sums have half the terms and packed operands half the bytes. The processor takes products
// exactly, rounds a sum twice for each pair to float32, and takes numbers below 2^-126 as 0.
#pragma once
#include "gemm_half.h"

namespace ph {
namespace PH_ISA {

PH_INLINE float pair_of(uint16_t low, uint16_t high) {
  return bit_cast<float>(static_cast<uint32_t>(high) << 16 | low);
}
// dst[i] = low[i] and high[i], for i < n; without high 0.
PH_INLINE void zip_run(float* PH_RESTRICT dst, const uint16_t* low, const uint16_t* high,
                       int64_t n) {
  constexpr int64_t lanes = kLanes<float>;
  for (int64_t i = 0; i < n; i += lanes) {
    const int64_t left = min_of(lanes, n - i);
    vu32 both = zero_extended(first_halves(low + i, left));
    if (high) both |= zero_extended(first_halves(high + i, left)) << 16;
    store_first(dst + i, (vf32)both, left);
  }
}
// dst = n halves in order, two a float; of an odd n the last with 0.
PH_INLINE void pair_run(float* PH_RESTRICT dst, const uint16_t* src, int64_t n) {
  __builtin_memcpy(dst, src, static_cast<size_t>(n) * 2);
  if (n % 2) dst[n / 2] = pair_of(src[n - 1], 0);
}

// A strided matrix; p counts pairs, k elements.
struct PairMatrix {
  static constexpr bool kPairs = true;
  const uint16_t* data;
  int64_t step_i, step_p, k;
  uint16_t* result = nullptr;  // of A: the product's, which the tiles then round; null: float32
  static PH_INLINE int64_t depth(int64_t k) { return (k + 1) / 2; }
  static PH_INLINE PairMatrix of(Half data, int64_t step_i, int64_t step_p, int64_t k) {
    return {data.at, step_i, step_p, k, nullptr};
  }
  PH_INLINE PairMatrix skip(int64_t p) const {
    return {data + 2 * p * step_p, step_i, step_p, k - 2 * p, result};
  }
  void pack(float* PH_RESTRICT dst, int64_t ld, int64_t i0, int64_t count, int64_t p0,
            int64_t depth) const {
    constexpr int64_t piece = 64;
    const uint16_t* src = data + i0 * step_i + 2 * p0 * step_p;
    const int64_t left = min_of(2 * depth, k - 2 * p0);  // elements
    if (step_i == 1) {
      for (int64_t p = 0; p < left; p += 2, src += 2 * step_p, dst += ld) {
        zip_run(dst, src, p + 1 < left ? src + step_p : nullptr, count);
        for (int64_t i = count; i < ld; ++i) dst[i] = 0;
      }
    } else if (step_p == 1) {
      alignas(64) float wide[kPanelRows * piece];
      const float* rows[kPanelRows];
      for (int64_t i = 0; i < count; ++i) rows[i] = wide + i * piece;
      for (int64_t p = 0; p < left; p += 2 * piece, dst += piece * ld) {
        const int64_t n = min_of(2 * piece, left - p);
        for (int64_t i = 0; i < count; ++i) pair_run(wide + i * piece, src + (i * step_i + p), n);
        pack_rows(dst, ld, rows, count, (n + 1) / 2);
      }
    } else {
      for (int64_t p = 0; p < left; p += 2, src += 2 * step_p, dst += ld) {
        for (int64_t i = 0; i < count; ++i)
          dst[i] = pair_of(src[i * step_i], p + 1 < left ? src[i * step_i + step_p] : uint16_t{0});
        for (int64_t i = count; i < ld; ++i) dst[i] = 0;
      }
    }
  }
};

}  // namespace PH_ISA
}  // namespace ph

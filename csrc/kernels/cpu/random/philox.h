// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3,
// SC'11). A 64-bit lane holds one counter's word in its low half; the high half may hold
// anything, since a widening multiply ignores it.
#pragma once
#include "../simd.h"

namespace ph {
namespace PH_ISA {

constexpr int kWords = 256;  // words (of 32 bits) made at once: 64 counters

// The full product of the low halves.
PH_INLINE vu64 multiply_low(vu64 a, uint32_t m) {
#if defined(__AVX512F__)
  return (vu64)_mm512_maskz_mul_epu32(0xff, (__m512i)a, (__m512i)splat<uint64_t>(m));
#elif defined(__AVX2__)
  return (vu64)_mm256_mul_epu32((__m256i)a, (__m256i)splat<uint64_t>(m));
#elif defined(__x86_64__)
  return (vu64)_mm_mul_epu32((__m128i)a, (__m128i)splat<uint64_t>(m));
#else
  return (a & 0xffffffffu) * m;
#endif
}

// words[0..kWords): the stream of key `seed` from counter `first` (64 bits) on, four words a
// counter. `round`: the counter's third word, for draws beside that stream.
PH_INLINE void philox(const uint32_t* seed, uint64_t first, uint32_t* words, uint32_t round = 0) {
  constexpr int lanes = kLanes<uint64_t>, groups = 4;  // groups: chains in flight
  vu64 lane = {};
  for (int i = 0; i < lanes; ++i) lane[i] = static_cast<uint64_t>(i);
  for (int at = 0; at < kWords / 4; at += lanes * groups) {
    vu64 x[groups][4];
    for (int g = 0; g < groups; ++g) {
      x[g][0] = lane + (first + static_cast<uint64_t>(at + g * lanes));
      x[g][1] = x[g][0] >> 32;
      x[g][2] = splat<uint64_t>(round);
      x[g][3] = vu64{};
    }
    uint32_t k0 = seed[0], k1 = seed[1];
    for (int turn = 0; turn < 10; ++turn, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
      for (int g = 0; g < groups; ++g) {
        const vu64 p0 = multiply_low(x[g][0], 0xD2511F53u), p1 = multiply_low(x[g][2], 0xCD9E8D57u);
        x[g][0] = (p1 >> 32) ^ x[g][1] ^ static_cast<uint64_t>(k0);
        x[g][1] = p1;
        x[g][2] = (p0 >> 32) ^ x[g][3] ^ static_cast<uint64_t>(k1);
        x[g][3] = p0;
      }
    for (int g = 0; g < groups; ++g) {
      const vu64 front = (x[g][0] & 0xffffffffu) | x[g][1] << 32;
      const vu64 back = (x[g][2] & 0xffffffffu) | x[g][3] << 32;
      uint64_t pairs[2][lanes];
      store(pairs[0], front);
      store(pairs[1], back);
      uint64_t mixed[2 * lanes];
      for (int i = 0; i < lanes; ++i) mixed[2 * i] = pairs[0][i], mixed[2 * i + 1] = pairs[1][i];
      __builtin_memcpy(words + 4 * (at + g * lanes), mixed, sizeof mixed);
    }
  }
}

}  // namespace PH_ISA
}  // namespace ph

// The multiply-add peak of one core, to hold the other kernels against.
#include "families.h"
#include "simd.h"

namespace ph {
namespace PH_ISA {

double peak_probe(int64_t iterations) {
  constexpr int kChains = 12;  // latency 4 x 2 units needs 8; mul + add of SSE2 a few more
  Vec<float> acc[kChains];
  Vec<float> scale = splat(0.5f), shift = splat(1.0f);
  __asm__ volatile("" : "+m"(scale), "+m"(shift));
  const Vec<float> a = scale, b = shift;
  for (int i = 0; i < kChains; ++i) acc[i] = splat(static_cast<float>(i));
  const int64_t rounds = ceil_div(iterations, kChains * kLanes<float>);
  for (int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 16
    for (int i = 0; i < kChains; ++i) acc[i] = acc[i] * a + b;
  }
  for (int i = 0; i < kChains; ++i) __asm__ volatile("" : : "m"(acc[i]));
  return static_cast<double>(rounds) * kChains * kLanes<float>;
}

}  // namespace PH_ISA
}  // namespace ph

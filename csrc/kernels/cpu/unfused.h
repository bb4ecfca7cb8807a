// Arithmetic that must be the same on every width.
#pragma once
#include "simd.h"

namespace ph {
namespace PH_ISA {

// Keeps a product from being fused into the addition that follows, which the widths without
// fused multiply-add could not follow.
template <class V>
PH_INLINE V rounded(V v) {
#if defined(__x86_64__)
  asm("" : "+x"(v));
#elif defined(__aarch64__)
  asm("" : "+w"(v));
#endif
  return v;
}

}  // namespace PH_ISA
}  // namespace ph

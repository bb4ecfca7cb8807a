// Arithmetic that must be the same on every width.
#pragma once
#include "simd.h"

namespace ph {
namespace PH_ISA {

// Keeps a product from being fused into the addition that follows, which the widths without
// fused multiply-add could not follow.
template <class V>
PH_INLINE V rounded(V v) {
  asm("" : "+" PH_VECTOR_REGISTER(v));
  return v;
}

}  // namespace PH_ISA
}  // namespace ph

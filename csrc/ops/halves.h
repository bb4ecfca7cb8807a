// Which kernels take float16 and bfloat16 as they are.
#pragma once
#include "common.h"

namespace ph {

// Whether the device's products, windows, softmax and norms compute with d.
inline bool native_here(const BindContext& ctx, DType d) {
  return native_float(d) || (is_float(d) && ctx.kernels->takes_halves);
}

// Whether the operands are of one such type or, where the first is a half, those of its shape and
// the first result are too and all others are float32.
inline bool halves_or_native(const BindContext& ctx) {
  const Spec& x = ctx.in[0].spec;
  const bool half = !native_float(x.dtype);
  if (half && (!native_here(ctx, x.dtype) || x.shape.rank() < 2 || ctx.out[0].spec != x))
    return false;
  for (const Operand& o : ctx.in)
    if (o.spec.dtype != (half && !(o.spec.shape == x.shape) ? DType::f32 : x.dtype)) return false;
  return true;
}

}  // namespace ph

// complex_math: arithmetic of complex64. float32 pairs, computed in double and rounded once.
#pragma once
#include "args.h"

namespace ph {

// X(name, arity, operands, result): C complex64, R float32, B bool
// clang-format off
#define PH_COMPLEX_OPS(X)                                                                    \
  X(make, 2, R, C) X(real, 1, C, R) X(imag, 1, C, R) X(abs, 1, C, R) X(angle, 1, C, R)       \
  X(conj, 1, C, C) X(neg, 1, C, C) X(square, 1, C, C) X(recip, 1, C, C) X(sign, 1, C, C)     \
  X(sqrt, 1, C, C) X(rsqrt, 1, C, C) X(exp, 1, C, C) X(expm1, 1, C, C) X(log, 1, C, C)       \
  X(log1p, 1, C, C) X(sin, 1, C, C) X(cos, 1, C, C) X(tan, 1, C, C) X(sinh, 1, C, C)         \
  X(cosh, 1, C, C) X(tanh, 1, C, C) X(add, 2, C, C) X(sub, 2, C, C) X(mul, 2, C, C)          \
  X(div, 2, C, C) X(pow, 2, C, C) X(eq, 2, C, B) X(ne, 2, C, B) X(isnan, 1, C, B)            \
  X(isinf, 1, C, B) X(isfinite, 1, C, B)
// clang-format on

enum class ComplexOp : uint8_t {
#define PH_X(name, arity, in, out) name,
  PH_COMPLEX_OPS(PH_X)
#undef PH_X
};

// y[i] = op(a[i], b[i]); y dense of `shape` (ndim 0: one element), operands with strides in
// elements, 0 broadcasts. `make` joins real and imaginary parts. angle(0) is 0, sign(0) is 0,
// pow(0, 0) is 1. y may alias neither operand.
struct ComplexArgs {
  ComplexOp op;
  int32_t ndim;
  int64_t shape[kMaxDims], a_stride[kMaxDims], b_stride[kMaxDims];
  const void* a;
  const void* b;  // null for one operand
  void* y;
};

}  // namespace ph

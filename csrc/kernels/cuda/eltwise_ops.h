// The elementwise opcodes, one element each: floats by CUDA's library, integers as EltwiseArgs
// says.
#pragma once
#include "cuda.h"

namespace ph {
namespace cuda {

// ---------------------------------------------------------------- integers
template <class T>
constexpr bool is_signed_int = !is_float<T> && T(-1) < T(0);

template <class T>
PH_DEVICE T int_div(T a, T b) {
  if (b == 0) return 0;
  if constexpr (is_signed_int<T>)
    if (b == -1) return static_cast<T>(0 - static_cast<uint64_t>(a));
  return a / b;
}
template <class T>
PH_DEVICE T int_floordiv(T a, T b) {
  T q = int_div(a, b);
  if constexpr (is_signed_int<T>)
    if (b != 0 && b != -1 && a % b != 0 && (a < 0) != (b < 0)) --q;
  return q;
}
template <class T>
PH_DEVICE T int_mod(T a, T b) {
  if (b == 0) return 0;
  if constexpr (is_signed_int<T>) {
    if (b == -1) return 0;
    const T r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  }
  return a % b;
}
template <class T>
PH_DEVICE T int_pow(T a, T b) {
  if constexpr (is_signed_int<T>)
    if (b < 0) return a == 1 ? 1 : (a == -1 ? ((b & 1) ? -1 : 1) : 0);
  uint64_t r = 1, x = static_cast<uint64_t>(a);
  for (uint64_t e = static_cast<uint64_t>(b); e; e >>= 1, x *= x)
    if (e & 1) r *= x;
  return static_cast<T>(r);
}

// ---------------------------------------------------------------- floats
// Python's rules; the quotient is the whole number that goes with the remainder (NumPy's divmod).
template <class T>
PH_DEVICE T float_mod(T a, T b) {
  T r = fmod(a, b);
  if (r != 0 && (r < 0) != (b < 0)) r += b;
  return r == 0 ? copysign(r, b) : r;
}
template <class T>
PH_DEVICE T float_floordiv(T a, T b) {
  if (b == 0) return a / b;
  const T r = fmod(a, b);
  T q = (a - r) / b;
  if (r != 0 && (r < 0) != (b < 0)) q -= 1;
  if (q == 0) return copysign(T(0), a / b);
  const T whole = floor(q);
  return q - whole > T(0.5) ? whole + 1 : whole;
}
template <class T>
PH_DEVICE T float_sigmoid(T a) {
  const T e = exp(-fabs(a));
  return (a < 0 ? e : T(1)) / (1 + e);
}
template <class T>
PH_DEVICE T float_softplus(T a) {
  return a != a ? a : (a > 0 ? a : T(0)) + log1p(exp(-fabs(a)));
}
template <class T>
PH_DEVICE T float_rsqrt(T a) {
  return 1 / sqrt(a);
}

// sqrt and the transcendentals; of integers through double, truncated.
template <class T, class F>
PH_DEVICE T by_float(T a, const F& f) {
  if constexpr (is_float<T>)
    return f(a);
  else
    return saturate<T>(f(static_cast<double>(a)));
}

// ---------------------------------------------------------------- opcodes
template <EltOp op, class T>
PH_DEVICE T elt_op(T a, T b, T c) {
  using E = EltOp;
  constexpr bool f = is_float<T>;
  (void)b, (void)c;
#define PH_BY_FLOAT(name, call) \
  else if constexpr (op == E::name) return by_float(a, [](auto x) { return call(x); });
  if constexpr (op == E::mov) return a;
  PH_BY_FLOAT(sqrt, sqrt)
  PH_BY_FLOAT(rsqrt, float_rsqrt)
  PH_BY_FLOAT(exp, exp)
  PH_BY_FLOAT(expm1, expm1)
  PH_BY_FLOAT(log, log)
  PH_BY_FLOAT(log1p, log1p)
  PH_BY_FLOAT(sin, sin)
  PH_BY_FLOAT(cos, cos)
  PH_BY_FLOAT(tanh, tanh)
  PH_BY_FLOAT(sigmoid, float_sigmoid)
  PH_BY_FLOAT(erf, erf)
  PH_BY_FLOAT(softplus, float_softplus)
#undef PH_BY_FLOAT
  else if constexpr (op == E::neg) {
    if constexpr (f)
      return -a;
    else
      return static_cast<T>(0 - static_cast<uint64_t>(a));
  }
  else if constexpr (op == E::abs) {
    if constexpr (f)
      return fabs(a);
    else if constexpr (is_signed_int<T>)
      return a < 0 ? static_cast<T>(0 - static_cast<uint64_t>(a)) : a;
    else
      return a;
  }
  else if constexpr (op == E::sign) {
    if constexpr (f)
      return a > 0 ? T(1) : (a < 0 ? T(-1) : a);
    else if constexpr (is_signed_int<T>)
      return static_cast<T>((a > 0) - (a < 0));
    else
      return a != 0;
  }
  else if constexpr (op == E::square) {
    return elt_op<E::mul, T>(a, a, a);
  }
  else if constexpr (op == E::recip) {
    if constexpr (f)
      return 1 / a;
    else
      return int_div<T>(1, a);
  }
  else if constexpr (op == E::floor || op == E::ceil || op == E::round) {
    if constexpr (!f)
      return a;
    else if constexpr (op == E::floor)
      return floor(a);
    else if constexpr (op == E::ceil)
      return ceil(a);
    else
      return rint(a);
  }
  else if constexpr (op == E::relu) {
    if constexpr (f || is_signed_int<T>)
      return a < 0 ? T(0) : a;
    else
      return a;
  }
  else if constexpr (op == E::logical_not) {
    return a == 0;
  }
  else if constexpr (op == E::isnan) {
    return a != a;
  }
  else if constexpr (op == E::isinf) {
    if constexpr (f)
      return a - a != 0 && a == a;
    else
      return 0;
  }
  else if constexpr (op == E::isfinite) {
    return a - a == 0;
  }
  else if constexpr (op == E::add) {
    if constexpr (f)
      return a + b;
    else
      return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  }
  else if constexpr (op == E::sub) {
    if constexpr (f)
      return a - b;
    else
      return static_cast<T>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
  }
  else if constexpr (op == E::mul) {
    if constexpr (f)
      return a * b;
    else
      return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  }
  else if constexpr (op == E::div) {
    if constexpr (f)
      return a / b;
    else
      return int_div(a, b);
  }
  else if constexpr (op == E::floordiv) {
    if constexpr (f)
      return float_floordiv(a, b);
    else
      return int_floordiv(a, b);
  }
  else if constexpr (op == E::mod) {
    if constexpr (f)
      return float_mod(a, b);
    else
      return int_mod(a, b);
  }
  else if constexpr (op == E::pow) {
    if constexpr (f)
      return pow(a, b);
    else
      return int_pow(a, b);
  }
  else if constexpr (op == E::min) {
    return b < a || b != b ? b : a;
  }
  else if constexpr (op == E::max) {
    return a < b || b != b ? b : a;
  }
  else if constexpr (op == E::eq) {
    return a == b;
  }
  else if constexpr (op == E::ne) {
    return a != b;
  }
  else if constexpr (op == E::lt) {
    return a < b;
  }
  else if constexpr (op == E::le) {
    return a <= b;
  }
  else if constexpr (op == E::gt) {
    return a > b;
  }
  else if constexpr (op == E::ge) {
    return a >= b;
  }
  else if constexpr (op == E::logical_and) {
    return a != 0 && b != 0;
  }
  else if constexpr (op == E::logical_or) {
    return a != 0 || b != 0;
  }
  else if constexpr (op == E::logical_xor) {
    return (a != 0) != (b != 0);
  }
  else if constexpr (op == E::where) {
    return a != 0 ? b : c;
  }
  else if constexpr (op == E::fma) {
    if constexpr (f)
      return fma(a, b, c);
    else
      return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b) +
                            static_cast<uint64_t>(c));
  }
}

// One instruction on kEltEach elements; dst may be an operand. Not inlined per opcode: the switch
// is entered once for all elements.
template <class T>
PH_DEVICE void elt_instr(EltOp op, T (&dst)[kEltEach], const T (&a)[kEltEach],
                         const T (&b)[kEltEach], const T (&c)[kEltEach]) {
  switch (op) {
#define PH_X(name, arity)                                                                 \
  case EltOp::name:                                                                       \
    for (int j = 0; j < kEltEach; ++j) dst[j] = elt_op<EltOp::name, T>(a[j], b[j], c[j]); \
    break;
    PH_ELT_OPS(PH_X)
#undef PH_X
  }
}

}  // namespace cuda
}  // namespace ph

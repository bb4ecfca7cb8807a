// What follows a product while its tile is still in L1: bias, activation, gate.
#pragma once
#include "simd.h"

namespace ph {
namespace PH_ISA {

template <class T>
struct Epilogue {
  const T* bias;   // by column, or null
  const T* gate;   // (rows, cols), or null
  int64_t ldgate;
  Act act, gate_act;
  PH_INLINE bool empty() const { return !bias && !gate && act == Act::none; }
};

template <int size>
struct IntOf {
  using type = int64_t;
};
template <>
struct IntOf<4> {
  using type = int32_t;
};

// exp(x) = s * (1 + p) for x <= 0: s = 2^n, p = exp(r) - 1 with |r| <= ln(2)/2 by
// Taylor's series (Cody & Waite 1980 reduction).
template <class T>
struct ExpParts {
  Vec<T> s, p;
};
template <class T>
PH_INLINE ExpParts<T> exp_parts(Vec<T> x) {
  constexpr bool f32 = sizeof(T) == 4;
  using I = Vec<typename IntOf<sizeof(T)>::type>;
  constexpr T lowest = f32 ? T(-87.3) : T(-708);
  constexpr T magic = f32 ? T(12582912.0) : T(6755399441055744.0);
  constexpr T ln2_hi = f32 ? T(0.693359375) : T(6.93147180369123816490e-01);
  constexpr T ln2_lo = f32 ? T(-2.12194440e-4) : T(1.90821492927058770002e-10);
  constexpr int bits = f32 ? 23 : 52, exponent = f32 ? 127 : 1023, degree = f32 ? 7 : 13;
  x = x < splat<T>(lowest) ? splat<T>(lowest) : x;
  const Vec<T> shifted = x * splat<T>(T(1.44269504088896340736)) + splat<T>(magic);
  const Vec<T> n = shifted - splat<T>(magic);
  const Vec<T> r = (x - n * splat<T>(ln2_hi)) - n * splat<T>(ln2_lo);
  Vec<T> p = splat<T>(T(1) / degree);
#pragma GCC unroll 16
  for (int d = degree - 1; d >= 1; --d) p = (p * r + splat<T>(T(1))) * splat<T>(T(1) / d);
  const I scale = ((I)shifted + exponent) << bits;
  return {(Vec<T>)scale, p * r};
}

template <class T>
PH_INLINE Vec<T> apply_act(Vec<T> x, Act act) {
  const Vec<T> zero = {}, one = splat<T>(T(1));
  if (act == Act::relu) return x < zero ? zero : x;  // nan stays
  if (act == Act::none) return x;
  const Vec<T> magnitude = x < zero ? -x : x;
  if (act == Act::sigmoid) {
    const ExpParts<T> e = exp_parts<T>(-magnitude);
    const Vec<T> z = e.s + e.s * e.p;
    return (x < zero ? z : one) / (one + z);
  }
  const ExpParts<T> e = exp_parts<T>(-(magnitude + magnitude));
  const Vec<T> minus = e.s * e.p + (e.s - one);  // exp(-2|x|) - 1
  const Vec<T> y = -minus / (minus + one + one);
  return x < zero ? -y : y;
}

template <class T>
PH_INLINE Vec<T> apply_gate(Vec<T> x, Vec<T> g, Act act) {
  const Vec<T> zero = {}, one = splat<T>(T(1));
  if (act == Act::relu) return g > zero ? x : zero;
  if (act == Act::tanh) return x * (one - g * g);
  if (act == Act::sigmoid) return x * (g * (one - g));
  return x;
}

// c (rows, cols), row stride ldc, in place; e is already moved to the tile's corner.
template <class T>
PH_NOINLINE void finish_tile(T* c, int64_t ldc, int64_t rows, int64_t cols, const Epilogue<T>& e) {
  constexpr int64_t lanes = kLanes<T>;
  for (int64_t j = 0; j < cols; j += lanes) {
    const int64_t left = min_of(lanes, cols - j);
    const bool whole = left == lanes;
    Vec<T> bias = {};
    if (e.bias) bias = whole ? load<T>(e.bias + j) : load_first<T>(e.bias + j, left);
    for (int64_t i = 0; i < rows; ++i) {
      T* p = c + i * ldc + j;
      Vec<T> x = (whole ? load<T>(p) : load_first<T>(p, left)) + bias;
      x = apply_act<T>(x, e.act);
      if (e.gate) {
        const T* g = e.gate + i * e.ldgate + j;
        x = apply_gate<T>(x, whole ? load<T>(g) : load_first<T>(g, left), e.gate_act);
      }
      if (whole)
        store<T>(p, x);
      else
        store_first<T>(p, x, left);
    }
  }
}

template <class T>
PH_INLINE Epilogue<T> moved(const Epilogue<T>& e, int64_t i, int64_t j) {
  Epilogue<T> r = e;
  if (r.bias) r.bias += j;
  if (r.gate) r.gate += i * r.ldgate + j;
  return r;
}

}  // namespace PH_ISA
}  // namespace ph

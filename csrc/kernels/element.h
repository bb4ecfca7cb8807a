// Conversions of one element between storage and compute types, for the CPU's widths and for CUDA:
// the including header says which by PH_ISA and PH_INLINE. The rules are EltwiseArgs's: floats to
// integers truncate and saturate (nan gives 0), integers wrap, float16 and bfloat16 round to
// nearest even, bool is x != 0.
#pragma once
#include "args.h"

namespace ph {
namespace PH_ISA {

struct Bool {
  uint8_t value;
};
struct Float16 {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

template <class T>
struct Limits;
#define PH_LIMITS(T, low, high, digits_)      \
  template <>                                 \
  struct Limits<T> {                          \
    static constexpr T min = low, max = high; \
    static constexpr int digits = digits_;    \
  };
PH_LIMITS(uint8_t, 0, UINT8_MAX, 8)
PH_LIMITS(uint16_t, 0, UINT16_MAX, 16)
PH_LIMITS(uint32_t, 0, UINT32_MAX, 32)
PH_LIMITS(uint64_t, 0, UINT64_MAX, 64)
PH_LIMITS(int8_t, INT8_MIN, INT8_MAX, 7)
PH_LIMITS(int16_t, INT16_MIN, INT16_MAX, 15)
PH_LIMITS(int32_t, INT32_MIN, INT32_MAX, 31)
PH_LIMITS(int64_t, INT64_MIN, INT64_MAX, 63)
#undef PH_LIMITS

template <class T>
constexpr bool is_float = __is_same(T, float) || __is_same(T, double);

template <class To, class From>
PH_INLINE To bit_cast(From x) {
  static_assert(sizeof(To) == sizeof(From));
  To y;
  __builtin_memcpy(&y, &x, sizeof y);
  return y;
}
template <class To, class From>
PH_INLINE To saturate(From x) {
  constexpr From above = static_cast<From>(To{1} << (Limits<To>::digits - 1)) * 2;
  constexpr From below = Limits<To>::min ? -above : 0;
  To y = static_cast<To>(x < above && x > below ? x : From{0});
  y = x >= above ? Limits<To>::max : y;
  return x <= below ? Limits<To>::min : y;
}
// To float such that a second rounding to 11 or 8 bits gives what one would: to odd.
PH_INLINE float float_to_odd(double x) {
  float f = static_cast<float>(x);
  uint32_t bits = bit_cast<uint32_t>(f);
  double back = static_cast<double>(f);
  bool inexact = back != x && x == x && (bits & 1) == 0 && (bits & 0x7fffffff) != 0x7f800000;
  if (inexact) bits += (back < x) == (x > 0) ? 1 : (bits & 0x7fffffff ? -1 : 1);
  return bit_cast<float>(bits);
}
PH_INLINE double double_to_odd(uint64_t x) {
  if (x >> 53) x = (x >> 11 | ((x & 2047) != 0)) << 11;
  // 53 bits kept and a sticky one: exact below 2^64
  return static_cast<double>(x);
}
PH_INLINE float half_to_float(uint16_t h) {
  uint32_t u = static_cast<uint32_t>(h & 0x7fff) << 13;
  uint32_t finite = bit_cast<uint32_t>(bit_cast<float>(u) * 0x1p112f);  // rebias, denormals too
  uint32_t special = u | 0x7f800000u | ((h & 0x3ff) ? 0x400000u : 0u);
  uint32_t magnitude = (h & 0x7c00) == 0x7c00 ? special : finite;
  return bit_cast<float>(magnitude | static_cast<uint32_t>(h & 0x8000) << 16);
}
PH_INLINE uint16_t float_to_half(float f) {
  uint32_t bits = bit_cast<uint32_t>(f), a = bits & 0x7fffffff;
  uint32_t normal = (a + 0xc8000fffu + (a >> 13 & 1)) >> 13;
  uint32_t tiny = bit_cast<uint32_t>(bit_cast<float>(a) + 0.5f) - 0x3f000000u;  // rounds at 2^-24
  uint32_t nan = 0x7e00u | (a >> 13 & 0x1ff);
  uint32_t h = a < 0x38800000u ? tiny : normal;
  h = a >= 0x477ff000u ? 0x7c00u : h;
  h = a > 0x7f800000u ? nan : h;
  return static_cast<uint16_t>(h | (bits >> 16 & 0x8000));
}
PH_INLINE uint16_t float_to_bfloat(float f) {
  uint32_t bits = bit_cast<uint32_t>(f);
  uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return static_cast<uint16_t>((bits & 0x7fffffff) > 0x7f800000u ? bits >> 16 | 0x40 : rounded);
}

// ---------------------------------------------------------------- one element
template <class C, class S>
PH_INLINE C read_as(S x) {
  if constexpr (__is_same(S, Bool))
    return static_cast<C>(x.value != 0);
  else if constexpr (__is_same(S, Float16))
    return read_as<C>(half_to_float(x.bits));
  else if constexpr (__is_same(S, BFloat16))
    return read_as<C>(bit_cast<float>(static_cast<uint32_t>(x.bits) << 16));
  else if constexpr (is_float<S> && !is_float<C>)
    return saturate<C>(x);
  else
    return static_cast<C>(x);
}
template <class D, class C>
PH_INLINE D write_as(C x) {
  if constexpr (__is_same(D, Bool)) {
    return Bool{static_cast<uint8_t>(x != 0)};
  } else if constexpr (__is_same(D, Float16) || __is_same(D, BFloat16)) {
    float f;
    if constexpr (__is_same(C, float))
      f = x;
    else if constexpr (__is_same(C, double))
      f = float_to_odd(x);
    else if constexpr (__is_same(C, int64_t))
      f = float_to_odd(x < 0 ? -double_to_odd(0 - static_cast<uint64_t>(x))
                             : double_to_odd(static_cast<uint64_t>(x)));
    else
      f = float_to_odd(double_to_odd(x));
    if constexpr (__is_same(D, Float16))
      return Float16{float_to_half(f)};
    else
      return BFloat16{float_to_bfloat(f)};
  } else if constexpr (is_float<C> && !is_float<D>) {
    return saturate<D>(x);
  } else {
    return static_cast<D>(x);
  }
}

}  // namespace PH_ISA
}  // namespace ph

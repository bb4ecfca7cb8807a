// Special functions and bitwise operations of one element, for the CPU and for CUDA: the includer
// says which by PH_ISA and PH_INLINE.
#pragma once
#include <math.h>

#include "args.h"

namespace ph {
namespace PH_ISA {
namespace {  // one source of each includes it

constexpr double kPi = 3.14159265358979323846;
template <class T>
constexpr bool is_signed = T(-1) < T(0);

// ---------------------------------------------------------------- floats
// I_order(x) by its power series, or beyond 25 by Hankel's asymptotic series (Abramowitz and Stegun
// 9.6.10 and 9.7.1): both are below the rounding of double there.
PH_INLINE double bessel(double x, int order) {
  const double a = fabs(x), sign = order && x < 0 ? -1 : 1;
  if (a < 25) {
    const double quarter = a * a / 4;
    double term = order ? a / 2 : 1, sum = term;
    for (int k = 1; k < 200 && term > sum * 1e-17; ++k)
      term *= quarter / (static_cast<double>(k) * (k + order)), sum += term;
    return sign * sum;
  }
  double term = 1, sum = 1, last = 1;
  for (int k = 1; k < 60; ++k) {
    const double odd = 2 * k - 1;
    term *= (odd * odd - 4.0 * order) / (8 * a * k);
    if (fabs(term) > last || fabs(term) < 1e-17) break;
    sum += term, last = fabs(term);
  }
  // exp in two halves: exp(a) overflows a little before the result does
  const double half = exp(a / 2);
  return sign * half * (half / sqrt(2 * kPi * a)) * sum;
}

// Giles 2010, "Approximating the erfinv function", then two steps of Halley's method on erf.
PH_INLINE double inverse_erf(double y) {
  if (!(fabs(y) < 1)) return fabs(y) == 1 ? copysign(HUGE_VAL, y) : NAN;
  const double w = -log((1 - y) * (1 + y));
  double p;
  if (w < 5) {
    constexpr double c[] = {2.81022636e-08,  3.43273939e-07, -3.5233877e-06,
                            -4.39150654e-06, 0.00021858087,  -0.00125372503,
                            -0.00417768164,  0.246640727,    1.50140941};
    p = 0;
    for (double k : c) p = p * (w - 2.5) + k;
  } else {
    constexpr double c[] = {-0.000200214257, 0.000100950558, 0.00134934322,
                            -0.00367342844,  0.00573950773,  -0.0076224613,
                            0.00943887047,   1.00167406,     2.83297682};
    p = 0;
    for (double k : c) p = p * (sqrt(w) - 3) + k;
  }
  double x = p * y;
  for (int i = 0; i < 2 && x != 0; ++i) {
    // erfc near 1 keeps the digits that erf loses
    const double a = fabs(x), error = fabs(y) < 0.5 ? erf(a) - fabs(y) : (1 - fabs(y)) - erfc(a);
    const double step = error / (2 / sqrt(kPi) * exp(-a * a));
    x = copysign(a - step / (1 + a * step), x);
  }
  return x;
}

#define PH_LIBRARY(name)                                                      \
  struct name##_of {                                                          \
    PH_INLINE float operator()(float x, float) const { return ::name(x); }    \
    PH_INLINE double operator()(double x, double) const { return ::name(x); } \
  };
PH_LIBRARY(tan)
PH_LIBRARY(asin)
PH_LIBRARY(acos)
PH_LIBRARY(atan)
PH_LIBRARY(sinh)
PH_LIBRARY(cosh)
PH_LIBRARY(asinh)
PH_LIBRARY(acosh)
PH_LIBRARY(atanh)
PH_LIBRARY(cbrt)
PH_LIBRARY(log2)
PH_LIBRARY(log10)
struct atan2_of {
  PH_INLINE float operator()(float y, float x) const { return ::atan2(y, x); }
  PH_INLINE double operator()(double y, double x) const { return ::atan2(y, x); }
};
struct nextafter_of {
  PH_INLINE float operator()(float x, float to) const { return ::nextafter(x, to); }
  PH_INLINE double operator()(double x, double to) const { return ::nextafter(x, to); }
};
#define PH_THROUGH_DOUBLE(name, call)      \
  struct name##_of {                       \
    template <class T>                     \
    PH_INLINE T operator()(T x, T) const { \
      return static_cast<T>(call);         \
    }                                      \
  };
PH_THROUGH_DOUBLE(erfinv, inverse_erf(static_cast<double>(x)))
PH_THROUGH_DOUBLE(i0, bessel(static_cast<double>(x), 0))
PH_THROUGH_DOUBLE(i1, bessel(static_cast<double>(x), 1))

// ---------------------------------------------------------------- integers
struct bit_and_of {
  template <class T>
  PH_INLINE T operator()(T a, T b) const {
    return static_cast<T>(a & b);
  }
};
struct bit_or_of {
  template <class T>
  PH_INLINE T operator()(T a, T b) const {
    return static_cast<T>(a | b);
  }
};
struct bit_xor_of {
  template <class T>
  PH_INLINE T operator()(T a, T b) const {
    return static_cast<T>(a ^ b);
  }
};
struct bit_not_of {
  template <class T>
  PH_INLINE T operator()(T a, T) const {
    return static_cast<T>(~a);
  }
};
struct shift_left_of {
  template <class T>
  PH_INLINE T operator()(T a, T b) const {
    constexpr uint64_t width = 8 * sizeof(T);
    const uint64_t by = static_cast<uint64_t>(b);  // negative: far beyond the width
    return by < width ? static_cast<T>(static_cast<uint64_t>(a) << by) : T(0);
  }
};
struct shift_right_of {
  template <class T>
  PH_INLINE T operator()(T a, T b) const {
    constexpr uint64_t width = 8 * sizeof(T);
    const uint64_t by = static_cast<uint64_t>(b);
    if (by < width) return static_cast<T>(a >> by);
    return is_signed<T> && a < T(0) ? static_cast<T>(-1) : T(0);
  }
};
template <class T>
PH_INLINE uint64_t magnitude(T a) {
  const uint64_t u = static_cast<uint64_t>(a);
  return is_signed<T> && a < T(0) ? 0 - u : u;
}
PH_INLINE uint64_t divisor(uint64_t a, uint64_t b) {
  while (b) {
    const uint64_t rest = a % b;
    a = b, b = rest;
  }
  return a;
}
struct gcd_of {
  template <class T>
  PH_INLINE T operator()(T a, T b) const {
    return static_cast<T>(divisor(magnitude(a), magnitude(b)));
  }
};
struct lcm_of {
  template <class T>
  PH_INLINE T operator()(T a, T b) const {
    const uint64_t x = magnitude(a), y = magnitude(b);
    return x && y ? static_cast<T>(x / divisor(x, y) * y) : T(0);
  }
};

}  // namespace
}  // namespace PH_ISA
}  // namespace ph

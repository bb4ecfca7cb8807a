// Arithmetic of one complex number, for the CPU and for CUDA: the includer says which by PH_ISA and
// PH_INLINE. In double; the operations are those of args_complex.h.
#pragma once
#include <math.h>

#include "args_complex.h"

namespace ph {
namespace PH_ISA {
namespace {  // one source of each includes it

struct Z {
  double re, im;
};
struct C {  // as it lies in memory
  float re, im;
};
using R = float;
using B = uint8_t;

PH_INLINE Z load(C z) { return {z.re, z.im}; }
PH_INLINE double load(R x) { return x; }
PH_INLINE void store(C& y, Z z) { y = {static_cast<float>(z.re), static_cast<float>(z.im)}; }
PH_INLINE void store(R& y, double x) { y = static_cast<float>(x); }
PH_INLINE void store(B& y, bool x) { y = x; }

PH_INLINE Z operator+(Z a, Z b) { return {a.re + b.re, a.im + b.im}; }
PH_INLINE Z operator-(Z a, Z b) { return {a.re - b.re, a.im - b.im}; }
PH_INLINE Z operator*(Z a, Z b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
PH_INLINE Z operator*(double s, Z a) { return {s * a.re, s * a.im}; }
// Squares of float32 neither overflow nor vanish in double.
PH_INLINE double norm(Z a) { return a.re * a.re + a.im * a.im; }
PH_INLINE Z operator/(Z a, Z b) { return (1 / norm(b)) * (a * Z{b.re, -b.im}); }
PH_INLINE double size(Z a) { return hypot(a.re, a.im); }
PH_INLINE Z turned(Z a) { return {-a.im, a.re}; }  // i a
PH_INLINE Z back(Z a) { return {a.im, -a.re}; }    // -i a

PH_INLINE bool is_finite(double x) { return x - x == 0; }
PH_INLINE bool is_infinite(double x) { return x == x && x - x != 0; }

PH_INLINE Z exp_(Z a) {
  const double r = exp(a.re);
  return a.im == 0 ? Z{r, a.im} : Z{r * cos(a.im), r * sin(a.im)};
}
PH_INLINE Z log_(Z a) { return {log(size(a)), atan2(a.im, a.re)}; }
PH_INLINE Z sqrt_(Z a) {
  const double r = size(a);
  if (r == 0) return {0, a.im};
  const double big = ::sqrt((r + fabs(a.re)) / 2), small = fabs(a.im) / (2 * big);
  return a.re >= 0 ? Z{big, copysign(small, a.im)} : Z{small, copysign(big, a.im)};
}
PH_INLINE Z sinh_(Z a) { return {::sinh(a.re) * ::cos(a.im), ::cosh(a.re) * ::sin(a.im)}; }
PH_INLINE Z cosh_(Z a) { return {::cosh(a.re) * ::cos(a.im), ::sinh(a.re) * ::sin(a.im)}; }
PH_INLINE Z tanh_(Z a) {
  if (fabs(a.re) > 20) return {copysign(1.0, a.re), 0 * a.im};
  return sinh_(a) / cosh_(a);
}
PH_INLINE Z pow_(Z a, Z b) {
  if (norm(b) == 0) return {1, 0};
  if (norm(a) == 0) return {0, 0};
  return exp_(b * log_(a));
}

struct make_of {
  PH_INLINE Z operator()(double a, double b) const { return {a, b}; }
};
struct real_of {
  PH_INLINE double operator()(Z a, Z) const { return a.re; }
};
struct imag_of {
  PH_INLINE double operator()(Z a, Z) const { return a.im; }
};
struct abs_of {
  PH_INLINE double operator()(Z a, Z) const { return size(a); }
};
struct angle_of {
  PH_INLINE double operator()(Z a, Z) const { return atan2(a.im, a.re); }
};
struct conj_of {
  PH_INLINE Z operator()(Z a, Z) const { return {a.re, -a.im}; }
};
struct neg_of {
  PH_INLINE Z operator()(Z a, Z) const { return {-a.re, -a.im}; }
};
struct square_of {
  PH_INLINE Z operator()(Z a, Z) const { return a * a; }
};
struct recip_of {
  PH_INLINE Z operator()(Z a, Z) const { return Z{1, 0} / a; }
};
struct sign_of {
  PH_INLINE Z operator()(Z a, Z) const { return norm(a) == 0 ? Z{0, 0} : (1 / size(a)) * a; }
};
struct sqrt_of {
  PH_INLINE Z operator()(Z a, Z) const { return sqrt_(a); }
};
struct rsqrt_of {
  PH_INLINE Z operator()(Z a, Z) const { return Z{1, 0} / sqrt_(a); }
};
struct exp_of {
  PH_INLINE Z operator()(Z a, Z) const { return exp_(a); }
};
struct expm1_of {  // exp(x) cos(y) - 1 without cancellation
  PH_INLINE Z operator()(Z a, Z) const {
    const double half = ::sin(a.im / 2), e = ::expm1(a.re);
    return {e * ::cos(a.im) - 2 * half * half, (e + 1) * ::sin(a.im)};
  }
};
struct log_of {
  PH_INLINE Z operator()(Z a, Z) const { return log_(a); }
};
struct log1p_of {
  PH_INLINE Z operator()(Z a, Z) const {
    return {::log1p(a.re * (2 + a.re) + a.im * a.im) / 2, atan2(a.im, 1 + a.re)};
  }
};
struct sin_of {
  PH_INLINE Z operator()(Z a, Z) const { return back(sinh_(turned(a))); }
};
struct cos_of {
  PH_INLINE Z operator()(Z a, Z) const { return cosh_(turned(a)); }
};
struct tan_of {
  PH_INLINE Z operator()(Z a, Z) const { return back(tanh_(turned(a))); }
};
struct sinh_of {
  PH_INLINE Z operator()(Z a, Z) const { return sinh_(a); }
};
struct cosh_of {
  PH_INLINE Z operator()(Z a, Z) const { return cosh_(a); }
};
struct tanh_of {
  PH_INLINE Z operator()(Z a, Z) const { return tanh_(a); }
};
struct add_of {
  PH_INLINE Z operator()(Z a, Z b) const { return a + b; }
};
struct sub_of {
  PH_INLINE Z operator()(Z a, Z b) const { return a - b; }
};
struct mul_of {
  PH_INLINE Z operator()(Z a, Z b) const { return a * b; }
};
struct div_of {
  PH_INLINE Z operator()(Z a, Z b) const { return a / b; }
};
struct pow_of {
  PH_INLINE Z operator()(Z a, Z b) const { return pow_(a, b); }
};
struct eq_of {
  PH_INLINE bool operator()(Z a, Z b) const { return a.re == b.re && a.im == b.im; }
};
struct ne_of {
  PH_INLINE bool operator()(Z a, Z b) const { return a.re != b.re || a.im != b.im; }
};
struct isnan_of {
  PH_INLINE bool operator()(Z a, Z) const { return a.re != a.re || a.im != a.im; }
};
struct isinf_of {
  PH_INLINE bool operator()(Z a, Z) const { return is_infinite(a.re) || is_infinite(a.im); }
};
struct isfinite_of {
  PH_INLINE bool operator()(Z a, Z) const { return is_finite(a.re) && is_finite(a.im); }
};

}  // namespace
}  // namespace PH_ISA
}  // namespace ph

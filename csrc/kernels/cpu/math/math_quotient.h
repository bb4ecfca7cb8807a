// tanh and erf of floats by a quotient of polynomials, for widths without a permutation of 16
// floats. f = 2 w / (1 + w^2) with w = tanh(atanh(f) / 2): towards 1 an error of w counts only
// 1 - w^2 times, so what P and Q's roundings add up to there disappears.
#pragma once
#include "math_base.h"

namespace ph {
namespace PH_ISA {

// f = v / (k + v^2 / 4 k), v = 2 k w = x P(x^2) / Q(x^2), P(0) = 1. Roundings of Q about 1 / k and
// of the sum about k are smaller than for k = 1; 1 / k is a float to 2^-30. Fitted by least squares
// weighted anew until the errors of f are level (Lawson), one coefficient rounded after the other.
constexpr float kQuotientScale = 1331.0f / 1024;
struct TanhQuotient {
  static constexpr float limit = 9.2f;  // where rounding gives 1 exactly, as at 4 for erf
  static constexpr float p[] = {0.0283536613f, 7.67473102e-05f, -6.9134714e-08f};
  static constexpr float q[] = {0.769346356f, 0.0859259292f, 0.000808371697f};
};
struct ErfQuotient {
  static constexpr float limit = 4.0f;
  static constexpr float p[] = {0.261183769f, 0.0284071062f, 0.00222151773f};
  static constexpr float q[] = {0.681815445f, 0.188322976f, 0.0328761861f, 0.00407533674f,
                                6.65074258e-05f};
};
template <class C>
PH_INLINE vf32 by_quotient(vf32 x) {
  constexpr float k = kQuotientScale;
  const vf32 a = vclamp<float>(x, -C::limit, C::limit), z = a * a;
  const vf32 v = vfma<float>(a * z, poly<float>(z, C::p), a) / poly<float>(z, C::q);
  return v / vfma<float>(v * (0.25f / k), v, splat<float>(k));
}

}  // namespace PH_ISA
}  // namespace ph

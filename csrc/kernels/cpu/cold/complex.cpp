// complex_math: see args_complex.h.
#include <math.h>

#include "../../args_complex.h"
#include "cold.h"

namespace ph {
namespace cold {
namespace {

constexpr int64_t kGrain = 2048;

struct Z {
  double re, im;
};
struct C {  // as it lies in memory
  float re, im;
};
using R = float;
using B = uint8_t;

Z load(C z) { return {z.re, z.im}; }
double load(R x) { return x; }
void store(C& y, Z z) { y = {static_cast<float>(z.re), static_cast<float>(z.im)}; }
void store(R& y, double x) { y = static_cast<float>(x); }
void store(B& y, bool x) { y = x; }

Z operator+(Z a, Z b) { return {a.re + b.re, a.im + b.im}; }
Z operator-(Z a, Z b) { return {a.re - b.re, a.im - b.im}; }
Z operator*(Z a, Z b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
Z operator*(double s, Z a) { return {s * a.re, s * a.im}; }
// Squares of float32 neither overflow nor vanish in double.
double norm(Z a) { return a.re * a.re + a.im * a.im; }
Z operator/(Z a, Z b) { return (1 / norm(b)) * (a * Z{b.re, -b.im}); }
double size(Z a) { return hypot(a.re, a.im); }
Z turned(Z a) { return {-a.im, a.re}; }  // i a
Z back(Z a) { return {a.im, -a.re}; }    // -i a

Z exp_(Z a) {
  const double r = exp(a.re);
  return a.im == 0 ? Z{r, a.im} : Z{r * cos(a.im), r * sin(a.im)};
}
Z log_(Z a) { return {log(size(a)), atan2(a.im, a.re)}; }
Z sqrt_(Z a) {
  const double r = size(a);
  if (r == 0) return {0, a.im};
  const double big = ::sqrt((r + fabs(a.re)) / 2), small = fabs(a.im) / (2 * big);
  return a.re >= 0 ? Z{big, copysign(small, a.im)} : Z{small, copysign(big, a.im)};
}
Z sinh_(Z a) { return {::sinh(a.re) * ::cos(a.im), ::cosh(a.re) * ::sin(a.im)}; }
Z cosh_(Z a) { return {::cosh(a.re) * ::cos(a.im), ::sinh(a.re) * ::sin(a.im)}; }
Z tanh_(Z a) {
  if (fabs(a.re) > 20) return {copysign(1.0, a.re), 0 * a.im};
  return sinh_(a) / cosh_(a);
}
Z pow_(Z a, Z b) {
  if (norm(b) == 0) return {1, 0};
  if (norm(a) == 0) return {0, 0};
  return exp_(b * log_(a));
}

struct make_of {
  Z operator()(double a, double b) const { return {a, b}; }
};
struct real_of {
  double operator()(Z a, Z) const { return a.re; }
};
struct imag_of {
  double operator()(Z a, Z) const { return a.im; }
};
struct abs_of {
  double operator()(Z a, Z) const { return size(a); }
};
struct angle_of {
  double operator()(Z a, Z) const { return atan2(a.im, a.re); }
};
struct conj_of {
  Z operator()(Z a, Z) const { return {a.re, -a.im}; }
};
struct neg_of {
  Z operator()(Z a, Z) const { return {-a.re, -a.im}; }
};
struct square_of {
  Z operator()(Z a, Z) const { return a * a; }
};
struct recip_of {
  Z operator()(Z a, Z) const { return Z{1, 0} / a; }
};
struct sign_of {
  Z operator()(Z a, Z) const { return norm(a) == 0 ? Z{0, 0} : (1 / size(a)) * a; }
};
struct sqrt_of {
  Z operator()(Z a, Z) const { return sqrt_(a); }
};
struct rsqrt_of {
  Z operator()(Z a, Z) const { return Z{1, 0} / sqrt_(a); }
};
struct exp_of {
  Z operator()(Z a, Z) const { return exp_(a); }
};
struct expm1_of {  // exp(x) cos(y) - 1 without cancellation
  Z operator()(Z a, Z) const {
    const double half = ::sin(a.im / 2), e = ::expm1(a.re);
    return {e * ::cos(a.im) - 2 * half * half, (e + 1) * ::sin(a.im)};
  }
};
struct log_of {
  Z operator()(Z a, Z) const { return log_(a); }
};
struct log1p_of {
  Z operator()(Z a, Z) const {
    return {::log1p(a.re * (2 + a.re) + a.im * a.im) / 2, atan2(a.im, 1 + a.re)};
  }
};
struct sin_of {
  Z operator()(Z a, Z) const { return back(sinh_(turned(a))); }
};
struct cos_of {
  Z operator()(Z a, Z) const { return cosh_(turned(a)); }
};
struct tan_of {
  Z operator()(Z a, Z) const { return back(tanh_(turned(a))); }
};
struct sinh_of {
  Z operator()(Z a, Z) const { return sinh_(a); }
};
struct cosh_of {
  Z operator()(Z a, Z) const { return cosh_(a); }
};
struct tanh_of {
  Z operator()(Z a, Z) const { return tanh_(a); }
};
struct add_of {
  Z operator()(Z a, Z b) const { return a + b; }
};
struct sub_of {
  Z operator()(Z a, Z b) const { return a - b; }
};
struct mul_of {
  Z operator()(Z a, Z b) const { return a * b; }
};
struct div_of {
  Z operator()(Z a, Z b) const { return a / b; }
};
struct pow_of {
  Z operator()(Z a, Z b) const { return pow_(a, b); }
};
struct eq_of {
  bool operator()(Z a, Z b) const { return a.re == b.re && a.im == b.im; }
};
struct ne_of {
  bool operator()(Z a, Z b) const { return a.re != b.re || a.im != b.im; }
};
struct isnan_of {
  bool operator()(Z a, Z) const { return a.re != a.re || a.im != a.im; }
};
struct isinf_of {
  bool operator()(Z a, Z) const { return isinf(a.re) || isinf(a.im); }
};
struct isfinite_of {
  bool operator()(Z a, Z) const { return isfinite(a.re) && isfinite(a.im); }
};

template <class In, class Out, class F>
void each(const ComplexArgs& g, const Team& team, const F& f) {
  int64_t count = 1;
  for (int d = 0; d < g.ndim; ++d) count *= g.shape[d];
  in_parts(team, count, kGrain, [&](int64_t begin, int64_t end, int) {
    const In* a = static_cast<const In*>(g.a);
    const In* b = static_cast<const In*>(g.b ? g.b : g.a);
    const int64_t* b_stride = g.b ? g.b_stride : g.a_stride;
    Out* y = static_cast<Out*>(g.y);
    int64_t index[kMaxDims], rest = begin;
    for (int d = g.ndim - 1; d >= 0; --d) {
      index[d] = rest % g.shape[d];
      rest /= g.shape[d];
      a += index[d] * g.a_stride[d];
      b += index[d] * b_stride[d];
    }
    for (int64_t i = begin; i < end; ++i) {
      store(y[i], f(load(*a), load(*b)));
      for (int d = g.ndim - 1; d >= 0; --d) {
        a += g.a_stride[d];
        b += b_stride[d];
        if (++index[d] < g.shape[d]) break;
        index[d] = 0;
        a -= g.shape[d] * g.a_stride[d];
        b -= g.shape[d] * b_stride[d];
      }
    }
  });
}

}  // namespace

void complex_math(const ComplexArgs& g, const Team& team) {
  switch (g.op) {
#define PH_X(name, arity, in, out) \
  case ComplexOp::name: return each<in, out>(g, team, name##_of{});
    PH_COMPLEX_OPS(PH_X)
#undef PH_X
  }
}

}  // namespace cold
}  // namespace ph

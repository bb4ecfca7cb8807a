// Elementary functions against long double, over every exponent, with specials. Stands
// alone; the width is the compiler's: -DPH_ISA=avx2 -DPH_VECTOR_BYTES=32 -mavx2 -mfma, by default
// the generic one. Fails (exit 1) when a result is further than its bound in ulp, or when a lane
// depends on its neighbours.
#ifndef PH_ISA
#define PH_ISA          check_generic
#define PH_VECTOR_BYTES 16
#endif
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include "../../csrc/kernels/cpu/math/math_pow.h"
#include "../../csrc/kernels/cpu/math/math_trig.h"

using namespace ph::PH_ISA;
typedef long double Ref;

static uint64_t g_seed = 88172645463325252ull;
static uint64_t next_random() {
  g_seed ^= g_seed << 13, g_seed ^= g_seed >> 7, g_seed ^= g_seed << 17;
  return g_seed * 2685821657736338717ull;
}
static int g_failures = 0;
static int g_thin = 1;  // 1 of so many random values is tried: emulators are slow

template <class T>
static double ulps(T got, Ref want) {
  if (std::isnan(want)) return std::isnan(got) ? 0 : 1e30;
  const T rounded = static_cast<T>(want);
  if (got == rounded) return 0;
  if (std::isnan(got) || std::isinf(rounded) || std::isinf(got)) {
    // one step across the overflow threshold is still close
    const T edge = std::numeric_limits<T>::max();
    if (std::fabs(got) >= edge && std::fabs(rounded) >= edge && (got < 0) == (rounded < 0))
      return 1;
    return 1e30;
  }
  int exponent;
  std::frexp(std::fabs(rounded), &exponent);
  const int digits = std::numeric_limits<T>::digits;
  int lowest = std::numeric_limits<T>::min_exponent - digits;
  int ulp = exponent - digits < lowest ? lowest : exponent - digits;
  if (rounded == 0) ulp = lowest;
  return static_cast<double>(std::fabs(static_cast<Ref>(got) - want) / std::ldexp(Ref{1}, ulp));
}

template <class T>
static std::vector<T> arguments() {
  using U = typename FloatBits<T>::Uint;
  std::vector<T> v;
  const int mantissa = FloatBits<T>::mantissa, exponents = sizeof(T) == 4 ? 256 : 2048;
  const int each = sizeof(T) == 4 ? 3000 : 600;
  auto put = [&](U bits) {
    T x;
    std::memcpy(&x, &bits, sizeof x);
    v.push_back(x), v.push_back(-x);
  };
  for (int e = 0; e < exponents; ++e)
    for (int i = 0; i < each; ++i) {
      U m = static_cast<U>(next_random()) & ((U{1} << mantissa) - 1);
      if (i == 0) m = 0;
      if (i == 1) m = (U{1} << mantissa) - 1;
      put((static_cast<U>(e) << mantissa) | m);
    }
  for (int i = 0; i < 400000; ++i) {  // where the functions bend
    double u = static_cast<double>(next_random() >> 11) * 0x1p-53;
    v.push_back(static_cast<T>((u - 0.5) * 240));
    v.push_back(static_cast<T>((u - 0.5) * 12));
    v.push_back(static_cast<T>(1 + (u - 0.5) * 1e-3));
  }
  for (int i = 1; i < 200000; ++i) {  // next to multiples of pi / 2
    const Ref half_pi = 1.57079632679489661923132169163975144L;
    T x = static_cast<T>(half_pi * static_cast<Ref>(i < 100000 ? i : next_random() >> 34));
    v.push_back(x), v.push_back(-std::nextafter(x, T(0)));
  }
  for (double x : {0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 88.72283, 88.7229, -103.97, -87.34, 709.78271,
                   709.7828, -745.13, -708.4, 6.0, -6.0, 4.0, 1e22, 6381956970095103.0 * 0x1p797})
    v.push_back(static_cast<T>(x));
  return v;
}

template <class T, class F, class R>
static void check(const char* name, double bound, const F& f, const R& want,
                  const std::vector<T>& xs) {
  int mixed = 0;
  double worst = 0;
  T at = 0, got_at = 0;
  constexpr int lanes = kLanes<T>;
  for (size_t i = 0; i < xs.size(); i += i + 4096 < xs.size() ? lanes * g_thin : lanes) {
    T in[lanes], out[lanes];
    for (int l = 0; l < lanes; ++l) in[l] = xs[(i + l) % xs.size()];
    store(out, f(load(in)));
    T alone[lanes];
    int pick = static_cast<int>(i / lanes % lanes);
    store(alone, f(splat<T>(in[pick])));
    if (std::memcmp(&alone[0], &out[pick], sizeof(T)) && !std::isnan(alone[0])) {
      if (!mixed++)
        std::printf("FAIL %s: %g depends on its neighbours\n", name, static_cast<double>(in[pick]));
    }
    for (int l = 0; l < lanes; ++l) {
      double e = ulps<T>(out[l], want(static_cast<Ref>(in[l])));
      if (e > worst) worst = e, at = in[l], got_at = out[l];
      if (out[l] == 0 && in[l] == 0 && want(Ref{in[l]}) == 0 &&
          std::signbit(out[l]) != std::signbit(want(Ref{in[l]})))
        worst = 1e30, at = in[l];
    }
  }
  bool bad = worst > bound;
  g_failures += bad + (mixed > 0);
  std::printf("%s %-9s f%d %8.3f ulp (bound %g) at %.17g gives %.17g\n", bad ? "FAIL" : "ok  ",
              name, static_cast<int>(sizeof(T) * 8), worst, bound, static_cast<double>(at),
              static_cast<double>(got_at));
}

template <class T>
static void check_pow() {
  std::vector<T> special = {0,
                            -T(0),
                            1,
                            -1,
                            2,
                            -2,
                            T(0.5),
                            3,
                            -3,
                            T(1.5),
                            T(-1.5),
                            T(INFINITY),
                            T(-INFINITY),
                            T(NAN),
                            std::numeric_limits<T>::max(),
                            std::numeric_limits<T>::denorm_min(),
                            std::numeric_limits<T>::min(),
                            T(1e9),
                            T(-1e9),
                            T(9007199254740993.0)};
  double worst = 0;
  T ax = 0, ay = 0;
  constexpr int lanes = kLanes<T>;
  auto one = [&](T x, T y) {
    T out[lanes], xs[lanes] = {x}, ys[lanes] = {y}, mixed[lanes];
    store(out, vpow(splat(x), splat(y)));
    for (int l = 1; l < lanes; ++l) {  // neighbours: numbers like any other, and special ones
      xs[l] = l == 1 && y > 0 ? T(-2) : T(1.5);
      ys[l] = T(0.25) * static_cast<T>(l);
    }
    store(mixed, vpow(load(xs), load(ys)));
    Ref want = powl(x, y);
    double e = ulps<T>(out[0], want);
    if (std::memcmp(&mixed[0], &out[0], sizeof(T)) && !std::isnan(out[0])) e = 1e30;
    if (out[0] == 0 && want == 0 && std::signbit(out[0]) != std::signbit(want)) e = 1e30;
    if (e > worst) worst = e, ax = x, ay = y;
  };
  for (T x : special)
    for (T y : special) one(x, y);
  for (int i = 0; i < 600000 / g_thin; ++i) {
    double u = static_cast<double>(next_random() >> 11) * 0x1p-53;
    double w = static_cast<double>(next_random() >> 11) * 0x1p-53 - 0.5;
    const int range = std::numeric_limits<T>::max_exponent;
    T x = static_cast<T>(
        std::ldexp(1 + u, static_cast<int>(next_random() % (2 * range)) - range - 8));
    T y = static_cast<T>(w * 2 * range /
                         std::max(std::fabs(std::log2(static_cast<double>(x))), 1e-9));
    one(x, y);
    one(static_cast<T>(1 + w * 0.9), static_cast<T>((u - 0.5) * range * 3));
    const double near = 1 + w / 4;  // small logarithms, results over all exponents
    one(static_cast<T>(near), static_cast<T>((u - 0.5) * 1.4 * range / std::log(near)));
    one(static_cast<T>(-1 - u * 3), static_cast<T>(static_cast<int>(next_random() % 64) - 32));
    one(static_cast<T>(u * 4), static_cast<T>(w * 8));
  }
  int inexact = 0;  // squares that are floats
  for (int i = 1; i < 4096 && sizeof(T) == 4; ++i) {
    T out[lanes];
    store(out, vpow(splat(static_cast<T>(i)), splat(T(2))));
    inexact += out[0] != static_cast<T>(i * i);
  }
  if (inexact) std::printf("FAIL pow of %d whole numbers is not their square\n", inexact);
  bool bad = !(worst <= 4) || inexact;
  g_failures += bad;
  std::printf("%s pow       f%d %8.3f ulp (bound 4) at %.17g ^ %.17g\n", bad ? "FAIL" : "ok  ",
              static_cast<int>(sizeof(T) * 8), worst, static_cast<double>(ax),
              static_cast<double>(ay));
}

// Sine and cosine stay within 1, which they reach, in all numbers about their extremes.
template <class T, class F>
static void check_extremes(const char* name, const F& f, double first) {
  constexpr int lanes = kLanes<T>, each = 4096;
  T out[lanes];
  int beyond = 0;
  for (int i = 0; i < 400; i += g_thin) {
    T x = static_cast<T>(first + i * 3.14159265358979323846);
    for (int step = 0; step < each / 2; ++step) x = std::nextafter(x, T(-1));
    for (int at = 0; at < each; at += lanes) {
      T in[lanes];
      for (int l = 0; l < lanes; ++l) in[l] = x, x = std::nextafter(x, T(1e9));
      store(out, f(load(in)));
      for (int l = 0; l < lanes; ++l) beyond += !(std::fabs(out[l]) <= 1);
    }
  }
  store(out, f(splat<T>(static_cast<T>(first))));
  const bool bad = beyond || out[0] != 1;
  g_failures += bad;
  std::printf("%s %-9s f%d %d beyond 1, %.17g at its extreme\n", bad ? "FAIL" : "ok  ", name,
              static_cast<int>(sizeof(T) * 8), beyond, static_cast<double>(out[0]));
}

template <class T>
static void check_rounding() {
  auto xs = arguments<T>();
  for (double x = -6; x <= 6; x += 0.25) xs.push_back(static_cast<T>(x));
  using V = Vec<T>;
  check<T>(
      "round", 0, [](V x) { return vround<Round::even, T>(x); },
      [](Ref x) { return nearbyintl(x); }, xs);
  check<T>(
      "floor", 0, [](V x) { return vround<Round::down, T>(x); }, [](Ref x) { return floorl(x); },
      xs);
  check<T>(
      "ceil", 0, [](V x) { return vround<Round::up, T>(x); }, [](Ref x) { return ceill(x); }, xs);
  check<T>(
      "trunc", 0, [](V x) { return vround<Round::zero, T>(x); }, [](Ref x) { return truncl(x); },
      xs);
}

template <class T>
static void check_all() {
  using V = Vec<T>;
  const auto xs = arguments<T>();
#define PH_CHECK(name, bound, ref) \
  check<T>(#name, bound, [](V x) { return v##name(x); }, [](Ref x) -> Ref { return ref; }, xs)
  PH_CHECK(exp, 2, expl(x));
  PH_CHECK(log, 2, logl(x));
  PH_CHECK(sqrt, 2, sqrtl(x));
  PH_CHECK(rsqrt, 4, 1 / sqrtl(x));
  PH_CHECK(expm1, 4, expm1l(x));
  PH_CHECK(log1p, 4, log1pl(x));
  PH_CHECK(tanh, 4, tanhl(x));
  PH_CHECK(sigmoid, 4, x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x)));
  PH_CHECK(softplus, 4, std::isnan(x) ? x : (x > 0 ? x : 0) + log1pl(expl(-fabsl(x))));
  PH_CHECK(erf, 4, erfl(x));
  PH_CHECK(sin, 4, sinl(x));
  PH_CHECK(cos, 4, cosl(x));
  check_extremes<T>("sin", [](V x) { return vsin(x); }, 1.57079632679489662);
  check_extremes<T>("cos", [](V x) { return vcos(x); }, 0);
  check_pow<T>();
  check_rounding<T>();
}

// check_math [thin]
// Whether this processor has the width that this checker is compiled for.
static bool has_width() {
#if defined(__AVX512F__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#elif defined(__AVX2__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

int main(int argc, char** argv) {
  if (!has_width()) {
    std::printf("skipped: this processor lacks the width\n");
    return 77;  // ctest's SKIP_RETURN_CODE
  }
  if (argc > 1 && std::atoi(argv[1]) > 0) g_thin = std::atoi(argv[1]);
  check_all<float>();
  check_all<double>();
  std::printf(g_failures ? "%d FAILED\n" : "all within bounds\n", g_failures);
  return g_failures != 0;
}

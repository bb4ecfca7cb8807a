// Functions of one float by table: each lane takes a power of 2, or the coefficients of its own
// interval's polynomial, from registers by a permutation (as oneDNN's tanh does). The tables are
// computed here, at compile time, from power series. For widths that have such a permutation.
#pragma once
#include "math_base.h"

namespace ph {
namespace PH_ISA {

// ---------------------------------------------------------------- series, for the compiler
constexpr double series_exp(double x) {  // |x| < 40
  double sum = 1, term = 1;
  for (int i = 1; i < 16; ++i) sum += term *= x / 64 / i;
  for (int i = 0; i < 6; ++i) sum *= sum;
  return sum;
}
constexpr double series_log(double c) {  // 2 atanh s
  const double s = (c - 1) / (c + 1);
  double sum = 0, term = s;
  for (int i = 1; i < 40; i += 2) sum += term / i, term *= s * s;
  return 2 * sum;
}
#if defined(__AVX2__)

// ---------------------------------------------------------------- tables
// 2^(i / rows). Widths that assemble 2^k from bits keep it without those of i, so that k rows' bits
// added give the power.
#if defined(__AVX512F__)
constexpr int kExpRows = 16;
#else
constexpr int kExpRows = 8;
#endif
constexpr int kExpShift = FloatBits<float>::mantissa - (kExpRows == 16 ? 4 : 3);
struct ExpTable {
  alignas(64) float power[kExpRows];
  float rest[kExpRows];  // logarithm of what rounding took from the power
};
constexpr ExpTable exp_table() {
  ExpTable table = {};
  for (uint32_t i = 0; i < kExpRows; ++i) {
    const double exact = series_exp(0.69314718055994531 * i / kExpRows);
    const float power = static_cast<float>(exact);
    table.rest[i] = static_cast<float>((exact - power) / power);
    const uint32_t bits = __builtin_bit_cast(uint32_t, power) - (i << kExpShift);
    table.power[i] = kExpRows == 16 ? power : __builtin_bit_cast(float, bits);
  }
  return table;
}
inline constexpr ExpTable kExpTable = exp_table();
// Minimax for (e^r - 1 - r) / r^2, |r| <= ln 2 / (2 rows), to 1.6e-9 (AVX2: 2.5e-8) of e^r; the
// finer one to 1.6e-9 or better.
#if defined(__AVX512F__)
constexpr float kExpSmall[] = {0.500016171f, 0.166667184f};
inline constexpr const auto& kExpFiner = kExpSmall;
#else
constexpr float kExpSmall[] = {0.500064526f, 0.166668573f};
constexpr float kExpFiner[] = {0.5f, 0.166680261f, 0.0416706316f};
#endif

// ---------------------------------------------------------------- lookup
// table[row % rows]
template <int rows>
PH_INLINE vf32 lookup(const float (&table)[rows], UintVec<float> row) {
#if defined(__AVX512F__)
  return (vf32)_mm512_maskz_permutexvar_ps(0xffff, (__m512i)row, (__m512)load<float>(table));
#elif defined(__AVX2__)
  return (vf32)_mm256_permutevar8x32_ps((__m256)load<float>(table), (__m256i)row);
#endif
}

#if defined(__AVX512F__)
// ---------------------------------------------------------------- odd functions that grow to 1
constexpr double series_tanh(double x) { return 1 - 2 / (series_exp(2 * x) + 1); }
// 2 / sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1) / (1 3 5 ... (2n+1))
constexpr double series_erf(double x) {
  double sum = 0, term = x;
  for (int i = 1; i < 160; i += 2) sum += term, term *= 2 * x * x / (i + 2);
  return 1.1283791670955126 * series_exp(-x * x) * sum;
}

constexpr int kTableRows = 16, kTableDegree = 5;
// |x| + offset lies in one of four intervals an octave. Coefficients of |x| - the interval's
// beginning; which row is an interval's follows from its bits.
struct OctaveTable {
  float offset, limit;  // at the limit the function is 1
  alignas(64) float c[kTableDegree + 1][kTableRows];
};
constexpr int kOctaveShift = FloatBits<float>::mantissa - 2;

// By interpolation at Chebyshev's points (Newton's divided differences). The first row
// interpolates at 0 too: so its error is relative to x. The last one is 1 at the limit in floats.
template <double (*f)(double)>
constexpr OctaveTable fit_octaves(float offset, float limit) {
  constexpr int n = kTableDegree + 1;
  constexpr double points[2][n] = {
      {-0.96592582628906829, -0.70710678118654752, -0.25881904510252076, 0.25881904510252076,
       0.70710678118654752, 0.96592582628906829},
      {-1, -0.95105651629515357, -0.58778525229247313, 0, 0.58778525229247313,
       0.95105651629515357}};
  OctaveTable table = {offset, limit, {}};
  for (float from = offset; from < offset + limit;) {
    const uint32_t row = __builtin_bit_cast(uint32_t, from) >> kOctaveShift;
    const float to = __builtin_bit_cast(float, (row + 1) << kOctaveShift);
    const bool first = from == offset, last = to >= offset + limit;
    const double begin = from - offset, width = last ? limit - begin : double{to} - from;
    double t[n] = {}, d[n] = {}, c[n] = {};
    for (int i = 0; i < n; ++i) {
      t[i] = width * (0.5 + 0.5 * points[first][i]);
      d[i] = f(begin + t[i]);
    }
    for (int j = 1; j < n; ++j)
      for (int i = n - 1; i >= j; --i) d[i] = (d[i] - d[i - 1]) / (t[i] - t[i - j]);
    for (int i = n - 1; i >= 0; --i) {  // c = c (t - t[i]) + d[i]
      for (int j = n - 1; j > 0; --j) c[j] = c[j - 1] - t[i] * c[j];
      c[0] = d[i] - t[i] * c[0];
    }
    if (last) {
      double end = 0;
      c[0] = static_cast<float>(c[0]);
      for (int j = n - 1; j >= 0; --j) end = end * width + c[j];
      c[1] += (1 - end) / width;
    }
    for (int j = 0; j < n; ++j) table.c[j][row % kTableRows] = static_cast<float>(c[j]);
    from = to;
  }
  return table;
}
inline constexpr OctaveTable kTanhTable = fit_octaves<series_tanh>(0.625f, 9.25f);
inline constexpr OctaveTable kErfTable = fit_octaves<series_erf>(0.3125f, 4.25f);
PH_INLINE vf32 by_octaves(const OctaveTable& table, vf32 x) {
  constexpr uint32_t begin = ~((1u << kOctaveShift) - 1), sign = 1u << 31;
  const vf32 a = smaller<float>(splat<float>(table.limit), vabs<float>(x));
  const UintVec<float> b = (UintVec<float>)(a + table.offset), row = b >> kOctaveShift;
  const vf32 t = a - ((vf32)(b & begin) - table.offset);
  vf32 p = lookup(table.c[kTableDegree], row);
#pragma GCC unroll 8
  for (int i = kTableDegree - 1; i >= 0; --i) p = vfma<float>(p, t, lookup(table.c[i], row));
  return (vf32)((UintVec<float>)p | ((UintVec<float>)x & sign));
}
#endif
#endif

}  // namespace PH_ISA
}  // namespace ph

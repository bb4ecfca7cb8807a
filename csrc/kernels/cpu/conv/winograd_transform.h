// The one-dimensional transforms of winograd.h on vectors of channels, and their
// two-dimensional use: columns first, then rows.
#pragma once
#include "../math/math_base.h"

namespace ph {
namespace PH_ISA {

template <int m>
struct Minimal;  // F(m, 3)

// Points 0, 1, -1, infinity.
template <>
struct Minimal<2> {
  static constexpr int kSize = 4;
  static PH_INLINE void input(const vf32* d, vf32* r) {
    r[0] = d[0] - d[2];
    r[1] = d[1] + d[2];
    r[2] = d[2] - d[1];
    r[3] = d[1] - d[3];
  }
  static PH_INLINE void filter(const vf32* g, vf32* r) {
    const vf32 half = splat(0.5f), sum = (g[0] + g[2]) * half, odd = g[1] * half;
    r[0] = g[0];
    r[1] = sum + odd;
    r[2] = sum - odd;
    r[3] = g[2];
  }
  static PH_INLINE void output(const vf32* t, vf32* y) {
    y[0] = t[0] + t[1] + t[2];
    y[1] = t[1] - t[2] - t[3];
  }
};

// Points 0, a, -a, b, -b, infinity with a = sqrt(1/2), b = sqrt(2).
template <>
struct Minimal<4> {
  static constexpr int kSize = 6;
  static constexpr float kA = 0.70710678118654752f, kB = 1.41421356237309505f;
  static PH_INLINE void input(const vf32* d, vf32* r) {
    const vf32 a = splat(kA), b = splat(kB), half = splat(0.5f), two = splat(2.0f);
    const vf32 more = splat(2.5f);  // a^2 + b^2
    const vf32 p = d[4] - two * d[2], q = a * (d[3] - two * d[1]);
    const vf32 s = d[4] - half * d[2], t = b * (d[3] - half * d[1]);
    r[0] = d[0] - more * d[2] + d[4];
    r[1] = p + q;
    r[2] = p - q;
    r[3] = s + t;
    r[4] = s - t;
    r[5] = d[1] - more * d[3] + d[5];
  }
  static PH_INLINE void filter(const vf32* g, vf32* r) {
    const vf32 na = splat(-1.0f / 1.5f), nb = splat(1.0f / 6.0f);
    const vf32 even_a = (g[0] + splat(0.5f) * g[2]) * na, odd_a = g[1] * (splat(kA) * na);
    const vf32 even_b = (g[0] + splat(2.0f) * g[2]) * nb, odd_b = g[1] * (splat(kB) * nb);
    r[0] = g[0];
    r[1] = even_a + odd_a;
    r[2] = even_a - odd_a;
    r[3] = even_b + odd_b;
    r[4] = even_b - odd_b;
    r[5] = g[2];
  }
  static PH_INLINE void output(const vf32* t, vf32* y) {
    const vf32 p = t[1] + t[2], q = t[3] + t[4];
    const vf32 u = splat(kA) * (t[1] - t[2]), v = splat(kB) * (t[3] - t[4]);
    y[0] = t[0] + p + q;
    y[1] = u + v;
    y[2] = splat(0.5f) * p + splat(2.0f) * q;
    y[3] = splat(0.5f) * u + splat(2.0f) * v + t[5];
  }
  // F(3, 4), the filter's gradient: four outputs' gradients in the filter's place, and three
  // taps from the sums.
  static PH_INLINE void gradient(const vf32* g, vf32* r) {
    const vf32 na = splat(-1.0f / 1.5f), nb = splat(1.0f / 6.0f);
    const vf32 even_a = (g[0] + splat(0.5f) * g[2]) * na;
    const vf32 odd_a = (g[1] + splat(0.5f) * g[3]) * (splat(kA) * na);
    const vf32 even_b = (g[0] + splat(2.0f) * g[2]) * nb;
    const vf32 odd_b = (g[1] + splat(2.0f) * g[3]) * (splat(kB) * nb);
    r[0] = g[0];
    r[1] = even_a + odd_a;
    r[2] = even_a - odd_a;
    r[3] = even_b + odd_b;
    r[4] = even_b - odd_b;
    r[5] = g[3];
  }
  static PH_INLINE void taps(const vf32* t, vf32* y) {
    const vf32 p = t[1] + t[2], q = t[3] + t[4];
    y[0] = t[0] + p + q;
    y[1] = splat(kA) * (t[1] - t[2]) + splat(kB) * (t[3] - t[4]);
    y[2] = splat(0.5f) * p + splat(2.0f) * q + t[5];
  }
};

// d: size x size vectors, `line` and `pixel` floats apart; the result goes to out + i * step
// for position i. `left` lanes are in use. `level` grows to the largest magnitude at nine
// positions in which every input takes part, as bits: an infinity counts as more, a nan as most.
template <int m>
PH_INLINE void transform_input(const float* d, int64_t line, int64_t pixel, int64_t left,
                               float* out, int64_t step, IntVec<float>& level) {
  constexpr int size = Minimal<m>::kSize;
  const bool whole = left == kLanes<float>;
  vf32 columns[size][size];  // [column][row]
#pragma GCC unroll 6
  for (int x = 0; x < size; ++x) {
    vf32 in[size];
#pragma GCC unroll 6
    for (int y = 0; y < size; ++y) {
      const float* p = d + y * line + x * pixel;
      in[y] = whole ? load(p) : load_first(p, left);
    }
    Minimal<m>::input(in, columns[x]);
  }
#pragma GCC unroll 6
  for (int y = 0; y < size; ++y) {
    vf32 in[size], r[size];
#pragma GCC unroll 6
    for (int x = 0; x < size; ++x) in[x] = columns[x][y];
    Minimal<m>::input(in, r);
    constexpr int kSeen[] = {0, 1, size - 1};
    if (y < 2 || y == size - 1)
      for (int i = 0; i < 3; ++i) {
        const auto bits = (IntVec<float>)vabs<float>(r[kSeen[i]]);
        level = level > bits ? level : bits;
      }
#pragma GCC unroll 6
    for (int x = 0; x < size; ++x) {
      if (whole)
        store(out + (y * size + x) * step, r[x]);
      else
        store_first(out + (y * size + x) * step, r[x], left);
    }
  }
}

// g: 9 vectors, `step` floats apart, to out + i * out_step.
template <int m>
PH_INLINE void transform_filter(const float* g, int64_t step, float* out, int64_t out_step) {
  constexpr int size = Minimal<m>::kSize;
  vf32 columns[3][size];
#pragma GCC unroll 3
  for (int x = 0; x < 3; ++x) {
    const vf32 in[3] = {load(g + x * step), load(g + (3 + x) * step), load(g + (6 + x) * step)};
    Minimal<m>::filter(in, columns[x]);
  }
#pragma GCC unroll 6
  for (int y = 0; y < size; ++y) {
    const vf32 in[3] = {columns[0][y], columns[1][y], columns[2][y]};
    vf32 r[size];
    Minimal<m>::filter(in, r);
#pragma GCC unroll 6
    for (int x = 0; x < size; ++x) store(out + (y * size + x) * out_step, r[x]);
  }
}

// t: size x size vectors, `step` floats apart, to m x m vectors y[row * m + column].
template <int m>
PH_INLINE void transform_output(const float* t, int64_t step, vf32* y) {
  constexpr int size = Minimal<m>::kSize;
  vf32 columns[size][m];
#pragma GCC unroll 6
  for (int x = 0; x < size; ++x) {
    vf32 in[size];
#pragma GCC unroll 6
    for (int r = 0; r < size; ++r) in[r] = load(t + (r * size + x) * step);
    Minimal<m>::output(in, columns[x]);
  }
#pragma GCC unroll 4
  for (int r = 0; r < m; ++r) {
    vf32 in[size];
#pragma GCC unroll 6
    for (int x = 0; x < size; ++x) in[x] = columns[x][r];
    Minimal<m>::output(in, y + r * m);
  }
}

// dy: 4 x 4 vectors, `line` and `pixel` floats apart; the result goes to out + i * step for
// position i. `left` lanes are in use, the others become 0.
PH_INLINE void transform_gradient(const float* dy, int64_t line, int64_t pixel, int64_t left,
                                  float* out, int64_t step) {
  constexpr int size = Minimal<4>::kSize;
  vf32 columns[4][size];  // [column][row]
#pragma GCC unroll 4
  for (int x = 0; x < 4; ++x) {
    vf32 in[4];
#pragma GCC unroll 4
    for (int y = 0; y < 4; ++y) {
      const float* p = dy + y * line + x * pixel;
      in[y] = left == kLanes<float> ? load(p) : load_first(p, left);
    }
    Minimal<4>::gradient(in, columns[x]);
  }
#pragma GCC unroll 6
  for (int y = 0; y < size; ++y) {
    const vf32 in[4] = {columns[0][y], columns[1][y], columns[2][y], columns[3][y]};
    vf32 r[size];
    Minimal<4>::gradient(in, r);
#pragma GCC unroll 6
    for (int x = 0; x < size; ++x) store(out + (y * size + x) * step, r[x]);
  }
}

// sums: 6 x 6 vectors, `step` floats apart, to 3 x 3 taps.
PH_INLINE void transform_taps(const float* sums, int64_t step, vf32* taps) {
  constexpr int size = Minimal<4>::kSize;
  vf32 columns[size][3];
#pragma GCC unroll 6
  for (int x = 0; x < size; ++x) {
    vf32 in[size];
#pragma GCC unroll 6
    for (int y = 0; y < size; ++y) in[y] = load(sums + (y * size + x) * step);
    Minimal<4>::taps(in, columns[x]);
  }
#pragma GCC unroll 3
  for (int y = 0; y < 3; ++y) {
    vf32 in[size];
#pragma GCC unroll 6
    for (int x = 0; x < size; ++x) in[x] = columns[x][y];
    Minimal<4>::taps(in, taps + 3 * y);
  }
}

}  // namespace PH_ISA
}  // namespace ph

// Matrix times vector of float16 and bfloat16, for products with one row or one column, as
// gemm_vector.h has it of floats:
//   y[i] = sum_p matrix[i * s_i + p * s_p] * x[p]
// The matrix is read once, where it lies, and widened in registers.
#pragma once
#include "../half.h"
#include "gemm_epilogue.h"

namespace ph {
namespace PH_ISA {

// to (rows, cols) = gate(from), rounded; from is dense.
PH_INLINE void narrow_rows(Half to, int64_t ld, const float* from, int64_t rows, int64_t cols,
                           Half gate, int64_t ldgate, Act act) {
  constexpr int64_t lanes = kLanes<float>;
  for (int64_t i = 0; i < rows; ++i, to += ld, from += cols) {
    if (!gate) {
      narrow_run(to, from, cols);
      continue;
    }
    for (int64_t j = 0; j < cols; j += lanes) {
      const int64_t n = min_of(lanes, cols - j);
      if (n == lanes)
        store(to + j, apply_gate<float>(load(from + j), load(gate + j), act));
      else
        store_first(to + j,
                    apply_gate<float>(load_first(from + j, n), load_first(gate + j, n), act), n);
    }
    gate += ldgate;
  }
}

struct HalfVector {
  int64_t rows, k;
  Half matrix;
  int64_t s_i, s_p;
  const float* x;  // contiguous
  float* sums;     // of rows, and room for a vector more
};

// sums[i0, i0 + count) += or, at p = 0, = W columns from p on, which are contiguous.
template <bool brain, int W>
PH_INLINE void add_half_columns(const HalfVector& q, int64_t i0, int64_t count, int64_t p) {
  constexpr int64_t lanes = kLanes<float>;
  float* PH_RESTRICT sums = q.sums + i0;
  uint16_t* from[W];
  vf32 x[W];
#pragma GCC unroll 8
  for (int u = 0; u < W; ++u)
    from[u] = q.matrix.at + (i0 + (p + u) * q.s_p), x[u] = splat(q.x[p + u]);
  for (int64_t i = 0; i < count; i += lanes) {
    const int64_t left = count - i;
    vf32 chain[2] = {p ? load(sums + i) : vf32{}, vf32{}};
#pragma GCC unroll 8
    for (int u = 0; u < W; ++u) {
      const Half h(from[u] + i, brain);
      chain[u % 2] += x[u] * (left >= lanes ? load(h) : load_first(h, left));
    }
    store(sums + i, chain[0] + chain[1]);
  }
}
template <bool brain>
PH_INLINE void half_columns(const HalfVector& q, int64_t i0, int64_t count) {
  constexpr int step = 8;
  int64_t p = 0;
  for (; p + step <= q.k; p += step) add_half_columns<brain, step>(q, i0, count, p);
  for (; p < q.k; ++p) add_half_columns<brain, 1>(q, i0, count, p);
}

// sums[i, i + R) of a matrix whose rows are contiguous.
template <bool brain, int R>
PH_INLINE void half_dots(const HalfVector& q, int64_t i) {
  constexpr int64_t lanes = kLanes<float>;
  vf32 sum[R][2] = {};
  const uint16_t* m = q.matrix.at + i * q.s_i;
  int64_t p = 0;
  for (; p + 2 * lanes <= q.k; p += 2 * lanes) {
    const vf32 x[2] = {load(q.x + p), load(q.x + p + lanes)};
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
      for (int h = 0; h < 2; ++h)
        sum[r][h] +=
            x[h] * load(Half(const_cast<uint16_t*>(m) + (r * q.s_i + p + h * lanes), brain));
  }
  for (; p < q.k; p += lanes) {
    const int64_t left = min_of(lanes, q.k - p);
    const vf32 x = load_first(q.x + p, left);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
      sum[r][0] += x * load_first(Half(const_cast<uint16_t*>(m) + (r * q.s_i + p), brain), left);
  }
  for (int r = 0; r < R; ++r) q.sums[i + r] = horizontal_sum<float>(sum[r][0] + sum[r][1]);
}

template <bool brain>
void half_rows(const HalfVector& q, int64_t i0, int64_t i1) {
  if (q.s_p != 1) return half_columns<brain>(q, i0, i1 - i0);
  int64_t i = i0;
  for (; i + 4 <= i1; i += 4) half_dots<brain, 4>(q, i);
  for (; i < i1; ++i) half_dots<brain, 1>(q, i);
}

// What is known from sizes and strides alone, and what a product needs for itself.
PH_INLINE bool takes_half_vector(const GemmArgs& g) {
  const bool row = g.m == 1;
  if (!(row || (g.n == 1 && g.ldc == 1 && (!g.gate || g.ldgate == 1)))) return false;
  const int64_t s_i = row ? g.b_cs : g.a_rs, s_p = row ? g.b_rs : g.a_cs;
  return g.k > 1 && g.k <= kLongSum && (s_i == 1 || s_p == 1);
}
PH_INLINE int64_t half_vector_bytes(const GemmArgs& g) {
  return cache_rounded(g.k * 4) + cache_rounded((g.m * g.n + kLanes<float>)*4);
}

// One item. bias: float32, by column, or null.
PH_INLINE void run_half_vector(const GemmArgs& g, Half a, Half b, Half c, Half gate,
                               const float* bias, const Launch& team, char* own) {
  const bool row = g.m == 1;
  float* const x = reinterpret_cast<float*>(own);
  const HalfVector q = {g.m * g.n,
                        g.k,
                        row ? b : a,
                        row ? g.b_cs : g.a_rs,
                        row ? g.b_rs : g.a_cs,
                        x,
                        reinterpret_cast<float*>(own + cache_rounded(g.k * 4))};
  const Half from = row ? a : b;
  const int64_t stride = row ? g.a_cs : g.b_rs;
  if (stride == 1)
    widen_run(x, from, g.k);
  else
    for (int64_t p = 0; p < g.k; ++p) x[p] = from[p * stride];

  Epilogue<float> e = {row ? bias : nullptr, nullptr, 0, g.act, Act::none};
  const float alpha = static_cast<float>(g.alpha), shift = bias && !row ? *bias : 0.0f;
  const auto part = [&](int64_t i0, int64_t i1) {
    if (i0 >= i1) return;
    if (q.matrix.brain)
      half_rows<true>(q, i0, i1);
    else
      half_rows<false>(q, i0, i1);
    float* const sums = q.sums + i0;
    const int64_t count = i1 - i0;
    if (alpha != 1 || shift != 0)
      for (int64_t i = 0; i < count; ++i) sums[i] = alpha * sums[i] + shift;
    if (g.accumulate)
      for (int64_t i = 0; i < count; ++i) sums[i] += c[i0 + i];
    if (!e.empty()) finish_tile<float>(sums, count, 1, count, moved(e, 0, i0));
    narrow_rows(c + i0, count, sums, 1, count, gate ? gate + i0 : gate, count, g.gate_act);
  };
  if (q.rows * q.k < kVectorWork) return part(0, q.rows);
  const int64_t unit = q.s_p == 1 ? kVectorUnit : kColumnUnit / 2;
  const int64_t units = ceil_div(q.rows, unit), chunks = min_of(units, kMaxChunks);
  for_chunks(team, chunks, [&](int64_t chunk, int) {
    part(min_of(q.rows, chunk * units / chunks * unit),
         min_of(q.rows, (chunk + 1) * units / chunks * unit));
  });
}

}  // namespace PH_ISA
}  // namespace ph

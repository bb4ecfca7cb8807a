// Few rows and a transposed B: sums of products along k, which is contiguous in both operands, so
// that nothing is packed. A tile is kDotRows x 4 vectors of partial sums, folded at the end. The
// gradient of the input of a layer is this product when the batch is small.
#pragma once
#include "gemm_engine.h"
#include "gemm_vector.h"

namespace ph {
namespace PH_ISA {

constexpr int kDotCols = 4;  // what sum_four folds at once

// Rows of a tile; float64 has a small one, for small batches, to spare code.
template <class T>
constexpr int kTileDotRows = sizeof(T) == 4 ? kDotRows : 2;

// Whether folding the sums costs less than packing B would.
template <class T>
PH_INLINE bool is_dots(const GemmArgs& g) {
  return g.a_cs == 1 && g.b_rs == 1 && g.b_cs != 1 &&
         g.m <= (sizeof(T) == 4 ? kMaxDotRows : kMaxDotRows / 6) && g.k >= kDotDepthPerRow * g.m &&
         g.k >= kMinDotDepth;
}

// c[r][j] of R rows and `cols` columns, from k in [p0, p0 + depth).
template <class T, int R>
void dots_tile(const Matrices<T>& q, int64_t i, int64_t j, int64_t cols, int64_t p0,
               int64_t depth) {
  constexpr int64_t lanes = kLanes<T>;
  Vec<T> acc[R][kDotCols] = {};
  const int64_t a_rs = q.a.s_i;
  const T* a = q.a.at(i, p0);
  const T* b[kDotCols];
  for (int c = 0; c < kDotCols; ++c) b[c] = q.b.at(j + min_of<int64_t>(c, cols - 1), p0);
  const auto step = [&](int64_t p, const auto& get) {
    Vec<T> x[R];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) x[r] = get(a + r * a_rs + p);
#pragma GCC unroll 4
    for (int c = 0; c < kDotCols; ++c) {
      const Vec<T> y = get(b[c] + p);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) acc[r][c] += x[r] * y;
    }
  };
  int64_t p = 0;
  for (; p + lanes <= depth; p += lanes) step(p, [](const T* from) { return load<T>(from); });
  if (p < depth) step(p, [&](const T* from) { return load_first<T>(from, depth - p); });
  const bool add = q.accumulate || p0 > 0;
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
    T sum[kDotCols];
    sum_four(acc[r], sum);
    T* to = q.c + (i + r) * q.ldc + j;
#pragma GCC unroll 4
    for (int c = 0; c < kDotCols; ++c)
      if (c < cols) to[c] = add ? to[c] + q.alpha * sum[c] : q.alpha * sum[c];
  }
}

template <class T, int R = kTileDotRows<T>>
PH_INLINE void dots_rows(const Matrices<T>& q, int64_t rows, int64_t i, int64_t j, int64_t cols,
                         int64_t p0, int64_t depth) {
  if constexpr (R > 1)
    if (rows < R) return dots_rows<T, R - 1>(q, rows, i, j, cols, p0, depth);
  dots_tile<T, R>(q, i, j, cols, p0, depth);
}

template <class T>
void run_dots(const Matrices<T>& q, const Launch& team) {
  const int64_t panels = ceil_div(q.n, kDotCols), groups = ceil_div(q.m, kTileDotRows<T>);
  const int64_t work = q.m * q.n * q.k, depth = block_depth<T>(q.k, 2 * kBlockDepth<T>);
  const int64_t chunks =
      work < kSerialWork ? 1 : min_of(min_of(panels, kMaxChunks), ceil_div(work, kChunkWork));
  for_chunks(team, chunks, [&](int64_t chunk, int) {
    const int64_t j0 = chunk * panels / chunks * kDotCols;
    const int64_t j1 = min_of(q.n, (chunk + 1) * panels / chunks * kDotCols);
    for (int64_t p0 = 0; p0 < q.k; p0 += depth)
      for (int64_t j = j0; j < j1; j += kDotCols)
        for (int64_t s = 0; s < groups; ++s) {
          const int64_t i = s * q.m / groups;
          dots_rows<T>(q, (s + 1) * q.m / groups - i, i, j, min_of<int64_t>(kDotCols, j1 - j), p0,
                       min_of(depth, q.k - p0));
        }
    if (!q.epilogue.empty())
      finish_tile<T>(q.c + j0, q.ldc, q.m, j1 - j0, moved(q.epilogue, 0, j0));
  });
}

}  // namespace PH_ISA
}  // namespace ph

// Few columns and a transposed A: the register tile computes C^T = B^T A^T, so that its vectors
// run along the rows of C, where there are enough to fill them; tiles are turned when written.
// The gradient of the weights of a layer of ten units is this product.
#pragma once
#include "gemm_engine.h"

namespace ph {
namespace PH_ISA {

// Whether vectors along n would be too empty.
template <class T>
PH_INLINE bool is_narrow(const GemmArgs& g) {
  constexpr int64_t lanes = kLanes<T>;
  return g.a_rs == 1 && g.n <= kMaxRows && g.n * kNarrowFill < lanes * (kNarrowFill - 1) &&
         g.m >= 2 * kTileCols<T> && (g.b_cs == 1 || g.b_rs == 1);
}

template <class T>
void run_narrow(const Matrices<T>& q, const Team& team) {
  constexpr int64_t lanes = kLanes<T>, tile_cols = kTileCols<T>;
  const int64_t strips = ceil_div(q.m, tile_cols), work = q.m * q.n * q.k;
  const int64_t chunks =
      work < kSerialWork ? 1 : min_of(min_of(strips, kMaxChunks), ceil_div(work, kChunkWork));
  const bool by_row = q.b.s_p == 1 && q.b.s_i != 1;
  for_chunks(team, chunks, [&](int64_t chunk, int) {
    alignas(64) T tile[kMaxRows * tile_cols], turned[tile_cols * lanes];
    const T* rows[kPanelRows];
    for (int64_t i = 0; i < q.n; ++i) rows[i] = tile + i * tile_cols;
    Micro<T> t;
    t.a = q.b.data;
    t.a_stride = by_row ? q.b.s_i : q.b.s_p;
    t.b_stride = q.a.s_p;
    t.c = tile;
    t.ldc = tile_cols;
    t.kc = q.k;
    t.segs = 1;
    t.seg = kZeroSegment;
    t.alpha = q.alpha;
    t.accumulate = false;
    t.whole_tile = true;
    for (int64_t s = chunk * strips / chunks; s < (chunk + 1) * strips / chunks; ++s) {
      const int64_t i = s * tile_cols, count = min_of(tile_cols, q.m - i);
      const int vectors = static_cast<int>(ceil_div(count, lanes));
      t.tail = static_cast<int>(count - (vectors - 1) * lanes);
      t.b = q.a.data + i;
      micro_table<T>().fn[by_row][t.tail < lanes][vectors - 1][q.n - 1](t);
      pack_rows<T>(turned, lanes, rows, q.n, count);
      finish_tile<T>(turned, lanes, q.c + i * q.ldc, q.ldc, count, q.n, moved(q.epilogue, i, 0),
                     q.accumulate);
    }
  });
}

}  // namespace PH_ISA
}  // namespace ph

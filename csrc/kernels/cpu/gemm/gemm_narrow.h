// Few columns and a transposed A: the register tile computes C^T = B^T A^T, so that its vectors
// run along the rows of C, where there are enough to fill them; tiles are turned when written. The
// gradient of the weights of a layer of ten units is this product. Of a large A, read row by row
// anyhow, what the next tile needs is asked for meanwhile: each of its rows is a page of its own.
#pragma once
#include "gemm_engine.h"

namespace ph {
namespace PH_ISA {

// Whether vectors along n would be too empty, or A is best read along its rows.
template <class T>
PH_INLINE bool is_narrow(const GemmArgs& g) {
  constexpr int64_t lanes = kLanes<T>, size = sizeof(T);
  if (g.a_rs != 1 || g.m < 2 * kTileCols<T> || (g.b_cs != 1 && g.b_rs != 1)) return false;
  if (g.n <= kMaxRows && g.n * kNarrowFill < lanes * (kNarrowFill - 1)) return true;
  return g.n <= kNarrowCols && g.k >= kDistantDepth && g.m * g.k * size > kDistantBytes &&
         g.a_cs * size > kStripStride && g.a_cs * size % kSetBytes != 0;
}

template <class T>
void run_narrow(const Matrices<T>& q, const Launch& team) {
  constexpr int64_t lanes = kLanes<T>, tile_cols = kTileCols<T>;
  const int64_t strips = ceil_div(q.m, tile_cols), work = q.m * q.n * q.k;
  const int64_t chunks =
      work < kSerialWork ? 1 : min_of(min_of(strips, kMaxChunks), ceil_div(work, kChunkWork));
  const bool by_row = q.b.s_p == 1 && q.b.s_i != 1;
  const int64_t parts = ceil_div(q.n, kMaxRows), ld = round_up(q.n, lanes);
  const bool distant = q.m * q.k * static_cast<int64_t>(sizeof(T)) > kDistantBytes;
  for_chunks(team, chunks, [&](int64_t chunk, int) {
    constexpr int64_t most = kNarrowCols > kMaxRows ? kNarrowCols : kMaxRows;
    alignas(64) T tile[most * tile_cols], turned[tile_cols * (most + lanes)];
    const T* rows[most];
    for (int64_t i = 0; i < q.n; ++i) rows[i] = tile + i * tile_cols;
    Micro<T> t;
    t.a_stride = by_row ? q.b.s_i : q.b.s_p;
    t.b_stride = q.a.s_p;
    t.ldc = tile_cols;
    t.segs = 1;
    t.seg = kZeroSegment;
    t.alpha = q.alpha;
    t.whole_tile = true;
    for (int64_t s = chunk * strips / chunks; s < (chunk + 1) * strips / chunks; ++s) {
      const int64_t i = s * tile_cols, count = min_of(tile_cols, q.m - i);
      const int vectors = static_cast<int>(ceil_div(count, lanes));
      t.tail = static_cast<int>(count - (vectors - 1) * lanes);
      const int64_t ahead = distant && i + 2 * tile_cols <= q.m ? tile_cols : 0;
      for (int64_t p = 0; p < q.k; p += kScatteredDepth) {
        t.kc = min_of(kScatteredDepth, q.k - p);
        t.accumulate = p > 0;
        t.b = q.a.data + i + p * q.a.s_p;
        for (int64_t part = 0; part < parts; ++part) {
          const int64_t lo = part * q.n / parts, hi = (part + 1) * q.n / parts;
          t.b_ahead = part == 0 ? ahead : 0;
          t.a = q.b.data + lo * q.b.s_i + p * q.b.s_p;
          t.c = tile + lo * tile_cols;
          micro_table<T>().fn[by_row][t.tail < lanes][vectors - 1][hi - lo - 1](t);
        }
      }
      pack_rows<T>(turned, ld, rows, q.n, count);
      finish_tile<T>(turned, ld, q.c + i * q.ldc, q.ldc, count, q.n, moved(q.epilogue, i, 0),
                     q.accumulate);
    }
  });
}

}  // namespace PH_ISA
}  // namespace ph

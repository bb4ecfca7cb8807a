// The product of a few states with recurrent weights, which every step repeats: weights in panels,
// packed once for all steps; or, for a state or two, a matrix times a vector without packing.
#pragma once
#include "../../args_rnn.h"
#include "../gemm/gemm_engine.h"
#include "../gemm/gemm_vector.h"

namespace ph {
namespace PH_ISA {

constexpr int64_t kRnnRows = kMaxRows > 8 ? 16 : 2 * kMaxRows;  // of a block, two strips high
constexpr int64_t kRnnFewRows = 2;   // batches up to this go by matrix-vector products
constexpr int64_t kRnnPackUses = 3;  // packing pays from so many products on

// Column i of row p is plain[i * s_i + p * s_p].
template <class T>
struct RnnWeights {
  const T* plain;
  int64_t s_i, s_p, cols, depth;
  T* packed = nullptr;  // or null: read in place
  bool few = false;

  static PH_INLINE int64_t packed_count(int64_t cols, int64_t depth) {
    return round_up(cols, kTileCols<T>) * depth + kPackSlack<T>;
  }
  void pack(T* to) {
    packed = to;
    for (int64_t j = 0; j < cols; j += kTileCols<T>) {
      const int64_t count = min_of<int64_t>(kTileCols<T>, cols - j);
      for (int64_t p = 0; p < depth; p += kZeroCount<T>)
        pack_panel<T>(to + p * kTileCols<T>, kTileCols<T>, plain + j * s_i + p * s_p, s_i, s_p,
                      count, min_of(kZeroCount<T>, depth - p));
      to += depth * kTileCols<T>;
    }
  }

  // c (rows, cols) (+)= a (rows, k) times rows [p0, p0 + k), plus bias (cols) where not null. c has
  // room for whole tiles.
  PH_INLINE void multiply(const T* a, int64_t lda, int64_t rows, int64_t p0, int64_t k, T* c,
                          int64_t ldc, bool accumulate, const T* bias = nullptr) const {
    if (few) return vectors(a, lda, rows, p0, k, c, ldc, accumulate, bias);
    const Strips strips(rows, tile_rows<T>(cols, k));
    for (int64_t j = 0; j < cols; j += kTileCols<T>) {
      const int64_t count = min_of<int64_t>(kTileCols<T>, cols - j);
      const int64_t width = ceil_div(count, kLanes<T>);
      Micro<T> t = {};
      t.a_stride = lda;
      t.b = packed ? packed + j * depth + p0 * kTileCols<T> : plain + j * s_i + p0 * s_p;
      t.b_stride = packed ? kTileCols<T> : s_p;
      t.ldc = ldc;
      t.kc = k, t.segs = 1, t.seg = kZeroSegment;
      t.alpha = 1;
      t.tail = static_cast<int>(count - (width - 1) * kLanes<T>);
      t.accumulate = accumulate;
      t.whole_tile = true;
      t.bias = bias ? bias + j : nullptr;
      const bool masked = !packed && t.tail != kLanes<T>;
      for (int64_t s = 0; s < strips.count; ++s) {
        const int64_t i = strips.start(s), height = strips.start(s + 1) - i;
        t.a = a + i * lda;
        t.c = c + i * ldc + j;
        micro_table<T>().fn[1][masked][width - 1][height - 1](t);
      }
    }
  }

 private:
  PH_NOINLINE void vectors(const T* a, int64_t lda, int64_t rows, int64_t p0, int64_t k, T* c,
                           int64_t ldc, bool accumulate, const T* bias) const {
    for (int64_t r = 0; r < rows; ++r) {
      MatVec<T> q = {};
      q.rows = cols, q.k = k;
      q.matrix = plain + p0 * s_p;
      q.s_i = s_i, q.s_p = s_p;
      q.x = a + r * lda;
      q.y = c + r * ldc, q.y_stride = 1;
      q.alpha = 1;
      q.accumulate = accumulate;
      q.bias_by_row = true;
      q.epilogue = {bias, nullptr, 0, Act::none, Act::none};
      matvec_rows<T>(q, 0, cols);
    }
  }
};

// How a batch is cut, from sizes alone: blocks of rows that never meet; small work is one chunk.
struct RnnPlan {
  int64_t blocks, rows, chunks;  // rows of a block, at most
  int64_t columns, width;        // of the weights; a padded row of a block's buffer
  int64_t padded;                // units, padded
  int64_t groups[2];             // columns of each part of the weights that is packed by itself
  bool few, pack;
  int64_t packed, own;  // elements of scratch: all weights; of each thread
};

template <class T>
PH_INLINE RnnPlan plan_rnn(const RnnArgs& a) {
  RnnPlan p = {};
  p.blocks = ceil_div(a.batch, kRnnRows);
  p.blocks += p.blocks > 1 && p.blocks % 2;  // even, so that two threads share them fairly
  p.rows = ceil_div(a.batch, max_of<int64_t>(1, p.blocks));
  p.columns = kRnnColumns[static_cast<int>(a.cell)] * a.units;
  p.width = round_up(p.columns, kTileCols<T>);
  p.padded = round_up(a.units, kTileCols<T>);
  const int64_t work = a.batch * a.time * a.units * p.columns;
  p.chunks = work < kSerialWork ? min_of<int64_t>(1, p.blocks) : p.blocks;
  const bool split = a.cell == RnnCell::gru_before && !a.backward;
  p.groups[0] = a.backward ? a.units : split ? 2 * a.units : p.columns;
  p.groups[1] = split ? a.units : 0;
  const int64_t depth = a.backward ? p.columns : a.units;
  p.few = a.batch <= kRnnFewRows;
  p.pack = !p.few && (a.backward || p.blocks * a.time >= kRnnPackUses);
  if (p.pack)
    for (const int64_t cols : p.groups)
      p.packed += round_up(RnnWeights<T>::packed_count(cols, depth), 64);
  // one buffer of products, and as many of padded units as a cell may want
  p.own = round_up(p.rows * (p.width + 3 * p.padded) + 64, 64);
  return p;
}

}  // namespace PH_ISA
}  // namespace ph

// The blocked product (Goto & van de Geijn 2008; BLIS): loops around the register tile.
//
//   for each block of k:    pack B (k block x n) into panels, once, by all threads
//     for each chunk of C:  for each block of rows: pack A (rows x k block), per thread
//       for each B panel:   for each strip of rows: one register tile
//
// A and B are any type with at() and pack(), like Strided: convolution packs from the image.
// Each element of C is summed in one order, fixed by k alone, whatever the chunks.
#pragma once
#include "gemm_epilogue.h"
#include "gemm_micro.h"
#include "gemm_pack.h"

namespace ph {
namespace PH_ISA {

template <class T, class A, class B>
struct Product {
  int64_t m, n, k;
  A a;
  B b;
  bool pack_a, pack_b;  // not packed: A needs s_i == 1 or s_p == 1, B needs s_i == 1
  T* c;
  int64_t ldc;
  T alpha;
  bool accumulate;
  Epilogue<T> epilogue;
  int64_t max_depth = kBlockDepth<T>;  // of one block of k; at most kBlockDepth where packed
  const T* packed = nullptr;           // B by pack_whole, or null; pack_b is then set
};

// Two matrices in memory.
template <class T>
using Matrices = Product<T, Strided<T>, Strided<T>>;

PH_INLINE Launch serial_launch() {
  return {1, nullptr, [](void*, int64_t chunks, void (*body)(void*, int64_t, int), void* ctx) {
            for (int64_t i = 0; i < chunks; ++i) body(ctx, i, 0);
          }};
}

constexpr int64_t kZeroSegment[1] = {0};

template <class T>
PH_INLINE int64_t block_depth(int64_t k, int64_t max_depth = kBlockDepth<T>) {
  const int64_t blocks = max_of<int64_t>(1, ceil_div(k, max_depth));
  return max_of<int64_t>(1, ceil_div(k, blocks));
}
PH_INLINE int64_t cache_rounded(int64_t bytes) { return round_up(bytes, 64); }

// Scratch of a product: the B block (shared), then one A block for each thread.
template <class T>
PH_INLINE int64_t b_block_bytes(int64_t n, int64_t k) {
  const int64_t cols = round_up(min_of(n, kBlockCols), kTileCols<T>);
  return cache_rounded((cols * block_depth<T>(k) + kPackSlack<T>)*static_cast<int64_t>(sizeof(T)));
}
template <class T>
PH_INLINE int64_t a_block_bytes(int64_t m, int64_t k) {
  const int64_t rows = min_of(m, kBlockRows), strips = ceil_div(rows, kShortRows);
  return cache_rounded(
      (rows * block_depth<T>(k) + strips * kPackSlack<T>)*static_cast<int64_t>(sizeof(T)));
}

// Rows of A up to which a B whose rows are contiguous, and s_p apart, is read in place.
template <class T>
PH_INLINE int64_t direct_rows(int64_t s_p) {
  return s_p * static_cast<int64_t>(sizeof(T)) % kSetBytes == 0 ? kDirectRowsCollide : kDirectRowsB;
}

// How C is cut into chunks: rows x cols pieces, from sizes alone. Chunks go along the rows or,
// where B is larger than A, down the columns: a thread that goes on then meets what it has packed.
struct Grid {
  int64_t rows, cols;
  bool down;
};
PH_INLINE Grid chunk_grid(int64_t m, int64_t n, int64_t k, bool whole_a = false) {
  const int64_t work = m * n * k;
  const bool down = n > m;
  if (work < kSerialWork) return {1, 1, down};
  const int64_t want = min_of(kMaxChunks, ceil_div(work, kChunkWork));
  if (whole_a && down && m <= kFewRows) {
    const int64_t cols = min_of(want, ceil_div(n, kFewRowsCols));
    return {1, cols + (cols > 1 && cols % 2), down};
  }
  int64_t rows = min_of(want, ceil_div(m, kChunkRows));
  rows += rows > 1 && rows % 2;  // even, so that two threads share it fairly
  int64_t cols = min_of(want / rows, ceil_div(n, kChunkCols));
  if (rows == 1 || down) cols += cols > 1 && cols % 2;
  cols = max_of<int64_t>(1, cols);
  return {rows, cols, down};
}

// Short sums into a large C: writing is the cost, and goes past the caches.
template <class T, class A, class B>
PH_INLINE bool goes_past(const Product<T, A, B>& q) {
  return q.k <= kPastDepth && q.m * q.n * static_cast<int64_t>(sizeof(T)) > kPastProductBytes &&
         !q.accumulate && !q.epilogue.program && q.ldc % kLanes<T> == 0 && aligned(q.c);
}

// Runs the register tile and finishes its result on the way to t.c.
template <class T>
PH_INLINE void run_tile(MicroFn<T> fn, const Micro<T>& t, int64_t rows, int64_t cols,
                        const Epilogue<T>& e) {
  alignas(64) T tile[kMaxRows * kTileCols<T>];
  if (t.kc * t.segs >= kPrefetchDepth)
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < cols; j += kLanes<T>) __builtin_prefetch(t.c + i * t.ldc + j, 1);
  Micro<T> u = t;
  u.c = tile;
  u.ldc = kTileCols<T>;
  u.accumulate = false;
  u.whole_tile = true;
  u.past = false;
  fn(u);
  finish_tile<T>(tile, kTileCols<T>, t.c, t.ldc, rows, cols, e, t.accumulate);
}

// The rows of a block as strips of nearly equal height, at most `most`.
struct Strips {
  int64_t count, height, higher;  // the last `higher` strips have one more row
  PH_INLINE Strips(int64_t rows, int64_t most)
      : count(ceil_div(rows, most)), height(rows / count), higher(rows - height * count) {}
  PH_INLINE int64_t start(int64_t s) const {
    return s * height + max_of<int64_t>(0, s - (count - higher));
  }
};

// A block of A as strips, each followed by the slack its packing may write. A matrix whose
// columns are contiguous is read a few columns at a time, whole, to stay on few pages.
template <class T, class A>
PH_INLINE void pack_rows_of_a(const A& a, T* packed, int64_t i0, const Strips& strips, int64_t p0,
                              int64_t depth) {
  int64_t step = depth;
  if constexpr (requires { a.s_i; }) step = a.s_i == 1 ? kPackColumns : depth;
  for (int64_t p = 0; p < depth; p += step)
    for (int64_t s = 0; s < strips.count; ++s) {
      const int64_t lo = strips.start(s), height = strips.start(s + 1) - lo;
      a.pack(packed + lo * depth + s * kPackSlack<T> + p * height, height, i0 + lo, height, p0 + p,
             min_of(step, depth - p));
    }
}

// Whether tanh or sigmoid waits for a block of rows. Of few columns whose rows follow one another
// the activation then takes whole vectors, not one that is partly used for every row.
template <class T, class A, class B>
bool activates_later(const Product<T, A, B>& q, int64_t cols) {
  const Act act = q.epilogue.act;
  return (act == Act::tanh || act == Act::sigmoid) && !q.epilogue.gate && q.alpha == T(1) &&
         q.ldc == q.n && cols == q.n && cols <= kTileCols<T>;
}

// One chunk of C: rows [i0, i1), columns [j0, j1) of the column block at jc.
template <class T, class A, class B>
void product_chunk(const Product<T, A, B>& q, int64_t i0, int64_t i1, int64_t jc, int64_t j0,
                   int64_t j1, int64_t p0, int64_t depth, const T* packed_b, T* packed_a) {
  constexpr int64_t lanes = kLanes<T>, tile_cols = kTileCols<T>;
  const MicroTable<T>& table = tiles<T, requires { A::kPairs; }>();
  const bool last = p0 + depth >= q.k;
  const bool later = activates_later(q, j1 - j0);  // the tiles do what comes before
  const bool simple = later || (q.epilogue.simple() && q.alpha == T(1));
  const bool finish = last && !simple, past = !later && goes_past(q);
  Micro<T> t;
  t.kc = depth;
  t.segs = 1;
  t.seg = kZeroSegment;
  t.alpha = q.alpha;
  if constexpr (requires { A::kPairs; }) t.half = q.a.result != nullptr;
  if (last && simple && !later) t.act = q.epilogue.act;
  t.accumulate = q.accumulate || p0 > 0;
  if constexpr (requires { q.b.s_p; }) {
    constexpr int64_t size = sizeof(T);
    if (!q.pack_b && q.n * q.k * size > kDistantBytes && q.b.s_p * size % kSetBytes != 0 &&
        depth >= kDistantDepth)
      t.b_ahead = tile_cols;
  }
  t.ldc = q.ldc;
  bool by_row = false;
  if constexpr (requires { q.a.s_i; }) by_row = !q.pack_a && q.a.s_i != 1;
  for (int64_t ib = i0; ib < i1;) {
    const int64_t blocks_left = ceil_div(i1 - ib, kBlockRows);
    const int64_t block = ceil_div(i1 - ib, blocks_left);
    const Strips strips(block, tile_rows<T>(j1 - j0, depth));
    if (q.pack_a) pack_rows_of_a(q.a, packed_a, ib, strips, p0, depth);
    // Inlined in both places: called, it takes 60 instructions a tile to find what it captures.
    const auto panel = [&](int64_t j, int64_t s0, int64_t s1) __attribute__((always_inline)) {
      const int64_t cols = min_of(tile_cols, j1 - j);
      const int vectors = static_cast<int>(ceil_div(cols, lanes));
      t.tail = static_cast<int>(cols - (vectors - 1) * lanes);
      t.past = past && t.tail == lanes;
      bool masked = false;
      if (q.pack_b) {
        t.b = packed_b + (j - jc) * depth;
        t.b_stride = vectors * lanes;
      } else if constexpr (requires { q.b.s_i; }) {
        t.b = q.b.at(j, p0);
        t.b_stride = q.b.s_p;
        masked = t.tail < lanes;
      }
      if (last && simple && q.epilogue.bias) t.bias = q.epilogue.bias + j;
      const MicroFn<T>* fn = table.fn[by_row][masked][vectors - 1];
      for (int64_t s = s0; s < s1; ++s) {
        const int64_t lo = strips.start(s), hi = strips.start(s + 1);
        if (q.pack_a) {
          t.a = packed_a + lo * depth + s * kPackSlack<T>;
          t.a_stride = hi - lo;
        } else if constexpr (requires { q.a.s_i; }) {
          t.a = q.a.at(ib + lo, p0);
          t.a_stride = by_row ? q.a.s_i : q.a.s_p;
        }
        t.c = q.c + (ib + lo) * q.ldc + j;
        if constexpr (requires { A::kPairs; })
          if (t.half) t.c = reinterpret_cast<T*>(q.a.result + ((ib + lo) * q.ldc + j));
        if (finish)
          run_tile<T>(fn[hi - lo - 1], t, hi - lo, cols, moved(q.epilogue, ib + lo, j));
        else
          fn[hi - lo - 1](t);
      }
    };
    // What a program goes on from stays in L2: of long rows some columns at a time.
    const int64_t part = kProgramBlock / (block * static_cast<int64_t>(sizeof(T)));
    const bool parted = last && q.epilogue.program && j1 - j0 > part + tile_cols;
    int64_t done = j0;
    // A shallow block of B stays in cache whole: then C is written along its rows.
    if ((j1 - j0) * depth * static_cast<int64_t>(sizeof(T)) <= kShallowBytes &&
        depth <= kShallowDepth) {
      for (int64_t s = 0; s < strips.count; ++s)
        for (int64_t j = j0; j < j1; j += tile_cols) panel(j, s, s + 1);
    } else {
      for (int64_t j = j0; j < j1; j += tile_cols) {
        panel(j, 0, strips.count);
        const int64_t end = min_of(j + tile_cols, j1);
        if (parted && end - done >= part) {
          go_on(q.epilogue, ib, ib + block, done, end);
          done = end;
        }
      }
    }
    if (last && later) activate(q.c + ib * q.ldc, block * q.n, q.epilogue.act);
    if (last && done < j1) go_on(q.epilogue, ib, ib + block, done, j1);
    ib += block;
  }
  if (past) fence_past();
}

// Panels of columns [jc, jc + cols) of B, rows [p0, p0 + kc), at bp.
template <class T, class B>
void pack_block_of_b(const B& b, int64_t jc, int64_t cols, int64_t p0, int64_t kc, T* bp,
                     bool alone, const Launch& team) {
  constexpr int64_t tile_cols = kTileCols<T>;
  const int64_t panels = ceil_div(cols, tile_cols);
  const int64_t groups = alone || cols * kc < kSerialPack ? 1 : min_of(panels, kMaxChunks);
  for_chunks(team, groups, [&](int64_t g, int) {
    const int64_t end = (g + 1) * panels / groups;
    for (int64_t s = g * panels / groups; s < end;) {
      const int64_t j = s * tile_cols, count = min_of(tile_cols, cols - j);
      if constexpr (requires { b.s_i; }) {
        const int64_t whole = min_of(min_of(end, s + kPackPanels), cols / tile_cols) - s;
        if (b.s_i == 1 && whole > 1) {
          pack_panels(bp + j * kc, b.at(jc + j, p0), b.s_p, whole, kc);
          s += whole;
          continue;
        }
      }
      b.pack(bp + j * kc, round_up(count, kLanes<T>), jc + j, count, p0, kc);
      ++s;
    }
  });
}

// All of B (k x n) as the blocks of run_product, one after the other: ahead_bytes.
template <class T>
PH_INLINE int64_t ahead_bytes(int64_t n, int64_t k) {
  return cache_rounded(
      (round_up(n, kLanes<T>) * k + kPackSlack<T>)*static_cast<int64_t>(sizeof(T)));
}
template <class T>
PH_INLINE int64_t ahead_offset(int64_t jc, int64_t cols, int64_t p0, int64_t k) {
  return jc * k + round_up(cols, kLanes<T>) * p0;
}
template <class T, class B>
void pack_whole(const B& b, int64_t n, int64_t k, T* packed, const Launch& team) {
  const int64_t depth = block_depth<T>(k);
  for (int64_t jc = 0; jc < n; jc += kBlockCols) {
    const int64_t cols = min_of(kBlockCols, n - jc);
    for (int64_t p0 = 0; p0 < k; p0 += depth)
      pack_block_of_b(b, jc, cols, p0, min_of(depth, k - p0),
                      packed + ahead_offset<T>(jc, cols, p0, k), false, team);
  }
}

// packed_b: b_block_bytes, unless q has it; packed_a: a_block_bytes for each thread of the team.
template <class T, class A, class B>
void run_product(const Product<T, A, B>& q, const Launch& team, char* packed_b, char* packed_a) {
  constexpr int64_t tile_cols = kTileCols<T>;
  const int64_t depth = block_depth<T>(q.k, q.max_depth), a_bytes = a_block_bytes<T>(q.m, q.k);
  for (int64_t jc = 0; jc < q.n; jc += kBlockCols) {
    const int64_t cols = min_of(kBlockCols, q.n - jc), panels = ceil_div(cols, tile_cols);
    for (int64_t p0 = 0; p0 < q.k; p0 += depth) {
      const int64_t kc = min_of(depth, q.k - p0);
      const T* bp = reinterpret_cast<T*>(packed_b);
      const Grid grid = chunk_grid(q.m, cols, kc, !q.pack_a);
      if (q.packed)
        bp = q.packed + ahead_offset<T>(jc, cols, p0, q.k);
      else if (q.pack_b)  // by one thread for one thread: half of B in the other's cache costs more
        pack_block_of_b(q.b, jc, cols, p0, kc, reinterpret_cast<T*>(packed_b),
                        grid.rows * grid.cols == 1, team);
      for_chunks(team, grid.rows * grid.cols, [&](int64_t chunk, int thread) {
        const int64_t r = grid.down ? chunk % grid.rows : chunk / grid.cols;
        const int64_t s = grid.down ? chunk / grid.rows : chunk % grid.cols;
        product_chunk(q, r * q.m / grid.rows, (r + 1) * q.m / grid.rows, jc,
                      jc + s * panels / grid.cols * tile_cols,
                      min_of(jc + cols, jc + (s + 1) * panels / grid.cols * tile_cols), p0, kc, bp,
                      reinterpret_cast<T*>(packed_a + thread * a_bytes));
      });
    }
  }
}

// c = epilogue((accumulate ? c : 0) + the parts in order); parts are dense (m, n).
template <class T>
void sum_parts(const T* parts, int64_t part_bytes, int64_t splits, int64_t m, int64_t n, T* c,
               int64_t ldc, bool accumulate, const Epilogue<T>& epilogue, const Launch& team) {
  const int64_t step = part_bytes / static_cast<int64_t>(sizeof(T));
  const int64_t chunks = m * n * splits < kSerialPack
                             ? 1
                             : min_of(m, min_of(kMaxChunks, m * n * splits / kSerialPack));
  for_chunks(team, chunks, [&](int64_t chunk, int) {
    const int64_t lo = chunk * m / chunks, hi = (chunk + 1) * m / chunks;
    for (int64_t i = lo; i < hi; ++i) {
      T* PH_RESTRICT row = c + i * ldc;
      for (int64_t s = 0; s < splits; ++s) {
        const T* PH_RESTRICT part = parts + s * step + i * n;
        if (s == 0 && !accumulate)
          for (int64_t j = 0; j < n; ++j) row[j] = part[j];
        else
          for (int64_t j = 0; j < n; ++j) row[j] += part[j];
      }
    }
    if (!epilogue.empty()) finish_tile<T>(c + lo * ldc, ldc, hi - lo, n, moved(epilogue, lo, 0));
  });
}

// Into how many parts to cut k: few outputs and a long sum, from sizes alone.
template <class T>
PH_INLINE int64_t choose_splits(int64_t m, int64_t n, int64_t k) {
  const Grid grid = chunk_grid(m, n, min_of(k, kBlockDepth<T>));
  if (grid.rows * grid.cols >= kSplitChunks || m * n > kSplitOutputs) return 1;
  const int64_t by_work = min_of(k / kSplitDepth, m * n * k / (2 * kChunkWork));
  return max_of<int64_t>(1, min_of(kMaxSplits, by_work));
}
template <class T>
PH_INLINE int64_t split_bytes(int64_t m, int64_t n, int64_t k, int64_t splits, int threads) {
  const int64_t part = ceil_div(k, splits);
  return threads * (a_block_bytes<T>(m, part) + b_block_bytes<T>(n, part)) +
         splits * cache_rounded(m * n * static_cast<int64_t>(sizeof(T)));
}

// Each part of k on one thread into its own partial result; then their sum in order.
template <class T, class A, class B>
void split_product(const Product<T, A, B>& q, int64_t splits, const Launch& team, char* scratch) {
  const int64_t part_k = ceil_div(q.k, splits);
  const int64_t b_bytes = b_block_bytes<T>(q.n, part_k);
  const int64_t own_bytes = b_bytes + a_block_bytes<T>(q.m, part_k);
  const int64_t part_bytes = cache_rounded(q.m * q.n * static_cast<int64_t>(sizeof(T)));
  char* const parts = scratch + team.threads * own_bytes;
  for_chunks(team, splits, [&](int64_t s, int thread) {
    const int64_t lo = s * q.k / splits, hi = (s + 1) * q.k / splits;
    auto part = q;
    part.k = hi - lo;
    part.a = q.a.skip(lo);
    part.b = q.b.skip(lo);
    part.c = reinterpret_cast<T*>(parts + s * part_bytes);
    part.ldc = q.n;
    part.accumulate = false;
    part.epilogue = {};
    char* own = scratch + thread * own_bytes;
    run_product(part, serial_launch(), own, own + b_bytes);
  });
  sum_parts<T>(reinterpret_cast<T*>(parts), part_bytes, splits, q.m, q.n, q.c, q.ldc, q.accumulate,
               q.epilogue, team);
}

}  // namespace PH_ISA
}  // namespace ph

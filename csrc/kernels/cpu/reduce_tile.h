// Short rows, turned: kLanes rows of a dense matrix become one vector a column, so that what
// is horizontal (a row's maximum, its sum) becomes plain vector arithmetic.
// Also: loops over one long row.
#pragma once
#include "reduce_ops.h"

namespace ph {
namespace PH_ISA {

constexpr int kTurnedCols = 64;      // longest row handled so
constexpr int kTurnedGradCols = 16;  // where little is computed for each element turned

// One step of Eklundh's transpose: swaps the off-diagonal blocks of size s of two rows.
template <class T, int s, int... k>
PH_INLINE void swap_blocks(Vec<T>& a, Vec<T>& b, Indices<k...>) {
  constexpr int n = kLanes<T>;
  const Vec<T> x = a, y = b;
  a = __builtin_shufflevector(x, y, ((k & s) ? n + k - s : k)...);
  b = __builtin_shufflevector(x, y, ((k & s) ? n + k : k + s)...);
}
template <class T, int s = 1>
PH_INLINE void transpose(Vec<T>* v) {
  if constexpr (s < kLanes<T>) {
#pragma GCC unroll 16
    for (int i = 0; i < kLanes<T>; ++i)
      if (!(i & s)) swap_blocks<T, s>(v[i], v[i + s], LaneIndices<T>{});
    transpose<T, s * 2>(v);
  }
}

// x (rows, cols) dense, rows <= kLanes, cols <= kTurnedCols -> turned[cols]; missing rows are 0.
template <class T>
PH_INLINE void load_turned(const T* x, int64_t rows, int64_t cols, Vec<T>* turned) {
  constexpr int lanes = kLanes<T>;
  for (int64_t c = 0; c < cols; c += lanes) {
    Vec<T> v[lanes];
    const int64_t left = cols - c;
    for (int r = 0; r < lanes; ++r)
      v[r] = r >= rows       ? Vec<T>{}
             : left >= lanes ? load(x + r * cols + c)
                             : load_first(x + r * cols + c, left);
    transpose<T>(v);
    for (int k = 0; k < lanes; ++k) turned[c + k] = v[k];
  }
}
// turned has room for whole vectors of columns.
template <class T>
PH_INLINE void store_turned(T* y, int64_t rows, int64_t cols, const Vec<T>* turned) {
  constexpr int lanes = kLanes<T>;
  for (int64_t c = 0; c < cols; c += lanes) {
    Vec<T> v[lanes];
    for (int k = 0; k < lanes; ++k) v[k] = turned[c + k];
    transpose<T>(v);
    const int64_t left = cols - c;
    for (int r = 0; r < lanes; ++r) {
      if (r >= rows) break;
      if (left >= lanes)
        store(y + r * cols + c, v[r]);
      else
        store_first(y + r * cols + c, v[r], left);
    }
  }
}

// ---------------------------------------------------------------- one long row
// f(i, n) at each vector of [0, n): n is kLanes, or less for the last.
template <class T, class F>
PH_INLINE void for_vectors(int64_t n, const F& f) {
  constexpr int lanes = kLanes<T>;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) f(i, int64_t{lanes});
  if (i < n) f(i, n - i);
}
template <class T>
PH_INLINE Vec<T> load_n(const T* p, int64_t n) {
  return n == kLanes<T> ? load(p) : load_first(p, n);
}
template <class T>
PH_INLINE void store_n(T* p, Vec<T> v, int64_t n) {
  if (n == kLanes<T>)
    store(p, v);
  else
    store_first(p, v, n);
}
// As store_n, past the caches where `past` (fence_past() must follow) and n is a whole vector.
template <class T>
PH_INLINE void put_n(T* p, Vec<T> v, int64_t n, bool past) {
  if (past && n == kLanes<T>)
    store_past(p, v);
  else
    store_n(p, v, n);
}
// Results (rows, cols) so large, and so aligned, that they go past the caches.
template <class T>
PH_INLINE bool bypasses(const T* y, int64_t rows, int64_t cols) {
  return rows * cols * static_cast<int64_t>(sizeof(T)) > kStreamBytes && cols % kLanes<T> == 0 &&
         aligned(y);
}
// Fetches into L2 what a later row will read, while this one is computed.
template <class T>
PH_INLINE void fetch_ahead(const T* p) {
  __builtin_prefetch(p, 0, 2);
}
// Rows (bytes) so long that the results of an earlier pass are kept aside until they go past the
// caches: shorter ones are computed while those before them are written back.
constexpr int64_t kLongRow = 32768, kLongestRow = 65536;
template <class T>
PH_INLINE bool is_long(int64_t cols) {
  const int64_t bytes = cols * static_cast<int64_t>(sizeof(T));
  return bytes >= kLongRow && bytes <= kLongestRow;
}

// Four accumulators; nan wins.
template <class T>
PH_INLINE T row_max(const T* x, int64_t n) {
  constexpr int lanes = kLanes<T>;
  Vec<T> m[4];
  for (auto& v : m) v = splat<T>(-FloatBits<T>::inf);
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes)
#pragma GCC unroll 4
    for (int u = 0; u < 4; ++u) m[u] = vmax<T>(m[u], load(x + i + u * lanes));
  for (; i + lanes <= n; i += lanes) m[0] = vmax<T>(m[0], load(x + i));
  if (i < n)
    m[1] = vmax<T>(m[1], first_lanes<T>(load_first(x + i, n - i), n - i, -FloatBits<T>::inf));
  return Fold<ReduceOp::max, T>::across(vmax<T>(vmax<T>(m[0], m[1]), vmax<T>(m[2], m[3])));
}
// sum of f(i, n) -> Vec over the row: two accumulators a block of 128 vectors.
template <class T, class F>
PH_INLINE T row_sum(int64_t n, const F& f) {
  constexpr int lanes = kLanes<T>;
  Vec<T> total = {};
  for (int64_t i = 0; i < n;) {
    const int64_t end = min_of(n, i + 128 * lanes);
    Vec<T> a = {}, b = {};
    for (; i + 2 * lanes <= end; i += 2 * lanes) {
      a += f(i, int64_t{lanes});
      b += f(i + lanes, int64_t{lanes});
    }
    for (; i + lanes <= end; i += lanes) a += f(i, int64_t{lanes});
    if (i < end) b += first_lanes<T>(f(i, end - i), end - i, T(0)), i = end;
    total += a + b;
  }
  return Fold<ReduceOp::sum, T>::across(total);
}
// sums[0, 2) of what f(i, n, a, b) adds to a and b over the row, in blocks of 128 vectors.
template <class T, class F>
PH_INLINE void row_sums(int64_t n, T* sums, const F& f) {
  Vec<T> a = {}, b = {};
  for (int64_t i = 0; i < n; i += 128 * kLanes<T>) {
    Vec<T> part_a = {}, part_b = {};
    for_vectors<T>(min_of(n - i, int64_t{128} * kLanes<T>),
                   [&](int64_t at, int64_t k) { f(i + at, k, part_a, part_b); });
    a += part_a, b += part_b;
  }
  sums[0] = Fold<ReduceOp::sum, T>::across(a), sums[1] = Fold<ReduceOp::sum, T>::across(b);
}
// Rows of one group share a vector for what is computed once a row, and hide each other's latency;
// they stay in L1, with their results.
constexpr int64_t kGroupBytes = 8192;
template <class T>
PH_INLINE int64_t rows_per_group(int64_t cols) {
  int64_t rows = kLanes<T>;
  while (rows > 1 && rows * cols * static_cast<int64_t>(sizeof(T)) > kGroupBytes) rows /= 2;
  return rows;
}

// Rows that make a chunk worth a thread, a multiple of the vector.
constexpr int64_t kRowChunk = 16384;  // elements
template <class T>
PH_INLINE int64_t rows_per_chunk(int64_t cols) {
  return round_up(max_of(kRowChunk / max_of(cols, int64_t{1}), int64_t{1}), 16);
}

}  // namespace PH_ISA
}  // namespace ph

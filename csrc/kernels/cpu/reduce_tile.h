// Short rows, turned: kLanes rows of a dense matrix become one vector a column, so that what
// is horizontal (a row's maximum, its sum) becomes plain vector arithmetic.
// Also: loops over one long row.
#pragma once
#include "reduce_ops.h"

namespace ph {
namespace PH_ISA {

constexpr int kTurnedCols = 64;  // longest row handled so

template <int... index>
struct Indices {};
template <int n, int... tail>
struct MakeIndices : MakeIndices<n - 1, n - 1, tail...> {};
template <int... index>
struct MakeIndices<0, index...> {
  using type = Indices<index...>;
};

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
      if (!(i & s)) swap_blocks<T, s>(v[i], v[i + s], typename MakeIndices<kLanes<T>>::type{});
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
      v[r] = r >= rows ? Vec<T>{} : left >= lanes ? load(x + r * cols + c) : load_first(x + r * cols + c, left);
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
template <class T>
PH_INLINE T horizontal_max(Vec<T> v) {
  T part[kLanes<T>];
  store(part, v);
  for (int half = kLanes<T> / 2; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) {
      const T a = part[i], b = part[i + half];
      part[i] = b > a || b != b ? b : a;
    }
  return part[0];
}
template <class T>
PH_INLINE T row_max(const T* x, int64_t n) {
  Vec<T> m = splat<T>(-FloatBits<T>::inf);
  for_vectors<T>(n, [&](int64_t i, int64_t k) {
    m = vmax<T>(m, first_lanes<T>(load_n(x + i, k), k, -FloatBits<T>::inf));
  });
  return horizontal_max<T>(m);
}
// sum of f(i, n) -> Vec over the row, in blocks of 64 vectors.
template <class T, class F>
PH_INLINE T row_sum(int64_t n, const F& f) {
  constexpr int64_t block = 64 * kLanes<T>;
  Vec<T> total = {};
  for (int64_t at = 0; at < n; at += block) {
    Vec<T> part = {};
    for_vectors<T>(min_of(block, n - at), [&](int64_t i, int64_t k) {
      part += first_lanes<T>(f(at + i, k), k, T(0));
    });
    total += part;
  }
  return horizontal_sum<T>(total);
}
template <class T>
PH_INLINE T scalar_log(T x) {
  return vlog(splat<T>(x))[0];
}

// Rows that make a chunk worth a thread, a multiple of the vector.
constexpr int64_t kRowChunk = 16384;  // elements
template <class T>
PH_INLINE int64_t rows_per_chunk(int64_t cols) {
  return round_up(max_of(kRowChunk / max_of(cols, int64_t{1}), int64_t{1}), 16);
}

}  // namespace PH_ISA
}  // namespace ph

// Short rows, turned: kLanes rows of a dense matrix become one vector a column, so that what
// is horizontal (a row's maximum, its sum) becomes plain vector arithmetic.
// Also: loops over one long row.
#pragma once
#include "../move/bytes.h"
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

// Where rows have at least kQuad elements they are turned by 16 bytes: one piece each of every
// kQuad-th row makes a vector, kQuad vectors are turned within their 16 bytes.
template <class T>
constexpr int kQuad = 16 / static_cast<int>(sizeof(T));
template <class T, int half, int... k>
PH_INLINE Vec<T> unpack(Vec<T> a, Vec<T> b, Indices<k...>) {
  constexpr int n = kQuad<T>;
  return __builtin_shufflevector(a, b,
                                 ((k & 1) * kLanes<T> + k / n * n + half * n / 2 + k % n / 2)...);
}
template <class T>
PH_INLINE void turn_quad(Vec<T>* v) {
  constexpr LaneIndices<T> lanes;
  if constexpr (kQuad<T> == 2) {
    const Vec<T> a = v[0], b = v[1];
    v[0] = unpack<T, 0>(a, b, lanes), v[1] = unpack<T, 1>(a, b, lanes);
  } else {
    const Vec<T> a = unpack<T, 0>(v[0], v[1], lanes), b = unpack<T, 1>(v[0], v[1], lanes);
    const Vec<T> c = unpack<T, 0>(v[2], v[3], lanes), d = unpack<T, 1>(v[2], v[3], lanes);
    constexpr LaneIndices<double> pairs;
    v[0] = (Vec<T>)unpack<double, 0>((vf64)a, (vf64)c, pairs);
    v[1] = (Vec<T>)unpack<double, 1>((vf64)a, (vf64)c, pairs);
    v[2] = (Vec<T>)unpack<double, 0>((vf64)b, (vf64)d, pairs);
    v[3] = (Vec<T>)unpack<double, 1>((vf64)b, (vf64)d, pairs);
  }
}
// 16 bytes at p, p + step, ...; and back. By halves takes fewer cycles where much is computed, but
// where little is, and memory limits, more.
template <bool halves, class T>
PH_INLINE Vec<T> load_pieces(const T* p, [[maybe_unused]] int64_t step) {
#if defined(__AVX512F__)
  auto at = [&](int64_t i) { return _mm_loadu_ps(reinterpret_cast<const float*>(p + i * step)); };
  if constexpr (halves) {
    const __m256 low = _mm256_insertf128_ps(_mm256_castps128_ps256(at(0)), at(1), 1);
    const __m256 high = _mm256_insertf128_ps(_mm256_castps128_ps256(at(2)), at(3), 1);
    return (Vec<T>)_mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
  }
  __m512 v = _mm512_castps128_ps512(at(0));
  v = _mm512_insertf32x4(v, at(1), 1);
  v = _mm512_insertf32x4(v, at(2), 2);
  return (Vec<T>)_mm512_insertf32x4(v, at(3), 3);
#elif defined(__AVX2__)
  auto at = [&](int64_t i) { return _mm_loadu_ps(reinterpret_cast<const float*>(p + i * step)); };
  return (Vec<T>)_mm256_insertf128_ps(_mm256_castps128_ps256(at(0)), at(1), 1);
#else
  return load(p);
#endif
}
template <int piece = 0, class T>
PH_INLINE void store_pieces(T* p, int64_t step, Vec<T> v) {
  constexpr int i = 4 * piece;
  const vf32 f = (vf32)v;
  *reinterpret_cast<VecOf<float, 16>::unaligned*>(p) =
      __builtin_shufflevector(f, f, i, i + 1, i + 2, i + 3);
  if constexpr (i + 4 < kLanes<float>) store_pieces<piece + 1>(p + step, step, v);
}

// x (rows, cols) dense, rows <= kLanes, cols <= kTurnedCols -> turned[max(cols, kQuad)]; missing
// rows are 0. With `top` each row's maximum, nan passed over as in row_max.
template <bool top = false, class T>
PH_NOINLINE Vec<T> load_turned(const T* x, int64_t rows, int64_t cols, Vec<T>* turned) {
  constexpr int lanes = kLanes<T>, quad = kQuad<T>;
  alignas(64) T whole[lanes * kTurnedCols + quad];
  if (PH_UNLIKELY(rows < lanes || cols < quad)) {
    __builtin_memcpy(whole, x, static_cast<size_t>(rows * cols) * sizeof(T));
    for (int64_t i = rows * cols; i < lanes * cols + quad; ++i) whole[i] = 0;
    x = whole;
  }
  Vec<T> m = splat<T>(-FloatBits<T>::inf);
  for (int64_t at = 0; at < cols; at += quad) {
    const int64_t c = max_of(min_of(at, cols - quad), int64_t{0});  // the last may overlap
    Vec<T> v[quad];
#pragma GCC unroll 4
    for (int r = 0; r < quad; ++r) v[r] = load_pieces<top>(x + r * cols + c, quad * cols);
    turn_quad<T>(v);
#pragma GCC unroll 4
    for (int k = 0; k < quad; ++k) {
      turned[c + k] = v[k];
      if (top && c + k < cols) m = larger<T>(v[k], m);
    }
  }
  return m;
}
// y = (turned[c] + shift) * scale[c * each], turned back.
template <class T>
PH_NOINLINE void store_turned(T* y, int64_t rows, int64_t cols, const Vec<T>* turned, Vec<T> shift,
                              const Vec<T>* scale, int64_t each) {
  constexpr int lanes = kLanes<T>, quad = kQuad<T>;
  alignas(64) T whole[lanes * kTurnedCols];
  const bool part = rows < lanes || cols < quad;
  T* const to = part ? whole : y;
  const int64_t stride = max_of(cols, int64_t{quad});
  for (int64_t at = 0; at < cols; at += quad) {
    const int64_t c = max_of(min_of(at, cols - quad), int64_t{0});
    Vec<T> v[quad];
#pragma GCC unroll 4
    for (int k = 0; k < quad; ++k) v[k] = (turned[c + k] + shift) * scale[(c + k) * each];
    turn_quad<T>(v);
#pragma GCC unroll 4
    for (int r = 0; r < quad; ++r) store_pieces(to + r * stride + c, quad * stride, v[r]);
  }
  for (int64_t r = 0; part && r < rows; ++r)
    copy_bytes(y + r * cols, whole + r * stride, cols * static_cast<int64_t>(sizeof(T)));
}
// f(row, rows, to) for the groups of kLanes rows in [begin, end), which writes to[0, rows * cols):
// out + row * cols, or a buffer that then goes past the caches (fence_past() must follow).
template <class T, class F>
PH_INLINE void for_turned(T* out, int64_t begin, int64_t end, int64_t cols, bool past, const F& f) {
  constexpr int64_t lanes = kLanes<T>, step = 4 * lanes;
  alignas(64) T aside[step * kTurnedCols];
  for (int64_t first = begin; first < end; first += step) {
    const int64_t last = min_of(end, first + step);
    T* const to = out + first * cols;
    for (int64_t r = first; r < last; r += lanes)
      f(r, min_of(lanes, last - r), (past ? aside : to) + (r - first) * cols);
    if (past) stream_bytes(to, aside, (last - first) * cols * static_cast<int64_t>(sizeof(T)));
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
// As for bypasses, but by way of a buffer.
template <class T>
PH_INLINE bool turned_bypasses(const T* y, int64_t rows, int64_t cols) {
  return rows * cols * static_cast<int64_t>(sizeof(T)) > kStreamBytes && aligned(y);
}
// A load waits for an earlier store whose address ends in the same 12 bits (AMD's Software
// Optimization Guides on forwarding stores to loads). The place in `buffer`, which has room for
// kAliasBytes more, where what is written in step with reading x is half of that away.
constexpr int64_t kAliasBytes = 4096;
template <class T>
PH_INLINE T* unaliased(T* buffer, const void* x) {
  const uint64_t apart =
      reinterpret_cast<uint64_t>(x) + kAliasBytes / 2 - reinterpret_cast<uint64_t>(buffer);
  return buffer + apart % kAliasBytes / 64 * (64 / sizeof(T));
}
// Rows of at most so many bytes: the results of an earlier pass are kept aside until they go past
// the caches.
constexpr int64_t kLongestRow = 65536;
template <class T>
PH_INLINE bool fits_aside(int64_t cols) {
  return cols * static_cast<int64_t>(sizeof(T)) <= kLongestRow;
}

// Four accumulators. A nan is passed over: the sum of exponentials brings it back.
template <class T>
PH_INLINE T row_max(const T* x, int64_t n) {
  constexpr int lanes = kLanes<T>;
  Vec<T> m[4];
  for (auto& v : m) v = splat<T>(-FloatBits<T>::inf);
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes)
#pragma GCC unroll 4
    for (int u = 0; u < 4; ++u) m[u] = larger<T>(load(x + i + u * lanes), m[u]);
  for (; i + lanes <= n; i += lanes) m[0] = larger<T>(load(x + i), m[0]);
  if (i < n)
    m[1] = larger<T>(first_lanes<T>(load_first(x + i, n - i), n - i, -FloatBits<T>::inf), m[1]);
  const auto f = [](Vec<T> a, Vec<T> b) { return larger<T>(a, b); };
  return across_lanes<T>(f(f(m[0], m[1]), f(m[2], m[3])), f);
}
// Blocks added in one chain, a row's levels of which there are two: a chain adds its rounding
// errors.
constexpr int64_t kRowBlocks = 64;
// sum of f(i, n) -> Vec over the row: two accumulators a block of 128 vectors.
template <class T, class F>
PH_INLINE T row_sum(int64_t n, const F& f) {
  constexpr int lanes = kLanes<T>;
  Vec<T> total = {}, far = {};
  int64_t blocks = 0;
  for (int64_t i = 0; i < n;) {
    const int64_t end = min_of(n, i + 128 * lanes);
    if (PH_UNLIKELY(blocks++ == kRowBlocks)) far += total, total = Vec<T>{}, blocks = 1;
    Vec<T> a = {}, b = {};
    for (; i + 2 * lanes <= end; i += 2 * lanes) {
      a += f(i, int64_t{lanes});
      b += f(i + lanes, int64_t{lanes});
    }
    for (; i + lanes <= end; i += lanes) a += f(i, int64_t{lanes});
    if (i < end) b += first_lanes<T>(f(i, end - i), end - i, T(0)), i = end;
    total += a + b;
  }
  return Fold<ReduceOp::sum, T>::across(total + far);
}
// sums[0, 2) of what f(i, n, a, b) adds to a and b over the row, in blocks of 128 vectors.
template <class T, class F>
PH_INLINE void row_sums(int64_t n, T* sums, const F& f) {
  Vec<T> a = {}, b = {}, far_a = {}, far_b = {};
  int64_t blocks = 0;
  for (int64_t i = 0; i < n; i += 128 * kLanes<T>) {
    Vec<T> part_a = {}, part_b = {};
    if (PH_UNLIKELY(blocks++ == kRowBlocks)) far_a += a, far_b += b, a = b = Vec<T>{}, blocks = 1;
    for_vectors<T>(min_of(n - i, int64_t{128} * kLanes<T>),
                   [&](int64_t at, int64_t k) { f(i + at, k, part_a, part_b); });
    a += part_a, b += part_b;
  }
  sums[0] = Fold<ReduceOp::sum, T>::across(a + far_a);
  sums[1] = Fold<ReduceOp::sum, T>::across(b + far_b);
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

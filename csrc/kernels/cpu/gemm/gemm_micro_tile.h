// The body of the register tile, of any height, width, operand layout and multiplication. Only
// files that hold its instances include it: the names below are theirs.
#pragma once
#include "gemm_epilogue.h"
#include "gemm_micro.h"

namespace ph {
namespace PH_ISA {
namespace {

// What the tile does with an element of A and a vector of B.
struct MultiplyAdd {
  static constexpr bool kHalves = false;
  template <class T>
  static PH_INLINE Vec<T> spread(T a) {
    return splat<T>(a);
  }
  template <class T>
  static PH_INLINE Vec<T> add(Vec<T> sum, Vec<T> a, Vec<T> b) {
    return sum + a * b;
  }
};

// A by rows: three rows hang on each base pointer by scaled addressing, so that
// fourteen rows need no more than five pointers.
template <class T, int R>
struct RowBases {
  static constexpr int kPer = 3, kCount = (R + kPer - 1) / kPer;
  const T* base[kCount];
  int64_t stride;
  PH_INLINE RowBases(const T* a, int64_t a_stride, int64_t a_three) : stride(a_stride) {
#pragma GCC unroll 8
    for (int j = 0; j < kCount; ++j) base[j] = a + j * a_three;
  }
  PH_INLINE T at(int i) const { return base[i / kPer][(i % kPer) * stride]; }
  PH_INLINE void next() {
#pragma GCC unroll 8
    for (int j = 0; j < kCount; ++j) ++base[j];
  }
};

// Calls f(i, row i of c), three rows to a base pointer. Left to itself the compiler works out every
// address ahead: a tile's end would then outgrow what the processor looks ahead, and the next
// tile's multiplications would start late.
template <class T, int R, class F>
PH_INLINE void for_rows(T* c, int64_t ldc, const F& f) {
#pragma GCC unroll 8
  for (int i = 0; i < R; i += 3, c += 3 * ldc) {
    __asm__("" : "+r"(c));
    f(i, c);
    if (i + 1 < R) f(i + 1, c + ldc);
    if (i + 2 < R) f(i + 2, c + 2 * ldc);
  }
}

// From the sums in registers to C: each step over all of them.
template <class Step, class T, int R, int V>
PH_INLINE void finish(const Micro<T>& t, Vec<T> (&acc)[R][V]) {
  constexpr int64_t lanes = kLanes<T>;
  const int tail = t.tail;
  const bool whole = t.whole_tile || tail == lanes;
  const int64_t ldc = t.ldc;
  if (PH_UNLIKELY(t.alpha != T(1))) {
    const Vec<T> alpha = splat<T>(t.alpha);
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i)
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) acc[i][v] *= alpha;
  }
  if (t.accumulate)
    for_rows<T, R>(t.c, ldc, [&](int i, const T* row) {
#pragma GCC unroll 4
      for (int v = 0; v < V - 1; ++v) acc[i][v] += load<T>(row + v * lanes);
      const T* const end = row + (V - 1) * lanes;
      acc[i][V - 1] += whole ? load<T>(end) : load_first<T>(end, tail);
    });
  if (t.act != Act::none) {
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i)
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) acc[i][v] = apply_relu<T>(acc[i][v]);
    if (t.act == Act::relu6) {
      const Vec<T> most = splat<T>(T(6));
#pragma GCC unroll 16
      for (int i = 0; i < R; ++i)
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) acc[i][v] = smaller<T>(most, acc[i][v]);
    }
  }
  if constexpr (Step::kHalves)
    if (t.half)
      return for_rows<uint16_t, R>(
          reinterpret_cast<uint16_t*>(t.c), ldc, [&](int i, uint16_t* row) {
#pragma GCC unroll 4
            for (int v = 0; v < V; ++v)
              Step::store_halves(row + v * lanes, acc[i][v],
                                 v == V - 1 ? tail : static_cast<int>(lanes));
          });
  if (PH_UNLIKELY(t.past))
    return for_rows<T, R>(t.c, ldc, [&](int i, T* row) {
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) store_past<T>(row + v * lanes, acc[i][v]);
    });
  if (whole)
    return for_rows<T, R>(t.c, ldc, [&](int i, T* row) {
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) store<T>(row + v * lanes, acc[i][v]);
    });
  for_rows<T, R>(t.c, ldc, [&](int i, T* row) {
#pragma GCC unroll 4
    for (int v = 0; v < V - 1; ++v) store<T>(row + v * lanes, acc[i][v]);
    store_first<T>(row + (V - 1) * lanes, acc[i][V - 1], tail);
  });
}

template <class Step, class T, int R, int V, bool by_row, bool masked_b>
void micro(const Micro<T>& t) {
  Vec<T> acc[R][V];
#pragma GCC unroll 4
  for (int v = 0; v < V; ++v) {
    Vec<T> first = {};
    if (t.bias)
      first = v == V - 1 ? load_first<T>(t.bias + v * kLanes<T>, t.tail)
                         : load<T>(t.bias + v * kLanes<T>);
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i) acc[i][v] = first;
  }
  if (t.kc * t.segs >= kPrefetchDepth && !t.past && !(Step::kHalves && t.half))
    for_rows<T, R>(t.c, t.ldc, [](int, T* row) {  // C arrives while the sums run
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) __builtin_prefetch(row + v * kLanes<T>, 1);
    });
  const T* b = t.b;
  const Micro<T>* now = &t;
  for (int64_t s = 0; s < now->segs; ++s) {
    // Read anew for every run, not kept beside the many pointers of the loop below: what does not
    // fit into registers would go through memory before the first multiplication.
    __asm__("" : "+r"(now));
    const int64_t kc = now->kc, b_stride = now->b_stride, b_ahead = now->b_ahead;
    const int64_t a_stride = now->a_stride;
    const int64_t a_three = now->a_three ? now->a_three : RowBases<T, R>::kPer * a_stride;
    const T* a = now->a + now->seg[s];
    RowBases<T, R> rows(a, by_row ? a_stride : 0, by_row ? a_three : 0);
    for (int64_t kk = 0; kk < kc; ++kk) {
      if constexpr (!masked_b)
#pragma GCC unroll 4
        for (int v = 0; v < V; v += kLineVectors) __builtin_prefetch(b + b_ahead + v * kLanes<T>);
      Vec<T> bv[V];
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v)
        bv[v] = masked_b && v == V - 1 ? load_first<T>(b + v * kLanes<T>, t.tail)
                                       : load<T>(b + v * kLanes<T>);
#pragma GCC unroll 16
      for (int i = 0; i < R; ++i) {
        const Vec<T> av = Step::template spread<T>(by_row ? rows.at(i) : a[i]);
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) acc[i][v] = Step::template add<T>(acc[i][v], av, bv[v]);
      }
      b += b_stride;
      if constexpr (by_row)
        rows.next();
      else
        a += a_stride;
    }
  }
  finish<Step, T, R, V>(t, acc);
}

template <class Step, class T, bool by_row, bool masked_b, int V, int R>
constexpr void fill_rows(MicroTable<T>& table) {
  table.fn[by_row][masked_b][V - 1][R - 1] = &micro<Step, T, R, V, by_row, masked_b>;
  if constexpr (R > 1) fill_rows<Step, T, by_row, masked_b, V, R - 1>(table);
}

}  // namespace
}  // namespace PH_ISA
}  // namespace ph

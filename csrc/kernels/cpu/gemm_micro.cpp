// Instances of the register tile, one for each height, width and operand layout.
#include "gemm_micro.h"

namespace ph {
namespace PH_ISA {
namespace {

// A by rows: three rows hang on each base pointer by scaled addressing, so that
// fourteen rows need no more than five pointers.
template <class T, int R>
struct RowBases {
  static constexpr int kPer = 3, kCount = (R + kPer - 1) / kPer;
  const T* base[kCount];
  int64_t stride;
  PH_INLINE RowBases(const T* a, int64_t a_stride) : stride(a_stride) {
#pragma GCC unroll 8
    for (int j = 0; j < kCount; ++j) base[j] = a + kPer * j * a_stride;
  }
  PH_INLINE T at(int i) const { return base[i / kPer][(i % kPer) * stride]; }
  PH_INLINE void next() {
#pragma GCC unroll 8
    for (int j = 0; j < kCount; ++j) ++base[j];
  }
};

template <class T, int R, int V, bool by_row, bool masked_b>
void micro(const Micro<T>& t) {
  Vec<T> acc[R][V] = {};
  const T* b = t.b;
  const int64_t b_stride = t.b_stride, a_stride = t.a_stride, kc = t.kc;
  if (kc * t.segs >= kPrefetchDepth)  // C arrives while the sums run
    for (int i = 0; i < R; ++i)
      for (int v = 0; v < V; ++v) __builtin_prefetch(t.c + i * t.ldc + v * kLanes<T>, 1);
  for (int64_t s = 0; s < t.segs; ++s) {
    const T* a = t.a + t.seg[s];
    RowBases<T, R> rows(a, by_row ? a_stride : 0);
    for (int64_t kk = 0; kk < kc; ++kk) {
      Vec<T> bv[V];
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v)
        bv[v] = masked_b && v == V - 1 ? load_first<T>(b + v * kLanes<T>, t.tail)
                                       : load<T>(b + v * kLanes<T>);
#pragma GCC unroll 16
      for (int i = 0; i < R; ++i) {
        const Vec<T> av = splat<T>(by_row ? rows.at(i) : a[i]);
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) acc[i][v] += av * bv[v];
      }
      b += b_stride;
      if constexpr (by_row)
        rows.next();
      else
        a += a_stride;
    }
  }
  const Vec<T> alpha = splat<T>(t.alpha);
  const bool whole = t.whole_tile || t.tail == kLanes<T>;
  T* c = t.c;
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i, c += t.ldc) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      T* p = c + v * kLanes<T>;
      Vec<T> x = alpha * acc[i][v];
      if (v < V - 1 || whole) {
        if (t.accumulate) x += load<T>(p);
        store<T>(p, x);
      } else {
        if (t.accumulate) x += load_first<T>(p, t.tail);
        store_first<T>(p, x, t.tail);
      }
    }
  }
}

template <class T, bool by_row, bool masked_b, int V, int R>
constexpr void fill_rows(MicroTable<T>& table) {
  table.fn[by_row][masked_b][V - 1][R - 1] = &micro<T, R, V, by_row, masked_b>;
  if constexpr (R > 1) fill_rows<T, by_row, masked_b, V, R - 1>(table);
}
template <class T, int V>
constexpr void fill_vectors(MicroTable<T>& table) {
  fill_rows<T, false, false, V, kMaxRows>(table);
  fill_rows<T, false, true, V, kMaxRows>(table);
  fill_rows<T, true, false, V, kMaxRows>(table);
  fill_rows<T, true, true, V, kMaxRows>(table);
  if constexpr (V > 1) fill_vectors<T, V - 1>(table);
}
template <class T>
constexpr MicroTable<T> make_table() {
  MicroTable<T> table = {};
  fill_vectors<T, kVectors>(table);
  return table;
}
template <class T>
constexpr MicroTable<T> kTable = make_table<T>();

}  // namespace

template <>
const MicroTable<float>& micro_table<float>() {
  return kTable<float>;
}
template <>
const MicroTable<double>& micro_table<double>() {
  return kTable<double>;
}

}  // namespace PH_ISA
}  // namespace ph

// Matrix times vector, for products with one row or one column:
//   y[i] = sum_p matrix[i * s_i + p * s_p] * x[p]
// Rows contiguous in memory are dot products; columns contiguous are sums of columns.
#pragma once
#include "gemm_epilogue.h"
#include "gemm_pack.h"

namespace ph {
namespace PH_ISA {

template <class T>
struct MatVec {
  int64_t rows, k;
  const T* matrix;
  int64_t s_i, s_p;
  const T* x;  // contiguous
  T* y;
  int64_t y_stride;
  T alpha;
  bool accumulate;
  bool bias_by_row;      // else bias is one value
  Epilogue<T> epilogue;  // gate's row stride runs along y
};

// y[i0 + i] = epilogue(alpha * sum[i] ...) for i < count; whole vectors of sum may be read
template <class T>
PH_INLINE void emit(const MatVec<T>& q, int64_t i0, const T* sum, int64_t count) {
  constexpr int64_t lanes = kLanes<T>;
  T* y = q.y + i0 * q.y_stride;
  const T* bias = q.epilogue.bias;
  const bool simple = q.epilogue.simple();
  const Act act = simple ? q.epilogue.act : Act::none;
  if (q.y_stride == 1) {
    const Vec<T> alpha = splat<T>(q.alpha);
    Vec<T> shift = bias && !q.bias_by_row ? splat<T>(*bias) : Vec<T>{};
    for (int64_t i = 0; i < count; i += lanes) {
      const int64_t left = min_of(lanes, count - i);
      const bool whole = left == lanes;
      if (bias && q.bias_by_row)
        shift = whole ? load<T>(bias + i0 + i) : load_first<T>(bias + i0 + i, left);
      Vec<T> x = alpha * load<T>(sum + i) + shift;
      if (q.accumulate) x += whole ? load<T>(y + i) : load_first<T>(y + i, left);
      if (act != Act::none) x = apply_relu<T>(x);
      if (act == Act::relu6) x = apply_relu6<T>(x);
      if (whole)
        store<T>(y + i, x);
      else
        store_first<T>(y + i, x, left);
    }
  } else {
    for (int64_t i = 0; i < count; ++i) {
      const T v = q.alpha * sum[i] + (bias ? bias[q.bias_by_row ? i0 + i : 0] : T(0));
      T* p = y + i * q.y_stride;
      *p = q.accumulate ? *p + v : v;
    }
  }
  Epilogue<T> e = q.epilogue;
  e.bias = nullptr;
  if (simple && q.y_stride == 1) e.act = Act::none;
  if (e.empty()) return;
  if (q.y_stride == 1 && (!e.gate || e.ldgate == 1))
    return finish_tile<T>(y, count, 1, count, moved(e, 0, i0));
  for (int64_t i = 0; i < count; ++i) {
    Epilogue<T> one = e;
    if (one.gate) one.gate += (i0 + i) * e.ldgate;
    finish_tile<T>(y + i * q.y_stride, 1, 1, 1, one);
  }
}

// Sums of columns: V vectors of rows from i0 on; `tail` lanes of the last one are used.
template <class T, int V, bool masked>
PH_INLINE void columns(const MatVec<T>& q, int64_t i0, int64_t tail, T* sum) {
  constexpr int64_t lanes = kLanes<T>;
  Vec<T> acc[2][V] = {};  // even and odd p: two chains hide the latency
  const int64_t k = q.k, s_p = q.s_p;
  const T *row = q.matrix + i0, *x = q.x;
  const auto step = [&](Vec<T>* a, const T* from, T factor) {
    const Vec<T> f = splat<T>(factor);
#pragma GCC unroll 8
    for (int v = 0; v < V - 1; ++v) a[v] += f * load<T>(from + v * lanes);
    const T* end = from + (V - 1) * lanes;
    a[V - 1] += f * (masked ? load_first<T>(end, tail) : load<T>(end));
  };
  int64_t p = 0;
  for (; p + 2 <= k; p += 2, row += 2 * s_p) {
    step(acc[0], row, x[p]);
    step(acc[1], row + s_p, x[p + 1]);
  }
  if (p < k) step(acc[0], row, x[p]);
#pragma GCC unroll 8
  for (int v = 0; v < V; ++v) store<T>(sum + v * lanes, acc[0][v] + acc[1][v]);
}
// Large matrices: columns are streamed four at a time over sums kept in L1.
template <class T>
void stream_columns(const MatVec<T>& q, int64_t i0, int64_t count, T* PH_RESTRICT sum) {
  for (int64_t i = 0; i < count; ++i) sum[i] = 0;
  const T* m = q.matrix + i0;
  int64_t p = 0;
  for (; p + 4 <= q.k; p += 4) {
    const T* PH_RESTRICT c0 = m + p * q.s_p;
    const T* PH_RESTRICT c1 = c0 + q.s_p;
    const T* PH_RESTRICT c2 = c1 + q.s_p;
    const T* PH_RESTRICT c3 = c2 + q.s_p;
    const T x0 = q.x[p], x1 = q.x[p + 1], x2 = q.x[p + 2], x3 = q.x[p + 3];
    for (int64_t i = 0; i < count; ++i)
      sum[i] += (x0 * c0[i] + x1 * c1[i]) + (x2 * c2[i] + x3 * c3[i]);
  }
  for (; p < q.k; ++p)
    for (int64_t i = 0; i < count; ++i) sum[i] += q.x[p] * m[p * q.s_p + i];
}

// to[0..16 bytes) = the sum of v's 128-bit lanes
template <class V, class T>
PH_INLINE void fold_lanes(V v, T* to) {
  constexpr int bytes = sizeof(V);
  if constexpr (bytes == 16) {
    __builtin_memcpy(to, &v, bytes);
  } else {
    typedef typename VecOf<T, bytes / 2>::type Half;
    Half half[2];
    __builtin_memcpy(half, &v, bytes);
    fold_lanes<Half, T>(half[0] + half[1], to);
  }
}

// sum[r] = all lanes of a[r], for four vectors at once: zips add inside the 128-bit lanes.
PH_INLINE void sum_four(const vf32* a, float* sum) {
  const vf32 low = zip_low(a[0], a[1]) + zip_high(a[0], a[1]);
  const vf32 high = zip_low(a[2], a[3]) + zip_high(a[2], a[3]);
  const vf32 all = (vf32)zip_low((vf64)low, (vf64)high) + (vf32)zip_high((vf64)low, (vf64)high);
  fold_lanes(all, sum);
}
PH_INLINE void sum_four(const vf64* a, double* sum) {
  for (int h = 0; h < 4; h += 2) {
    fold_lanes(zip_low(a[h], a[h + 1]) + zip_high(a[h], a[h + 1]), sum + h);
  }
}

// Dot products of R rows with x.
template <class T, int R>
PH_INLINE void dots(const MatVec<T>& q, int64_t i0, T* sum) {
  constexpr int64_t lanes = kLanes<T>;
  Vec<T> acc[R][2] = {};
  const T* m = q.matrix + i0 * q.s_i;
  int64_t p = 0;
  for (; p + 2 * lanes <= q.k; p += 2 * lanes) {
    const Vec<T> x0 = load<T>(q.x + p), x1 = load<T>(q.x + p + lanes);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      acc[r][0] += x0 * load<T>(m + r * q.s_i + p);
      acc[r][1] += x1 * load<T>(m + r * q.s_i + p + lanes);
    }
  }
  for (; p < q.k; p += lanes) {
    const int64_t left = min_of(lanes, q.k - p);
    const Vec<T> x = load_first<T>(q.x + p, left);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) acc[r][0] += x * load_first<T>(m + r * q.s_i + p, left);
  }
  if constexpr (R == 4) {
    const Vec<T> both[4] = {acc[0][0] + acc[0][1], acc[1][0] + acc[1][1], acc[2][0] + acc[2][1],
                            acc[3][0] + acc[3][1]};
    sum_four(both, sum);
  } else {
    for (int r = 0; r < R; ++r) sum[r] = horizontal_sum<T>(acc[r][0] + acc[r][1]);
  }
}

// Rows [i0, i1). Which rows go together depends on i0 and i1: chunks are cut by size alone.
template <class T>
void matvec_rows(const MatVec<T>& q, int64_t i0, int64_t i1) {
  constexpr int64_t lanes = kLanes<T>, block = kVectorRows;
  T sum[block + 8 * kLanes<T>];
  const bool one_dot = q.rows == 1 && q.s_p == 1;  // s_i says nothing
  if (q.s_i == 1 && !one_dot && q.k * q.rows * static_cast<int64_t>(sizeof(T)) > kColumnBytes &&
      q.rows >= kColumnRows) {
    for (int64_t i = i0; i < i1; i += block) {
      const int64_t count = min_of(block, i1 - i);
      stream_columns(q, i, count, sum);
      emit(q, i, sum, count);
    }
  } else if (q.s_i == 1 && !one_dot) {
    for (int64_t i = i0; i < i1;) {
      const int64_t vectors = (i1 - i) / lanes;
      const int64_t used = vectors >= 8 ? 8 : vectors >= 4 ? 4 : vectors >= 2 ? 2 : 1;
      const int64_t count = min_of(i1 - i, used * lanes);
      if (used == 8)
        columns<T, 8, false>(q, i, lanes, sum);
      else if (used == 4)
        columns<T, 4, false>(q, i, lanes, sum);
      else if (used == 2)
        columns<T, 2, false>(q, i, lanes, sum);
      else if (vectors)
        columns<T, 1, false>(q, i, lanes, sum);
      else
        columns<T, 1, true>(q, i, count, sum);
      emit(q, i, sum, count);
      i += count;
    }
  } else if (q.s_p == 1) {
    for (int64_t i = i0; i < i1; i += block) {
      const int64_t count = min_of(block, i1 - i);
      int64_t r = 0;
      for (; r + 4 <= count; r += 4) dots<T, 4>(q, i + r, sum + r);
      for (; r < count; ++r) dots<T, 1>(q, i + r, sum + r);
      emit(q, i, sum, count);
    }
  } else {
    for (int64_t i = i0; i < i1; i += block) {
      const int64_t count = min_of(block, i1 - i);
      for (int64_t r = 0; r < count; ++r) {
        T total = 0;
        const T* m = q.matrix + (i + r) * q.s_i;
        for (int64_t p = 0; p < q.k; ++p) total += m[p * q.s_p] * q.x[p];
        sum[r] = total;
      }
      emit(q, i, sum, count);
    }
  }
}

template <class T>
void run_matvec(const MatVec<T>& q, const Launch& team) {
  if (q.rows * q.k < kVectorWork) return matvec_rows(q, 0, q.rows);
  const int64_t columns = q.rows <= kColumnUnit ? kColumnUnit / 2 : kColumnUnit;
  const int64_t unit = q.s_i == 1 ? columns : kVectorUnit;
  const int64_t units = ceil_div(q.rows, unit);
  const int64_t chunks = min_of(units, kMaxChunks);
  for_chunks(team, chunks, [&](int64_t chunk, int) {
    matvec_rows(q, min_of(q.rows, chunk * units / chunks * unit),
                min_of(q.rows, (chunk + 1) * units / chunks * unit));
  });
}

// c = epilogue(alpha * a b^T ...): one column times one row. b contiguous.
template <class T>
struct Outer {
  int64_t m, n;
  const T* a;
  int64_t a_stride;
  const T* b;
  T* c;
  int64_t ldc;
  T alpha;
  bool accumulate;
  Epilogue<T> epilogue;
};
template <class T, int V>
PH_INLINE void outer_block(const Outer<T>& q, int64_t i0, int64_t i1, int64_t j) {
  constexpr int64_t lanes = kLanes<T>;
  Vec<T> b[V];
#pragma GCC unroll 4
  for (int v = 0; v < V; ++v) b[v] = splat<T>(q.alpha) * load<T>(q.b + j + v * lanes);
  const T* a = q.a + i0 * q.a_stride;
  T* c = q.c + i0 * q.ldc + j;
  const int64_t a_stride = q.a_stride, ldc = q.ldc;
  for (int64_t i = i0; i < i1; ++i, a += a_stride, c += ldc) {
    const Vec<T> x = splat<T>(*a);
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) store<T>(c + v * lanes, x * b[v]);
  }
}
template <class T>
PH_INLINE void outer_vector(const Outer<T>& q, int64_t i0, int64_t i1, int64_t j, int64_t left) {
  const int64_t used = min_of<int64_t>(kLanes<T>, left);
  const Vec<T> b = splat<T>(q.alpha) * load_first<T>(q.b + j, used);
  for (int64_t i = i0; i < i1; ++i) {
    T* const c = q.c + i * q.ldc + j;
    Vec<T> x = splat<T>(q.a[i * q.a_stride]) * b;
    if (q.accumulate) x += load_first<T>(c, used);
    store_first<T>(c, x, used);
  }
}
template <class T>
void run_outer(const Outer<T>& q, const Launch& team) {
  constexpr int64_t lanes = kLanes<T>;
  const int64_t chunks = min_of(q.m, min_of(kMaxChunks, ceil_div(q.m * q.n, kOuterChunk)));
  for_chunks(team, chunks, [&](int64_t chunk, int) {
    const int64_t i0 = chunk * q.m / chunks, i1 = (chunk + 1) * q.m / chunks;
    for (int64_t j = 0; j < q.n;) {
      const int64_t left = q.n - j;
      int64_t used = lanes;
      if (q.accumulate || left < lanes)
        outer_vector<T>(q, i0, i1, j, left);
      else if (left >= 4 * lanes)
        outer_block<T, 4>(q, i0, i1, j), used = 4 * lanes;
      else if (left >= 2 * lanes)
        outer_block<T, 2>(q, i0, i1, j), used = 2 * lanes;
      else
        outer_block<T, 1>(q, i0, i1, j);
      j += used;
    }
    if (!q.epilogue.empty())
      finish_tile<T>(q.c + i0 * q.ldc, q.ldc, i1 - i0, q.n, moved(q.epilogue, i0, 0));
  });
}

}  // namespace PH_ISA
}  // namespace ph

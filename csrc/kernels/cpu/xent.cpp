// Softmax cross-entropy from logits, forward and backward, labels dense or sparse. With
// z = x - max: loss = log(sum e^z) * sum(label) - sum(label * z).
#include "families.h"
#include "reduce_tile.h"

namespace ph {
namespace PH_ISA {
namespace {

// The classes of rows, or -1 (and the status word set) where the label is out of range.
PH_INLINE void labels_of(const XentArgs& g, int64_t row, int64_t rows, int64_t* label) {
  const int size = kDTypeSize[static_cast<int>(g.label_dtype)];
  loader<int64_t>(g.label_dtype)(label, static_cast<const char*>(g.labels) + row * size, 1, rows);
  for (int64_t r = 0; r < rows; ++r) {
    PH_ROLLED;
    if (PH_LIKELY(label[r] >= 0 && label[r] < g.cols)) continue;
    if (g.status) __atomic_store_n(g.status, kStatusLabel, __ATOMIC_RELAXED);
    label[r] = -1;
  }
}
template <class T>
PH_INLINE void fill_nan(T* p, int64_t n) {
  for (int64_t i = 0; i < n; ++i) p[i] = FloatBits<T>::nan;
}

// ---------------------------------------------------------------- short rows
template <class T>
struct TurnedSoftmax {
  Vec<T> v[kTurnedCols], m, sum;  // x - max, or its exponentials
  PH_INLINE TurnedSoftmax(const T* x, int64_t rows, int64_t cols) {
    load_turned(x, rows, cols, v);
    m = splat<T>(-FloatBits<T>::inf);
    for (int64_t c = 0; c < cols; ++c) m = vmax<T>(m, v[c]);
    for (int64_t c = 0; c < cols; ++c) v[c] -= m;
    sum = Vec<T>{};
  }
};

template <class T>
void forward_turned(const XentArgs& g, int64_t row, int64_t rows) {
  const int64_t cols = g.cols;
  const T* x = static_cast<const T*>(g.logits) + row * cols;
  T* probs = g.probs ? static_cast<T*>(g.probs) + row * cols : nullptr;
  TurnedSoftmax<T> s(x, rows, cols);
  Vec<T> dot = {}, weight = {};
  int64_t label[kLanes<T>];
  if (g.sparse) {
    T z[kLanes<T>] = {};
    const T* flat = reinterpret_cast<const T*>(s.v);
    labels_of(g, row, rows, label);
    for (int r = 0; r < rows; ++r) {
      z[r] = label[r] < 0 ? FloatBits<T>::nan : flat[label[r] * kLanes<T> + r];
    }
    dot = load(z);
  } else {
    Vec<T> l[kTurnedCols];
    load_turned(static_cast<const T*>(g.labels) + row * cols, rows, cols, l);
    for (int64_t c = 0; c < cols; ++c) {
      weight += l[c];
      dot = vfma<T>(l[c], s.v[c], dot);
    }
  }
  for (int64_t c = 0; c < cols; ++c) s.sum += s.v[c] = exp_falling<T>(s.v[c]);
  const Vec<T> lse = log_t<T>(s.sum);
  store_n(static_cast<T*>(g.loss) + row, g.sparse ? lse - dot : vfma<T>(lse, weight, -dot), rows);
  if (!probs) return;
  const Vec<T> scale = 1 / s.sum;
  for (int64_t c = 0; c < cols; ++c) s.v[c] *= scale;
  store_turned(probs, rows, cols, s.v);
  if (g.sparse)
    for (int r = 0; r < rows; ++r)
      if (label[r] < 0) fill_nan(probs + r * cols, cols);
}
template <class T>
void backward_turned(const XentArgs& g, int64_t row, int64_t rows, T* dx) {
  const int64_t cols = g.cols;
  Vec<T> p[kTurnedCols];
  if (g.probs) {
    load_turned(static_cast<const T*>(g.probs) + row * cols, rows, cols, p);
  } else {
    TurnedSoftmax<T> s(static_cast<const T*>(g.logits) + row * cols, rows, cols);
    for (int64_t c = 0; c < cols; ++c) s.sum += p[c] = exp_falling<T>(s.v[c]);
    const Vec<T> scale = 1 / s.sum;
    for (int64_t c = 0; c < cols; ++c) p[c] *= scale;
  }
  const Vec<T> dloss = load_n(static_cast<const T*>(g.dloss) + row, rows);
  int64_t label[kLanes<T>];
  if (g.sparse) {
    T* flat = reinterpret_cast<T*>(p);
    labels_of(g, row, rows, label);
    for (int r = 0; r < rows; ++r) {
      if (label[r] >= 0) flat[label[r] * kLanes<T> + r] -= 1;
    }
    for (int64_t c = 0; c < cols; ++c) p[c] *= dloss;
  } else {
    Vec<T> l[kTurnedCols], weight = {};
    load_turned(static_cast<const T*>(g.labels) + row * cols, rows, cols, l);
    for (int64_t c = 0; c < cols; ++c) weight += l[c];
    for (int64_t c = 0; c < cols; ++c) p[c] = vfma<T>(p[c], weight, -l[c]) * dloss;
  }
  store_turned(dx, rows, cols, p);
  if (g.sparse)
    for (int r = 0; r < rows; ++r)
      if (label[r] < 0) fill_nan(dx + r * cols, cols);
}

// ---------------------------------------------------------------- long rows
template <class T>
void forward_rows(const XentArgs& g, int64_t row, int64_t rows) {
  const int64_t n = g.cols;
  const T* x = static_cast<const T*>(g.logits) + row * n;
  const T* labels = g.sparse ? nullptr : static_cast<const T*>(g.labels) + row * n;
  T* probs = g.probs ? static_cast<T*>(g.probs) + row * n : nullptr;
  T sum[kLanes<T>] = {}, dot[kLanes<T>] = {}, weight[kLanes<T>] = {};
  int64_t label[kLanes<T>];
  if (g.sparse) labels_of(g, row, rows, label);
  T top[kLanes<T>];
  for (int64_t r = 0; r < rows; ++r) top[r] = row_max(x + r * n, n);
  for (int64_t r = 0; r < rows; ++r) {
    const T *z = x + r * n, *l = labels ? labels + r * n : nullptr, m = top[r];
    T* p = probs ? probs + r * n : nullptr;
    sum[r] = row_sum<T>(n, [&](int64_t i, int64_t k) {
      fetch_ahead(z + rows * n + i);
      if (l) fetch_ahead(l + i);
      const Vec<T> e = exp_falling<T>(load_n(z + i, k) - m);
      if (p) store_n(p + i, e, k);
      return e;
    });
    if (g.sparse) {
      dot[r] = label[r] < 0 ? FloatBits<T>::nan : z[label[r]] - m;
    } else {
      T sums[2];
      row_sums<T>(n, sums, [&](int64_t i, int64_t k, Vec<T>& a, Vec<T>& b) {
        a += load_n(l + i, k);
        b = vfma<T>(load_n(l + i, k), load_n(z + i, k) - m, b);
      });
      weight[r] = sums[0], dot[r] = sums[1];
    }
  }
  const Vec<T> lse = log_t<T>(load(sum));
  store_n(static_cast<T*>(g.loss) + row,
          g.sparse ? lse - load(dot) : vfma<T>(lse, load(weight), -load(dot)), rows);
  if (!probs) return;
  store(sum, 1 / load(sum));
  for (int64_t r = 0; r < rows; ++r) {
    T* p = probs + r * n;
    if (g.sparse && label[r] < 0)
      fill_nan(p, n);
    else
      for_vectors<T>(n,
                     [&](int64_t i, int64_t k) { store_n(p + i, load_n(p + i, k) * sum[r], k); });
  }
}
template <class T>
void backward_row(const XentArgs& g, int64_t row, bool past) {
  const int64_t n = g.cols;
  const T* x = static_cast<const T*>(g.logits) + row * n;
  const T* probs = g.probs ? static_cast<const T*>(g.probs) + row * n : nullptr;
  const T* labels = g.sparse ? nullptr : static_cast<const T*>(g.labels) + row * n;
  const T dloss = static_cast<const T*>(g.dloss)[row];
  T* dx = static_cast<T*>(g.dx) + row * n;
  int64_t label = 0;
  if (g.sparse) labels_of(g, row, 1, &label);
  if (label < 0) return fill_nan(dx, n);
  T scale = 1;
  const T* p = probs;
  alignas(64) T aside[kLongestRow / sizeof(T)];
  if (!probs) {
    T* kept = past ? aside : dx;
    const T m = row_max(x, n);
    scale = 1 / row_sum<T>(n, [&](int64_t i, int64_t k) {
              fetch_ahead(x + n + i);
              if (labels) fetch_ahead(labels + i);
              const Vec<T> e = exp_falling<T>(load_n(x + i, k) - m);
              store_n(kept + i, e, k);
              return e;
            });
    p = kept;
  }
  if (g.sparse) {
    const T at = p[label];
    const bool own = p == aside;  // may be changed: dx is then written once, past the caches
    if (own) aside[label] -= 1 / scale;
    for_vectors<T>(
        n, [&](int64_t i, int64_t k) { put_n(dx + i, load_n(p + i, k) * scale * dloss, k, past); });
    if (!own) dx[label] = (at * scale - 1) * dloss;
    return;
  }
  const T weight = row_sum<T>(n, [&](int64_t i, int64_t k) { return load_n(labels + i, k); });
  for_vectors<T>(n, [&](int64_t i, int64_t k) {
    put_n(dx + i,
          vfma<T>(load_n(p + i, k) * scale, splat<T>(weight), -load_n(labels + i, k)) * dloss, k,
          past);
  });
}

template <class T, bool backward>
void run(const XentArgs& g, const Team& team) {
  const int64_t chunk = rows_per_chunk<T>(g.cols);
  T* const out = static_cast<T*>(backward ? g.dx : g.probs);
  const bool turned = g.cols <= kTurnedCols && g.cols > 0;
  const bool past = backward && (turned ? turned_bypasses(out, g.rows, g.cols)
                                        : fits_aside<T>(g.cols) && bypasses(out, g.rows, g.cols));
  for_chunks(team, ceil_div(g.rows, chunk), [&](int64_t c, int) {
    const int64_t begin = c * chunk, end = min_of(begin + chunk, g.rows);
    const int64_t step = turned ? kLanes<T> : backward ? 1 : rows_per_group<T>(g.cols);
    if (turned && backward)
      for_turned(out, begin, end, g.cols, past,
                 [&](int64_t row, int64_t rows, T* to) { backward_turned<T>(g, row, rows, to); });
    else
      for (int64_t r = begin; r < end; r += step)
        backward ? backward_row<T>(g, r, past)
        : turned ? forward_turned<T>(g, r, min_of(end - r, step))
                 : forward_rows<T>(g, r, min_of(end - r, step));
    if (past) fence_past();
  });
}

}  // namespace

void xent(const XentArgs& g, const Team& team) {
  g.dtype == DType::f64 ? run<double, false>(g, team) : run<float, false>(g, team);
}
void xent_grad(const XentArgs& g, const Team& team) {
  g.dtype == DType::f64 ? run<double, true>(g, team) : run<float, true>(g, team);
}

}  // namespace PH_ISA
}  // namespace ph

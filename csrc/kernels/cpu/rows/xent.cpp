// Softmax cross-entropy from logits, forward and backward, labels dense or sparse. With
// z = x - max: loss = log(sum e^z) * sum(label) - sum(label * z).
#include "../families.h"
#include "../half.h"
#include "../reduce/reduce_tile.h"

namespace ph {
namespace PH_ISA {
namespace {

// The classes of rows, or -1 (and the status word set) where the label is out of range; true if
// none is.
PH_INLINE bool labels_of(const XentArgs& g, int64_t row, int64_t rows, int64_t* label) {
  const int size = kDTypeSize[static_cast<int>(g.label_dtype)];
  loader<int64_t>(g.label_dtype)(label, static_cast<const char*>(g.labels) + row * size, 1, rows);
  int64_t outside = 0;  // negative if one is
  const int64_t last = g.cols - 1;
  for (int64_t r = 0; r < rows; ++r) outside |= label[r] | (last - (label[r] & INT64_MAX));
  if (PH_LIKELY(outside >= 0)) return true;
  if (g.status) __atomic_store_n(g.status, kStatusLabel, __ATOMIC_RELAXED);
  for (int64_t r = 0; r < rows; ++r) {
    PH_ROLLED;
    if (label[r] >= g.cols || label[r] < 0) label[r] = -1;
  }
  return false;
}
template <class T>
PH_INLINE void fill_nan(T* p, int64_t n) {
  for (int64_t i = 0; i < n; ++i) p[i] = FloatBits<T>::nan;
}

// Rows go through in blocks, whose labels are read and whose logarithms are taken together.
template <class T>
constexpr int kBlock = 4 * kLanes<T>;
// The losses of a block are log(sum) * weight - (dot - top).
template <class T>
struct Block {
  T sum[kBlock<T>], top[kBlock<T>];
  T weight[kBlock<T>], dot[kBlock<T>];  // of dense labels
};
// x[at[k]] for each lane k, put together in registers: a vector load would wait for single stores.
template <class T, int... k>
PH_INLINE Vec<T> load_each(const T* x, const int64_t* at, Indices<k...>) {
  return Vec<T>{x[at[k]]...};
}
template <class T>
PH_INLINE void finish_block(const XentArgs& g, int64_t row, int64_t rows, Block<T>& block) {
  const int64_t cols = g.cols;
  const T* x = static_cast<const T*>(g.logits) + row * cols;
  T* loss = static_cast<T*>(g.loss) + row;
  int64_t label[kBlock<T>], at[kBlock<T>];
  const bool known = !g.sparse || labels_of(g, row, rows, label), pick = g.sparse && cols > 0;
  if (pick) {
    for (int64_t r = 0; r < rows; ++r) at[r] = label[r] < 0 ? 0 : r * cols + label[r];
    for (int64_t r = rows; r % kLanes<T>; ++r) at[r] = 0;
  }
  for (int64_t r = rows; r % kLanes<T>; ++r) block.sum[r] = 1;
  for_vectors<T>(rows, [&](int64_t r, int64_t k) {
    const Vec<T> dot = pick ? load_each(x, at + r, LaneIndices<T>{}) : load(block.dot + r);
    const Vec<T> weight = g.sparse ? splat<T>(1) : load(block.weight + r);
    const Vec<T> own = dot - load(block.top + r);
    store_n(loss + r, vfma<T>(log_t<T>(load(block.sum + r)), weight, -own), k);
  });
  for (int64_t r = 0; !known && r < rows; ++r) {
    PH_ROLLED;
    if (label[r] >= 0) continue;
    loss[r] = FloatBits<T>::nan;
    if (g.probs) fill_nan(static_cast<T*>(g.probs) + (row + r) * cols, cols);
  }
}

// ---------------------------------------------------------------- short rows
// The rows of a block from `at` on.
template <class T>
void forward_turned(const XentArgs& g, int64_t row, int64_t rows, Block<T>& block, int64_t at) {
  const int64_t cols = g.cols;
  const T* x = static_cast<const T*>(g.logits) + row * cols;
  T* probs = g.probs ? static_cast<T*>(g.probs) + row * cols : nullptr;
  Vec<T> v[kTurnedCols], sum = {};
  const Vec<T> m = load_turned<true>(x, rows, cols, v);
  store(block.top + at, m);
  if (!g.sparse) {
    Vec<T> l[kTurnedCols], weight = {}, dot = {};
    load_turned(static_cast<const T*>(g.labels) + row * cols, rows, cols, l);
    for (int64_t c = 0; c < cols; ++c) {
      weight += l[c];
      dot = vfma<T>(l[c], v[c] - m, dot);
    }
    store(block.top + at, Vec<T>{});
    store(block.weight + at, weight), store(block.dot + at, dot);
  }
  for (int64_t c = 0; c < cols; ++c) {
    const Vec<T> e = exp_in_sum<T>(v[c] - m);
    if (probs) v[c] = e;
    sum += e;
  }
  store(block.sum + at, sum);
  if (!probs) return;
  const Vec<T> scale = 1 / sum;
  store_turned(probs, rows, cols, v, Vec<T>{}, &scale, 0);
}
template <class T>
void backward_turned(const XentArgs& g, int64_t row, int64_t rows, const int64_t* label, T* dx) {
  const int64_t cols = g.cols;
  Vec<T> p[kTurnedCols], scale = splat<T>(1);  // probabilities by way of scale
  if (g.probs) {
    load_turned(static_cast<const T*>(g.probs) + row * cols, rows, cols, p);
  } else {
    const Vec<T> m = load_turned<true>(static_cast<const T*>(g.logits) + row * cols, rows, cols, p);
    Vec<T> sum = {};
    for (int64_t c = 0; c < cols; ++c) sum += p[c] = exp_in_sum<T>(p[c] - m);
    scale = 1 / sum;
  }
  const Vec<T> dloss = load_n(static_cast<const T*>(g.dloss) + row, rows);
  if (!g.sparse) {
    Vec<T> l[kTurnedCols], weight = {};
    load_turned(static_cast<const T*>(g.labels) + row * cols, rows, cols, l);
    for (int64_t c = 0; c < cols; ++c) weight += l[c];
    weight *= scale;
    for (int64_t c = 0; c < cols; ++c) p[c] = vfma<T>(p[c], weight, -l[c]);
    return store_turned(dx, rows, cols, p, Vec<T>{}, &dloss, 0);
  }
  const Vec<T> product = scale * dloss;
  store_turned(dx, rows, cols, p, Vec<T>{}, &product, 0);
  const T *at = reinterpret_cast<const T*>(p), *s = reinterpret_cast<const T*>(&scale);
  const T* d = reinterpret_cast<const T*>(&dloss);
#pragma GCC unroll 1
  for (int64_t r = 0; r < rows; ++r) {
    PH_ROLLED;
    if (PH_LIKELY(label[r] >= 0))
      dx[r * cols + label[r]] = (at[label[r] * kLanes<T> + r] * s[r] - 1) * d[r];
    else
      fill_nan(dx + r * cols, cols);
  }
}

// ---------------------------------------------------------------- long rows
template <class T>
void forward_rows(const XentArgs& g, int64_t row, int64_t rows, Block<T>& block, int64_t at) {
  const int64_t n = g.cols;
  const T* x = static_cast<const T*>(g.logits) + row * n;
  const T* labels = g.sparse ? nullptr : static_cast<const T*>(g.labels) + row * n;
  T* probs = g.probs ? static_cast<T*>(g.probs) + row * n : nullptr;
  T *sum = block.sum + at, *dot = block.dot + at, *weight = block.weight + at;
  T* top = block.top + at;
  for (int64_t r = 0; r < rows; ++r) top[r] = row_max(x + r * n, n);
  for (int64_t r = 0; r < rows; ++r) {
    const T *z = x + r * n, *l = labels ? labels + r * n : nullptr, m = top[r];
    T* p = probs ? probs + r * n : nullptr;
    sum[r] = row_sum<T>(n, [&](int64_t i, int64_t k) {
      fetch_ahead(z + 2 * rows * n + i);
      if (l) fetch_ahead(l + i);
      const Vec<T> e = exp_in_sum<T>(load_n(z + i, k) - m);
      if (p) store_n(p + i, e, k);
      return e;
    });
    if (l) {
      T sums[2];
      row_sums<T>(n, sums, [&](int64_t i, int64_t k, Vec<T>& a, Vec<T>& b) {
        a += load_n(l + i, k);
        b = vfma<T>(load_n(l + i, k), load_n(z + i, k) - m, b);
      });
      weight[r] = sums[0], dot[r] = sums[1], top[r] = 0;
    }
  }
  if (!probs) return;
  T scale[kLanes<T>];
  store(scale, 1 / load(sum));
  for (int64_t r = 0; r < rows; ++r) {
    T* p = probs + r * n;
    for_vectors<T>(n,
                   [&](int64_t i, int64_t k) { store_n(p + i, load_n(p + i, k) * scale[r], k); });
  }
}
template <class T>
void backward_row(const XentArgs& g, int64_t row, int64_t label, bool past) {
  const int64_t n = g.cols;
  const T* x = static_cast<const T*>(g.logits) + row * n;
  const T* probs = g.probs ? static_cast<const T*>(g.probs) + row * n : nullptr;
  const T* labels = g.sparse ? nullptr : static_cast<const T*>(g.labels) + row * n;
  const T dloss = static_cast<const T*>(g.dloss)[row];
  T* dx = static_cast<T*>(g.dx) + row * n;
  if (label < 0) return fill_nan(dx, n);
  T scale = 1;
  const T* p = probs;
  alignas(64) T aside[kLongestRow / sizeof(T)];
  if (!probs) {
    T* kept = past ? aside : dx;
    const T m = row_max(x, n);
    scale = 1 / row_sum<T>(n, [&](int64_t i, int64_t k) {
              fetch_ahead(x + 2 * n + i);
              if (labels) fetch_ahead(labels + i);
              const Vec<T> e = exp_in_sum<T>(load_n(x + i, k) - m);
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
void run(const XentArgs& g, const Launch& team) {
  const int64_t chunk = rows_per_chunk<T>(g.cols);
  T* const out = static_cast<T*>(backward ? g.dx : g.probs);
  const bool turned = g.cols <= kTurnedCols && g.cols > 0;
  const bool past = backward && (turned ? turned_bypasses(out, g.rows, g.cols)
                                        : fits_aside<T>(g.cols) && bypasses(out, g.rows, g.cols));
  for_chunks(team, ceil_div(g.rows, chunk), [&](int64_t c, int) {
    const int64_t begin = c * chunk, end = min_of(begin + chunk, g.rows);
    const int64_t step = turned ? kLanes<T> : backward ? 1 : rows_per_group<T>(g.cols);
    Block<T> block;
    int64_t label[kBlock<T>];
    for (int64_t first = begin; first < end; first += kBlock<T>) {
      const int64_t rows = min_of<int64_t>(end - first, kBlock<T>);
      if (backward && g.sparse) labels_of(g, first, rows, label);
      if (turned && backward)
        for_turned(out, first, first + rows, g.cols, past, [&](int64_t row, int64_t n, T* to) {
          backward_turned<T>(g, row, n, label + (row - first), to);
        });
      else
        for (int64_t r = 0; r < rows; r += step)
          backward ? backward_row<T>(g, first + r, g.sparse ? label[r] : 0, past)
          : turned ? forward_turned(g, first + r, min_of(rows - r, step), block, r)
                   : forward_rows(g, first + r, min_of(rows - r, step), block, r);
      if (!backward) finish_block(g, first, rows, block);
    }
    if (past) fence_past();
  });
}

// ---------------------------------------------------------------- float16 and bfloat16
// Rows of at most kStage elements go through float32 in cache; longer ones take exponentials twice.
constexpr int64_t kStage = 8192, kStagedRows = 512;

template <bool backward>
void staged_rows(const XentArgs& g, int64_t row, int64_t rows) {
  alignas(64) float x[kStage], labels[kStage], loss[kStagedRows];
  const int64_t at = row * g.cols, n = rows * g.cols;
  XentArgs f = g;
  f.dtype = DType::f32, f.rows = rows;
  widen_run(x, Half(g.logits, g.dtype) + at, n);
  f.logits = x, f.dx = labels, f.loss = loss, f.dloss = loss, f.probs = nullptr;
  if (g.sparse) {
    const int size = kDTypeSize[static_cast<int>(g.label_dtype)];
    f.labels = static_cast<const char*>(g.labels) + row * size;
  } else {
    widen_run(labels, Half(g.labels, g.dtype) + at, n);
    f.labels = labels, f.dx = x;  // each row is read before it is written
  }
  if (backward) widen_run(loss, Half(g.dloss, g.dtype) + row, rows);
  run<float, backward>(f, Launch{1, nullptr, nullptr});  // one chunk
  if (backward)
    narrow_run(Half(g.dx, g.dtype) + at, static_cast<const float*>(f.dx), n);
  else
    narrow_run(Half(g.loss, g.dtype) + row, loss, rows);
}
void long_row(const XentArgs& g, int64_t row, bool backward) {
  const int64_t n = g.cols;
  const Half x = Half(g.logits, g.dtype) + row * n, dx = Half(g.dx, g.dtype) + row * n;
  const Half labels = Half(g.labels, g.dtype) + row * n;
  int64_t label = 0;
  if (g.sparse && !labels_of(g, row, 1, &label)) {
    if (!backward) return Half(g.loss, g.dtype).put(row, FloatBits<float>::nan);
    for (int64_t i = 0; i < n; ++i) dx.put(i, FloatBits<float>::nan);
    return;
  }
  vf32 high = splat(-FloatBits<float>::inf);
  const auto top = [](vf32 a, vf32 b) { return larger<float>(a, b); };
  for_vectors<float>(n, [&](int64_t i, int64_t k) {
    high = top(first_lanes<float>(load_n(x + i, k), k, -FloatBits<float>::inf), high);
  });
  const float m = across_lanes<float>(high, top);
  const float sum = row_sum<float>(
      n, [&](int64_t i, int64_t k) { return exp_in_sum<float>(load_n(x + i, k) - m); });
  float sums[2] = {1, g.sparse ? x[label] - m : 0};  // of labels, and of labels * z
  if (!g.sparse)
    row_sums<float>(n, sums, [&](int64_t i, int64_t k, vf32& a, vf32& b) {
      a += load_n(labels + i, k);
      b = vfma<float>(load_n(labels + i, k), load_n(x + i, k) - m, b);
    });
  if (!backward)
    return Half(g.loss, g.dtype).put(row, log_t<float>(splat(sum))[0] * sums[0] - sums[1]);
  const float dloss = Half(g.dloss, g.dtype)[row], scale = sums[0] / sum;
  const float own = g.sparse ? exp_in_sum<float>(splat(x[label] - m))[0] : 0;
  for_vectors<float>(n, [&](int64_t i, int64_t k) {
    const vf32 p = exp_in_sum<float>(load_n(x + i, k) - m) * scale;
    store_n(dx + i, (g.sparse ? p : p - load_n(labels + i, k)) * dloss, k);
  });
  if (g.sparse) dx.put(label, (own * scale - 1) * dloss);
}
template <bool backward>
void run_halves(const XentArgs& g, const Launch& team) {
  const int64_t rows =
      g.cols > kStage ? 1 : min_of(kStagedRows, kStage / max_of<int64_t>(1, g.cols));
  for_chunks(team, ceil_div(g.rows, rows), [&](int64_t chunk, int) {
    const int64_t row = chunk * rows;
    if (g.cols <= kStage)
      staged_rows<backward>(g, row, min_of(rows, g.rows - row));
    else
      long_row(g, row, backward);
  });
}

}  // namespace

void xent(const XentArgs& g, const Launch& team) {
  if (is_half(g.dtype)) return run_halves<false>(g, team);
  g.dtype == DType::f64 ? run<double, false>(g, team) : run<float, false>(g, team);
}
void xent_grad(const XentArgs& g, const Launch& team) {
  if (is_half(g.dtype)) return run_halves<true>(g, team);
  g.dtype == DType::f64 ? run<double, true>(g, team) : run<float, true>(g, team);
}

}  // namespace PH_ISA
}  // namespace ph

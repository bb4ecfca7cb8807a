// Softmax and log-softmax over the rows of a matrix, forward and backward. Short rows are
// turned (reduce_tile.h), long ones run three passes that stay in cache.
#include "../families.h"
#include "../half.h"
#include "../reduce/reduce_tile.h"

namespace ph {
namespace PH_ISA {
namespace {

template <class T>
void forward_turned(const SoftmaxArgs& g, int64_t row, int64_t rows, T* y) {
  const int64_t cols = g.cols;
  Vec<T> v[kTurnedCols], sum = {};
  const Vec<T> m = load_turned<true>(static_cast<const T*>(g.x) + row * cols, rows, cols, v);
  for (int64_t c = 0; c < cols; ++c) {
    v[c] -= m;
    const Vec<T> e = exp_in_sum<T>(v[c]);
    if (!g.log) v[c] = e;
    sum += e;
  }
  const Vec<T> shift = g.log ? -log_t<T>(sum) : Vec<T>{}, scale = g.log ? splat<T>(1) : 1 / sum;
  store_turned(y, rows, cols, v, shift, &scale, 0);
}
template <class T>
void forward_rows(const SoftmaxArgs& g, int64_t row, int64_t rows, bool past) {
  const int64_t n = g.cols;
  const bool log = g.log;
  const T* x = static_cast<const T*>(g.x) + row * n;
  T* y = static_cast<T*>(g.y) + row * n;
  alignas(64) T aside[kLongestRow / sizeof(T)];
  T* kept = past && !log ? aside : y;  // exponentials
  T m[kLanes<T>], sum[kLanes<T>] = {};
  for (int64_t r = 0; r < rows; ++r) m[r] = row_max(x + r * n, n);
  for (int64_t r = 0; r < rows; ++r) {
    const T* from = x + r * n;
    T* to = kept + r * n;
    sum[r] = row_sum<T>(n, [&](int64_t i, int64_t k) {
      fetch_ahead(from + rows * n + i);
      const Vec<T> e = exp_in_sum<T>(load_n(from + i, k) - m[r]);
      if (!log) store_n(to + i, e, k);
      return e;
    });
  }
  store(sum, log ? log_t<T>(load(sum)) : 1 / load(sum));
  for (int64_t r = 0; r < rows; ++r) {
    const T *from = x + r * n, *e = kept + r * n;
    T* to = y + r * n;
    if (log)
      for_vectors<T>(n, [&](int64_t i, int64_t k) {
        put_n(to + i, (load_n(from + i, k) - m[r]) - sum[r], k, past);
      });
    else
      for_vectors<T>(
          n, [&](int64_t i, int64_t k) { put_n(to + i, load_n(e + i, k) * sum[r], k, past); });
  }
}

template <class T>
void backward_turned(const SoftmaxArgs& g, int64_t row, int64_t rows, T* dx) {
  const int64_t cols = g.cols;
  Vec<T> y[kTurnedCols], d[kTurnedCols], sum = {};
  load_turned(static_cast<const T*>(g.y) + row * cols, rows, cols, y);
  load_turned(static_cast<const T*>(g.dy) + row * cols, rows, cols, d);
  if (g.log) {
    for (int64_t c = 0; c < cols; ++c) sum += d[c];
    for (int64_t c = 0; c < cols; ++c) d[c] = vfma<T>(-exp_t<T>(y[c]), sum, d[c]);
    const Vec<T> one = splat<T>(1);
    store_turned(dx, rows, cols, d, Vec<T>{}, &one, 0);
  } else {
    for (int64_t c = 0; c < cols; ++c) sum = vfma<T>(d[c], y[c], sum);
    store_turned(dx, rows, cols, d, -sum, y, 1);
  }
}
template <class T>
void backward_row(const SoftmaxArgs& g, int64_t row, bool past) {
  const int64_t n = g.cols;
  const bool log = g.log;
  const T* y = static_cast<const T*>(g.y) + row * n;
  const T* dy = static_cast<const T*>(g.dy) + row * n;
  T* dx = static_cast<T*>(g.dx) + row * n;
  const T sum = row_sum<T>(n, [&](int64_t i, int64_t k) {
    return log ? load_n(dy + i, k) : load_n(dy + i, k) * load_n(y + i, k);
  });
  for_vectors<T>(n, [&](int64_t i, int64_t k) {
    if (past) fetch_ahead(y + n + i), fetch_ahead(dy + n + i);
    const Vec<T> p = load_n(y + i, k), d = load_n(dy + i, k);
    put_n(dx + i, log ? vfma<T>(-exp_t<T>(p), splat<T>(sum), d) : p * (d - sum), k, past);
  });
}

template <class T, bool backward>
void run(const SoftmaxArgs& g, const Launch& team) {
  if (g.cols <= 0) return;
  const int64_t chunk = rows_per_chunk<T>(g.cols);
  T* const out = static_cast<T*>(backward ? g.dx : g.y);
  const bool turned = g.cols <= (backward ? kTurnedGradCols : kTurnedCols);
  const bool past =
      turned ? turned_bypasses(out, g.rows, g.cols)
             : bypasses(out, g.rows, g.cols) && (backward || g.log || fits_aside<T>(g.cols));
  for_chunks(team, ceil_div(g.rows, chunk), [&](int64_t c, int) {
    const int64_t begin = c * chunk, end = min_of(begin + chunk, g.rows);
    const int64_t step = backward ? 1 : rows_per_group<T>(g.cols);
    if (turned)
      for_turned(out, begin, end, g.cols, past, [&](int64_t row, int64_t rows, T* to) {
        backward ? backward_turned<T>(g, row, rows, to) : forward_turned<T>(g, row, rows, to);
      });
    else
      for (int64_t r = begin; r < end; r += step)
        backward ? backward_row<T>(g, r, past) : forward_rows<T>(g, r, min_of(end - r, step), past);
    if (past) fence_past();
  });
}

// ---------------------------------------------------------------- float16 and bfloat16
// Rows of at most kStage elements go through float32 in cache; longer ones take exponentials twice.
constexpr int64_t kStage = 8192;

template <bool backward>
void staged_rows(const SoftmaxArgs& g, int64_t row, int64_t rows) {
  alignas(64) float a[kStage], b[backward ? kStage : 1];
  const int64_t at = row * g.cols, n = rows * g.cols;
  SoftmaxArgs f = g;
  f.dtype = DType::f32, f.rows = rows;
  widen_run(a, Half(backward ? g.y : g.x, g.dtype) + at, n);
  if (backward) widen_run(b, Half(g.dy, g.dtype) + at, n);
  f.x = a, f.y = a, f.dy = f.dx = b;
  run<float, backward>(f, Launch{1, nullptr, nullptr});  // one chunk
  narrow_run(Half(backward ? g.dx : g.y, g.dtype) + at, backward ? b : a, n);
}
void long_row(const SoftmaxArgs& g, int64_t row) {
  const int64_t n = g.cols;
  const Half x = Half(g.x, g.dtype) + row * n, y = Half(g.y, g.dtype) + row * n;
  float m = -FloatBits<float>::inf;
  for (int64_t i = 0; i < n; ++i) m = x[i] > m ? x[i] : m;
  const float sum = row_sum<float>(
      n, [&](int64_t i, int64_t k) { return exp_in_sum<float>(load_n(x + i, k) - m); });
  const float shift = g.log ? log_t<float>(splat(sum))[0] : 0, scale = 1 / sum;
  for_vectors<float>(n, [&](int64_t i, int64_t k) {
    const vf32 z = load_n(x + i, k) - m;
    store_n(y + i, g.log ? z - shift : exp_in_sum<float>(z) * scale, k);
  });
}
void long_row_grad(const SoftmaxArgs& g, int64_t row) {
  const int64_t n = g.cols;
  const Half y = Half(g.y, g.dtype) + row * n, dy = Half(g.dy, g.dtype) + row * n;
  const Half dx = Half(g.dx, g.dtype) + row * n;
  const float sum = row_sum<float>(n, [&](int64_t i, int64_t k) {
    return g.log ? load_n(dy + i, k) : load_n(dy + i, k) * load_n(y + i, k);
  });
  for_vectors<float>(n, [&](int64_t i, int64_t k) {
    const vf32 p = load_n(y + i, k), d = load_n(dy + i, k);
    store_n(dx + i, g.log ? vfma<float>(-exp_t<float>(p), splat(sum), d) : p * (d - sum), k);
  });
}
template <bool backward>
void run_halves(const SoftmaxArgs& g, const Launch& team) {
  if (g.cols <= 0) return;
  const int64_t rows = max_of<int64_t>(1, kStage / g.cols);
  for_chunks(team, ceil_div(g.rows, rows), [&](int64_t chunk, int) {
    const int64_t row = chunk * rows;
    if (g.cols <= kStage)
      staged_rows<backward>(g, row, min_of(rows, g.rows - row));
    else
      backward ? long_row_grad(g, row) : long_row(g, row);
  });
}

}  // namespace

void softmax(const SoftmaxArgs& g, const Launch& team) {
  if (is_half(g.dtype)) return run_halves<false>(g, team);
  g.dtype == DType::f64 ? run<double, false>(g, team) : run<float, false>(g, team);
}
void softmax_grad(const SoftmaxArgs& g, const Launch& team) {
  if (is_half(g.dtype)) return run_halves<true>(g, team);
  g.dtype == DType::f64 ? run<double, true>(g, team) : run<float, true>(g, team);
}

}  // namespace PH_ISA
}  // namespace ph

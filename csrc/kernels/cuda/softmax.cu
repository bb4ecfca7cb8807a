// Softmax and softmax cross-entropy: a warp a row where rows are short, else a block. Sums are in
// double; S is what is stored, halves too.
#include "rows.h"

namespace ph {
namespace cuda {
namespace {

template <class S>
struct Softmax {
  using T = Wide<S>;
  SoftmaxArgs a;
  template <class G>
  PH_DEVICE void operator()(int64_t row, const G& group) const {
    const In<S> x = In<S>(a.x) + row * a.cols;
    const Out<S> y = Out<S>(a.y) + row * a.cols;
    const T top = row_max(x, a.cols, group);
    const double sum = exp_sum(x, top, a.cols, group);
    const T log_sum = static_cast<T>(log(sum)), share = static_cast<T>(1 / sum);
    group.each(a.cols, [&](int64_t c) {
      const T z = x[c] - top;
      y.put(c, a.log ? z - log_sum : exp(z) * share);
    });
  }
};

template <class S>
struct SoftmaxGrad {
  using T = Wide<S>;
  SoftmaxArgs a;
  template <class G>
  PH_DEVICE void operator()(int64_t row, const G& group) const {
    const In<S> y = In<S>(a.y) + row * a.cols, dy = In<S>(a.dy) + row * a.cols;
    const Out<S> dx = Out<S>(a.dx) + row * a.cols;
    const T sum = static_cast<T>(group.sum(a.cols, [&](int64_t c) {
      return static_cast<double>(dy[c]) * (a.log ? 1.0 : static_cast<double>(y[c]));
    }));
    group.each(a.cols, [&](int64_t c) {
      dx.put(c, a.log ? dy[c] - exp(y[c]) * sum : y[c] * (dy[c] - sum));
    });
  }
};

// The label of a row, or -1 with the status set.
PH_DEVICE int64_t label_of(const XentArgs& a, int64_t row) {
  const auto label = load_as<int64_t>(a.labels, a.label_dtype, row);
  if (static_cast<uint64_t>(label) < static_cast<uint64_t>(a.cols)) return label;
  if (a.status) *a.status = kStatusLabel;
  return -1;
}
template <class T>
PH_DEVICE T nan_of() {
  if constexpr (sizeof(T) == 8)
    return bit_cast<double>(uint64_t{0x7ff8} << 48);
  else
    return bit_cast<float>(0x7fc00000u);
}

template <class S>
struct Xent {
  using T = Wide<S>;
  XentArgs a;
  template <class G>
  PH_DEVICE void operator()(int64_t row, const G& group) const {
    const In<S> x = In<S>(a.logits) + row * a.cols, dense = In<S>(a.labels) + row * a.cols;
    const Out<S> loss(a.loss), probs(a.probs);
    const int64_t first = row * a.cols;
    const int64_t label = a.sparse ? label_of(a, row) : 0;
    if (label < 0) {
      if (group.first()) loss.put(row, nan_of<T>());
      if (a.probs) group.each(a.cols, [&](int64_t c) { probs.put(first + c, nan_of<T>()); });
      return;
    }
    const T top = row_max(x, a.cols, group);
    const double sum = exp_sum(x, top, a.cols, group);
    double value;
    if (a.sparse) {
      value = log(sum) - static_cast<double>(x[label] - top);
    } else {  // sum of label * (logsumexp - x), each relative to the largest
      const double log_sum = log(sum);
      value = group.sum(a.cols, [&](int64_t c) {
        const auto y = static_cast<double>(dense[c]);
        return y * (log_sum - static_cast<double>(x[c] - top));
      });
    }
    if (group.first()) loss.put(row, static_cast<T>(value));
    const T share = static_cast<T>(1 / sum);
    if (a.probs)
      group.each(a.cols, [&](int64_t c) { probs.put(first + c, exp(x[c] - top) * share); });
  }
};

template <class S>
struct XentGrad {
  using T = Wide<S>;
  XentArgs a;
  template <class G>
  PH_DEVICE void operator()(int64_t row, const G& group) const {
    const In<S> x = In<S>(a.logits) + row * a.cols, dense = In<S>(a.labels) + row * a.cols,
                probs(a.probs);
    const Out<S> dx = Out<S>(a.dx) + row * a.cols;
    const T dloss = In<S>(a.dloss)[row];
    const int64_t label = a.sparse ? label_of(a, row) : 0;
    if (label < 0) return group.each(a.cols, [&](int64_t c) { dx.put(c, nan_of<T>()); });
    T top = 0, share = 1, total = 1;
    if (!a.probs) {
      top = row_max(x, a.cols, group);
      share = static_cast<T>(1 / exp_sum(x, top, a.cols, group));
    }
    if (!a.sparse)
      total = static_cast<T>(
          group.sum(a.cols, [&](int64_t c) { return static_cast<double>(dense[c]); }));
    group.each(a.cols, [&](int64_t c) {
      const T p = a.probs ? probs[row * a.cols + c] : exp(x[c] - top) * share;
      const T y = a.sparse ? T(c == label) : dense[c];
      dx.put(c, (p * total - y) * dloss);
    });
  }
};

}  // namespace

void softmax(const SoftmaxArgs& a, const Launch& team) {
  with_stored(a.dtype, [&](auto t) { each_row(a.rows, a.cols, team, Softmax<decltype(t)>{a}); });
}
void softmax_grad(const SoftmaxArgs& a, const Launch& team) {
  with_stored(a.dtype,
              [&](auto t) { each_row(a.rows, a.cols, team, SoftmaxGrad<decltype(t)>{a}); });
}
void xent(const XentArgs& a, const Launch& team) {
  with_stored(a.dtype, [&](auto t) { each_row(a.rows, a.cols, team, Xent<decltype(t)>{a}); });
}
void xent_grad(const XentArgs& a, const Launch& team) {
  with_stored(a.dtype, [&](auto t) { each_row(a.rows, a.cols, team, XentGrad<decltype(t)>{a}); });
}

}  // namespace cuda
}  // namespace ph

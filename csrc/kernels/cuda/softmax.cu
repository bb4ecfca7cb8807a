// Softmax and softmax cross-entropy: a warp a row where rows are short, else a block. Sums are in
// double.
#include "rows.h"

namespace ph {
namespace cuda {
namespace {

template <class T>
struct Softmax {
  SoftmaxArgs a;
  template <class G>
  PH_DEVICE void operator()(int64_t row, const G& group) const {
    const T* const x = static_cast<const T*>(a.x) + row * a.cols;
    T* const y = static_cast<T*>(a.y) + row * a.cols;
    const T top = row_max(x, a.cols, group);
    const double sum = exp_sum(x, top, a.cols, group);
    const T log_sum = static_cast<T>(log(sum)), share = static_cast<T>(1 / sum);
    group.each(a.cols, [&](int64_t c) {
      const T z = x[c] - top;
      y[c] = a.log ? z - log_sum : exp(z) * share;
    });
  }
};

template <class T>
struct SoftmaxGrad {
  SoftmaxArgs a;
  template <class G>
  PH_DEVICE void operator()(int64_t row, const G& group) const {
    const T* const y = static_cast<const T*>(a.y) + row * a.cols;
    const T* const dy = static_cast<const T*>(a.dy) + row * a.cols;
    T* const dx = static_cast<T*>(a.dx) + row * a.cols;
    const T sum = static_cast<T>(group.sum(a.cols, [&](int64_t c) {
      return static_cast<double>(dy[c]) * (a.log ? 1.0 : static_cast<double>(y[c]));
    }));
    group.each(a.cols,
               [&](int64_t c) { dx[c] = a.log ? dy[c] - exp(y[c]) * sum : y[c] * (dy[c] - sum); });
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

template <class T>
struct Xent {
  XentArgs a;
  template <class G>
  PH_DEVICE void operator()(int64_t row, const G& group) const {
    const T* const x = static_cast<const T*>(a.logits) + row * a.cols;
    const T* const dense = static_cast<const T*>(a.labels) + row * a.cols;
    T* const loss = static_cast<T*>(a.loss) + row;
    T* const probs = a.probs ? static_cast<T*>(a.probs) + row * a.cols : nullptr;
    const int64_t label = a.sparse ? label_of(a, row) : 0;
    if (label < 0) {
      if (group.first()) *loss = nan_of<T>();
      if (probs) group.each(a.cols, [&](int64_t c) { probs[c] = nan_of<T>(); });
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
    if (group.first()) *loss = static_cast<T>(value);
    const T share = static_cast<T>(1 / sum);
    if (probs) group.each(a.cols, [&](int64_t c) { probs[c] = exp(x[c] - top) * share; });
  }
};

template <class T>
struct XentGrad {
  XentArgs a;
  template <class G>
  PH_DEVICE void operator()(int64_t row, const G& group) const {
    const T* const x = static_cast<const T*>(a.logits) + row * a.cols;
    const T* const dense = static_cast<const T*>(a.labels) + row * a.cols;
    const T* const probs = a.probs ? static_cast<const T*>(a.probs) + row * a.cols : nullptr;
    T* const dx = static_cast<T*>(a.dx) + row * a.cols;
    const T dloss = static_cast<const T*>(a.dloss)[row];
    const int64_t label = a.sparse ? label_of(a, row) : 0;
    if (label < 0) return group.each(a.cols, [&](int64_t c) { dx[c] = nan_of<T>(); });
    T top = 0, share = 1, total = 1;
    if (!probs) {
      top = row_max(x, a.cols, group);
      share = static_cast<T>(1 / exp_sum(x, top, a.cols, group));
    }
    if (!a.sparse)
      total = static_cast<T>(
          group.sum(a.cols, [&](int64_t c) { return static_cast<double>(dense[c]); }));
    group.each(a.cols, [&](int64_t c) {
      const T p = probs ? probs[c] : exp(x[c] - top) * share;
      const T y = a.sparse ? T(c == label) : dense[c];
      dx[c] = (p * total - y) * dloss;
    });
  }
};

}  // namespace

void softmax(const SoftmaxArgs& a, const Launch& team) {
  with_float(a.dtype, [&](auto t) { each_row(a.rows, a.cols, team, Softmax<decltype(t)>{a}); });
}
void softmax_grad(const SoftmaxArgs& a, const Launch& team) {
  with_float(a.dtype, [&](auto t) { each_row(a.rows, a.cols, team, SoftmaxGrad<decltype(t)>{a}); });
}
void xent(const XentArgs& a, const Launch& team) {
  with_float(a.dtype, [&](auto t) { each_row(a.rows, a.cols, team, Xent<decltype(t)>{a}); });
}
void xent_grad(const XentArgs& a, const Launch& team) {
  with_float(a.dtype, [&](auto t) { each_row(a.rows, a.cols, team, XentGrad<decltype(t)>{a}); });
}

}  // namespace cuda
}  // namespace ph

// Convolution written out: y = sum over (i, j) of x[windows' element (i, j)] @ w[i, j], group by
// group.
#include "conv.h"

namespace ph {
namespace {

// Channels [begin, begin + count) of the last axis.
Tensor channels(const Tensor& t, int64_t begin, int64_t count) {
  Ints low(static_cast<size_t>(t.shape().rank()), 0), high = t.shape().vec(), step(low.size(), 1);
  low.back() = begin;
  high.back() = begin + count;
  return slice(t, low, high, step);
}

Tensor kernel_at(const Tensor& w, int64_t i, int64_t j) {  // (C, K)
  const Shape& s = w.shape();
  return reshape(slice(w, {i, j, 0, 0}, {i + 1, j + 1, s[2], s[3]}, {1, 1, 1, 1}), {s[2], s[3]});
}

Tensor sum_of(const Tensor& total, const Tensor& term) { return total ? add(total, term) : term; }

Tensor one_group(const Tensor& a, const Tensor& b, const ConvDims& d, ConvMode mode) {
  const Window& w = d.window;
  const int64_t c = d.c / d.groups, k = d.k / d.groups;
  const Shape padded{d.n, d.h + w.top + w.bottom, d.v + w.left + w.right, c};
  const Tensor x = mode == ConvMode::grad_input ? Tensor() : window_pad(a, w, 0);
  Tensor total;
  Tensors pieces;
  for (int64_t i = 0; i < w.kh; ++i)
    for (int64_t j = 0; j < w.kw; ++j) {
      if (mode == ConvMode::forward) {
        total = sum_of(total, matmul(window_slice(x, w, d.oh, d.ow, i, j), kernel_at(b, i, j)));
      } else if (mode == ConvMode::grad_input) {
        const Tensor dx = matmul(b, kernel_at(a, i, j), false, true);
        total = sum_of(total, window_place(dx, w, i, j, padded));
      } else {
        const int64_t rows = d.n * d.oh * d.ow;
        const Tensor xs = reshape(window_slice(x, w, d.oh, d.ow, i, j), {rows, c});
        pieces.push_back(reshape(matmul(xs, reshape(b, {rows, k}), true, false), {1, c, k}));
      }
    }
  if (mode == ConvMode::grad_filter) return reshape(concat(pieces, 0), {w.kh, w.kw, c, k});
  return mode == ConvMode::grad_input ? window_crop(total, w, d.h, d.v) : total;
}

}  // namespace

Tensor conv_plainly(const Call& call, ConvMode mode) {
  const Tensor &a = call.inputs[0], &b = call.inputs[1];
  const ConvDims d(call, call.specs, mode);
  if (d.groups == 1) return one_group(a, b, d, mode);
  const int64_t c = d.c / d.groups, k = d.k / d.groups;
  Tensors parts;
  for (int64_t g = 0; g < d.groups; ++g) {
    const Tensor first =
        mode == ConvMode::grad_input ? channels(a, g * k, k) : channels(a, g * c, c);
    parts.push_back(one_group(first, channels(b, g * k, k), d, mode));
  }
  return concat(parts, 3);
}

}  // namespace ph

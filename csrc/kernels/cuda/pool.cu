// Pooling and its gradient: a thread an element of what is written. The gradient gathers from the
// windows that reach a pixel, so that every sum has one order.
#include "product.h"

namespace ph {
namespace cuda {
namespace {

struct Span {
  int64_t begin, end;
};
// The part of a window that lies in the image.
PH_DEVICE Span window(int64_t out, int64_t stride, int64_t pad, int64_t size, int64_t limit) {
  const int64_t begin = out * stride - pad;
  return {max_of<int64_t>(begin, 0), min_of(begin + size, limit)};
}
// The windows that reach position `at`.
PH_DEVICE Span windows(int64_t at, int64_t stride, int64_t pad, int64_t size, int64_t outs) {
  const int64_t last = at + pad, first = last - size + 1;
  return {first <= 0 ? 0 : (first + stride - 1) / stride, min_of(last / stride + 1, outs)};
}

// The place in x of the first maximum, nan above all; -1 for a window in the padding.
template <class S>
PH_DEVICE int64_t first_maximum(const PoolArgs& a, int64_t n, int64_t oh, int64_t ow, int64_t c) {
  const In<S> x(a.x);
  const Span h = window(oh, a.stride_h, a.pad_top, a.kh, a.h);
  const Span w = window(ow, a.stride_w, a.pad_left, a.kw, a.w);
  int64_t best = -1;
  Wide<S> most = 0;
  for (int64_t i = h.begin; i < h.end; ++i)
    for (int64_t j = w.begin; j < w.end; ++j) {
      const int64_t at = ((n * a.h + i) * a.w + j) * a.c + c;
      const Wide<S> v = x[at];
      if (best < 0 || v > most || (v != v && most == most)) best = at, most = v;
    }
  return best;
}

template <class S>
struct Pool {
  using T = Wide<S>;
  PoolArgs a;
  PH_DEVICE void operator()(int64_t i) const {
    const In<S> x(a.x);
    int64_t rest = i / a.c;
    const int64_t c = i - rest * a.c, ow = rest % a.ow, row = rest / a.ow, oh = row % a.oh;
    const int64_t n = row / a.oh;
    const Out<S> y(a.y);
    if (a.mode == PoolMode::max) {
      const int64_t at = first_maximum<S>(a, n, oh, ow, c);
      return y.put(i, at < 0 ? -static_cast<T>(bit_cast<float>(0x7f800000u)) : x[at]);
    }
    const Span h = window(oh, a.stride_h, a.pad_top, a.kh, a.h);
    const Span w = window(ow, a.stride_w, a.pad_left, a.kw, a.w);
    T sum = 0;
    for (int64_t k = h.begin; k < h.end; ++k)
      for (int64_t j = w.begin; j < w.end; ++j) sum += x[((n * a.h + k) * a.w + j) * a.c + c];
    const int64_t count = max_of<int64_t>(h.end - h.begin, 0) * max_of<int64_t>(w.end - w.begin, 0);
    y.put(i, count ? sum / static_cast<T>(count) : T(0));
  }
};

template <class S>
struct PoolGrad {
  using T = Wide<S>;
  PoolArgs a;
  PH_DEVICE void operator()(int64_t i) const {
    const In<S> dy(a.dy);
    const int64_t at = i / a.c, c = i - at * a.c, x = at % a.w, row = at / a.w, y = row % a.h;
    const int64_t n = row / a.h;
    const Span oh = windows(y, a.stride_h, a.pad_top, a.kh, a.oh);
    const Span ow = windows(x, a.stride_w, a.pad_left, a.kw, a.ow);
    T sum = 0;
    for (int64_t k = oh.begin; k < oh.end; ++k)
      for (int64_t j = ow.begin; j < ow.end; ++j) {
        const T d = dy[((n * a.oh + k) * a.ow + j) * a.c + c];
        if (a.mode == PoolMode::max) {
          if (first_maximum<S>(a, n, k, j, c) == i) sum += d;
        } else {
          const Span h = window(k, a.stride_h, a.pad_top, a.kh, a.h);
          const Span w = window(j, a.stride_w, a.pad_left, a.kw, a.w);
          sum += d / static_cast<T>((h.end - h.begin) * (w.end - w.begin));
        }
      }
    if (a.gate) sum = apply_gate(a.gate_act, sum, In<S>(a.gate)[i]);
    Out<S>(a.dx).put(i, sum);
  }
};

}  // namespace

void pool(const PoolArgs& a, const Launch& team) {
  with_stored(a.dtype, [&](auto t) { each(a.n * a.oh * a.ow * a.c, team, Pool<decltype(t)>{a}); });
}
void pool_grad(const PoolArgs& a, const Launch& team) {
  with_stored(a.dtype,
              [&](auto t) { each(a.n * a.h * a.w * a.c, team, PoolGrad<decltype(t)>{a}); });
}

}  // namespace cuda
}  // namespace ph

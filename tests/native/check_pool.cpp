// Checks pooling and its gradient against plain loops in double, at every width.
#include <cstring>
#include <limits>

#include "check.h"

using namespace ph;
using check::Guarded;

namespace {

check::Lcg rng(11);

struct Oracle {
  std::vector<double> y, dx;
};

// Everything in double; max routes to the first maximum in row-major order.
template <class T>
Oracle plain_pool(const PoolArgs& a, const T* x, const T* dy) {
  Oracle o;
  o.y.assign(a.n * a.oh * a.ow * a.c, 0);
  o.dx.assign(a.n * a.h * a.w * a.c, 0);
  int64_t out = 0;
  for (int64_t n = 0; n < a.n; ++n)
    for (int64_t oh = 0; oh < a.oh; ++oh)
      for (int64_t ow = 0; ow < a.ow; ++ow)
        for (int64_t c = 0; c < a.c; ++c, ++out) {
          double best = -std::numeric_limits<double>::infinity(), sum = 0;
          int64_t count = 0, where = -1;
          const auto each = [&](const auto& f) {
            for (int64_t i = 0; i < a.kh; ++i)
              for (int64_t j = 0; j < a.kw; ++j) {
                const int64_t h = oh * a.stride_h + i - a.pad_top,
                              w = ow * a.stride_w + j - a.pad_left;
                if (h >= 0 && h < a.h && w >= 0 && w < a.w) f(((n * a.h + h) * a.w + w) * a.c + c);
              }
          };
          each([&](int64_t at) {
            const double v = static_cast<double>(x[at]);
            if (v > best || where < 0 || (std::isnan(v) && !std::isnan(best))) best = v, where = at;
            sum += v;
            ++count;
          });
          if (a.mode == PoolMode::max) {
            o.y[out] = best;
            if (where >= 0) o.dx[where] += static_cast<double>(dy[out]);
          } else {
            o.y[out] = count ? sum / static_cast<double>(count) : 0;
            each([&](int64_t at) {
              o.dx[at] += static_cast<double>(dy[out]) / static_cast<double>(count);
            });
          }
        }
  return o;
}

bool close(double got, double want, double tolerance) {
  if (std::isnan(want)) return std::isnan(got);
  if (std::isinf(want)) return got == want;
  return std::abs(got - want) <= tolerance * (1 + std::abs(want));
}

template <class T>
void check_case(const Kernels& k, PoolArgs a, bool with_nan, bool aligned = false) {
  if (check::left_out()) return;
  a.dtype = sizeof(T) == 4 ? DType::f32 : DType::f64;
  const int64_t n_in = a.n * a.h * a.w * a.c, n_out = a.n * a.oh * a.ow * a.c;
  Guarded<T> x(n_in), y(n_out, 0xff, aligned), dy(n_out), dx(n_in, 0xff, aligned);
  for (int64_t i = 0; i < n_in; ++i) x[i] = static_cast<T>(rng.below(8)) - T(4);  // many ties
  if (with_nan && n_in) x[rng.below(n_in)] = std::numeric_limits<T>::quiet_NaN();
  for (int64_t i = 0; i < n_out; ++i) dy[i] = static_cast<T>(rng.uniform(-1, 1));
  const Oracle want = plain_pool(a, x.data(), dy.data());
  a.x = x.data();
  a.y = y.data();
  k.pool(a, team());
  const double tolerance = sizeof(T) == 4 ? 1e-6 : 1e-14;
  int64_t bad = 0;
  for (int64_t i = 0; i < n_out; ++i) bad += !close(y[i], want.y[i], tolerance);
  CHECK(!bad && y.intact(), "%s mode %d forward: h %d w %d c %d kernel %dx%d: %d wrong", k.name,
        int(a.mode), int(a.h), int(a.w), int(a.c), int(a.kh), int(a.kw), int(bad));
  a.dy = dy.data();
  a.dx = dx.data();
  if (a.mode == PoolMode::average) a.x = a.y = nullptr;  // not read
  k.pool_grad(a, team());
  bad = 0;
  for (int64_t i = 0; i < n_in; ++i) bad += !close(dx[i], want.dx[i], tolerance * 4);
  CHECK(!bad && dx.intact(),
        "%s mode %d backward: h %d w %d c %d kernel %dx%d stride %dx%d: %d wrong", k.name,
        int(a.mode), int(a.h), int(a.w), int(a.c), int(a.kh), int(a.kw), int(a.stride_h),
        int(a.stride_w), int(bad));
}

void check_width(const Kernels& k) {
  for (PoolMode mode : {PoolMode::max, PoolMode::average})
    for (int64_t c : {1, 3, 8, 16, 17, 64, 70})
      for (int64_t n : {1, 3})
        for (int64_t h : {1, 5, 12})
          for (int64_t kernel : {1, 2, 3})
            for (int64_t stride : {1, 2, 3})
              for (bool same : {false, true}) {
                PoolArgs a = {};
                a.mode = mode;
                a.n = n, a.h = h, a.w = h + 4, a.c = c;
                a.kh = kernel, a.kw = kernel == 2 ? 3 : kernel;
                a.stride_h = stride, a.stride_w = stride == 2 ? 2 : 1;
                const auto out = [&](int64_t size, int64_t window, int64_t step) {
                  return same            ? (size + step - 1) / step
                         : size < window ? 0
                                         : (size - window) / step + 1;
                };
                a.oh = out(a.h, a.kh, a.stride_h), a.ow = out(a.w, a.kw, a.stride_w);
                if (same) {
                  a.pad_top = std::max<int64_t>((a.oh - 1) * a.stride_h + a.kh - a.h, 0) / 2;
                  a.pad_left = std::max<int64_t>((a.ow - 1) * a.stride_w + a.kw - a.w, 0) / 2;
                }
                check_case<float>(k, a, false);
                check_case<double>(k, a, mode == PoolMode::max);
              }
  PoolArgs big = {};  // many chunks
  big.n = 3, big.h = big.w = 64, big.c = 24, big.kh = big.kw = big.stride_h = big.stride_w = 2;
  big.oh = big.ow = 32;
  for (PoolMode mode : {PoolMode::max, PoolMode::average}) {
    big.mode = mode;
    check_case<float>(k, big, false);
    PoolArgs odd = big;  // pixels that no window reaches
    odd.h = 63, odd.w = 61, odd.oh = 31, odd.ow = 30;
    check_case<float>(k, odd, false);
    odd.oh = 32, odd.ow = 31, odd.pad_left = 1;
    check_case<float>(k, odd, false);
    PoolArgs large = big;  // results go past the caches
    large.n = 2, large.h = large.w = 331, large.c = 64, large.oh = large.ow = 165;
    check_case<float>(k, large, false, true);
    large.kh = large.kw = large.stride_h = large.stride_w = 1, large.oh = large.ow = 331;
    check_case<float>(k, large, false, true);
    PoolArgs overlapping = big;
    overlapping.n = 1;
    overlapping.kh = overlapping.kw = 3;
    overlapping.pad_top = overlapping.pad_left = 1;
    check_case<float>(k, overlapping, false);
    PoolArgs one_channel = big;
    one_channel.c = 1;
    check_case<float>(k, one_channel, false);
    PoolArgs wide = big;  // few channels in several parts of a row
    wide.n = 1, wide.h = 6, wide.w = 900, wide.c = 3, wide.oh = 3, wide.ow = 450;
    wide.kw = 3, wide.pad_left = 1;
    check_case<float>(k, wide, false);
    PoolArgs empty = big;
    empty.n = 0;
    check_case<float>(k, empty, false);
    PoolArgs outside = big;  // windows that lie in the padding alone
    outside.pad_top = 7, outside.oh = 40;
    if (mode == PoolMode::max) check_case<float>(k, outside, false);
  }
}

}  // namespace

int main() {
  for (int threads : check::thread_counts({1, 3})) {
    set_num_threads(threads);
    check::each_width(check_width);
  }
  return check::result("check_pool");
}

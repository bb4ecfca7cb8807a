// ph-bench pool: max and average pooling and their gradients.
#include <algorithm>
#include <cmath>

#include "bench.h"

namespace ph::bench {
namespace {

struct Window {
  int64_t h0, h1, w0, w1;
};
Window window_of(const PoolArgs& a, int64_t oh, int64_t ow) {
  const int64_t h = oh * a.stride_h - a.pad_top, w = ow * a.stride_w - a.pad_left;
  return {std::max<int64_t>(h, 0), std::min(h + a.kh, a.h), std::max<int64_t>(w, 0),
          std::min(w + a.kw, a.w)};
}

void measure_pool(Bench& bench, const Shape& s, const std::string& name, PoolMode mode) {
  PoolArgs a = {};
  a.dtype = s["f64"] ? DType::f64 : DType::f32;
  a.mode = mode;
  a.n = s["n"], a.h = s["h"], a.w = s["w"], a.c = s["c"];
  a.kh = a.kw = s["kernel"];
  a.stride_h = a.stride_w = s["stride"];
  if (!a.stride_h || !a.kh || a.h < a.kh || a.w < a.kw)
    throw std::invalid_argument("'" + s.text() +
                                "': kernel and stride must be at least 1 and fit the image");
  a.oh = (a.h - a.kh) / a.stride_h + 1, a.ow = (a.w - a.kw) / a.stride_w + 1;
  Buffer x(a.dtype, a.n * a.h * a.w * a.c, 1), y(a.dtype, a.n * a.oh * a.ow * a.c, 2);
  Buffer dy(a.dtype, y.count(), 3), dx(a.dtype, x.count(), 4);
  a.x = x.data(), a.y = y.data();
  const double size = s["f64"] ? 8 : 4, kernel = static_cast<double>(a.kh * a.kw);
  const auto in = static_cast<double>(x.count()), out = static_cast<double>(y.count());
  const char* kind = mode == PoolMode::max ? " max" : " average";
  const double allowed = s["f64"] ? 1e-14 : 4e-6;
  PoolArgs b = a;
  b.dy = dy.data(), b.dx = dx.data();
  // Every output; the windows are small.
  const auto plain = [&](const auto& visit) {
    for (int64_t at = 0; at < y.count(); ++at) {
      const int64_t c = at % a.c, ow = at / a.c % a.ow, oh = at / (a.c * a.ow) % a.oh,
                    n = at / (a.c * a.ow * a.oh);
      const Window w = window_of(a, oh, ow);
      double sum = 0, best = -INFINITY;
      int64_t where = 0;
      for (int64_t i = w.h0; i < w.h1; ++i)
        for (int64_t j = w.w0; j < w.w1; ++j) {
          const int64_t from = ((n * a.h + i) * a.w + j) * a.c + c;
          sum += x.at(from);
          if (x.at(from) > best) best = x.at(from), where = from;
        }
      visit(at, w, mode == PoolMode::max ? best : sum / kernel, where,
            ((n * a.h + w.h0) * a.w + w.w0) * a.c + c);
    }
  };
  Case forward;
  forward.name = name + kind + " forward";
  forward.float64 = s["f64"] != 0;
  forward.operations = out * kernel;
  forward.bytes = size * (in + out), forward.written = size * out;
  forward.run = [&] { bench.kernels().pool(a, bench.team()); };
  forward.error = [&] {
    y.fill(NAN);
    bench.kernels().pool(a, bench.team());
    double worst = 0;
    plain([&](int64_t at, const Window&, double want, int64_t, int64_t) {
      const double error = std::abs(y.at(at) - want) / allowed;
      worst = error <= worst || std::isnan(worst) ? worst : error;
    });
    return worst;
  };
  bench.measure(forward);
  Case backward = forward;
  backward.name = name + kind + " grad";
  backward.bytes = size * (mode == PoolMode::max ? 2 * in + 2 * out : in + out);
  backward.written = size * in;
  backward.run = [&] { bench.kernels().pool_grad(b, bench.team()); };
  backward.error = [&] {
    dx.fill(NAN);
    bench.kernels().pool(a, bench.team());
    bench.kernels().pool_grad(b, bench.team());
    std::vector<double> want(dx.count(), 0);
    plain([&](int64_t at, const Window& w, double, int64_t where, int64_t corner) {
      if (mode == PoolMode::max) {
        want[where] += dy.at(at);
        return;
      }
      for (int64_t i = 0; i < w.h1 - w.h0; ++i)
        for (int64_t j = 0; j < w.w1 - w.w0; ++j)
          want[corner + (i * a.w + j) * a.c] += dy.at(at) / kernel;
    });
    double worst = 0;
    for (int64_t i = 0; i < dx.count(); ++i) {
      const double error = std::abs(dx.at(i) - want[i]) / allowed;
      worst = error <= worst || std::isnan(worst) ? worst : error;
    }
    return worst;
  };
  bench.measure(backward);
}

}  // namespace

void bench_pool(Bench& bench) {
  const std::vector<std::string> keys = {"n", "h", "w", "c"};
  const std::map<std::string, int64_t> defaults = {{"kernel", 2}, {"stride", 2}, {"f64", 0}};
  std::vector<std::string> shapes = bench.options().shapes;
  if (shapes.empty())
    shapes = {
        "n=64,h=26,w=26,c=32",  "n=64,h=11,w=11,c=64",  "n=20,h=148,w=148,c=32",
        "n=20,h=72,w=72,c=64",  "n=20,h=34,w=34,c=128", "n=20,h=150,w=150,c=64",
        "n=20,h=37,w=37,c=256", "n=64,h=28,w=28,c=1",   "n=32,h=56,w=56,c=64,kernel=3,stride=2"};
  for (const std::string& text : shapes) {
    const Shape s(text, keys, defaults);
    measure_pool(bench, s, text, PoolMode::max);
    measure_pool(bench, s, text, PoolMode::average);
  }
}

}  // namespace ph::bench

// ph-bench norm: batch and layer normalisation, forward (training) and backward. Bytes: what must
// move beyond the caches, so batch normalisation reads its inputs twice, layer normalisation once.
#include <cmath>

#include "bench.h"

namespace ph::bench {
namespace {

constexpr double kEpsilon = 1e-3, kAllowed = 2e-5;

void measure_norm(Bench& bench, const Shape& s, bool layer) {
  const int64_t rows = s["rows"], cols = s["cols"];
  const int64_t groups = layer ? rows : cols,
                size = layer ? cols : rows;  // statistics, and of how many
  Buffer x(DType::f32, rows * cols, 1), y(DType::f32, x.count(), 2), dy(DType::f32, x.count(), 3),
      dx(DType::f32, x.count(), 4), gamma(DType::f32, cols, 5), beta(DType::f32, cols, 6);
  Buffer mean(DType::f32, groups, 7), var(DType::f32, groups, 8), rstd(DType::f32, groups, 9),
      dgamma(DType::f32, cols, 10), dbeta(DType::f32, cols, 11);
  NormArgs a = {};
  a.dtype = DType::f32;
  a.layer = layer;
  a.rows = rows, a.channels = cols;
  a.epsilon = kEpsilon;
  a.x = x.data(), a.gamma = gamma.data(), a.beta = beta.data();
  a.mean = mean.data(), a.var = var.data(), a.rstd = rstd.data(), a.y = y.data();
  NormArgs b = a;
  b.dy = dy.data(), b.dx = dx.data(), b.dgamma = dgamma.data(), b.dbeta = dbeta.data();
  Scratch scratch(std::max(bench.kernels().norm_scratch(a, bench.team().threads),
                           bench.kernels().norm_scratch(b, bench.team().threads)));
  a.scratch = b.scratch = scratch.data();
  const auto group_of = [&](int64_t at) { return layer ? at / cols : at % cols; };
  std::vector<double> m(groups), r(groups), sum_g(groups), sum_gx(groups);
  const auto n = static_cast<double>(size);
  const int64_t checked = bench.options().check ? x.count() : 0;
  for (int64_t at = 0; at < checked; ++at) m[group_of(at)] += x.at(at) / n;
  for (int64_t at = 0; at < checked; ++at)
    r[group_of(at)] += std::pow(x.at(at) - m[group_of(at)], 2) / n;
  for (double& v : r) v = 1 / std::sqrt(v + kEpsilon);
  const auto hat = [&](int64_t at) { return (x.at(at) - m[group_of(at)]) * r[group_of(at)]; };
  for (int64_t at = 0; at < checked; ++at) {
    const double g = dy.at(at) * gamma.at(at % cols);
    sum_g[group_of(at)] += g;
    sum_gx[group_of(at)] += g * hat(at);
  }
  const auto measure = [&](const char* name, double arrays, Buffer& out,
                           const std::function<void()>& run,
                           const std::function<double(int64_t)>& want) {
    Case test;
    test.name = std::string(layer ? "layer norm" : "batch norm") + name + " " + s.text();
    test.operations = static_cast<double>(x.count()) * 4;
    test.bytes = 4.0 * static_cast<double>(x.count()) * arrays;
    test.written = 4.0 * static_cast<double>(x.count());
    test.run = run;
    test.error = [&] {
      bench.kernels().norm(a, bench.team());  // the statistics that backward reads
      out.fill(NAN);
      run();
      double worst = 0;
      for (int64_t at = 0; at < out.count(); ++at) {
        const double error =
            std::abs(out.at(at) - want(at)) / (kAllowed * (1 + std::abs(want(at))));
        worst = error <= worst || std::isnan(worst) ? worst : error;
      }
      return worst;
    };
    bench.measure(test);
  };
  measure(
      "", layer ? 2 : 3, y, [&] { bench.kernels().norm(a, bench.team()); },
      [&](int64_t at) { return hat(at) * gamma.at(at % cols) + beta.at(at % cols); });
  measure(
      " grad", layer ? 3 : 5, dx, [&] { bench.kernels().norm_grad(b, bench.team()); },
      [&](int64_t at) {
        const int64_t g = group_of(at);
        return r[g] * (dy.at(at) * gamma.at(at % cols) - sum_g[g] / n - hat(at) * sum_gx[g] / n);
      });
}

}  // namespace

void bench_norm(Bench& bench) {
  std::vector<std::string> shapes = bench.options().shapes;
  if (shapes.empty()) shapes = {"65536x32", "16384x64", "4096x128", "128x512", "1000000x64"};
  for (const std::string& text : shapes) {
    const Shape s(text, {"rows", "cols"}, {});
    if (s["rows"] <= 0 || s["cols"] <= 0) continue;
    measure_norm(bench, s, false);
    measure_norm(bench, s, true);
  }
}

}  // namespace ph::bench

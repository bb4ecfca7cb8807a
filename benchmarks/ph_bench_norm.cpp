// ph-bench norm: batch and layer normalisation, forward (training) and backward. Bytes: what must
// move beyond the caches, so batch normalisation reads its inputs twice, layer normalisation once.
#include <cmath>

#include "../csrc/kernels/args_row_norm.h"
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
  a.rows = rows, a.channels = cols, a.var = var.data();
  RowNormArgs l = {};
  l.samples = rows, l.segments = 1, l.groups = 1, l.run = cols;
  const auto fill = [&](auto& g) {
    g.dtype = DType::f32, g.epsilon = kEpsilon;
    g.x = x.data(), g.gamma = gamma.data(), g.beta = beta.data();
    g.mean = mean.data(), g.rstd = rstd.data(), g.y = y.data();
    g.dy = dy.data(), g.dx = dx.data(), g.dgamma = dgamma.data(), g.dbeta = dbeta.data();
  };
  fill(a), fill(l);
  const Kernels& k = bench.kernels();
  const Launch& team = bench.team();
  Scratch scratch(layer ? k.row_norm_scratch(l, team.threads) : k.norm_scratch(a, team.threads));
  a.scratch = l.scratch = scratch.data();
  const auto forward = [&] { layer ? k.row_norm(l, team) : k.norm(a, team); };
  const auto backward = [&] { layer ? k.row_norm_grad(l, team) : k.norm_grad(a, team); };
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
      forward();  // the statistics that backward reads
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
  measure("", layer ? 2 : 3, y, forward,
          [&](int64_t at) { return hat(at) * gamma.at(at % cols) + beta.at(at % cols); });
  measure(" grad", layer ? 3 : 5, dx, backward, [&](int64_t at) {
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

// ph-bench softmax: softmax, log-softmax and cross-entropy from logits, forward and backward.
#include <cmath>

#include "bench.h"

namespace ph::bench {
namespace {

constexpr double kAllowed = 2e-6;

void measure_softmax(Bench& bench, const Shape& s) {
  const int64_t rows = s["rows"], cols = s["cols"];
  Buffer x(DType::f32, rows * cols, 1), y(DType::f32, x.count(), 2), dy(DType::f32, x.count(), 3),
      dx(DType::f32, x.count(), 4), loss(DType::f32, rows, 5), dloss(DType::f32, rows, 6);
  std::vector<int32_t> labels(rows);
  for (int64_t i = 0; i < rows; ++i)
    labels[i] = static_cast<int32_t>(i * 7 % std::max<int64_t>(cols, 1));
  int32_t status = 0;
  const auto element = [&](int64_t at) { return std::pair(at / cols, at % cols); };
  // log of the sum of a row's exponentials
  std::vector<double> log_sum(rows);
  const int64_t checked = bench.options().check ? rows : 0;
  for (int64_t i = 0; i < checked; ++i) {
    double sum = 0;
    for (int64_t j = 0; j < cols; ++j) sum += std::exp(x.at(i * cols + j));
    log_sum[i] = std::log(sum);
  }
  const auto check = [&](Buffer& out, const auto& run, const auto& want) {
    out.fill(NAN);
    run();
    double worst = 0;
    for (int64_t i = 0; i < out.count(); ++i) {
      const double w = want(i), error = std::abs(out.at(i) - w) / (kAllowed * (1 + std::abs(w)));
      worst = error <= worst || std::isnan(worst) ? worst : error;
    }
    return worst;
  };
  const auto measure = [&](const char* name, double arrays, Buffer& out,
                           const std::function<void()>& run,
                           const std::function<double(int64_t)>& want) {
    Case test;
    test.name = std::string(name) + " " + s.text();
    test.operations = static_cast<double>(x.count());
    test.bytes = 4.0 * static_cast<double>(x.count()) * arrays;
    test.written = 4.0 * static_cast<double>(out.count());
    test.run = run;
    test.error = [&] { return check(out, run, want); };
    bench.measure(test);
  };
  const auto& k = bench.kernels();
  SoftmaxArgs a = {};
  a.dtype = DType::f32;
  a.rows = rows, a.cols = cols;
  a.x = x.data(), a.y = y.data();
  const auto probability = [&](int64_t at) { return std::exp(x.at(at) - log_sum[at / cols]); };
  a.log = true;
  measure(
      "log-softmax", 2, y, [&] { k.softmax(a, bench.team()); },
      [&](int64_t at) { return x.at(at) - log_sum[at / cols]; });
  a.log = false;
  measure("softmax", 2, y, [&] { k.softmax(a, bench.team()); }, probability);
  SoftmaxArgs b = a;
  b.dy = dy.data(), b.dx = dx.data();
  std::vector<double> dot(rows);
  for (int64_t at = 0; at < checked * cols; ++at) dot[at / cols] += dy.at(at) * probability(at);
  measure(
      "softmax grad", 3, dx, [&] { k.softmax_grad(b, bench.team()); },
      [&](int64_t at) { return probability(at) * (dy.at(at) - dot[at / cols]); });
  XentArgs e = {};
  e.dtype = DType::f32, e.label_dtype = DType::i32;
  e.sparse = true;
  e.rows = rows, e.cols = cols;
  e.logits = x.data(), e.labels = labels.data(), e.loss = loss.data(), e.status = &status;
  measure(
      "sparse cross-entropy", 1, loss, [&] { k.xent(e, bench.team()); },
      [&](int64_t i) { return log_sum[i] - x.at(i * cols + labels[i]); });
  e.dloss = dloss.data(), e.dx = dx.data();
  measure(
      "sparse cross-entropy grad", 2, dx, [&] { k.xent_grad(e, bench.team()); },
      [&](int64_t at) {
        const auto [i, j] = element(at);
        return (probability(at) - (labels[i] == j ? 1 : 0)) * dloss.at(i);
      });
}

}  // namespace

void bench_softmax(Bench& bench) {
  std::vector<std::string> shapes = bench.options().shapes;
  if (shapes.empty()) shapes = {"128x10", "64x10", "128x1000", "1024x10000"};
  for (const std::string& text : shapes) {
    const Shape s(text, {"rows", "cols"}, {});
    if (s["rows"] > 0 && s["cols"] > 0) measure_softmax(bench, s);
  }
}

}  // namespace ph::bench

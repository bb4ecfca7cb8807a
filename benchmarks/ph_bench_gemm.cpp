// ph-bench gemm: the dense layers of the reference workloads, forward and both gradients, cubes
// and awkward shapes.
#include <algorithm>
#include <cmath>
#include <memory>

#include "bench.h"

namespace ph::bench {
namespace {

constexpr double kCheckBudget = 2e8;  // multiply-adds of the plain loop

struct Product {
  int64_t m, n, k, batch;
  bool ta, tb, f64;  // a stored (k, m), b stored (n, k)
  bool bias = false, accumulate = false;
  Act act = Act::none;
};

double activated(double x, Act act) {
  if (act == Act::relu) return x < 0 ? 0 : x;
  if (act == Act::tanh) return std::tanh(x);
  return act == Act::sigmoid ? 1 / (1 + std::exp(-x)) : x;
}

void measure_product(Bench& bench, const std::string& name, const Product& p) {
  const DType dtype = p.f64 ? DType::f64 : DType::f32;
  Buffer a(dtype, p.batch * p.m * p.k, 1), b(dtype, p.batch * p.k * p.n, 2),
      c(dtype, p.batch * p.m * p.n, 3);
  GemmArgs g = {};
  g.dtype = dtype;
  g.m = p.m, g.n = p.n, g.k = p.k, g.batch = p.batch;
  g.a = a.data(), g.a_rs = p.ta ? 1 : p.k, g.a_cs = p.ta ? p.m : 1, g.a_bs = p.m * p.k;
  g.b = b.data(), g.b_rs = p.tb ? 1 : p.n, g.b_cs = p.tb ? p.k : 1, g.b_bs = p.k * p.n;
  g.c = c.data(), g.ldc = p.n, g.c_bs = p.m * p.n;
  g.alpha = 1;
  Buffer bias(dtype, p.n, 4);
  g.bias = p.bias ? bias.data() : nullptr;
  g.act = p.act;
  Scratch scratch(bench.kernels().gemm_scratch(g, bench.team().threads));
  g.scratch = scratch.data();
  Case test;
  test.name = name;
  test.float64 = p.f64;
  test.operations = 2.0 * static_cast<double>(p.m * p.n * p.k * p.batch);
  test.bytes = (p.f64 ? 8.0 : 4.0) * static_cast<double>(a.count() + b.count() + c.count());
  GemmArgs timed = g;
  timed.accumulate = p.accumulate;
  test.run = [&] { bench.kernels().gemm(timed, bench.team()); };
  test.error = [&] {
    c.fill(NAN);
    bench.kernels().gemm(g, bench.team());
    const double allowed = p.f64 ? 1e-14 : 4e-6;  // of the sum of magnitudes
    double worst = 0;
    const auto most = static_cast<int64_t>(kCheckBudget / static_cast<double>(p.k + 1)) + 2;
    for (int64_t at : samples(c.count(), most)) {
      const int64_t batch = at / (p.m * p.n), i = at / p.n % p.m, j = at % p.n;
      double sum = 0, magnitude = 1e-30;
      for (int64_t l = 0; l < p.k; ++l) {
        const double x = a.at(batch * g.a_bs + i * g.a_rs + l * g.a_cs) *
                         b.at(batch * g.b_bs + l * g.b_rs + j * g.b_cs);
        sum += x;
        magnitude += std::abs(x);
      }
      if (p.bias) sum += bias.at(j), magnitude += std::abs(bias.at(j));
      sum = activated(sum, p.act);
      const double error = std::abs(c.at(at) - sum) / (allowed * magnitude);
      worst = error <= worst ? worst : error;  // a nan stays
      if (std::isnan(worst)) break;
    }
    return worst;
  };
  bench.options().naive ? add_naive_gemm(test, g) : add_gemm_peers(test, g);
  bench.measure(test);
}

// y = x w: the product itself, then dx = dy w^T and dw = x^T dy.
void measure_layer(Bench& bench, int64_t m, int64_t n, int64_t k) {
  const std::string size = std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k);
  measure_product(bench, size + " forward", {m, n, k, 1, false, false, false});
  measure_product(bench, size + " grad input", {m, k, n, 1, false, true, false});
  measure_product(bench, size + " grad weights", {k, n, m, 1, true, false, false});
}

}  // namespace

void bench_gemm(Bench& bench) {
  for (const std::string& text : bench.options().shapes) {
    const Shape s(text, {"m", "n", "k"},
                  {{"batch", 1},
                   {"ta", 0},
                   {"tb", 0},
                   {"f64", 0},
                   {"grads", 0},
                   {"bias", 0},
                   {"act", 0},
                   {"acc", 0}});
    if (s["grads"])
      measure_layer(bench, s["m"], s["n"], s["k"]);
    else
      measure_product(
          bench, text,
          {s["m"], s["n"], s["k"], s["batch"], s["ta"] != 0, s["tb"] != 0, s["f64"] != 0,
           s["bias"] != 0, s["acc"] != 0, static_cast<Act>(std::min<int64_t>(s["act"], 3))});
  }
  if (!bench.options().shapes.empty()) return;
  for (int64_t n : {64, 128, 256, 512, 1024, 2048})
    measure_product(bench, std::to_string(n) + " cubed", {n, n, n, 1, false, false, false});
  measure_product(bench, "1024 cubed float64", {1024, 1024, 1024, 1, false, false, true});
  // The dense layers: rows, units, inputs.
  const int64_t layers[][3] = {{128, 512, 784}, {128, 10, 512}, {512, 16, 10000}, {512, 16, 16},
                               {512, 1, 16},    {1, 64, 13},    {1, 64, 64},      {1, 1, 64},
                               {64, 64, 576},   {64, 10, 64},   {20, 512, 6272},  {20, 1, 512},
                               {32, 1, 160}};
  for (const auto& l : layers) measure_layer(bench, l[0], l[1], l[2]);
  measure_product(bench, "tall 100000x16x64", {100000, 16, 64, 1, false, false, false});
  measure_product(bench, "wide 16x100000x64", {16, 100000, 64, 1, false, false, false});
  measure_product(bench, "odd 257x129x383", {257, 129, 383, 1, false, false, false});
  measure_product(bench, "row 1x1024x1024", {1, 1024, 1024, 1, false, false, false});
  measure_product(bench, "column 1024x1x1024", {1024, 1, 1024, 1, false, false, false});
  measure_product(bench, "batched 32x64x64x64", {64, 64, 64, 32, false, false, false});
}

}  // namespace ph::bench

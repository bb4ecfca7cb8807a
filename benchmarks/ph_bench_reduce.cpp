// ph-bench reduce: sums, maxima and argmaxima of a matrix along each axis and both.
#include <cmath>

#include "bench.h"

namespace ph::bench {
namespace {

void measure_reduce(Bench& bench, const Shape& s, ReduceOp op, const char* op_name, bool over_rows,
                    bool over_cols) {
  const int64_t rows = s["rows"], cols = s["cols"];
  Buffer x(DType::f32, rows * cols, 1);
  const int64_t kept = (over_rows ? 1 : rows) * (over_cols ? 1 : cols);
  std::vector<float> sums(kept);
  std::vector<int64_t> places(kept);
  ReduceArgs a = {};
  a.op = op;
  a.in_dtype = DType::f32;
  a.out_dtype = op == ReduceOp::argmax ? DType::i64 : DType::f32;
  a.ndim = 2;
  a.shape[0] = rows, a.shape[1] = cols;
  a.stride[0] = cols, a.stride[1] = 1;
  a.reduce[0] = over_rows, a.reduce[1] = over_cols;
  a.in = x.data();
  a.out = op == ReduceOp::argmax ? static_cast<void*>(places.data()) : sums.data();
  a.scale = 1;
  Scratch scratch(bench.kernels().reduce_scratch(a, bench.team().threads));
  a.scratch = scratch.data();
  Case test;
  test.name = std::string(op_name) + " " + s.text() +
              (over_rows ? over_cols ? " all" : " over rows" : " over columns");
  test.operations = static_cast<double>(x.count());
  test.bytes = 4.0 * static_cast<double>(x.count() + kept);
  test.written = 4.0 * static_cast<double>(kept);
  test.run = [&] { bench.kernels().reduce(a, bench.team()); };
  test.error = [&] {
    sums.assign(kept, NAN);
    places.assign(kept, -1);
    bench.kernels().reduce(a, bench.team());
    double worst = 0;
    for (int64_t k = 0; k < kept; ++k) {
      const int64_t i0 = over_rows ? 0 : over_cols ? k : k / cols, i1 = over_rows ? rows : i0 + 1;
      const int64_t j0 = over_cols ? 0 : k % cols, j1 = over_cols ? cols : j0 + 1;
      double sum = 0, magnitude = 1e-30, best = -INFINITY;
      int64_t place = 0, seen = 0;
      for (int64_t i = i0; i < i1; ++i)
        for (int64_t j = j0; j < j1; ++j, ++seen) {
          const double v = x.at(i * cols + j);
          sum += v, magnitude += std::abs(v);
          if (v > best) best = v, place = seen;
        }
      double error = 0;
      if (op == ReduceOp::sum)
        error = std::abs(static_cast<double>(sums[k]) - sum) / (1e-6 * magnitude);
      if (op == ReduceOp::max) error = static_cast<double>(sums[k]) == best ? 0 : 2;
      if (op == ReduceOp::argmax) error = places[k] == place ? 0 : 2;
      worst = error <= worst || std::isnan(worst) ? worst : error;
    }
    return worst;
  };
  bench.measure(test);
}

}  // namespace

void bench_reduce(Bench& bench) {
  std::vector<std::string> shapes = bench.options().shapes;
  if (shapes.empty()) shapes = {"128x10", "128x512", "1024x1024", "65536x1024"};
  for (const std::string& text : shapes) {
    const Shape s(text, {"rows", "cols"}, {});
    const std::pair<ReduceOp, const char*> ops[] = {
        {ReduceOp::sum, "sum"}, {ReduceOp::max, "max"}, {ReduceOp::argmax, "argmax"}};
    for (const auto& [op, name] : ops) {
      measure_reduce(bench, s, op, name, false, true);
      measure_reduce(bench, s, op, name, true, false);
      measure_reduce(bench, s, op, name, true, true);
    }
  }
}

}  // namespace ph::bench

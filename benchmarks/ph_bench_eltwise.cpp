// ph-bench eltwise: single operations, a chain of six fused and in six calls, copy, gather.
#include <cmath>

#include "bench.h"
#include "programs.h"

namespace ph::bench {
namespace {

struct Single {
  const char* name;
  EltOp op;
  int arity;
  double (*plain)(double, double);
  double ulps;  // of float32, allowed
};
const Single kSingles[] = {
    {"add", EltOp::add, 2, [](double a, double b) { return a + b; }, 1},
    {"mul", EltOp::mul, 2, [](double a, double b) { return a * b; }, 1},
    {"div", EltOp::div, 2, [](double a, double b) { return a / b; }, 1},
    {"relu", EltOp::relu, 1, [](double a, double) { return a > 0 ? a : 0; }, 0},
    {"sqrt", EltOp::sqrt, 1, [](double a, double) { return std::sqrt(a); }, 2},
    {"rsqrt", EltOp::rsqrt, 1, [](double a, double) { return 1 / std::sqrt(a); }, 4},
    {"exp", EltOp::exp, 1, [](double a, double) { return std::exp(a); }, 2},
    {"log", EltOp::log, 1, [](double a, double) { return std::log(a); }, 2},
    {"tanh", EltOp::tanh, 1, [](double a, double) { return std::tanh(a); }, 4},
    {"sigmoid", EltOp::sigmoid, 1, [](double a, double) { return 1 / (1 + std::exp(-a)); }, 4},
    {"erf", EltOp::erf, 1, [](double a, double) { return std::erf(a); }, 4},
    {"sin", EltOp::sin, 1, [](double a, double) { return std::sin(a); }, 4},
    {"pow", EltOp::pow, 2, [](double a, double b) { return std::pow(a, b); }, 4},
};

void measure_single(Bench& bench, const Single& s, int64_t n, Buffer& x, Buffer& y, Buffer& out) {
  Program program(n,
                  s.arity == 2 ? std::initializer_list<const Buffer*>{&x, &y}
                               : std::initializer_list<const Buffer*>{&x},
                  {});
  program.output(out, program.step(s.op, 0, 1));
  Case test;
  test.name = std::string(s.name) + " " + std::to_string(n);
  test.operations = static_cast<double>(n);
  test.bytes = 4.0 * static_cast<double>(n) * (s.arity + 1);
  test.written = 4.0 * static_cast<double>(n);
  test.run = [&] { bench.kernels().eltwise(program.args(), bench.team()); };
  test.error = [&] {
    out.fill(NAN);
    bench.kernels().eltwise(program.args(), bench.team());
    double worst = 0;
    for (int64_t i : samples(n, 1'000'000)) {
      const double want = s.plain(x.at(i), y.at(i));
      // half a unit for the rounding of the result itself
      const double error =
          std::abs(out.at(i) - want) / ((s.ulps + 0.5) * 0x1p-23 * std::abs(want) + 1e-40);
      worst = error <= worst || std::isnan(worst) ? worst : error;
    }
    return worst;
  };
  if (bench.options().naive) add_naive_eltwise(test, s.op, n, x.data(), y.data(), out.data());
  bench.measure(test);
}

// tanh(relu(x * y + x) - y) * x: one program of six steps against six calls.
void measure_chain(Bench& bench, int64_t n, Buffer& x, Buffer& y, Buffer& out) {
  Program fused(n, {&x, &y}, {0.5});
  uint8_t r = fused.step(EltOp::mul, 0, 1);
  r = fused.step(EltOp::add, r, 0);
  r = fused.step(EltOp::relu, r);
  r = fused.step(EltOp::sub, r, 1);
  r = fused.step(EltOp::max, r, 2);
  fused.output(out, fused.step(EltOp::mul, r, 0));
  const auto plain = [&](int64_t i) {
    const double t = std::max(x.at(i) * y.at(i) + x.at(i), 0.0) - y.at(i);
    return std::max(t, 0.5) * x.at(i);
  };
  const auto error = [&, plain] {
    double worst = 0;
    for (int64_t i : samples(n, 1'000'000)) {
      const double e = std::abs(out.at(i) - plain(i)) / (1e-6 * (1 + std::abs(plain(i))));
      worst = e <= worst || std::isnan(worst) ? worst : e;
    }
    return worst;
  };
  Case test;
  test.name = "chain of 6, fused " + std::to_string(n);
  test.operations = 6.0 * static_cast<double>(n);
  test.bytes = 12.0 * static_cast<double>(n);
  test.written = 4.0 * static_cast<double>(n);
  test.run = [&] { bench.kernels().eltwise(fused.args(), bench.team()); };
  test.error = [&] {
    out.fill(NAN);
    test.run();
    return error();
  };
  bench.measure(test);

  std::vector<Program> steps;
  const std::pair<EltOp, const Buffer*> chain[] = {{EltOp::mul, &y},      {EltOp::add, &x},
                                                   {EltOp::relu, &x},     {EltOp::sub, &y},
                                                   {EltOp::max, nullptr}, {EltOp::mul, &x}};
  for (const auto& [op, other] : chain) {
    const Buffer* first = steps.empty() ? &x : &out;
    if (other)
      steps.emplace_back(n, std::initializer_list<const Buffer*>{first, other},
                         std::initializer_list<double>{});
    else
      steps.emplace_back(n, std::initializer_list<const Buffer*>{first},
                         std::initializer_list<double>{0.5});
    steps.back().output(out, steps.back().step(op, 0, 1));
  }
  test.name = "chain of 6, in 6 calls " + std::to_string(n);
  test.run = [&] {
    for (const Program& p : steps) bench.kernels().eltwise(p.args(), bench.team());
  };
  bench.measure(test);
}

void measure_moves(Bench& bench, int64_t n, Buffer& x, Buffer& out) {
  auto rows = static_cast<int64_t>(std::sqrt(static_cast<double>(n)));
  if (rows < 1) return;
  CopyArgs flat = {};
  flat.elem_size = 4, flat.ndim = 1, flat.shape[0] = n;
  flat.src_stride[0] = flat.dst_stride[0] = 1;
  flat.src = x.data(), flat.dst = out.data();
  CopyArgs turned = flat;
  turned.ndim = 2, turned.shape[0] = turned.shape[1] = rows;
  turned.src_stride[0] = 1, turned.src_stride[1] = rows;
  turned.dst_stride[0] = rows, turned.dst_stride[1] = 1;
  const auto measure = [&](const std::string& name, const CopyArgs& a, int64_t count,
                           const auto& from) {
    Case test;
    test.name = name + " " + std::to_string(count);
    test.bytes = 8.0 * static_cast<double>(count);
    test.written = test.bytes / 2;
    test.run = [&] { bench.kernels().copy(a, bench.team()); };
    test.error = [&] {
      out.fill(NAN);
      bench.kernels().copy(a, bench.team());
      for (int64_t i = 0; i < count; ++i)
        if (out.at(i) != x.at(from(i))) return 2.0;
      return 0.0;
    };
    bench.measure(test);
  };
  measure("copy", flat, n, [](int64_t i) { return i; });
  measure("transpose", turned, rows * rows, [&](int64_t i) { return i % rows * rows + i / rows; });
}

// Rows of 64 by index, each once and in no order.
void measure_rows(Bench& bench, int64_t n, Buffer& x, Buffer& out) {
  static constexpr int64_t kInner = 64, kStep = 2654435761;  // a prime
  const int64_t rows = n / kInner;
  if (rows < 1) return;
  std::vector<int64_t> index(rows);
  for (int64_t i = 0; i < rows; ++i) index[i] = i * kStep % rows;
  GatherArgs a = {};
  a.dtype = DType::f32, a.index_dtype = DType::i64;
  a.outer = 1, a.n = a.rows = rows, a.inner = kInner;
  a.table = a.updates = x.data(), a.index = index.data(), a.out = out.data();
  a.accumulate = true;
  Scratch scratch(bench.kernels().scatter_scratch(a, bench.team().threads));
  a.scratch = scratch.data();
  const auto measure = [&](const char* name, double arrays, bool back, const auto& run) {
    Case test;
    test.name = name + std::to_string(n);
    test.bytes =
        4.0 * static_cast<double>(rows * kInner) * arrays + 8.0 * static_cast<double>(rows);
    test.written = 4.0 * static_cast<double>(rows * kInner);
    test.run = run;
    test.error = [&x, &out, &index, run, back, rows] {
      out.fill(0);
      run();
      for (int64_t i = 0; i < rows * kInner; ++i) {
        const int64_t from = index[i / kInner] * kInner + i % kInner;
        if (back ? out.at(from) != x.at(i) : out.at(i) != x.at(from)) return 2.0;
      }
      return 0.0;
    };
    bench.measure(test);
  };
  measure("gather rows of 64 ", 2, false, [&] { bench.kernels().gather(a, bench.team()); });
  measure("scatter-add rows of 64 ", 3, true,
          [&] { bench.kernels().scatter_add(a, bench.team()); });
}

}  // namespace

void bench_eltwise(Bench& bench) {
  std::vector<std::string> shapes = bench.options().shapes;
  if (shapes.empty()) shapes = {"4096", "100000", "67108864"};
  for (const std::string& text : shapes) {
    const int64_t n = Shape(text, {"n"}, {})["n"];
    Buffer x(DType::f32, n, 1), y(DType::f32, n, 2), out(DType::f32, n, 3);
    measure_chain(bench, n, x, y, out);
    measure_moves(bench, n, x, out);
    measure_rows(bench, n, x, out);
    for (int64_t i = 0; i < n; ++i) x.set(i, std::abs(x.at(i)) + 0.01), y.set(i, y.at(i) + 1.5);
    for (const Single& s : kSingles) measure_single(bench, s, n, x, y, out);
  }
}

}  // namespace ph::bench

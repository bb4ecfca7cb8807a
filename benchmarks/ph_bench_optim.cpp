// ph-bench optim: optimizer updates as elementwise programs, one pass over memory.
#include <cmath>

#include "bench.h"
#include "programs.h"

namespace ph::bench {
namespace {

struct State {
  Buffer w, g, m, v;
  explicit State(int64_t n)
      : w(DType::f32, n, 1), g(DType::f32, n, 2), m(DType::f32, n, 3), v(DType::f32, n, 4) {
    reset();
  }
  void reset() {  // second moments are not negative
    for (int64_t i = 0; i < v.count(); ++i) v.set(i, std::abs(v.at(i)));
  }
};

// Constants: rate, momentum.   m = momentum m - rate g;   w += m
Program sgd(State& s) {
  Program p(s.w.count(), {&s.w, &s.g, &s.m}, {-0.01, 0.9});
  const uint8_t m = p.step(EltOp::fma, 2, 4, p.step(EltOp::mul, 1, 3));
  p.output(s.w, p.step(EltOp::add, 0, m));
  p.output(s.m, m);
  return p;
}
// Constants: rate, rho, 1 - rho, epsilon.   v = rho v + (1 - rho) g^2;   w -= rate g / sqrt(v +
// epsilon)
Program rmsprop(State& s) {
  Program p(s.w.count(), {&s.w, &s.g, &s.v}, {-0.001, 0.9, 0.1, 1e-7});
  const uint8_t v = p.step(EltOp::fma, 2, 4, p.step(EltOp::mul, p.step(EltOp::square, 1), 5));
  const uint8_t over = p.step(EltOp::rsqrt, p.step(EltOp::add, v, 6));
  p.output(s.w, p.step(EltOp::add, 0, p.step(EltOp::mul, p.step(EltOp::mul, 1, 3), over)));
  p.output(s.v, v);
  return p;
}
// Constants: rate, 1 - beta 1, 1 - beta 2, epsilon.   m += (g - m)(1 - b1);   v += (g^2 - v)(1 -
// b2)
Program adam(State& s) {
  Program p(s.w.count(), {&s.w, &s.g, &s.m, &s.v}, {-0.001, 0.1, 0.001, 1e-7});
  const uint8_t m = p.step(EltOp::fma, p.step(EltOp::sub, 1, 2), 5, 2);
  const uint8_t v = p.step(EltOp::fma, p.step(EltOp::sub, p.step(EltOp::square, 1), 3), 6, 3);
  const uint8_t under = p.step(EltOp::add, p.step(EltOp::sqrt, v), 7);
  p.output(s.w, p.step(EltOp::add, 0, p.step(EltOp::div, p.step(EltOp::mul, m, 4), under)));
  p.output(s.m, m);
  p.output(s.v, v);
  return p;
}

struct Values {
  double w, g, m, v;
};
Values plain_sgd(Values o) {
  o.m = 0.9 * o.m - 0.01 * o.g;
  o.w += o.m;
  return o;
}
Values plain_rmsprop(Values o) {
  o.v = 0.9 * o.v + 0.1 * o.g * o.g;
  o.w -= 0.001 * o.g / std::sqrt(o.v + 1e-7);
  return o;
}
Values plain_adam(Values o) {
  o.m += (o.g - o.m) * 0.1;
  o.v += (o.g * o.g - o.v) * 0.001;
  o.w -= 0.001 * o.m / (std::sqrt(o.v) + 1e-7);
  return o;
}

void measure_update(Bench& bench, const char* name, int64_t n, Program (*make)(State&),
                    Values (*plain)(Values), double arrays, double written) {
  State s(n);
  const Program program = make(s);
  Case test;
  test.name = std::string(name) + " " + std::to_string(n);
  test.operations = static_cast<double>(n * program.args().n_instr);
  test.bytes = 4.0 * static_cast<double>(n) * arrays;
  test.written = 4.0 * static_cast<double>(n) * written;
  test.run = [&] { bench.kernels().eltwise(program.args(), bench.team()); };
  test.error = [&] {
    std::vector<Values> want(n);
    for (int64_t i = 0; i < n; ++i) want[i] = plain({s.w.at(i), s.g.at(i), s.m.at(i), s.v.at(i)});
    test.run();
    double worst = 0;
    for (int64_t i = 0; i < n; ++i) {
      const double errors[] = {s.w.at(i) - want[i].w, s.m.at(i) - want[i].m, s.v.at(i) - want[i].v};
      for (double e : errors) {
        const double error = std::abs(e) / 1e-6;
        worst = error <= worst || std::isnan(worst) ? worst : error;
      }
    }
    return worst;
  };
  bench.measure(test);
}

}  // namespace

void bench_optim(Bench& bench) {
  std::vector<std::string> shapes = bench.options().shapes;
  if (shapes.empty()) shapes = {"5121", "407050", "33554432"};
  for (const std::string& text : shapes) {
    const int64_t n = Shape(text, {"n"}, {})["n"];
    measure_update(bench, "sgd momentum", n, sgd, plain_sgd, 5, 2);
    measure_update(bench, "rmsprop", n, rmsprop, plain_rmsprop, 5, 2);
    measure_update(bench, "adam", n, adam, plain_adam, 7, 3);
  }
}

}  // namespace ph::bench

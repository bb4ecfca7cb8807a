// Checks gemm at every width against a naive loop in float64: sizes around every tile
// edge, all layouts, batch, alpha, accumulate, bias, activation, gate, threads.
//   check_gemm            random cases, then exit status 0 or 1
//   check_gemm time M N K [ta tb threads]    milliseconds and GFLOP/s by width
#include "check_common.h"

namespace {
using namespace ph;
using namespace ::check;

int failures = 0;

// Of a larger C only the rows at both ends and a few between are checked.
constexpr int64_t kLargeBytes = 16 * 1024 * 1024, kEndRows = 20, kRowStep = 61;

template <class T>
void check_case(Random& r, const Width& w, int64_t m, int64_t n, int64_t k, int64_t batch) {
  if (ph::check::left_out(m * n * k * batch)) return;
  GemmArgs g = {};
  g.dtype = sizeof(T) == 4 ? DType::f32 : DType::f64;
  g.m = m, g.n = n, g.k = k, g.batch = batch;
  const auto layout = [&](int64_t rows, int64_t cols, int64_t& rs, int64_t& cs, int64_t& bs) {
    const int64_t pad = r.below(3) ? 0 : r.below(5) + 1, step = r.below(8) ? 1 : 2;
    if (r.flip()) {
      cs = step, rs = cols * step + pad, bs = rows * rs;
    } else {
      rs = step, cs = rows * step + pad, bs = cols * cs;
    }
    if (!r.below(6)) bs = 0;
    return (bs ? batch : 1) * (rows * rs + cols * cs) + bs * batch;
  };
  Buffer<T> a(layout(m, k, g.a_rs, g.a_cs, g.a_bs) + 1),
      b(layout(k, n, g.b_rs, g.b_cs, g.b_bs) + 1);
  // Half of the large C are such that their tiles go past the caches: in rows of whole lines, not
  // read, and finished in registers.
  const bool large = m * n * int64_t(sizeof(T)) > kLargeBytes, past = large && r.flip();
  const int64_t shift = past || r.below(4) ? 0 : 1;
  g.ldc = past ? (n + 15) / 16 * 16 : n + (r.flip() ? 0 : r.below(9));
  g.c_bs = m * g.ldc + r.below(4);
  g.ldgate = n + r.below(3);
  g.gate_bs = m * g.ldgate;
  Buffer<T> c(batch * g.c_bs + 1 + shift), gates(batch * g.gate_bs + 1), bias(n + 1);
  a.fill(r), b.fill(r), gates.fill(r), bias.fill(r);
  g.a = a.data(), g.b = b.data();
  g.alpha = past || r.flip() ? 1.0 : r.real() * 2;
  g.accumulate = !past && r.flip();
  g.bias = r.flip() ? bias.data() : nullptr;
  g.act = static_cast<Act>(r.below(past ? 2 : 5));
  g.gate = !past && r.flip() ? gates.data() : nullptr;
  g.gate_act = static_cast<Act>(r.below(5));
  if (g.accumulate)
    c.fill(r);
  else
    c.fill(static_cast<T>(NAN));  // never read
  const Buffer<T> before = c;
  Buffer<T> first = c;
  double worst = 0;
  for (int threads : ph::check::thread_counts({1, 2, 5})) {
    Buffer<T> out = before;
    g.c = out.data() + shift;
    const size_t bytes = w.gemm_scratch(g, threads);
    Scratch scratch(bytes);
    g.scratch = scratch.base;
    w.gemm(g, team(threads));
    bool ok = out.guarded() && scratch.guarded();
    if (threads == 1) {
      first = out;
      Buffer<T> want_gaps = before;
      for (int64_t z = 0; z < batch; ++z)
        for (int64_t i = 0; i < m; ++i) {
          const bool checked = !large || i < kEndRows || i >= m - kEndRows || i % kRowStep == 0;
          for (int64_t j = 0; j < n; ++j) {
            const int64_t at = shift + z * g.c_bs + i * g.ldc + j;
            want_gaps.data()[at] = out.data()[at];
            if (!checked) {
              if (std::isnan(out.data()[at])) worst = 1e9;  // not written
              continue;
            }
            double sum = 0, size = 1;
            for (int64_t p = 0; p < k; ++p) {
              const double x = double(a.data()[z * g.a_bs + i * g.a_rs + p * g.a_cs]) *
                               double(b.data()[z * g.b_bs + p * g.b_rs + j * g.b_cs]);
              sum += x, size += std::fabs(x);
            }
            double want = static_cast<T>(g.alpha) * sum;
            if (g.accumulate) want += double(before.all[size_t(at + Buffer<T>::kGuard)]);
            if (g.bias) want += double(bias.data()[j]);
            want = act(want, g.act);
            if (g.gate)
              want = gate(want, double(gates.data()[z * g.gate_bs + i * g.ldgate + j]), g.gate_act);
            const double error = std::fabs(double(out.data()[at]) - want) / size;
            worst = std::isnan(error) ? 1e9 : std::max(worst, error);
          }
        }
      ok = ok && !std::memcmp(want_gaps.all.data(), out.all.data(), out.all.size() * sizeof(T));
    }
    ok = ok && !std::memcmp(first.all.data(), out.all.data(), out.all.size() * sizeof(T));
    if (!ok || worst > (sizeof(T) == 4 ? 2e-6 : 4e-15)) {
      std::printf(
          "FAIL %s %s m=%ld n=%ld k=%ld batch=%ld threads=%d a=(%ld,%ld) b=(%ld,%ld) c=%ld+%ld "
          "alpha=%g acc=%d bias=%d act=%d gate=%d error=%g guards=%d\n",
          w.name, sizeof(T) == 4 ? "f32" : "f64", long(m), long(n), long(k), long(batch), threads,
          long(g.a_rs), long(g.a_cs), long(g.b_rs), long(g.b_cs), long(g.ldc), long(shift), g.alpha,
          g.accumulate, !!g.bias, int(g.act), !!g.gate, worst, ok);
      ++failures;
      return;
    }
  }
}

void check_all() {
  for (const Width& w : widths()) {
    Random r;
    int cases = 0;
    const auto both = [&](int64_t m, int64_t n, int64_t k, int64_t batch) {
      check_case<float>(r, w, m, n, k, batch);
      check_case<double>(r, w, m, n, k, batch);
      cases += 2;
    };
    for (int i = 0; i < 400; ++i) both(r.below(40), r.below(70), r.below(40), r.below(4));
    for (int i = 0; i < 100; ++i)
      both(r.flip() ? 1 : r.below(300), r.flip() ? 1 : r.below(300), r.below(200), 1);
    for (int i = 0; i < 40; ++i) both(r.below(160), r.below(200), r.below(900), 1 + r.below(2));
    for (int i = 0; i < 40; ++i)  // few columns; one product deep
      both(64 + r.below(200), 1 + r.below(14), r.below(300), 1 + r.below(2)),
          both(r.below(90), r.below(300), 1, 1 + r.below(3));
    for (int i = 0; i < 30; ++i)  // few columns, large
      both(700 + r.below(800), 1 + r.below(20), 200 + r.below(300), 1);
    for (int i = 0; i < 60; ++i)  // few rows, long sums
      both(2 + r.below(24), r.below(90), 96 + r.below(1200), 1 + r.below(2));
    both(3, 5, 9000, 1), both(64, 40, 5000, 1), both(2, 4200, 40, 1), both(1, 3000, 300, 1);
    both(300, 300, 300, 1), both(1, 64, 64, 3), both(700, 1, 700, 1), both(20, 20, 20, 300),
        both(1, 70, 70, 200);
    for (int i = 0; i < 6; ++i)  // a C past the caches
      both(512, 8320, 16 + r.below(50), 1), both(66000, 64, 1 + r.below(64), 1),
          both(300, 14100 + r.below(9), 1 + r.below(30), 1);
    std::printf("%s: %d cases\n", w.name, cases);
  }
}

void time_case(int64_t m, int64_t n, int64_t k, bool ta, bool tb, int threads) {
  std::vector<float> a(size_t(m * k), 0.5f), b(size_t(k * n), 0.25f), c(size_t(m * n));
  GemmArgs g = {};
  g.dtype = DType::f32, g.m = m, g.n = n, g.k = k, g.batch = 1, g.alpha = 1;
  g.a = a.data(), g.a_rs = ta ? 1 : k, g.a_cs = ta ? m : 1;
  g.b = b.data(), g.b_rs = tb ? 1 : n, g.b_cs = tb ? k : 1;
  g.c = c.data(), g.ldc = n;
  for (const Width& w : widths()) {
    Scratch scratch(w.gemm_scratch(g, threads));
    g.scratch = scratch.base;
    double count = 0;
    const double peak_seconds = best_time([&] { count = w.peak_probe(20000000); }, 0.05);
    const double t = best_time([&] { w.gemm(g, team(threads)); });
    const double rate = 2e-9 * double(m) * double(n) * double(k) / t,
                 peak = 2e-9 * count / peak_seconds;
    std::printf("%-8s %ldx%ldx%ld%s%s %9.4f ms %7.1f GFLOP/s  peak of a core %6.1f  %5.1f%%\n",
                w.name, long(m), long(n), long(k), ta ? " aT" : "", tb ? " bT" : "", t * 1e3, rate,
                peak, 100 * rate / peak / threads);
  }
}
}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int i, int64_t other) { return argc > i ? std::atol(argv[i]) : other; };
  if (argc > 4 && std::string(argv[1]) == "time") {
    time_case(number(2, 0), number(3, 0), number(4, 0), number(5, 0), number(6, 0),
              int(number(7, 1)));
    return 0;
  }
  check_all();
  std::printf("%d failures\n", failures);
  return failures != 0;
}

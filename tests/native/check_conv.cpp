// Checks conv at every width against a naive loop in float64: the three modes; stride,
// dilation, padding, groups, depthwise; accumulate, bias, activation, gate, threads, Winograd.
//   check_conv            random cases, then exit status 0 or 1
//   check_conv time N H W C K KH [stride pad groups threads winograd]   milliseconds by mode and
//   width
#include "check_common.h"

namespace {
using namespace ph;
using namespace ::check;

int failures = 0, packed_cases = 0;
const char* const kModes[] = {"forward", "grad_input", "grad_filter"};

struct Geometry {
  int64_t n, h, w, c, k, kh, kw, sh, sw, dh, dw, pt, pl, pb, pr, groups;
};

ConvArgs make_args(const Geometry& q, DType dtype) {
  ConvArgs g = {};
  g.dtype = dtype;
  g.n = q.n, g.h = q.h, g.w = q.w, g.c = q.c, g.k = q.k, g.kh = q.kh, g.kw = q.kw;
  g.stride_h = q.sh, g.stride_w = q.sw, g.dil_h = q.dh, g.dil_w = q.dw;
  g.pad_top = q.pt, g.pad_left = q.pl, g.groups = q.groups;
  const int64_t oh = q.h + q.pt + q.pb - (q.kh - 1) * q.dh - 1,
                ow = q.w + q.pl + q.pr - (q.kw - 1) * q.dw - 1;
  g.oh = oh < 0 ? 0 : oh / q.sh + 1;
  g.ow = ow < 0 ? 0 : ow / q.sw + 1;
  return g;
}

// Sums of products and of their magnitudes, into the tensor that the mode writes.
template <class T>
void naive(const ConvArgs& g, const T* x, const T* f, const T* y, std::vector<double>& sum,
           std::vector<double>& size) {
  const int64_t cg = g.c / g.groups, kg = g.k / g.groups;
  for (int64_t n = 0; n < g.n; ++n)
    for (int64_t oh = 0; oh < g.oh; ++oh)
      for (int64_t ow = 0; ow < g.ow; ++ow)
        for (int64_t kh = 0; kh < g.kh; ++kh)
          for (int64_t kw = 0; kw < g.kw; ++kw) {
            const int64_t ih = oh * g.stride_h + kh * g.dil_h - g.pad_top,
                          iw = ow * g.stride_w + kw * g.dil_w - g.pad_left;
            if (ih < 0 || ih >= g.h || iw < 0 || iw >= g.w) continue;
            for (int64_t k = 0; k < g.k; ++k)
              for (int64_t c = 0; c < cg; ++c) {
                const int64_t xi = ((n * g.h + ih) * g.w + iw) * g.c + k / kg * cg + c;
                const int64_t fi = ((kh * g.kw + kw) * cg + c) * g.k + k,
                              yi = ((n * g.oh + oh) * g.ow + ow) * g.k + k;
                const double v = g.mode == ConvMode::forward      ? double(x[xi]) * double(f[fi])
                                 : g.mode == ConvMode::grad_input ? double(y[yi]) * double(f[fi])
                                                                  : double(x[xi]) * double(y[yi]);
                const int64_t at = g.mode == ConvMode::forward      ? yi
                                   : g.mode == ConvMode::grad_input ? xi
                                                                    : fi;
                sum[size_t(at)] += v, size[size_t(at)] += std::fabs(v);
              }
          }
}

template <class T>
void check_case(Random& r, const Width& w, const Geometry& q, ConvMode mode, bool winograd) {
  ConvArgs g = make_args(q, sizeof(T) == 4 ? DType::f32 : DType::f64);
  const int64_t pairs = g.n * g.oh * g.ow * g.kh * g.kw * g.c * g.k / g.groups;
  if (ph::check::left_out(8 * pairs)) return;  // tiles are far from full here
  g.mode = mode;
  Buffer<T> x(g.n * g.h * g.w * g.c), f(g.kh * g.kw * (g.c / g.groups) * g.k),
      y(g.n * g.oh * g.ow * g.k), bias(g.k);
  x.fill(r), f.fill(r), y.fill(r), bias.fill(r);
  g.accumulate = r.flip();
  g.winograd = winograd;
  if (mode == ConvMode::forward)
    g.bias = r.flip() ? bias.data() : nullptr, g.act = static_cast<Act>(r.below(5));
  Buffer<T>& target = mode == ConvMode::forward ? y : mode == ConvMode::grad_input ? x : f;
  if (!g.accumulate) target.fill(static_cast<T>(NAN));
  Buffer<T> gates(target.size());
  gates.fill(r);
  if (mode != ConvMode::grad_filter && r.flip())
    g.gate = gates.data(), g.gate_act = static_cast<Act>(r.below(5));
  const Buffer<T> before = target;
  std::vector<double> sum(size_t(target.size())), size(size_t(target.size()), 1.0);
  naive<T>(g, x.data(), f.data(), y.data(), sum, size);
  Buffer<T> first = target;
  double worst = 0;
  const bool ahead = mode == ConvMode::forward && r.flip();
  for (int threads : ph::check::thread_counts({1, 2, 3})) {
    target = before;
    g.x = x.data(), g.filter = f.data(), g.y = y.data();
    const Ahead filter(w, g, ahead, team(threads));
    packed_cases += g.packed != nullptr;
    Scratch scratch(w.conv_scratch(g, threads));
    g.scratch = scratch.base;
    w.conv(g, team(threads));
    bool ok = target.guarded() && scratch.guarded() && filter.packed.guarded();
    if (threads == 1) {
      first = target;
      for (int64_t i = 0; i < target.size(); ++i) {
        double want = sum[size_t(i)];
        if (g.accumulate) want += double(before.all[size_t(i + Buffer<T>::kGuard)]);
        if (g.bias) want += double(bias.data()[i % g.k]);
        want = act(want, g.act);
        if (g.gate) want = gate(want, double(gates.data()[i]), g.gate_act);
        const double error = std::fabs(double(target.data()[i]) - want) / size[size_t(i)];
        worst = std::isnan(error) ? 1e9 : std::max(worst, error);
      }
    }
    ok = ok && !std::memcmp(first.all.data(), target.all.data(), target.all.size() * sizeof(T));
    const double limit = sizeof(T) == 8 ? 4e-15 : winograd ? 1e-5 : 2e-6;
    if (!ok || worst > limit) {
      std::printf(
          "FAIL %s %s %s n=%ld h=%ld w=%ld c=%ld k=%ld kh=%ld kw=%ld s=(%ld,%ld) d=(%ld,%ld) "
          "pad=(%ld,%ld) groups=%ld o=(%ld,%ld) acc=%d act=%d gate=%d winograd=%d packed=%d "
          "threads=%d error=%g guards=%d\n",
          w.name, sizeof(T) == 4 ? "f32" : "f64", kModes[int(mode)], long(q.n), long(q.h),
          long(q.w), long(q.c), long(q.k), long(q.kh), long(q.kw), long(q.sh), long(q.sw),
          long(q.dh), long(q.dw), long(q.pt), long(q.pl), long(q.groups), long(g.oh), long(g.ow),
          g.accumulate, int(g.act), !!g.gate, winograd, !!g.packed, threads, worst, ok);
      ++failures;
      return;
    }
  }
}

Geometry random_geometry(Random& r) {
  Geometry q = {};
  const int64_t kind = r.below(6);
  q.n = r.below(4), q.h = r.below(14), q.w = r.below(14);
  q.groups = kind == 0 ? 1 + r.below(4) : 1;
  q.c = q.groups * (r.flip() ? 1 + r.below(4) : r.below(40));
  q.k = q.groups * (r.flip() ? 1 + r.below(8) : r.below(40));
  if (kind == 1) q.c = q.k = q.groups = 1 + r.below(40);           // depthwise
  if (kind == 2) q.groups = q.c = 1 + r.below(20), q.k = q.c * 2;  // with a multiplier
  q.kh = 1 + r.below(4), q.kw = 1 + r.below(4);
  if (kind == 3) q.kh = q.kw = 1;
  if (kind == 4) q.kh = q.kw = 3;
  q.sh = kind == 4 ? 1 : 1 + r.below(3), q.sw = kind == 4 ? 1 : 1 + r.below(3);
  q.dh = r.below(3) ? 1 : 1 + r.below(3), q.dw = r.below(3) ? 1 : 1 + r.below(3);
  if (kind == 4) q.dh = q.dw = 1;
  if (kind == 1 && r.flip())  // what goes by tiles
    q.kh = q.kw = r.flip() ? 3 : 5, q.sh = q.sw = 1 + r.below(2), q.dh = q.dw = 1;
  q.pt = r.below(q.kh), q.pb = r.below(q.kh), q.pl = r.below(q.kw), q.pr = r.below(q.kw);
  return q;
}

// Where Winograd wins it must have run: its sums round differently from the direct ones.
void check_winograd_runs(Random& r, const Width& w) {
  if (std::string(w.name) == "cuda") return;  // has none
  ConvArgs g = make_args({2, 34, 34, 64, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1}, DType::f32);
  Buffer<float> x(g.n * g.h * g.w * g.c), f(9 * g.c * g.k), y(g.n * g.oh * g.ow * g.k);
  x.fill(r), f.fill(r), y.fill(r);
  for (ConvMode mode : {ConvMode::forward, ConvMode::grad_input, ConvMode::grad_filter}) {
    decltype(x.all) result[2];
    for (int allowed = 0; allowed < 2; ++allowed) {
      Buffer<float> in_x = x, in_f = f, in_y = y;
      g.mode = mode, g.winograd = allowed != 0;
      g.x = in_x.data(), g.filter = in_f.data(), g.y = in_y.data();
      Scratch scratch(w.conv_scratch(g, 1));
      g.scratch = scratch.base;
      int threads = 1;
      w.conv(g, team(threads));
      result[allowed] = mode == ConvMode::forward      ? in_y.all
                        : mode == ConvMode::grad_input ? in_x.all
                                                       : in_f.all;
    }
    if (result[0] != result[1]) continue;
    std::printf("FAIL %s %s: Winograd did not run\n", w.name, kModes[int(mode)]);
    ++failures;
  }
}

// One value that has no finite products, or is far beyond its neighbours, leaves the results that
// it has no part in as exact as the others.
void check_winograd_markers(Random& r, const Width& w) {
  if (std::string(w.name) == "cuda") return;
  const Geometry shapes[] = {{2, 30, 31, 16, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},
                             {1, 12, 12, 64, 33, 3, 3, 1, 1, 1, 1, 1, 0, 0, 2, 1},
                             {8, 16, 16, 33, 64, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 1}};
  for (const Geometry& q : shapes)
    for (ConvMode mode : {ConvMode::forward, ConvMode::grad_input})
      for (float marker : {-9999.0f, 1e38f, INFINITY, -INFINITY, NAN})
        for (int64_t kind : {0, 1, 2, 3}) {
          const bool alone = kind & 1, ahead = kind & 2 && mode == ConvMode::forward;
          ConvArgs g = make_args(q, DType::f32);
          g.mode = mode, g.winograd = true;
          Buffer<float> x(g.n * g.h * g.w * g.c), f(9 * g.c * g.k), y(g.n * g.oh * g.ow * g.k);
          x.fill(r), f.fill(r), y.fill(r);
          Buffer<float>&from = mode == ConvMode::forward ? x : y,
          &to = mode == ConvMode::forward ? y : x;
          const int64_t channels = mode == ConvMode::forward ? g.c : g.k;
          const int64_t pixel = r.below(from.size() / channels);
          for (int64_t c = 0; c < (alone ? 1 : channels); ++c)
            from.data()[pixel * channels + c] = marker;
          std::vector<double> sum(size_t(to.size())), size(size_t(to.size()), 1.0);
          naive<float>(g, x.data(), f.data(), y.data(), sum, size);
          g.x = x.data(), g.filter = f.data(), g.y = y.data();
          int threads = 2;
          const Ahead filter(w, g, ahead, team(threads));
          Scratch scratch(w.conv_scratch(g, threads));
          g.scratch = scratch.base;
          w.conv(g, team(threads));
          for (int64_t i = 0; i < to.size(); ++i) {
            const double got = to.data()[i], most = size[size_t(i)];
            const bool ok = most < 1e38 ? std::fabs(got - sum[size_t(i)]) <= 1e-5 * most
                                        : std::isfinite(marker) || !std::isfinite(got);
            if (ok) continue;
            std::printf("FAIL %s %s: %g beside %g is %g, expected %g\n", w.name, kModes[int(mode)],
                        double(marker), most, got, sum[size_t(i)]);
            ++failures;
            break;
          }
        }
}

void check_all() {
  for (const Width& w : widths()) {
    Random r;
    int cases = 0;
    check_winograd_runs(r, w);
    check_winograd_markers(r, w);
    const auto each = [&](const Geometry& q) {
      for (ConvMode mode : {ConvMode::forward, ConvMode::grad_input, ConvMode::grad_filter}) {
        check_case<float>(r, w, q, mode, false);
        check_case<float>(r, w, q, mode, true);
        check_case<double>(r, w, q, mode, true);
        cases += 3;
      }
    };
    for (int i = 0; i < 400; ++i) each(random_geometry(r));
    each({2, 28, 28, 1, 32, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 1});
    each({2, 30, 31, 3, 32, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 1});
    each({4, 13, 13, 32, 64, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 1});
    each({1, 20, 21, 64, 128, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1});
    each({2, 20, 21, 48, 33, 3, 3, 2, 2, 1, 1, 1, 1, 0, 0, 1});
    each({1, 40, 40, 3, 16, 7, 7, 2, 2, 1, 1, 3, 3, 2, 2, 1});
    each({5, 9, 10, 33, 47, 3, 3, 1, 1, 1, 1, 0, 0, 2, 2, 1});
    each({40, 2, 2, 64, 80, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1});
    each({3, 31, 6, 64, 96, 3, 3, 1, 1, 1, 1, 2, 2, 0, 0, 1});
    each({4, 28, 28, 64, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 16});  // groups are chunks
    each({2, 1, 3, 37, 20, 4, 1, 3, 1, 2, 2, 2, 0, 0, 0, 1});     // no output, some residues empty
    each({2, 17, 17, 64, 64, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1});
    each({2, 17, 17, 64, 64, 1, 1, 2, 2, 1, 1, 0, 0, 0, 0, 1});
    each({2, 19, 19, 72, 72, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 72});
    each({1, 7, 7, 973, 973, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 973});  // chunks of channels
    each({2, 20, 33, 76, 76, 5, 5, 1, 1, 1, 1, 2, 2, 2, 2, 76});
    each({1, 35, 34, 40, 40, 5, 5, 2, 2, 1, 1, 1, 1, 2, 2, 40});
    each({3, 21, 34, 100, 100, 3, 3, 2, 2, 1, 1, 0, 0, 1, 1, 100});
    const int before = packed_cases;
    for (int i = 0; i < 2; ++i) {  // packed ahead and not; deep and wide ones have several blocks
      each({1, 7, 7, 200, 130, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1});
      each({1, 9, 8, 1030, 70, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1});
      each({1, 2, 3, 33, 4200, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1});
      each({1, 15, 14, 40, 70, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1});
      each({2, 4, 4, 700, 36, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1});
      each({3, 8, 8, 64, 40, 1, 1, 2, 2, 1, 1, 0, 0, 0, 0, 1});
    }
    if (packed_cases == before && std::string(w.name) != "cuda") {
      std::printf("FAIL %s: no filter was packed ahead\n", w.name);
      ++failures;
    }
    each({1, 1, 200, 16, 24, 1, 5, 1, 1, 1, 2, 0, 8, 0, 0, 1});
    each({2, 15, 20, 16, 24, 3, 3, 1, 1, 4, 4, 4, 4, 4, 4, 1});
    each({2, 6, 29, 5, 20, 2, 3, 1, 1, 1, 1, 4, 4, 1, 1, 1});  // rows that no tap reaches
    // a result too large for the caches
    check_case<float>(r, w, {1, 640, 320, 1, 64, 2, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1},
                      ConvMode::forward, false);
    for (int i = 0; i < 3; ++i)  // other bias and activation each time
      check_case<float>(r, w, {1, 640, 320, 64, 64, 2, 1, 1, 1, 1, 1, 0, 0, 1, 0, 64},
                        ConvMode::forward, false);
    check_case<float>(r, w, {1, 323, 641, 64, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 64},
                      ConvMode::forward, false);
    check_case<float>(r, w, {1, 640, 322, 64, 64, 2, 1, 2, 1, 1, 1, 0, 0, 0, 0, 64},
                      ConvMode::grad_input, false);
    for (int64_t c : {1, 2})  // all taps of one channel in one tile
      each({3, 20, 33, c, 40, 5, 3, 1, 1, 2, 1, 1, 1, 1, 1, 1});
    std::printf("%s: %d cases\n", w.name, cases);
  }
}

void time_case(const Geometry& q, int threads, bool winograd) {
  ConvArgs g = make_args(q, DType::f32);
  std::vector<float> x(size_t(g.n * g.h * g.w * g.c), 0.5f),
      f(size_t(g.kh * g.kw * (g.c / g.groups) * g.k), 0.25f), y(size_t(g.n * g.oh * g.ow * g.k));
  g.x = x.data(), g.filter = f.data(), g.y = y.data(), g.winograd = winograd;
  const double work =
      2e-9 * double(g.n * g.oh * g.ow) * double(g.kh * g.kw) * double(g.c / g.groups) * double(g.k);
  for (const Width& w : widths()) {
    double count = 0;
    const double peak_seconds = best_time([&] { count = w.peak_probe(20000000); }, 0.05);
    const double peak = 2e-9 * count / peak_seconds;
    for (ConvMode mode : {ConvMode::forward, ConvMode::grad_input, ConvMode::grad_filter}) {
      g.mode = mode;
      Scratch scratch(w.conv_scratch(g, threads));
      g.scratch = scratch.base;
      const double t = best_time([&] { w.conv(g, team(threads)); });
      std::printf("%-8s %-12s %10.4f ms %7.1f GFLOP/s %5.1f%% of peak, scratch %.2f MB\n", w.name,
                  kModes[int(mode)], t * 1e3, work / t, 100 * work / t / peak / threads,
                  double(scratch.bytes) / 1e6);
    }
  }
}
}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int i, int64_t other) { return argc > i ? std::atol(argv[i]) : other; };
  if (argc > 7 && std::string(argv[1]) == "time") {
    const int64_t s = number(8, 1), p = number(9, 0), kh = number(7, 3);
    time_case({number(2, 0), number(3, 0), number(4, 0), number(5, 0), number(6, 0), kh, kh, s, s,
               1, 1, p, p, p, p, number(10, 1)},
              int(number(11, 1)), number(12, 0) != 0);
    return 0;
  }
  check_all();
  std::printf("%d failures\n", failures);
  return failures != 0;
}

// ph-bench conv: the convolutions of the reference workloads, forward and both gradients.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "bench.h"

namespace ph::bench {
namespace {

constexpr double kCheckBudget = 1e8;  // multiply-adds of the plain loop

struct Image {
  ConvArgs a;
  Buffer &x, &w, &y;
};

// The sum, and the sum of magnitudes, that one element of the written tensor must hold.
struct Sum {
  double value = 0, magnitude = 1e-30;
  void add(double p) { value += p, magnitude += std::abs(p); }
};

Sum plain_forward(const Image& t, int64_t at) {
  const ConvArgs& a = t.a;
  const int64_t k = at % a.k, ow = at / a.k % a.ow, oh = at / (a.k * a.ow) % a.oh,
                n = at / (a.k * a.ow * a.oh);
  const int64_t cg = a.c / a.groups, group = k / (a.k / a.groups);
  Sum sum;
  for (int64_t i = 0; i < a.kh; ++i)
    for (int64_t j = 0; j < a.kw; ++j) {
      const int64_t h = oh * a.stride_h + i * a.dil_h - a.pad_top,
                    w = ow * a.stride_w + j * a.dil_w - a.pad_left;
      if (h < 0 || h >= a.h || w < 0 || w >= a.w) continue;
      for (int64_t c = 0; c < cg; ++c)
        sum.add(t.x.at(((n * a.h + h) * a.w + w) * a.c + group * cg + c) *
                t.w.at(((i * a.kw + j) * cg + c) * a.k + k));
    }
  return sum;
}

Sum plain_grad_input(const Image& t, int64_t at) {
  const ConvArgs& a = t.a;
  const int64_t c = at % a.c, w = at / a.c % a.w, h = at / (a.c * a.w) % a.h,
                n = at / (a.c * a.w * a.h);
  const int64_t cg = a.c / a.groups, kg = a.k / a.groups, group = c / cg;
  Sum sum;
  for (int64_t i = 0; i < a.kh; ++i)
    for (int64_t j = 0; j < a.kw; ++j) {
      const int64_t oh = h + a.pad_top - i * a.dil_h, ow = w + a.pad_left - j * a.dil_w;
      if (oh < 0 || ow < 0 || oh % a.stride_h || ow % a.stride_w) continue;
      if (oh / a.stride_h >= a.oh || ow / a.stride_w >= a.ow) continue;
      const int64_t out = (n * a.oh + oh / a.stride_h) * a.ow + ow / a.stride_w;
      for (int64_t k = group * kg; k < (group + 1) * kg; ++k)
        sum.add(t.y.at(out * a.k + k) * t.w.at(((i * a.kw + j) * cg + c % cg) * a.k + k));
    }
  return sum;
}

Sum plain_grad_filter(const Image& t, int64_t at) {
  const ConvArgs& a = t.a;
  const int64_t cg = a.c / a.groups, k = at % a.k, c = at / a.k % cg + k / (a.k / a.groups) * cg;
  const int64_t j = at / (a.k * cg) % a.kw, i = at / (a.k * cg * a.kw);
  Sum sum;
  for (int64_t n = 0; n < a.n; ++n)
    for (int64_t oh = 0; oh < a.oh; ++oh)
      for (int64_t ow = 0; ow < a.ow; ++ow) {
        const int64_t h = oh * a.stride_h + i * a.dil_h - a.pad_top,
                      w = ow * a.stride_w + j * a.dil_w - a.pad_left;
        if (h < 0 || h >= a.h || w < 0 || w >= a.w) continue;
        sum.add(t.x.at(((n * a.h + h) * a.w + w) * a.c + c) *
                t.y.at(((n * a.oh + oh) * a.ow + ow) * a.k + k));
      }
  return sum;
}

void measure_mode(Bench& bench, const std::string& name, Image& t, ConvMode mode) {
  ConvArgs& a = t.a;
  a.mode = mode;
  a.x = t.x.data(), a.filter = t.w.data(), a.y = t.y.data();
  Scratch scratch(bench.kernels().conv_scratch(a, bench.team().threads));
  a.scratch = scratch.data();
  Buffer& out = mode == ConvMode::forward ? t.y : mode == ConvMode::grad_input ? t.x : t.w;
  const auto plain = mode == ConvMode::forward      ? plain_forward
                     : mode == ConvMode::grad_input ? plain_grad_input
                                                    : plain_grad_filter;
  const double per_element =
      static_cast<double>(a.n * a.oh * a.ow * a.k * a.kh * a.kw * (a.c / a.groups)) /
      static_cast<double>(std::max<int64_t>(out.count(), 1));
  Case test;
  test.name = name + (mode == ConvMode::forward      ? " forward"
                      : mode == ConvMode::grad_input ? " grad input"
                                                     : " grad filter");
  test.float64 = a.dtype == DType::f64;
  // Counted as the direct method does them, padding included.
  test.operations = 2.0 * per_element * static_cast<double>(out.count());
  test.bytes =
      (test.float64 ? 8.0 : 4.0) * static_cast<double>(t.x.count() + t.w.count() + t.y.count());
  test.run = [&] { bench.kernels().conv(a, bench.team()); };
  test.error = [&, plain, per_element] {
    out.fill(NAN);
    bench.kernels().conv(a, bench.team());
    // Winograd's transforms cost digits; a switch turns them off.
    const double allowed = test.float64 ? 1e-13 : a.winograd ? 1e-4 : 1e-5;
    double worst = 0;
    for (int64_t at :
         samples(out.count(), static_cast<int64_t>(kCheckBudget / (per_element + 1)) + 8)) {
      const Sum want = plain(t, at);
      const double error = std::abs(out.at(at) - want.value) / (allowed * want.magnitude);
      worst = error <= worst ? worst : error;
      if (std::isnan(worst)) break;
    }
    return worst;
  };
  bench.options().naive ? add_naive_conv(test, a) : add_conv_peers(test, a);
  bench.measure(test);
}

void measure_layer(Bench& bench, const std::string& name, const Shape& s, bool gradients,
                   bool grad_input) {
  ConvArgs a = {};
  a.dtype = s["f64"] ? DType::f64 : DType::f32;
  a.n = s["n"], a.h = s["h"], a.w = s["w"], a.c = s["c"], a.k = s["k"];
  a.kh = a.kw = s["kernel"];
  a.stride_h = a.stride_w = s["stride"];
  a.dil_h = a.dil_w = s["dil"];
  a.groups = s["groups"];
  if (!a.stride_h || !a.dil_h || !a.groups || a.c % a.groups || a.k % a.groups)
    throw std::invalid_argument("'" + s.text() +
                                "': stride, dil, groups must be at least 1, groups divide c and k");
  const int64_t reach_h = (a.kh - 1) * a.dil_h + 1, reach_w = (a.kw - 1) * a.dil_w + 1;
  if (s["same"]) {
    a.oh = (a.h + a.stride_h - 1) / a.stride_h, a.ow = (a.w + a.stride_w - 1) / a.stride_w;
    a.pad_top = std::max<int64_t>((a.oh - 1) * a.stride_h + reach_h - a.h, 0) / 2;
    a.pad_left = std::max<int64_t>((a.ow - 1) * a.stride_w + reach_w - a.w, 0) / 2;
  } else {
    if (a.h < reach_h || a.w < reach_w)
      throw std::invalid_argument("'" + s.text() + "': the kernel exceeds the image");
    a.oh = (a.h - reach_h) / a.stride_h + 1, a.ow = (a.w - reach_w) / a.stride_w + 1;
  }
  a.act = Act::none;
  const char* winograd = std::getenv("PRONGHORN_WINOGRAD");
  a.winograd = !winograd || std::string(winograd) != "0";
  Buffer x(a.dtype, a.n * a.h * a.w * a.c, 1), w(a.dtype, a.kh * a.kw * (a.c / a.groups) * a.k, 2),
      y(a.dtype, a.n * a.oh * a.ow * a.k, 3);
  Image image = {a, x, w, y};
  measure_mode(bench, name, image, ConvMode::forward);
  if (!gradients) return;
  if (grad_input) measure_mode(bench, name, image, ConvMode::grad_input);
  x.fill(0.5);  // what grad_input left there may be large
  measure_mode(bench, name, image, ConvMode::grad_filter);
}

struct Layer {
  const char *name, *shape;
  bool grad_input = true;  // a first layer's is never asked for
};
const Layer kLayers[] = {
    {"mnist 1", "n=64,h=28,w=28,c=1,k=32", false},
    {"mnist 2", "n=64,h=13,w=13,c=32,k=64"},
    {"mnist 3", "n=64,h=5,w=5,c=64,k=64"},
    {"cats 1", "n=20,h=150,w=150,c=3,k=32", false},
    {"cats 2", "n=20,h=74,w=74,c=32,k=64"},
    {"cats 3", "n=20,h=36,w=36,c=64,k=128"},
    {"cats 4", "n=20,h=17,w=17,c=128,k=128"},
    {"residual 1", "n=64,h=32,w=32,c=32,k=32,same=1"},
    {"residual 2 strided", "n=64,h=32,w=32,c=32,k=64,stride=2,same=1"},
    {"residual 2 shortcut", "n=64,h=32,w=32,c=32,k=64,kernel=1,stride=2,same=1"},
    {"vgg 1-1", "n=20,h=150,w=150,c=3,k=64,same=1", false},
    {"vgg 1-2", "n=20,h=150,w=150,c=64,k=64,same=1"},
    {"vgg 2-1", "n=20,h=75,w=75,c=64,k=128,same=1"},
    {"vgg 2-2", "n=20,h=75,w=75,c=128,k=128,same=1"},
    {"vgg 3-1", "n=20,h=37,w=37,c=128,k=256,same=1"},
    {"vgg 3-2", "n=20,h=37,w=37,c=256,k=256,same=1"},
    {"vgg 4-1", "n=20,h=18,w=18,c=256,k=512,same=1"},
    {"vgg 4-2", "n=20,h=18,w=18,c=512,k=512,same=1"},
    {"vgg 5", "n=20,h=9,w=9,c=512,k=512,same=1"},
    {"depthwise", "n=32,h=56,w=56,c=128,k=128,groups=128,same=1"},
    {"dilated", "n=16,h=32,w=32,c=64,k=64,dil=2,same=1"},
    {"grouped", "n=16,h=32,w=32,c=128,k=128,groups=4,same=1"},
    {"1x1", "n=32,h=28,w=28,c=128,k=256,kernel=1"},
};

}  // namespace

void bench_conv(Bench& bench) {
  const std::vector<std::string> keys = {"n", "h", "w", "c", "k"};
  const std::map<std::string, int64_t> defaults = {{"kernel", 3}, {"stride", 1}, {"dil", 1},
                                                   {"same", 0},   {"groups", 1}, {"f64", 0}};
  for (const std::string& text : bench.options().shapes)
    measure_layer(bench, text, Shape(text, keys, defaults), true, true);
  if (!bench.options().shapes.empty()) return;
  for (const Layer& l : kLayers)
    measure_layer(bench, l.name, Shape(l.shape, keys, defaults), true, l.grad_input);
}

}  // namespace ph::bench

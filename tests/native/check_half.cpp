// Checks float16 and bfloat16 in gemm, conv and pooling.
#include "half_check.h"

namespace {

// ---- gemm
void check_gemm(Random& r, const Width& w, DType d, int64_t batch, int64_t m, int64_t n,
                int64_t k) {
  if (ph::check::left_out(batch * m * n * k)) return;
  const bool ta = r.flip(), tb = r.flip();
  Halves a(batch * m * k, d), b(batch * k * n, d), c(batch * m * n, d), bias(n, d),
      gates(batch * m * n, d);
  a.fill(r), b.fill(r), c.fill(r), bias.fill(r), gates.fill(r);
  GemmArgs g = {};
  g.dtype = d, g.m = m, g.n = n, g.k = k, g.batch = batch;
  g.a = a.data(), g.a_rs = ta ? 1 : k, g.a_cs = ta ? m : 1, g.a_bs = m * k;
  g.b = b.data(), g.b_rs = tb ? 1 : n, g.b_cs = tb ? k : 1, g.b_bs = k * n;
  g.c = c.data(), g.ldc = n, g.c_bs = m * n;
  g.alpha = r.flip() ? 1 : 0.5;
  g.accumulate = r.flip();
  if (r.flip()) g.bias = bias.data();
  g.act = static_cast<Act>(r.below(5));
  if (r.flip()) g.gate = gates.data(), g.ldgate = n, g.gate_bs = m * n;
  g.gate_act = static_cast<Act>(r.below(5));
  Wanted want(batch * m * n);
  for (int64_t i = 0; i < batch * m * n; ++i) {
    const int64_t at = i / (m * n), row = i / n % m, col = i % n;
    for (int64_t p = 0; p < k; ++p)
      want.add(i, g.alpha * a.at(at * m * k + row * g.a_rs + p * g.a_cs) *
                      b.at(at * k * n + p * g.b_rs + col * g.b_cs));
    double x = want.value[size_t(i)];
    if (g.bias) x += bias.at(col);
    if (g.accumulate) x += c.at(i);
    x = act(x, g.act);
    want.value[size_t(i)] = g.gate ? gate(x, gates.at(i), g.gate_act) : x;
  }
  if (!g.accumulate) c.spoil();
  const bool ok = runs(c, want, [&](int threads) {
    Scratch scratch(w.gemm_scratch(g, threads));
    g.scratch = scratch.base;
    w.gemm(g, team(threads));
    return scratch.guarded();
  });
  if (!ok) fail(w, d, named("gemm", batch, m, n, k));
}

// ---- conv
struct Geometry {
  int64_t n, h, w, c, k, kh, kw, sh, sw, dh, dw, pt, pl, pb, pr, groups;
};
void check_conv(Random& r, const Width& w, DType d, const Geometry& q, ConvMode mode) {
  ConvArgs g = {};
  g.dtype = d, g.mode = mode;
  g.n = q.n, g.h = q.h, g.w = q.w, g.c = q.c, g.k = q.k, g.kh = q.kh, g.kw = q.kw;
  g.stride_h = q.sh, g.stride_w = q.sw, g.dil_h = q.dh, g.dil_w = q.dw;
  g.pad_top = q.pt, g.pad_left = q.pl, g.groups = q.groups;
  g.oh = (q.h + q.pt + q.pb - (q.kh - 1) * q.dh - 1) / q.sh + 1;
  g.ow = (q.w + q.pl + q.pr - (q.kw - 1) * q.dw - 1) / q.sw + 1;
  if (g.oh <= 0 || g.ow <= 0) return;
  if (ph::check::left_out(8 * g.n * g.oh * g.ow * g.kh * g.kw * g.c * g.k / g.groups)) return;
  Halves x(g.n * g.h * g.w * g.c, d), f(g.kh * g.kw * (g.c / g.groups) * g.k, d),
      y(g.n * g.oh * g.ow * g.k, d), bias(g.k, d);
  x.fill(r), f.fill(r), y.fill(r), bias.fill(r);
  Halves& target = mode == ConvMode::forward ? y : mode == ConvMode::grad_input ? x : f;
  Halves gates(target.size(), d);
  gates.fill(r);
  g.accumulate = r.below(4) == 0;
  g.winograd = r.below(4) != 0;
  if (mode == ConvMode::forward) {
    if (r.flip()) g.bias = bias.data();
    g.act = static_cast<Act>(r.below(5));
  }
  if (mode != ConvMode::grad_filter && r.flip())
    g.gate = gates.data(), g.gate_act = static_cast<Act>(r.below(5));
  Wanted want(target.size());
  const int64_t cg = g.c / g.groups, kg = g.k / g.groups;
  for (int64_t o = 0; o < g.n * g.oh * g.ow; ++o)
    for (int64_t tap = 0; tap < g.kh * g.kw; ++tap) {
      const int64_t ih = o / g.ow % g.oh * g.stride_h + tap / g.kw * g.dil_h - g.pad_top,
                    iw = o % g.ow * g.stride_w + tap % g.kw * g.dil_w - g.pad_left;
      if (ih < 0 || ih >= g.h || iw < 0 || iw >= g.w) continue;
      for (int64_t k = 0; k < g.k; ++k)
        for (int64_t c = 0; c < cg; ++c) {
          const int64_t xi = ((o / g.ow / g.oh * g.h + ih) * g.w + iw) * g.c + k / kg * cg + c;
          const int64_t fi = (tap * cg + c) * g.k + k, yi = o * g.k + k;
          if (mode == ConvMode::forward) want.add(yi, x.at(xi) * f.at(fi));
          if (mode == ConvMode::grad_input) want.add(xi, y.at(yi) * f.at(fi));
          if (mode == ConvMode::grad_filter) want.add(fi, x.at(xi) * y.at(yi));
        }
    }
  for (int64_t i = 0; i < target.size(); ++i) {
    double v = want.value[size_t(i)];
    if (g.accumulate) v += target.at(i);
    if (g.bias) v += bias.at(i % g.k);
    v = act(v, g.act);
    want.value[size_t(i)] = g.gate ? gate(v, gates.at(i), g.gate_act) : v;
  }
  if (!g.accumulate) target.spoil();
  const bool ok = runs(target, want, [&](int threads) {
    g.x = x.data(), g.filter = f.data(), g.y = y.data();
    Scratch scratch(w.conv_scratch(g, threads));
    g.scratch = scratch.base;
    w.conv(g, team(threads));
    return scratch.guarded();
  });
  if (!ok)
    fail(w, d,
         named("conv", int(mode), q.n, q.h, q.w, q.c, q.k, q.kh, q.kw, q.sh, q.sw, q.dh, q.dw, q.pt,
               q.pl, q.pb, q.pr, q.groups, int(g.accumulate), int(g.winograd)));
}
Geometry random_geometry(Random& r) {
  Geometry q = {};
  const int64_t kind = r.below(5);
  q.n = 1 + r.below(3), q.h = 1 + r.below(14), q.w = 1 + r.below(14);
  q.groups = kind == 0 ? 1 + r.below(4) : 1;
  q.c = q.groups * (1 + r.below(40)), q.k = q.groups * (1 + r.below(40));
  if (kind == 1) q.c = q.k = q.groups = 1 + r.below(40);  // depthwise
  q.kh = 1 + r.below(4), q.kw = 1 + r.below(4);
  q.sh = kind == 4 ? 1 : 1 + r.below(3), q.sw = kind == 4 ? 1 : 1 + r.below(3);
  q.dh = q.dw = r.below(3) ? 1 : 2;
  if (kind == 4) q.kh = q.kw = 3, q.dh = q.dw = 1;
  if (kind == 3) q.kh = q.kw = 1;
  q.pt = r.below(q.kh), q.pb = r.below(q.kh), q.pl = r.below(q.kw), q.pr = r.below(q.kw);
  return q;
}

// ---- pooling
void check_pool(Random& r, const Width& w, DType d, PoolMode mode, int64_t c, int64_t size,
                int64_t window) {
  if (ph::check::left_out()) return;
  PoolArgs a = {};
  a.dtype = d, a.mode = mode;
  a.n = 3, a.h = size, a.w = size + 1, a.c = c, a.kh = a.kw = a.stride_h = a.stride_w = window;
  a.oh = a.h / window, a.ow = a.w / window;
  Halves x(a.n * a.h * a.w * c, d), y(a.n * a.oh * a.ow * c, d), dy(y.size(), d), dx(x.size(), d),
      gates(x.size(), d);
  x.fill(r), dy.fill(r), gates.fill(r), y.spoil(), dx.spoil();
  Wanted pooled(y.size()), back(x.size());
  const bool gated = mode == PoolMode::max && r.flip();
  for (int64_t i = 0; i < y.size(); ++i) {
    const int64_t pixel = i / c, row = pixel / a.ow, n = row / a.oh;
    double best = -INFINITY, sum = 0;
    int64_t where = 0;
    const auto place = [&](int64_t j) {
      return ((n * a.h + row % a.oh * window + j / window) * a.w + pixel % a.ow * window +
              j % window) *
                 c +
             i % c;
    };
    for (int64_t j = 0; j < window * window; ++j) {
      const double v = x.at(place(j));
      sum += v;
      if (v > best) best = v, where = place(j);
    }
    const double count = static_cast<double>(window * window);
    pooled.add(i, mode == PoolMode::max ? best : sum / count);
    if (mode == PoolMode::max) {
      back.add(where, gated ? gate(dy.at(i), gates.at(where), Act::tanh) : dy.at(i));
    } else {
      for (int64_t j = 0; j < window * window; ++j) back.add(place(j), dy.at(i) / count);
    }
  }
  a.x = x.data(), a.y = y.data();
  bool ok = runs(y, pooled, [&](int threads) {
    a.y = y.data();
    w.pool(a, team(threads));
    return true;
  });
  a.y = y.data(), a.dy = dy.data(), a.dx = dx.data();
  if (gated) a.gate = gates.data(), a.gate_act = Act::tanh;
  ok = ok && runs(dx, back, [&](int threads) {
         a.dx = dx.data();
         w.pool_grad(a, team(threads));
         return true;
       });
  if (!ok) fail(w, d, named("pool", int(mode), c, size, window));
}

void check_width(const Width& w, DType d) {
  Random r;
  for (int i = 0; i < 60; ++i)
    check_gemm(r, w, d, r.below(3) ? 1 : 1 + r.below(4), 1 + r.below(70), 1 + r.below(70),
               r.below(90));
  for (int i = 0; i < 40; ++i) {  // one row or one column, small and shared out
    const bool row = r.flip();
    const int64_t wide = r.below(4) ? 1 + r.below(90) : 1000 + r.below(300);
    check_gemm(r, w, d, r.below(4) ? 1 : 1 + r.below(4), row ? 1 : wide, row ? wide : 1,
               r.below(4) ? r.below(90) : 400 + r.below(90));
  }
  check_gemm(r, w, d, 1, 1, 60, 9000);
  check_gemm(r, w, d, 1, 150, 70, 1100);
  check_gemm(r, w, d, 1, 5, 9, 5000);
  check_gemm(r, w, d, 1, 1, 300, 700);
  check_gemm(r, w, d, 1, 300, 1, 700);
  check_gemm(r, w, d, 20, 40, 30, 20);
  const Geometry own[] = {{2, 34, 34, 32, 48, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},  // Winograd
                          {9, 14, 13, 33, 40, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 1},
                          {5, 28, 28, 1, 32, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 1},  // direct
                          {3, 30, 30, 5, 12, 5, 5, 2, 2, 1, 1, 2, 2, 2, 2, 1},
                          {4, 5, 5, 64, 64, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 1},
                          {3, 16, 16, 64, 96, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1},
                          {40, 48, 48, 8, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 8}};  // stages
  const auto each_mode = [&](const Geometry& q) {
    for (ConvMode mode : {ConvMode::forward, ConvMode::grad_input, ConvMode::grad_filter})
      check_conv(r, w, d, q, mode);
  };
  for (const Geometry& q : own) each_mode(q);
  for (int i = 0; i < 30; ++i) each_mode(random_geometry(r));
  for (PoolMode mode : {PoolMode::max, PoolMode::average})
    for (int64_t c : {1, 5, 8, 16, 33, 64})
      for (int64_t window : {1, 2, 3}) check_pool(r, w, d, mode, c, 13, window);
}

}  // namespace

int main() { return check_halves("check_half", check_width); }

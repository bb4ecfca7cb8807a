// Checks that gemm and conv go on with an elementwise program over their result: of the result
// without one (check_gemm, check_conv) the program's is computed here, in float64.
#include "check_common.h"

namespace {
using namespace ph;
using namespace ::check;

int failures = 0, cases = 0;

// c * r + v * s, with r like c, v a row and s a column of values; in c's place or beside it. Where
// it is in c's place, c itself goes to a second output, else the square of c.
template <class T>
struct Going {
  int64_t rows, cols, ld;
  bool in_place;
  Buffer<T> r, v, s, beside;
  EltwiseArgs args = {};

  Going(Random& random, int64_t m, int64_t n, int64_t ldc)
      : rows(m),
        cols(n),
        ld(ldc),
        in_place(random.flip()),
        r(m * n),
        v(n),
        s(random.flip() ? m : 1),
        beside(m * n) {
    r.fill(random), v.fill(random), s.fill(random);
    args.compute = sizeof(T) == 4 ? DType::f32 : DType::f64;
    args.n_in = 4, args.n_out = 2, args.n_instr = in_place ? 2 : 3;
    args.ndim = 2, args.shape[0] = rows, args.shape[1] = cols;
    args.instr[0] = {EltOp::mul, 4, 2, 3, 0};
    args.instr[1] = {EltOp::fma, 4, 0, 1, 4};
    args.instr[2] = {EltOp::square, 5, 0, 0, 0};
    set(args.in[1], r.data(), n, 1), set(args.in[2], v.data(), 0, 1);
    set(args.in[3], s.data(), s.size() == 1 ? 0 : 1, 0);
  }
  static void set(EltOperand& o, T* data, int64_t row, int64_t col) {
    o.data = data, o.dtype = sizeof(T) == 4 ? DType::f32 : DType::f64;
    o.stride[0] = row, o.stride[1] = col;
  }
  // c: where the product's result lies; into: where the program's first output goes.
  const EltwiseArgs* over(T* c) {
    beside.fill(static_cast<T>(NAN));
    set(args.in[0], c, ld, 1);
    if (in_place) {
      set(args.out[0], c, ld, 1), args.out_reg[0] = 4;
      set(args.out[1], beside.data(), cols, 1), args.out_reg[1] = 0;
    } else {
      args.instr[1].dst = 6, args.instr[1].c = 4;
      set(args.out[0], beside.data(), cols, 1), args.out_reg[0] = 6;
      set(args.out[1], r.data(), cols, 1), args.out_reg[1] = 5;  // over an input
    }
    return &args;
  }
  // plain: c without the program; given: r as it was.
  bool holds(const T* plain, const T* c, const T* given) {
    const double limit = sizeof(T) == 4 ? 1e-6 : 1e-14;
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < cols; ++j) {
        const double x = plain[i * ld + j], a = given[i * cols + j], b = v.data()[j];
        const double d = s.data()[s.size() == 1 ? 0 : i], want = x * a + b * d;
        const double most = std::fabs(x * a) + std::fabs(b * d) + 1e-30;
        const double got = in_place ? c[i * ld + j] : beside.data()[i * cols + j];
        if (!(std::fabs(got - want) <= limit * most)) return false;
        if (in_place) {
          if (beside.data()[i * cols + j] != plain[i * ld + j]) return false;
        } else if (c[i * ld + j] != plain[i * ld + j] ||
                   !(std::fabs(r.data()[i * cols + j] - x * x) <= limit * x * x)) {
          return false;
        }
      }
    return beside.guarded() && r.guarded();
  }
};

template <class T>
void check_gemm_case(Random& r, const Width& w, int64_t m, int64_t n, int64_t k, int64_t batch) {
  if (ph::check::left_out(m * n * k * batch)) return;
  GemmArgs g = {};
  g.dtype = sizeof(T) == 4 ? DType::f32 : DType::f64;
  g.m = m, g.n = n, g.k = k, g.batch = batch, g.alpha = 1;
  const bool ta = r.flip(), tb = r.flip();
  g.a_rs = ta ? 1 : k, g.a_cs = ta ? m : 1, g.a_bs = m * k;
  g.b_rs = tb ? 1 : n, g.b_cs = tb ? k : 1, g.b_bs = r.flip() ? 0 : k * n;
  g.ldc = n + (r.flip() ? 0 : r.below(5)), g.c_bs = m * g.ldc;
  Buffer<T> a(batch * m * k), b(batch * k * n), bias(n), gates(batch * m * n);
  a.fill(r), b.fill(r), bias.fill(r), gates.fill(r);
  g.a = a.data(), g.b = b.data(), g.ldgate = n, g.gate_bs = m * n;
  if (r.flip()) g.bias = bias.data();
  g.act = static_cast<Act>(r.below(4));
  if (!r.below(3)) g.gate = gates.data(), g.gate_act = static_cast<Act>(r.below(4));
  Going<T> going(r, batch * m, n, g.ldc);
  const Buffer<T> given = going.r;
  Buffer<T> plain(batch * g.c_bs), c(batch * g.c_bs);
  for (int threads : ph::check::thread_counts({1, 2})) {
    Scratch scratch(w.gemm_scratch(g, threads));
    g.scratch = scratch.base;
    g.c = plain.data(), g.program = nullptr;
    w.gemm(g, team(threads));
    going.r = given;
    g.c = c.data(), g.program = going.over(c.data());
    w.gemm(g, team(threads));
    ++cases;
    Buffer<T> before = given;
    if (going.holds(plain.data(), c.data(), before.data()) && c.guarded() && scratch.guarded())
      continue;
    std::printf("FAIL %s gemm m=%ld n=%ld k=%ld batch=%ld threads=%d in_place=%d\n", w.name,
                long(m), long(n), long(k), long(batch), threads, going.in_place);
    ++failures;
  }
}

template <class T>
void check_conv_case(Random& r, const Width& w, ConvArgs g) {
  const int64_t x_size = g.n * g.h * g.w * g.c, y_size = g.n * g.oh * g.ow * g.k;
  if (ph::check::left_out(y_size * g.kh * g.kw * g.c / g.groups)) return;
  g.dtype = sizeof(T) == 4 ? DType::f32 : DType::f64;
  Buffer<T> x(x_size), y(y_size), f(g.kh * g.kw * g.c / g.groups * g.k), bias(g.k);
  x.fill(r), y.fill(r), f.fill(r), bias.fill(r);
  for (ConvMode mode : {ConvMode::forward, ConvMode::grad_input}) {
    const bool forward = mode == ConvMode::forward;
    g.mode = mode;
    if (forward) g.bias = r.flip() ? bias.data() : nullptr, g.act = static_cast<Act>(r.below(4));
    const int64_t channels = forward ? g.k : g.c;
    Buffer<T>&written = forward ? y : x, &read = forward ? x : y;
    Going<T> going(r, written.size() / channels, channels, channels);
    const Buffer<T> given = going.r;
    Buffer<T> plain(written.size()), out(written.size());
    for (int threads : ph::check::thread_counts({1, 2})) {
      g.filter = f.data();
      const Ahead filter(w, g, forward && r.flip(), team(threads));
      Scratch scratch(w.conv_scratch(g, threads));
      g.scratch = scratch.base;
      const auto run = [&](Buffer<T>& to) {
        g.x = forward ? read.data() : to.data(), g.y = forward ? to.data() : read.data();
        w.conv(g, team(threads));
      };
      g.program = nullptr;
      run(plain);
      going.r = given;
      g.program = going.over(out.data());
      run(out);
      ++cases;
      Buffer<T> before = given;
      if (going.holds(plain.data(), out.data(), before.data()) && out.guarded() &&
          scratch.guarded())
        continue;
      std::printf("FAIL %s conv mode=%d %ldx%ldx%ldx%ld k=%ld kh=%ld stride=%ld groups=%ld\n",
                  w.name, int(mode), long(g.n), long(g.h), long(g.w), long(g.c), long(g.k),
                  long(g.kh), long(g.stride_h), long(g.groups));
      ++failures;
    }
  }
}

ConvArgs same_padded(int64_t n, int64_t h, int64_t w, int64_t c, int64_t k, int64_t kh,
                     int64_t stride, int64_t groups, bool winograd) {
  ConvArgs g = {};
  g.n = n, g.h = h, g.w = w, g.c = c, g.k = k, g.kh = g.kw = kh;
  g.stride_h = g.stride_w = stride, g.dil_h = g.dil_w = 1;
  g.pad_top = g.pad_left = (kh - 1) / 2, g.groups = groups;
  g.oh = (h - 1) / stride + 1, g.ow = (w - 1) / stride + 1;
  g.winograd = winograd;
  return g;
}

void check_width(const Width& w) {
  Random r;
  const auto both = [&](int64_t m, int64_t n, int64_t k, int64_t batch) {
    check_gemm_case<float>(r, w, m, n, k, batch);
    check_gemm_case<double>(r, w, m, n, k, batch);
  };
  for (int i = 0; i < 60; ++i) both(r.below(30), r.below(50), r.below(40), 1 + r.below(3));
  for (int i = 0; i < 12; ++i) both(200 + r.below(300), 250 + r.below(300), 1 + r.below(90), 1);
  both(90, 4200, 70, 1), both(3000, 48, 20, 1), both(70, 90, 30, 25), both(1, 3000, 60, 1),
      both(3000, 1, 60, 1), both(8, 40, 600, 1), both(700, 9, 300, 1), both(64, 64, 9000, 1),
      both(40, 3000, 1, 1), both(40, 50, 0, 1), both(9000, 16, 12, 1);
  const auto conv = [&](const ConvArgs& g) {
    check_conv_case<float>(r, w, g);
    check_conv_case<double>(r, w, g);
  };
  for (bool winograd : {false, true}) {
    conv(same_padded(3, 30, 29, 32, 48, 3, 1, 1, winograd));
    conv(same_padded(1, 9, 7, 5, 6, 3, 1, 1, winograd));
    conv(same_padded(1, 14, 14, 256, 400, 3, 2, 1, winograd));
    conv(same_padded(1, 14, 14, 40, 400, 3, 1, 1, winograd));
    conv(same_padded(4, 33, 31, 16, 24, 3, 2, 1, winograd));
  }
  conv(same_padded(2, 40, 44, 40, 40, 3, 1, 40, false)),
      conv(same_padded(2, 41, 39, 30, 60, 1, 1, 1, false)),
      conv(same_padded(2, 40, 44, 32, 32, 3, 1, 2, false)),
      conv(same_padded(9, 5, 5, 70, 80, 3, 1, 1, false)),
      conv(same_padded(2, 40, 40, 40, 40, 3, 2, 40, false));
}
}  // namespace

int main() {
  for (const Width& w : widths())
    if (w.programs) check_width(w);
  std::printf("%d cases, %d failures\n", cases, failures);
  return failures != 0;
}

// Families that have no native checker, against the CPU's generic table on random arguments:
// recurrent layers, attention, order, running sums, special functions, complex numbers, CTC.
#include <cstring>
#include <limits>
#include <string>

#include "../../csrc/kernels/args_attention.h"
#include "../../csrc/kernels/args_complex.h"
#include "../../csrc/kernels/args_ctc.h"
#include "../../csrc/kernels/args_rnn.h"
#include "../native/check.h"

using namespace ph;
using check::Guarded;

namespace {

check::Lcg rng(41);
void serial(void*, int64_t chunks, void (*body)(void*, int64_t, int), void* ctx) {
  for (int64_t c = 0; c < chunks; ++c) body(ctx, c, 0);
}
const Launch kTeam = {1, nullptr, serial};

template <class T>
std::vector<T> reals(int64_t n, double lo = -1, double hi = 1) {
  std::vector<T> v(static_cast<size_t>(n));
  for (T& x : v) x = static_cast<T>(rng.uniform(lo, hi));
  return v;
}
template <class T>
bool close(T a, T b, double tolerance) {
  if (a != a || b != b) return a != a && b != b;
  if (a == b) return true;
  return std::fabs(static_cast<double>(a) - static_cast<double>(b)) <=
         tolerance * (1 + std::fabs(static_cast<double>(b)));
}
template <class T>
constexpr DType float_dtype = sizeof(T) == 4 ? DType::f32 : DType::f64;
template <class T>
constexpr double kEps = sizeof(T) == 4 ? 1e-5 : 1e-13;

// What a family writes: twice the same arrays, one for each table.
template <class T>
struct Output {
  Guarded<T> cuda, cpu;
  explicit Output(int64_t n) : cuda(n), cpu(n), size(n) {
    for (int64_t i = 0; i < n; ++i) cuda[i] = cpu[i] = T(77);
  }
  int64_t size;
  T* of(int table) { return table ? cpu.data() : cuda.data(); }
  void check(const char* what, double tolerance) {
    int64_t wrong = 0, at = -1;
    for (int64_t i = 0; i < size; ++i)
      if (!close(cuda[i], cpu[i], tolerance)) ++wrong, at = at < 0 ? i : at;
    CHECK(!wrong && cuda.intact(), "%s: %lld of %lld wrong, at %lld %.9g, not %.9g", what,
          static_cast<long long>(wrong), static_cast<long long>(size), static_cast<long long>(at),
          at < 0 ? 0.0 : static_cast<double>(cuda[at]),
          at < 0 ? 0.0 : static_cast<double>(cpu[at]));
  }
};
struct Scratch {
  std::vector<char> bytes;
  explicit Scratch(size_t n) : bytes(n + 64, static_cast<char>(0xff)) {}
  void* data() {
    return reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(bytes.data()) + 63) / 64 * 64);
  }
};
// f(table, number) for CUDA's and the CPU's.
template <class F>
void both(const Kernels& cuda, const F& f) {
  f(cuda, 0);
  f(*kGenericKernels, 1);
}

// ---------------------------------------------------------------- recurrent layers
template <class T>
void check_rnn(const Kernels& k, RnnCell cell, int64_t batch, int64_t time, int64_t units) {
  if (check::left_out()) return;
  const int which = static_cast<int>(cell);
  const int64_t columns = kRnnColumns[which] * units, saved = kRnnSaved[which] * units,
                grads = kRnnGrads[which] * units;
  RnnArgs a = {};
  a.dtype = float_dtype<T>, a.cell = cell;
  const bool usual = rng.below(2) != 0;
  a.act = usual ? RnnAct::tanh : static_cast<RnnAct>(rng.below(kRnnActs));
  a.gate_act = usual ? RnnAct::sigmoid : static_cast<RnnAct>(rng.below(kRnnActs));
  a.reversed = rng.below(2), a.zero_masked = rng.below(2), a.sequences = rng.below(2);
  a.batch = batch, a.time = time, a.units = units;
  const double scale = 1 / std::sqrt(static_cast<double>(units));
  const auto weights = reals<T>(units * columns, -scale, scale), bias = reals<T>(columns);
  const auto h0 = reals<T>(batch * units), c0 = reals<T>(batch * units);
  const auto projected = reals<T>(batch * time * saved);
  std::vector<uint8_t> mask(static_cast<size_t>(batch * time));
  for (auto& m : mask) m = rng.below(3) != 0;
  a.weights = weights.data(), a.h0 = h0.data(), a.c0 = c0.data();
  a.bias = cell == RnnCell::gru && rng.below(2) ? bias.data() : nullptr;
  a.mask = rng.below(2) ? mask.data() : nullptr;
  const bool lstm = cell == RnnCell::lstm;
  Output<T> gates(batch * time * saved), before(batch * time * units), cells(before.size),
      y(a.sequences ? batch * time * units : batch * units), h(batch * units), c(batch * units);
  both(k, [&](const Kernels& table, int n) {
    for (int64_t i = 0; i < gates.size; ++i) gates.of(n)[i] = projected[static_cast<size_t>(i)];
    a.gates = gates.of(n), a.before = before.of(n), a.cells = lstm ? cells.of(n) : nullptr;
    a.y = y.of(n), a.h = h.of(n), a.c = lstm ? c.of(n) : nullptr;
    Scratch scratch(table.rnn_scratch(a, 1));
    a.scratch = scratch.data();
    table.rnn(a, kTeam);
  });
  const std::string name = "rnn cell " + std::to_string(which);
  gates.check((name + " gates").c_str(), 20 * kEps<T>),
      y.check((name + " y").c_str(), 20 * kEps<T>);
  before.check((name + " before").c_str(), 20 * kEps<T>), h.check(name.c_str(), 20 * kEps<T>);
  if (lstm) cells.check("cells", 20 * kEps<T>), c.check("c", 20 * kEps<T>);

  a.backward = true;
  const auto dy = reals<T>(y.size), dh = reals<T>(h.size), dc = reals<T>(c.size);
  Output<T> dz(batch * time * grads), dh0(batch * units), dc0(batch * units);
  a.dy = rng.below(4) ? dy.data() : nullptr, a.dh = rng.below(2) ? dh.data() : nullptr;
  a.dc = lstm && rng.below(2) ? dc.data() : nullptr;
  const bool wanted = rng.below(4) != 0;
  both(k, [&](const Kernels& table, int n) {
    a.gates = gates.of(1), a.before = before.of(1), a.cells = lstm ? cells.of(1) : nullptr;
    a.dz = dz.of(n), a.dh0 = wanted ? dh0.of(n) : nullptr;
    a.dc0 = wanted && lstm ? dc0.of(n) : nullptr;
    Scratch scratch(table.rnn_scratch(a, 1));
    a.scratch = scratch.data();
    table.rnn_grad(a, kTeam);
  });
  dz.check((name + " dz").c_str(), 50 * kEps<T>);
  dh0.check((name + " dh0").c_str(), 50 * kEps<T>), dc0.check("dc0", 50 * kEps<T>);
}

// ---------------------------------------------------------------- attention
void check_attention(const Kernels& k) {
  if (check::left_out()) return;
  AttentionArgs a = {};
  a.dtype = a.bias_dtype = DType::f32;
  a.batch = 1 + rng.below(2), a.kv_heads = 1 + rng.below(2);
  a.heads = a.kv_heads * (1 + rng.below(2));
  a.length = 1 + rng.below(80), a.keys = rng.below(9) ? 1 + rng.below(80) : rng.below(2) * 200;
  a.size = 1 + rng.below(70), a.value_size = 1 + rng.below(70);
  a.scale = 0.3f, a.causal = rng.below(3) == 0;
  const auto q = reals<float>(a.batch * a.length * a.heads * a.size),
             key = reals<float>(a.batch * a.keys * a.kv_heads * a.size),
             v = reals<float>(a.batch * a.keys * a.kv_heads * a.value_size);
  Output<float> y(a.batch * a.length * a.heads * a.value_size),
      stats(a.batch * a.heads * a.length * 2);
  const auto bias = reals<float>(a.heads * a.length * a.keys), dy = reals<float>(y.size);
  std::vector<uint8_t> mask(static_cast<size_t>(a.batch * a.length * a.keys));
  for (auto& m : mask) m = rng.below(4) != 0;
  if (rng.below(3) == 0)  // a query that sees nothing
    std::fill_n(mask.begin(), a.keys, uint8_t{0});
  a.q = q.data(), a.k = key.data(), a.v = v.data();
  if (rng.below(2)) a.bias = {bias.data(), 0, a.length * a.keys, a.keys, 1};
  if (rng.below(2)) a.mask = {mask.data(), a.length * a.keys, 0, rng.below(2) ? a.keys : 0, 1};
  both(k, [&](const Kernels& table, int n) {
    a.y = y.of(n), a.stats = stats.of(n);
    Scratch scratch(table.attention_scratch(a, 1));
    a.scratch = scratch.data();
    table.attention(a, kTeam);
  });
  y.check("attention y", 1e-5), stats.check("attention stats", 1e-5);
  a.backward = true, a.dy = dy.data();
  Output<float> dq(static_cast<int64_t>(q.size())), dk(static_cast<int64_t>(key.size())),
      dv(static_cast<int64_t>(v.size()));
  both(k, [&](const Kernels& table, int n) {
    a.y = y.of(1), a.stats = stats.of(1), a.dq = dq.of(n), a.dk = dk.of(n), a.dv = dv.of(n);
    Scratch scratch(table.attention_scratch(a, 1));
    a.scratch = scratch.data();
    table.attention_grad(a, kTeam);
  });
  dq.check("attention dq", 2e-5), dk.check("attention dk", 2e-5), dv.check("attention dv", 2e-5);
}

// ---------------------------------------------------------------- order
template <class T>
void check_order(const Kernels& k, DType dtype, int64_t rows, int64_t n) {
  if (check::left_out()) return;
  std::vector<T> x(static_cast<size_t>(rows * n));
  for (T& v : x) {
    v = static_cast<T>(rng.below(n < 100 ? 20 : 1000) - 9);
    if constexpr (std::is_floating_point_v<T>) {
      if (rng.below(9) == 0) v = static_cast<T>(NAN);
      if (v == 0 && rng.below(2)) v = static_cast<T>(-0.0);
    }
  }
  for (int64_t wanted : {n, n / 3}) {
    SortArgs s = {};
    s.dtype = dtype, s.descending = rng.below(2), s.rows = rows, s.n = n, s.k = wanted;
    s.x = x.data();
    Output<T> y(rows * wanted);
    Output<int32_t> index(rows * wanted);
    both(k, [&](const Kernels& table, int which) {
      Scratch scratch(static_cast<size_t>(kSortScratch * n));
      s.y = y.of(which), s.index = index.of(which), s.scratch = scratch.data();
      table.sort(s, kTeam);
    });
    y.check("sort values", 0), index.check("sort places", 0);
    if (rows == 0 || n == 0 || wanted != n || s.descending) continue;
    SearchArgs f = {};
    f.dtype = dtype, f.right = rng.below(2), f.n = n, f.count = rows * n;
    f.sequence = y.of(1), f.values = x.data();
    Output<int32_t> place(f.count);
    both(k, [&](const Kernels& table, int which) {
      f.out = place.of(which);
      table.search(f, kTeam);
    });
    place.check("search", 0);
  }
}
template <class T>
void check_cumulate(const Kernels& k, DType dtype, int64_t outer, int64_t n, int64_t inner) {
  for (CumulateOp op : {CumulateOp::sum, CumulateOp::prod, CumulateOp::linear}) {
    if (check::left_out()) continue;
    CumulateArgs c = {};
    c.op = op, c.dtype = dtype, c.reverse = rng.below(2), c.outer = outer, c.n = n, c.inner = inner;
    std::vector<T> a(static_cast<size_t>(outer * n * inner)), x(a.size());
    for (size_t i = 0; i < x.size(); ++i) {
      a[i] = static_cast<T>(std::is_floating_point_v<T> ? rng.uniform(-1, 1) : rng.uniform(-3, 3));
      x[i] = static_cast<T>(op == CumulateOp::prod && std::is_floating_point_v<T>
                                ? rng.uniform(0.9, 1.1)
                                : rng.uniform(-9, 9));
    }
    Output<T> y(static_cast<int64_t>(x.size()));
    both(k, [&](const Kernels& table, int which) {
      c.a = a.data(), c.x = x.data(), c.y = y.of(which);
      table.cumulate(c, kTeam);
    });
    y.check("cumulate", std::is_floating_point_v<T> ? kEps<T> : 0);
  }
}

// ---------------------------------------------------------------- one element
template <class T>
void check_special_floats(const Kernels& k) {
  const int64_t n = 700;
  auto a = reals<T>(n, -0.99, 0.99), b = reals<T>(n, -2, 2);
  a[0] = 0, a[1] = 1, a[2] = -1, a[3] = static_cast<T>(NAN);
  for (int op = 0; op <= static_cast<int>(SpecialOp::nextafter); ++op) {
    if (check::left_out()) continue;
    SpecialArgs s = {static_cast<SpecialOp>(op), float_dtype<T>, n, a.data(), b.data(), nullptr};
    Output<T> y(n);
    both(k, [&](const Kernels& table, int which) {
      s.y = y.of(which);
      table.special(s, kTeam);
    });
    y.check(("special " + std::to_string(op)).c_str(), kEps<T>);
  }
}
template <class T>
void check_special_integers(const Kernels& k, DType dtype) {
  const int64_t n = 300;
  std::vector<T> a(n), b(n);
  for (size_t i = 0; i < a.size(); ++i)
    a[i] = static_cast<T>(rng.next()),
    b[i] = static_cast<T>(rng.below(2) ? rng.below(70) : rng.next());
  for (int op = static_cast<int>(SpecialOp::bit_and); op <= static_cast<int>(SpecialOp::lcm);
       ++op) {
    if (check::left_out()) continue;
    SpecialArgs s = {static_cast<SpecialOp>(op), dtype, n, a.data(), b.data(), nullptr};
    Output<T> y(n);
    both(k, [&](const Kernels& table, int which) {
      s.y = y.of(which);
      table.special(s, kTeam);
    });
    y.check(("special " + std::to_string(op)).c_str(), 0);
  }
}
void check_complex(const Kernels& k) {
  constexpr int ops = static_cast<int>(ComplexOp::isfinite) + 1;
  const int64_t rows = 7, cols = 30, n = rows * cols;
  const auto a = reals<float>(2 * n, -2, 2), b = reals<float>(2 * cols, -2, 2);
#define PH_X(name, arity, in, out) arity,
  const int arity[] = {PH_COMPLEX_OPS(PH_X)};
#undef PH_X
#define PH_X(name, arity, in, out) #out[0] == 'B',
  const bool truth[] = {PH_COMPLEX_OPS(PH_X)};
#undef PH_X
  for (int op = 0; op < ops; ++op) {
    if (check::left_out()) continue;
    ComplexArgs g = {};
    g.op = static_cast<ComplexOp>(op), g.ndim = 2, g.shape[0] = rows, g.shape[1] = cols;
    g.a_stride[0] = cols, g.a_stride[1] = 1, g.b_stride[0] = 0, g.b_stride[1] = 1;
    g.a = a.data(), g.b = arity[op] == 2 ? b.data() : nullptr;
    Output<float> y(2 * n);
    both(k, [&](const Kernels& table, int which) {
      std::fill_n(y.of(which), 2 * n, 0.0f);
      g.y = y.of(which);
      table.complex_math(g, kTeam);
    });
    y.check(("complex " + std::to_string(op)).c_str(), 1e-6);
    if (truth[op]) CHECK(!std::memcmp(y.of(0), y.of(1), static_cast<size_t>(n)), "complex %d", op);
  }
}
template <class T>
void check_ctc(const Kernels& k) {
  if (check::left_out()) return;
  CtcArgs c = {};
  c.dtype = float_dtype<T>;
  c.batch = 1 + rng.below(4), c.time = rng.below(20), c.classes = 2 + rng.below(6);
  c.length = rng.below(7), c.blank = rng.below(c.classes);
  const auto x = reals<T>(c.batch * c.time * c.classes, -4, 0);
  std::vector<int32_t> labels(static_cast<size_t>(c.batch * c.length)), lengths(4), times(4);
  for (auto& l : labels) l = static_cast<int32_t>(rng.below(c.classes));
  if (!labels.empty() && rng.below(4) == 0) labels[0] = static_cast<int32_t>(c.classes);
  for (auto& l : lengths) l = static_cast<int32_t>(rng.below(c.length + 2));
  for (auto& t : times) t = static_cast<int32_t>(rng.below(c.time + 2));
  c.x = x.data(), c.labels = labels.data(), c.label_lengths = lengths.data(),
  c.times = times.data();
  Output<T> loss(c.batch), dx(static_cast<int64_t>(x.size()));
  Output<int32_t> status(1);
  both(k, [&](const Kernels& table, int which) {
    Scratch scratch(static_cast<size_t>((c.time + kCtcRows - 1) * (2 * c.length + 1)) * 8);
    c.scratch = scratch.data();
    c.loss = loss.of(which), c.dx = dx.of(which), c.status = status.of(which);
    table.ctc(c, kTeam);
  });
  loss.check("ctc loss", kEps<T>), dx.check("ctc dx", kEps<T>), status.check("ctc status", 0);
}

}  // namespace

int main() {
  check::each_width([](const Kernels& k) {
    for (int round = 0; round < 4; ++round)
      for (int cell = 0; cell < kRnnCells; ++cell) {
        check_rnn<float>(k, static_cast<RnnCell>(cell), 1 + rng.below(9), rng.below(8),
                         1 + rng.below(60));
        check_rnn<double>(k, static_cast<RnnCell>(cell), 1 + rng.below(9), 1 + rng.below(8),
                          1 + rng.below(300));
      }
    for (int round = 0; round < 40; ++round) check_attention(k);
    for (int64_t n : {0, 1, 2, 31, 300, 2048, 2049, 9000})
      for (int64_t rows : {0, 1, 3}) {
        check_order<float>(k, DType::f32, rows, n), check_order<double>(k, DType::f64, rows, n);
        check_order<int32_t>(k, DType::i32, rows, n), check_order<uint8_t>(k, DType::b8, rows, n);
        check_order<int8_t>(k, DType::i8, rows, n), check_order<uint64_t>(k, DType::u64, rows, n);
      }
    for (int64_t n : {0, 1, 5, 33, 256, 257, 1000})
      for (int64_t inner : {1, 3, 70}) {
        check_cumulate<float>(k, DType::f32, 3, n, inner);
        check_cumulate<double>(k, DType::f64, 2, n, inner);
        check_cumulate<int32_t>(k, DType::i32, 3, n, inner);
        check_cumulate<int64_t>(k, DType::i64, 2, n, inner);
      }
    check_cumulate<float>(k, DType::f32, 200, 40, 100);
    check_special_floats<float>(k), check_special_floats<double>(k);
    check_special_integers<uint8_t>(k, DType::u8), check_special_integers<int16_t>(k, DType::i16);
    check_special_integers<int32_t>(k, DType::i32), check_special_integers<int64_t>(k, DType::i64);
    check_special_integers<uint64_t>(k, DType::u64);
    check_complex(k);
    for (int round = 0; round < 60; ++round) check_ctc<float>(k), check_ctc<double>(k);
  });
  return check::result("against the CPU");
}

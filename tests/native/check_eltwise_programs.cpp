// Elementwise programs at every width: chains against long double, fused against separate,
// aliasing, thread and position independence, and the limits of a program.
#include "eltwise_check.h"

template <class T>
static void check_programs(const Kernels& k) {
  check::Lcg rng(17);
  const DType t = dtype_of<T>();
  for (int64_t n : {1, 5, 64, 1000, 4099, 300001}) {
    if (check::left_out()) continue;
    const size_t un = static_cast<size_t>(n);
    std::vector<T> g(un), w(un), m(un), v(un);
    for (size_t i = 0; i < un; ++i) {
      g[i] = static_cast<T>(rng.uniform(-1, 1)), w[i] = static_cast<T>(rng.uniform(-1, 1));
      m[i] = static_cast<T>(rng.uniform(-1, 1)), v[i] = static_cast<T>(rng.uniform(0, 1));
    }
    // Adam in place: m, v, w are read and written
    auto adam = [&](T* pw, T* pm, T* pv, const Launch& team) {
      Builder p(t, {n});
      p.in(g.data(), t)
          .in(pw, t)
          .in(pm, t)
          .in(pv, t)
          .constant(0.1)
          .constant(0.001)
          .constant(0.01)
          .constant(1e-7);
      p.op(EltOp::sub, 8, 0, 2).op(EltOp::fma, 8, 8, 4, 2);
      p.op(EltOp::square, 9, 0).op(EltOp::sub, 9, 9, 3).op(EltOp::fma, 9, 9, 5, 3);
      p.op(EltOp::sqrt, 10, 9)
          .op(EltOp::add, 10, 10, 7)
          .op(EltOp::mul, 11, 8, 6)
          .op(EltOp::div, 11, 11, 10);
      p.op(EltOp::sub, 10, 1, 11);
      p.out(pw, t, 10).out(pm, t, 8).out(pv, t, 9);
      k.eltwise(p.g, team);
    };
    std::vector<T> w1 = w, m1 = m, v1 = v, w2 = w, m2 = m, v2 = v;
    adam(w1.data(), m1.data(), v1.data(), kSerial);
    adam(w2.data(), m2.data(), v2.data(), kTwo);
    CHECK(w1 == w2 && m1 == m2 && v1 == v2, "%s threads change Adam, n=%ld", k.name,
          static_cast<long>(n));
    bool ok = true;
    for (size_t i = 0; i < un && ok; ++i) {
      const Ref mm = m[i] + (static_cast<Ref>(g[i]) - m[i]) * static_cast<T>(0.1);
      const Ref vv = v[i] + (static_cast<Ref>(g[i]) * g[i] - v[i]) * static_cast<T>(0.001);
      const Ref ww = w[i] - mm * static_cast<T>(0.01) / (sqrtl(vv) + static_cast<T>(1e-7));
      const Ref eps = std::numeric_limits<T>::epsilon() * 8;
      ok = fabsl(m1[i] - mm) <= eps && fabsl(v1[i] - vv) <= eps &&
           fabsl(w1[i] - ww) <= eps * (1 + fabsl(mm / sqrtl(vv)));
    }
    CHECK(ok, "%s Adam, n=%ld", k.name, static_cast<long>(n));

    // a chain in one program equals the same operations one by one, and one element at a time
    const EltOp chain[] = {EltOp::tanh, EltOp::exp,  EltOp::log1p, EltOp::sigmoid,
                           EltOp::sin,  EltOp::erf,  EltOp::expm1, EltOp::softplus,
                           EltOp::cos,  EltOp::rsqrt};
    std::vector<T> fused(un), step = g, next(un);
    Builder p(t, {n});
    p.in(g.data(), t);
    int reg = 0;
    for (EltOp op : chain) p.op(op, 1 + reg % 3, reg ? 1 + (reg - 1) % 3 : 0), ++reg;
    p.op(EltOp::pow, 5, 1 + (reg - 1) % 3, 0).out(fused.data(), t, 5);
    k.eltwise(p.g, kTwo);
    for (EltOp op : chain) {
      Builder one(t, {n});
      one.in(step.data(), t).op(op, 1, 0).out(next.data(), t, 1);
      k.eltwise(one.g, kSerial);
      step = next;
    }
    Builder last(t, {n});
    last.in(step.data(), t).in(g.data(), t).op(EltOp::pow, 2, 0, 1).out(next.data(), t, 2);
    k.eltwise(last.g, kSerial);
    CHECK(std::memcmp(next.data(), fused.data(), un * sizeof(T)) == 0, "%s fused differs, n=%ld",
          k.name, static_cast<long>(n));
    for (size_t i = 0; i < un; i += 1 + un / 50) {
      Builder alone = p;
      T y;
      alone.g.shape[0] = 1;
      alone.g.in[0].data = &g[i], alone.g.out[0].data = &y;
      k.eltwise(alone.g, kSerial);
      CHECK(std::memcmp(&y, &fused[i], sizeof y) == 0, "%s position matters at %ld of %ld", k.name,
            static_cast<long>(i), static_cast<long>(n));
    }

    // outputs that are inputs, exchanged
    std::vector<T> x = g, z = w;
    Builder swap(t, {n});
    swap.in(x.data(), t).in(z.data(), t).out(x.data(), t, 1).out(z.data(), t, 0);
    k.eltwise(swap.g, kTwo);
    CHECK(x == w && z == g, "%s exchange, n=%ld", k.name, static_cast<long>(n));
    // written early, read late
    x = g;
    Builder late(t, {n});
    late.in(x.data(), t)
        .op(EltOp::neg, 1, 0)
        .op(EltOp::add, 2, 1, 0)
        .out(x.data(), t, 1)
        .out(z.data(), t, 2);
    k.eltwise(late.g, kSerial);
    ok = true;
    for (size_t i = 0; i < un; ++i) ok &= x[i] == -g[i] && z[i] == 0;
    CHECK(ok, "%s hazard, n=%ld", k.name, static_cast<long>(n));
    // constants alone
    Builder fill(t, {n});
    fill.constant(2).constant(3).op(EltOp::mul, 2, 0, 1).out(x.data(), t, 2).out(z.data(), t, 1);
    k.eltwise(fill.g, kTwo);
    CHECK(std::count(x.begin(), x.end(), T(6)) == n && std::count(z.begin(), z.end(), T(3)) == n,
          "%s constants", k.name);
  }
  Builder scalar(t, {});
  T a = 5, y = 0;
  scalar.in(&a, t, {}).constant(2).op(EltOp::mul, 2, 0, 1).out(&y, t, 2, {});
  k.eltwise(scalar.g, kSerial);
  CHECK(y == 10, "%s scalar", k.name);
}

// Random programs of cheap operations: whatever passes they are merged into, the bits are
// those of one instruction at a time.
template <class T>
static void check_fusion(const Kernels& k) {
  check::Lcg rng(31);
  const DType t = dtype_of<T>();
  const EltOp cheap[] = {EltOp::add,  EltOp::sub,  EltOp::mul, EltOp::div,   EltOp::min,
                         EltOp::max,  EltOp::fma,  EltOp::neg, EltOp::abs,   EltOp::square,
                         EltOp::relu, EltOp::sqrt, EltOp::gt,  EltOp::where, EltOp::mov};
  for (int round = 0; round < 300; ++round) {
    if (check::left_out()) continue;
    const int64_t sizes[] = {201, 256, 1000, 1031, 5000, 20011}, n = sizes[rng.below(6)];
    const size_t un = static_cast<size_t>(n);
    std::vector<std::vector<T>> reg(12, std::vector<T>(un)), out(3, std::vector<T>(un));
    for (size_t r = 0; r < 4; ++r)
      for (auto& x : reg[r]) x = static_cast<T>(rng.uniform(-2, 2));
    Builder p(t, {n});
    for (size_t r = 0; r < 3; ++r) p.in(reg[r].data(), t);
    const T c = reg[3][0];
    reg[3].assign(un, c);
    p.constant(static_cast<double>(c));
    const int count = 1 + static_cast<int>(rng.below(14));
    int last = 0;
    for (int i = 0; i < count; ++i) {
      const int temps = i < 8 ? i : 8, live = 4 + temps;
      auto pick = [&] { return i && rng.below(3) ? last : static_cast<int>(rng.below(live)); };
      const int dst = i < 8 ? 4 + i : 4 + static_cast<int>(rng.below(8));
      const EltOp op = cheap[rng.below(15)];
      const int a = pick(), b = pick(), d = pick();
      p.op(op, dst, a, b, d);
      Builder one(t, {n});
      std::vector<T> result(un);
      one.in(reg[static_cast<size_t>(a)].data(), t)
          .in(reg[static_cast<size_t>(b)].data(), t)
          .in(reg[static_cast<size_t>(d)].data(), t);
      one.op(op, 3, 0, 1, 2).out(result.data(), t, 3);
      k.eltwise(one.g, kSerial);
      reg[static_cast<size_t>(dst)] = result;
      last = dst;
    }
    std::vector<std::vector<T>> want;
    for (size_t o = 0; o < 3; ++o) {
      const int r = o ? static_cast<int>(rng.below(4 + std::min(count, 8))) : last;
      want.push_back(reg[static_cast<size_t>(r)]);
      p.out(out[o].data(), t, r);
    }
    // some outputs take the place of inputs
    std::vector<std::vector<T>> inputs(reg.begin(), reg.begin() + 3);
    for (size_t i = 0; i < 3; ++i) p.g.in[i].data = inputs[i].data();
    const int64_t shared = rng.below(4);
    for (int64_t o = 0; o < shared; ++o) p.g.out[o].data = inputs[static_cast<size_t>(o)].data();
    k.eltwise(p.g, kTwo);
    for (size_t o = 0; o < 3; ++o) {
      const T* got = static_cast<const T*>(p.g.out[o].data);
      bool ok = true;
      for (size_t i = 0; i < un; ++i)
        ok &= std::memcmp(&got[i], &want[o][i], sizeof(T)) == 0 ||
              (got[i] != got[i] && want[o][i] != want[o][i]);
      CHECK(ok, "%s fusion round %d output %d of %d instructions, n=%ld", k.name, round,
            static_cast<int>(o), count, static_cast<long>(n));
    }
  }
}

// As many registers as there may be, and arrays that bypass the cache.
static void check_limits(const Kernels& k) {
  const int64_t n = 777;
  std::vector<std::vector<double>> in(kEltMaxIn, std::vector<double>(n)),
      out(kEltMaxOut, std::vector<double>(n));
  Builder p(DType::f64, {n});
  for (int i = 0; i < kEltMaxIn; ++i) {
    for (int64_t j = 0; j < n; ++j)
      in[static_cast<size_t>(i)][static_cast<size_t>(j)] = static_cast<double>(i * j % 7);
    p.in(in[static_cast<size_t>(i)].data(), DType::f64);
  }
  for (int i = 0; i < kEltMaxConst; ++i) p.constant(i);
  for (int i = 0; i < kEltMaxInstr; ++i) {
    const int dst = 32 + i % 32;
    p.op(EltOp::add, dst, i ? 32 + (i - 1) % 32 : 0, i % 32);
  }
  for (int o = 0; o < kEltMaxOut; ++o)
    p.out(out[static_cast<size_t>(o)].data(), DType::f64, 63 - o);
  k.eltwise(p.g, kSerial);
  bool ok = true;
  for (int64_t j = 0; j < n; ++j) {
    double reg[64];
    for (int i = 0; i < 16; ++i)
      reg[i] = in[static_cast<size_t>(i)][static_cast<size_t>(j)], reg[16 + i] = i;
    for (int i = 0; i < kEltMaxInstr; ++i)
      reg[32 + i % 32] = reg[i ? 32 + (i - 1) % 32 : 0] + reg[i % 32];
    for (int o = 0; o < kEltMaxOut; ++o)
      ok &= out[static_cast<size_t>(o)][static_cast<size_t>(j)] == reg[63 - o];
  }
  CHECK(ok, "%s all registers", k.name);

  const int64_t big = (int64_t{14} << 20) + 3;
  std::vector<float> x(static_cast<size_t>(big)), y(static_cast<size_t>(big) + 33);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 1000);
  for (const EltOp op : {EltOp::mul, EltOp::pow, EltOp::gt})
    for (int64_t shift = 0; shift < 2;
         ++shift) {  // aligned, so that stores may bypass the cache, or not
      if (check::left_out()) continue;
      std::fill(y.begin(), y.end(), -7.0f);
      float* to = y.data() + (64 - reinterpret_cast<uintptr_t>(y.data()) % 64) / 4 + shift;
      Builder large(DType::f32, {big});
      large.in(x.data(), DType::f32).constant(2).op(op, 2, 0, 1).out(to, DType::f32, 2);
      k.eltwise(large.g, kTwo);
      ok = to[-1] == -7.0f && to[big] == -7.0f;
      for (size_t i = 0; i < x.size(); ++i)
        ok &= to[i] == (op == EltOp::mul   ? 2 * x[i]
                        : op == EltOp::pow ? x[i] * x[i]
                                           : static_cast<float>(x[i] > 2));
      CHECK(ok, "%s large %s", k.name, kNames[static_cast<int>(op)]);
    }
}
int main() {
  check::each_width([](const Kernels& k) {
    check_programs<float>(k);
    check_programs<double>(k);
    check_fusion<float>(k);
    check_fusion<double>(k);
    check_limits(k);
  });
  return check::result("eltwise programs");
}

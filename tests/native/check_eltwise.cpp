// Elementwise opcodes and conversions at every width, against long double or exact integers, and
// broadcasting. Programs of many opcodes: check_eltwise_programs.cpp.
#include "eltwise_check.h"

// What goes with the remainder of the divisor's sign, rounded as NumPy's floor_divide.
template <class T>
static T whole_quotient(T a, T b) {
  if (b == 0) return a / b;
  const T rest = std::fmod(a, b);
  T q = (a - rest) / b;
  if (rest != 0 && (rest < 0) != (b < 0)) q -= 1;
  if (q == 0) return std::copysign(T(0), a / b);
  const T whole = std::floor(q);
  return q - whole > T(0.5) ? whole + 1 : whole;
}

template <class T>
static void check_float_ops(const Kernels& k) {
  check::Lcg rng(7);
  for (int o = 0; o < kOps; ++o)
    for (int64_t n : {0, 1, 3, 15, 16, 17, 33, 64, 257, 3000}) {
      if (check::left_out()) continue;
      const EltOp op = static_cast<EltOp>(o);
      auto a = float_values<T>(rng, n, 9), b = float_values<T>(rng, n, 5),
           c = float_values<T>(rng, n, 3);
      check::Guarded<T> y(n);
      Builder p(dtype_of<T>(), {n});
      p.in(a.data(), dtype_of<T>());
      if (kArity[o] > 1) p.in(b.data(), dtype_of<T>());
      if (kArity[o] > 2) p.in(c.data(), dtype_of<T>());
      p.op(op, p.g.n_in, 0, 1, 2).out(y.data(), dtype_of<T>(), p.g.n_in);
      k.eltwise(p.g, kSerial);
      CHECK(y.intact(), "%s %s n=%ld", k.name, kNames[o], static_cast<long>(n));
      for (int64_t i = 0; i < n; ++i) {
        const size_t j = static_cast<size_t>(i);
        Ref want = op == EltOp::floordiv ? static_cast<Ref>(whole_quotient(a[j], b[j]))
                                         : reference(op, a[j], b[j], c[j]);
        double bound = op == EltOp::exp || op == EltOp::log || op == EltOp::sqrt ? 2 : 4;
        bool ok = close<T>(y[i], want, bound);
        if (op == EltOp::fma && !ok)  // unfused where the width has no fused multiply-add
          ok = close<T>(y[i], static_cast<T>(a[j] * b[j]) + static_cast<Ref>(c[j]), 1);
        CHECK(ok, "%s f%d %s(%g, %g, %g) = %.17g, not %.17Lg", k.name,
              static_cast<int>(sizeof(T) * 8), kNames[o], static_cast<double>(a[j]),
              static_cast<double>(b[j]), static_cast<double>(c[j]), static_cast<double>(y[i]),
              want);
      }
    }
}

// Integers by 128-bit arithmetic, wrapped.
template <class T>
static T int_reference(EltOp op, T a, T b, T c) {
  typedef __int128 W;
  const W x = a, y = b;
  const Ref limit = static_cast<Ref>(std::numeric_limits<T>::max());
  switch (op) {
    case EltOp::recip: return a == 0 ? 0 : static_cast<T>(W{1} / x);
    case EltOp::relu: return a > 0 ? a : 0;
    case EltOp::abs: return static_cast<T>(x < 0 ? -x : x);
    case EltOp::neg: return static_cast<T>(-x);
    case EltOp::sign: return static_cast<T>((a > 0) - (x < 0));
    case EltOp::square: return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(a));
    case EltOp::add: return static_cast<T>(x + y);
    case EltOp::sub: return static_cast<T>(x - y);
    case EltOp::mul: return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
    case EltOp::fma:
      return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b) +
                            static_cast<uint64_t>(c));
    case EltOp::div: return y == 0 ? 0 : static_cast<T>(x / y);
    case EltOp::floordiv:
      return y == 0 ? 0 : static_cast<T>(x / y - (x % y != 0 && (x < 0) != (y < 0)));
    case EltOp::mod:
      return y == 0 ? 0 : static_cast<T>(x % y != 0 && (x < 0) != (y < 0) ? x % y + y : x % y);
    case EltOp::pow: {
      if (y < 0) return a == 1 ? 1 : x == -1 ? (b & 1 ? -1 : 1) : 0;
      uint64_t r = 1;
      for (uint64_t e = 0; e < static_cast<uint64_t>(b) % 4096; ++e) r *= static_cast<uint64_t>(a);
      return static_cast<T>(r);
    }
    case EltOp::mov:
    case EltOp::floor:
    case EltOp::ceil:
    case EltOp::round: return a;
    case EltOp::isnan:
    case EltOp::isinf: return 0;
    case EltOp::isfinite: return 1;
    case EltOp::logical_not: return a == 0;
    case EltOp::min: return std::min(a, b);
    case EltOp::max: return std::max(a, b);
    case EltOp::eq: return a == b;
    case EltOp::ne: return a != b;
    case EltOp::lt: return a < b;
    case EltOp::le: return a <= b;
    case EltOp::gt: return a > b;
    case EltOp::ge: return a >= b;
    case EltOp::logical_and: return a && b;
    case EltOp::logical_or: return a || b;
    case EltOp::logical_xor: return !a != !b;
    case EltOp::where: return a ? b : c;
    default: {  // transcendentals: through double, truncated
      Ref r = reference(op, static_cast<Ref>(static_cast<double>(a)), 0, 0);
      if (std::isnan(r)) return 0;
      if (r >= limit) return std::numeric_limits<T>::max();
      if (r <= static_cast<Ref>(std::numeric_limits<T>::min()))
        return std::numeric_limits<T>::min();
      return static_cast<T>(static_cast<double>(r));
    }
  }
}
template <class T>
static void check_int_ops(const Kernels& k) {
  check::Lcg rng(9);
  const T edge[] = {0,
                    1,
                    2,
                    3,
                    static_cast<T>(-1),
                    static_cast<T>(-2),
                    std::numeric_limits<T>::max(),
                    std::numeric_limits<T>::min()};
  for (int o = 0; o < kOps; ++o) {
    if (check::left_out()) continue;
    const EltOp op = static_cast<EltOp>(o);
    const int64_t n = 531;
    std::vector<T> a(n), b(n), c(n), y(n);
    for (size_t i = 0; i < a.size(); ++i) {
      a[i] = rng.below(3)
                 ? static_cast<T>(rng.below(100) - (std::numeric_limits<T>::min() ? 50 : 0))
                 : edge[rng.below(8)];
      b[i] = rng.below(3) ? static_cast<T>(rng.below(20) - (std::numeric_limits<T>::min() ? 10 : 0))
                          : edge[rng.below(8)];
      if (op == EltOp::pow)
        b[i] = static_cast<T>(rng.below(70) - (std::numeric_limits<T>::min() ? 5 : 0));
      c[i] = static_cast<T>(rng.below(9));
    }
    Builder p(dtype_of<T>(), {n});
    p.in(a.data(), dtype_of<T>()).in(b.data(), dtype_of<T>()).in(c.data(), dtype_of<T>());
    p.op(op, 3, 0, 1, 2).out(y.data(), dtype_of<T>(), 3);
    k.eltwise(p.g, kSerial);
    for (size_t i = 0; i < a.size(); ++i) {
      const T want = int_reference(op, a[i], b[i], c[i]);
      // a truncated transcendental may land on the other side of a whole number
      const bool soft = op >= EltOp::sqrt && op <= EltOp::softplus;
      const bool ok =
          y[i] == want || (soft && std::fabs(static_cast<Ref>(y[i]) - static_cast<Ref>(want)) <=
                                       1 + std::fabs(static_cast<Ref>(want)) * 1e-15L);
      CHECK(ok, "%s %s(%lld, %lld) = %lld, not %lld", k.name, kNames[o],
            static_cast<long long>(a[i]), static_cast<long long>(b[i]),
            static_cast<long long>(y[i]), static_cast<long long>(want));
    }
  }
}

// ---------------------------------------------------------------- conversions
static double small_float(uint16_t bits, int mantissa,
                          int bias) {  // float16 (10, 15), bfloat16 (7, 127)
  const int e = bits >> mantissa & ((1 << (15 - mantissa)) - 1), m = bits & ((1 << mantissa) - 1);
  const double sign = bits >> 15 ? -1 : 1;
  if (e == (1 << (15 - mantissa)) - 1) return m ? NAN : sign * INFINITY;
  return sign * (e ? std::ldexp(1.0 + std::ldexp(m, -mantissa), e - bias)
                   : std::ldexp(m, 1 - bias - mantissa));
}
static uint16_t nearest_small(Ref x, int mantissa, int bias) {
  if (std::isnan(x)) return 0x7fff;
  const uint16_t sign = std::signbit(x) ? 0x8000 : 0;
  const Ref a = fabsl(x);
  int lo = 0, hi = ((1 << (15 - mantissa)) - 1) << mantissa;  // infinity
  while (hi - lo > 1) {
    const int mid = (lo + hi) / 2;
    (small_float(static_cast<uint16_t>(mid), mantissa, bias) <= a ? lo : hi) = mid;
  }
  const Ref below = small_float(static_cast<uint16_t>(lo), mantissa, bias);
  const Ref top = small_float(static_cast<uint16_t>(hi), mantissa, bias);
  const Ref above = std::isinf(top)
                        ? 2 * below - small_float(static_cast<uint16_t>(lo - 1), mantissa, bias)
                        : top;
  const Ref mid = (below + above) / 2;
  const bool up = a > mid || (a == mid && (lo & 1));
  return static_cast<uint16_t>(sign | (up ? hi : lo));
}
constexpr int kReal = static_cast<int>(DType::c64);  // the dtypes before it, which programs serve

static Ref read_any(const void* p, DType t, int64_t i) {
#define PH_READ(d, T) \
  case DType::d: return static_cast<Ref>(static_cast<const T*>(p)[i]);
  switch (t) {
    case DType::b8:
      return static_cast<const uint8_t*>(p)[i] != 0;
      PH_READ(u8, uint8_t)
      PH_READ(u16, uint16_t)
      PH_READ(u32, uint32_t)
      PH_READ(u64, uint64_t)
      PH_READ(i8, int8_t)
      PH_READ(i16, int16_t)
      PH_READ(i32, int32_t)
    PH_READ(i64, int64_t) PH_READ(f32, float) PH_READ(f64, double) case DType::f16:
      return small_float(static_cast<const uint16_t*>(p)[i], 10, 15);
    case DType::bf16: return small_float(static_cast<const uint16_t*>(p)[i], 7, 127);
    case DType::c64: break;
  }
  return 0;
}
template <class D, class T>
static D to_int(T x) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(x)) return 0;
    if (static_cast<Ref>(x) >= static_cast<Ref>(std::numeric_limits<D>::max()))
      return std::numeric_limits<D>::max();
    if (static_cast<Ref>(x) <= static_cast<Ref>(std::numeric_limits<D>::min()))
      return std::numeric_limits<D>::min();
  }
  return static_cast<D>(x);
}
template <class T>
static bool stored_right(const void* p, DType t, int64_t i, T x) {
#define PH_INT(d, D) \
  case DType::d: return static_cast<const D*>(p)[i] == to_int<D>(x);
  switch (t) {
    case DType::b8:
      return static_cast<const uint8_t*>(p)[i] == (x != 0);
      PH_INT(u8, uint8_t)
      PH_INT(u16, uint16_t)
      PH_INT(u32, uint32_t)
      PH_INT(u64, uint64_t)
      PH_INT(i8, int8_t)
    PH_INT(i16, int16_t) PH_INT(i32, int32_t) PH_INT(i64, int64_t) case DType::f32: {
      float f = static_cast<const float*>(p)[i];
      return f == static_cast<float>(x) || (f != f && x != x);
    }
    case DType::f64: {
      double f = static_cast<const double*>(p)[i];
      return f == static_cast<double>(x) || (f != f && x != x);
    }
    case DType::f16:
    case DType::bf16: {
      const int m = t == DType::f16 ? 10 : 7, bias = t == DType::f16 ? 15 : 127;
      const uint16_t got = static_cast<const uint16_t*>(p)[i];
      return x != x ? std::isnan(small_float(got, m, bias))
                    : got == nearest_small(static_cast<Ref>(x), m, bias);
    }
    case DType::c64: break;
  }
  return false;
}
template <class T>
static void check_conversions(const Kernels& k) {
  check::Lcg rng(11);
  const int64_t n = 4 * 1024 + 5;
  for (int in = 0; in < kReal; ++in) {
    const DType from = static_cast<DType>(in);
    std::vector<unsigned char> src(static_cast<size_t>(n) * 8);
    for (int64_t i = 0; i < n; ++i) {
      const uint64_t bits = static_cast<uint64_t>(rng.next()) << 33 ^
                            static_cast<uint64_t>(rng.next()) << 11 ^ rng.next();
      double d = rng.below(4) == 0
                     ? NAN
                     : rng.uniform(-1, 1) * std::ldexp(1.0, static_cast<int>(rng.below(80)) - 20);
      if (i < 40) d = (i < 20 ? 1 : -1) * (static_cast<double>(i % 20) * 0.5);
      if (i == 41) d = INFINITY;
      if (i == 42) d = -INFINITY;
      const float f = static_cast<float>(d);
      if (from == DType::f64)
        std::memcpy(&src[static_cast<size_t>(i) * 8], &d, 8);
      else if (from == DType::f32)
        std::memcpy(&src[static_cast<size_t>(i) * 4], &f, 4);
      else
        std::memcpy(&src[static_cast<size_t>(i) * kDTypeSize[in]], &bits, kDTypeSize[in]);
      if (from == DType::b8) src[static_cast<size_t>(i)] &= 1;
    }
    std::vector<T> wide(static_cast<size_t>(n));
    Builder load(dtype_of<T>(), {n});
    load.in(src.data(), from).out(wide.data(), dtype_of<T>(), 0);
    k.eltwise(load.g, kSerial);
    for (int64_t i = 0; i < n; ++i) {
      const Ref x = read_any(src.data(), from, i);
      const T got = wide[static_cast<size_t>(i)];
      bool ok;
      if constexpr (std::is_floating_point_v<T>)
        ok = got == static_cast<T>(x) || (got != got && x != x);
      else
        ok = from >= DType::f16
                 ? got == to_int<T>(x)
                 : got == static_cast<T>(x < 0 ? static_cast<uint64_t>(static_cast<int64_t>(x))
                                               : static_cast<uint64_t>(x));
      CHECK(ok, "%s load %d -> %d at %ld: %Lg gives %g", k.name, in,
            static_cast<int>(dtype_of<T>()), static_cast<long>(i), x, static_cast<double>(got));
    }
    for (int out = 0; out < kReal; ++out) {
      if (check::left_out()) continue;
      check::Guarded<unsigned char> dst(n * kDTypeSize[out]);
      Builder both(dtype_of<T>(), {n});
      both.in(src.data(), from).out(dst.data(), static_cast<DType>(out), 0);
      k.eltwise(both.g, kSerial);
      bool ok = dst.intact();
      int64_t at = -1;
      for (int64_t i = 0; i < n && ok; ++i)
        if (!stored_right<T>(dst.data(), static_cast<DType>(out), i, wide[static_cast<size_t>(i)]))
          ok = false, at = i;
      CHECK(ok, "%s convert %d -> %d -> %d at %ld, value %.17g", k.name, in,
            static_cast<int>(dtype_of<T>()), out, static_cast<long>(at),
            at < 0 ? 0 : static_cast<double>(wide[static_cast<size_t>(at)]));
    }
  }
}

// ---------------------------------------------------------------- shapes and strides
static void check_broadcast(const Kernels& k) {
  check::Lcg rng(13);
  std::vector<float> pool(1 << 18);
  for (auto& x : pool) x = static_cast<float>(rng.uniform(-2, 2));
  std::vector<int16_t> shorts(1 << 18);
  for (auto& x : shorts) x = static_cast<int16_t>(rng.below(200) - 100);
  for (int round = 0; round < 600; ++round) {
    const int nd = static_cast<int>(rng.below(5));
    std::vector<int64_t> shape;
    for (int d = 0; d < nd; ++d) {
      const int64_t pick[] = {1, 2, 3, 5, 10, 16, 17, 40, 300};
      shape.push_back(pick[rng.below(d == nd - 1 ? 9 : 7)]);
    }
    if (nd && rng.below(40) == 0) shape[0] = 0;
    int64_t total = 1;
    for (auto s : shape) total *= s;
    if (total > 60000 || check::left_out()) continue;
    // an operand over a random subset of dimensions, in a random order of storage
    auto strides = [&](int64_t& base) {
      std::vector<int64_t> order, stride(static_cast<size_t>(nd), 0);
      for (int d = nd - 1; d >= 0; --d)
        if (rng.below(4)) order.push_back(d);
      if (rng.below(3) == 0) std::reverse(order.begin(), order.end());
      int64_t step = rng.below(4) == 0 ? 2 : 1;
      base = 0;
      for (int64_t d : order) {
        const size_t i = static_cast<size_t>(d);
        stride[i] = step;
        step *= std::max<int64_t>(shape[i], 1);
        if (rng.below(6) == 0)
          base += stride[i] * (std::max<int64_t>(shape[i], 1) - 1), stride[i] = -stride[i];
      }
      return stride;
    };
    int64_t base[3];
    std::vector<int64_t> s0 = strides(base[0]), s1 = strides(base[1]), s2 = strides(base[2]);
    Builder p(DType::f32, shape);
    p.in(pool.data() + base[0], DType::f32, s0).in(pool.data() + base[1], DType::f32, s1);
    p.in(shorts.data() + base[2], DType::i16, s2).constant(0.5);
    const int64_t stretch = rng.below(3) == 0 ? 2 : 1;  // a strided output
    std::vector<int64_t> so = p.dense();
    for (auto& s : so) s *= stretch;
    check::Guarded<float> y(total * stretch);
    check::Guarded<int32_t> z(total);
    p.op(EltOp::mul, 4, 0, 3).op(EltOp::add, 5, 4, 1).op(EltOp::sub, 4, 5, 2);
    p.out(y.data(), DType::f32, 4, so).out(z.data(), DType::i32, 2);
    k.eltwise(p.g, kTwo);
    CHECK(y.intact() && z.intact(), "%s round %d", k.name, round);
    bool ok = true;
    for (int64_t i = 0; i < total && ok; ++i) {
      int64_t o[3] = {base[0], base[1], base[2]}, rest = i;
      for (int d = nd - 1; d >= 0; --d) {
        const size_t j = static_cast<size_t>(d);
        const int64_t at = rest % shape[j];
        rest /= shape[j];
        o[0] += at * s0[j], o[1] += at * s1[j], o[2] += at * s2[j];
      }
      const float m = pool[static_cast<size_t>(o[0])] * 0.5f,
                  a = m + pool[static_cast<size_t>(o[1])];
      const int16_t s = shorts[static_cast<size_t>(o[2])];
      volatile float want = a - static_cast<float>(s);
      ok = y[i * stretch] == want && z[i] == s;
    }
    CHECK(ok, "%s broadcast round %d, %d dimensions", k.name, round, nd);
  }
}

int main() {
  check::each_width([](const Kernels& k) {
    check_float_ops<float>(k);
    check_float_ops<double>(k);
    check_int_ops<int64_t>(k);
    check_int_ops<uint64_t>(k);
    check_conversions<float>(k);
    check_conversions<double>(k);
    check_conversions<int64_t>(k);
    check_conversions<uint64_t>(k);
    check_broadcast(k);
  });
  return check::result("eltwise");
}

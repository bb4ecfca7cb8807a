// Elementwise programs at every width: each opcode and conversion against long double or
// exact integers, broadcasting, aliasing, fused against separate, thread and position independence.
#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <thread>

#include "check.h"

using namespace ph;
typedef long double Ref;

static void run_serial(void*, int64_t chunks, void (*body)(void*, int64_t, int), void* ctx) {
  for (int64_t c = chunks - 1; c >= 0; --c) body(ctx, c, 0);  // backwards: order must not matter
}
static void run_threads(void*, int64_t chunks, void (*body)(void*, int64_t, int), void* ctx) {
  std::thread other([&] { for (int64_t c = 1; c < chunks; c += 2) body(ctx, c, 1); });
  for (int64_t c = 0; c < chunks; c += 2) body(ctx, c, 0);
  other.join();
}
static const Team kSerial = {1, nullptr, run_serial}, kTwo = {2, nullptr, run_threads};
static const char* const kNames[] = {
#define PH_X(name, arity) #name,
    PH_ELT_OPS(PH_X)
#undef PH_X
};
static const int kArity[] = {
#define PH_X(name, arity) arity,
    PH_ELT_OPS(PH_X)
#undef PH_X
};
constexpr int kOps = sizeof(kArity) / sizeof(int);

template <class T>
constexpr DType dtype_of();
template <> constexpr DType dtype_of<float>() { return DType::f32; }
template <> constexpr DType dtype_of<double>() { return DType::f64; }
template <> constexpr DType dtype_of<int64_t>() { return DType::i64; }
template <> constexpr DType dtype_of<uint64_t>() { return DType::u64; }

// ---------------------------------------------------------------- building programs
struct Builder {
  EltwiseArgs g = {};
  Builder(DType compute, std::vector<int64_t> shape) {
    g.compute = compute;
    g.ndim = static_cast<int32_t>(shape.size());
    std::copy(shape.begin(), shape.end(), g.shape);
  }
  std::vector<int64_t> dense() const {
    std::vector<int64_t> s(static_cast<size_t>(g.ndim));
    int64_t step = 1;
    for (int d = g.ndim - 1; d >= 0; --d) s[static_cast<size_t>(d)] = step, step *= g.shape[d];
    return s;
  }
  static EltOperand operand(const void* data, DType t, const std::vector<int64_t>& stride) {
    EltOperand o = {const_cast<void*>(data), t, {}};
    std::copy(stride.begin(), stride.end(), o.stride);
    return o;
  }
  Builder& in(const void* data, DType t) { return in(data, t, dense()); }
  Builder& in(const void* data, DType t, const std::vector<int64_t>& stride) {
    g.in[g.n_in++] = operand(data, t, stride);
    return *this;
  }
  Builder& out(void* data, DType t, int reg) { return out(data, t, reg, dense()); }
  Builder& out(void* data, DType t, int reg, const std::vector<int64_t>& stride) {
    g.out_reg[g.n_out] = static_cast<uint8_t>(reg);
    g.out[g.n_out++] = operand(data, t, stride);
    return *this;
  }
  Builder& constant(double c) { return g.constant[g.n_const++] = c, *this; }
  Builder& op(EltOp o, int dst, int a, int b = 0, int c = 0) {
    g.instr[g.n_instr++] = {o, static_cast<uint8_t>(dst), static_cast<uint8_t>(a),
                            static_cast<uint8_t>(b), static_cast<uint8_t>(c)};
    return *this;
  }
};

// ---------------------------------------------------------------- opcodes against references
static Ref reference(EltOp op, Ref a, Ref b, Ref c) {
  const Ref nan = NAN;
  switch (op) {
    case EltOp::mov: return a;
    case EltOp::neg: return -a;
    case EltOp::abs: return fabsl(a);
    case EltOp::sign: return a > 0 ? 1 : a < 0 ? -1 : a;
    case EltOp::square: return a * a;
    case EltOp::recip: return 1 / a;
    case EltOp::sqrt: return sqrtl(a);
    case EltOp::rsqrt: return 1 / sqrtl(a);
    case EltOp::exp: return expl(a);
    case EltOp::expm1: return expm1l(a);
    case EltOp::log: return logl(a);
    case EltOp::log1p: return log1pl(a);
    case EltOp::sin: return sinl(a);
    case EltOp::cos: return cosl(a);
    case EltOp::tanh: return tanhl(a);
    case EltOp::sigmoid: return a < 0 ? expl(a) / (1 + expl(a)) : 1 / (1 + expl(-a));
    case EltOp::erf: return erfl(a);
    case EltOp::softplus: return std::isnan(a) ? a : (a > 0 ? a : 0) + log1pl(expl(-fabsl(a)));
    case EltOp::floor: return floorl(a);
    case EltOp::ceil: return ceill(a);
    case EltOp::round: return nearbyintl(a);
    case EltOp::relu: return std::isnan(a) ? a : a > 0 ? a : 0;
    case EltOp::logical_not: return a == 0;
    case EltOp::isnan: return std::isnan(a);
    case EltOp::isinf: return std::isinf(a);
    case EltOp::isfinite: return std::isfinite(a);
    case EltOp::add: return a + b;
    case EltOp::sub: return a - b;
    case EltOp::mul: return a * b;
    case EltOp::div: return a / b;
    case EltOp::floordiv: return nan;  // handled by the caller, in the compute type
    case EltOp::mod: {
      Ref r = fmodl(a, b);
      return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    }
    case EltOp::pow: return powl(a, b);
    case EltOp::min: return std::isnan(a) || std::isnan(b) ? nan : std::min(a, b);
    case EltOp::max: return std::isnan(a) || std::isnan(b) ? nan : std::max(a, b);
    case EltOp::eq: return a == b;
    case EltOp::ne: return a != b;
    case EltOp::lt: return a < b;
    case EltOp::le: return a <= b;
    case EltOp::gt: return a > b;
    case EltOp::ge: return a >= b;
    case EltOp::logical_and: return a != 0 && b != 0;
    case EltOp::logical_or: return a != 0 || b != 0;
    case EltOp::logical_xor: return (a != 0) != (b != 0);
    case EltOp::where: return a != 0 ? b : c;
    case EltOp::fma: return a * b + c;
  }
  return nan;
}
template <class T>
static bool close(T got, Ref want, double ulps) {
  if (std::isnan(want)) return std::isnan(got);
  const T rounded = static_cast<T>(want);
  if (got == rounded) return true;
  if (!std::isfinite(rounded) || !std::isfinite(got))
    return std::fabs(got) >= std::numeric_limits<T>::max() && std::fabs(rounded) >= std::numeric_limits<T>::max();
  const Ref ulp = static_cast<Ref>(std::nextafter(std::fabs(rounded), static_cast<T>(INFINITY))) - std::fabs(rounded);
  return std::fabs(static_cast<Ref>(got) - want) <= ulps * std::max<Ref>(ulp, std::numeric_limits<T>::denorm_min());
}

template <class T>
static std::vector<T> float_values(check::Lcg& rng, int64_t n, double range) {
  const double special[] = {0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, 3, -3, NAN, INFINITY, -INFINITY, 1e-40, 1e30, 7};
  std::vector<T> v(static_cast<size_t>(n));
  for (auto& x : v) x = static_cast<T>(rng.below(5) == 0 ? special[rng.below(16)] : rng.uniform(-range, range));
  return v;
}
template <class T>
static void check_float_ops(const Kernels& k) {
  check::Lcg rng(7);
  for (int o = 0; o < kOps; ++o)
    for (int64_t n : {0, 1, 3, 15, 16, 17, 33, 64, 257, 3000}) {
      const EltOp op = static_cast<EltOp>(o);
      auto a = float_values<T>(rng, n, 9), b = float_values<T>(rng, n, 5), c = float_values<T>(rng, n, 3);
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
        Ref want = op == EltOp::floordiv ? static_cast<Ref>(std::floor(a[j] / b[j])) : reference(op, a[j], b[j], c[j]);
        double bound = op == EltOp::exp || op == EltOp::log || op == EltOp::sqrt ? 2 : 4;
        bool ok = close<T>(y[i], want, bound);
        if (op == EltOp::fma && !ok)  // unfused where the width has no fused multiply-add
          ok = close<T>(y[i], static_cast<T>(a[j] * b[j]) + static_cast<Ref>(c[j]), 1);
        CHECK(ok, "%s f%d %s(%g, %g, %g) = %.17g, not %.17Lg", k.name, static_cast<int>(sizeof(T) * 8), kNames[o],
              static_cast<double>(a[j]), static_cast<double>(b[j]), static_cast<double>(c[j]),
              static_cast<double>(y[i]), want);
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
    case EltOp::fma: return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b) + static_cast<uint64_t>(c));
    case EltOp::div: return y == 0 ? 0 : static_cast<T>(x / y);
    case EltOp::floordiv: return y == 0 ? 0 : static_cast<T>(x / y - (x % y != 0 && (x < 0) != (y < 0)));
    case EltOp::mod: return y == 0 ? 0 : static_cast<T>(x % y != 0 && (x < 0) != (y < 0) ? x % y + y : x % y);
    case EltOp::pow: {
      if (y < 0) return a == 1 ? 1 : x == -1 ? (b & 1 ? -1 : 1) : 0;
      uint64_t r = 1;
      for (uint64_t e = 0; e < static_cast<uint64_t>(b) % 4096; ++e) r *= static_cast<uint64_t>(a);
      return static_cast<T>(r);
    }
    case EltOp::mov: case EltOp::floor: case EltOp::ceil: case EltOp::round: return a;
    case EltOp::isnan: case EltOp::isinf: return 0;
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
      if (r <= static_cast<Ref>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
      return static_cast<T>(static_cast<double>(r));
    }
  }
}
template <class T>
static void check_int_ops(const Kernels& k) {
  check::Lcg rng(9);
  const T edge[] = {0, 1, 2, 3, static_cast<T>(-1), static_cast<T>(-2), std::numeric_limits<T>::max(), std::numeric_limits<T>::min()};
  for (int o = 0; o < kOps; ++o) {
    const EltOp op = static_cast<EltOp>(o);
    const int64_t n = 531;
    std::vector<T> a(n), b(n), c(n), y(n);
    for (size_t i = 0; i < a.size(); ++i) {
      a[i] = rng.below(3) ? static_cast<T>(rng.below(100) - (std::numeric_limits<T>::min() ? 50 : 0)) : edge[rng.below(8)];
      b[i] = rng.below(3) ? static_cast<T>(rng.below(20) - (std::numeric_limits<T>::min() ? 10 : 0)) : edge[rng.below(8)];
      if (op == EltOp::pow) b[i] = static_cast<T>(rng.below(70) - (std::numeric_limits<T>::min() ? 5 : 0));
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
      const bool ok = y[i] == want || (soft && std::fabs(static_cast<Ref>(y[i]) - static_cast<Ref>(want)) <= 1 + std::fabs(static_cast<Ref>(want)) * 1e-15L);
      CHECK(ok, "%s %s(%lld, %lld) = %lld, not %lld", k.name, kNames[o], static_cast<long long>(a[i]),
            static_cast<long long>(b[i]), static_cast<long long>(y[i]), static_cast<long long>(want));
    }
  }
}

// ---------------------------------------------------------------- conversions
static double small_float(uint16_t bits, int mantissa, int bias) {  // float16 (10, 15), bfloat16 (7, 127)
  const int e = bits >> mantissa & ((1 << (15 - mantissa)) - 1), m = bits & ((1 << mantissa) - 1);
  const double sign = bits >> 15 ? -1 : 1;
  if (e == (1 << (15 - mantissa)) - 1) return m ? NAN : sign * INFINITY;
  return sign * (e ? std::ldexp(1.0 + std::ldexp(m, -mantissa), e - bias) : std::ldexp(m, 1 - bias - mantissa));
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
  const Ref above = std::isinf(top) ? 2 * below - small_float(static_cast<uint16_t>(lo - 1), mantissa, bias) : top;
  const Ref mid = (below + above) / 2;
  const bool up = a > mid || (a == mid && (lo & 1));
  return static_cast<uint16_t>(sign | (up ? hi : lo));
}
static Ref read_any(const void* p, DType t, int64_t i) {
#define PH_READ(d, T) case DType::d: return static_cast<Ref>(static_cast<const T*>(p)[i]);
  switch (t) {
    case DType::b8: return static_cast<const uint8_t*>(p)[i] != 0;
    PH_READ(u8, uint8_t) PH_READ(u16, uint16_t) PH_READ(u32, uint32_t) PH_READ(u64, uint64_t)
    PH_READ(i8, int8_t) PH_READ(i16, int16_t) PH_READ(i32, int32_t) PH_READ(i64, int64_t)
    PH_READ(f32, float) PH_READ(f64, double)
    case DType::f16: return small_float(static_cast<const uint16_t*>(p)[i], 10, 15);
    case DType::bf16: return small_float(static_cast<const uint16_t*>(p)[i], 7, 127);
  }
  return 0;
}
template <class D, class T>
static D to_int(T x) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(x)) return 0;
    if (static_cast<Ref>(x) >= static_cast<Ref>(std::numeric_limits<D>::max())) return std::numeric_limits<D>::max();
    if (static_cast<Ref>(x) <= static_cast<Ref>(std::numeric_limits<D>::min())) return std::numeric_limits<D>::min();
  }
  return static_cast<D>(x);
}
template <class T>
static bool stored_right(const void* p, DType t, int64_t i, T x) {
#define PH_INT(d, D) case DType::d: return static_cast<const D*>(p)[i] == to_int<D>(x);
  switch (t) {
    case DType::b8: return static_cast<const uint8_t*>(p)[i] == (x != 0);
    PH_INT(u8, uint8_t) PH_INT(u16, uint16_t) PH_INT(u32, uint32_t) PH_INT(u64, uint64_t)
    PH_INT(i8, int8_t) PH_INT(i16, int16_t) PH_INT(i32, int32_t) PH_INT(i64, int64_t)
    case DType::f32: { float f = static_cast<const float*>(p)[i]; return f == static_cast<float>(x) || (f != f && x != x); }
    case DType::f64: { double f = static_cast<const double*>(p)[i]; return f == static_cast<double>(x) || (f != f && x != x); }
    case DType::f16:
    case DType::bf16: {
      const int m = t == DType::f16 ? 10 : 7, bias = t == DType::f16 ? 15 : 127;
      const uint16_t got = static_cast<const uint16_t*>(p)[i];
      return x != x ? std::isnan(small_float(got, m, bias)) : got == nearest_small(static_cast<Ref>(x), m, bias);
    }
  }
  return false;
}
template <class T>
static void check_conversions(const Kernels& k) {
  check::Lcg rng(11);
  const int64_t n = 4 * 1024 + 5;
  for (int in = 0; in < kDTypes; ++in) {
    const DType from = static_cast<DType>(in);
    std::vector<unsigned char> src(static_cast<size_t>(n) * 8);
    for (int64_t i = 0; i < n; ++i) {
      const uint64_t bits = static_cast<uint64_t>(rng.next()) << 33 ^ static_cast<uint64_t>(rng.next()) << 11 ^ rng.next();
      double d = rng.below(4) == 0 ? NAN : rng.uniform(-1, 1) * std::ldexp(1.0, static_cast<int>(rng.below(80)) - 20);
      if (i < 40) d = (i < 20 ? 1 : -1) * (static_cast<double>(i % 20) * 0.5);
      if (i == 41) d = INFINITY;
      if (i == 42) d = -INFINITY;
      const float f = static_cast<float>(d);
      if (from == DType::f64) std::memcpy(&src[static_cast<size_t>(i) * 8], &d, 8);
      else if (from == DType::f32) std::memcpy(&src[static_cast<size_t>(i) * 4], &f, 4);
      else std::memcpy(&src[static_cast<size_t>(i) * kDTypeSize[in]], &bits, kDTypeSize[in]);
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
      if constexpr (std::is_floating_point_v<T>) ok = got == static_cast<T>(x) || (got != got && x != x);
      else ok = from >= DType::f16 ? got == to_int<T>(x) : got == static_cast<T>(x < 0 ? static_cast<uint64_t>(static_cast<int64_t>(x)) : static_cast<uint64_t>(x));
      CHECK(ok, "%s load %d -> %d at %ld: %Lg gives %g", k.name, in, static_cast<int>(dtype_of<T>()),
            static_cast<long>(i), x, static_cast<double>(got));
    }
    for (int out = 0; out < kDTypes; ++out) {
      check::Guarded<unsigned char> dst(n * kDTypeSize[out]);
      Builder both(dtype_of<T>(), {n});
      both.in(src.data(), from).out(dst.data(), static_cast<DType>(out), 0);
      k.eltwise(both.g, kSerial);
      bool ok = dst.intact();
      int64_t at = -1;
      for (int64_t i = 0; i < n && ok; ++i)
        if (!stored_right<T>(dst.data(), static_cast<DType>(out), i, wide[static_cast<size_t>(i)])) ok = false, at = i;
      CHECK(ok, "%s convert %d -> %d -> %d at %ld, value %.17g", k.name, in, static_cast<int>(dtype_of<T>()), out,
            static_cast<long>(at), at < 0 ? 0 : static_cast<double>(wide[static_cast<size_t>(at)]));
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
    if (total > 60000) continue;
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
        if (rng.below(6) == 0) base += stride[i] * (std::max<int64_t>(shape[i], 1) - 1), stride[i] = -stride[i];
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
      const float m = pool[static_cast<size_t>(o[0])] * 0.5f, a = m + pool[static_cast<size_t>(o[1])];
      const int16_t s = shorts[static_cast<size_t>(o[2])];
      volatile float want = a - static_cast<float>(s);
      ok = y[i * stretch] == want && z[i] == s;
    }
    CHECK(ok, "%s broadcast round %d, %d dimensions", k.name, round, nd);
  }
}

// ---------------------------------------------------------------- whole programs
template <class T>
static void check_programs(const Kernels& k) {
  check::Lcg rng(17);
  const DType t = dtype_of<T>();
  for (int64_t n : {1, 5, 64, 1000, 4099, 300001}) {
    const size_t un = static_cast<size_t>(n);
    std::vector<T> g(un), w(un), m(un), v(un);
    for (size_t i = 0; i < un; ++i) {
      g[i] = static_cast<T>(rng.uniform(-1, 1)), w[i] = static_cast<T>(rng.uniform(-1, 1));
      m[i] = static_cast<T>(rng.uniform(-1, 1)), v[i] = static_cast<T>(rng.uniform(0, 1));
    }
    // Adam in place: m, v, w are read and written
    auto adam = [&](T* pw, T* pm, T* pv, const Team& team) {
      Builder p(t, {n});
      p.in(g.data(), t).in(pw, t).in(pm, t).in(pv, t).constant(0.1).constant(0.001).constant(0.01).constant(1e-7);
      p.op(EltOp::sub, 8, 0, 2).op(EltOp::fma, 8, 8, 4, 2);
      p.op(EltOp::square, 9, 0).op(EltOp::sub, 9, 9, 3).op(EltOp::fma, 9, 9, 5, 3);
      p.op(EltOp::sqrt, 10, 9).op(EltOp::add, 10, 10, 7).op(EltOp::mul, 11, 8, 6).op(EltOp::div, 11, 11, 10);
      p.op(EltOp::sub, 10, 1, 11);
      p.out(pw, t, 10).out(pm, t, 8).out(pv, t, 9);
      k.eltwise(p.g, team);
    };
    std::vector<T> w1 = w, m1 = m, v1 = v, w2 = w, m2 = m, v2 = v;
    adam(w1.data(), m1.data(), v1.data(), kSerial);
    adam(w2.data(), m2.data(), v2.data(), kTwo);
    CHECK(w1 == w2 && m1 == m2 && v1 == v2, "%s threads change Adam, n=%ld", k.name, static_cast<long>(n));
    bool ok = true;
    for (size_t i = 0; i < un && ok; ++i) {
      const Ref mm = m[i] + (static_cast<Ref>(g[i]) - m[i]) * static_cast<T>(0.1);
      const Ref vv = v[i] + (static_cast<Ref>(g[i]) * g[i] - v[i]) * static_cast<T>(0.001);
      const Ref ww = w[i] - mm * static_cast<T>(0.01) / (sqrtl(vv) + static_cast<T>(1e-7));
      const Ref eps = std::numeric_limits<T>::epsilon() * 8;
      ok = fabsl(m1[i] - mm) <= eps && fabsl(v1[i] - vv) <= eps && fabsl(w1[i] - ww) <= eps * (1 + fabsl(mm / sqrtl(vv)));
    }
    CHECK(ok, "%s Adam, n=%ld", k.name, static_cast<long>(n));

    // a chain in one program equals the same operations one by one, and one element at a time
    const EltOp chain[] = {EltOp::tanh, EltOp::exp, EltOp::log1p, EltOp::sigmoid, EltOp::sin, EltOp::erf,
                           EltOp::expm1, EltOp::softplus, EltOp::cos, EltOp::rsqrt};
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
    CHECK(std::memcmp(next.data(), fused.data(), un * sizeof(T)) == 0, "%s fused differs, n=%ld", k.name, static_cast<long>(n));
    for (size_t i = 0; i < un; i += 1 + un / 50) {
      Builder alone = p;
      T y;
      alone.g.shape[0] = 1;
      alone.g.in[0].data = &g[i], alone.g.out[0].data = &y;
      k.eltwise(alone.g, kSerial);
      CHECK(std::memcmp(&y, &fused[i], sizeof y) == 0, "%s position matters at %ld of %ld", k.name, static_cast<long>(i), static_cast<long>(n));
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
    late.in(x.data(), t).op(EltOp::neg, 1, 0).op(EltOp::add, 2, 1, 0).out(x.data(), t, 1).out(z.data(), t, 2);
    k.eltwise(late.g, kSerial);
    ok = true;
    for (size_t i = 0; i < un; ++i) ok &= x[i] == -g[i] && z[i] == 0;
    CHECK(ok, "%s hazard, n=%ld", k.name, static_cast<long>(n));
    // constants alone
    Builder fill(t, {n});
    fill.constant(2).constant(3).op(EltOp::mul, 2, 0, 1).out(x.data(), t, 2).out(z.data(), t, 1);
    k.eltwise(fill.g, kTwo);
    CHECK(std::count(x.begin(), x.end(), T(6)) == n && std::count(z.begin(), z.end(), T(3)) == n, "%s constants", k.name);
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
  const EltOp cheap[] = {EltOp::add, EltOp::sub, EltOp::mul, EltOp::div, EltOp::min, EltOp::max, EltOp::fma,
                         EltOp::neg, EltOp::abs, EltOp::square, EltOp::relu, EltOp::sqrt, EltOp::gt, EltOp::where, EltOp::mov};
  for (int round = 0; round < 300; ++round) {
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
      one.in(reg[static_cast<size_t>(a)].data(), t).in(reg[static_cast<size_t>(b)].data(), t).in(reg[static_cast<size_t>(d)].data(), t);
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
      for (size_t i = 0; i < un; ++i) ok &= std::memcmp(&got[i], &want[o][i], sizeof(T)) == 0 || (got[i] != got[i] && want[o][i] != want[o][i]);
      CHECK(ok, "%s fusion round %d output %d of %d instructions, n=%ld", k.name, round, static_cast<int>(o), count, static_cast<long>(n));
    }
  }
}

// As many registers as there may be, and arrays that bypass the cache.
static void check_limits(const Kernels& k) {
  const int64_t n = 777;
  std::vector<std::vector<double>> in(kEltMaxIn, std::vector<double>(n)), out(kEltMaxOut, std::vector<double>(n));
  Builder p(DType::f64, {n});
  for (int i = 0; i < kEltMaxIn; ++i) {
    for (int64_t j = 0; j < n; ++j) in[static_cast<size_t>(i)][static_cast<size_t>(j)] = static_cast<double>(i * j % 7);
    p.in(in[static_cast<size_t>(i)].data(), DType::f64);
  }
  for (int i = 0; i < kEltMaxConst; ++i) p.constant(i);
  for (int i = 0; i < kEltMaxInstr; ++i) {
    const int dst = 32 + i % 32;
    p.op(EltOp::add, dst, i ? 32 + (i - 1) % 32 : 0, i % 32);
  }
  for (int o = 0; o < kEltMaxOut; ++o) p.out(out[static_cast<size_t>(o)].data(), DType::f64, 63 - o);
  k.eltwise(p.g, kSerial);
  bool ok = true;
  for (int64_t j = 0; j < n; ++j) {
    double reg[64];
    for (int i = 0; i < 16; ++i) reg[i] = in[static_cast<size_t>(i)][static_cast<size_t>(j)], reg[16 + i] = i;
    for (int i = 0; i < kEltMaxInstr; ++i) reg[32 + i % 32] = reg[i ? 32 + (i - 1) % 32 : 0] + reg[i % 32];
    for (int o = 0; o < kEltMaxOut; ++o) ok &= out[static_cast<size_t>(o)][static_cast<size_t>(j)] == reg[63 - o];
  }
  CHECK(ok, "%s all registers", k.name);

  const int64_t big = (int64_t{14} << 20) + 3;
  std::vector<float> x(static_cast<size_t>(big)), y(static_cast<size_t>(big) + 33);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 1000);
  for (const EltOp op : {EltOp::mul, EltOp::pow, EltOp::gt})
    for (int64_t shift = 0; shift < 2; ++shift) {  // aligned, so that stores may bypass the cache, or not
      std::fill(y.begin(), y.end(), -7.0f);
      float* to = y.data() + (64 - reinterpret_cast<uintptr_t>(y.data()) % 64) / 4 + shift;
      Builder large(DType::f32, {big});
      large.in(x.data(), DType::f32).constant(2).op(op, 2, 0, 1).out(to, DType::f32, 2);
      k.eltwise(large.g, kTwo);
      ok = to[-1] == -7.0f && to[big] == -7.0f;
      for (size_t i = 0; i < x.size(); ++i)
        ok &= to[i] == (op == EltOp::mul ? 2 * x[i] : op == EltOp::pow ? x[i] * x[i] : static_cast<float>(x[i] > 2));
      CHECK(ok, "%s large %s", k.name, kNames[static_cast<int>(op)]);
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
    check_programs<float>(k);
    check_programs<double>(k);
    check_fusion<float>(k);
    check_fusion<double>(k);
    check_limits(k);
  });
  return check::result("eltwise");
}

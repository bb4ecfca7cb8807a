// What the elementwise checkers share: programs built by hand, each opcode in long double, and
// how near a result must be.
#pragma once
#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <thread>

#include "check.h"

using namespace ph;
typedef long double Ref;

inline void run_serial(void*, int64_t chunks, void (*body)(void*, int64_t, int), void* ctx) {
  for (int64_t c = chunks - 1; c >= 0; --c) body(ctx, c, 0);  // backwards: order must not matter
}
inline void run_threads(void*, int64_t chunks, void (*body)(void*, int64_t, int), void* ctx) {
  std::thread other([&] {
    for (int64_t c = 1; c < chunks; c += 2) body(ctx, c, 1);
  });
  for (int64_t c = 0; c < chunks; c += 2) body(ctx, c, 0);
  other.join();
}
inline const Launch kSerial = {1, nullptr, run_serial}, kTwo = {2, nullptr, run_threads};
inline const char* const kNames[] = {
#define PH_X(name, arity) #name,
    PH_ELT_OPS(PH_X)
#undef PH_X
};
inline const int kArity[] = {
#define PH_X(name, arity) arity,
    PH_ELT_OPS(PH_X)
#undef PH_X
};
constexpr int kOps = sizeof(kArity) / sizeof(int);

template <class T>
constexpr DType dtype_of();
template <>
constexpr DType dtype_of<float>() {
  return DType::f32;
}
template <>
constexpr DType dtype_of<double>() {
  return DType::f64;
}
template <>
constexpr DType dtype_of<int64_t>() {
  return DType::i64;
}
template <>
constexpr DType dtype_of<uint64_t>() {
  return DType::u64;
}

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
inline Ref reference(EltOp op, Ref a, Ref b, Ref c) {
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
inline bool close(T got, Ref want, double ulps) {
  if (std::isnan(want)) return std::isnan(got);
  const T rounded = static_cast<T>(want);
  if (got == rounded) return true;
  if (!std::isfinite(rounded) || !std::isfinite(got))
    return std::fabs(got) >= std::numeric_limits<T>::max() &&
           std::fabs(rounded) >= std::numeric_limits<T>::max();
  const Ref ulp = static_cast<Ref>(std::nextafter(std::fabs(rounded), static_cast<T>(INFINITY))) -
                  std::fabs(rounded);
  return std::fabs(static_cast<Ref>(got) - want) <=
         ulps * std::max<Ref>(ulp, std::numeric_limits<T>::denorm_min());
}

template <class T>
inline std::vector<T> float_values(check::Lcg& rng, int64_t n, double range) {
  const double special[] = {0.0, -0.0, 1,   -1,       0.5,       -0.5,  1.5,  2.5,
                            3,   -3,   NAN, INFINITY, -INFINITY, 1e-40, 1e30, 7};
  std::vector<T> v(static_cast<size_t>(n));
  for (auto& x : v)
    x = static_cast<T>(rng.below(5) == 0 ? special[rng.below(16)] : rng.uniform(-range, range));
  return v;
}

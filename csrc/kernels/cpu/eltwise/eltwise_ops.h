// The elementwise opcodes: one loop each over vectors, floats and 64-bit integers. An operand
// advances by its step each vector; step 0 is one vector that holds a scalar.
#pragma once
#include "../math/math_pow.h"
#include "../math/math_trig.h"
#include "eltwise_convert.h"

namespace ph {
namespace PH_ISA {

template <class T>
struct EltCall {
  T* dst;
  const T *a, *b, *c;
  int64_t step_a, step_b, step_c;  // lanes or 0
  bool stream;                     // dst is aligned to the vector and bypasses the cache
  // Of operations by rows: so many of n, dense in dst; from row to row an operand moves by so many
  // elements. Where it moves and has step 0, it is one element a row, not a vector.
  int64_t rows = 1, row_a = 0, row_b = 0, row_c = 0;
};
template <class T>
using EltFn = void (*)(const EltCall<T>& call, int64_t n);

// ---------------------------------------------------------------- helpers
template <class T, class M>
PH_INLINE Vec<T> truth(M mask) {
  return mask ? splat<T>(1) : Vec<T>{};
}
template <class T, class F>
PH_INLINE Vec<T> each_lane(Vec<T> a, Vec<T> b, const F& f) {
  T x[kLanes<T>], y[kLanes<T>];
  store(x, a), store(y, b);
  for (int i = 0; i < kLanes<T>; ++i) x[i] = f(x[i], y[i]);
  return load(x);
}
// sqrt and the transcendentals on integers: through double, truncated.
using DoubleLoop = void (*)(const EltCall<double>& call, int64_t n);
template <class T>
static PH_NOINLINE void through_double(const EltCall<T>& call, int64_t n, DoubleLoop loop) {
  constexpr int strip = 64;
  alignas(64) double x[strip];
  for (int64_t i = 0; i < n; i += strip) {
    const int64_t m = n - i < strip ? n - i : strip;
    for (int64_t j = 0; j < m; ++j) x[j] = static_cast<double>(call.a[call.step_a ? i + j : 0]);
    loop(EltCall<double>{x, x, x, x, kLanes<double>, 0, 0, false}, m);
    for (int64_t j = 0; j < m; ++j) call.dst[i + j] = saturate<T>(x[j]);
  }
}
template <class T>
PH_INLINE T int_div(T a, T b) {
  if (b == 0) return 0;
  if constexpr (Limits<T>::min != 0)
    if (b == -1) return static_cast<T>(0 - static_cast<uint64_t>(a));
  return a / b;
}
template <class T>
PH_INLINE T int_floordiv(T a, T b) {
  T q = int_div(a, b);
  if constexpr (Limits<T>::min != 0)
    if (b != 0 && b != -1 && a % b != 0 && (a < 0) != (b < 0)) --q;
  return q;
}
template <class T>
PH_INLINE T int_mod(T a, T b) {
  if (b == 0) return 0;
  if constexpr (Limits<T>::min != 0) {
    if (b == -1) return 0;
    T r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  }
  return a % b;
}
template <class T>
PH_INLINE T int_pow(T a, T b) {
  if constexpr (Limits<T>::min != 0)
    if (b < 0) return a == 1 ? 1 : (a == -1 ? ((b & 1) ? -1 : 1) : 0);
  uint64_t r = 1, x = static_cast<uint64_t>(a);
  for (uint64_t e = static_cast<uint64_t>(b); e; e >>= 1, x *= x)
    if (e & 1) r *= x;
  return static_cast<T>(r);
}
// The remainder of |a| / |b| exactly, by the schoolbook on whole significands.
template <class T>
static PH_NOINLINE T exact_fmod(T a, T b) {
  using B = FloatBits<T>;
  using U = typename B::Uint;
  U ua = bit_cast<U>(a), ub = bit_cast<U>(b);
  constexpr U hidden = U{1} << B::mantissa;
  if (ub == 0 || ua >= bit_cast<U>(B::inf) || ub > bit_cast<U>(B::inf)) return B::nan;
  if (ua < ub) return a;
  int ea = static_cast<int>(ua >> B::mantissa), eb = static_cast<int>(ub >> B::mantissa);
  U ma = ea ? (ua & (hidden - 1)) | hidden : ua, mb = eb ? (ub & (hidden - 1)) | hidden : ub;
  ea += ea == 0, eb += eb == 0;
  for (; ma < hidden; --ea) ma <<= 1;  // denormals
  for (; mb < hidden; --eb) mb <<= 1;
  for (; ea > eb; --ea) {
    if (ma >= mb) ma -= mb;
    ma <<= 1;
  }
  if (ma >= mb) ma -= mb;
  if (ma == 0) return 0;
  for (; ma < hidden; --ea) ma <<= 1;
  if (ea < 1) return bit_cast<T>(ma >> (1 - ea));
  return bit_cast<T>((ma & (hidden - 1)) | static_cast<U>(ea) << B::mantissa);
}
// The exact remainder with a's sign; nan where a is infinite or b is 0.
template <class T>
PH_INLINE Vec<T> float_rest(Vec<T> a, Vec<T> b) {
  Vec<T> x = vabs<T>(a), y = vabs<T>(b);
  Vec<T> r = x;
#if defined(__FMA__) || defined(__aarch64__)
  // A quotient below 2^mantissa is off by one at most, and the fused remainder exact.
  const Vec<T> quotient = x / y;
  const Vec<T> rest = vfma<T>(-vround<Round::zero, T>(quotient), y, x);
  r = rest < 0 ? rest + y : (rest >= y ? rest - y : rest);
  const IntVec<T> easy = (quotient < static_cast<T>(int64_t{1} << (FloatBits<T>::mantissa - 1))) &
                         (x < FloatBits<T>::inf);
#else
  const IntVec<T> easy = x < y;
#endif
  if (!every_lane<typename FloatBits<T>::Int>(easy))
    r = easy ? r : each_lane<T>(x, y, [](T p, T q) { return exact_fmod(p, q); });
  return vcopysign<T>(x < y ? x : r, a);
}
// Python's rules: the remainder has the divisor's sign, and the quotient is the whole number that
// goes with it, as NumPy's divmod rounds it. 1 // 0.1 is 9 since 1 % 0.1 is 0.0999...
template <class T>
PH_INLINE Vec<T> float_mod(Vec<T> a, Vec<T> b) {
  Vec<T> r = float_rest<T>(a, b);
  r = ((r != 0) & ((r < 0) != (b < 0))) ? r + b : r;
  return r == 0 ? vcopysign<T>(r, b) : r;
}
template <class T>
PH_INLINE Vec<T> float_floordiv(Vec<T> a, Vec<T> b) {
  const Vec<T> r = float_rest<T>(a, b), quotient = a / b;
  Vec<T> q = (a - r) / b;  // whole but for rounding
  q = ((r != 0) & ((r < 0) != (b < 0))) ? q - 1 : q;
  Vec<T> whole = vround<Round::down, T>(q);
  whole = q - whole > T(0.5) ? whole + 1 : whole;
  whole = q == 0 ? vcopysign<T>(q, quotient) : whole;
  return b == 0 ? quotient : whole;
}

// ---------------------------------------------------------------- opcodes
template <EltOp op, class T>
PH_INLINE Vec<T> elt_op(Vec<T> a, Vec<T> b, Vec<T> c) {
  using E = EltOp;
  constexpr bool f = is_float<T>;
  (void)b, (void)c;
  if constexpr (op == E::mov) return a;
  if constexpr (op == E::neg) {
    if constexpr (f)
      return -a;
    else
      return (Vec<T>)(-(vu64)a);
  }
  if constexpr (op == E::abs) {
    if constexpr (f)
      return vabs<T>(a);
    else if constexpr (__is_same(T, uint64_t))
      return a;
    else
      return a < 0 ? (Vec<T>)(-(vu64)a) : a;
  }
  if constexpr (op == E::sign) {
    if constexpr (__is_same(T, uint64_t))
      return truth<T>(a != 0);
    else
      return a > 0 ? splat<T>(1) : (a < 0 ? splat<T>(static_cast<T>(-1)) : a);
  }
  if constexpr (op == E::square) return elt_op<E::mul, T>(a, a, a);
  if constexpr (op == E::recip) {
    if constexpr (f)
      return 1 / a;
    else
      return each_lane<T>(splat<T>(1), a, int_div<T>);
  }
#define PH_UNARY(name)                                     \
  if constexpr (op == E::name) {                           \
    if constexpr (f)                                       \
      return v##name(a);                                   \
    else                                                   \
      return a; /* unused: elt_loop goes through double */ \
  }
  // clang-format off
  PH_UNARY(sqrt)
  PH_UNARY(rsqrt) PH_UNARY(exp) PH_UNARY(expm1) PH_UNARY(log) PH_UNARY(log1p) PH_UNARY(sin)
      PH_UNARY(cos) PH_UNARY(tanh) PH_UNARY(sigmoid) PH_UNARY(erf) PH_UNARY(softplus)
  // clang-format on
#undef PH_UNARY
          if constexpr (op == E::floor || op == E::ceil || op == E::round) {
    if constexpr (!f)
      return a;
    else if constexpr (op == E::floor)
      return vround<Round::down, T>(a);
    else if constexpr (op == E::ceil)
      return vround<Round::up, T>(a);
    else
      return vround<Round::even, T>(a);
  }
  if constexpr (op == E::relu) {
    if constexpr (__is_same(T, uint64_t))
      return a;
    else
      return a < 0 ? Vec<T>{} : a;
  }
  if constexpr (op == E::logical_not) return truth<T>(a == 0);
  if constexpr (op == E::isnan) return truth<T>(a != a);
  if constexpr (op == E::isinf) {
    if constexpr (f)
      return truth<T>(vabs<T>(a) == FloatBits<T>::inf);
    else
      return Vec<T>{};
  }
  if constexpr (op == E::isfinite) {
    if constexpr (f)
      return truth<T>(vabs<T>(a) < FloatBits<T>::inf);
    else
      return splat<T>(1);
  }
  if constexpr (op == E::add) {
    if constexpr (f)
      return a + b;
    else
      return (Vec<T>)((vu64)a + (vu64)b);
  }
  if constexpr (op == E::sub) {
    if constexpr (f)
      return a - b;
    else
      return (Vec<T>)((vu64)a - (vu64)b);
  }
  if constexpr (op == E::mul) {
    if constexpr (f)
      return a * b;
    else
      return (Vec<T>)((vu64)a * (vu64)b);
  }
  if constexpr (op == E::div) {
    if constexpr (f)
      return a / b;
    else
      return each_lane<T>(a, b, int_div<T>);
  }
  if constexpr (op == E::floordiv) {
    if constexpr (f)
      return float_floordiv<T>(a, b);
    else
      return each_lane<T>(a, b, int_floordiv<T>);
  }
  if constexpr (op == E::mod) {
    if constexpr (f)
      return float_mod<T>(a, b);
    else
      return each_lane<T>(a, b, int_mod<T>);
  }
  if constexpr (op == E::pow) {
    if constexpr (f)
      return vpow(a, b);
    else
      return each_lane<T>(a, b, int_pow<T>);
  }
  if constexpr (op == E::min) {
    if constexpr (f)
      return vmin<T>(a, b);
    else
      return b < a ? b : a;
  }
  if constexpr (op == E::max) {
    if constexpr (f)
      return vmax<T>(a, b);
    else
      return a < b ? b : a;
  }
  if constexpr (op == E::eq) return truth<T>(a == b);
  if constexpr (op == E::ne) return truth<T>(a != b);
  if constexpr (op == E::lt) return truth<T>(a < b);
  if constexpr (op == E::le) return truth<T>(a <= b);
  if constexpr (op == E::gt) return truth<T>(a > b);
  if constexpr (op == E::ge) return truth<T>(a >= b);
  if constexpr (op == E::logical_and) return truth<T>((a != 0) & (b != 0));
  if constexpr (op == E::logical_or) return truth<T>((a != 0) | (b != 0));
  if constexpr (op == E::logical_xor) return truth<T>((a != 0) ^ (b != 0));
  if constexpr (op == E::where) return a != 0 ? b : c;
  if constexpr (op == E::fma) {
    if constexpr (f)
      return vfma<T>(a, b, c);
    else
      return (Vec<T>)((vu64)a * (vu64)b + (vu64)c);
  }
}

constexpr uint8_t kEltArity[] = {
#define PH_X(name, arity) arity,
    PH_ELT_OPS(PH_X)
#undef PH_X
};
constexpr bool elt_heavy(EltOp op) {
  return (op >= EltOp::exp && op <= EltOp::softplus) || op == EltOp::pow || op == EltOp::mod ||
         op == EltOp::floordiv;
}
constexpr bool elt_by_double(EltOp op) {  // on integers
  return (op >= EltOp::sqrt && op <= EltOp::softplus);
}
constexpr bool elt_by_rows(EltOp op) {  // worth a loop over rows of their own: often broadcast
  return op == EltOp::mov || op == EltOp::add || op == EltOp::sub || op == EltOp::mul ||
         op == EltOp::div || op == EltOp::min || op == EltOp::max || op == EltOp::where;
}
constexpr int elt_cost(EltOp op) {  // in cheap operations
  if (op == EltOp::pow || op == EltOp::mod || op == EltOp::floordiv) return 40;
  if (elt_heavy(op)) return 12;
  bool divides = op == EltOp::div || op == EltOp::recip;
  return divides || op == EltOp::sqrt || op == EltOp::rsqrt ? 4 : 1;
}

// Cheap operations are unrolled; all loads of a round come before its stores, so dst may be an
// operand. The last, partial vector goes through the same arithmetic.
template <EltOp op, class T>
PH_INLINE void elt_row(T* d, const T* a, const T* b, const T* c, int64_t sa, int64_t sb, int64_t sc,
                       bool stream, int64_t n) {
  constexpr int lanes = kLanes<T>, arity = kEltArity[static_cast<int>(op)];
  constexpr int unroll = elt_heavy(op) || !is_float<T> ? 1 : 4;
  const Vec<T> zero = {};
  if constexpr (unroll == 4) {
    for (; n >= 4 * lanes; n -= 4 * lanes) {
      Vec<T> r[4];
#pragma GCC unroll 4
      for (int u = 0; u < 4; ++u)
        r[u] = elt_op<op, T>(load(a + u * sa), arity > 1 ? load(b + u * sb) : zero,
                             arity > 2 ? load(c + u * sc) : zero);
#pragma GCC unroll 4
      for (int u = 0; u < 4; ++u) store(d + u * lanes, r[u]);
      a += 4 * sa, b += 4 * sb, c += 4 * sc, d += 4 * lanes;
    }
  }
  for (; n > 0; n -= lanes) {
    Vec<T> x, y = zero, z = zero;
    if (PH_LIKELY(n >= lanes)) {
      x = load(a);
      if (arity > 1) y = load(b);
      if (arity > 2) z = load(c);
    } else {
      x = sa ? load_first(a, n) : load(a);
      if (arity > 1) y = sb ? load_first(b, n) : load(b);
      if (arity > 2) z = sc ? load_first(c, n) : load(c);
    }
    Vec<T> r = elt_op<op, T>(x, y, z);
    if (PH_UNLIKELY(n < lanes))
      store_first(d, r, n);
    else if (elt_heavy(op) && stream)
      store_past(d, r);
    else
      store(d, r);
    a += sa, b += sb, c += sc, d += lanes;
  }
}
template <EltOp op, class T>
static void elt_loop(const EltCall<T>& call, int64_t n) {
  if constexpr (!is_float<T> && elt_by_double(op)) {
    through_double<T>(call, n, &elt_loop<op, double>);
  } else if constexpr (!is_float<T> || !elt_by_rows(op)) {
    elt_row<op, T>(call.dst, call.a, call.b, call.c, call.step_a, call.step_b, call.step_c,
                   call.stream, n);
  } else {
    constexpr int lanes = kLanes<T>;
    T* d = call.dst;
    const T* from[3] = {call.a, call.b, call.c};
    const int64_t step[3] = {call.step_a, call.step_b, call.step_c};
    const int64_t move[3] = {call.row_a, call.row_b, call.row_c};
    for (int64_t row = call.rows;;) {
      alignas(64) T spread[3][lanes];
      const T* at[3];
      for (int i = 0; i < 3; ++i) {
        at[i] = from[i];
        if (i >= kEltArity[static_cast<int>(op)] || step[i] || !move[i]) continue;
        store(spread[i], splat<T>(*from[i]));
        at[i] = spread[i];
      }
      elt_row<op, T>(d, at[0], at[1], at[2], step[0], step[1], step[2], call.stream, n);
      if (--row == 0) return;
      d += n;
      for (int i = 0; i < 3; ++i) from[i] += move[i];
    }
  }
}

template <class T>
PH_INLINE EltFn<T> elt_function(EltOp op) {
  static constexpr EltFn<T> table[] = {
#define PH_X(name, arity) &elt_loop<EltOp::name, T>,
      PH_ELT_OPS(PH_X)
#undef PH_X
  };
  return table[static_cast<int>(op)];
}

}  // namespace PH_ISA
}  // namespace ph

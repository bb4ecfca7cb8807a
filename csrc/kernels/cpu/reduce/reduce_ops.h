// The folds of reductions over vectors and scalars of a compute type, and the reduction of one
// contiguous strip.
#pragma once
#include "../eltwise/eltwise_convert.h"
#include "../math/math.h"

namespace ph {
namespace PH_ISA {

template <int bytes>
struct FloatOf {
  using type = double;
};
template <>
struct FloatOf<4> {
  using type = float;
};
template <class T>
constexpr T lowest_value() {
  if constexpr (is_float<T>)
    return -FloatBits<T>::inf;
  else
    return Limits<T>::min;
}
template <class T>
constexpr T highest_value() {
  if constexpr (is_float<T>)
    return FloatBits<T>::inf;
  else
    return Limits<T>::max;
}

// v where the lane is below n, else `other`.
template <class T>
PH_INLINE Vec<T> first_lanes(Vec<T> v, int64_t n, T other) {
  if (n >= kLanes<T>) return v;
  Vec<T> lane = {};
  for (int i = 0; i < kLanes<T>; ++i) lane[i] = static_cast<T>(i);
  return lane < static_cast<T>(n) ? v : splat<T>(other);
}

// acc `op` x, for a vector (V = Vec<T>) of elements. any and all see x as truth.
template <ReduceOp op, class T>
struct Fold {
  static constexpr T neutral = op == ReduceOp::prod || op == ReduceOp::all ? T(1)
                               : op == ReduceOp::max                       ? lowest_value<T>()
                               : op == ReduceOp::min                       ? highest_value<T>()
                                                                           : T(0);
  static PH_INLINE Vec<T> take(Vec<T> acc, Vec<T> x) {
    if constexpr ((op == ReduceOp::sum || op == ReduceOp::prod) && !is_float<T>)  // wrapping
      return (Vec<T>)(op == ReduceOp::sum ? (vu64)acc + (vu64)x : (vu64)acc * (vu64)x);
    else if constexpr (op == ReduceOp::sum)
      return acc + x;
    else if constexpr (op == ReduceOp::prod)
      return acc * x;
    if constexpr (op == ReduceOp::max) {
      if constexpr (is_float<T>)
        return vmax<T>(acc, x);
      else
        return acc < x ? x : acc;
    }
    if constexpr (op == ReduceOp::min) {
      if constexpr (is_float<T>)
        return vmin<T>(acc, x);
      else
        return x < acc ? x : acc;
    }
    if constexpr (op == ReduceOp::any) return x != 0 ? splat<T>(1) : acc;
    if constexpr (op == ReduceOp::all) return x == 0 ? Vec<T>{} : acc;
  }
  static T one(T acc, T x) {
    if constexpr (op == ReduceOp::sum || op == ReduceOp::prod) {
      if constexpr (is_float<T>) return op == ReduceOp::sum ? acc + x : acc * x;
      const uint64_t a = static_cast<uint64_t>(acc), b = static_cast<uint64_t>(x);
      return static_cast<T>(op == ReduceOp::sum ? a + b : a * b);
    }
    if constexpr (op == ReduceOp::max) return x > acc || x != x ? x : acc;
    if constexpr (op == ReduceOp::min) return x < acc || x != x ? x : acc;
    if constexpr (op == ReduceOp::any) return x != 0 ? T(1) : acc;
    return x == 0 ? T(0) : acc;
  }
  static PH_INLINE T across(Vec<T> v) {
    return across_lanes<T>(v, [](Vec<T> a, Vec<T> b) { return take(a, b); });
  }
  // One strip of at most a few thousand elements, by eight accumulators.
  static PH_INLINE T strip(const T* x, int64_t n) {
    constexpr int lanes = kLanes<T>;
    Vec<T> acc = splat<T>(neutral);
    if (n >= 8 * lanes) {
      Vec<T> a[8];
#pragma GCC unroll 8
      for (int u = 0; u < 8; ++u) a[u] = acc;
      for (; n >= 8 * lanes; n -= 8 * lanes, x += 8 * lanes) {
#pragma GCC unroll 8
        for (int u = 0; u < 8; ++u) a[u] = take(a[u], load(x + u * lanes));
      }
#pragma GCC unroll 3
      for (int half = 4; half > 0; half /= 2)
#pragma GCC unroll 4
        for (int u = 0; u < half; ++u) a[u] = merge(a[u], a[u + half]);
      acc = a[0];
    }
    for (; n >= lanes; n -= lanes, x += lanes) acc = take(acc, load(x));
    if (n > 0) {
      acc = take(acc, first_lanes<T>(load_first(x, n), n, neutral));
    }
    return across(acc);
  }
  static PH_INLINE Vec<T> merge(Vec<T> a, Vec<T> b) { return take(a, b); }
};

// Partial results joined pairwise, as they come.
template <class T>
struct PairwiseSum {
  T (*join)(T, T);
  T neutral, level[48];
  int64_t count = 0;
  PH_INLINE PairwiseSum(T (*one)(T, T), T nothing) : join(one), neutral(nothing) {}
  PH_INLINE void add(T x) {
    int top = 0;
    for (int64_t c = count++; c & 1; c >>= 1) x = join(level[top++], x);
    level[top] = x;
  }
  PH_INLINE T total() const {
    T sum = neutral;
    bool first = true;
    for (int top = 0; (count >> top) != 0; ++top)
      if (count >> top & 1) sum = first ? level[top] : join(level[top], sum), first = false;
    return sum;
  }
};

// Is v a better extremum than the best so far? nan is the best.
template <class T>
PH_INLINE bool better(ReduceOp op, T v, T best) {
  if (op == ReduceOp::argmax ? v > best : v < best) return true;
  return v != v && best == best;
}

}  // namespace PH_ISA
}  // namespace ph

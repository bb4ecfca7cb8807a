// Activations of recurrent cells over vectors, and loops over the units of a row.
#pragma once
#include "../../args_rnn.h"
#include "../gemm/gemm_epilogue.h"
#include "../math/math.h"

namespace ph {
namespace PH_ISA {

template <class T>
static PH_NOINLINE Vec<T> any_act(Vec<T> x, RnnAct act) {
  switch (act) {
    case RnnAct::relu: return apply_relu<T>(x);
    case RnnAct::tanh: return vtanh(x);
    case RnnAct::sigmoid: return vsigmoid(x);
    case RnnAct::hard_sigmoid: return vclamp<T>(x / T(6) + T(0.5), T(0), T(1));
    case RnnAct::hard_sigmoid_keras2: return vclamp<T>(x * T(0.2) + T(0.5), T(0), T(1));
    default: return x;
  }
}
// act'(x) in terms of y = act(x).
template <class T>
static PH_NOINLINE Vec<T> any_slope(Vec<T> y, RnnAct act) {
  const Vec<T> zero = {}, one = splat<T>(T(1));
  const auto inside = (y > zero) & (y < one);
  switch (act) {
    case RnnAct::relu: return y > zero ? one : zero;
    case RnnAct::tanh: return one - y * y;
    case RnnAct::sigmoid: return y * (one - y);
    case RnnAct::hard_sigmoid: return inside ? splat<T>(T(1) / 6) : zero;
    case RnnAct::hard_sigmoid_keras2: return inside ? splat<T>(T(0.2)) : zero;
    default: return one;
  }
}

// tanh for states and sigmoid for gates, chosen outside the loops ...
template <class T>
struct UsualActs {
  explicit UsualActs(const RnnArgs&) {}
  PH_INLINE Vec<T> act(Vec<T> x) const { return vtanh(x); }
  PH_INLINE Vec<T> gate(Vec<T> x) const { return vsigmoid(x); }
  PH_INLINE Vec<T> act_slope(Vec<T> y) const { return 1 - y * y; }
  PH_INLINE Vec<T> gate_slope(Vec<T> y) const { return y * (1 - y); }
};
// ... and all other pairs.
template <class T>
struct AnyActs {
  RnnAct of_state, of_gate;
  explicit AnyActs(const RnnArgs& a) : of_state(a.act), of_gate(a.gate_act) {}
  PH_INLINE Vec<T> act(Vec<T> x) const { return any_act<T>(x, of_state); }
  PH_INLINE Vec<T> gate(Vec<T> x) const { return any_act<T>(x, of_gate); }
  PH_INLINE Vec<T> act_slope(Vec<T> y) const { return any_slope<T>(y, of_state); }
  PH_INLINE Vec<T> gate_slope(Vec<T> y) const { return any_slope<T>(y, of_gate); }
};

template <class T>
struct WholeVector {
  PH_INLINE Vec<T> get(const T* p) const { return load<T>(p); }
  PH_INLINE void put(T* p, Vec<T> v) const { store<T>(p, v); }
};
template <class T>
struct PartVector {
  int64_t n;
  PH_INLINE Vec<T> get(const T* p) const { return load_first<T>(p, n); }
  PH_INLINE void put(T* p, Vec<T> v) const { store_first<T>(p, v, n); }
};
// f(j, io) for each vector of n elements.
template <class T, class F>
PH_INLINE void over_units(int64_t n, const F& f) {
  int64_t j = 0;
  for (; j + kLanes<T> <= n; j += kLanes<T>) f(j, WholeVector<T>{});
  if (j < n) f(j, PartVector<T>{n - j});
}
template <class T>
PH_INLINE void put_row(T* to, const T* from, int64_t n) {  // zeros where from is null
  over_units<T>(n, [&](int64_t j, auto io) { io.put(to + j, from ? io.get(from + j) : Vec<T>{}); });
}

// What the next step reads and writes of a sequence. Each sequence of a block is a stream of its
// own, more than processors follow by themselves; long rows they do.
constexpr int64_t kRnnFetchBytes = 1024;
template <class T>
PH_INLINE void fetch_row(const T* row, int64_t n) {
  constexpr int64_t size = sizeof(T);
  if (n * size > kRnnFetchBytes) return;
  for (int64_t j = 0; j < n; j += 64 / size) __builtin_prefetch(row + j, 1);
}

}  // namespace PH_ISA
}  // namespace ph

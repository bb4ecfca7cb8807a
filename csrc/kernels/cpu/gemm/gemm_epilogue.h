// What follows a product while its tile is still in L1: bias, activation, gate. And, of a block
// that is in L2, an elementwise program.
#pragma once
#include "../eltwise/eltwise_part.h"
#include "../math/math.h"

namespace ph {
namespace PH_ISA {

template <class T>
struct Epilogue {
  const T* bias;  // by column, or null
  const T* gate;  // (rows, cols), or null
  int64_t ldgate;
  Act act, gate_act;
  const EltwiseArgs* program = nullptr;  // or null; the tiles leave it to who writes whole blocks
  int64_t row = 0, col = 0;              // of the program's matrix, where this one begins
  PH_INLINE bool empty() const { return !bias && !gate && act == Act::none; }
  // What the register tile does by itself.
  PH_INLINE bool simple() const {
    return !gate && (act == Act::none || act == Act::relu || act == Act::relu6);
  }
};

template <class T>
PH_INLINE Vec<T> apply_relu(Vec<T> x) {
  return larger<T>(Vec<T>{}, x);  // nan stays
}
template <class T>
PH_INLINE Vec<T> apply_relu6(Vec<T> x) {
  return vclamp<T>(x, T(0), T(6));
}
template <class T>
PH_INLINE Vec<T> apply_act(Vec<T> x, Act act) {
  if (act == Act::relu) return apply_relu<T>(x);
  if (act == Act::relu6) return apply_relu6<T>(x);
  if (act == Act::tanh) return vtanh(x);
  if (act == Act::sigmoid) return vsigmoid(x);
  return x;
}

template <class T>
PH_INLINE Vec<T> apply_gate(Vec<T> x, Vec<T> g, Act act) {
  const Vec<T> zero = {}, one = splat<T>(T(1));
  if (act == Act::relu) return g > zero ? x : zero;
  if (act == Act::relu6) return g > zero ? (g < splat<T>(T(6)) ? x : zero) : zero;
  if (act == Act::tanh) return x * (one - g * g);
  if (act == Act::sigmoid) return x * (g * (one - g));
  return x;
}

// c (rows, cols) = epilogue(from + (accumulate ? c : 0)); e is already moved to the tile's
// corner. A register tile goes through whole vectors of `from`: a partial store that is
// loaded again at once would wait for the cache. Chosen outside the loops, the activation keeps
// its constants and tables in registers.
template <class T, class F>
PH_INLINE void finish_with(const T* from, int64_t ld_from, T* c, int64_t ldc, int64_t rows,
                           int64_t cols, const Epilogue<T>& e, bool accumulate, const F& act) {
  constexpr int64_t lanes = kLanes<T>;
  const bool padded = from != c;  // whole vectors may be read
  for (int64_t j = 0; j < cols; j += lanes) {
    const int64_t left = min_of(lanes, cols - j);
    const bool whole = left == lanes;
    Vec<T> bias = {};
    if (e.bias) bias = whole ? load<T>(e.bias + j) : load_first<T>(e.bias + j, left);
    for (int64_t i = 0; i < rows; ++i) {
      T* p = c + i * ldc + j;
      const T* f = from + i * ld_from + j;
      Vec<T> x = (whole || padded ? load<T>(f) : load_first<T>(f, left)) + bias;
      if (accumulate) x += whole ? load<T>(p) : load_first<T>(p, left);
      x = act(x);
      if (e.gate) {
        const T* g = e.gate + i * e.ldgate + j;
        x = apply_gate<T>(x, whole ? load<T>(g) : load_first<T>(g, left), e.gate_act);
      }
      if (whole)
        store<T>(p, x);
      else
        store_first<T>(p, x, left);
    }
  }
}
template <class T>
PH_NOINLINE void finish_tile(const T* from, int64_t ld_from, T* c, int64_t ldc, int64_t rows,
                             int64_t cols, const Epilogue<T>& e, bool accumulate) {
  const auto with = [&](const auto& act) {
    finish_with<T>(from, ld_from, c, ldc, rows, cols, e, accumulate, act);
  };
  if (e.act == Act::tanh) return with([](Vec<T> x) { return vtanh(x); });
  if (e.act == Act::relu6) return with([](Vec<T> x) { return apply_relu6<T>(x); });
  if (e.act == Act::sigmoid) return with([](Vec<T> x) { return vsigmoid(x); });
  const Vec<T> least = splat<T>(e.act == Act::relu ? T(0) : -FloatBits<T>::inf);
  with([&](Vec<T> x) { return larger<T>(least, x); });
}
template <class T>
PH_INLINE void finish_tile(T* c, int64_t ldc, int64_t rows, int64_t cols, const Epilogue<T>& e) {
  finish_tile<T>(c, ldc, c, ldc, rows, cols, e, false);
}

// Only the activation, of values that lie one after another.
template <class T>
void activate(T* c, int64_t count, Act act) {
  constexpr int64_t lanes = kLanes<T>;
  Epilogue<T> e = {};
  e.act = act;
  finish_tile<T>(c, lanes, count / lanes, lanes, e);
  const int64_t whole = count / lanes * lanes;
  if (whole < count) finish_tile<T>(c + whole, lanes, 1, count - whole, e);
}

template <class T>
PH_INLINE Epilogue<T> moved(const Epilogue<T>& e, int64_t i, int64_t j) {
  Epilogue<T> r = e;
  if (r.bias) r.bias += j;
  if (r.gate) r.gate += i * r.ldgate + j;
  r.row += i, r.col += j;
  return r;
}

// Goes on from rows [i0, i1), columns [j0, j1), which are done.
template <class T>
PH_INLINE void go_on(const Epilogue<T>& e, int64_t i0, int64_t i1, int64_t j0, int64_t j1) {
  if (e.program) eltwise_part(*e.program, e.row + i0, e.row + i1, e.col + j0, e.col + j1);
}

}  // namespace PH_ISA
}  // namespace ph

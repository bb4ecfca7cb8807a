// Rows that are folded and then written: a warp or a block takes one row after another.
#pragma once
#include "cuda.h"

namespace ph {
namespace cuda {

struct WarpGroup {
  PH_DEVICE bool first() const { return lane_id() == 0; }
  template <class F>
  PH_DEVICE void each(int64_t n, const F& f) const {
    for (int64_t i = lane_id(); i < n; i += 32) f(i);
  }
  template <class T, class F>
  PH_DEVICE T fold(T x, const F& f) const {
    return fold_warp(x, f);
  }
  // The sum over i in [0, n) of f(i), in double.
  template <class F>
  PH_DEVICE double sum(int64_t n, const F& f) const {
    double s = 0;
    each(n, [&](int64_t i) { s += f(i); });
    return fold(s, Sum());
  }
};
struct BlockGroup {
  PH_DEVICE bool first() const { return threadIdx.x == 0; }
  template <class F>
  PH_DEVICE void each(int64_t n, const F& f) const {
    for (int64_t i = threadIdx.x; i < n; i += kBlock) f(i);
  }
  template <class T, class F>
  PH_DEVICE T fold(T x, const F& f) const {
    return fold_block(x, f);
  }
  template <class F>
  PH_DEVICE double sum(int64_t n, const F& f) const {
    double s = 0;
    each(n, [&](int64_t i) { s += f(i); });
    return fold(s, Sum());
  }
};

template <class F>
struct RowsByWarp {
  int64_t rows;
  F f;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t row = i * (kBlock / 32) + warp_id();
    if (row < rows) f(row, WarpGroup());
  }
};
template <class F>
struct RowsByBlock {
  F f;
  PH_DEVICE void operator()(int64_t row) const { f(row, BlockGroup()); }
};
// f(row, group) for every row, whose elements the threads of the group share. A group reads a
// row's elements and writes those of the same indices: results may lie where the row does.
template <class F>
void each_row(int64_t rows, int64_t cols, const Launch& team, const F& f) {
  if (cols <= kRowWarp)
    each_block(ceil_div(rows, kBlock / 32), team, RowsByWarp<F>{rows, f});
  else
    each_block(rows, team, RowsByBlock<F>{f});
}

// ---------------------------------------------------------------- what rows share
template <class S, class G>
PH_DEVICE Wide<S> row_max(const In<S>& x, int64_t n, const G& group) {
  using T = Wide<S>;
  T top = -static_cast<T>(bit_cast<float>(0x7f800000u));
  group.each(n, [&](int64_t i) { top = Largest()(top, x[i]); });
  return group.fold(top, Largest());
}
template <class S, class G>
PH_DEVICE double exp_sum(const In<S>& x, Wide<S> top, int64_t n, const G& group) {
  return group.sum(n, [&](int64_t i) { return static_cast<double>(exp(x[i] - top)); });
}

}  // namespace cuda
}  // namespace ph

// Running sums, products and linear recurrences along the middle axis of (outer, n, inner). Many
// columns: a thread each. Few long ones: a block each, which scans kBlock elements at a time.
#include "cuda.h"

namespace ph {
namespace cuda {
namespace {

template <class T>
using Wide = std::conditional_t<is_float<T>, double, uint64_t>;

// y -> a * y + x: every operation here is the composition of such steps (a is 1 for sums; products
// keep x alone).
template <class W>
struct Step {
  W a, x;
};
template <class T>
struct Column {
  CumulateArgs c;
  using W = Wide<T>;
  int64_t first, step;
  PH_DEVICE Column(const CumulateArgs& args, int64_t i) : c(args) {
    const int64_t outer = i / c.inner, inner = i - outer * c.inner;
    first = (outer * c.n + (c.reverse ? c.n - 1 : 0)) * c.inner + inner;
    step = c.reverse ? -c.inner : c.inner;
  }
  PH_DEVICE Step<W> get(int64_t i) const {
    const int64_t at = first + i * step;
    const W x = static_cast<W>(static_cast<const T*>(c.x)[at]);
    return {c.op == CumulateOp::linear ? static_cast<W>(static_cast<const T*>(c.a)[at]) : W(1), x};
  }
  PH_DEVICE Step<W> nothing() const { return {W(1), c.op == CumulateOp::prod ? W(1) : W(0)}; }
  // First p, then q.
  PH_DEVICE Step<W> join(Step<W> p, Step<W> q) const {
    if (c.op == CumulateOp::sum) return {W(1), p.x + q.x};
    if (c.op == CumulateOp::prod) return {W(1), p.x * q.x};
    return {p.a * q.a, q.a * p.x + q.x};
  }
  PH_DEVICE void put(int64_t i, Step<W> s) const {
    static_cast<T*>(c.y)[first + i * step] = static_cast<T>(s.x);
  }
};

template <class T>
struct ByThread {
  CumulateArgs c;
  PH_DEVICE void operator()(int64_t i) const {
    const Column<T> column(c, i);
    auto run = column.nothing();
    for (int64_t k = 0; k < c.n; ++k) column.put(k, run = column.join(run, column.get(k)));
  }
};
template <class T>
struct ByBlock {
  CumulateArgs c;
  PH_DEVICE void operator()(int64_t i) const {
    using W = Wide<T>;
    PH_SHARED(W, a, kBlock);
    PH_SHARED(W, x, kBlock);
    const Column<T> column(c, i);
    const int t = static_cast<int>(threadIdx.x);
    Step<W> carry = column.nothing();
    for (int64_t k0 = 0; k0 < c.n; k0 += kBlock) {
      const int64_t k = k0 + t;
      Step<W> mine = k < c.n ? column.get(k) : column.nothing();
      a[t] = mine.a, x[t] = mine.x;
      __syncthreads();
      for (int back = 1; back < kBlock; back *= 2) {
        Step<W> before = mine;
        if (t >= back) before = {a[t - back], x[t - back]};
        __syncthreads();
        if (t >= back) {
          mine = column.join(before, mine);
          a[t] = mine.a, x[t] = mine.x;
        }
        __syncthreads();
      }
      if (k < c.n) column.put(k, column.join(carry, mine));
      carry = column.join(carry, {a[kBlock - 1], x[kBlock - 1]});
      __syncthreads();
    }
  }
};

template <class T>
void cumulate_as(const CumulateArgs& c, const Launch& team) {
  const int64_t columns = c.n > 0 ? c.outer * c.inner : 0;
  if (c.n <= kScanShort || columns >= kScanColumns)
    each(columns, team, ByThread<T>{c});
  else
    each_block(columns, team, ByBlock<T>{c});
}

}  // namespace

void cumulate(const CumulateArgs& c, const Launch& team) {
  switch (c.dtype) {
    case DType::f32: return cumulate_as<float>(c, team);
    case DType::f64: return cumulate_as<double>(c, team);
    case DType::i32: return cumulate_as<int32_t>(c, team);
    case DType::i64: return cumulate_as<int64_t>(c, team);
    default: return;
  }
}

}  // namespace cuda
}  // namespace ph

// What every form of reduction shares: the loops of an operation, the cut work, strips of elements
// in memory's or another order, results handed over.
#pragma once
#include "reduce_plan.h"
#include "reduce_tile.h"

namespace ph {
namespace PH_ISA {

constexpr int64_t kStrip = 2048;        // elements folded by one call
constexpr int64_t kGather = 512;        // elements gathered at once
constexpr int kRowGroup = 8;            // rows added together; beyond L2 one by one, since
constexpr int64_t kBeyondL2 = 1 << 20;  // several at once defeat the hardware's prefetch (bytes)
constexpr int64_t kLeafRows = 64;       // rows per leaf of a column sum
constexpr int kArgRows = 4;             // rows compared together
constexpr int kNarrow = 24;             // longest rows that are turned (reduce_tile.h)
constexpr bool is_narrow(int64_t n) { return n > 1 && n <= kNarrow; }

// What a reduction does to elements, by operation: everything else is compiled once a type.
template <class T>
struct FoldLoops {
  T neutral;
  T (*one)(T acc, T x);
  // out[i] = the fold of x[i * step, i * step + n), i < rows; n is at most kStrip.
  void (*strips)(const T* x, int64_t step, int64_t rows, int64_t n, T* out);
  // acc[0, n) with one or with up to kRowGroup rows; writes whole vectors, padding included.
  void (*add_rows)(T* acc, const T* const* row, int rows, int64_t n);
  // acc[0, n) with x[0, n), which may follow at once.
  void (*join)(T* acc, const T* x, int64_t n);
};
template <class T>
const FoldLoops<T>& fold_loops(ReduceOp op);

template <class T>
struct Job {
  const ReduceArgs& g;
  const FoldLoops<T>& fold;
  ReducePlan plan;
  LoadStrip<T> convert;
  bool same;  // elements are of the compute type already
  int size;

  PH_INLINE explicit Job(const ReduceArgs& args)
      : g(args),
        fold(fold_loops<T>(args.op)),
        plan(plan_reduce(args)),
        convert(loader<T>(args.in_dtype)),
        same(args.in_dtype == compute_dtype<T>),
        size(kDTypeSize[static_cast<int>(args.in_dtype)]) {}
  PH_INLINE const char* at(int64_t offset) const {
    return static_cast<const char*>(g.in) + offset * size;
  }
};

// Calls f(strip, n) over reduced elements [begin, end) of the result whose first element is at
// `base`, in order. Strips are at most kStrip long.
template <class T, class F>
PH_INLINE void for_strips(const Job<T>& job, int64_t base, int64_t begin, int64_t end, const F& f) {
  const ReducePlan& p = job.plan;
  const int last = p.red_dims - 1;
  const int64_t inner = last >= 0 ? p.red[last].n : 1, stride = last >= 0 ? p.red[last].stride : 1;
  const bool direct = job.same && stride == 1 && (inner >= 64 || last <= 0);
  alignas(64) T buffer[kGather];
  for (int64_t i = begin; i < end;) {
    int64_t n = 0;
    if (direct) {
      const int64_t row = i / inner, col = i - row * inner;
      n = min_of(min_of(inner - col, end - i), kStrip);
      f(reinterpret_cast<const T*>(job.at(base + dims_offset(p.red, last, row) + col)), n);
      i += n;
      continue;
    }
    while (n < kGather && i < end) {
      const int64_t row = i / inner, col = i - row * inner;
      const int64_t m = min_of(min_of(inner - col, end - i), kGather - n);
      const int64_t offset = last > 0 ? dims_offset(p.red, last, row) : 0;
      job.convert(buffer + n, job.at(base + offset + col * stride), stride, m);
      n += m, i += m;
    }
    f(static_cast<const T*>(buffer), n);
  }
}

// Hands results [first, first + n) over, scaled and converted.
template <class T>
PH_INLINE void write_results(const ReduceArgs& g, T* value, int64_t first, int64_t n) {
  if constexpr (is_float<T>)
    if (g.op == ReduceOp::sum && g.scale != 1.0)
      for (int64_t i = 0; i < n; ++i) value[i] *= static_cast<T>(g.scale);
  char* to = static_cast<char*>(g.out) + first * kDTypeSize[static_cast<int>(g.out_dtype)];
  storer<T>(g.out_dtype)(to, value, 1, n);
}

// partial[c] = f(base, begin, end) of the c-th part, p.parts of them for each result.
template <class P, class F>
PH_INLINE void for_parts(const ReducePlan& p, const Launch& team, P* partial, const F& f) {
  for_chunks(team, p.outs * p.parts, [&](int64_t c, int) {
    const int64_t out = c / p.parts, begin = (c - out * p.parts) * p.split;
    partial[c] = f(dims_offset(p.kept, p.kept_dims, out), begin, min_of(begin + p.split, p.reds));
  });
}
// f(first, n) for all results, at most kGroupOuts at a time.
constexpr int64_t kGroupOuts = 64;
template <class F>
PH_INLINE void for_results(const ReducePlan& p, const Launch& team, const F& f) {
  const int64_t chunk = round_up(max_of(kReduceChunk / max_of(p.reds, int64_t{8}), int64_t{1}), 16);
  for_chunks(team, ceil_div(p.outs, chunk), [&](int64_t c, int) {
    const int64_t end = min_of((c + 1) * chunk, p.outs);
    for (int64_t out = c * chunk; out < end; out += kGroupOuts)
      f(out, min_of(end - out, kGroupOuts));
  });
}

// Each result is one strip in place.
template <class T>
PH_INLINE bool is_simple(const Job<T>& job) {
  const ReducePlan& p = job.plan;
  return job.same && p.red_dims == 1 && p.red[0].stride == 1 && p.reds <= kStrip;
}

}  // namespace PH_ISA
}  // namespace ph

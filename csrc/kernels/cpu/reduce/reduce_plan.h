// How a reduction is cut: by shape alone, so that any number of threads adds in the
// same order.
#pragma once
#include "../simd.h"

namespace ph {
namespace PH_ISA {

constexpr int64_t kReduceChunk = 65536;  // elements that pay for a thread
constexpr int64_t kReduceParts = 256;    // tasks that partial results may make
constexpr int64_t kArgPart = 1024;  // rows that pay for partial places, which are joined one by one
constexpr int64_t kArgParts = 16;   // at most so many of them
constexpr int64_t kColumnTile = 1024;  // columns accumulated at once
constexpr int64_t kWideRow = 256;      // short rows are joined up to this length
constexpr int64_t kLineFloats = 16;    // of a cache line

struct ReduceDim {
  int64_t n, stride;
};

// outs results, each of reds elements. In row form the innermost dimension is folded; in
// column form it is kept: `cols` neighbours accumulate side by side, and `reds` counts rows.
// wide > 1: so many dense rows are read as one; the last `rest` rows make a shorter one.
// Each result's range of reds is cut in `parts` of `split`.
struct ReducePlan {
  ReduceDim kept[kMaxDims], red[kMaxDims];
  int kept_dims, red_dims;
  int64_t outs, reds, cols, col_stride, outer, wide, rest, split, parts;
  bool columns;
};

PH_INLINE int64_t dims_offset(const ReduceDim* dims, int count, int64_t index) {
  if (count == 1) return index * dims[0].stride;
  int64_t offset = 0;
  for (int d = count - 1; d >= 0; --d) {
    const int64_t next = index / dims[d].n;
    offset += (index - next * dims[d].n) * dims[d].stride;
    index = next;
  }
  return offset;
}

PH_INLINE ReducePlan plan_reduce(const ReduceArgs& g) {
  ReducePlan p;
  p.kept_dims = p.red_dims = 0;
  p.outs = p.reds = 1;
  int last_kind = -1;  // 1 reduced, 0 kept
  for (int d = 0; d < g.ndim; ++d) {
    const int64_t n = g.shape[d], stride = g.stride[d];
    (g.reduce[d] ? p.reds : p.outs) *= n;
    if (n == 1) continue;
    ReduceDim* list = g.reduce[d] ? p.red : p.kept;
    int& count = g.reduce[d] ? p.red_dims : p.kept_dims;
    if (last_kind == g.reduce[d] && list[count - 1].stride == n * stride)
      list[count - 1] = {list[count - 1].n * n, stride};
    else
      list[count++] = {n, stride};
    last_kind = g.reduce[d];
  }
  const bool arg = g.op == ReduceOp::argmax || g.op == ReduceOp::argmin;
  p.columns = last_kind == 0 && p.red_dims > 0 && (!arg || p.reds < INT32_MAX);
  p.cols = p.col_stride = p.wide = 1;
  p.rest = 0;
  p.outer = p.outs;
  if (p.columns) {
    p.cols = p.kept[p.kept_dims - 1].n, p.col_stride = p.kept[p.kept_dims - 1].stride;
    p.outer = p.outs / (p.cols ? p.cols : 1);
    if (p.cols > 0 && p.red_dims == 1 && p.col_stride == 1 && p.red[0].stride == p.cols &&
        p.cols * 4 <= kWideRow && p.reds >= 8) {
      p.wide = min_of(kWideRow / p.cols, p.reds / 4);
      // whole vectors, so that no row of an aligned array crosses lines, where that is possible
      const int64_t even = p.cols & -p.cols, step = max_of(kLineFloats / even, int64_t{1});
      if (p.wide > step) p.wide -= p.wide % step;
      p.rest = p.reds % p.wide;
      p.reds = p.reds / p.wide + (p.rest > 0);
      p.red[0].stride *= p.wide;
    }
  }
  // Long ranges of few results are cut, in whole units of 1,024 elements or 64 rows.
  const int64_t row = p.columns ? p.cols * p.wide : 1, unit = p.columns ? 64 : 1024;
  int64_t parts = p.reds * row / kReduceChunk;
  if (arg && p.columns) parts = min_of(min_of(parts, p.reds / kArgPart), kArgParts);
  const int64_t tasks = p.outer * ceil_div(row, kColumnTile);
  parts =
      tasks >= 64 ? 1 : max_of(min_of(parts, kReduceParts / max_of(tasks, int64_t{1})), int64_t{1});
  p.split = round_up(max_of(ceil_div(p.reds, parts), int64_t{1}), unit);
  p.parts = max_of(ceil_div(p.reds, p.split), int64_t{1});
  return p;
}

}  // namespace PH_ISA
}  // namespace ph

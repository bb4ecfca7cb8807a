// Reductions over any axes. Row form folds contiguous (or gathered) strips; column form adds
// whole rows into an accumulator that stays in L1. See reduce_plan.h for how work is cut.
#include "../families.h"
#include "reduce_arg.h"

namespace ph {
namespace PH_ISA {
namespace {

// ---------------------------------------------------------------- the loops of one operation
template <class F, class T>
void strips(const T* x, int64_t step, int64_t rows, int64_t n, T* out) {
  if constexpr (is_float<T>) {
    if (step == n && is_narrow(n)) {
      Vec<T> v[kNarrow];
      for (int64_t i = 0; i < rows; i += kLanes<T>) {
        const int64_t m = min_of<int64_t>(rows - i, kLanes<T>);
        load_turned(x + i * n, m, n, v);
        for (int64_t c = 1; c < n; ++c) v[0] = F::take(v[0], v[c]);
        store_n(out + i, F::take(splat<T>(F::neutral), v[0]), m);
      }
      return;
    }
  }
  if (n < kLanes<T>) {  // one vector a row
    for (int64_t i = 0; i < rows; ++i) {
      const Vec<T> v = first_lanes<T>(load_first(x + i * step, n), n, F::neutral);
      out[i] = F::across(F::take(splat<T>(F::neutral), v));
    }
    return;
  }
  for (int64_t i = 0; i < rows; ++i) out[i] = F::strip(x + i * step, n);
}
template <class F, class T>
void add_rows(T* acc, const T* const* row, int rows, int64_t n) {
  constexpr int lanes = kLanes<T>;
  if (rows == 1) {
    const T* x = row[0];
    for_vectors<T>(n, [&](int64_t i, int64_t k) {
      store(acc + i, F::take(load(acc + i), first_lanes<T>(load_n(x + i, k), k, F::neutral)));
    });
    return;
  }
  for (int64_t i = 0; i < n; i += lanes) {
    const bool whole = n - i >= lanes;
    auto get = [&](int r) {
      if (PH_LIKELY(whole)) return load(row[r] + i);
      return first_lanes<T>(load_first(row[r] + i, n - i), n - i, F::neutral);
    };
    Vec<T> a = load(acc + i);
    if (rows == kRowGroup) {
      if constexpr (__is_same(F, Fold<ReduceOp::sum, T>)) {
        a = a + (((get(0) + get(1)) + (get(2) + get(3))) + ((get(4) + get(5)) + (get(6) + get(7))));
      } else {
#pragma GCC unroll 8
        for (int r = 0; r < kRowGroup; ++r) a = F::take(a, get(r));
      }
    } else {
      for (int r = 0; r < rows; ++r) a = F::take(a, get(r));
    }
    store(acc + i, a);
  }
}

template <class F, class T>
void join(T* acc, const T* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    PH_ROLLED;
    acc[i] = F::one(acc[i], x[i]);
  }
}
}  // namespace
template <class T>
const FoldLoops<T>& fold_loops(ReduceOp op) {
#define PH_FOLD(op)                                                                                \
  {Fold<ReduceOp::op, T>::neutral, &Fold<ReduceOp::op, T>::one, &strips<Fold<ReduceOp::op, T>, T>, \
   &add_rows<Fold<ReduceOp::op, T>, T>, &join<Fold<ReduceOp::op, T>, T>},
  static constexpr FoldLoops<T> table[] = {// argmax and argmin fold as max and min
                                           PH_FOLD(sum) PH_FOLD(prod) PH_FOLD(max) PH_FOLD(min)
                                               PH_FOLD(any) PH_FOLD(all) PH_FOLD(max) PH_FOLD(min)};
#undef PH_FOLD
  return table[static_cast<int>(op)];
}

namespace {
// ---------------------------------------------------------------- rows
template <class T>
T reduce_range(const Job<T>& job, int64_t base, int64_t begin, int64_t end) {
  PairwiseSum<T> sum(job.fold.one, job.fold.neutral);
  for_strips(job, base, begin, end, [&](const T* x, int64_t n) {
    T part;
    job.fold.strips(x, 0, 1, n, &part);
    sum.add(part);
  });
  return sum.total();
}

template <class T>
void reduce_rows(const Job<T>& job, const Launch& team) {
  const ReducePlan& p = job.plan;
  T* partial = static_cast<T*>(job.g.scratch);
  if (p.parts > 1) {
    for_parts(p, team, partial, [&](int64_t base, int64_t begin, int64_t end) {
      return reduce_range(job, base, begin, end);
    });
    for (int64_t out = 0; out < p.outs; ++out) {
      PairwiseSum<T> sum(job.fold.one, job.fold.neutral);
      for (int64_t i = 0; i < p.parts; ++i) sum.add(partial[out * p.parts + i]);
      T total = sum.total();
      write_results(job.g, &total, out, 1);
    }
    return;
  }
  const bool simple = is_simple(job);
  for_results(p, team, [&](int64_t out, int64_t n) {
    T value[kGroupOuts];
    if (simple && p.kept_dims <= 1) {
      const int64_t step = p.kept_dims ? p.kept[0].stride : 0;
      job.fold.strips(reinterpret_cast<const T*>(job.at(out * step)), step, n, p.reds, value);
    } else {
      for (int64_t i = 0; i < n; ++i) {
        const int64_t base = dims_offset(p.kept, p.kept_dims, out + i);
        if (simple)
          job.fold.strips(reinterpret_cast<const T*>(job.at(base)), 0, 1, p.reds, value + i);
        else
          value[i] = reduce_range(job, base, 0, p.reds);
      }
    }
    write_results(job.g, value, out, n);
  });
}

// ---------------------------------------------------------------- columns
// Rows [begin, end) over columns [col, col + n) of one outer result, into acc (n, padded).
template <class T>
void reduce_tile(const Job<T>& job, int64_t base, int64_t begin, int64_t end, int64_t col,
                 int64_t n, T* acc) {
  const ReducePlan& p = job.plan;
  constexpr int pad = kLanes<T>;
  alignas(64) T leaves[kColumnTile + pad + kAliasBytes / sizeof(T)];
  alignas(64) T buffer[kRowGroup][kColumnTile + pad];
  T* leaf = unaliased(leaves, job.at(base));
  const int64_t padded = round_up(n, pad);
  const bool dense = job.same && p.col_stride == 1;
  const bool one_stream = dense && p.cols * p.wide == n && p.reds * n * job.size >= kBeyondL2;
  const int group = one_stream ? 1 : kRowGroup;
  for (int64_t i = 0; i < padded; ++i) acc[i] = job.fold.neutral;
  for (int64_t r = begin; r < end;) {
    for (int64_t i = 0; i < padded; ++i) leaf[i] = job.fold.neutral;
    for (const int64_t leaf_end = min_of(r + kLeafRows, end); r < leaf_end;) {
      const T* row[kRowGroup];
      int rows = 0;
      int64_t width = n;
      for (; rows < group && r < leaf_end; ++rows, ++r) {
        if (p.rest && r == p.reds - 1) {  // the shorter last row goes alone
          if (rows) break;
          width = max_of(min_of(p.rest * p.cols - col, n), int64_t{0});
        }
        const int64_t offset = base + dims_offset(p.red, p.red_dims, r) + col * p.col_stride;
        if (dense) {
          row[rows] = reinterpret_cast<const T*>(job.at(offset));
        } else {
          if (width) job.convert(buffer[rows], job.at(offset), p.col_stride, width);
          row[rows] = buffer[rows];
        }
        if (width != n) {
          ++rows, ++r;
          break;
        }
      }
      job.fold.add_rows(leaf, row, rows, width);
    }
    const T* whole = leaf;
    job.fold.add_rows(acc, &whole, 1, padded);
  }
}

template <class T>
void reduce_columns(const Job<T>& job, const Launch& team) {
  const ReducePlan& p = job.plan;
  const int64_t width = p.cols * p.wide, tiles = ceil_div(width, kColumnTile);
  T* partial = static_cast<T*>(job.g.scratch);
  // A wide row is folded to `cols` results here; it fits one tile.
  auto finish = [&](T* acc, int64_t n) {
    for (int64_t j = 1; j < p.wide; ++j) job.fold.join(acc, acc + j * p.cols, p.cols);
    return p.wide > 1 ? p.cols : n;
  };
  // Small outer results share a chunk.
  const int64_t work = max_of(p.reds * width, int64_t{1});
  const int64_t group = p.parts > 1 || tiles > 1 ? 1 : max_of(kReduceChunk / work, int64_t{1});
  const int64_t groups = ceil_div(p.outer, group);
  for_chunks(team, groups * tiles * p.parts, [&](int64_t c, int) {
    const int64_t part = c % p.parts, tile = c / p.parts % tiles,
                  first = c / p.parts / tiles * group;
    const int64_t col = tile * kColumnTile, n = min_of(width - col, kColumnTile);
    const int64_t begin = part * p.split, end = min_of(begin + p.split, p.reds);
    for (int64_t o = first; o < min_of(first + group, p.outer); ++o) {
      alignas(64) T acc[kColumnTile + kLanes<T>];
      const int64_t base = dims_offset(p.kept, p.kept_dims - 1, o);
      reduce_tile(job, base, begin, end, col, n, acc);
      const int64_t m = finish(acc, n);
      if (p.parts == 1) {
        write_results(job.g, acc, o * p.cols + col, m);
      } else {
        T* to = partial + (part * p.outer + o) * p.cols + col;
        for (int64_t i = 0; i < m; ++i) to[i] = acc[i];
      }
    }
  });
  if (p.parts == 1) return;
  for (int64_t step = 1; step < p.parts; step *= 2)
    for (int64_t i = 0; i + step < p.parts; i += 2 * step)
      job.fold.join(partial + i * p.outs, partial + (i + step) * p.outs, p.outs);
  write_results(job.g, partial, 0, p.outs);
}

// ---------------------------------------------------------------- dispatch
// What a reduction over nothing yields, per storage type.
void write_neutral(const ReduceArgs& g, int64_t outs) {
  const DType t = g.in_dtype;
  const bool floating = t >= DType::f16;
  const int bits = kDTypeSize[static_cast<int>(t)] * 8;
  const bool is_signed = t >= DType::i8 && t <= DType::i64;
  uint64_t low = 0, high = t == DType::b8 ? 1 : ~uint64_t{0} >> (64 - bits);
  if (is_signed) low = uint64_t{1} << (bits - 1), high = low - 1;
  for (int64_t i = 0; i < outs; ++i) {
    char* to = static_cast<char*>(g.out) + i * kDTypeSize[static_cast<int>(g.out_dtype)];
    uint64_t x = 0;
    if (g.op == ReduceOp::prod || g.op == ReduceOp::all) x = 1;
    if (g.op == ReduceOp::sum && floating) {
      const double d = 0.0 * g.scale;  // a mean's scale is infinite: nan
      storer<double>(g.out_dtype)(to, &d, 1, 1);
      continue;
    }
    if (g.op == ReduceOp::max || g.op == ReduceOp::min) {
      if (floating) {
        const double inf = FloatBits<double>::inf, d = g.op == ReduceOp::max ? -inf : inf;
        storer<double>(g.out_dtype)(to, &d, 1, 1);
        continue;
      }
      x = g.op == ReduceOp::max ? low : high;
    }
    storer<uint64_t>(g.out_dtype)(to, &x, 1, 1);
  }
}

template <class T>
void run(const ReduceArgs& g, const Launch& team) {
  const Job<T> job(g);
  if (job.plan.outs <= 0) return;
  if (job.plan.reds <= 0) return write_neutral(g, job.plan.outs);
  const bool columns = job.plan.columns;
  if (columns && g.op == ReduceOp::argmax) return arg_columns<true>(job, team);
  if (columns && g.op == ReduceOp::argmin) return arg_columns<false>(job, team);
  if (g.op == ReduceOp::argmax || g.op == ReduceOp::argmin) return arg_rows(job, team);
  columns ? reduce_columns(job, team) : reduce_rows(job, team);
}

}  // namespace

void reduce(const ReduceArgs& g, const Launch& team) {
  switch (g.in_dtype) {
    case DType::f16:
    case DType::bf16:
    case DType::f32: return run<float>(g, team);
    case DType::f64: return run<double>(g, team);
#if PH_WIDE
    default: return generic::reduce(g, team);
#else
    case DType::u64: return run<uint64_t>(g, team);
    default: return run<int64_t>(g, team);
#endif
  }
}
size_t reduce_scratch(const ReduceArgs& g, int) {
  const ReducePlan p = plan_reduce(g);
  return p.parts > 1 ? static_cast<size_t>(p.parts * p.outs) * 2 * sizeof(int64_t) : 0;
}

}  // namespace PH_ISA
}  // namespace ph

// argmax and argmin: along rows the extremum is found first, then its place; down columns values
// and places are kept side by side.
#pragma once
#include "reduce_job.h"

namespace ph {
namespace PH_ISA {
template <class T>
struct Extremum {
  T value;
  int64_t index;
};

// Where m, or the first nan if it is one, first occurs; it does.
template <class T>
int64_t position(const T* x, int64_t n, T m) {
  using Int = typename FloatBits<typename FloatOf<sizeof(T)>::type>::Int;
  constexpr int lanes = kLanes<T>;
  const Vec<T> wanted = splat<T>(m);
  const bool number = m == m;
  auto found = [&](Vec<T> v) { return number ? (Vec<Int>)(v == wanted) : (Vec<Int>)(v != v); };
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    const Vec<Int> a = found(load(x + i)), b = found(load(x + i + lanes));
    const Vec<Int> c = found(load(x + i + 2 * lanes)), d = found(load(x + i + 3 * lanes));
    if (any_lane<Int>((a | b) | (c | d))) break;
  }
  for (;; i += lanes) {
    const Vec<Int> f = found(n - i >= lanes ? load(x + i) : load_first(x + i, n - i));
    if (any_lane<Int>(f)) return i + first_lane<Int>(f);
  }
}

template <class T>
Extremum<T> arg_range(const Job<T>& job, int64_t base, int64_t begin, int64_t end) {
  Extremum<T> best = {0, -1};
  int64_t at = begin;
  for_strips(job, base, begin, end, [&](const T* x, int64_t n) {
    T m;
    job.fold.strips(x, 0, 1, n, &m);
    if (best.index < 0 || better(job.g.op, m, best.value)) best = {m, at + position(x, n, m)};
    at += n;
  });
  return best;
}
template <class T>
PH_INLINE void write_index(const ReduceArgs& g, const int64_t* index, int64_t first, int64_t n) {
  char* to = static_cast<char*>(g.out) + first * kDTypeSize[static_cast<int>(g.out_dtype)];
  storer<int64_t>(g.out_dtype)(to, index, 1, n);
}

// The rows of a dense matrix of few columns, turned.
template <class T>
void arg_narrow(const Job<T>& job, const T* x, int64_t rows, int64_t* index) {
  using Int = typename FloatBits<T>::Int;
  const int64_t n = job.plan.reds;
  const T sign = job.g.op == ReduceOp::argmax ? T(1) : T(-1);
  for (int64_t i = 0; i < rows; i += kLanes<T>) {
    const int64_t m = min_of<int64_t>(rows - i, kLanes<T>);
    Vec<T> v[kNarrow];
    load_turned(x + i * n, m, n, v);
    Vec<T> best = v[0] * sign;
    Vec<Int> at = {};
    for (int64_t c = 1; c < n; ++c) {
      const Vec<T> w = v[c] * sign;
      const Vec<Int> stays = (Vec<Int>)((w <= best) | (best != best));  // a nan wins
      best = stays ? best : w;
      at = stays ? at : splat<Int>(static_cast<Int>(c));
    }
    for (int64_t r = 0; r < m; ++r) index[i + r] = at[r];
  }
}

template <class T>
void arg_rows(const Job<T>& job, const Launch& team) {
  const ReducePlan& p = job.plan;
  auto* partial = static_cast<Extremum<T>*>(job.g.scratch);
  if (p.parts > 1) {
    for_parts(p, team, partial, [&](int64_t base, int64_t begin, int64_t end) {
      return arg_range(job, base, begin, end);
    });
    for (int64_t out = 0; out < p.outs; ++out) {
      Extremum<T> best = partial[out * p.parts];
      for (int64_t i = 1; i < p.parts; ++i) {
        const Extremum<T>& e = partial[out * p.parts + i];
        if (better(job.g.op, e.value, best.value)) best = e;
      }
      write_index<T>(job.g, &best.index, out, 1);
    }
    return;
  }
  const bool simple = is_simple(job);
  const bool narrow = simple && is_narrow(p.reds) && p.kept_dims == 1 && p.kept[0].stride == p.reds;
  for_results(p, team, [&](int64_t out, int64_t n) {
    int64_t index[kGroupOuts];
    if constexpr (is_float<T>) {
      if (narrow) {
        arg_narrow(job, reinterpret_cast<const T*>(job.at(out * p.reds)), n, index);
        return write_index<T>(job.g, index, out, n);
      }
    }
    for (int64_t i = 0; i < n; ++i) {
      const int64_t base = dims_offset(p.kept, p.kept_dims, out + i);
      const T* x = reinterpret_cast<const T*>(job.at(base));
      if (simple) {
        T m;
        job.fold.strips(x, 0, 1, p.reds, &m);
        index[i] = position(x, p.reds, m);
      } else {
        index[i] = arg_range(job, base, 0, p.reds).index;
      }
    }
    write_index<T>(job.g, index, out, n);
  });
}

// Rows [begin, end), in order, over one tile of columns, a few rows at a time.
template <bool largest, class T, class Int>
PH_INLINE void arg_tile(const Job<T>& job, int64_t base, int64_t begin, int64_t end, int64_t col,
                        int64_t n, T* best, Int* index) {
  const ReducePlan& p = job.plan;
  constexpr int64_t size = kColumnTile + kLanes<T>;
  alignas(64) T buffer[kArgRows * size];
  const int64_t row_size = p.cols * p.wide;
  const bool direct = job.same && p.col_stride == 1;
  const bool ahead = direct && n == row_size && p.red[p.red_dims - 1].stride == n &&
                     p.reds * n * job.size >= kBeyondL2;
  for (int64_t i = 0; i < n; ++i) index[i] = static_cast<Int>(begin);
  for (int64_t r = begin; r < end;) {
    const T* row[kArgRows];
    int rows = static_cast<int>(min_of(end - r, int64_t{kArgRows}));
    int64_t width = n;
    if (p.rest && r + rows == p.reds) {  // the shorter last row goes alone
      rows = rows > 1 ? rows - 1 : 1;
      if (rows == 1 && r == p.reds - 1) width = min_of(p.rest * p.cols, n);
    }
    for (int u = 0; u < rows; ++u) {
      const char* from = job.at(base + dims_offset(p.red, p.red_dims, r + u) + col * p.col_stride);
      row[u] = direct ? reinterpret_cast<const T*>(from) : buffer + u * size;
      if (!direct) job.convert(buffer + u * size, from, p.col_stride, width);
    }
    for_vectors<T>(width, [&](int64_t i, int64_t k) {
      Vec<T> b = r != begin ? load(best + i) : load_n(row[0] + i, k);
      Vec<Int> at = load(index + i);
#pragma GCC unroll 4
      for (int u = 0; u < kArgRows; ++u) {
        if (u >= rows) break;
        if (ahead) __builtin_prefetch(row[0] + kArgRows * (n + i) + u * kLanes<T>);
        const Vec<T> v = load_n(row[u] + i, k);
        // a nan wins over numbers
        const Vec<Int> stays = (Vec<Int>)((largest ? v <= b : v >= b) | (b != b));
        b = stays ? b : v;
        at = stays ? at : splat<Int>(static_cast<Int>(r + u));
      }
      store_n(best + i, b, k);
      if (PH_LIKELY(k == kLanes<T> || width == n))
        store(index + i, at);
      else
        for (int64_t j = 0; j < k; ++j) index[i + j] = at[j];
    });
    r += rows;
  }
}

template <bool largest, class T>
void arg_columns(const Job<T>& job, const Launch& team) {
  const ReducePlan& p = job.plan;
  using Int = typename FloatBits<typename FloatOf<sizeof(T)>::type>::Int;
  constexpr int64_t size = kColumnTile + kLanes<T>;
  const int64_t row_size = p.cols * p.wide, tiles = ceil_div(row_size, kColumnTile);
  auto* partial = static_cast<Extremum<T>*>(job.g.scratch);
  for_chunks(team, p.outer * tiles * p.parts, [&](int64_t chunk, int) {
    const int64_t part = chunk % p.parts, tile = chunk / p.parts;
    const int64_t o = tile / tiles, col = tile % tiles * kColumnTile;
    const int64_t n = min_of(row_size - col, kColumnTile);
    const int64_t begin = part * p.split, end = min_of(begin + p.split, p.reds);
    alignas(64) T best[size];
    alignas(64) Int index[size];
    arg_tile<largest>(job, dims_offset(p.kept, p.kept_dims - 1, o), begin, end, col, n, best,
                      index);
    // A wide row's columns that are one result: the better, or else the earlier.
    const int64_t only = begin + 1 == p.reds && p.rest ? p.rest : p.wide;
    for (int64_t j = 0; j < min_of(n, p.cols); ++j) {
      Extremum<T> e = {best[j], index[j] * p.wide};
      for (int64_t k = 1; k < only; ++k) {
        const Extremum<T> f = {best[k * p.cols + j], index[k * p.cols + j] * p.wide + k};
        const bool same = f.value == e.value || (f.value != f.value && e.value != e.value);
        if (better(job.g.op, f.value, e.value) || (same && f.index < e.index)) e = f;
      }
      const int64_t out = o * p.cols + col + j;
      if (p.parts > 1)
        partial[part * p.outs + out] = e;
      else
        write_index<T>(job.g, &e.index, out, 1);
    }
  });
  if (p.parts == 1) return;
  for (int64_t out = 0; out < p.outs; ++out) {
    Extremum<T> best = partial[out];
    for (int64_t i = 1; i < p.parts; ++i) {
      const Extremum<T>& e = partial[i * p.outs + out];
      if (better(job.g.op, e.value, best.value)) best = e;
    }
    write_index<T>(job.g, &best.index, out, 1);
  }
}

}  // namespace PH_ISA
}  // namespace ph

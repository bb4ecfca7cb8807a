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

template <class T>
void arg_rows(const Job<T>& job, const Team& team) {
  const ReducePlan& p = job.plan;
  auto* partial = static_cast<Extremum<T>*>(job.g.scratch);
  if (p.parts > 1) {
    for_chunks(team, p.outs * p.parts, [&](int64_t c, int) {
      const int64_t out = c / p.parts, begin = (c - out * p.parts) * p.split;
      partial[c] = arg_range(job, dims_offset(p.kept, p.kept_dims, out), begin,
                             min_of(begin + p.split, p.reds));
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
  const int64_t chunk = round_up(max_of(kReduceChunk / max_of(p.reds, int64_t{8}), int64_t{1}), 16);
  const bool simple = is_simple(job);
  for_chunks(team, ceil_div(p.outs, chunk), [&](int64_t c, int) {
    const int64_t end = min_of((c + 1) * chunk, p.outs);
    for (int64_t out = c * chunk; out < end;) {
      int64_t index[64];
      const int64_t n = min_of(end - out, int64_t{64});
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
      out += n;
    }
  });
}

// All rows in order over one tile of columns, a few at a time.
template <bool largest, class T>
void arg_columns(const Job<T>& job, const Team& team) {
  const ReducePlan& p = job.plan;
  using Int = typename FloatBits<typename FloatOf<sizeof(T)>::type>::Int;
  constexpr int lanes = kLanes<T>;
  constexpr int64_t size = kColumnTile + lanes;
  const int64_t tiles = ceil_div(p.cols, kColumnTile);
  const bool direct = job.same && p.col_stride == 1;
  for_chunks(team, p.outer * tiles, [&](int64_t chunk, int) {
    const int64_t o = chunk / tiles, col = chunk % tiles * kColumnTile;
    const int64_t n = min_of(p.cols - col, kColumnTile);
    alignas(64) T best[size], buffer[kArgRows * size];
    alignas(64) Int index[size];
    for (int64_t i = 0; i < n; ++i) index[i] = 0;
    const int64_t base = dims_offset(p.kept, p.kept_dims - 1, o) + col * p.col_stride;
    for (int64_t r = 0; r < p.reds; r += kArgRows) {
      const T* row[kArgRows];
      const int rows = static_cast<int>(min_of(p.reds - r, int64_t{kArgRows}));
      for (int u = 0; u < rows; ++u) {
        const char* from = job.at(base + dims_offset(p.red, p.red_dims, r + u));
        row[u] = direct ? reinterpret_cast<const T*>(from) : buffer + u * size;
        if (!direct) job.convert(buffer + u * size, from, p.col_stride, n);
      }
      for_vectors<T>(n, [&](int64_t i, int64_t k) {
        Vec<T> b = r ? load(best + i) : load_n(row[0] + i, k);
        Vec<Int> at = load(index + i);
        for (int u = 0; u < rows; ++u) {
          PH_ROLLED;
          const Vec<T> v = load_n(row[u] + i, k);
          // a nan wins over numbers
          const Vec<Int> stays = (Vec<Int>)((largest ? v <= b : v >= b) | (b != b));
          b = stays ? b : v;
          at = stays ? at : splat<Int>(static_cast<Int>(r + u));
        }
        store(best + i, b);
        store(index + i, at);
      });
    }
    for (int64_t i = 0; i < n; ++i) {
      const int64_t at = index[i];
      write_index<T>(job.g, &at, o * p.cols + col + i, 1);
    }
  });
}

}  // namespace PH_ISA
}  // namespace ph

// Batch normalisation, forward and backward. Batch statistics run down columns: small
// blocks of rows, summed relative to the mean so far, are joined by Chan's formula. Few channels:
// several rows are joined into a wide one whose columns repeat the channels.
#include "../families.h"
#include "../half.h"
#include "../reduce/reduce_tile.h"

namespace ph {
namespace PH_ISA {
namespace {

constexpr int64_t kNormTile = 1024;       // columns treated at once
constexpr int64_t kNormWide = 256;        // short rows are joined up to this length
constexpr int64_t kTurn = 8;              // rows added together, half as many of two arrays or
constexpr int64_t kLongTurn = 2;          // where rows are so long that they share a cache set
constexpr int64_t kNormBlock = 4096;      // elements of a block that is read twice
constexpr int64_t kAheadTotal = 1 << 18;  // elements beyond L2
constexpr int64_t kNormParts = 128;       // partial statistics at most
constexpr int64_t kNormLeaf = 64;         // rows added in one chain
constexpr int64_t kNormChunk = 16384;     // elements that pay for a thread

// The matrix as (rows, width), width = channels * wide; the last `rest` of the original rows
// make one shorter row more. Rows are cut into `parts` of `split`.
struct NormPlan {
  int64_t wide, width, rows, rest, split, parts, tiles;
};
PH_INLINE NormPlan plan_norm(const NormArgs& g) {
  NormPlan p;
  const int64_t channels = max_of(g.channels, int64_t{1});
  p.wide = max_of(min_of(kNormWide / channels, g.rows / 8), int64_t{1});
  p.width = g.channels * p.wide;
  p.rows = g.rows / p.wide;
  p.rest = g.rows % p.wide;
  const int64_t parts = min_of(p.rows * p.width / kNormChunk, kNormParts);
  p.split = round_up(ceil_div(max_of(p.rows, int64_t{1}), max_of(parts, int64_t{1})), 8);
  p.parts = max_of(ceil_div(p.rows, p.split), int64_t{1});
  p.tiles = ceil_div(p.width, kNormTile);
  return p;
}
// Arrays in scratch, each padded to whole vectors.
PH_INLINE int64_t padded(int64_t n) { return round_up(n, 16); }

// ---------------------------------------------------------------- column statistics
// Rows [begin, end) of a row-major matrix with `width` columns, of which [col, col + n).
template <class P>
struct Slab {
  P x;
  int64_t width, begin, end, col, n, total;
  PH_INLINE P row(int64_t r) const { return x + (r * width + col); }
};

PH_INLINE int64_t turn_of(int64_t n) { return n > kNormWide ? kLongTurn : kTurn; }
// Adds f(row, i, k) over rows [begin, end) to sum (n, padded), and its square to squares.
template <class T, class F>
PH_INLINE void column_sums(int64_t begin, int64_t end, int64_t n, T* sum, T* squares, const F& f) {
  const int64_t turn = turn_of(n);
  for (int64_t r = begin; r < end; r += turn) {
    const int64_t rows = min_of(turn, end - r);
    for_vectors<T>(n, [&](int64_t i, int64_t k) {
      Vec<T> s[kTurn] = {}, q[2] = {};
#pragma GCC unroll 8
      for (int64_t u = 0; u < kTurn; ++u) {
        if (u >= rows) break;
        s[u] = f(r + u, i, k);
        q[u & 1] = vfma<T>(s[u], s[u], q[u & 1]);
      }
      store(sum + i,
            load(sum + i) + (((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]))));
      store(squares + i, load(squares + i) + (q[0] + q[1]));
    });
  }
}
template <class T>
PH_INLINE void clear(T* p, int64_t n) {
  for (int64_t i = 0; i < n; ++i) p[i] = 0;
}

// mean and M2 (the sum of squared deviations) of a slab. A block is summed relative to the mean of
// those before it, the first block, while in cache, to its own: what cancels in sum of squares -
// sum^2 / n is then never much larger than the M2 of both together.
template <class T, class P>
void slab_statistics(const Slab<P>& s, T* mean, T* m2) {
  const int64_t step = max_of(kNormBlock / max_of(s.n, int64_t{1}) / 8 * 8, int64_t{8});
  const int64_t size = round_up(s.n, kLanes<T>);
  alignas(64) T sum[kNormTile + kLanes<T>], squares[kNormTile + kLanes<T>];
  const bool ahead = s.total >= kAheadTotal, dense = s.width == s.n;
  const int64_t turn = turn_of(s.n);
  clear(mean, size), clear(m2, size);
  for (int64_t r = s.begin; r < s.end; r += step) {
    const int64_t last = min_of(r + step, s.end);
    const T count = static_cast<T>(last - r), before = static_cast<T>(r - s.begin);
    const T total = before + count, a = count / total, b = before * a;
    for (bool again = r == s.begin;; again = false) {
      clear(sum, size), clear(squares, size);
      column_sums<T>(r, last, s.n, sum, squares, [&](int64_t q, int64_t i, int64_t k) {
        // several rows at once defeat the hardware's prefetch: the next turn's, in memory's order
        // or each row's part of the tile
        const int64_t u = (q - r) % turn;
        if (ahead)
          fetch_ahead(
              dense ? s.row(q - u + turn) + (i * turn + u * kLanes<T>) : s.row(q + turn) + i);
        return load_n(s.row(q) + i, k) - load(mean + i);
      });
      if (!again) break;
      for (int64_t i = 0; i < size; i += kLanes<T>) store(mean + i, load(sum + i) / count);
    }
    for (int64_t i = 0; i < size; i += kLanes<T>) {
      const Vec<T> m = load(mean + i), d = load(sum + i) / count, q = load(squares + i);
      store(mean + i, vfma<T>(d, splat<T>(a), m));
      const Vec<T> own = vmax<T>(vfma<T>(-d, load(sum + i), q), Vec<T>{});  // rounding: not below 0
      store(m2 + i, load(m2 + i) + vfma<T>(d * d, splat<T>(b), own));
    }
  }
}

// The columns of a wide row that repeat one channel, joined: equal counts, so the mean is the
// mean of means, and M2 grows by what they differ from it.
template <class T>
void fold_moments(const T* mean, const T* m2, T count, int64_t channels, int64_t wide, T* to_mean,
                  T* to_m2) {
  for (int64_t j = 0; j < channels; ++j) to_mean[j] = 0, to_m2[j] = 0;
  for (int64_t k = 1; k < wide; ++k)
    for (int64_t j = 0; j < channels; ++j) to_mean[j] += mean[k * channels + j] - mean[j];
  for (int64_t j = 0; j < channels; ++j) to_mean[j] = mean[j] + to_mean[j] / static_cast<T>(wide);
  for (int64_t k = 0; k < wide; ++k)
    for (int64_t j = 0; j < channels; ++j) {
      const T d = mean[k * channels + j] - to_mean[j];
      to_m2[j] += m2[k * channels + j] + d * d * count;
    }
}
template <class T>
void fold_sums(const double* sum, int64_t channels, int64_t wide, T* to) {
  for (int64_t j = 0; j < channels; ++j) to[j] = static_cast<T>(sum[j]);
  for (int64_t k = 1; k < wide; ++k)
    for (int64_t j = 0; j < channels; ++j) to[j] += static_cast<T>(sum[k * channels + j]);
}

// ---------------------------------------------------------------- batch, forward
// y = (x - mean) * scale + shift, all by column.
template <class T, class P>
void normalise(P x, P y, int64_t width, int64_t begin, int64_t end, int64_t n, const T* mean,
               const T* scale, const T* shift, bool stream) {
  for (int64_t r = begin; r < end; ++r) {
    const P from = x + r * width, to = y + r * width;
    if (stream) {
      for (int64_t i = 0; i < n; i += kLanes<T>) {
        fetch_far(from + i);
        store_past(to + i,
                   vfma<T>(load(from + i) - load(mean + i), load(scale + i), load(shift + i)));
      }
      continue;
    }
    for_vectors<T>(n, [&](int64_t i, int64_t k) {
      store_n(to + i,
              vfma<T>(load_n(from + i, k) - load(mean + i), load(scale + i), load(shift + i)), k);
    });
  }
}

template <class T, class P = T*>
void batch_forward(const NormArgs& g, const Launch& team) {
  const NormPlan p = plan_norm(g);
  const int64_t c = g.channels, w = padded(p.width);
  const P x = place<P>(g.x, g.dtype);
  T* column_mean = static_cast<T*>(g.scratch);
  T *scale = column_mean + w, *shift = scale + w, *part = shift + w;
  T *mean = static_cast<T*>(g.mean), *var = static_cast<T*>(g.var), *rstd = static_cast<T*>(g.rstd);
  const T *gamma = static_cast<const T*>(g.gamma), *beta = static_cast<const T*>(g.beta);
  const P tail = x + p.rows * p.width;
  if (!g.use_given)
    for_chunks(team, p.parts * p.tiles, [&](int64_t chunk, int) {
      const int64_t i = chunk / p.tiles, col = chunk % p.tiles * kNormTile;
      const int64_t n = min_of(kNormTile, p.width - col);
      const int64_t begin = i * p.split, end = min_of(begin + p.split, p.rows);
      T* to = part + i * 2 * c + col;
      alignas(64) T m[kNormTile + kLanes<T>], m2[kNormTile + kLanes<T>];
      slab_statistics<T>(Slab<P>{x, p.width, begin, end, col, n, p.rows * p.width}, m, m2);
      fold_moments(m, m2, static_cast<T>(end - begin), p.wide > 1 ? c : n, p.wide, to, to + c);
    });
  for_chunks(team, ceil_div(c, kNormTile), [&](int64_t chunk, int) {
    for (int64_t j = chunk * kNormTile; j < min_of((chunk + 1) * kNormTile, c); ++j) {
      double r;
      if (g.use_given) {
        r = 1.0 / __builtin_sqrt(static_cast<double>(var[j]) + g.epsilon);
      } else {
        // All parts, and the rest's single rows, relative to the first mean.
        const double base = !g.rows ? 0 : static_cast<double>(p.rows ? part[j] : tail[j]),
                     rows = static_cast<double>(g.rows);
        auto each = [&](auto&& f) {
          for (int64_t i = 0; i < p.parts && p.rows; ++i) {
            const int64_t n = (min_of((i + 1) * p.split, p.rows) - i * p.split) * p.wide;
            f(static_cast<double>(part[i * 2 * c + j]) - base,
              static_cast<double>(part[i * 2 * c + c + j]), static_cast<double>(n));
          }
          for (int64_t k = 0; k < p.rest; ++k)
            f(static_cast<double>(tail[k * c + j]) - base, 0.0, 1.0);
        };
        double shift_sum = 0, m2 = 0;
        if (g.rows) each([&](double d, double, double n) { shift_sum += d * n; });
        const double off = g.rows ? shift_sum / rows : 0;
        if (g.rows)
          each([&](double d, double q, double n) { m2 += q + (d - off) * (d - off) * n; });
        const double v = g.rows ? m2 / rows : 0;
        r = 1.0 / __builtin_sqrt(v + g.epsilon);
        mean[j] = g.rows ? static_cast<T>(base + off) : T(0);
        if (var) var[j] = static_cast<T>(v);
        if (rstd) rstd[j] = static_cast<T>(r);
      }
      for (int64_t k = 0; k < p.wide; ++k) {
        column_mean[k * c + j] = mean[j];
        scale[k * c + j] = static_cast<T>(r * (gamma ? static_cast<double>(gamma[j]) : 1.0));
        shift[k * c + j] = beta ? beta[j] : T(0);
      }
    }
  });
  if (!g.y) return;
  const P y = place<P>(g.y, g.dtype);
  const bool stream = may_bypass(y, p.rows, p.width);
  const int64_t rows = max_of(kNormChunk / max_of(p.width, int64_t{1}), int64_t{1});
  for_chunks(team, ceil_div(p.rows, rows), [&](int64_t i, int) {
    normalise<T>(x, y, p.width, i * rows, min_of((i + 1) * rows, p.rows), p.width, column_mean,
                 scale, shift, stream);
    if (stream) fence_past();
  });
  if (p.rest)
    normalise<T>(tail, y + p.rows * p.width, 0, 0, 1, p.rest * c, column_mean, scale, shift, false);
}

// ---------------------------------------------------------------- batch, backward
// With h = x - mean: dbeta = sum dy, dgamma = rstd * sum(dy * h), and
// dx = gamma * rstd * (dy - dbeta / N - h * rstd * dgamma / N), or without the sums where
// the statistics were given.
template <class T, class P = T*>
void batch_backward(const NormArgs& g, const Launch& team) {
  const NormPlan p = plan_norm(g);
  const int64_t c = g.channels, w = padded(p.width);
  const P x = place<P>(g.x, g.dtype), dy = place<P>(g.dy, g.dtype);
  T* column_mean = static_cast<T*>(g.scratch);
  T *a = column_mean + w, *b = a + w, *d = b + w, *part = d + w;
  const T *mean = static_cast<const T*>(g.mean), *gamma = static_cast<const T*>(g.gamma);
  const T *rstd = static_cast<const T*>(g.rstd), *var = static_cast<const T*>(g.var);
  T *dgamma = static_cast<T*>(g.dgamma), *dbeta = static_cast<T*>(g.dbeta);
  const int64_t tail = p.rows * p.width;
  for (int64_t j = 0; j < w; ++j) column_mean[j] = j < p.width ? mean[j % c] : T(0);
  for_chunks(team, p.parts * p.tiles, [&](int64_t chunk, int) {
    const int64_t i = chunk / p.tiles, col = chunk % p.tiles * kNormTile;
    const int64_t n = min_of(kNormTile, p.width - col), size = round_up(n, kLanes<T>);
    const int64_t last = min_of((i + 1) * p.split, p.rows);
    T* to = part + i * 2 * c + col;
    alignas(64) T sum[kNormTile + kLanes<T>], dot[kNormTile + kLanes<T>], m[kNormTile + kLanes<T>];
    alignas(64) double all_sum[kNormTile + kLanes<T>], all_dot[kNormTile + kLanes<T>];
    for (int64_t k = 0; k < size; ++k) m[k] = k < n ? column_mean[col + k] : T(0);
    clear(all_sum, size), clear(all_dot, size);
    const int64_t turn = turn_of(n) / 2;  // as in slab_statistics
    const bool ahead = turn > 1 && p.rows * p.width >= kAheadTotal;
    const int64_t step = p.tiles == 1 ? turn : 1, next = p.tiles == 1 ? kLanes<T> : p.width;
    for (int64_t r = i * p.split; r < last; r += kNormLeaf) {  // for accuracy
      clear(sum, size), clear(dot, size);
      const int64_t end = min_of(r + kNormLeaf, last);
      for (int64_t q = r; q < end; q += turn) {
        const int64_t rows = min_of(end - q, turn), at = q * p.width + col;
        for_vectors<T>(n, [&](int64_t k, int64_t lanes) {
          Vec<T> s[4] = {}, h[4] = {};
          const Vec<T> centre = load(m + k);
#pragma GCC unroll 4
          for (int64_t u = 0; u < 4; ++u) {
            if (u >= rows) break;
            if (ahead) {
              fetch_ahead(dy + (at + turn * p.width + step * k + u * next));
              fetch_ahead(x + (at + turn * p.width + step * k + u * next));
            }
            s[u] = load_n(dy + (at + u * p.width + k), lanes);
            h[u] = load_n(x + (at + u * p.width + k), lanes) - centre;
          }
          store(sum + k, load(sum + k) + ((s[0] + s[1]) + (s[2] + s[3])));
          const Vec<T> first = vfma<T>(s[0], h[0], s[1] * h[1]);
          store(dot + k, load(dot + k) + (first + vfma<T>(s[2], h[2], s[3] * h[3])));
        });
      }
      for (int64_t k = 0; k < size; ++k) {
        all_sum[k] += static_cast<double>(sum[k]);
        all_dot[k] += static_cast<double>(dot[k]);
      }
    }
    fold_sums(all_sum, p.wide > 1 ? c : n, p.wide, to);
    fold_sums(all_dot, p.wide > 1 ? c : n, p.wide, to + c);
  });
  for_chunks(team, ceil_div(c, kNormTile), [&](int64_t chunk, int) {
    for (int64_t j = chunk * kNormTile; j < min_of((chunk + 1) * kNormTile, c); ++j) {
      double sum = 0, dot = 0;
      for (int64_t i = 0; i < p.parts; ++i) {
        sum += static_cast<double>(part[i * 2 * c + j]);
        dot += static_cast<double>(part[i * 2 * c + c + j]);
      }
      for (int64_t k = 0; k < p.rest; ++k) {
        const double v = static_cast<double>(dy[tail + k * c + j]);
        sum += v;
        dot += v * (static_cast<double>(x[tail + k * c + j]) - static_cast<double>(mean[j]));
      }
      const double r = rstd ? static_cast<double>(rstd[j])
                            : 1.0 / __builtin_sqrt(static_cast<double>(var[j]) + g.epsilon);
      if (dgamma) dgamma[j] = static_cast<T>(dot * r);
      if (dbeta) dbeta[j] = static_cast<T>(sum);
      const double scale = r * (gamma ? static_cast<double>(gamma[j]) : 1.0);
      const double n = g.use_given ? 0 : 1.0 / static_cast<double>(max_of(g.rows, int64_t{1}));
      for (int64_t k = 0; k < p.wide; ++k) {  // dx = dy * a + (x - mean) * b + d
        a[k * c + j] = static_cast<T>(scale);
        b[k * c + j] = static_cast<T>(-scale * r * r * dot * n);
        d[k * c + j] = static_cast<T>(-scale * sum * n);
      }
    }
  });
  const P dx = place<P>(g.dx, g.dtype);
  if (!dx) return;
  const bool stream = may_bypass(dx, p.rows, p.width);
  auto row = [&](int64_t at, int64_t n) {
    for_vectors<T>(n, [&](int64_t i, int64_t k) {
      if (stream) fetch_far(x + (at + i)), fetch_far(dy + (at + i));
      const Vec<T> h = load_n(x + (at + i), k) - load(column_mean + i);
      const Vec<T> v =
          vfma<T>(load_n(dy + (at + i), k), load(a + i), vfma<T>(h, load(b + i), load(d + i)));
      if (stream && k == kLanes<T>)
        store_past(dx + (at + i), v);
      else
        store_n(dx + (at + i), v, k);
    });
  };
  const int64_t rows = max_of(kNormChunk / max_of(p.width, int64_t{1}), int64_t{1});
  for_chunks(team, ceil_div(p.rows, rows), [&](int64_t i, int) {
    for (int64_t r = i * rows; r < min_of((i + 1) * rows, p.rows); ++r) row(r * p.width, p.width);
    if (stream) fence_past();
  });
  if (p.rest) row(tail, p.rest * c);
}

}  // namespace

void norm(const NormArgs& g, const Launch& team) {
  if (is_half(g.dtype))
    batch_forward<float, Half>(g, team);
  else if (g.dtype == DType::f64)
    batch_forward<double>(g, team);
  else
    batch_forward<float>(g, team);
}
void norm_grad(const NormArgs& g, const Launch& team) {
  if (is_half(g.dtype))
    batch_backward<float, Half>(g, team);
  else if (g.dtype == DType::f64)
    batch_backward<double>(g, team);
  else
    batch_backward<float>(g, team);
}
size_t norm_scratch(const NormArgs& g, int) {
  const NormPlan p = plan_norm(g);
  const size_t width = static_cast<size_t>(padded(p.width));
  const size_t parts = 2 * static_cast<size_t>(p.parts);
  return (4 + parts) * width * (g.dtype == DType::f64 ? 8 : 4);
}

}  // namespace PH_ISA
}  // namespace ph

// Layer, RMS and group normalisation, forward and backward: what is normalised together is read
// from memory once and stays in cache for the passes that follow.
#include "../../args_row_norm.h"
#include "../families.h"
#include "../half.h"
#include "../reduce/reduce_tile.h"

namespace ph {
namespace PH_ISA {
namespace {

constexpr int64_t kRowChunk = 16384;  // elements that pay for a thread
constexpr int64_t kRowParts = 128;    // partial sums of dgamma and dbeta at most
constexpr int64_t kRowBlock = 128;    // vectors summed in one accumulator
constexpr int64_t kRowTile = 1024;    // channels joined at once

// What is normalised together: `segments` runs, `step` apart.
struct RowPlace {
  int64_t first, step, channel;  // channel: of the first run
  PH_INLINE RowPlace(const RowNormArgs& g, int64_t row) {
    const int64_t sample = row / g.groups, group = row % g.groups;
    const int64_t sample_size = g.groups * g.segments * g.run;
    step = g.by_segment ? g.run : g.groups * g.run;
    first = sample * sample_size + group * (g.by_segment ? g.segments : 1) * g.run;
    channel = group * (g.by_segment ? g.segments : g.run);
  }
};

// f(at, s, i, k) at each vector of a row: k elements from `at` on, the i-th of segment s.
template <class T, class F>
PH_INLINE void for_row(const RowNormArgs& g, const RowPlace& p, const F& f) {
  for (int64_t s = 0; s < g.segments; ++s)
    for_vectors<T>(g.run, [&](int64_t i, int64_t k) { f(p.first + s * p.step + i, s, i, k); });
}
// The sums over a row of what f(at, s, i, k, a, b) adds to a and b; lanes from k on do not count.
template <class T, class F>
PH_INLINE void row_totals(const RowNormArgs& g, const RowPlace& p, double* totals, const F& f) {
  totals[0] = totals[1] = 0;
  Vec<T> a = {}, b = {};
  int64_t left = kRowBlock;
  const auto flush = [&] {
    totals[0] += static_cast<double>(Fold<ReduceOp::sum, T>::across(a));
    totals[1] += static_cast<double>(Fold<ReduceOp::sum, T>::across(b));
    a = b = Vec<T>{};
    left = kRowBlock;
  };
  for (int64_t s = 0; s < g.segments; ++s)
    for_vectors<T>(g.run, [&](int64_t i, int64_t k) {
      Vec<T> x = {}, y = {};
      f(p.first + s * p.step + i, s, i, k, x, y);
      a += k == kLanes<T> ? x : first_lanes<T>(x, k, T(0));
      b += k == kLanes<T> ? y : first_lanes<T>(y, k, T(0));
      if (--left == 0) flush();
    });
  flush();
}

template <class T>
PH_INLINE Vec<T> parameter(const RowNormArgs& g, const T* values, const RowPlace& p, int64_t s,
                           int64_t i, int64_t k) {
  return g.by_segment ? splat(values[p.channel + s]) : load_n(values + p.channel + i, k);
}

template <class T, class P>
void forward_row(const RowNormArgs& g, int64_t row) {
  const RowPlace p(g, row);
  const P x = place<P>(g.x, g.dtype), y = place<P>(g.y, g.dtype);
  const T *gamma = static_cast<const T*>(g.gamma), *beta = static_cast<const T*>(g.beta);
  const double count = static_cast<double>(max_of(g.segments * g.run, int64_t{1}));
  double totals[2];
  T mean = 0;
  if (!g.rms && g.segments * g.run > 0) {  // relative to one of them: a large mean costs no digits
    const T base = x[p.first];
    row_totals<T>(g, p, totals, [&](int64_t at, int64_t, int64_t, int64_t k, Vec<T>& a, Vec<T>&) {
      a = load_n(x + at, k) - base;
    });
    mean = static_cast<T>(static_cast<double>(base) + totals[0] / count);
  }
  row_totals<T>(g, p, totals, [&](int64_t at, int64_t, int64_t, int64_t k, Vec<T>& a, Vec<T>&) {
    const Vec<T> d = load_n(x + at, k) - mean;
    a = d * d;
  });
  const T rstd = static_cast<T>(1.0 / __builtin_sqrt(totals[0] / count + g.epsilon));
  static_cast<T*>(g.mean)[row] = mean;
  static_cast<T*>(g.rstd)[row] = rstd;
  for_row<T>(g, p, [&](int64_t at, int64_t s, int64_t i, int64_t k) {
    Vec<T> h = (load_n(x + at, k) - mean) * rstd;
    if (gamma) h *= parameter(g, gamma, p, s, i, k);
    if (beta) h += parameter(g, beta, p, s, i, k);
    store_n(y + at, h, k);
  });
}

// With u = dy * gamma and h = (x - mean) * rstd: dx = rstd * (u - avg u - h * avg(u * h)), without
// avg u for rms; dgamma = sum(dy * h), dbeta = sum(dy).
template <class T, class P>
void backward_row(const RowNormArgs& g, int64_t row, T* dgamma, T* dbeta) {
  const RowPlace p(g, row);
  const P x = place<P>(g.x, g.dtype), dy = place<P>(g.dy, g.dtype);
  const T* gamma = static_cast<const T*>(g.gamma);
  const T mean = static_cast<const T*>(g.mean)[row], rstd = static_cast<const T*>(g.rstd)[row];
  double totals[2];
  row_totals<T>(g, p, totals,
                [&](int64_t at, int64_t s, int64_t i, int64_t k, Vec<T>& a, Vec<T>& b) {
                  const Vec<T> h = (load_n(x + at, k) - mean) * rstd, d = load_n(dy + at, k);
                  if (dgamma && !g.by_segment) {
                    T *to = dgamma + p.channel + i, *too = dbeta + p.channel + i;
                    store_n(to, vfma<T>(d, h, load_n(to, k)), k);
                    store_n(too, load_n(too, k) + d, k);
                  }
                  a = gamma ? d * parameter(g, gamma, p, s, i, k) : d;
                  b = a * h;
                });
  if (dgamma && g.by_segment)
    for (int64_t s = 0; s < g.segments; ++s) {
      const int64_t from = p.first + s * p.step;
      dgamma[p.channel + s] += row_sum<T>(g.run, [&](int64_t i, int64_t k) {
        return load_n(dy + (from + i), k) * ((load_n(x + (from + i), k) - mean) * rstd);
      });
      dbeta[p.channel + s] +=
          row_sum<T>(g.run, [&](int64_t i, int64_t k) { return load_n(dy + (from + i), k); });
    }
  if (!g.dx) return;
  const double count = static_cast<double>(max_of(g.segments * g.run, int64_t{1}));
  const T avg = g.rms ? T(0) : static_cast<T>(totals[0] / count);
  const T lean = static_cast<T>(totals[1] / count);
  const P dx = place<P>(g.dx, g.dtype);
  for_row<T>(g, p, [&](int64_t at, int64_t s, int64_t i, int64_t k) {
    const Vec<T> h = (load_n(x + at, k) - mean) * rstd;
    Vec<T> u = load_n(dy + at, k);
    if (gamma) u *= parameter(g, gamma, p, s, i, k);
    store_n(dx + at, vfma<T>(h, splat<T>(-lean), u - avg) * rstd, k);
  });
}

PH_INLINE int64_t channels_of(const RowNormArgs& g) {
  return g.groups * (g.by_segment ? g.segments : g.run);
}
// Samples are cut into parts with sums of their own.
struct RowParts {
  int64_t split, count, width;  // width: of one array of sums
  PH_INLINE explicit RowParts(const RowNormArgs& g) {
    const int64_t size = g.samples * g.groups * g.segments * g.run;
    const int64_t want = max_of(int64_t{1}, min_of(kRowParts, size / kRowChunk));
    split = max_of(int64_t{1}, ceil_div(g.samples, want));
    count = ceil_div(g.samples, split);
    width = round_up(channels_of(g), 16);
  }
};

template <class T, class P = T*>
void forward(const RowNormArgs& g, const Launch& team) {
  const int64_t rows = g.samples * g.groups;
  const int64_t each = max_of(int64_t{1}, kRowChunk / max_of(int64_t{1}, g.segments * g.run));
  for_chunks(team, ceil_div(rows, each), [&](int64_t chunk, int) {
    for (int64_t r = chunk * each; r < min_of(rows, (chunk + 1) * each); ++r)
      forward_row<T, P>(g, r);
  });
}

template <class T, class P = T*>
void backward(const RowNormArgs& g, const Launch& team) {
  const RowParts parts(g);
  const bool sums = g.dgamma || g.dbeta;
  T* const part = static_cast<T*>(g.scratch);
  for_chunks(team, parts.count, [&](int64_t chunk, int) {
    T* const dgamma = sums ? part + chunk * 2 * parts.width : nullptr;
    T* const dbeta = sums ? dgamma + parts.width : nullptr;
    for (int64_t i = 0; sums && i < 2 * parts.width; ++i) dgamma[i] = 0;
    const int64_t last = min_of(g.samples, (chunk + 1) * parts.split);
    for (int64_t r = chunk * parts.split * g.groups; r < last * g.groups; ++r)
      backward_row<T, P>(g, r, dgamma, dbeta);
  });
  const int64_t channels = channels_of(g);
  for (int which = 0; which < 2; ++which) {
    T* const to = static_cast<T*>(which ? g.dbeta : g.dgamma);
    if (!to) continue;
    for_chunks(team, ceil_div(channels, kRowTile), [&](int64_t chunk, int) {
      for (int64_t c = chunk * kRowTile; c < min_of(channels, (chunk + 1) * kRowTile); ++c) {
        double sum = 0;
        for (int64_t i = 0; i < parts.count; ++i)
          sum += static_cast<double>(part[(2 * i + which) * parts.width + c]);
        to[c] = static_cast<T>(sum);
      }
    });
  }
}

}  // namespace

void row_norm(const RowNormArgs& g, const Launch& team) {
  if (is_half(g.dtype)) return forward<float, Half>(g, team);
  g.dtype == DType::f64 ? forward<double>(g, team) : forward<float>(g, team);
}
void row_norm_grad(const RowNormArgs& g, const Launch& team) {
  if (is_half(g.dtype)) return backward<float, Half>(g, team);
  g.dtype == DType::f64 ? backward<double>(g, team) : backward<float>(g, team);
}
size_t row_norm_scratch(const RowNormArgs& g, int) {
  const RowParts parts(g);
  return static_cast<size_t>(2 * parts.count * parts.width) * (g.dtype == DType::f64 ? 8 : 4);
}

}  // namespace PH_ISA
}  // namespace ph

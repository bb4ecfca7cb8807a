// Depthwise convolution: each channel has its own filter, so nothing is shared along
// channels and the vectors run along them. A row of outputs is cut into the pixels whose
// windows lie inside the image, which share one list of taps, and the few at the edges.
#pragma once
#include "conv_depthwise_tile.h"
#include "conv_direct.h"

namespace ph {
namespace PH_ISA {

PH_INLINE bool is_depthwise(const ConvArgs& g) {
  return g.groups > 1 && g.groups == g.c && g.k == g.c && g.kh <= kMaxTaps && g.kw <= kMaxTaps;
}

// The taps that meet the image from one output pixel.
struct TapList {
  int64_t count;
  int64_t in[kMaxSegments];     // from the pixel's place in the image, in elements
  int64_t index[kMaxSegments];  // of the filter
  int64_t ahead;                // likewise to the first row that the next row of outputs adds, or 0
};
// A large image is asked for a row of outputs ahead: windows side by side jump between so many
// lines that the processor's own prefetching does not follow.
template <class T>
PH_INLINE void list_taps(const DirectConv<T>& q, int64_t row, int64_t pixel, TapList& list) {
  list.count = 0;
  const int64_t line = q.in_w * q.in_channels;
  const bool distant = q.images * q.in_h * line * static_cast<int64_t>(sizeof(T)) > kDistantBytes;
  list.ahead = 0;
  if (distant && q.taps_h.count > 0)
    list.ahead = (row * q.mul_h + q.taps_h.offset[q.taps_h.count - 1] + 1) * line;
  for (int64_t i = 0; i < q.taps_h.count; ++i) {
    const int64_t y = row * q.mul_h + q.taps_h.offset[i];
    if (y < 0 || y >= q.in_h) continue;
    for (int64_t j = 0; j < q.taps_w.count; ++j) {
      const int64_t x = pixel * q.mul_w + q.taps_w.offset[j];
      if (x < 0 || x >= q.in_w) continue;
      list.in[list.count] = y * line + q.taps_w.offset[j] * q.in_channels;
      list.index[list.count++] = q.taps_h.index[i] * q.filter_w + q.taps_w.index[j];
    }
  }
}
// One line of channels of what `pixels` pixels will need, at and after `in`.
template <class T>
PH_INLINE void ask_ahead(const DirectConv<T>& q, const TapList& list, const T* in, int64_t pixels) {
  if (list.ahead == 0) return;
  for (int64_t r = 0; r < q.mul_h; ++r) {
    const T* p = in + list.ahead + r * q.in_w * q.in_channels;
    for (int64_t i = 0; i < pixels * q.mul_w; ++i, p += q.in_channels) fetch_ahead(p);
  }
}

// Calls f(list, first pixel, pixels) for the runs of one row that share a list of taps.
template <class T, class F>
PH_INLINE void for_runs(const DirectConv<T>& q, int64_t row, const F& f) {
  int64_t lo = q.cols, hi = q.cols;  // pixels [lo, hi) lie inside
  if (q.taps_w.count > 0) {
    const int64_t first = q.taps_w.offset[0], last = q.taps_w.offset[q.taps_w.count - 1];
    lo = min_of(q.cols, max_of<int64_t>(0, ceil_div(-first, q.mul_w)));
    if (first >= 0) lo = 0;
    const int64_t room = q.in_w - 1 - last;
    hi = room < 0 ? lo : max_of(lo, min_of(q.cols, room / q.mul_w + 1));
  }
  TapList list;
  for (int64_t u = 0; u < q.cols;) {
    const int64_t count = u == lo && hi > lo ? hi - lo : 1;
    list_taps(q, row, u, list);
    f(list, u, count);
    u += count;
  }
}

// out[pixel] (+)= sum over taps, of V vectors of channels from c on; P pixels share each filter
// vector. `left` lanes of the last vector are in use.
template <class T, int P, int V, bool whole>
PH_INLINE void depthwise_block(const DirectConv<T>& q, const TapList& list, const T* in, T* out,
                               int64_t c, int64_t left) {
  constexpr int64_t lanes = kLanes<T>;
  const auto get = [&](const T* p) { return whole ? load<T>(p) : load_first<T>(p, left); };
  const int64_t in_step = q.mul_w * q.in_channels, out_step = q.pixel_step;
  in += c, out += c;
  for (int v = 0; v < V; v += kLineVectors) ask_ahead(q, list, in + v * lanes, P);
  Vec<T> acc[P][V] = {};
  const bool simple = q.epilogue.simple();
  if (simple && q.epilogue.bias) {
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) {
      acc[0][v] = get(q.epilogue.bias + c + v * lanes);
#pragma GCC unroll 8
      for (int p = 1; p < P; ++p) acc[p][v] = acc[0][v];
    }
  }
  for (int64_t t = 0; t < list.count; ++t) {
    const T* const w = q.filter + c + list.index[t] * q.n;
    const T* const src = in + list.in[t];
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) {
      const Vec<T> taps = get(w + v * lanes);
#pragma GCC unroll 8
      for (int p = 0; p < P; ++p) acc[p][v] += taps * get(src + p * in_step + v * lanes);
    }
  }
  const auto each = [&](const auto& f) {
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p)
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) f(out + p * out_step + v * lanes, acc[p][v]);
  };
  if (q.accumulate) each([&](const T* p, Vec<T>& x) { x += get(p); });
  if (simple && q.epilogue.act != Act::none)
    each([](const T*, Vec<T>& x) { x = apply_relu<T>(x); });
  if (simple && q.epilogue.act == Act::relu6)
    each([](const T*, Vec<T>& x) { x = smaller<T>(splat<T>(T(6)), x); });
  if (whole && q.past)
    each([](T* p, Vec<T> x) { store_past<T>(p, x); });
  else if (whole)
    each([](T* p, Vec<T> x) { store<T>(p, x); });
  else
    each([&](T* p, Vec<T> x) { store_first<T>(p, x, left); });
}
// Lines of channels, from channel c on: the fewer pixels, the more lines at a time.
template <class T, int P>
PH_INLINE void depthwise_pixels(const DirectConv<T>& q, const TapList& list, const T* in, T* out,
                                int64_t c) {
  constexpr int64_t lanes = kLanes<T>, many = kBlockSums / P;
  for (; c + many * lanes <= q.n; c += many * lanes)
    depthwise_block<T, P, many, true>(q, list, in, out, c, lanes);
  if constexpr (many > kLineVectors)
    for (; c + kLineVectors * lanes <= q.n; c += kLineVectors * lanes)
      depthwise_block<T, P, kLineVectors, true>(q, list, in, out, c, lanes);
  for (; c < q.n; c += lanes)
    depthwise_block<T, P, 1, false>(q, list, in, out, c, min_of(lanes, q.n - c));
}
// `count` pixels that share a list of taps, by blocks of P and of fewer.
template <class T, int P>
PH_INLINE void depthwise_run(const DirectConv<T>& q, const TapList& list, const T* in, T* out,
                             int64_t count, int64_t c) {
  const int64_t step = q.mul_w * q.in_channels;
  for (; count >= P; count -= P, in += P * step, out += P * q.pixel_step)
    depthwise_pixels<T, P>(q, list, in, out, c);
  if constexpr (P > 1) depthwise_run<T, P / 2>(q, list, in, out, count, c);
}
// Rows [r0, r1) of one image, channels from c on.
template <class T>
void depthwise_lines(const DirectConv<T>& q, int64_t image, int64_t r0, int64_t r1, int64_t c) {
  const int64_t step = q.mul_w * q.in_channels;
  const T* const in = q.in + image * q.in_h * q.in_w * q.in_channels;
  for (int64_t row = r0; row < r1; ++row) {
    T* const line = q.out + image * q.image_step + row * q.row_step;
    for_runs(q, row, [&](const TapList& list, int64_t u, int64_t count) {
      depthwise_run<T, kLinePixels>(q, list, in + u * step, line + u * q.pixel_step, count, c);
    });
  }
}

// Rows [r0, r1) of one image, channels [c0, c1): all that are left, or lines of them.
template <class T>
PH_INLINE void depthwise_band(const DirectConv<T>& q, int64_t image, int64_t r0, int64_t r1,
                              int64_t c0, int64_t c1) {
  int64_t done = c0;
  if constexpr (sizeof(T) == 4) {
    const int64_t window = tiled_window(q), whole = c1 - c1 % kLanes<T>;
    if (window != 0 && whole > c0) {
      const auto rows = window == 3
                            ? q.mul_h == 1 ? depthwise_rows<T, 1, 3> : depthwise_rows<T, 2, 3>
                        : q.mul_h == 1 ? depthwise_rows<T, 1, 5>
                                       : depthwise_rows<T, 2, 5>;
      rows(q, image, r0, r1, c0, whole);
      done = whole;
    }
  }
  if (done < c1) depthwise_lines(q, image, r0, r1, done);
}

// Forward, or one residue of grad_input; q covers all channels. By rows or, where there are more
// channels than pixels, by channels, as the products before and after go.
template <class T>
void run_depthwise(const DirectConv<T>& q, const Launch& team) {
  const int64_t lines = q.images * q.rows;
  const int64_t work = lines * q.cols * q.n * q.taps_h.count * q.taps_w.count;
  const int64_t want =
      work < kDepthwiseSerial ? 1 : min_of(kMaxChunks, ceil_div(work, kChunkWork / 2));
  const bool down = q.n > lines * q.cols && tiled_window(q) != 0;
  const int64_t unit = down ? kDepthwiseCut * kLineVectors * kLanes<T> : kDepthwiseLines;
  const int64_t units = ceil_div(down ? q.n : lines, unit);
  int64_t chunks = min_of(want, units);
  chunks += chunks > 1 && chunks % 2;  // as the products': two threads share them fairly
  const int64_t band =
      max_of(kDepthwiseLines, kDepthwiseBand / max_of<int64_t>(1, q.cols * q.n) & ~int64_t{1});
  for_chunks(team, chunks, [&](int64_t chunk, int) {
    const int64_t from = chunk * units / chunks * unit, to = (chunk + 1) * units / chunks * unit;
    const int64_t c0 = down ? from : 0, c1 = down ? min_of(q.n, to) : q.n;
    int64_t lo = down ? 0 : from;
    const int64_t hi = down ? lines : min_of(lines, to);
    for (int64_t end; lo < hi; lo = end) {
      const int64_t image = lo / q.rows, row = lo % q.rows;
      end = min_of(min_of(hi, lo + band), (image + 1) * q.rows);
      depthwise_band(q, image, row, row + end - lo, c0, c1);
      for (int64_t i = lo; i < end && !q.epilogue.simple(); ++i) {
        T* const line = q.out + image * q.image_step + i % q.rows * q.row_step;
        Epilogue<T> e = moved(q.epilogue, 0, c0);
        if (e.gate) e.gate += line - q.out;
        finish_tile<T>(line + c0, q.pixel_step, q.cols, c1 - c0, e);
      }
      go_on(q.epilogue, lo * q.cols, end * q.cols, c0, c1);
    }
    if (q.past) fence_past();
  });
}

// ---- the filter's gradient
PH_INLINE int64_t depthwise_parts(const ConvArgs& g) {
  const int64_t lines = g.n * g.oh, work = lines * g.ow * g.c * g.kh * g.kw;
  return max_of<int64_t>(1, min_of(min_of(kMaxSplits, lines), work / kChunkWork));
}
template <class T>
PH_INLINE int64_t depthwise_part_bytes(const ConvArgs& g) {
  return cache_rounded(g.kh * g.kw * g.c * static_cast<int64_t>(sizeof(T)));
}
// Float32 sums of so many pixels go to totals in double, which lie behind them.
template <class T>
PH_INLINE int64_t depthwise_total_bytes(const ConvArgs& g) {
  return sizeof(T) == 4 ? cache_rounded(g.kh * g.kw * g.c * 8) : 0;
}

// sums[tap] += x * dy for N taps of a run of pixels, one vector of channels. Meanwhile it asks for
// what lies dy_ahead of dy: between the sums that costs less than on its own.
template <class T, int N, bool whole>
PH_INLINE void depthwise_sums(const TapList& list, int64_t t0, const T* x, int64_t x_step,
                              const T* dy, int64_t dy_ahead, int64_t channels, int64_t pixels,
                              int64_t left, T* sums) {
  const auto get = [&](const T* p) { return whole ? load<T>(p) : load_first<T>(p, left); };
  Vec<T> acc[N];
  const T* src[N];
#pragma GCC unroll 9
  for (int t = 0; t < N; ++t) {
    acc[t] = get(sums + list.index[t0 + t] * channels);
    src[t] = x + list.in[t0 + t];
  }
  for (int64_t p = 0; p < pixels; ++p) {
    fetch_ahead(dy + dy_ahead + p * channels);
    const Vec<T> d = get(dy + p * channels);
#pragma GCC unroll 9
    for (int t = 0; t < N; ++t) acc[t] += d * get(src[t] + p * x_step);
  }
#pragma GCC unroll 9
  for (int t = 0; t < N; ++t) {
    T* const to = sums + list.index[t0 + t] * channels;
    if (whole)
      store<T>(to, acc[t]);
    else
      store_first<T>(to, acc[t], left);
  }
}
// The same for all taps.
template <class T, bool whole>
PH_INLINE void depthwise_all_sums(const TapList& list, const T* x, int64_t x_step, const T* dy,
                                  int64_t dy_ahead, int64_t channels, int64_t pixels, int64_t left,
                                  T* sums) {
  int64_t t = 0;
  if constexpr (whole)
    for (; t + 9 <= list.count; t += 9)
      depthwise_sums<T, 9, whole>(list, t, x, x_step, dy, dy_ahead, channels, pixels, left, sums);
  for (; t + 3 <= list.count; t += 3)
    depthwise_sums<T, 3, whole>(list, t, x, x_step, dy, dy_ahead, channels, pixels, left, sums);
  for (; t < list.count; ++t)
    depthwise_sums<T, 1, whole>(list, t, x, x_step, dy, dy_ahead, channels, pixels, left, sums);
}

// dw (kh, kw, C); q is the forward problem over all channels, dy its output's gradient.
template <class T>
void run_depthwise_filter(const ConvArgs& g, const DirectConv<T>& q, const Launch& team) {
  constexpr int64_t lanes = kLanes<T>;
  const int64_t lines = q.images * q.rows, parts = depthwise_parts(g), taps = g.kh * g.kw;
  const int64_t bytes = depthwise_part_bytes<T>(g) + depthwise_total_bytes<T>(g);
  char* const scratch = static_cast<char*>(g.scratch);
  const T* const dy = static_cast<const T*>(g.y);
  const int64_t pixel_bytes = (g.kh * q.mul_w + 1) * g.c * static_cast<int64_t>(sizeof(T));
  const int64_t most =
      max_of(kMinDepthwisePixels, min_of(kLongDepth, kDepthwiseBytes / pixel_bytes));
  for_chunks(team, parts, [&](int64_t part, int) {
    T* const sums = reinterpret_cast<T*>(scratch + part * bytes);
    double* const totals =
        reinterpret_cast<double*>(scratch + part * bytes + depthwise_part_bytes<T>(g));
    __builtin_memset(sums, 0, static_cast<size_t>(bytes));
    int64_t held = 0;  // pixels in sums
    const auto empty_into_totals = [&] {
      for (int64_t k = 0; k < taps * g.c; ++k)
        totals[k] += static_cast<double>(sums[k]), sums[k] = 0;
      held = 0;
    };
    for (int64_t i = part * lines / parts; i < (part + 1) * lines / parts; ++i) {
      const T* const image = q.in + i / q.rows * q.in_h * q.in_w * q.in_channels;
      for_runs(q, i % q.rows, [&](const TapList& list, int64_t u, int64_t count) {
        const int64_t step = q.mul_w * g.c, d_ahead = list.ahead ? q.cols * g.c : 0;
        const int64_t block = ceil_div(count, ceil_div(count, most));
        for (int64_t p = u; p < u + count; p += block) {
          const int64_t more = min_of(block, u + count - p);
          if (sizeof(T) == 4 && held + more > kLongDepth) empty_into_totals();
          held += more;
          for (int64_t c = 0; c < g.c; c += lanes) {
            const int64_t left = min_of(lanes, g.c - c), pixels = min_of(block, u + count - p);
            const T* const x = image + p * step + c;
            const T* const d = dy + (i * q.cols + p) * g.c + c;
            if (c % (kLineVectors * lanes) == 0) ask_ahead(q, list, x, pixels);
            if (left == lanes)
              depthwise_all_sums<T, true>(list, x, step, d, d_ahead, g.c, pixels, left, sums + c);
            else
              depthwise_all_sums<T, false>(list, x, step, d, d_ahead, g.c, pixels, left, sums + c);
          }
        }
      });
    }
    if constexpr (sizeof(T) == 4) {
      empty_into_totals();
      for (int64_t k = 0; k < taps * g.c; ++k) sums[k] = static_cast<T>(totals[k]);
    }
  });
  sum_parts<T>(reinterpret_cast<T*>(scratch), bytes, parts, taps, g.c, static_cast<T*>(g.filter),
               g.c, g.accumulate, {}, team);
}

}  // namespace PH_ISA
}  // namespace ph

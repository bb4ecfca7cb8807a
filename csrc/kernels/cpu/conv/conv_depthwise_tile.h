// Depthwise convolution by tiles: kDepthwiseRows x kDepthwisePixels results of one vector of
// channels stay in registers, and each pixel that their windows meet is loaded once for all of
// them.
//
//   row r of the image meets row r - i * S of the window of result row i
//   pixel q           meets  pixel q - p * S of the window of result p
//
// Channels go in blocks whose filter is copied side by side and stays in L1. A block goes down the
// rows, so that the rows which two tiles share are still near. For windows of K x K without
// gaps and strides S x S; the others are left to conv_depthwise.h.
#pragma once
#include "conv_direct.h"

namespace ph {
namespace PH_ISA {

// As many sums as hide each other's latency, beside a filter row for each row of results.
template <int K>
constexpr int kDepthwiseRows = K <= 3 || kRegisters > 16 ? 2 : 1;
template <int K>
constexpr int kDepthwisePixels = kBlockSums / kDepthwiseRows<K>;
// Channels of a block: its filter takes a third of L1, or a fifth.
template <int K>
constexpr int64_t kDepthwiseChannels = K <= 3 ? 256 : 64;

// One tile for `vectors` vectors of channels.
template <class T>
struct DepthwiseTile {
  const T* in;           // (pixels, channels): the image, at the first channel
  int64_t corner;        // from there to where the first window begins, perhaps outside
  int64_t line, step;    // between rows and pixels of the image
  unsigned rows_in = 0;  // bit r: row r lies inside, and pixel q likewise; the others are skipped
  unsigned pixels_in = 0;
  T* out;
  int64_t row_step, pixel_step;
  int rows, pixels;  // in use
  const T* filter;   // vectors x (K * K taps, then the bias)
  int64_t vectors;
  bool accumulate, past;
  Act act;  // none, relu or relu6
};

// Calls f(q, pixel q) for N pixels `step` apart, three to a base pointer: left to itself the
// compiler keeps every address of a tile, and most of them in memory.
template <int N, class P, class F>
PH_INLINE void for_pixels(P* at, int64_t step, const F& f) {
#pragma GCC unroll 32
  for (int q = 0; q < N; q += 3, at += 3 * step) {
    __asm__("" : "+r"(at));
    f(q, at);
    if (q + 1 < N) f(q + 1, at + step);
    if (q + 2 < N) f(q + 2, at + 2 * step);
  }
}

template <class T, int S, int K, bool edge>
PH_NOINLINE void depthwise_tile(const DepthwiseTile<T>& t) {
  constexpr int R = kDepthwiseRows<K>, P = kDepthwisePixels<K>;
  constexpr int in_rows = (R - 1) * S + K, in_pixels = (P - 1) * S + K;
  constexpr int64_t lanes = kLanes<T>;
  const T *in = t.in + t.corner, *filter = t.filter;
  T* out = t.out;
  const int64_t line = t.line, step = t.step;
  for (int64_t v = 0; v < t.vectors; ++v) {
    Vec<T> acc[R][P];
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i)
#pragma GCC unroll 16
      for (int p = 0; p < P; ++p) acc[i][p] = load<T>(filter + K * K * lanes);
#pragma GCC unroll 16
    for (int r = 0; r < in_rows; ++r) {
      if (edge && !(t.rows_in >> r & 1)) continue;
      Vec<T> taps[R][K];
#pragma GCC unroll 16
      for (int i = 0; i < R; ++i)
        if (r >= i * S && r < i * S + K)
#pragma GCC unroll 16
          for (int j = 0; j < K; ++j) taps[i][j] = load<T>(filter + ((r - i * S) * K + j) * lanes);
      for_pixels<in_pixels>(in + r * line, step, [&](int q, const T* at) {
        if (edge && !(t.pixels_in >> q & 1)) return;
        const Vec<T> x = load<T>(at);
#pragma GCC unroll 16
        for (int i = 0; i < R; ++i)
          if (r >= i * S && r < i * S + K)
#pragma GCC unroll 16
            for (int p = 0; p < P; ++p)
              if (q >= p * S && q < p * S + K) acc[i][p] += taps[i][q - p * S] * x;
      });
    }
    const auto each = [&](const auto& f) {
#pragma GCC unroll 16
      for (int i = 0; i < R; ++i) {
        if (edge && i >= t.rows) continue;
        for_pixels<P>(out + i * t.row_step, t.pixel_step, [&](int p, T* at) {
          if (!edge || p < t.pixels) f(at, acc[i][p]);
        });
      }
    };
    if (t.accumulate) each([](const T* p, Vec<T>& x) { x += load<T>(p); });
    if (t.act != Act::none) each([](const T*, Vec<T>& x) { x = apply_relu<T>(x); });
    if (t.act == Act::relu6) each([](const T*, Vec<T>& x) { x = smaller<T>(splat<T>(T(6)), x); });
    if (t.past)
      each([](T* p, Vec<T> x) { store_past<T>(p, x); });
    else
      each([](T* p, Vec<T> x) { store<T>(p, x); });
    in += lanes, out += lanes, filter += (K * K + 1) * lanes;
  }
}

// Which of `count` positions from `first` on lie in [0, size).
PH_INLINE unsigned inside_mask(int64_t first, int64_t count, int64_t size) {
  const int64_t lo = min_of(count, max_of<int64_t>(0, -first));
  const int64_t hi = max_of(lo, min_of(count, size - first));
  return (1u << hi) - (1u << lo);
}

// Whether the positions of the taps, and of the filter's, are evenly spaced.
PH_INLINE bool is_dense(const Taps& t) {
  for (int64_t i = 1; i < t.count; ++i)
    if (t.offset[i] != t.offset[0] + i || t.index[i] - t.index[i - 1] != t.index[1] - t.index[0])
      return false;
  return true;
}
// The length of the windows, or 0: not by tiles.
template <class T>
PH_INLINE int64_t tiled_window(const DirectConv<T>& q) {
  const int64_t k = q.taps_h.count;
  if (sizeof(T) != 4 || (k != 3 && k != 5) || q.taps_w.count != k || q.mul_h != q.mul_w) return 0;
  if (q.mul_h > 2 || !is_dense(q.taps_h) || !is_dense(q.taps_w)) return 0;
  // what comes from memory comes faster pixel by pixel; five by five taps take longer than that
  const int64_t pixels = q.images * (q.in_h * q.in_w + q.rows * q.cols);
  const int64_t bytes = pixels * q.in_channels * static_cast<int64_t>(sizeof(T));
  return k == 3 && bytes > kDepthwiseNear ? 0 : k;
}

// Rows [r0, r1) of one image, channels [c0, c1): whole vectors.
template <class T, int S, int K>
PH_NOINLINE void depthwise_rows(const DirectConv<T>& q, int64_t image, int64_t r0, int64_t r1,
                                int64_t c0, int64_t c1) {
  constexpr int64_t R = kDepthwiseRows<K>, P = kDepthwisePixels<K>, lanes = kLanes<T>;
  constexpr int64_t in_rows = (R - 1) * S + K, in_pixels = (P - 1) * S + K;
  constexpr int64_t taps = K * K + 1;
  constexpr unsigned all_rows = (1u << in_rows) - 1, all_pixels = (1u << in_pixels) - 1;
  alignas(64) T filter[taps * kDepthwiseChannels<K>];
  const bool simple = q.epilogue.simple();
  DepthwiseTile<T> t;
  t.step = q.in_channels, t.line = q.in_w * q.in_channels;
  t.row_step = q.row_step, t.pixel_step = q.pixel_step;
  t.filter = filter;
  t.accumulate = q.accumulate, t.past = q.past;
  t.act = simple ? q.epilogue.act : Act::none;
  const bool distant =
      K > 3 && q.images * q.in_h * t.line * static_cast<int64_t>(sizeof(T)) > kDistantBytes;
  const int64_t blocks = ceil_div((c1 - c0) / lanes, kDepthwiseChannels<K> / lanes);
  for (int64_t b = 0; b < blocks; ++b) {
    const int64_t all = (c1 - c0) / lanes, first = b * all / blocks;
    const int64_t c = c0 + first * lanes;
    t.vectors = (b + 1) * all / blocks - first;
    for (int64_t v = 0; v < t.vectors; ++v) {
      T* to = filter + v * taps * lanes;
      const T* const from = q.filter + c + v * lanes;
      for (int64_t i = 0; i < K; ++i)
        for (int64_t j = 0; j < K; ++j, to += lanes)
          store<T>(to, load<T>(from + (q.taps_h.index[i] * q.filter_w + q.taps_w.index[j]) * q.n));
      store<T>(to, simple && q.epilogue.bias ? load<T>(q.epilogue.bias + c + v * lanes) : Vec<T>{});
    }
    t.in = q.in + image * q.in_h * t.line + c;
    for (int64_t r = r0; r < r1; r += R) {
      const int64_t y = r * S + q.taps_h.offset[0];
      t.rows = static_cast<int>(min_of(R, r1 - r));
      t.rows_in = inside_mask(y, (t.rows - 1) * S + K, q.in_h);
      for (int64_t u = 0; u < q.cols; u += P) {
        const int64_t x = u * S + q.taps_w.offset[0];
        t.pixels = static_cast<int>(min_of(P, q.cols - u));
        t.pixels_in = inside_mask(x, (t.pixels - 1) * S + K, q.in_w);
        t.corner = y * t.line + x * t.step;
        t.out = q.out + image * q.image_step + r * t.row_step + u * t.pixel_step + c;
        if (distant) {  // the rows that the next tile down adds
          const int64_t rows = min_of(q.in_h, y + in_rows + R * S), end = x + in_pixels;
          for (int64_t i = max_of<int64_t>(0, y + in_rows); i < rows; ++i)
            for (int64_t j = max_of<int64_t>(0, end - P * S); j < min_of(q.in_w, end); ++j)
              for (int64_t at = 0; at < t.vectors; at += kLineVectors)
                fetch_ahead(t.in + i * t.line + j * t.step + at * lanes);
        }
        if (t.rows_in == all_rows && t.pixels_in == all_pixels)
          depthwise_tile<T, S, K, false>(t);
        else
          depthwise_tile<T, S, K, true>(t);
      }
    }
  }
}

}  // namespace PH_ISA
}  // namespace ph

// The input's gradient by scattering: each pixel of dy times the transposed filter gives its
// whole window of dx, which is then added in place. It multiplies nothing by padding, and all
// taps and channels are columns, so it wins for small images and for few input channels;
// one image is one chunk, so that no two chunks add to the same pixel.
#pragma once
#include "../gemm/gemm_engine.h"

namespace ph {
namespace PH_ISA {

// Cost in multiply-adds of one vector, or of no use here.
constexpr double kNever = 1e300;
template <class T>
PH_INLINE double scatter_cost(const ConvArgs& g) {
  const int64_t columns = g.kh * g.kw * g.c;
  if (g.mode != ConvMode::grad_input || g.groups != 1 || g.k > kBlockDepth<T> ||
      columns > kBlockCols || g.stride_h * g.stride_w > 1)
    return kNever;
  // of two threads one may have an image more
  const double pixels = double(round_up(g.n, 2) * g.oh * g.ow);
  const double vectors = double(ceil_div(columns, kLanes<T>));
  const double add = g.c < kLanes<T> ? double(columns) : vectors;
  return pixels * (vectors * double(g.k) / kScatterRate + kScatterAdd * add);
}
// The same for the gradient gathered from a framed image.
template <class T>
PH_INLINE double gather_cost(const ConvArgs& g) {
  return double(g.n * g.h * g.w) * double(g.kh * g.kw * g.k) * double(ceil_div(g.c, kLanes<T>));
}
template <class T>
PH_INLINE bool is_scattered(const ConvArgs& g) {
  return scatter_cost<T>(g) < gather_cost<T>(g);
}

struct ScatterBytes {
  int64_t filter, columns;  // shared; of each thread
};
template <class T>
PH_INLINE ScatterBytes scatter_bytes(const ConvArgs& g) {
  const int64_t columns = g.kh * g.kw * g.c, size = sizeof(T);
  return {cache_rounded(round_up(columns, kLanes<T>) * g.k * size),
          cache_rounded(min_of(kBlockRows, g.oh * g.ow) * columns * size)};
}

// Adds `count` pixels' windows, from pixel p0 on, to one image of dx.
template <class T>
PH_NOINLINE void scatter_add_windows(const ConvArgs& g, const T* columns, int64_t p0, int64_t count,
                                     T* dx) {
  constexpr int64_t lanes = kLanes<T>;
  const int64_t width = g.kh * g.kw * g.c;
  for (int64_t p = p0; p < p0 + count;) {
    const int64_t row = p / g.ow, first = p % g.ow, run = min_of(g.ow - first, p0 + count - p);
    for (int64_t kh = 0; kh < g.kh; ++kh) {
      const int64_t y = row * g.stride_h + kh * g.dil_h - g.pad_top;
      if (y < 0 || y >= g.h) continue;
      for (int64_t kw = 0; kw < g.kw; ++kw) {
        const T* from = columns + (p - p0) * width + (kh * g.kw + kw) * g.c;
        for (int64_t u = first; u < first + run; ++u, from += width) {
          const int64_t x = u * g.stride_w + kw * g.dil_w - g.pad_left;
          if (x < 0 || x >= g.w) continue;
          T* const to = dx + (y * g.w + x) * g.c;
          int64_t c = 0;
          for (; c + lanes <= g.c; c += lanes)
            store<T>(to + c, load<T>(to + c) + load<T>(from + c));
          if (g.c > lanes && c < g.c) {
            const int64_t left = g.c - c;
            store_first<T>(to + c, load_first<T>(to + c, left) + load_first<T>(from + c, left),
                           left);
            c = g.c;
          }
          for (; c < g.c; ++c) to[c] += from[c];  // few channels: no partial vectors to wait for
        }
      }
    }
    p += run;
  }
}

template <class T>
void conv_scatter(const ConvArgs& g, const Epilogue<T>& epilogue, const Launch& team) {
  constexpr int64_t tile_cols = kTileCols<T>;
  const ScatterBytes bytes = scatter_bytes<T>(g);
  const int64_t n = g.kh * g.kw * g.c, pixels = g.oh * g.ow, panels = ceil_div(n, tile_cols);
  char* const scratch = static_cast<char*>(g.scratch);
  T* const packed = reinterpret_cast<T*>(scratch);
  const Strided<T> filter = {static_cast<const T*>(g.filter), g.k, 1};
  const Launch crew = g.n * pixels * n * g.k < kSerialWork ? serial_launch() : team;
  const int64_t groups = n * g.k < kSerialPack ? 1 : panels;
  for_chunks(crew, groups, [&](int64_t group, int) {
    for (int64_t s = group * panels / groups; s < (group + 1) * panels / groups; ++s) {
      const int64_t j = s * tile_cols, count = min_of(tile_cols, n - j);
      filter.pack(packed + j * g.k, round_up(count, kLanes<T>), j, count, 0, g.k);
    }
  });
  for_chunks(crew, g.n, [&](int64_t image, int thread) {
    T* const dx = static_cast<T*>(g.x) + image * g.h * g.w * g.c;
    T* const columns = reinterpret_cast<T*>(scratch + bytes.filter + thread * bytes.columns);
    if (!g.accumulate) __builtin_memset(dx, 0, static_cast<size_t>(g.h * g.w * g.c) * sizeof(T));
    const int64_t blocks = ceil_div(pixels, kBlockRows);
    for (int64_t b = 0; b < blocks; ++b) {
      const int64_t p0 = b * pixels / blocks, count = (b + 1) * pixels / blocks - p0;
      const T* const dy = static_cast<const T*>(g.y) + (image * pixels + p0) * g.k;
      const Product<T, Strided<T>, Strided<T>> q = {
          count, n, g.k, {dy, g.k, 1}, filter, false, true, columns, n, T(1), false, {}};
      product_chunk(q, 0, count, 0, 0, n, 0, g.k, packed, static_cast<T*>(nullptr));
      scatter_add_windows(g, columns, p0, count, dx);
    }
    if (!epilogue.empty())
      finish_tile<T>(dx, g.c, g.h * g.w, g.c, moved(epilogue, image * g.h * g.w, 0));
  });
}

}  // namespace PH_ISA
}  // namespace ph

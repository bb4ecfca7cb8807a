// Depthwise convolution: each channel has its own filter, so nothing is shared along
// channels and the vectors run along them.
#pragma once
#include "conv_source.h"
#include "gemm_epilogue.h"

namespace ph {
namespace PH_ISA {

PH_INLINE bool is_depthwise(const ConvArgs& g) {
  return g.groups > 1 && g.groups == g.c && g.k == g.c;
}

// out[pixel] (+)= sum over taps of image * filter, for forward and grad_input.
template <class T>
void depthwise_pixels(const ConvArgs& g, const Image<T>& image, T* out, int64_t pixels,
                      const Epilogue<T>& e, const Team& team) {
  constexpr int64_t lanes = kLanes<T>;
  const T* const filter = static_cast<const T*>(g.filter);
  const int64_t work = pixels * g.c * g.kh * g.kw;
  const int64_t chunks =
      work < kSerialWork ? 1 : min_of(pixels, min_of(kMaxChunks, ceil_div(work, kChunkWork / 4)));
  for_chunks(team, chunks, [&](int64_t chunk, int) {
    const int64_t lo = chunk * pixels / chunks, hi = (chunk + 1) * pixels / chunks;
    auto pixel = image.pixel(lo);
    for (int64_t i = lo; i < hi; ++i, image.next(pixel)) {
      for (int64_t c = 0; c < g.c; c += lanes) {
        const int64_t left = min_of(lanes, g.c - c);
        Vec<T> acc = {};
        for (int64_t kh = 0; kh < g.kh; ++kh)
          for (int64_t kw = 0; kw < g.kw; ++kw) {
            const T* src = image.at(pixel, kh, kw);
            if (!src) continue;
            const T* w = filter + (kh * g.kw + kw) * g.c + c;
            acc += left == lanes ? load<T>(src + c) * load<T>(w)
                                 : load_first<T>(src + c, left) * load_first<T>(w, left);
          }
        T* p = out + i * g.c + c;
        if (g.accumulate) acc += load_first<T>(p, left);
        store_first<T>(p, acc, left);
      }
    }
    if (!e.empty()) finish_tile<T>(out + lo * g.c, g.c, hi - lo, g.c, moved(e, lo, 0));
  });
}

// dw[tap] = sum over pixels of x * dy: each vector of channels is one chunk's own.
template <class T>
void depthwise_filter(const ConvArgs& g, const Image<T>& image, const Team& team) {
  constexpr int64_t lanes = kLanes<T>;
  const T* const dy = static_cast<const T*>(g.y);
  T* const dw = static_cast<T*>(g.filter);
  const int64_t pixels = g.n * g.oh * g.ow, taps = g.kh * g.kw;
  const int64_t chunks = pixels * g.c * taps < kSerialWork ? 1 : ceil_div(g.c, lanes);
  const int64_t units = ceil_div(g.c, lanes);
  for_chunks(team, chunks, [&](int64_t chunk, int) {
    for (int64_t u = chunk * units / chunks; u < (chunk + 1) * units / chunks; ++u) {
      const int64_t c = u * lanes, left = min_of(lanes, g.c - c);
      for (int64_t tap = 0; tap < taps; ++tap) {
        Vec<T> acc = {};
        auto pixel = image.pixel(0);
        for (int64_t i = 0; i < pixels; ++i, image.next(pixel)) {
          const T* src = image.at(pixel, tap / g.kw, tap % g.kw);
          if (src) acc += load_first<T>(src + c, left) * load_first<T>(dy + i * g.c + c, left);
        }
        T* p = dw + tap * g.c + c;
        if (g.accumulate) acc += load_first<T>(p, left);
        store_first<T>(p, acc, left);
      }
    }
  });
}

template <class T>
void depthwise(const ConvArgs& g, const Epilogue<T>& e, const Team& team) {
  const Image<T> from_x = {static_cast<const T*>(g.x),
                           g.c,
                           1,
                           {g.stride_h, g.dil_h, -g.pad_top, 1, g.h},
                           {g.stride_w, g.dil_w, -g.pad_left, 1, g.w},
                           g.oh,
                           g.ow,
                           g.kw};
  const Image<T> from_dy = {static_cast<const T*>(g.y),
                            g.c,
                            1,
                            {1, -g.dil_h, g.pad_top, g.stride_h, g.oh},
                            {1, -g.dil_w, g.pad_left, g.stride_w, g.ow},
                            g.h,
                            g.w,
                            g.kw};
  if (g.mode == ConvMode::forward)
    depthwise_pixels(g, from_x, static_cast<T*>(g.y), g.n * g.oh * g.ow, e, team);
  else if (g.mode == ConvMode::grad_input)
    depthwise_pixels(g, from_dy, static_cast<T*>(g.x), g.n * g.h * g.w, e, team);
  else
    depthwise_filter(g, from_x, team);
}

}  // namespace PH_ISA
}  // namespace ph

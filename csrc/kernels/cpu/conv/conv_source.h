// The operands of a convolution written as a matrix product, packed straight from the
// tensors (no im2col buffer). A patch is what one pixel's filter window covers, in the
// order (kh, kw, c):
//
//   forward       y  (pixels of y, K)      = patches of x (pixels, KH KW C) . filter
//   grad_input    dx (pixels of x, C)      = patches of dy (pixels, KH KW K) . filter^T per tap
//   grad_filter   dw (KH KW C, K)          = patches of x ^T . dy
#pragma once
#include "../gemm/gemm_pack.h"

namespace ph {
namespace PH_ISA {

// Where the window of pixel (r, s) meets the image: row (r * mul + kh * step + off) / div
// where that divides and lies inside; elsewhere the patch is 0.
struct Axis {
  int64_t mul, step, off, div, size;
  PH_INLINE int64_t at(int64_t pixel, int64_t tap) const {
    int64_t i = pixel * mul + tap * step + off;
    if (i < 0) return -1;
    if (div != 1) {
      if (i % div) return -1;
      i /= div;
    }
    return i < size ? i : -1;
  }
};

template <class T>
struct Image {
  const T* data;     // (N, ih.size, iw.size, channels), already moved to the first channel
  int64_t channels;  // of the tensor
  int64_t used;      // of this group
  Axis ih, iw;
  int64_t rows, cols;  // pixels (N, rows, cols)
  int64_t kw;

  struct Pixel {
    int64_t n, r, s;
  };
  PH_INLINE Pixel pixel(int64_t i) const {
    const int64_t line = i / cols;
    return {line / rows, line % rows, i % cols};
  }
  PH_INLINE void next(Pixel& p) const {
    if (++p.s == cols) {
      p.s = 0;
      if (++p.r == rows) p.r = 0, ++p.n;
    }
  }
  PH_INLINE const T* at(const Pixel& p, int64_t tap_h, int64_t tap_w) const {
    const int64_t h = ih.at(p.r, tap_h), w = iw.at(p.s, tap_w);
    if (h < 0 || w < 0) return nullptr;
    return data + ((p.n * ih.size + h) * iw.size + w) * channels;
  }
};

// Calls f(tap, first channel, count, position) for each tap's part of [p0, p0 + depth).
template <class F>
PH_INLINE void for_taps(int64_t p0, int64_t depth, int64_t used, const F& f) {
  for (int64_t p = 0; p < depth;) {
    const int64_t tap = (p0 + p) / used, c = (p0 + p) % used;
    const int64_t count = min_of(used - c, depth - p);
    f(tap, c, count, p);
    p += count;
  }
}

// Rows are pixels, the sum runs over (kh, kw, c).
template <class T>
struct Patches {
  Image<T> image;
  int64_t first = 0;  // of (kh, kw, c)
  PH_INLINE Patches skip(int64_t p) const { return {image, first + p}; }
  PH_INLINE void pack(T* dst, int64_t ld, int64_t i0, int64_t count, int64_t p0,
                      int64_t depth) const {
    typename Image<T>::Pixel pixels[kPanelRows];
    auto pixel = image.pixel(i0);
    for (int64_t i = 0; i < count; ++i, image.next(pixel)) pixels[i] = pixel;
    for_taps(first + p0, depth, image.used, [&](int64_t tap, int64_t c, int64_t n, int64_t p) {
      const T* rows[kPanelRows];
      for (int64_t i = 0; i < count; ++i) {
        const T* src = image.at(pixels[i], tap / image.kw, tap % image.kw);
        rows[i] = src ? src + c : nullptr;
      }
      pack_rows(dst + p * ld, ld, rows, count, n);
    });
  }
};

// Rows are (kh, kw, c), the sum runs over pixels.
template <class T>
struct PatchesTransposed {
  Image<T> image;
  int64_t first;  // pixel
  PH_INLINE PatchesTransposed skip(int64_t p) const { return {image, first + p}; }
  PH_INLINE void pack(T* dst, int64_t ld, int64_t i0, int64_t count, int64_t p0,
                      int64_t depth) const {
    for_taps(i0, count, image.used, [&](int64_t tap, int64_t c, int64_t n, int64_t i) {
      auto pixel = image.pixel(first + p0);
      for (int64_t p = 0; p < depth; ++p, image.next(pixel)) {
        const T* src = image.at(pixel, tap / image.kw, tap % image.kw);
        T* to = dst + p * ld + i;
        constexpr int64_t lanes = kLanes<T>;
        for (int64_t j = 0; j < n; j += lanes) {
          const int64_t left = min_of(lanes, n - j);
          store_first<T>(to + j, src ? load_first<T>(src + c + j, left) : Vec<T>{}, left);
        }
      }
    });
  }
};

// Columns are input channels, the sum runs over (kh, kw, output channel).
template <class T>
struct FilterTransposed {
  const T* filter;  // (taps, channels, stride), moved to the group's first output channel
  int64_t channels, stride, used;
  int64_t first = 0;  // of (kh, kw, output channel)
  PH_INLINE FilterTransposed skip(int64_t p) const {
    return {filter, channels, stride, used, first + p};
  }
  PH_INLINE void pack(T* dst, int64_t ld, int64_t i0, int64_t count, int64_t p0,
                      int64_t depth) const {
    for_taps(first + p0, depth, used, [&](int64_t tap, int64_t k, int64_t n, int64_t p) {
      pack_panel(dst + p * ld, ld, filter + (tap * channels + i0) * stride + k, stride, int64_t{1},
                 count, n);
    });
  }
};

}  // namespace PH_ISA
}  // namespace ph

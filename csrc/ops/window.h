// The sliding windows of convolution and pooling: output sizes, and the strided view of all
// windows' element (i, j), from which the plain definitions are written.
#pragma once
#include "common.h"

namespace ph {

struct Window {
  int64_t kh, kw, stride_h, stride_w, top, bottom, left, right, dil_h = 1, dil_w = 1;

  int64_t span_h() const { return (kh - 1) * dil_h + 1; }
  int64_t span_w() const { return (kw - 1) * dil_w + 1; }
};

// Windows along one axis; -1 for an unknown size. Throws ValueError when none fits.
int64_t window_count(const Call& c, const char* axis, int64_t size, int64_t low, int64_t high,
                     int64_t span, int64_t stride);
// From the attributes strides (2), pads (4) and, where `dilated`, dilations (2), checked.
Window window_from(const Call& c, int64_t kh, int64_t kw, bool dilated);

// x (N, H, W, C) padded with `value`, cut or grown so that every window lies inside.
Tensor window_pad(const Tensor& x, const Window& w, double value);
// (N, OH, OW, C): element (i, j) of every window of a padded tensor.
Tensor window_slice(const Tensor& padded, const Window& w, int64_t oh, int64_t ow, int64_t i,
                    int64_t j);
// Its gradient: g placed back into zeros of `shape`.
Tensor window_place(const Tensor& g, const Window& w, int64_t i, int64_t j, const Shape& shape);
// The gradient of window_pad: cuts the padding off.
Tensor window_crop(const Tensor& padded, const Window& w, int64_t height, int64_t width);

}  // namespace ph

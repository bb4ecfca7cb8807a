// What the three convolutions are as problems: sizes of the products, images of patches, what is
// read straight from the image.
#pragma once
#include "../gemm/gemm_engine.h"
#include "conv_direct.h"
#include "conv_source.h"

namespace ph {
namespace PH_ISA {

// The sizes of one group's product.
struct ConvShape {
  int64_t m, n, k;
};
PH_INLINE ConvShape product_shape(const ConvArgs& g) {
  const int64_t taps = g.kh * g.kw, c = g.c / g.groups, k = g.k / g.groups;
  if (g.mode == ConvMode::forward) return {g.n * g.oh * g.ow, k, taps * c};
  if (g.mode == ConvMode::grad_input) return {g.n * g.h * g.w, c, taps * k};
  return {taps * c, k, g.n * g.oh * g.ow};
}
template <class T>
Image<T> forward_image(const ConvArgs& g, int64_t group) {
  const int64_t used = g.c / g.groups;
  return {static_cast<const T*>(g.x) + group * used,
          g.c,
          used,
          {g.stride_h, g.dil_h, -g.pad_top, 1, g.h},
          {g.stride_w, g.dil_w, -g.pad_left, 1, g.w},
          g.oh,
          g.ow,
          g.kw};
}
template <class T>
Image<T> backward_image(const ConvArgs& g, int64_t group) {
  const int64_t used = g.k / g.groups;
  return {static_cast<const T*>(g.y) + group * used,
          g.k,
          used,
          {1, -g.dil_h, g.pad_top, g.stride_h, g.oh},
          {1, -g.dil_w, g.pad_left, g.stride_w, g.ow},
          g.h,
          g.w,
          g.kw};
}

// A window that is one pixel wide and never leaves the image: x is the matrix of patches.
PH_INLINE bool is_pointwise(const ConvArgs& g) {
  return g.kh == 1 && g.kw == 1 && g.stride_h == 1 && g.stride_w == 1 && g.pad_top == 0 &&
         g.pad_left == 0 && g.oh == g.h && g.ow == g.w;
}
template <class T>
Epilogue<T> group_epilogue(const ConvArgs& g, int64_t offset, int64_t ld) {
  const bool forward = g.mode == ConvMode::forward;
  const T* bias = forward ? static_cast<const T*>(g.bias) : nullptr;
  const T* gate = g.mode == ConvMode::grad_filter ? nullptr : static_cast<const T*>(g.gate);
  Epilogue<T> e = {bias ? bias + offset : nullptr, gate ? gate + offset : nullptr, ld,
                   forward ? g.act : Act::none, g.gate_act};
  e.program = g.program;
  return e;
}

// Sums of float32 so long that they go by segments (gemm_long.h), as packed products.
PH_INLINE bool is_long(const ConvArgs& g) {
  const int64_t limit = g.mode == ConvMode::grad_filter ? kLongSum : kLongConv;
  return g.dtype != DType::f64 && product_shape(g).k > limit;
}

// ---- read straight from the image
PH_INLINE int64_t residues(const ConvArgs& g) {
  return g.mode == ConvMode::grad_input ? g.stride_h * g.stride_w : 1;
}
PH_INLINE bool is_direct(const ConvArgs& g) {
  if (g.mode == ConvMode::grad_filter || g.kh > kMaxTaps || g.kw > kMaxTaps) return false;
  if (is_long(g)) return false;
  if (residues(g) > 1) return true;
  if (is_pointwise(g)) return false;
  const int64_t size = g.dtype == DType::f64 ? 8 : 4;
  const bool forward = g.mode == ConvMode::forward;
  const int64_t step = (forward ? g.stride_w * g.c : g.k) * size;
  return (forward ? g.ow : g.w) >= kDirectCols && step % kSetBytes != 0;
}

// The problem of one group and, for grad_input, one residue.
template <class T>
DirectConv<T> direct_problem(const ConvArgs& g, int64_t group, int64_t residue) {
  const int64_t c = g.c / g.groups, k = g.k / g.groups;
  T* const x = static_cast<T*>(g.x) + group * c;
  T* const y = static_cast<T*>(g.y) + group * k;
  DirectConv<T> q = {};
  q.images = g.n;
  q.filter = static_cast<const T*>(g.filter) + group * k;
  q.filter_w = g.kw;
  q.tap_step = c * g.k;
  q.accumulate = g.accumulate;
  if (g.mode == ConvMode::forward) {
    q.in = x, q.in_h = g.h, q.in_w = g.w, q.in_channels = g.c, q.used = c;
    q.out = y, q.rows = g.oh, q.cols = g.ow, q.n = k;
    q.pixel_step = g.k, q.row_step = g.ow * g.k, q.image_step = g.oh * q.row_step;
    q.mul_h = g.stride_h, q.mul_w = g.stride_w;
    q.taps_h = forward_taps(g.kh, g.dil_h, g.pad_top);
    q.taps_w = forward_taps(g.kw, g.dil_w, g.pad_left);
    q.s_j = 1, q.s_c = g.k;
    q.epilogue = group_epilogue<T>(g, group * k, q.pixel_step);
    q.epilogue.col = group * k;
  } else {
    const int64_t first_h = residue / g.stride_w, first_w = residue % g.stride_w;
    const int64_t corner = (first_h * g.w + first_w) * g.c;
    q.in = y, q.in_h = g.oh, q.in_w = g.ow, q.in_channels = g.k, q.used = k;
    q.out = x + corner, q.n = c;
    q.rows = ceil_div(g.h - first_h, g.stride_h), q.cols = ceil_div(g.w - first_w, g.stride_w);
    q.pixel_step = g.stride_w * g.c, q.row_step = g.stride_h * g.w * g.c;
    q.image_step = g.h * g.w * g.c;
    q.mul_h = q.mul_w = 1;
    q.taps_h = backward_taps(g.kh, g.dil_h, g.pad_top, g.stride_h, first_h);
    q.taps_w = backward_taps(g.kw, g.dil_w, g.pad_left, g.stride_w, first_w);
    q.s_j = g.k, q.s_c = 1;
    q.epilogue = group_epilogue<T>(g, corner + group * c, q.pixel_step);
    q.epilogue.col = group * c;
  }
  return q;
}
template <class T>
PH_INLINE bool has_sum(const DirectConv<T>& q) {
  return q.taps_h.count > 0 && q.taps_w.count > 0;
}

}  // namespace PH_ISA
}  // namespace ph

// Convolutions of float16 and bfloat16, summed in float32. The filter is small and is converted
// first; pixels are converted while they are framed or transformed, and results rounded while
// their rows are in cache. What has no such way goes in stages: as many images as fit the cache
// are converted, run in float32, and rounded.
#pragma once
#include "conv_direct.h"
#include "conv_filter.h"

namespace ph {
namespace PH_ISA {

constexpr int64_t kStageBytes = 4 << 20;  // of images in float32 at a time

// The tensor that the mode writes, of one image.
PH_INLINE int64_t x_size(const ConvArgs& g) { return g.h * g.w * g.c; }
PH_INLINE int64_t y_size(const ConvArgs& g) { return g.oh * g.ow * g.k; }
PH_INLINE int64_t filter_size(const ConvArgs& g) { return g.kh * g.kw * (g.c / g.groups) * g.k; }

struct HalfBytes {
  int64_t filter, bias, x, y, images;
  PH_INLINE int64_t before() const { return filter + bias; }
};
PH_INLINE HalfBytes half_bytes(const ConvArgs& g) {
  HalfBytes b;
  b.filter = cache_rounded(filter_size(g) * 4);
  b.bias = g.bias ? cache_rounded(g.k * 4) : 0;
  const int64_t one = max_of<int64_t>(4, (x_size(g) + y_size(g)) * 4);
  b.images = max_of<int64_t>(1, min_of(g.n, kStageBytes / one));
  b.x = cache_rounded(b.images * x_size(g) * 4);
  b.y = cache_rounded(b.images * y_size(g) * 4);
  return b;
}

// The arguments with a filter and a bias of float32, which lie first in scratch. The filter is
// empty where nothing widens it and no gradient goes there.
PH_INLINE ConvArgs with_floats(const ConvArgs& g, const HalfBytes& b, bool widens,
                               const Launch& team) {
  char* const scratch = static_cast<char*>(g.scratch);
  ConvArgs f = g;
  float* const filter = reinterpret_cast<float*>(scratch);
  if (widens && (g.mode != ConvMode::grad_filter || g.accumulate))
    widen_all(filter, Half(g.filter, g.dtype), filter_size(g), team);
  f.filter = filter;
  if (g.bias) {
    float* const bias = reinterpret_cast<float*>(scratch + b.filter);
    widen_run(bias, Half(g.bias, g.dtype), g.k);
    f.bias = bias;
  }
  f.scratch = scratch + b.before();
  return f;
}
PH_INLINE void narrow_filter(const ConvArgs& g, const ConvArgs& f, const Launch& team) {
  const Half to(g.filter, g.dtype);
  const float* const from = static_cast<const float*>(f.filter);
  for_runs(team, filter_size(g),
           [&](int64_t i, int64_t count) { narrow_run(to + i, from + i, count); });
}

// run: a convolution of float32 by its arguments.
template <class F>
void conv_staged(const ConvArgs& g, const ConvArgs& floats, const HalfBytes& b, const Launch& team,
                 const F& run) {
  ConvArgs f = floats;
  f.dtype = DType::f32;
  char* const scratch = static_cast<char*>(floats.scratch);
  float* const x = reinterpret_cast<float*>(scratch);
  float* const y = reinterpret_cast<float*>(scratch + b.x);
  f.x = x, f.y = y, f.scratch = scratch + b.x + b.y, f.gate = nullptr;
  const bool reads_x = g.mode != ConvMode::grad_input || g.accumulate;
  const bool reads_y = g.mode != ConvMode::forward || g.accumulate;
  int64_t first = 0;
  do {  // without images too: the gradient of the filter is then 0
    f.n = min_of(b.images, g.n - first);
    const int64_t x_at = first * x_size(g), y_at = first * y_size(g);
    if (reads_x) widen_all(x, Half(g.x, g.dtype) + x_at, f.n * x_size(g), team);
    if (reads_y) widen_all(y, Half(g.y, g.dtype) + y_at, f.n * y_size(g), team);
    run(f);
    if (g.mode == ConvMode::grad_filter) {
      f.accumulate = true;
    } else {
      const bool forward = g.mode == ConvMode::forward;
      const float* const from = forward ? y : x;
      const int64_t at = forward ? y_at : x_at;
      const Half to = Half(forward ? g.y : g.x, g.dtype) + at;
      const Half gate = g.gate ? Half(g.gate, g.dtype) + at : Half();
      for_runs(team, f.n * (forward ? y_size(g) : x_size(g)), [&](int64_t i, int64_t count) {
        narrow_rows(to + i, count, from + i, 1, count, gate ? gate + i : gate, count, g.gate_act);
      });
    }
    first += f.n;
  } while (first < g.n);
}

}  // namespace PH_ISA
}  // namespace ph

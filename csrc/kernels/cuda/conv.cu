// Convolution as a matrix product whose operands are read where they lie (implicit GEMM): a batch
// of the product is a group. Narrow groups, depthwise ones above all, go without tiles: a thread an
// output, a block an element of the filter.
#include "product.h"

namespace ph {
namespace cuda {
namespace {

struct Pixel {
  int64_t n, h, w;
};
// i counts pixels of images of h x w.
PH_DEVICE Pixel pixel_of(int64_t i, int64_t h, int64_t w) {
  const int64_t row = i / w, n = row / h;
  return {n, row - n * h, i - row * w};
}
struct Tap {
  int32_t kh, kw, c;
};
// k counts (kh, kw, channels); filters are small, so 32 bits do.
PH_DEVICE Tap tap_of(int64_t k, int64_t kw, int64_t channels) {
  const auto i = static_cast<uint32_t>(k), c = static_cast<uint32_t>(channels);
  const uint32_t at = i / c, row = at / static_cast<uint32_t>(kw);
  return {static_cast<int32_t>(row), static_cast<int32_t>(at - row * static_cast<uint32_t>(kw)),
          static_cast<int32_t>(i - at * c)};
}
// Where output pixel p meets the image by tap t; -1 outside.
PH_DEVICE int64_t image_at(const ConvArgs& g, const Pixel& p, const Tap& t) {
  const int64_t h = p.h * g.stride_h + t.kh * g.dil_h - g.pad_top;
  const int64_t w = p.w * g.stride_w + t.kw * g.dil_w - g.pad_left;
  if (h < 0 || h >= g.h || w < 0 || w >= g.w) return -1;
  return (p.n * g.h + h) * g.w + w;
}
// Which output pixel meets image pixel p by tap t; -1: none.
PH_DEVICE int64_t output_at(const ConvArgs& g, const Pixel& p, const Tap& t) {
  const int64_t h = p.h + g.pad_top - t.kh * g.dil_h, w = p.w + g.pad_left - t.kw * g.dil_w;
  if (h < 0 || w < 0 || h % g.stride_h || w % g.stride_w) return -1;
  const int64_t oh = h / g.stride_h, ow = w / g.stride_w;
  if (oh >= g.oh || ow >= g.ow) return -1;
  return (p.n * g.oh + oh) * g.ow + ow;
}

// ---------------------------------------------------------------- operands (product.h)
// Of the forward pass: rows are output pixels, columns taps of x.
template <class T>
struct ForwardX {
  ConvArgs g;
  bool along_k;
  struct Row {
    Pixel p;
    const T* x;  // the group's first channel
  };
  using Column = Tap;
  PH_DEVICE Row row(int64_t group, int64_t i) const {
    return {pixel_of(i, g.oh, g.ow), static_cast<const T*>(g.x) + group * (g.c / g.groups)};
  }
  PH_DEVICE Column column(int64_t k) const { return tap_of(k, g.kw, g.c / g.groups); }
  PH_DEVICE T at(const Row& r, const Column& t) const {
    const int64_t at = image_at(g, r.p, t);
    return at < 0 ? T{} : r.x[at * g.c + t.c];
  }
};
// Of the input's gradient: rows are image pixels, columns (kh, kw, filters of the group) of dy.
template <class T>
struct InputDy {
  ConvArgs g;
  bool along_k;
  struct Row {
    Pixel p;
    const T* dy;
  };
  using Column = Tap;
  PH_DEVICE Row row(int64_t group, int64_t i) const {
    return {pixel_of(i, g.h, g.w), static_cast<const T*>(g.y) + group * (g.k / g.groups)};
  }
  PH_DEVICE Column column(int64_t k) const { return tap_of(k, g.kw, g.k / g.groups); }
  PH_DEVICE T at(const Row& r, const Column& t) const {
    const int64_t at = output_at(g, r.p, t);
    return at < 0 ? T{} : r.dy[at * g.k + t.c];
  }
};
// Its filter: rows are channels of the group.
template <class T>
struct InputFilter {
  ConvArgs g;
  bool along_k;
  using Row = const T*;
  using Column = Tap;
  PH_DEVICE Row row(int64_t group, int64_t c) const {
    return static_cast<const T*>(g.filter) + c * g.k + group * (g.k / g.groups);
  }
  PH_DEVICE Column column(int64_t k) const { return tap_of(k, g.kw, g.k / g.groups); }
  PH_DEVICE T at(const Row& r, const Column& t) const {
    return r[(t.kh * g.kw + t.kw) * (g.c / g.groups) * g.k + t.c];
  }
};
// Of the filter's gradient: rows are taps, columns output pixels.
template <class T>
struct FilterX {
  ConvArgs g;
  bool along_k;
  struct Row {
    Tap t;
    const T* x;
  };
  using Column = Pixel;
  PH_DEVICE Row row(int64_t group, int64_t i) const {
    return {tap_of(i, g.kw, g.c / g.groups), static_cast<const T*>(g.x) + group * (g.c / g.groups)};
  }
  PH_DEVICE Column column(int64_t k) const { return pixel_of(k, g.oh, g.ow); }
  PH_DEVICE T at(const Row& r, const Column& p) const {
    const int64_t at = image_at(g, p, r.t);
    return at < 0 ? T{} : r.x[at * g.c + r.t.c];
  }
};

// ---------------------------------------------------------------- narrow groups
template <class T>
struct NarrowForward {
  using W = Wide<T>;
  ConvArgs g;
  Epilogue<T> finish;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t cg = g.c / g.groups, kg = g.k / g.groups;
    const int64_t at = i / g.k, k = i - at * g.k, group = k / kg;
    const Pixel p = pixel_of(at, g.oh, g.ow);
    const T* const x = static_cast<const T*>(g.x) + group * cg;
    const T* filter = static_cast<const T*>(g.filter) + k;
    W sum = 0;
    for (int32_t kh = 0; kh < g.kh; ++kh)
      for (int32_t kw = 0; kw < g.kw; ++kw, filter += cg * g.k) {
        const int64_t from = image_at(g, p, {kh, kw, 0});
        if (from < 0) continue;
        for (int64_t c = 0; c < cg; ++c)
          sum += read_as<W>(x[from * g.c + c]) * read_as<W>(filter[c * g.k]);
      }
    finish(0, at, k, sum);
  }
};
template <class T>
struct NarrowInput {
  using W = Wide<T>;
  ConvArgs g;
  Epilogue<T> finish;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t cg = g.c / g.groups, kg = g.k / g.groups;
    const int64_t at = i / g.c, c = i - at * g.c, group = c / cg;
    const Pixel p = pixel_of(at, g.h, g.w);
    const T* const dy = static_cast<const T*>(g.y) + group * kg;
    const T* filter = static_cast<const T*>(g.filter) + (c - group * cg) * g.k + group * kg;
    W sum = 0;
    for (int32_t kh = 0; kh < g.kh; ++kh)
      for (int32_t kw = 0; kw < g.kw; ++kw, filter += cg * g.k) {
        const int64_t from = output_at(g, p, {kh, kw, 0});
        if (from < 0) continue;
        for (int64_t k = 0; k < kg; ++k)
          sum += read_as<W>(dy[from * g.k + k]) * read_as<W>(filter[k]);
      }
    finish(0, at, c, sum);
  }
};
template <class T>
struct NarrowFilter {
  using W = Wide<T>;
  ConvArgs g;
  Epilogue<T> finish;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t cg = g.c / g.groups, kg = g.k / g.groups;
    const int64_t row = i / g.k, k = i - row * g.k;
    const Tap t = tap_of(row, g.kw, cg);
    const T* const x = static_cast<const T*>(g.x) + k / kg * cg + t.c;
    const T* const dy = static_cast<const T*>(g.y) + k;
    W sum = 0;
    for (int64_t o = threadIdx.x; o < g.n * g.oh * g.ow; o += kBlock) {
      const int64_t from = image_at(g, pixel_of(o, g.oh, g.ow), t);
      if (from >= 0) sum += read_as<W>(x[from * g.c]) * read_as<W>(dy[o * g.k]);
    }
    sum = fold_block(sum, Sum());
    if (threadIdx.x == 0) finish(0, row, k, sum);
  }
};

bool narrow(const ConvArgs& g) {
  return g.groups > 1 && min_of(g.c / g.groups, g.k / g.groups) < kNarrowGroup;
}
ProductSizes sizes_of(const ConvArgs& g) {
  const int64_t cg = g.c / g.groups, kg = g.k / g.groups, taps = g.kh * g.kw;
  if (g.mode == ConvMode::forward) return product_sizes(g.n * g.oh * g.ow, kg, taps * cg, g.groups);
  if (g.mode == ConvMode::grad_input)
    return product_sizes(g.n * g.h * g.w, cg, taps * kg, g.groups);
  return product_sizes(taps * cg, kg, g.n * g.oh * g.ow, g.groups);
}

template <class T>
void conv_as(const ConvArgs& g, const Launch& team) {
  const int64_t cg = g.c / g.groups, kg = g.k / g.groups;
  const bool to_x = g.mode == ConvMode::grad_input;
  const int64_t ld = to_x ? g.c : g.k, step = to_x ? cg : kg;
  void* const target = to_x ? g.x : g.mode == ConvMode::forward ? g.y : g.filter;
  const bool forward = g.mode == ConvMode::forward;
  const Epilogue<T> finish = {static_cast<T*>(target),
                              ld,
                              step,
                              1,
                              g.accumulate,
                              forward ? static_cast<const T*>(g.bias) : nullptr,
                              step,
                              forward ? g.act : Act::none,
                              static_cast<const T*>(g.gate),
                              ld,
                              step,
                              g.gate_act};
  if (narrow(g)) {
    if (forward) return each(g.n * g.oh * g.ow * g.k, team, NarrowForward<T>{g, finish});
    if (to_x) return each(g.n * g.h * g.w * g.c, team, NarrowInput<T>{g, finish});
    return each_block(g.kh * g.kw * cg * g.k, team, NarrowFilter<T>{g, finish});
  }
  const ProductSizes s = sizes_of(g);
  if (forward) {
    const Strided<T> filter = {static_cast<const T*>(g.filter), 1, g.k, kg, false};
    return product(s, ForwardX<T>{g, true}, filter, finish, g.scratch, team);
  }
  if (to_x)
    return product(s, InputDy<T>{g, true}, InputFilter<T>{g, true}, finish, g.scratch, team);
  const Strided<T> dy = {static_cast<const T*>(g.y), 1, g.k, kg, false};
  product(s, FilterX<T>{g, false}, dy, finish, g.scratch, team);
}

}  // namespace

size_t conv_scratch(const ConvArgs& g, int) {
  if (narrow(g) || g.groups == 0) return 0;
  return product_scratch(sizes_of(g), g.dtype);
}

// Products read the filter as it is.
void conv_pack(const ConvArgs&, const Launch&) {}
size_t conv_packed_bytes(const ConvArgs&, int) { return 0; }

void conv(const ConvArgs& g, const Launch& team) {
  with_stored(g.dtype, [&](auto t) { conv_as<decltype(t)>(g, team); });
}

}  // namespace cuda
}  // namespace ph

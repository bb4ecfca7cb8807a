#include "window.h"

namespace ph {
namespace {

constexpr int64_t kLargest = int64_t{1} << 31;  // of any attribute: products then fit in 63 bits

int64_t bounded(const Call& c, const char* what, int64_t value, int64_t least) {
  if (value < least || value > kLargest)
    throw ValueError(
        cat(c.name(), ": ", what, " is ", value, "; expected ", least, " to ", kLargest));
  return value;
}

struct Cut {
  Ints begin, end, step;
};
Cut element(const Window& w, const Shape& padded, int64_t oh, int64_t ow, int64_t i, int64_t j) {
  const int64_t h = i * w.dil_h, v = j * w.dil_w;
  const int64_t end_h = oh ? h + (oh - 1) * w.stride_h + 1 : h,
                end_w = ow ? v + (ow - 1) * w.stride_w + 1 : v;
  return {{0, h, v, 0}, {padded[0], end_h, end_w, padded[3]}, {1, w.stride_h, w.stride_w, 1}};
}

}  // namespace

int64_t window_count(const Call& c, const char* axis, int64_t size, int64_t low, int64_t high,
                     int64_t span, int64_t stride) {
  if (size < 0) return -1;
  const int64_t room = size + low + high - span;
  if (size > 0 && room < 0)
    throw ValueError(cat(c.name(), ": a window of ", span, " (with dilation) does not fit the ",
                         axis, " of ", size, " padded by ", low, " and ", high,
                         "; use padding='same' or a smaller window"));
  return room < 0 ? 0 : room / stride + 1;
}

Window window_from(const Call& c, int64_t kh, int64_t kw, bool dilated) {
  const Ints& strides = need_ints(c, "strides", 2);
  const Ints& pads = need_ints(c, "pads", 4);
  Window w;
  w.kh = bounded(c, "the window's height", kh, 1);
  w.kw = bounded(c, "the window's width", kw, 1);
  w.stride_h = bounded(c, "a stride", strides[0], 1);
  w.stride_w = bounded(c, "a stride", strides[1], 1);
  w.top = bounded(c, "a padding", pads[0], 0);
  w.bottom = bounded(c, "a padding", pads[1], 0);
  w.left = bounded(c, "a padding", pads[2], 0);
  w.right = bounded(c, "a padding", pads[3], 0);
  if (dilated) {
    const Ints& dilations = need_ints(c, "dilations", 2);
    w.dil_h = bounded(c, "a dilation", dilations[0], 1);
    w.dil_w = bounded(c, "a dilation", dilations[1], 1);
  }
  return w;
}

Tensor window_pad(const Tensor& x, const Window& w, double value) {
  return pad(x, {0, w.top, w.left, 0}, {0, w.bottom, w.right, 0}, value);
}

Tensor window_slice(const Tensor& padded, const Window& w, int64_t oh, int64_t ow, int64_t i,
                    int64_t j) {
  const Cut c = element(w, padded.shape(), oh, ow, i, j);
  return slice(padded, c.begin, c.end, c.step);
}

Tensor window_place(const Tensor& g, const Window& w, int64_t i, int64_t j, const Shape& shape) {
  const Cut c = element(w, shape, g.shape()[1], g.shape()[2], i, j);
  return slice_grad(g, c.begin, c.end, c.step, shape);
}

Tensor window_crop(const Tensor& padded, const Window& w, int64_t height, int64_t width) {
  const Shape& s = padded.shape();
  return slice(padded, {0, w.top, w.left, 0}, {s[0], w.top + height, w.left + width, s[3]},
               {1, 1, 1, 1});
}

}  // namespace ph

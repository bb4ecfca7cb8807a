// Between conv.cpp (the ops) and conv_plain.cpp (their plain definition).
#pragma once
#include "epilogue.h"
#include "window.h"

namespace ph {

// Every size of a convolution, checked; -1 where unknown. in: (x, w), (w, dy) or (x, dy).
struct ConvDims {
  int64_t n, h, v, c, k, oh, ow, groups, wc;  // v: the input's width
  Shape w;
  Window window;

  ConvDims(const Call& call, Specs in, ConvMode mode);

 private:
  void check(const Call& call) const;
};

Tensor conv_forward(const Tensor& x, const Tensor& w, const Attrs& attrs);
Tensor conv_grad_input(const Tensor& w, const Tensor& dy, const Attrs& attrs);
Tensor conv_grad_filter(const Tensor& x, const Tensor& dy, const Attrs& attrs);

// The same three as sums of matrix products over the kernel's positions.
Tensor conv_plainly(const Call& c, ConvMode mode);

}  // namespace ph

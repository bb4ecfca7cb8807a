// Between conv.cpp (the ops) and conv_plain.cpp (their plain definition).
#pragma once
#include "../core/pass_rules.h"
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

// The sizes of a call, nothing else; Winograd as allowed now.
ConvArgs conv_sizes(const ConvDims& d, ConvMode mode, DType dtype);

// PassRules::packed of conv2d with and without an epilogue.
bool conv_packed(const Call& call, const Kernels& kernels, PackedForm& form);

Tensor conv_forward(const Tensor& x, const Tensor& w, const Attrs& attrs);
Tensor conv_grad_input(const Tensor& w, const Tensor& dy, const Attrs& attrs);
Tensor conv_grad_filter(const Tensor& x, const Tensor& dy, const Attrs& attrs);

// The same three as sums of matrix products over the kernel's positions.
Tensor conv_plainly(const Call& c, ConvMode mode);

}  // namespace ph

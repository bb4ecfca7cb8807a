// Ops as C++ functions over tensors: what gradients and plain definitions are written with. Each is
// one apply() of the op of that name; attributes are documented where the op is defined.
#pragma once
#include "../core/op.h"

namespace ph {

// ---- elementwise (elementwise.cpp)
Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);
Tensor floor_divide(const Tensor& a, const Tensor& b);
Tensor power(const Tensor& a, const Tensor& b);
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor equal(const Tensor& a, const Tensor& b);
Tensor greater(const Tensor& a, const Tensor& b);
Tensor greater_equal(const Tensor& a, const Tensor& b);
Tensor less_equal(const Tensor& a, const Tensor& b);
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& x);
Tensor neg(const Tensor& x);
Tensor sign(const Tensor& x);
Tensor square(const Tensor& x);
Tensor rsqrt(const Tensor& x);
Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor sigmoid(const Tensor& x);
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor cast(const Tensor& x, DType dtype);  // x itself where nothing changes
// act(x), and dy * act'(x) in terms of y = act(x); Act::none passes the first argument through.
Tensor activate(const Tensor& x, Act act);
Tensor gate(const Tensor& dy, const Tensor& y, Act act);
// A scalar of x's dtype: `mul(x, like(x, 2))`.
Tensor like(const Tensor& x, double value);

// ---- creation (create.cpp)
Tensor fill(const Shape& shape, double value, DType dtype);
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);

// ---- products and convolution (matmul.cpp, conv.cpp)
Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a = false, bool transpose_b = false);

// Whether convolutions bound from now on may use Winograd's transforms (at first unless the
// environment says PRONGHORN_WINOGRAD=0).
bool winograd_enabled();
void enable_winograd(bool enabled);

// ---- reductions (reduce.cpp)
Tensor reduce_sum(const Tensor& x, const Ints& axes, bool keepdims);
Tensor reduce_mean(const Tensor& x, const Ints& axes, bool keepdims);
Tensor reduce_max(const Tensor& x, const Ints& axes, bool keepdims);
// Sums the dimensions that broadcasting `shape` to x.shape() added or stretched.
Tensor sum_to(const Tensor& x, const Shape& shape);

// ---- softmax family (softmax.cpp)
Tensor softmax(const Tensor& x);
Tensor log_softmax(const Tensor& x);
Tensor softmax_grad(const Tensor& y, const Tensor& dy);

// ---- shapes and data movement (shape_ops.cpp, slice.cpp, gather.cpp)
Tensor reshape(const Tensor& x, const Shape& shape);  // x itself where nothing changes
Tensor transpose(const Tensor& x, const Ints& perm);
Tensor broadcast_to(const Tensor& x, const Shape& shape);
Tensor slice(const Tensor& x, const Ints& begin, const Ints& end, const Ints& step);
// Zeros of `shape` with g at the places that slice() reads.
Tensor slice_grad(const Tensor& g, const Ints& begin, const Ints& end, const Ints& step,
                  const Shape& shape);
Tensor concat(const std::vector<Tensor>& parts, int axis);
Tensor pad(const Tensor& x, const Ints& low, const Ints& high, double value);
Tensor gather(const Tensor& table, const Tensor& index, int axis, bool wrap, bool checked);
Tensor scatter_add(const Tensor& index, const Tensor& updates, int64_t rows, int axis, bool wrap);
Tensor one_hot(const Tensor& index, int64_t depth, int axis, DType dtype);

}  // namespace ph

// Gradients of a fused op through its plain definition: what a fused gradient op is compared with,
// and how it is differentiated again.
#pragma once
#include "op.h"

namespace ph {

// The reverse sweep over recorded nodes; the room of programs, which owns it, sets this.
using ReverseSweep = std::vector<Tensor> (*)(std::span<const Node> nodes,
                                             std::span<const Tensor> outputs,
                                             std::span<const Tensor> seeds,
                                             std::span<const Tensor> wrt);
inline ReverseSweep reverse_sweep = nullptr;

// compose() of that call, recorded and swept. seeds: one gradient an output, or empty handles.
// One gradient for each input that `wanted` names, zeros where it has no part; empty for others.
std::vector<Tensor> grads_by_compose(const OpDef& op, const Attrs& attrs,
                                     std::span<const Tensor> inputs, std::span<const Tensor> seeds,
                                     const std::vector<bool>& wanted);

}  // namespace ph

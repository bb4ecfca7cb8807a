// The reverse sweep. One for eager tapes, traces and nested gradients: a vjp calls apply().
#pragma once
#include "../core/recorder.h"

namespace ph {

// Gradients of sum(outputs[i] * seeds[i]) with respect to each of `wrt`; an empty handle where
// no path exists. seeds may be empty (ones). `nodes` in the order they ran.
std::vector<Tensor> grad(std::span<const Node> nodes, std::span<const Tensor> outputs,
                         std::span<const Tensor> seeds, std::span<const Tensor> wrt);

}  // namespace ph

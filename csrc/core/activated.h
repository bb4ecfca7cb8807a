// What a tensor of probabilities remembers: the logits of the sigmoid or softmax that made it, so
// that a cross-entropy is computed from them, fused and exact where probabilities saturate. Casts,
// reshapes, transposes and slices of it remember too: the same is done to the logits when asked.
#pragma once
#include <string>

#include "op.h"

namespace ph {

// What an op means for the logits of its output.
enum class Carries : uint8_t { nothing, sigmoid, softmax, same, reshape, transpose, slice };
Carries carries(const OpDef& op);

// Notes on the output of an op what its input was, or was made of.
void note_activation(Carries how, const OpDef& op, const Attrs& attrs, const Tensor& in,
                     Tensor& out);

// The logits of a tensor that is `activation` ("sigmoid", "softmax") of them, along `axis` for
// softmax; else an empty handle.
Tensor logits_of(const Tensor& t, const std::string& activation, int axis);

}  // namespace ph

// What a product may do while its tile is in registers: + bias, activation, and a gate (times the
// derivative of an activation in terms of its output). Shared by matmul and the convolutions.
#pragma once
#include "common.h"

namespace ph {

// Which extra inputs follow the product's two, read from the four attributes at `base`.
struct Epilogue {
  bool has_bias, has_gate;
  Act act, gate_act;
  size_t bias_at, gate_at, inputs;  // positions among the inputs; inputs: how many in all

  Epilogue(const Attrs& attrs, size_t base);
};

// Checks the extra inputs against the product's output.
void check_epilogue(const char* op, Specs in, const Epilogue& e, const Spec& out);
// gate(act(z + bias)).
Tensor finish(const Tensor& z, std::span<const Tensor> in, const Epilogue& e);

// The gradient before the epilogue (dz), and those of bias and gate at their input positions.
struct EpilogueGrad {
  Tensor dz, dbias, dgate;
};
EpilogueGrad epilogue_grad(const VjpContext& c, const Epilogue& e, const Tensor& z);

// The attributes without the epilogue's four.
Attrs own_attrs(const Attrs& attrs, size_t count);

}  // namespace ph

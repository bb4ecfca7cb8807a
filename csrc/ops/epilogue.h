// What a product may do while its tile is in registers: + bias, activation, and a gate (times the
// derivative of an activation in terms of its output). Shared by matmul and the convolutions.
#pragma once
#include "common.h"

namespace ph {

// The attributes of a product's epilogue, declared after its own.
std::vector<AttrDecl> with_epilogue(std::vector<AttrDecl> own);

// Which extra inputs follow the product's `own` ones. Of an op without those attributes: none.
struct Epilogue {
  bool has_bias = false, has_gate = false;
  Act act = Act::none, gate_act = Act::none;
  size_t bias_at, gate_at, inputs;  // positions among the inputs; inputs: how many in all

  explicit Epilogue(const Call& c, size_t own = 2);
};

// Checks the extra inputs against the product's output.
void check_epilogue(const Call& c, const Epilogue& e, const Spec& out);
// gate(act(z + bias)).
Tensor finish(const Tensor& z, std::span<const Tensor> in, const Epilogue& e);

// The gradient before the epilogue (dz), and those of bias and gate at their input positions.
struct EpilogueGrad {
  Tensor dz, dbias, dgate;
};
EpilogueGrad epilogue_grad(const VjpContext& c, const Epilogue& e, const Tensor& z);

// The attributes without the epilogue's.
Attrs own_attrs(const Call& c);

}  // namespace ph

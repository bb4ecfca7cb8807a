// Host calls: ops whose work a library of the interpreter's side does (LAPACK through NumPy). They
// are records like any other: shapes are inferred before, values exist only when run, gradients are
// written with ops. The binding room says how to call out; without it there are none.
#pragma once
#include "op.h"

namespace ph {

constexpr int kHostOperands = 12;

// One bound call. `attrs` lives as long as the thunk.
struct HostCallArgs {
  const OpDef* op;
  const Attrs* attrs;
  Device* device;
  int32_t n_in, n_out;
  Operand operands[kHostOperands];  // inputs, then outputs; dense
};

struct HostBridge {
  std::vector<Spec> (*infer)(const Call&) = nullptr;
  // Fills the outputs; may throw, which leaves state as it was. Takes the interpreter's lock.
  void (*run)(const HostCallArgs&) = nullptr;
  std::vector<Tensor> (*vjp)(const VjpContext&) = nullptr;
};
inline HostBridge host_bridge;

// Registers an op of that name, or returns the one that there is.
const OpDef& host_op(const std::string& name, std::vector<AttrDecl> attrs, bool has_gradient);

// The thunk of every host call.
void run_host_call(const Kernels&, const void* args, const Launch&);

}  // namespace ph

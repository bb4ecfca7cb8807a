// Elementwise programs: lowering ops to opcodes, and filling EltwiseArgs from them. Used for one op
// (eager) and for the fuse pass's chains.
#pragma once
#include "op.h"

namespace ph {

// Opcodes over physical registers: inputs, constants, temporaries (see EltwiseArgs).
struct EltProgram {
  DType compute = DType::f32;
  int n_in = 0;
  std::vector<double> constants;
  std::vector<EltInstr> instrs;
  std::vector<uint8_t> out_regs;
};

// Collects instructions over virtual registers; finish() gives each temporary a physical register
// that is reused after its last read.
class EltBuilder : public EltEmitter {
 public:
  explicit EltBuilder(int n_in);
  uint8_t emit(EltOp op, uint8_t a, uint8_t b = 0, uint8_t c = 0) override;
  uint8_t constant(double value) override;
  uint8_t input(int i) const { return static_cast<uint8_t>(i); }
  // Throws ValueError where a limit of EltwiseArgs is passed.
  EltProgram finish(DType compute, const std::vector<uint8_t>& outputs) const;
  int size() const { return static_cast<int>(instrs_.size()); }

 private:
  int n_in_;
  std::vector<double> constants_;
  struct Virtual {
    int kind;  // 0 input, 1 constant, 2 temporary
    int index;
  };
  std::vector<Virtual> regs_;
  std::vector<EltInstr> instrs_;
};

// The register type an op computes in.
DType compute_type(const Call& call);
DType compute_class(DType storage);
// Inputs that are literals become constants of the program; the others are its inputs, in order.
EltProgram lower_one(const Call& call);
// Whether a register holds the scalar exactly, so that it may be a constant.
bool fits_register(const Tensor& literal);
// All outputs have the same shape; inputs broadcast to it. Dimensions are collapsed.
bool bind_eltwise(const EltProgram& program, BindContext& ctx);
// The same over a matrix of the last dimension's columns, for GemmArgs: false where an operand
// broadcasts in another way than by rows or columns.
bool matrix_program(const EltProgram& program, std::span<const Operand> in,
                    std::span<const Operand> out, const Kernels& kernels, EltwiseArgs& args);

}  // namespace ph

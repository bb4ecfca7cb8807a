// Elementwise programs written by hand, for eltwise and optim.
#pragma once
#include <initializer_list>

#include "bench.h"

namespace ph::bench {

// Registers: inputs, constants, then temporaries in the order of the steps.
class Program {
 public:
  Program(int64_t count, std::initializer_list<const Buffer*> inputs,
          std::initializer_list<double> constants) {
    args_ = {};
    args_.compute = DType::f32;
    args_.ndim = 1;
    args_.shape[0] = count;
    for (const Buffer* b : inputs) args_.in[args_.n_in++] = operand(*b);
    for (double c : constants) args_.constant[args_.n_const++] = c;
  }
  // Adds one step; returns its register.
  uint8_t step(EltOp op, uint8_t a, uint8_t b = 0, uint8_t c = 0) {
    const auto dst = static_cast<uint8_t>(args_.n_in + args_.n_const + args_.n_instr);
    args_.instr[args_.n_instr++] = {op, dst, a, b, c};
    return dst;
  }
  void output(const Buffer& to, uint8_t reg) {
    args_.out_reg[args_.n_out] = reg;
    args_.out[args_.n_out++] = operand(to);
  }
  const EltwiseArgs& args() const { return args_; }

 private:
  static EltOperand operand(const Buffer& b) {
    EltOperand o = {};
    o.data = b.data();
    o.dtype = DType::f32;
    o.stride[0] = 1;
    return o;
  }
  EltwiseArgs args_;
};

}  // namespace ph::bench

#include "eltwise.h"

#include <algorithm>

namespace ph {

EltBuilder::EltBuilder(int n_in) : n_in_(n_in) {
  for (int i = 0; i < n_in; ++i) regs_.push_back({0, i});
}

uint8_t EltBuilder::constant(double value) {
  uint64_t bits, other;
  std::memcpy(&bits, &value, 8);
  for (size_t r = 0; r < regs_.size(); ++r) {
    if (regs_[r].kind != 1) continue;
    std::memcpy(&other, &constants_[static_cast<size_t>(regs_[r].index)], 8);
    if (other == bits) return static_cast<uint8_t>(r);
  }
  constants_.push_back(value);
  regs_.push_back({1, static_cast<int>(constants_.size()) - 1});
  PH_CHECK(regs_.size() <= 256);
  return static_cast<uint8_t>(regs_.size() - 1);
}

uint8_t EltBuilder::emit(EltOp op, uint8_t a, uint8_t b, uint8_t c) {
  regs_.push_back({2, static_cast<int>(instrs_.size())});
  PH_CHECK(regs_.size() <= 256);
  const auto dst = static_cast<uint8_t>(regs_.size() - 1);
  instrs_.push_back({op, dst, a, b, c});
  return dst;
}

namespace {
constexpr int kArity[] = {
#define PH_X(name, arity) arity,
    PH_ELT_OPS(PH_X)
#undef PH_X
};
}  // namespace

EltProgram EltBuilder::finish(DType compute, const std::vector<uint8_t>& outputs) const {
  EltProgram p;
  p.compute = compute;
  p.n_in = n_in_;
  p.constants = constants_;
  const int n_const = static_cast<int>(constants_.size());
  if (n_in_ > kEltMaxIn || n_const > kEltMaxConst ||
      static_cast<int>(instrs_.size()) > kEltMaxInstr ||
      static_cast<int>(outputs.size()) > kEltMaxOut)
    throw ValueError("elementwise program: too many inputs, constants, instructions or outputs");

  // last reader of each virtual register; outputs live to the end
  std::vector<int> last(regs_.size(), -1);
  for (size_t i = 0; i < instrs_.size(); ++i) {
    const EltInstr& in = instrs_[i];
    const uint8_t operands[3] = {in.a, in.b, in.c};
    for (int k = 0; k < kArity[static_cast<int>(in.op)]; ++k)
      last[operands[k]] = static_cast<int>(i);
  }
  for (uint8_t r : outputs) last[r] = static_cast<int>(instrs_.size());

  std::vector<int> physical(regs_.size(), 0);
  std::vector<uint8_t> free;
  int next = n_in_ + n_const;
  for (size_t r = 0; r < regs_.size(); ++r)
    if (regs_[r].kind != 2)
      physical[r] = regs_[r].kind == 0 ? regs_[r].index : n_in_ + regs_[r].index;
  for (size_t i = 0; i < instrs_.size(); ++i) {
    const EltInstr& in = instrs_[i];
    EltInstr out = in;
    const uint8_t operands[3] = {in.a, in.b, in.c};
    uint8_t* fields[3] = {&out.a, &out.b, &out.c};
    const int arity = kArity[static_cast<int>(in.op)];
    for (int k = 0; k < 3; ++k)
      *fields[k] = k < arity ? static_cast<uint8_t>(physical[operands[k]]) : uint8_t{0};
    // Freed before dst is chosen: an instruction may overwrite its own operand.
    for (int k = 0; k < arity; ++k) {
      bool first = true;
      for (int j = 0; j < k; ++j) first = first && operands[j] != operands[k];
      if (first && regs_[operands[k]].kind == 2 && last[operands[k]] == static_cast<int>(i))
        free.push_back(static_cast<uint8_t>(physical[operands[k]]));
    }
    if (free.empty()) {
      if (next >= kEltMaxReg) throw ValueError("elementwise program: too many live values");
      out.dst = static_cast<uint8_t>(next++);
    } else {
      out.dst = free.back();
      free.pop_back();
    }
    physical[in.dst] = out.dst;
    if (last[in.dst] < 0) free.push_back(out.dst);  // never read
    p.instrs.push_back(out);
  }
  for (uint8_t r : outputs) p.out_regs.push_back(static_cast<uint8_t>(physical[r]));
  return p;
}

DType compute_class(DType d) {
  switch (d) {
    case DType::f64: return DType::f64;
    case DType::f32:
    case DType::f16:
    case DType::bf16: return DType::f32;
    case DType::u64: return DType::u64;
    default: return DType::i64;
  }
}

DType compute_type(const Call& call) {
  if (call.op->compute) return call.op->compute(call);
  DType d = DType::b8;
  for (const Spec& s : call.specs) d = promote(d, s.dtype);
  return compute_class(d);
}

bool fits_register(const Tensor& literal) {
  const bool wide = literal.dtype() == DType::i64 || literal.dtype() == DType::u64;
  const double x = wide ? literal.item() : 0;
  return x < 9e15 && x > -9e15;  // exact in a double
}

EltProgram lower_one(const Call& call) {
  int n_in = 0;
  for (const Tensor& t : call.inputs) n_in += !t.is_literal();
  EltBuilder builder(n_in);
  uint8_t regs[kEltMaxIn], next = 0;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    const Tensor& t = call.inputs[i];
    regs[i] = t.is_literal() ? builder.constant(t.item()) : next++;
  }
  const uint8_t out = call.op->lower(builder, regs, call);
  return builder.finish(compute_type(call), {out});
}

namespace {
// Which operands of an instruction read that register.
int reads(const EltInstr& in, uint8_t reg) {
  const uint8_t operands[3] = {in.a, in.b, in.c};
  return static_cast<int>(std::count(operands, operands + kArity[static_cast<int>(in.op)], reg));
}

// a / sqrt(b) = a * rsqrt(b) where nothing else reads the root. Both forms are within 3 ulp.
void divide_by_roots(EltwiseArgs& args) {
  for (int k = 0; k < args.n_instr; ++k) {
    EltInstr& root = args.instr[k];
    if (root.op != EltOp::sqrt) continue;
    EltInstr* divide = nullptr;
    int count = 0;
    bool kept = true;  // until something else is written there
    for (int j = k + 1; j < args.n_instr && kept; ++j) {
      EltInstr& in = args.instr[j];
      count += reads(in, root.dst);
      if (in.op == EltOp::div && in.b == root.dst) divide = &in;
      kept = in.dst != root.dst;
    }
    if (kept)
      count += static_cast<int>(std::count(args.out_reg, args.out_reg + args.n_out, root.dst));
    if (divide && count == 1) root.op = EltOp::rsqrt, divide->op = EltOp::mul;
  }
}

// All but the shape and the operands.
void fill_program(const EltProgram& program, const Kernels& kernels, EltwiseArgs& args) {
  std::memset(&args, 0, sizeof args);
  args.compute = program.compute;
  args.n_in = program.n_in;
  args.n_out = static_cast<int32_t>(program.out_regs.size());
  args.n_const = static_cast<int32_t>(program.constants.size());
  args.n_instr = static_cast<int32_t>(program.instrs.size());
  for (size_t i = 0; i < program.constants.size(); ++i) args.constant[i] = program.constants[i];
  for (size_t i = 0; i < program.instrs.size(); ++i) args.instr[i] = program.instrs[i];
  std::copy(program.out_regs.begin(), program.out_regs.end(), args.out_reg);
  if (kernels.rsqrt_estimate && program.compute == DType::f32) divide_by_roots(args);
}
}  // namespace

bool bind_eltwise(const EltProgram& program, BindContext& ctx) {
  EltwiseArgs args;
  fill_program(program, *ctx.kernels, args);

  // Strides over the iteration shape: 0 where an input broadcasts.
  const Shape& shape = ctx.out[0].spec.shape;
  const int rank = shape.rank();
  const size_t n_in = ctx.in.size(), n = n_in + ctx.out.size();
  int64_t stride[kEltMaxIn + kEltMaxOut][kMaxDims] = {};
  for (size_t k = 0; k < n; ++k) {
    const Shape& s = k < n_in ? ctx.in[k].spec.shape : ctx.out[k - n_in].spec.shape;
    int64_t step = 1;
    for (int d = s.rank() - 1; d >= 0; --d) {
      stride[k][d + rank - s.rank()] = s[d] == 1 ? 0 : step;
      step *= s[d];
    }
  }
  // Collapse: drop sizes of 1, merge neighbours that every operand walks as one.
  int nd = 0;
  for (int d = 0; d < rank; ++d) {
    if (shape[d] == 1) continue;
    bool merge = nd > 0;
    for (size_t k = 0; merge && k < n; ++k) {
      const EltOperand& o = k < n_in ? args.in[k] : args.out[k - n_in];
      merge = o.stride[nd - 1] == stride[k][d] * shape[d];
    }
    if (merge) --nd;
    args.shape[nd] = merge ? args.shape[nd] * shape[d] : shape[d];
    for (size_t k = 0; k < n; ++k)
      (k < n_in ? args.in[k] : args.out[k - n_in]).stride[nd] = stride[k][d];
    ++nd;
  }
  args.ndim = nd;
  for (size_t k = 0; k < n_in; ++k) {
    args.in[k].data = ctx.in[k].data;
    args.in[k].dtype = ctx.in[k].spec.dtype;
  }
  for (size_t k = 0; k < ctx.out.size(); ++k) {
    args.out[k].data = ctx.out[k].data;
    args.out[k].dtype = ctx.out[k].spec.dtype;
  }
  args.guard = ctx.guard();
  return ctx.push<&Kernels::eltwise>(args);
}

bool matrix_program(const EltProgram& program, std::span<const Operand> in,
                    std::span<const Operand> out, const Kernels& kernels, EltwiseArgs& args) {
  fill_program(program, kernels, args);
  const Shape& shape = out[0].spec.shape;
  if (shape.rank() == 0) return false;
  const int64_t cols = shape.back(), rows = cols ? shape.count() / cols : 0;
  args.ndim = 2, args.shape[0] = rows, args.shape[1] = cols;
  const auto place = [&](const Operand& from, EltOperand& to) {
    const Shape& s = from.spec.shape;
    const int64_t count = s.count(), last = s.rank() ? s.back() : 1;
    to.data = from.data;
    to.dtype = from.spec.dtype;
    if (s == shape) {
      to.stride[0] = cols, to.stride[1] = 1;
    } else if (count == 1) {
      to.stride[0] = to.stride[1] = 0;
    } else if (count == last && last == cols) {
      to.stride[1] = 1;
    } else if (last == 1 && count == rows && s.rank() == shape.rank()) {
      to.stride[0] = 1;
    } else {
      return false;
    }
    return true;
  };
  for (size_t i = 0; i < in.size(); ++i)
    if (!place(in[i], args.in[i])) return false;
  for (size_t i = 0; i < out.size(); ++i)
    if (!place(out[i], args.out[i])) return false;
  return true;
}

}  // namespace ph

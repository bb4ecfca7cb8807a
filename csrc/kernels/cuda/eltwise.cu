// Elementwise programs, interpreted by every thread for kEltEach neighbours at once: an opcode is
// decoded once for all of them. Operands that are dense over the innermost dimension and aligned
// move 16 bytes at a time. Optimizer updates are such programs.
#include "eltwise_ops.h"

namespace ph {
namespace cuda {
namespace {

// What the host sees once: how each operand moves.
struct EltLaunch {
  EltwiseArgs g;
  int64_t rows, cols;                 // of the innermost dimension
  bool wide[kEltMaxIn + kEltMaxOut];  // 16 bytes at a time
};

PH_DEVICE int64_t row_offset(const EltwiseArgs& g, const EltOperand& op, int64_t row) {
  int64_t offset = 0;
  for (int d = g.ndim - 2; d >= 0; --d) {
    const int64_t next = row / g.shape[d];
    offset += (row - next * g.shape[d]) * op.stride[d];
    row = next;
  }
  return offset;
}
template <class C>
PH_DEVICE void load_wide(C (&r)[kEltEach], const void* p, int64_t at) {
  constexpr int words = kEltEach * sizeof(C) / sizeof(float4);
  float4 v[words];
  for (int w = 0; w < words; ++w)
    v[w] = reinterpret_cast<const float4*>(static_cast<const C*>(p) + at)[w];
  memcpy(r, v, sizeof v);
}
template <class C>
PH_DEVICE void store_wide(const C (&r)[kEltEach], void* p, int64_t at) {
  constexpr int words = kEltEach * sizeof(C) / sizeof(float4);
  float4 v[words];
  memcpy(v, r, sizeof v);
  for (int w = 0; w < words; ++w) reinterpret_cast<float4*>(static_cast<C*>(p) + at)[w] = v[w];
}

template <class C>
__global__ void __launch_bounds__(kBlock) eltwise_kernel(PH_PARAM EltLaunch l) {
  const EltwiseArgs& g = l.g;
  if (g.guard && *g.guard) return;
  const int inner = g.ndim - 1;
  const int64_t groups = (l.cols + kEltEach - 1) / kEltEach;  // of a row
  for (int64_t i = first_item(); i < l.rows * groups; i += item_step()) {
    const int64_t row = i / groups, col = (i - row * groups) * kEltEach;
    const int n = static_cast<int>(min_of<int64_t>(kEltEach, l.cols - col));
    C reg[kEltMaxReg][kEltEach];
    for (int k = 0; k < g.n_in; ++k) {
      const EltOperand& op = g.in[k];
      const int64_t step = inner < 0 ? 0 : op.stride[inner];
      const int64_t at = row_offset(g, op, row) + col * step;
      if (l.wide[k] && n == kEltEach)
        load_wide(reg[k], op.data, at);
      else
        for (int j = 0; j < kEltEach; ++j)
          reg[k][j] = j < n ? load_as<C>(op.data, op.dtype, at + j * step) : C{};
    }
    for (int k = 0; k < g.n_const; ++k)
      for (int j = 0; j < kEltEach; ++j) reg[g.n_in + k][j] = read_as<C>(g.constant[k]);
    for (int k = 0; k < g.n_instr; ++k) {
      const EltInstr s = g.instr[k];
      elt_instr<C>(s.op, reg[s.dst], reg[s.a], reg[s.b], reg[s.c]);
    }
    for (int k = 0; k < g.n_out; ++k) {
      const EltOperand& op = g.out[k];
      const C(&r)[kEltEach] = reg[g.out_reg[k]];
      const int64_t step = inner < 0 ? 0 : op.stride[inner];
      const int64_t at = row_offset(g, op, row) + col * step;
      if (l.wide[kEltMaxIn + k] && n == kEltEach)
        store_wide(r, op.data, at);
      else
        for (int j = 0; j < n; ++j) store_as<C>(op.data, op.dtype, at + j * step, r[j]);
    }
  }
}

// Every row starts at a multiple of 16 bytes, and runs on from there.
bool moves_wide(const EltwiseArgs& g, const EltOperand& op) {
  const auto size = static_cast<int64_t>(kDTypeSize[static_cast<int>(op.dtype)]);
  if (op.dtype != g.compute || g.ndim == 0 || op.stride[g.ndim - 1] != 1) return false;
  if (reinterpret_cast<uintptr_t>(op.data) % sizeof(float4)) return false;
  for (int d = 0; d < g.ndim - 1; ++d)
    if (g.shape[d] > 1 && op.stride[d] * size % static_cast<int64_t>(sizeof(float4))) return false;
  return true;
}

template <class C>
void run_program(const EltLaunch& l, const Launch& team) {
  const int64_t groups = l.rows * ceil_div(l.cols, kEltEach);
  launch(eltwise_kernel<C>, blocks_for(groups, kBlock), kBlock, stream_of(team), l);
}

}  // namespace

void eltwise(const EltwiseArgs& g, const Launch& team) {
  EltLaunch l = {g, 1, g.ndim ? g.shape[g.ndim - 1] : 1, {}};
  for (int d = 0; d < g.ndim - 1; ++d) l.rows *= g.shape[d];
  if (l.rows * l.cols == 0) return;
  for (int k = 0; k < g.n_in; ++k) l.wide[k] = moves_wide(g, g.in[k]);
  for (int k = 0; k < g.n_out; ++k) l.wide[kEltMaxIn + k] = moves_wide(g, g.out[k]);
  if (g.compute == DType::f32) return run_program<float>(l, team);
  if (g.compute == DType::f64) return run_program<double>(l, team);
  if (g.compute == DType::i64) return run_program<int64_t>(l, team);
  run_program<uint64_t>(l, team);
}

}  // namespace cuda
}  // namespace ph

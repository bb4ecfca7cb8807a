// Elementwise programs, interpreted by every thread for kEltEach neighbours at once: an opcode is
// decoded once for all of them. Operands that are dense over the innermost dimension and aligned
// move 16 bytes at a time. Optimizer updates are such programs.
#include "cuda_table.h"
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

// The place of kEltEach neighbours in an operand.
struct EltPlace {
  void* data;
  int64_t at, step;
  bool wide;
};
// The program over n of them; place(k) is where input k is, place(kEltMaxIn + k) output k.
template <class C, class F>
PH_DEVICE void run_group(const EltwiseArgs& g, int n, const F& place) {
  C reg[kEltMaxReg][kEltEach];
  for (int k = 0; k < g.n_in; ++k) {
    const EltPlace p = place(k);
    if (p.wide && n == kEltEach)
      load_wide(reg[k], p.data, p.at);
    else
      for (int j = 0; j < kEltEach; ++j)
        reg[k][j] = j < n ? load_as<C>(p.data, g.in[k].dtype, p.at + j * p.step) : C{};
  }
  for (int k = 0; k < g.n_const; ++k)
    for (int j = 0; j < kEltEach; ++j) reg[g.n_in + k][j] = read_as<C>(g.constant[k]);
  for (int k = 0; k < g.n_instr; ++k) {
    const EltInstr s = g.instr[k];
    elt_instr<C>(s.op, reg[s.dst], reg[s.a], reg[s.b], reg[s.c]);
  }
  for (int k = 0; k < g.n_out; ++k) {
    const EltPlace p = place(kEltMaxIn + k);
    const C(&r)[kEltEach] = reg[g.out_reg[k]];
    if (p.wide && n == kEltEach)
      store_wide(r, p.data, p.at);
    else
      for (int j = 0; j < n; ++j) store_as<C>(p.data, g.out[k].dtype, p.at + j * p.step, r[j]);
  }
}
PH_DEVICE const EltOperand& operand(const EltwiseArgs& g, int k) {
  return k < kEltMaxIn ? g.in[k] : g.out[k - kEltMaxIn];
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
    run_group<C>(g, n, [&](int k) {
      const EltOperand& op = operand(g, k);
      const int64_t step = inner < 0 ? 0 : op.stride[inner];
      return EltPlace{op.data, row_offset(g, op, row) + col * step, step, l.wide[k]};
    });
  }
}

// Several calls of one program. Call m has the groups from first[m] on; operands are numbered
// inputs first, then outputs.
struct ManyLaunch {
  EltwiseArgs g;
  int count;
  int64_t first[kManyCalls + 1];
  int64_t size[kManyCalls];
  void* data[kManyCalls][kManyOperands];
  uint32_t wide[kManyCalls];  // a bit an operand
};
static_assert(sizeof(ManyLaunch) + sizeof(int64_t) <= 32764);  // what a launch takes

template <class C>
__global__ void __launch_bounds__(kBlock) eltwise_many_kernel(PH_PARAM ManyLaunch l) {
  const EltwiseArgs& g = l.g;
  if (g.guard && *g.guard) return;
  for (int64_t i = first_item(); i < l.first[l.count]; i += item_step()) {
    int m = 0;
    for (int above = l.count; above - m > 1;) {  // first[m] <= i < first[above]
      const int middle = (m + above) / 2;
      if (l.first[middle] <= i)
        m = middle;
      else
        above = middle;
    }
    const int64_t at = (i - l.first[m]) * kEltEach;
    const int n = static_cast<int>(min_of<int64_t>(kEltEach, l.size[m] - at));
    run_group<C>(g, n, [&](int k) {
      const int64_t step = operand(g, k).stride[0];
      const int slot = k < kEltMaxIn ? k : g.n_in + k - kEltMaxIn;
      return EltPlace{l.data[m][slot], at * step, step, (l.wide[m] >> slot & 1) != 0};
    });
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

// As many calls as fit one launch.
template <class C>
void run_many(const EltwiseArgs* const* calls, int count, const Launch& team) {
  ManyLaunch l;
  l.g = *calls[0], l.count = count, l.first[0] = 0;
  for (int m = 0; m < count; ++m) {
    const EltwiseArgs& g = *calls[m];
    l.size[m] = g.shape[0];
    l.first[m + 1] = l.first[m] + ceil_div(g.shape[0], kEltEach);
    l.wide[m] = 0;
    for (int k = 0; k < g.n_in + g.n_out; ++k) {
      const EltOperand& op = k < g.n_in ? g.in[k] : g.out[k - g.n_in];
      l.data[m][k] = op.data;
      l.wide[m] |= static_cast<uint32_t>(moves_wide(g, op)) << k;
    }
  }
  if (l.first[count])
    launch(eltwise_many_kernel<C>, blocks_for(l.first[count], kBlock), kBlock, stream_of(team), l);
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

void cuda_eltwise_many(const EltwiseArgs* const* calls, int count, const Launch& team) {
  const EltwiseArgs& g = *calls[0];
  if (g.n_in + g.n_out > cuda::kManyOperands || count == 1) {
    for (int m = 0; m < count; ++m) cuda::eltwise(*calls[m], team);
    return;
  }
  for (int m = 0; m < count; m += cuda::kManyCalls) {
    const int n = cuda::min_of(count - m, cuda::kManyCalls);
    if (g.compute == DType::f32)
      cuda::run_many<float>(calls + m, n, team);
    else if (g.compute == DType::f64)
      cuda::run_many<double>(calls + m, n, team);
    else if (g.compute == DType::i64)
      cuda::run_many<int64_t>(calls + m, n, team);
    else
      cuda::run_many<uint64_t>(calls + m, n, team);
  }
}

}  // namespace ph

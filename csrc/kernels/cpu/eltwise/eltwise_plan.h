// How an elementwise program will run: how each operand is reached, which results go straight
// to their output, which instructions form one pass, and the block's size. Built on
// the stack for each piece of work.
#pragma once
#include "eltwise_chain.h"

namespace ph {
namespace PH_ISA {

constexpr int kBlockBytes = 24 * 1024;    // all registers of a block
constexpr int kMaxBlockBytes = 8 * 1024;  // one register of a block
constexpr int kMinBlock = 64;             // elements; 64 registers of them still fit the stack
constexpr int kBufferPad = 256;           // bytes: whole vectors past the end, and no 4 KB aliasing
constexpr int kBufferBytes = kEltMaxReg * (kMinBlock * 8 + kBufferPad);
constexpr int64_t kChunkCost = 65536;  // elements x cheap operations that pay for a thread
constexpr int64_t kChainMin = 200;     // elements below which looking for chains does not pay
// Rows from this length on (elements) run one by one, shorter ones joined: of one operation, of
// a chain.
constexpr int64_t kRowAlone = 64, kChainRowAlone = 256;
constexpr int64_t kWholeRows = 2048;  // rows up to this length (elements) are never cut by chunks
constexpr int kJoinedTemps = kBufferBytes / kTurnBytes;
constexpr int64_t kMaxChunks = 512;

enum class Mode : uint8_t {
  in_place,  // dense in the compute type
  dense,     // dense, another type
  scalar,    // one element for all
  row,       // the same inner row for all outer indices: filled once
  strided,
};

struct Operand {
  Mode mode;
  int elem_size;
  int64_t inner;  // stride of the last dimension
};

struct Shape {
  int64_t total, inner, outer;
};

PH_INLINE Mode classify(const EltwiseArgs& g, const EltOperand& op, bool same_type) {
  int64_t expect = 1;
  bool dense = true, zero = true, outer_zero = true;
  for (int d = g.ndim - 1; d >= 0; --d) {
    if (g.shape[d] != 1) {
      dense &= op.stride[d] == expect;
      zero &= op.stride[d] == 0;
      if (d < g.ndim - 1) outer_zero &= op.stride[d] == 0;
    }
    expect *= g.shape[d];
  }
  if (dense) return same_type ? Mode::in_place : Mode::dense;
  if (zero) return Mode::scalar;
  return outer_zero ? Mode::row : Mode::strided;
}

// Everything that does not change between blocks. Built once per chunk of work, on the stack.
template <class T>
struct Program {
  const EltwiseArgs& g;
  Shape shape;
  Operand in[kEltMaxIn], out[kEltMaxOut];
  EltFn<T> fn[kEltMaxInstr];
  int8_t direct[kEltMaxInstr];  // the output this instruction writes itself, or -1
  bool stored[kEltMaxOut];      // written by its instruction
  const T* reg[kEltMaxReg];
  int64_t step[kEltMaxReg];
  T* buffer[kEltMaxReg];
  uint8_t chain[kEltMaxInstr];  // instructions that run as one pass from here on
  uint8_t acc[kEltMaxInstr];    // which operand is the result of the one before
  bool kept[kEltMaxInstr];      // the result is read by more than the next of its chain
  bool past[kEltMaxInstr];      // written to an output that nothing reads: may bypass the cache
  bool flat, stream;            // one long row; outputs bypass the cache
  bool rows_alone;              // one pass, row by row, and nothing to convert
  bool joined;                  // one long row through all chains, turn by turn
  int64_t block;                // elements
  int64_t rows_per_block;       // 0: blocks lie within a row

  PH_INLINE explicit Program(const EltwiseArgs& args) : g(args), joined(false) {}
};

PH_INLINE Shape measure(const EltwiseArgs& g) {
  Shape s = {1, g.ndim ? g.shape[g.ndim - 1] : 1, 1};
  for (int d = 0; d < g.ndim; ++d) s.total *= g.shape[d];
  s.outer = s.inner ? s.total / s.inner : 0;
  return s;
}
// Overlap beyond the exact alias that the contract allows does not occur, so data pointers tell.
PH_INLINE bool hazard(const EltwiseArgs& g, int output, int writer) {
  for (int i = 0; i < g.n_in; ++i) {
    if (g.in[i].data != g.out[output].data) continue;
    for (int k = writer + 1; k < g.n_instr; ++k) {
      const EltInstr& s = g.instr[k];
      const int arity = kEltArity[static_cast<int>(s.op)];
      if (s.a == i || (arity > 1 && s.b == i) || (arity > 2 && s.c == i)) return true;
    }
  }
  return false;
}

// Input i is itself a result, and another output lies where it does: it needs a copy.
PH_INLINE bool overwritten(const EltwiseArgs& g, int i) {
  bool result = false, covered = false;
  for (int o = 0; o < g.n_out; ++o) {
    result |= g.out_reg[o] == i;
    covered |= g.out_reg[o] != i && g.out[o].data == g.in[i].data;
  }
  return result && covered;
}

PH_INLINE int count_reads(const EltInstr& s, int reg, int& which) {
  const int arity = kEltArity[static_cast<int>(s.op)];
  int n = 0;
  if (arity > 2 && s.c == reg) ++n, which = 2;
  if (arity > 1 && s.b == reg) ++n, which = 1;
  if (s.a == reg) ++n, which = 0;
  return n;
}
// Is instruction k's result read after instruction k + 1, or an output?
PH_INLINE bool read_later(const EltwiseArgs& g, int k) {
  const int reg = g.instr[k].dst;
  int which;
  for (int j = k + 1; j < g.n_instr; ++j) {
    if (j > k + 1 && count_reads(g.instr[j], reg, which)) return true;
    if (g.instr[j].dst == reg) return false;
  }
  for (int o = 0; o < g.n_out; ++o)
    if (g.out_reg[o] == reg) return true;
  return false;
}
// Finds the chains. True if one pass does the whole program and keeps nothing but outputs.
template <class T>
bool find_chains(Program<T>& p) {
  const EltwiseArgs& g = p.g;
  bool single = true;
  for (int k = 0; k < g.n_instr;) {
    const int head = k;
    p.acc[k] = 0;
    bool open = chain_op(g.instr[k].op, 0) != ChainOp::none;
    for (;; ++k) {
      p.kept[k] = read_later(g, k);
      int which = 0;
      open = open && k + 1 < g.n_instr && count_reads(g.instr[k + 1], g.instr[k].dst, which) == 1 &&
             chain_op(g.instr[k + 1].op, which) != ChainOp::none;
      if (!open) break;
      single &= !p.kept[k] || p.direct[k] >= 0;
      p.acc[k + 1] = static_cast<uint8_t>(which);
    }
    single &= p.direct[k] >= 0;
    p.kept[k] = true;
    p.chain[head] = static_cast<uint8_t>(++k - head);
    single &= k == g.n_instr;
  }
  return single;
}
// Instruction k writes output o, which is no input and which no later instruction reads.
PH_INLINE bool bypasses(const EltwiseArgs& g, int k, int o) {
  if (o < 0) return false;
  for (int i = 0; i < g.n_in; ++i)
    if (g.in[i].data == g.out[o].data) return false;
  int which;
  for (int j = k + 1; j < g.n_instr; ++j)
    if (count_reads(g.instr[j], g.instr[k].dst, which)) return false;
  return true;
}

template <class T>
PH_INLINE void prepare(Program<T>& p, T* memory, T* scalars) {
  const EltwiseArgs& g = p.g;
  constexpr int lanes = kLanes<T>;
  p.shape = measure(g);
  p.flat = true;
  int streams = 0, buffers = 0;
  for (int i = 0; i < g.n_in; ++i) {
    const EltOperand& op = g.in[i];
    p.in[i] = {classify(g, op, op.dtype == compute_dtype<T>),
               kDTypeSize[static_cast<int>(op.dtype)], g.ndim ? op.stride[g.ndim - 1] : 0};
    if (p.in[i].mode == Mode::in_place && overwritten(g, i)) p.in[i].mode = Mode::dense;
    const Mode m = p.in[i].mode;
    p.flat &= m != Mode::row && m != Mode::strided;
    streams += m != Mode::scalar;
    p.step[i] = lanes;
    if (m == Mode::scalar) {
      T x;
      loader<T>(op.dtype)(&x, op.data, 0, 1);
      store(scalars, splat<T>(x));
      p.reg[i] = scalars, p.step[i] = 0;
      scalars += lanes;
    }
  }
  for (int i = 0; i < g.n_const; ++i, scalars += lanes) {
    const double c = g.constant[i];
    T x;
    if constexpr (is_float<T>)
      x = static_cast<T>(c);
    else
      x = saturate<T>(c);
    store(scalars, splat<T>(x));
    p.reg[g.n_in + i] = scalars, p.step[g.n_in + i] = 0;
  }
  const int first_temp = g.n_in + g.n_const;
  int last_temp = first_temp - 1;
  int writer[kEltMaxOut];
  int64_t out_bytes = 0;
  for (int o = 0; o < g.n_out; ++o) {
    const EltOperand& op = g.out[o];
    p.out[o] = {classify(g, op, op.dtype == compute_dtype<T>),
                kDTypeSize[static_cast<int>(op.dtype)], g.ndim ? op.stride[g.ndim - 1] : 0};
    p.flat &= p.out[o].mode <= Mode::dense;
    streams += p.out[o].mode != Mode::in_place;
    out_bytes += p.shape.total * p.out[o].elem_size;
    writer[o] = -1;
    p.stored[o] = false;
  }
  p.stream = out_bytes > kStreamBytes;
  for (int k = 0; k < g.n_instr; ++k) {
    const EltInstr& s = g.instr[k];
    p.fn[k] = elt_function<T>(s.op);
    p.direct[k] = -1;
    if (s.dst > last_temp) last_temp = s.dst;
    for (int o = 0; o < g.n_out; ++o)
      if (g.out_reg[o] == s.dst) writer[o] = k;
  }
  const int temps = last_temp + 1 - first_temp;
  for (int t = 0; t < temps; ++t) p.step[first_temp + t] = lanes;
  for (int o = 0; o < g.n_out; ++o) {
    const int w = writer[o];
    if (w < 0 || p.out[o].mode != Mode::in_place || p.direct[w] >= 0 || hazard(g, o, w)) continue;
    p.direct[w] = static_cast<int8_t>(o);
    p.stored[o] = true;
  }
  for (int k = 0; k < g.n_instr; ++k) p.past[k] = p.stream && bypasses(g, k, p.direct[k]);
  bool single = g.n_instr == 1 && p.direct[0] >= 0, joined = p.flat && temps <= kJoinedTemps;
  if (is_float<T> && p.shape.total > kChainMin && (g.n_instr > 1 || p.stream)) {
    single = find_chains(p);
    for (int k = 0; k < g.n_instr; ++k) joined &= chain_op(g.instr[k].op, 0) != ChainOp::none;
  } else {
    joined = false;
    for (int k = 0; k < g.n_instr; ++k) p.chain[k] = 1;
  }
  for (int o = 0; o < g.n_out; ++o) single &= p.stored[o];
  const bool alone = g.n_instr == 1 && elt_by_rows(g.instr[0].op);
  p.rows_alone = is_float<T> && single && !p.flat && (alone || g.n_instr > 1) &&
                 p.shape.inner >= (alone ? kRowAlone : kChainRowAlone);
  for (int i = 0; i < g.n_in; ++i) {
    const Mode m = p.in[i].mode;
    if (m == Mode::in_place || m == Mode::scalar) continue;
    single = joined = false;
    p.rows_alone &= m != Mode::dense && g.in[i].dtype == compute_dtype<T> &&
                    (p.in[i].inner == 0 || p.in[i].inner == 1);
  }
  if (p.rows_alone) {  // a vector for each operand that has one element a row
    for (int i = 0; i < g.n_in; ++i)
      if ((p.in[i].mode == Mode::row || p.in[i].mode == Mode::strided) && p.in[i].inner == 0)
        p.reg[i] = p.buffer[i] = memory + lanes * buffers++, p.step[i] = 0;
    return;
  }
  for (int o = 0; o < g.n_out; ++o) joined &= p.stored[o];
  p.joined = joined;
  if (joined || (single && p.flat)) {  // no blocks, and buffers of a turn at most
    p.block = p.shape.total, p.rows_per_block = 0;
    constexpr int turn = kTurnBytes / static_cast<int>(sizeof(T));
    for (int t = 0; joined && t < temps; ++t) p.buffer[first_temp + t] = memory + turn * t;
    return;
  }
  int64_t block = kBlockBytes / ((streams + temps + 1) * static_cast<int>(sizeof(T)));
  constexpr int64_t most = kMaxBlockBytes / sizeof(T);
  block = block > most ? most : (block < kMinBlock ? kMinBlock : block / kMinBlock * kMinBlock);
  p.rows_per_block = 0;
  if (!p.flat && p.shape.inner * 2 <= block) {
    p.rows_per_block = block / p.shape.inner;
    block = p.rows_per_block * p.shape.inner;
  }
  p.block = block;
  const int64_t pitch = round_up(block, lanes) + kBufferPad / static_cast<int64_t>(sizeof(T));
  // Row operands are contiguous where a block lies within a row; they then stay in place.
  for (int i = 0; i < g.n_in; ++i)
    if (p.in[i].mode != Mode::in_place && p.in[i].mode != Mode::scalar)
      p.buffer[i] = memory + pitch * buffers++;
  for (int t = 0; t < temps; ++t) p.buffer[first_temp + t] = memory + pitch * buffers++;
}

}  // namespace PH_ISA
}  // namespace ph

// Elementwise programs. The iteration space is cut into blocks whose registers fit L1;
// within a block one opcode, or one chain of cheap ones, runs over all elements before the
// next. A long row through cheap operations alone needs no blocks: all its chains go turn by turn.
// Contiguous operands of the compute type are used in place, scalars take one vector, all
// else is converted or gathered into the block's buffers. Short rows are joined into wide blocks.
#include "../families.h"
#include "eltwise_part.h"
#include "eltwise_plan.h"

namespace ph {
namespace PH_ISA {
namespace {

// Where the last dimension has stride and the outer index is `row`: the element offset.
PH_INLINE int64_t row_offset(const EltwiseArgs& g, const EltOperand& op, int64_t row) {
  if (g.ndim == 2) return row * op.stride[0];
  int64_t offset = 0;
  for (int d = g.ndim - 2; d >= 0; --d) {
    int64_t next = row / g.shape[d];
    offset += (row - next * g.shape[d]) * op.stride[d];
    row = next;
  }
  return offset;
}
// Visits rows [row, row + count): f(element offset, k-th row).
template <class F>
PH_INLINE void for_rows(const EltwiseArgs& g, const EltOperand& op, int64_t row, int64_t count,
                        const F& f) {
  if (g.ndim <= 2) {
    const int64_t step = g.ndim == 2 ? op.stride[0] : 0;
    for (int64_t k = 0; k < count; ++k) f((row + k) * step, k);
    return;
  }
  int64_t index[kMaxDims], rest = row, offset = row_offset(g, op, row);
  for (int d = g.ndim - 2; d >= 0; --d) index[d] = rest % g.shape[d], rest /= g.shape[d];
  for (int64_t k = 0; k < count; ++k) {
    f(offset, k);
    for (int d = g.ndim - 2; d >= 0; --d) {
      offset += op.stride[d];
      if (++index[d] < g.shape[d]) break;
      offset -= op.stride[d] * g.shape[d];
      index[d] = 0;
    }
  }
}
PH_INLINE const char* element(const EltOperand& op, int64_t offset, int size) {
  return static_cast<const char*>(op.data) + offset * size;
}

// n elements of the block that starts at row `row`, column `col`: `rows` rows of `cols`.
template <class T>
void fill(const EltwiseArgs& g, const EltOperand& op, const Operand& how, T* dst, int64_t row,
          int64_t rows, int64_t col, int64_t cols) {
  const LoadStrip<T> convert = loader<T>(op.dtype);
  const int64_t inner = how.inner;
  const bool same = op.dtype == compute_dtype<T>;
  constexpr int lanes = kLanes<T>;
  for_rows(g, op, row, rows, [&](int64_t offset, int64_t k) {
    T* d = dst + k * cols;
    const char* src = element(op, offset + col * inner, how.elem_size);
    if (same && inner <= 1 && inner >= 0) {
      const T* s = reinterpret_cast<const T*>(src);
      if (inner == 0) {  // whole vectors: the next row overwrites what is too much
        const Vec<T> v = splat<T>(*s);
        for (int64_t i = 0; i < cols; i += lanes) store(d + i, v);
      } else {
        int64_t i = 0;
        for (; i + lanes <= cols; i += lanes) store(d + i, load(s + i));
        if (i < cols) store(d + i, load_first(s + i, cols - i));
      }
      return;
    }
    convert(d, src, inner, cols);
  });
}
template <class T>
void spill(const EltwiseArgs& g, const EltOperand& op, const Operand& how, const T* src,
           int64_t row, int64_t rows, int64_t col, int64_t cols) {
  const StoreStrip<T> convert = storer<T>(op.dtype);
  for_rows(g, op, row, rows, [&](int64_t offset, int64_t k) {
    convert(const_cast<char*>(element(op, offset + col * how.inner, how.elem_size)), src + k * cols,
            how.inner, cols);
  });
}
template <class T>
PH_NOINLINE void execute_chain(Program<T>& p, int head, int64_t at, int64_t n) {
  const EltwiseArgs& g = p.g;
  ChainStep<T> steps[2 * kEltMaxInstr];
  const auto operand = [&](int r) {
    const int64_t dense = p.step[r] ? ~int64_t{0} : 0;
    const bool of_turn = p.joined && r >= g.n_in + g.n_const && p.reg[r] == p.buffer[r];
    return ChainOperand<T>{p.reg[r], dense, of_turn ? 0 : dense};
  };
  const ChainOperand<T> first = operand(g.instr[head].a);
  int count = 0;
  for (int k = head, run = head; k < head + (p.joined ? g.n_instr : p.chain[head]); ++k) {
    const EltInstr& s = g.instr[k];
    const int o = p.direct[k], arity = kEltArity[static_cast<int>(s.op)];
    if (k == run + p.chain[run]) {
      run = k;
      steps[count++] = {ChainOp::load, false, operand(s.a), first, nullptr, 0};
    }
    const int left = p.acc[k] == 0 ? s.b : s.a, right = p.acc[k] == 2 ? s.b : s.c;
    const bool temp = o < 0;
    T* dst = temp ? p.buffer[s.dst] : static_cast<T*>(g.out[o].data) + at;
    steps[count++] = {chain_op(s.op, p.acc[k]),          p.past[k] && aligned(dst),
                      arity > 1 ? operand(left) : first, arity > 2 ? operand(right) : first,
                      p.kept[k] ? dst : nullptr,         p.joined && temp ? 0 : ~int64_t{0}};
    if (p.kept[k]) p.reg[s.dst] = dst;
  }
  run_chain<T>(first, steps, count, n);
}

// One instruction, called for the n elements that `p` points at; its output is at `at`.
template <class T>
PH_INLINE void execute(Program<T>& p, int k, int64_t at, int64_t n) {
  const EltInstr& s = p.g.instr[k];
  const int arity = kEltArity[static_cast<int>(s.op)];
  const int b = arity > 1 ? s.b : s.a, c = arity > 2 ? s.c : s.a;
  const int o = p.direct[k];
  T* dst = o >= 0 ? static_cast<T*>(p.g.out[o].data) + at : p.buffer[s.dst];
  p.fn[k](EltCall<T>{dst, p.reg[s.a], p.reg[b], p.reg[c], p.step[s.a], p.step[b], p.step[c],
                     p.past[k] && aligned(dst)},
          n);
  p.reg[s.dst] = dst;
}
// A single cheap operation that bypasses the cache is a chain of one.
template <class T>
PH_INLINE bool is_chain(const Program<T>& p, int k) {
  return is_float<T> &&
         (p.chain[k] > 1 || (p.past[k] && chain_op(p.g.instr[k].op, 0) != ChainOp::none));
}

// Elements [begin, end) of a program that is one pass over each row. What a row starts with is
// found once for all rows of the second last dimension.
template <class T>
PH_NOINLINE void run_rows(Program<T>& p, int64_t begin, int64_t end) {
  const EltwiseArgs& g = p.g;
  const int64_t inner = p.shape.inner, plane = g.shape[g.ndim - 2];
  const int d = g.ndim - 2;
  const bool chain = is_chain(p, 0);
  const EltInstr& s = g.instr[0];
  const int arity = kEltArity[static_cast<int>(s.op)];
  const int reg[3] = {s.a, arity > 1 ? s.b : s.a, arity > 2 ? s.c : s.a};
  const T* one[kEltMaxIn];  // the element that a row spreads
  for (int64_t at = begin, row = begin / inner, col = begin - row * inner; at < end; col = 0) {
    const int64_t n = min_of(inner - col, end - at);
    const int64_t rows = n < inner ? 1 : min_of(plane - row % plane, (end - at) / inner);
    for (int i = 0; i < g.n_in; ++i) {
      const T* src = static_cast<const T*>(g.in[i].data);
      const Mode m = p.in[i].mode;
      if (m == Mode::in_place) p.reg[i] = src + at;
      if (m != Mode::row && m != Mode::strided) continue;
      src += row_offset(g, g.in[i], row);
      one[i] = src;
      if (p.step[i]) p.reg[i] = src + col;
    }
    if (chain) {
      for (int64_t r = 0; r < rows; ++r) {
        for (int i = 0; i < g.n_in; ++i) {
          const Mode m = p.in[i].mode;
          if (m == Mode::scalar) continue;
          if (p.step[i] == 0)
            store(p.buffer[i], splat<T>(one[i][r * g.in[i].stride[d]]));
          else if (r)
            p.reg[i] += g.in[i].stride[d];
        }
        execute_chain(p, 0, at + r * inner, n);
      }
    } else {
      EltCall<T> call = {static_cast<T*>(g.out[p.direct[0]].data) + at,
                         p.reg[reg[0]],
                         p.reg[reg[1]],
                         p.reg[reg[2]],
                         p.step[reg[0]],
                         p.step[reg[1]],
                         p.step[reg[2]],
                         false};
      call.rows = rows;
      const T** from[3] = {&call.a, &call.b, &call.c};
      int64_t* move[3] = {&call.row_a, &call.row_b, &call.row_c};
      for (int k = 0; k < 3; ++k) {
        const int i = reg[k];
        if (i >= g.n_in || p.in[i].mode == Mode::scalar) continue;
        *move[k] = g.in[i].stride[d];
        if (p.step[i]) continue;
        if (*move[k])
          *from[k] = one[i];
        else
          store(p.buffer[i], splat<T>(*one[i]));
      }
      call.stream = p.past[0] && aligned(call.dst) && (rows == 1 || inner % kLanes<T> == 0);
      p.fn[0](call, n);
    }
    at += rows * n, row += rows;
  }
}

// Elements [begin, end) in row-major order.
template <class T>
PH_NOINLINE void run_range(const EltwiseArgs& g, int64_t begin, int64_t end) {
  alignas(64) char memory[kBufferBytes];
  alignas(64) char scalar_memory[(kEltMaxIn + kEltMaxConst) * kVectorBytes];
  Program<T> p(g);
  prepare(p, reinterpret_cast<T*>(memory), reinterpret_cast<T*>(scalar_memory));
  if constexpr (is_float<T>) {
    if (p.rows_alone) {
      run_rows(p, begin, end);
      if (p.stream) fence_past();
      return;
    }
  }
  const int64_t inner = p.shape.inner;
  bool first = true;
  int64_t row = p.flat ? 0 : begin / inner, col = p.flat ? 0 : begin - row * inner;
  for (int64_t at = begin; at < end;) {
    int64_t n = end - at < p.block ? end - at : p.block, rows = 1, cols = n;
    if (!p.flat) {
      if (p.rows_per_block) {
        rows = n / inner, cols = inner;
      } else {
        if (n > inner - col) n = inner - col;
        cols = n;
      }
    }
    for (int i = 0; i < g.n_in; ++i) {
      const EltOperand& op = g.in[i];
      const Operand& how = p.in[i];
      switch (how.mode) {
        case Mode::in_place: p.reg[i] = static_cast<const T*>(op.data) + at; break;
        case Mode::dense:
          loader<T>(op.dtype)(p.buffer[i], element(op, at, how.elem_size), 1, n);
          p.reg[i] = p.buffer[i];
          break;
        case Mode::scalar: break;
        default:
          p.reg[i] = p.buffer[i];
          if (!p.rows_per_block) {
            const char* src = element(op, row_offset(g, op, row) + col * how.inner, how.elem_size);
            if (how.inner == 0) {
              T x;
              if (op.dtype == compute_dtype<T>)
                x = *reinterpret_cast<const T*>(src);
              else
                loader<T>(op.dtype)(&x, src, 0, 1);
              store(p.buffer[i], splat<T>(x));
              p.step[i] = 0;
            } else if (how.inner == 1 && op.dtype == compute_dtype<T> && !overwritten(g, i)) {
              p.reg[i] = reinterpret_cast<const T*>(src);
            } else {
              loader<T>(op.dtype)(p.buffer[i], src, how.inner, n);
            }
          } else if (how.mode == Mode::strided || first) {
            fill<T>(g, op, how, p.buffer[i], row, rows, col, cols);  // no later block is larger
          }
      }
    }
    first = false;
    for (int k = 0; k < g.n_instr; k += p.joined ? g.n_instr : p.chain[k]) {
      if constexpr (is_float<T>) {
        if (p.joined || is_chain(p, k)) {
          execute_chain(p, k, at, n);
          continue;
        }
      }
      execute(p, k, at, n);
    }
    for (int o = 0; o < g.n_out; ++o) {
      if (p.stored[o]) continue;
      const EltOperand& op = g.out[o];
      const int r = g.out_reg[o];
      const T* src = p.reg[r];
      T* dst = static_cast<T*>(op.data) + at;
      if (p.step[r] == 0) {  // a scalar as the result: spread it out
        for (int64_t done = 0; done < n;) {
          alignas(64) T strip[kMinBlock];
          const int64_t m = n - done < kMinBlock ? n - done : kMinBlock;
          for (int64_t i = 0; i < m; ++i) strip[i] = src[0];
          if (p.out[o].mode <= Mode::dense) {
            storer<T>(op.dtype)(const_cast<char*>(element(op, at + done, p.out[o].elem_size)),
                                strip, 1, m);
          } else {
            for (int64_t i = 0; i < m; ++i) {
              const int64_t e = at + done + i;
              spill<T>(g, op, p.out[o], strip, e / inner, 1, e % inner, 1);
            }
          }
          done += m;
        }
      } else if (p.out[o].mode == Mode::in_place) {
        if (src != dst)
          elt_loop<EltOp::mov, T>(EltCall<T>{dst, src, src, src, kLanes<T>, 0, 0, false}, n);
      } else if (p.out[o].mode == Mode::dense) {
        storer<T>(op.dtype)(const_cast<char*>(element(op, at, p.out[o].elem_size)), src, 1, n);
      } else {
        spill<T>(g, op, p.out[o], src, row, rows, col, cols);
      }
    }
    at += n;
    if (p.flat) continue;
    col += n;
    if (col >= inner) row += rows, col = 0;
  }
  if (p.stream) fence_past();
}

template <class T>
void run(const EltwiseArgs& g, const Launch& team) {
  const Shape s = measure(g);
  if (s.total <= 0) return;
  int64_t cost = 1;
  if (s.total > kChunkCost / 64) {
    for (int k = 0; k < g.n_instr; ++k) cost += elt_cost(g.instr[k].op);
    if (g.compute == DType::f64 || !is_float<T>) cost *= 2;
  }
  int64_t chunk = kChunkCost / cost, chunks = 1;
  if (s.total >= 2 * chunk) {
    if (chunk < ceil_div(s.total, kMaxChunks)) chunk = ceil_div(s.total, kMaxChunks);
    chunk = round_up(chunk, s.inner <= kWholeRows ? s.inner : kWholeRows);
    chunks = ceil_div(s.total, chunk);
  }
  if (chunks == 1) {
    run_range<T>(g, 0, s.total);
    return;
  }
  for_chunks(team, chunks, [&](int64_t c, int) {
    const int64_t begin = c * chunk, end = begin + chunk;
    run_range<T>(g, begin, end < s.total ? end : s.total);
  });
}

// `count` operands of the part that starts at row r0, column c0. Whether each is one run of memory.
bool move_to(EltOperand* part, const EltOperand* whole, int count, int64_t r0, int64_t c0,
             int64_t cols) {
  bool runs = true;
  for (int i = 0; i < count; ++i) {
    const EltOperand& op = whole[i];
    const int64_t size = kDTypeSize[static_cast<int>(op.dtype)];
    part[i].dtype = op.dtype;
    part[i].data = static_cast<char*>(op.data) + (r0 * op.stride[0] + c0 * op.stride[1]) * size;
    part[i].stride[0] = op.stride[0], part[i].stride[1] = op.stride[1];
    runs &= op.stride[0] == op.stride[1] * cols;
  }
  return runs;
}

}  // namespace

void eltwise_part(const EltwiseArgs& m, int64_t r0, int64_t r1, int64_t c0, int64_t c1) {
  if (r1 <= r0 || c1 <= c0) return;
  EltwiseArgs g;  // only what is used of it is filled
  g.compute = m.compute;
  g.n_in = m.n_in, g.n_out = m.n_out, g.n_const = m.n_const, g.n_instr = m.n_instr;
  g.guard = nullptr;
  g.ndim = 2, g.shape[0] = r1 - r0, g.shape[1] = c1 - c0;
  const bool in = move_to(g.in, m.in, m.n_in, r0, c0, c1 - c0);
  const bool out = move_to(g.out, m.out, m.n_out, r0, c0, c1 - c0);
  if (in && out) {
    g.ndim = 1, g.shape[0] *= g.shape[1];
    for (int i = 0; i < m.n_in; ++i) g.in[i].stride[0] = m.in[i].stride[1];
    for (int i = 0; i < m.n_out; ++i) g.out[i].stride[0] = m.out[i].stride[1];
  }
  for (int i = 0; i < m.n_out; ++i) g.out_reg[i] = m.out_reg[i];
  for (int i = 0; i < m.n_const; ++i) g.constant[i] = m.constant[i];
  for (int i = 0; i < m.n_instr; ++i) g.instr[i] = m.instr[i];
  const int64_t total = (r1 - r0) * (c1 - c0);
  if (g.compute == DType::f32) run_range<float>(g, 0, total);
  if (g.compute == DType::f64) run_range<double>(g, 0, total);
}

void eltwise(const EltwiseArgs& g, const Launch& team) {
  if (g.guard && *g.guard) return;
  switch (g.compute) {
    case DType::f32: return run<float>(g, team);
    case DType::f64: return run<double>(g, team);
#if PH_WIDE
    default: return generic::eltwise(g, team);
#else
    case DType::i64: return run<int64_t>(g, team);
    case DType::u64: return run<uint64_t>(g, team);
    default: return;
#endif
  }
}

}  // namespace PH_ISA
}  // namespace ph

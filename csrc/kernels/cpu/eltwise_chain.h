// Runs of cheap operations in one pass: each works on the one before's result, which stays
// in registers (kAcc vectors of it), so that only operands and results touch memory. The
// same arithmetic as in eltwise_ops.h, hence the same bits.
#pragma once
#include "eltwise_ops.h"

namespace ph {
namespace PH_ISA {

// What may stand in a chain: acc = op(acc, p) or, reversed, op(p, acc); fma with acc as factor
// (acc * p + q) or as addend (p * q + acc).
#define PH_CHAIN_OPS(X) \
  X(neg)                \
  X(abs) X(square) X(relu) X(sqrt) X(recip) X(rsqrt) X(add) X(mul) X(min) X(max) X(sub) X(div)
enum class ChainOp : uint8_t {
#define PH_X(name) name,
  PH_CHAIN_OPS(PH_X)
#undef PH_X
      sub_from,
  div_into,
  fma_factor,
  fma_addend,
  none
};

template <class T>
struct ChainStep {
  ChainOp op;
  const T *p, *q;
  int64_t step_p, step_q;  // lanes, or 0 for one vector that holds a scalar
  T* store;                // the result's place, or null where only the next step reads it
  bool stream;             // it is aligned and bypasses the cache
};

// Which of two zeros min and max return depends on the order: they stay as they are.
PH_INLINE ChainOp chain_reversed(ChainOp op) {
  if (op == ChainOp::add || op == ChainOp::mul) return op;
  return op == ChainOp::sub   ? ChainOp::sub_from
         : op == ChainOp::div ? ChainOp::div_into
                              : ChainOp::none;
}
// The chain form of an instruction whose accumulator is operand `which` (0 a, 1 b, 2 c).
PH_INLINE ChainOp chain_op(EltOp op, int which) {
  switch (op) {
#define PH_X(name) \
  case EltOp::name: return which == 0 ? ChainOp::name : chain_reversed(ChainOp::name);
    PH_CHAIN_OPS(PH_X)
#undef PH_X
    case EltOp::fma: return which == 2 ? ChainOp::fma_addend : ChainOp::fma_factor;
    default: return ChainOp::none;
  }
}

// One turn over `vectors` accumulators, `n` elements of the last (all but in the tail).
template <class T, int vectors, bool partial>
PH_INLINE void chain_turn(const T* first, int64_t step, ChainStep<T>* steps, int count, int64_t n) {
  constexpr int lanes = kLanes<T>;
  Vec<T> r[vectors];
  auto get = [&](const T* p, int64_t s, int u) {
    return partial && s ? load_first(p, n) : load(p + u * s);
  };
#define PH_EACH(expression) \
  _Pragma("GCC unroll 8") for (int u = 0; u < vectors; ++u) { r[u] = expression; }
  PH_EACH(get(first, step, u))
  for (int k = 0; k < count; ++k) {
    ChainStep<T>& s = steps[k];
    const T *p = s.p, *q = s.q;
    const Vec<T> zero = {};
    switch (s.op) {
#define PH_X(name)                                                       \
  case ChainOp::name:                                                    \
    if constexpr (kEltArity[static_cast<int>(EltOp::name)] == 1) {       \
      PH_EACH((elt_op<EltOp::name, T>(r[u], zero, zero)))                \
    } else {                                                             \
      PH_EACH((elt_op<EltOp::name, T>(r[u], get(p, s.step_p, u), zero))) \
    }                                                                    \
    break;
      PH_CHAIN_OPS(PH_X)
#undef PH_X
      case ChainOp::sub_from:
        PH_EACH((elt_op<EltOp::sub, T>(get(p, s.step_p, u), r[u], zero))) break;
      case ChainOp::div_into:
        PH_EACH((elt_op<EltOp::div, T>(get(p, s.step_p, u), r[u], zero))) break;
      case ChainOp::fma_factor:
        PH_EACH((elt_op<EltOp::fma, T>(r[u], get(p, s.step_p, u), get(q, s.step_q, u)))) break;
      case ChainOp::fma_addend:
        PH_EACH((elt_op<EltOp::fma, T>(get(p, s.step_p, u), get(q, s.step_q, u), r[u]))) break;
      case ChainOp::none: break;
    }
#undef PH_EACH
    s.p = p + vectors * s.step_p, s.q = q + vectors * s.step_q;
    if (s.store) {
      if (!partial && s.stream) {
#pragma GCC unroll 8
        for (int u = 0; u < vectors; ++u) store_past(s.store + u * lanes, r[u]);
      } else {
#pragma GCC unroll 8
        for (int u = 0; u < vectors; ++u) {
          if (partial)
            store_first(s.store, r[u], n);
          else
            store(s.store + u * lanes, r[u]);
        }
      }
      s.store += vectors * lanes;
    }
  }
}

// n elements. A store may be where a later load of the same element is not: exact aliases only.
template <class T>
static void run_chain(const T* first, int64_t step, ChainStep<T>* steps, int count, int64_t n) {
  constexpr int lanes = kLanes<T>, vectors = 8;
  for (; n >= vectors * lanes; n -= vectors * lanes, first += vectors * step)
    chain_turn<T, vectors, false>(first, step, steps, count, 0);
  for (; n >= lanes; n -= lanes, first += step)
    chain_turn<T, 1, false>(first, step, steps, count, 0);
  if (n > 0) chain_turn<T, 1, true>(first, step, steps, count, n);
}

}  // namespace PH_ISA
}  // namespace ph

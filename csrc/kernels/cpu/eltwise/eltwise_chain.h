// Runs of cheap operations in one pass: each works on the one before's result, which stays
// in registers (kTurn vectors of it), so that only operands and results touch memory. A program
// of several runs goes through all of them turn by turn. The same arithmetic as in
// eltwise_ops.h, hence the same bits.
#pragma once
#include "eltwise_ops.h"

namespace ph {
namespace PH_ISA {

// What may stand in a chain: acc = op(acc, p) or, reversed, op(p, acc); fma with acc as factor
// (acc * p + q) or as addend (p * q + acc); load begins another run, acc = p.
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
  load,
  none
};

// As many vectors a turn as leave registers for operands: finding the operations is paid once.
constexpr int kTurn = kVectorBytes == 64 ? 16 : 8;
constexpr int kTurnBytes = kTurn * kVectorBytes;

template <class T>
struct ChainOperand {
  const T* data;
  int64_t dense, move;  // ~0 or 0: not one vector that holds a scalar; not the same for each turn
};
template <class T>
struct ChainStep {
  ChainOp op;
  bool stream;  // the store is aligned and bypasses the cache
  ChainOperand<T> p, q;
  T* store;            // the result's place, or null where only the next step reads it
  int64_t store_move;  // 0: of this turn
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

// One turn over `vectors` accumulators from element `at` on, `n` elements of the last (all but in
// the tail).
template <class T, int vectors, bool partial>
PH_INLINE void chain_turn(const ChainOperand<T>& first, const ChainStep<T>* steps, int count,
                          int64_t at, int64_t n) {
  constexpr int lanes = kLanes<T>;
  Vec<T> r[vectors];
  // Vector u of an operand at p; `step` is lanes or 0.
  auto get = [&](const T* p, int64_t step, int u) {
    return partial && step ? load_first(p, n) : load(p + u * step);
  };
#define PH_EACH(expression) \
  _Pragma("GCC unroll 16") for (int u = 0; u < vectors; ++u) { r[u] = expression; }
#define PH_WITH_P(op, left, right)                             \
  if (vectors > 1 && s.p.dense) {                              \
    PH_EACH((elt_op<op, T>(left, right, zero)))                \
  } else {                                                     \
    const Vec<T> scalar = get(p, lanes & s.p.dense, 0);        \
    auto get = [&](const T*, int64_t, int) { return scalar; }; \
    PH_EACH((elt_op<op, T>(left, right, zero)))                \
  }
  PH_EACH(get(first.data + (at & first.move), lanes & first.dense, u))
  for (int k = 0; k < count; ++k) {
    const ChainStep<T>& s = steps[k];
    const T *p = s.p.data + (at & s.p.move), *q = s.q.data + (at & s.q.move);
    const Vec<T> zero = {};
    switch (s.op) {
#define PH_X(name)                                                 \
  case ChainOp::name:                                              \
    if constexpr (kEltArity[static_cast<int>(EltOp::name)] == 1) { \
      PH_EACH((elt_op<EltOp::name, T>(r[u], zero, zero)))          \
    } else {                                                       \
      PH_WITH_P(EltOp::name, r[u], get(p, lanes, u))               \
    }                                                              \
    break;
      PH_CHAIN_OPS(PH_X)
#undef PH_X
      case ChainOp::sub_from: PH_WITH_P(EltOp::sub, get(p, lanes, u), r[u]) break;
      case ChainOp::div_into: PH_WITH_P(EltOp::div, get(p, lanes, u), r[u]) break;
      case ChainOp::fma_factor:
        PH_EACH((elt_op<EltOp::fma, T>(r[u], get(p, lanes & s.p.dense, u),
                                       get(q, lanes & s.q.dense, u))))
        break;
      case ChainOp::fma_addend:
        PH_EACH((elt_op<EltOp::fma, T>(get(p, lanes & s.p.dense, u), get(q, lanes & s.q.dense, u),
                                       r[u])))
        break;
      case ChainOp::load: PH_EACH(get(p, lanes & s.p.dense, u)) break;
      case ChainOp::none: break;
    }
#undef PH_WITH_P
#undef PH_EACH
    if (s.store) {
      T* to = s.store + (at & s.store_move);
      if (!partial && s.stream) {
#pragma GCC unroll 16
        for (int u = 0; u < vectors; ++u) store_past(to + u * lanes, r[u]);
      } else {
#pragma GCC unroll 16
        for (int u = 0; u < vectors; ++u) {
          if (partial)
            store_first(to, r[u], n);
          else
            store(to + u * lanes, r[u]);
        }
      }
    }
  }
}

// n elements. A store may be where a later load of the same element is not: exact aliases only.
template <class T>
static void run_chain(const ChainOperand<T>& first, const ChainStep<T>* steps, int count,
                      int64_t n) {
  constexpr int lanes = kLanes<T>;
  int64_t at = 0;
  for (; at + kTurn * lanes <= n; at += kTurn * lanes)
    chain_turn<T, kTurn, false>(first, steps, count, at, 0);
  for (; at + lanes <= n; at += lanes) chain_turn<T, 1, false>(first, steps, count, at, 0);
  if (at < n) chain_turn<T, 1, true>(first, steps, count, at, n - at);
}

}  // namespace PH_ISA
}  // namespace ph

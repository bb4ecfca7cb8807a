// What passes know of a few ops beside the fields of OpDef: a record that is registered next to the
// op's own, by its name.
#pragma once
#include "op.h"

namespace ph {

// A call whose input 1 was brought into another form before, by `pack` of that input alone.
struct PackedForm {
  const OpDef *pack, *op;
  Attrs pack_attrs, attrs;
};

struct PassRules {
  bool permutes = false;  // this op is input 0 with its dimensions in the order of attribute 0
  // The call of u instead of x, where every input is x = transpose(u, perm): it changes `attrs`
  // such that the result is transpose(result of u, back). False: not for this call.
  bool (*permuted)(const Call& call, const Ints& perm, Attrs& attrs, Ints& back) = nullptr;
  // What has the shape of input 0, the first output too, may be float16 or bfloat16 while the other
  // inputs and outputs are float32, where the table's takes_halves says so.
  bool halves = false;
  // The op that computes these calls of this one, each of what the one before gives and nobody else
  // reads, and its attributes; its inputs are those of the first and, of the others, all but input
  // 0. Null where it gains nothing.
  const OpDef* (*chained)(std::span<const Call> calls, Attrs& attrs) = nullptr;
  // What the call becomes where input 1 is the same in many runs. False: it gains nothing.
  bool (*packed)(const Call& call, const Kernels& kernels, PackedForm& form) = nullptr;
};
const PassRules& pass_rules(const OpDef& op);

struct RegisterPassRules {
  RegisterPassRules(const char* op, const PassRules& rules);
};

}  // namespace ph

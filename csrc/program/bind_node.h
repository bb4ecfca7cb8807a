// The operands of a node as its kernels see them.
#pragma once
#include "../core/thunks.h"
#include "graph.h"

namespace ph {

// The node's own operands; where it goes on with a program, those of its op and, made by fill() of
// the rest, the program.
class NodeOperands {
 public:
  std::vector<Operand> in, out;
  EltwiseArgs program;

  template <class Address>  // void*(int value)
  void set(const Graph& g, const GraphNode& node, const Address& address) {
    const auto operand = [&](int v) {
      return Operand{address(v), g.values[static_cast<size_t>(v)].spec};
    };
    node_ = &node;
    in.clear(), out.clear();
    for (int v : node.in) in.push_back(operand(v));
    for (int v : node.out) out.push_back(operand(v));
    if (!node.then) return;
    const GoOn& then = *node.then;
    const Operand result{out[static_cast<size_t>(then.target)].data,
                         g.values[static_cast<size_t>(then.value)].spec};
    rest_in_.assign(in.begin() + then.own, in.end());
    rest_in_.insert(rest_in_.begin() + then.at, result);
    rest_out_.assign(out.begin() + then.is_kept, out.end());
    in.resize(static_cast<size_t>(then.own));
    out.assign(1, result);
  }
  bool fill(const Kernels& kernels) {
    return matrix_program(node_->then->program, rest_in_, rest_out_, kernels, program);
  }

  // Binds the node: ctx was made with `in` and `out`.
  void bind(RealBind& ctx, ThunkList& thunks, const Kernels& kernels) {
    if (node_->then) {
      PH_CHECK(fill(kernels));
      ctx.program = static_cast<const EltwiseArgs*>(thunks.keep(&program, sizeof program));
    }
    PH_CHECK(node_->chain ? bind_eltwise(*node_->chain, ctx) : node_->op->bind(ctx));
    PH_CHECK(!node_->then || ctx.program_taken);
  }

 private:
  const GraphNode* node_ = nullptr;
  std::vector<Operand> rest_in_, rest_out_;
};

}  // namespace ph

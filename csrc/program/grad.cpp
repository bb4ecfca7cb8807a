// The reverse sweep: vjps in reverse order, gradients summed per tensor. Broadcast edges are summed
// and dtypes cast here, once, instead of in each vjp.
#include "grad.h"

#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "../core/by_compose.h"
#include "../ops/functions.h"

namespace ph {

std::vector<Tensor> grad(std::span<const Node> nodes, std::span<const Tensor> outputs,
                         std::span<const Tensor> seeds, std::span<const Tensor> wrt) {
  // Only what depends on `wrt` through differentiable ops can carry a gradient.
  std::unordered_set<TensorImpl*> depends;
  for (const Tensor& t : wrt) depends.insert(t.get());
  std::vector<char> active(nodes.size(), 0);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].op->flags & kNoGrad && !nodes[i].custom_vjp) continue;
    for (const Tensor& t : nodes[i].inputs)
      if (is_inexact(t.dtype()) && depends.count(t.get())) active[i] = 1;
    if (active[i])
      for (const Tensor& t : nodes[i].outputs) depends.insert(t.get());
  }

  std::unordered_map<TensorImpl*, Tensor> grads;
  auto accumulate = [&](const Tensor& of, Tensor g) {
    if (g.dtype() != of.dtype()) g = cast(g, of.dtype());
    if (!(g.shape() == of.shape())) g = sum_to(g, of.shape());
    auto [it, fresh] = grads.try_emplace(of.get(), g);
    if (!fresh) it->second = add(it->second, g);
  };
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!is_inexact(outputs[i].dtype()) || !depends.count(outputs[i].get())) continue;
    accumulate(outputs[i], i < seeds.size() && seeds[i] ? seeds[i] : ones_like(outputs[i]));
  }

  for (size_t i = nodes.size(); i-- > 0;) {
    if (!active[i]) continue;
    const Node& node = nodes[i];
    std::vector<Tensor> out_grads;
    bool any = false;
    for (const Tensor& t : node.outputs) {
      const auto it = grads.find(t.get());
      out_grads.push_back(it == grads.end() ? Tensor() : it->second);
      any = any || out_grads.back();
    }
    if (!any) continue;
    const std::unique_ptr<bool[]> needs(new bool[node.inputs.size()]);
    for (size_t k = 0; k < node.inputs.size(); ++k)
      needs[k] = is_inexact(node.inputs[k].dtype()) && depends.count(node.inputs[k].get());
    std::vector<Tensor> in_grads;
    if (node.custom_vjp) {
      in_grads = node.custom_vjp(node, out_grads);
    } else {
      if (!node.op->vjp) throw ValueError(cat(node.op->name, " has no gradient"));
      in_grads = node.op->vjp({{node.op, &node.attrs, {}, node.inputs},
                               node.outputs,
                               out_grads,
                               {needs.get(), node.inputs.size()}});
    }
    PH_CHECK(in_grads.size() <= node.inputs.size());
    for (size_t k = 0; k < in_grads.size(); ++k)
      if (needs[k] && in_grads[k]) accumulate(node.inputs[k], in_grads[k]);
  }

  std::vector<Tensor> result;
  for (const Tensor& t : wrt) {
    const auto it = grads.find(t.get());
    result.push_back(it == grads.end() ? Tensor() : it->second);
  }
  return result;
}

namespace {
const bool swept = (reverse_sweep = &grad) != nullptr;
}

}  // namespace ph

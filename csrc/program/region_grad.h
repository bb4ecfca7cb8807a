// Gradients of nodes that carry regions: regions too, written by the same reverse sweep.
#pragma once
#include <unordered_set>

#include "region.h"

namespace ph {

const Region& region_of(const Call& call, size_t i);
size_t region_count(const Call& call);
// The tensors made outside a trace's nodes that these outputs depend on.
std::unordered_set<TensorImpl*> read_by(const Trace& trace, const std::vector<Tensor>& outputs);

std::vector<Tensor> loop_vjp(const VjpContext& ctx);
std::vector<Tensor> branch_vjp(const VjpContext& ctx);

}  // namespace ph

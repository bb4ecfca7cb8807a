// How a region is planned, bound and kept.
#include "region.h"

#include <algorithm>

#include "../core/pass_rules.h"
#include "bind_node.h"

namespace ph {

void optimize(Graph& g, Device& device) {
  prune(g);
  share(g);
  prune(g);
  prune_loops(g);
  move_transposes(g);
  if (device.kernels().takes_halves) keep_halves(g);
  fold(g);
  prune(g);
  fuse_epilogues(g);
  fuse_elementwise(g);
  if (g.keeps) chain(g);
  attach_programs(g, device);
}

struct Region::Planned {
  Device* device;
  Graph graph;
  Plan plan;
  int threads;
};

Region::Region(std::shared_ptr<Trace> t, std::vector<Node> nodes, std::vector<Tensor> in,
               std::vector<Tensor> out)
    : trace(std::move(t)),
      inputs(std::move(in)),
      outputs(std::move(out)),
      nodes_(std::move(nodes)) {
  for (const Node& n : nodes_) may_fail_ = may_fail_ || (n.op->flags & kStatus);
}
Region::~Region() = default;

const Region::Planned& Region::planned(Device& device) const {
  const std::lock_guard guard(mutex_);
  for (const auto& p : planned_)
    if (p->device == &device) return *p;
  auto made = std::make_unique<Planned>();
  made->device = &device;
  made->threads = device.launch().threads;
  made->graph = build_graph(inputs, nodes_, outputs, device);
  optimize(made->graph, device);
  place_literals(made->graph, device);
  made->plan = make_plan(made->graph, device, made->threads);
  planned_.push_back(std::move(made));
  return *planned_.back();
}

size_t Region::arena_bytes(Device& device) const {
  return static_cast<size_t>(planned(device).plan.arena_bytes);
}

std::unique_ptr<Region::Bound> Region::take(char* arena, std::span<void* const> given,
                                            int32_t* status, Device& device,
                                            const Kernels& kernels) const {
  const Planned& p = planned(device);
  const auto fits = [&](const Bound& b) {
    return b.arena == arena && b.status == status && b.kernels == &kernels &&
           std::equal(b.given.begin(), b.given.end(), given.begin(), given.end());
  };
  std::unique_ptr<Bound> bound;
  {
    const std::lock_guard guard(mutex_);
    auto at = std::find_if(idle_.begin(), idle_.end(), [&](const auto& b) { return fits(*b); });
    if (at == idle_.end() && !idle_.empty()) at = idle_.end() - 1;
    if (at != idle_.end()) {
      bound = std::move(*at);
      idle_.erase(at);
    }
  }
  if (bound && fits(*bound)) return bound;
  if (!bound) bound = std::make_unique<Bound>();
  bound->thunks.clear();
  bound->arena = arena;
  bound->status = status;
  bound->kernels = &kernels;
  bound->given.assign(given.begin(), given.end());
  const auto address = [&](int v) -> void* {
    const Place& place = p.plan.places[static_cast<size_t>(v)];
    if (place.kind == Place::kConstant)
      return p.graph.constants[static_cast<size_t>(place.index)].data();
    return place.kind == Place::kArena ? arena + place.offset : nullptr;
  };
  // Values share an input's place through views: the place, not the value, says whose it is.
  std::unordered_map<int64_t, void*> moved;
  bound->in.clear();
  for (size_t i = 0; i < p.graph.inputs.size(); ++i) {
    const int v = p.graph.inputs[i];
    void* const slot = address(v);
    if (given[i]) moved[p.plan.places[static_cast<size_t>(v)].offset] = given[i];
    bound->in.push_back(given[i] ? given[i] : slot);
  }
  // An input's slot is never reused, so an offset that belongs to one belongs to it alone.
  const auto data = [&](int v) -> void* {
    const Place& place = p.plan.places[static_cast<size_t>(v)];
    if (place.kind == Place::kArena) {
      const auto it = moved.find(place.offset);
      if (it != moved.end()) return it->second;
    }
    return address(v);
  };
  NodeOperands operands;
  for (int index : p.plan.order) {
    const GraphNode& node = p.graph.nodes[static_cast<size_t>(index)];
    if (node.op && !node.chain && (node.op->flags & kView)) continue;
    operands.set(p.graph, node, data);
    RealBind ctx(bound->thunks, arena + p.plan.scratch_offset,
                 static_cast<size_t>(p.plan.scratch_bytes), status, node.op, node.attrs,
                 operands.in, operands.out, device, kernels, p.threads);
    operands.bind(ctx, bound->thunks, kernels);
  }
  bound->out.clear();
  for (int v : p.graph.outputs) bound->out.push_back(data(v));
  return bound;
}

void Region::give_back(std::unique_ptr<Bound> bound) const {
  constexpr size_t kKept = 8;
  const std::lock_guard guard(mutex_);
  if (idle_.size() < kKept) idle_.push_back(std::move(bound));
}

}  // namespace ph

// The two ops that carry regions: their rules, and how they run.
#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "region.h"
#include "region_grad.h"

namespace ph {
namespace {

const Regions& regions_of(const Call& call) {
  return *reinterpret_cast<const Regions*>(static_cast<intptr_t>(call.integer("regions")));
}

// A constant that keeps the regions alive; its value means nothing.
Tensor handle_of(const std::shared_ptr<Regions>& regions) {
  auto impl = std::make_shared<TensorImpl>();
  impl->spec = {DType::u8, Shape{}};
  impl->storage = std::make_shared<Storage>(default_device(), regions.get(), 1, regions);
  return Tensor(std::move(impl));
}

struct Slot {
  char* data;
  int64_t bytes;
};
Slot slot_of(const Operand& o) { return {static_cast<char*>(o.data), o.spec.bytes()}; }

// The number that the device has there, for the host that drives a loop.
template <class T>
T read(Device& device, const void* at) {
  T value;
  device.download(&value, at, sizeof value);
  return value;
}

// A run's lease of a bound plan.
struct Lease {
  const Region& region;
  std::unique_ptr<Region::Bound> bound;
  ~Lease() {
    if (bound) region.give_back(std::move(bound));
  }
};

// ---- loop
struct LoopArgs {
  const Region* region;
  Device* device;
  char* arena;  // the body's, then room for carries that change places
  size_t body_bytes;
  int32_t* status;
  int64_t trips, guard;
  bool reverse, counted;
  int carries, slices, captures, made, stacks;
  // followed by Slots: [count] carries, slices, captures | carries, count, made, stacks, and by an
  // int for each stack: which carry
};

void run_loop(const Kernels& kernels, const void* args, const Launch& crew) {
  const LoopArgs& a = *static_cast<const LoopArgs*>(args);
  const Slot* at = reinterpret_cast<const Slot*>(&a + 1);
  const auto next = [&](int n) {
    const Slot* here = at;
    at += n;
    return here;
  };
  const Slot* count = next(a.counted ? 1 : 0);
  const Slot *init = next(a.carries), *slices = next(a.slices), *captures = next(a.captures);
  const Slot *last = next(a.carries), *done = next(1), *made = next(a.made),
             *stacks = next(a.stacks);
  const int* stacked = reinterpret_cast<const int*>(at);

  std::vector<void*> given(static_cast<size_t>(a.carries + a.slices), nullptr);
  for (int i = 0; i < a.captures; ++i) given.push_back(captures[i].data);
  const Lease lease{*a.region, a.region->take(a.arena, given, a.status, *a.device, kernels)};
  const Region::Bound& body = *lease.bound;

  Device& device = *a.device;
  const auto z = [](int i) { return static_cast<size_t>(i); };
  const auto move = [&](void* to, const void* from, int64_t n) {
    device.copy_async(to, from, static_cast<size_t>(n), crew);
  };
  const bool may_fail = a.region->may_fail();
  for (int i = 0; i < a.carries; ++i) move(body.in[z(i)], init[i].data, init[i].bytes);
  // a carry that the body returns as it got it, perhaps as another one, is kept aside
  char* room = a.arena + a.body_bytes;
  std::vector<char*> aside(z(a.carries), nullptr);
  for (int i = 0; i < a.carries; ++i) {
    for (int k = 0; k < a.carries; ++k)
      if (body.out[z(i)] == body.in[z(k)] && i != k) aside[z(i)] = room;
    if (aside[z(i)]) room += (init[i].bytes + 63) / 64 * 64;
  }
  const int64_t limit = a.counted ? read<int32_t>(device, count->data) : a.trips;
  const int64_t rows = std::max<int64_t>(a.trips, 1);
  int64_t k = 0;
  for (; limit < 0 || k < limit; ++k) {
    if (a.guard >= 0 && !read<char>(device, body.in[z(static_cast<int>(a.guard))])) break;
    const int64_t t = a.reverse ? limit - 1 - k : k;
    for (int s = 0; s < a.stacks; ++s) {
      const int64_t row = stacks[s].bytes / rows;
      move(stacks[s].data + t * row, body.in[z(stacked[s])], row);
    }
    for (int s = 0; s < a.slices; ++s) {
      const int64_t row = slices[s].bytes / rows;
      move(body.in[z(a.carries + s)], slices[s].data + t * row, row);
    }
    body.thunks.run(kernels, crew);
    if (may_fail && read<int32_t>(device, a.status) != kStatusOk) break;
    for (int s = 0; s < a.made; ++s) {
      const int64_t row = made[s].bytes / rows;
      move(made[s].data + t * row, body.out[z(a.carries + s)], row);
    }
    for (int i = 0; i < a.carries; ++i)
      if (aside[z(i)]) move(aside[z(i)], body.out[z(i)], init[i].bytes);
    for (int i = 0; i < a.carries; ++i)
      if (!aside[z(i)] && body.out[z(i)] != body.in[z(i)])
        move(body.in[z(i)], body.out[z(i)], init[i].bytes);
    for (int i = 0; i < a.carries; ++i)
      if (aside[z(i)]) move(body.in[z(i)], aside[z(i)], init[i].bytes);
  }
  for (int i = 0; i < a.carries; ++i) move(last[i].data, body.in[z(i)], last[i].bytes);
  // by a kernel: an upload would wait for the loop
  const FillArgs trips{sizeof(int32_t), 1, static_cast<uint64_t>(k), done->data};
  kernels.fill(trips, crew);
  for (int s = 0; s < a.made + a.stacks; ++s) {  // rows that no trip made
    const Slot& to = s < a.made ? made[s] : stacks[s - a.made];
    const int64_t first = k * (to.bytes / rows);
    if (first < to.bytes)
      device.fill_async(to.data + first, 0, static_cast<size_t>(to.bytes - first), crew);
  }
}

std::vector<Spec> infer_loop(const Call& call) {
  const Region& body = *regions_of(call).all[0];
  const auto carries = static_cast<size_t>(call.integer("carries"));
  const int64_t trips = call.integer("trips");
  const auto stacked = [&](const Spec& s) {
    Spec out{s.dtype, Shape{trips}};
    for (int64_t d : s.shape) out.shape.push_back(d);
    return out;
  };
  std::vector<Spec> specs;
  for (size_t i = 0; i < carries; ++i) specs.push_back(body.outputs[i].spec());
  specs.push_back({DType::i32, Shape{}});
  for (size_t i = carries; i < body.outputs.size(); ++i)
    specs.push_back(stacked(body.outputs[i].spec()));
  for (int64_t i : call.ints("stacked"))
    specs.push_back(stacked(body.inputs[static_cast<size_t>(i)].spec()));
  return specs;
}

bool bind_loop(BindContext& ctx) {
  const Region& body = *regions_of(ctx).all[0];
  const Ints& stacked = ctx.ints("stacked");
  LoopArgs a{};
  a.region = &body;
  a.device = ctx.device;
  a.body_bytes = (body.arena_bytes(*ctx.device) + 63) / 64 * 64;
  a.carries = static_cast<int>(ctx.integer("carries"));
  a.slices = static_cast<int>(ctx.integer("slices"));
  a.counted = ctx.flag("counted");
  a.captures = static_cast<int>(ctx.in.size()) - 1 - a.counted - a.carries - a.slices;
  a.made = static_cast<int>(body.outputs.size()) - a.carries;
  a.stacks = static_cast<int>(stacked.size());
  a.trips = ctx.integer("trips");
  a.guard = ctx.integer("guard");
  a.reverse = ctx.flag("reverse");
  size_t room = 0;
  for (int i = 0; i < a.carries; ++i)
    room += static_cast<size_t>((ctx.out[static_cast<size_t>(i)].spec.bytes() + 63) / 64 * 64);
  a.arena = static_cast<char*>(ctx.scratch(a.body_bytes + room + 64));
  a.status = ctx.status();
  std::vector<Slot> slots;
  for (size_t i = 1; i < ctx.in.size(); ++i) slots.push_back(slot_of(ctx.in[i]));
  for (const Operand& o : ctx.out) slots.push_back(slot_of(o));
  std::vector<char> block(sizeof a + slots.size() * sizeof(Slot) + stacked.size() * sizeof(int));
  std::memcpy(block.data(), &a, sizeof a);
  std::memcpy(block.data() + sizeof a, slots.data(), slots.size() * sizeof(Slot));
  for (size_t s = 0; s < stacked.size(); ++s) {
    const int carry = static_cast<int>(stacked[s]);
    std::memcpy(block.data() + sizeof a + slots.size() * sizeof(Slot) + s * sizeof(int), &carry,
                sizeof carry);
  }
  ctx.call_host(&run_loop, block.data(), block.size());
  return true;
}

// ---- branches
struct BranchArgs {
  const Regions* regions;
  Device* device;
  char* arena;
  int32_t* status;
  int inputs, outputs;
  // followed by Slots: index, inputs | outputs
};

void run_branch(const Kernels& kernels, const void* args, const Launch& crew) {
  const BranchArgs& a = *static_cast<const BranchArgs*>(args);
  const Slot* slots = reinterpret_cast<const Slot*>(&a + 1);
  const auto count = static_cast<int32_t>(a.regions->all.size());
  const int32_t index = std::clamp(read<int32_t>(*a.device, slots[0].data), 0, count - 1);
  std::vector<void*> given;
  for (int i = 0; i < a.inputs; ++i) given.push_back(slots[1 + i].data);
  const Region& region = *a.regions->all[static_cast<size_t>(index)];
  const Lease lease{region, region.take(a.arena, given, a.status, *a.device, kernels)};
  lease.bound->thunks.run(kernels, crew);
  for (int i = 0; i < a.outputs; ++i) {
    const Slot& to = slots[1 + a.inputs + i];
    a.device->copy_async(to.data, lease.bound->out[static_cast<size_t>(i)],
                         static_cast<size_t>(to.bytes), crew);
  }
}

std::vector<Spec> infer_branch(const Call& call) {
  std::vector<Spec> specs;
  for (const Tensor& t : regions_of(call).all[0]->outputs) specs.push_back(t.spec());
  return specs;
}

bool bind_branch(BindContext& ctx) {
  const Regions& regions = regions_of(ctx);
  size_t bytes = 64;
  for (const auto& r : regions.all) bytes = std::max(bytes, r->arena_bytes(*ctx.device));
  BranchArgs a{&regions,
               ctx.device,
               static_cast<char*>(ctx.scratch(bytes)),
               ctx.status(),
               static_cast<int>(ctx.in.size()) - 2,
               static_cast<int>(ctx.out.size())};
  std::vector<Slot> slots;
  for (size_t i = 1; i < ctx.in.size(); ++i) slots.push_back(slot_of(ctx.in[i]));
  for (const Operand& o : ctx.out) slots.push_back(slot_of(o));
  std::vector<char> block(sizeof a + slots.size() * sizeof(Slot));
  std::memcpy(block.data(), &a, sizeof a);
  std::memcpy(block.data() + sizeof a, slots.data(), slots.size() * sizeof(Slot));
  ctx.call_host(&run_branch, block.data(), block.size());
  return true;
}

// ---- the records. They are no part of the registry: nobody asks for them by name.
const std::vector<AttrDecl> kLoopAttrs = {
    {"regions", AttrType::integer},  // their address; the first input keeps them alive
    {"carries", AttrType::integer}, {"slices", AttrType::integer}, {"trips", AttrType::integer},
    {"guard", AttrType::integer},   {"reverse", AttrType::flag},   {"counted", AttrType::flag},
    {"stacked", AttrType::ints}};
constexpr size_t kStacked = 7;

const OpDef& loop_op(bool may_fail) {
  static const OpDef safe{.name = "loop",
                          .attrs = kLoopAttrs,
                          .flags = kHost,
                          .infer = &infer_loop,
                          .bind = &bind_loop,
                          .vjp = &loop_vjp};
  static const OpDef failing{.name = "loop",
                             .attrs = kLoopAttrs,
                             .flags = kHost | kStatus,
                             .infer = &infer_loop,
                             .bind = &bind_loop,
                             .vjp = &loop_vjp};
  return may_fail ? failing : safe;
}
const OpDef& branch_op(bool may_fail) {
  static const std::vector<AttrDecl> attrs = {{"regions", AttrType::integer}};
  static const OpDef safe{.name = "branch",
                          .attrs = attrs,
                          .flags = kHost,
                          .infer = &infer_branch,
                          .bind = &bind_branch,
                          .vjp = &branch_vjp};
  static const OpDef failing{.name = "branch",
                             .attrs = attrs,
                             .flags = kHost | kStatus,
                             .infer = &infer_branch,
                             .bind = &bind_branch,
                             .vjp = &branch_vjp};
  return may_fail ? failing : safe;
}

// ---- from a trace to a region
struct Needed {
  std::vector<Node> nodes;     // in the order they ran
  std::vector<Tensor> leaves;  // what they and the outputs read and no node makes
};
Needed needed(const Trace& trace, const std::vector<Tensor>& outputs) {
  std::unordered_set<TensorImpl*> wanted;
  for (const Tensor& t : outputs) wanted.insert(t.get());
  std::vector<char> keep(trace.nodes().size(), 0);
  std::unordered_set<TensorImpl*> made;
  for (size_t n = trace.nodes().size(); n-- > 0;) {
    const Node& node = trace.nodes()[n];
    if (node.custom_vjp) continue;  // other nodes make its outputs
    for (const Tensor& t : node.outputs) keep[n] = keep[n] || wanted.count(t.get());
    if (!keep[n]) continue;
    for (const Tensor& t : node.inputs) wanted.insert(t.get());
    for (const Tensor& t : node.outputs) made.insert(t.get());
  }
  Needed out;
  std::unordered_set<TensorImpl*> seen;
  const auto leaf = [&](const Tensor& t) {
    if (!made.count(t.get()) && seen.insert(t.get()).second) out.leaves.push_back(t);
  };
  for (size_t n = 0; n < keep.size(); ++n) {
    if (!keep[n]) continue;
    out.nodes.push_back(trace.nodes()[n]);
    for (const Tensor& t : out.nodes.back().inputs) leaf(t);
  }
  for (const Tensor& t : outputs) leaf(t);
  return out;
}

bool tape_watches(const Tensor& t) {
  if (!may_listen()) return false;
  for (Recorder* r : listeners())
    if (!r->is_trace() && static_cast<Tape*>(r)->watches(t)) return true;
  return false;
}

// The values outside that the leaves of a trace stand for.
class Surroundings {
 public:
  Surroundings(const Trace& trace, const Outside& known) : trace_(trace), known_(known) {
    for (size_t i = 0; i < trace.slots().size(); ++i)
      if (trace.slots()[i].initial) variables_[trace.slots()[i].initial.get()] = i;
  }
  // Empty for a constant.
  Tensor of(const Tensor& leaf) const {
    const auto it = known_.find(leaf.get());
    if (it != known_.end()) return it->second;
    if (!leaf.is_abstract()) return tape_watches(leaf) ? leaf : Tensor();
    if (leaf.get()->trace != trace_.serial()) return leaf;
    const auto read = variables_.find(leaf.get());
    if (read != variables_.end()) return read_variable(trace_.slots()[read->second].variable);
    throw ValueError(cat("a tensor that stands for ", leaf.get()->origin,
                         " cannot be used in the gradient of a loop or branch"));
  }

 private:
  const Trace& trace_;
  const Outside& known_;
  std::unordered_map<TensorImpl*, size_t> variables_;  // what a slot began with -> the slot
};

}  // namespace

const Region& region_of(const Call& call, size_t i) { return *regions_of(call).all[i]; }
size_t region_count(const Call& call) { return regions_of(call).all.size(); }

std::unordered_set<TensorImpl*> read_by(const Trace& trace, const std::vector<Tensor>& outputs) {
  std::unordered_set<TensorImpl*> out;
  for (const Tensor& t : needed(trace, outputs).leaves) out.insert(t.get());
  return out;
}

std::vector<Tensor> add_loop(const Loop& loop) {
  std::vector<Tensor> in = loop.carry_in, out = loop.carry_out;
  in.insert(in.end(), loop.slice_in.begin(), loop.slice_in.end());
  out.insert(out.end(), loop.slice_out.begin(), loop.slice_out.end());
  Needed body = needed(*loop.trace, out);
  std::unordered_set<TensorImpl*> own;
  for (const Tensor& t : in) own.insert(t.get());
  std::vector<Tensor> captures;
  const Surroundings outside(*loop.trace, loop.outside);
  for (const Tensor& leaf : body.leaves) {
    if (own.count(leaf.get())) continue;
    const Tensor value = outside.of(leaf);
    if (!value) continue;
    in.push_back(leaf);
    captures.push_back(value);
  }
  auto regions = std::make_shared<Regions>();
  regions->all.push_back(std::make_shared<Region>(loop.trace, std::move(body.nodes), in, out));
  Ints stacked;
  if (loop.trips >= 0)
    for (size_t i = 0; i < loop.carry_in.size(); ++i) stacked.push_back(static_cast<int64_t>(i));
  std::vector<Tensor> inputs{handle_of(regions)};
  if (loop.count) inputs.push_back(loop.count);
  inputs.insert(inputs.end(), loop.init.begin(), loop.init.end());
  inputs.insert(inputs.end(), loop.slices.begin(), loop.slices.end());
  inputs.insert(inputs.end(), captures.begin(), captures.end());
  return apply(
      loop_op(regions->all[0]->may_fail()), inputs,
      {static_cast<int64_t>(reinterpret_cast<intptr_t>(regions.get())),
       static_cast<int64_t>(loop.carry_in.size()), static_cast<int64_t>(loop.slice_in.size()),
       loop.trips, loop.guard, loop.reverse, static_cast<bool>(loop.count), stacked});
}

std::vector<Tensor> add_branches(const Branches& b) {
  const size_t n = b.traces.size();
  std::vector<Needed> bodies;
  std::vector<std::vector<Tensor>> in = b.inside;
  std::vector<Tensor> given = b.given;
  for (size_t i = 0; i < n; ++i) bodies.push_back(needed(*b.traces[i], b.outputs[i]));
  std::unordered_map<TensorImpl*, size_t> direct;  // an outer tensor that stands for itself
  for (size_t i = 0; i < n; ++i) {
    std::unordered_set<TensorImpl*> own;
    for (const Tensor& t : in[i]) own.insert(t.get());
    const Surroundings outside(*b.traces[i], b.outside[i]);
    for (const Tensor& leaf : bodies[i].leaves) {
      if (own.count(leaf.get())) continue;
      const Tensor value = outside.of(leaf);
      if (!value) continue;
      given.push_back(value);
      for (size_t k = 0; k < n; ++k)
        in[k].push_back(k == i || value.get() == leaf.get()
                            ? leaf
                            : b.traces[k]->input(leaf.spec(), "a capture of another branch"));
      if (value.get() == leaf.get())
        for (size_t k = i + 1; k < n; ++k) direct[leaf.get()] = given.size() - 1;
      own.insert(leaf.get());
    }
  }
  auto regions = std::make_shared<Regions>();
  bool may_fail = false;
  for (size_t i = 0; i < n; ++i) {
    regions->all.push_back(
        std::make_shared<Region>(b.traces[i], std::move(bodies[i].nodes), in[i], b.outputs[i]));
    may_fail = may_fail || regions->all.back()->may_fail();
  }
  std::vector<Tensor> inputs{handle_of(regions), b.index};
  inputs.insert(inputs.end(), given.begin(), given.end());
  return apply(branch_op(may_fail), inputs,
               {static_cast<int64_t>(reinterpret_cast<intptr_t>(regions.get()))});
}

void prune_loops(Graph& g) {
  std::vector<char> read(g.values.size(), 0);
  const auto mark = [&](int v) { read[static_cast<size_t>(v)] = 1; };
  for (const GraphNode& n : g.nodes)
    for (int v : n.in) mark(v);
  for (int v : g.outputs) mark(v);
  for (const GraphWrite& w : g.writes) mark(w.value);
  for (GraphNode& n : g.nodes) {
    if (n.op != &loop_op(false) && n.op != &loop_op(true)) continue;
    auto& stacked = std::get<Ints>(n.attrs[kStacked]);
    const size_t first = n.out.size() - stacked.size();
    for (size_t s = stacked.size(); s-- > 0;)
      if (!read[static_cast<size_t>(n.out[first + s])]) {
        stacked.erase(stacked.begin() + static_cast<long>(s));
        n.out.erase(n.out.begin() + static_cast<long>(first + s));
      }
  }
}

}  // namespace ph

// Binding a plan to memory and running it.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <sstream>

#include "bind_node.h"
#include "join.h"
#include "profile.h"
#include "program.h"

namespace ph {

// A plan bound to one arena and one set of variable storages.
struct Program::Instance {
  bool busy = false;
  char* arena = nullptr;
  std::vector<void*> variables;  // what the thunks point at
  ThunkList thunks, copies, prepared;
  size_t check_at = 0;                     // thunks before it may fail; state is written after it
  int32_t* status = nullptr;               // on the device
  std::unique_ptr<RecordedWork> recorded;  // all thunks, on devices that keep work
  int steps = 0;                           // since it was bound; -1: it cannot be recorded
  bool bound = false;
  std::vector<int> nodes;  // per thunk: the node it belongs to
};

namespace {
// The step at which a device that keeps work is asked to: earlier ones may be the last, and load
// what the driver loads when first used.
constexpr int kRecordAt = 3;
std::atomic<int64_t> recordings{0}, replays{0};

// A variable that only copies another variable's old value gets a copying node, so that every
// written value has a producer.
void own_written_values(Graph& g) {
  for (GraphWrite& w : g.writes) {
    int root = w.value;
    for (bool moved = true; moved;) {
      moved = false;
      const GraphValue& v = g.values[static_cast<size_t>(root)];
      if (v.kind != GraphValue::kComputed) break;
      const GraphNode& n = g.nodes[static_cast<size_t>(v.index)];
      if (n.op && !n.chain && (n.op->flags & kView)) {
        root = n.in[0];
        moved = true;
      }
    }
    if (g.values[static_cast<size_t>(root)].kind == GraphValue::kComputed) continue;
    const Spec spec = g.values[static_cast<size_t>(w.value)].spec;
    GraphNode copy{nullptr, {}, {w.value}, {}, EltProgram{}};
    copy.chain->compute = compute_class(spec.dtype);
    copy.chain->n_in = 1;
    copy.chain->out_regs = {0};
    copy.out = {g.add_value({GraphValue::kComputed, spec, static_cast<int>(g.nodes.size())})};
    w.value = copy.out[0];
    g.nodes.push_back(std::move(copy));
  }
}
}  // namespace

RecordingCounts recording_counts() { return {recordings, replays}; }

Program::Program(const Trace& trace, std::span<const Tensor> outputs, Device& device)
    : graph_(build_graph(trace, outputs, device)),
      device_(device),
      kernels_(device.kernels()),
      launch_(device.launch()),
      profile_(Profile::make()) {
  graph_.keeps = device.host_visible();
  optimize(graph_, device);
  own_written_values(graph_);
  pack(graph_, device);
  ph::prepare(graph_, device);
  place_literals(graph_, device);
  plan_ = make_plan(graph_, device, launch_.threads);
  std::vector<char> written(graph_.variables.size(), 0);
  for (const GraphWrite& w : graph_.writes) written[static_cast<size_t>(w.variable)] = 1;
  for (size_t i = 0; i < graph_.variables.size(); ++i)
    if (written[i] || graph_.variable_values[i] >= 0) {
      slots_.push_back(i);
      cells_.push_back(graph_.variables[i].get());
      writes_.push_back(written[i]);
    }
  find_steady();
  add_arena_user(device_, static_cast<size_t>(plan_.arena_bytes));  // last: nothing throws after it
}

Program::~Program() { remove_arena_user(device_, static_cast<size_t>(plan_.arena_bytes)); }

void* Program::address(const Instance& instance, int value) const {
  const Place& p = plan_.places[static_cast<size_t>(value)];
  switch (p.kind) {
    case Place::kArena: return instance.arena + p.offset;
    case Place::kVariable: return instance.variables[static_cast<size_t>(p.index)];
    case Place::kConstant: return graph_.constants[static_cast<size_t>(p.index)].data();
    default: return nullptr;
  }
}

void Program::bind(Instance& instance, char* arena) const {
  instance.arena = arena;
  instance.status = reinterpret_cast<int32_t*>(arena + plan_.status_offset);
  instance.thunks.clear();
  instance.prepared.clear();
  instance.nodes.clear();
  instance.check_at = 0;
  instance.bound = false;
  instance.recorded.reset();
  instance.steps = 0;
  // Where the host does not look at the status word before state is written, the writers do.
  const bool guarded = plan_.check_before >= 0 && !device_.host_visible();
  const auto writes_state = [&](const GraphNode& node) {
    return std::any_of(node.out.begin(), node.out.end(), [&](int v) {
      return plan_.places[static_cast<size_t>(v)].kind == Place::kVariable;
    });
  };
  NodeOperands operands;
  for (size_t i = 0; i < plan_.order.size(); ++i) {
    if (static_cast<int>(i) == plan_.check_before)
      instance.check_at = instance.thunks.thunks().size();
    const GraphNode& node = graph_.nodes[static_cast<size_t>(plan_.order[i])];
    if (node.op && !node.chain && (node.op->flags & kView)) continue;
    operands.set(graph_, node, [&](int v) { return address(instance, v); });
    ThunkList& list = static_cast<int>(i) < plan_.prepared ? instance.prepared : instance.thunks;
    RealBind ctx(list, arena + plan_.scratch_offset, static_cast<size_t>(plan_.scratch_bytes),
                 instance.status, node.op, node.attrs, operands.in, operands.out, device_, kernels_,
                 launch_.threads);
    if (guarded && writes_state(node)) ctx.set_guard(instance.status);
    operands.bind(ctx, list, kernels_);
    instance.nodes.resize(instance.thunks.thunks().size(), plan_.order[i]);
  }
  if (plan_.check_before == static_cast<int>(plan_.order.size()))
    instance.check_at = instance.thunks.thunks().size();
  if (device_.joins_eltwise()) join_eltwise(instance.thunks, instance.nodes, device_);
  if (!device_.host_visible()) bind_copies(instance);
  instance.bound = true;
  if (profile_) profile_->describe(calls_of(instance));
}

std::vector<ProfiledCall> Program::calls_of(const Instance& instance) const {
  std::vector<ProfiledCall> calls;
  const auto& thunks = instance.thunks.thunks();
  for (size_t i = 0; i < thunks.size(); ++i) {
    const GraphNode& node = graph_.nodes[static_cast<size_t>(instance.nodes[i])];
    const Shape& shape = graph_.values[static_cast<size_t>(node.out[0])].spec.shape;
    calls.push_back({cat(node.name(), " ", shape), count_call(thunks[i])});
  }
  return calls;
}

void* Program::reserve(Arena& arena) const {
  try {
    return arena.reserve(static_cast<size_t>(plan_.arena_bytes));
  } catch (const std::bad_alloc& refusal) {
    int64_t largest = 0;
    const Spec* spec = nullptr;
    for (size_t v = 0; v < plan_.places.size(); ++v)
      if (plan_.places[v].kind == Place::kArena && graph_.values[v].spec.bytes() > largest) {
        spec = &graph_.values[v].spec;
        largest = spec->bytes();
      }
    throw OutOfMemory(cat("a traced step: no memory for its ", plan_.arena_bytes,
                          " bytes of intermediate results",
                          spec ? cat("; the largest has shape ", spec->shape, " and dtype ",
                                     spec->dtype, ": ", largest, " bytes")
                               : std::string(),
                          room_note(refusal)));
  }
}

// One run's right to its variables, an arena and an instance.
struct Program::Lease {
  Program& p;
  VariableRun variables;  // first to come and last to go: a fork waits for it
  std::shared_ptr<Arena> arena;
  Instance* instance = nullptr;

  explicit Lease(Program& program)
      : p(program), variables(p.cells_, p.writes_), arena(lease_arena(program.device_)) {
    char* base = static_cast<char*>(p.reserve(*arena));
    {
      std::lock_guard guard(p.mutex_);
      for (auto& i : p.instances_)
        if (!i->busy && (!instance || i->arena == base)) instance = i.get();
      if (!instance) {
        p.instances_.push_back(std::make_unique<Instance>());
        instance = p.instances_.back().get();
      }
      instance->busy = true;
    }
    try {
      bool same = instance->bound && instance->arena == base;
      instance->variables.resize(p.graph_.variables.size());
      for (size_t i = 0; i < p.slots_.size(); ++i) {
        void*& at = instance->variables[p.slots_[i]];
        same = same && at == variables.data(i);
        at = variables.data(i);
      }
      if (!same) p.bind(*instance, base);
      if (p.plan_.prepared) p.prepare(*instance, variables);
    } catch (...) {
      release();
      throw;
    }
  }
  ~Lease() { release(); }
  void release() {
    std::lock_guard guard(p.mutex_);
    if (instance) instance->busy = false;
    instance = nullptr;
  }
};

// The cells of the variables that prepared nodes read.
void Program::find_steady() {
  std::vector<char> read(graph_.variables.size(), 0);
  for (const GraphNode& n : graph_.nodes)
    if (n.prepared)
      for (int v : n.in) {
        const GraphValue& value = graph_.values[static_cast<size_t>(v)];
        if (value.kind == GraphValue::kVariable) read[static_cast<size_t>(value.index)] = 1;
      }
  for (size_t i = 0; i < slots_.size(); ++i)
    if (read[slots_[i]]) steady_.push_back(i);
}

// A run that reads a variable keeps others from changing it: what is kept stays right until the
// run ends, and while it is computed anew no run of other values is under way.
void Program::prepare(const Instance& instance, const VariableRun& variables) {
  const std::lock_guard guard(prepared_mutex_);
  bool same = is_prepared_;
  for (size_t i = 0; same && i < steady_.size(); ++i)
    same = prepared_for_[i] == variables.changes(steady_[i]);
  if (same) return;
  if (device_.executes()) instance.prepared.run(kernels_, launch_);
  is_prepared_ = true;
  prepared_for_.clear();
  for (size_t i : steady_) prepared_for_.push_back(variables.changes(i));
}

void Program::clear_status(Instance& instance) const {
  if (!device_.host_visible())
    device_.fill_async(instance.status, 0, sizeof *instance.status, launch_);
}

void Program::check(const Instance& instance) const {
  if (plan_.check_before < 0 || !device_.executes()) return;
  int32_t status;
  device_.download(&status, instance.status, sizeof status);
  check_status(status, "this step");
}

bool Program::recorded(Instance& instance) const {
  if (instance.recorded || instance.steps < 0) return instance.recorded != nullptr;
  if (++instance.steps < kRecordAt || instance.thunks.thunks().empty()) return false;
  instance.recorded =
      device_.record([&](const Launch& launch) { instance.thunks.run(kernels_, launch); });
  instance.recorded ? void(++recordings) : void(instance.steps = -1);
  return instance.recorded != nullptr;
}

template <class Clock>
void Program::step(Instance& instance, Clock& clock) const {
  const Kernels& kernels = kernels_;
  if (!device_.executes()) return;
  const size_t end = instance.thunks.thunks().size();
  if (!device_.host_visible()) {
    if (Clock::kRecords && recorded(instance)) {
      ++replays;
      return instance.recorded->replay(launch_);
    }
    return clock.run(instance.thunks, 0, end, kernels, launch_);
  }
  *instance.status = kStatusOk;
  clock.run(instance.thunks, 0, instance.check_at, kernels, launch_);
  if (plan_.check_before >= 0) check_status(*instance.status, "this step");
  clock.run(instance.thunks, instance.check_at, end, kernels, launch_);
}

std::vector<Tensor> Program::outputs_of(const Instance& instance) const {
  std::vector<Tensor> result;
  for (int v : graph_.outputs) {
    const Spec& spec = graph_.values[static_cast<size_t>(v)].spec;
    result.push_back(Tensor::empty(spec, device_));
    if (device_.executes())
      device_.copy(result.back().data(), address(instance, v), static_cast<size_t>(spec.bytes()));
  }
  return result;
}

std::vector<Tensor> Program::run(std::span<const Tensor> inputs) {
  return profile_ ? run_clocked<Timed>(inputs) : run_clocked<Untimed>(inputs);
}

template <class Clock>
std::vector<Tensor> Program::run_clocked(std::span<const Tensor> inputs) {
  if (inputs.size() != graph_.inputs.size())
    throw ValueError(
        cat("this program takes ", graph_.inputs.size(), " inputs; received ", inputs.size()));
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Spec& want = graph_.values[static_cast<size_t>(graph_.inputs[i])].spec;
    if (!inputs[i].is_literal() && &inputs[i].device() != &device_ &&
        !(inputs[i].device().host_visible() && device_.host_visible()))
      throw ValueError(cat("input ", i, " lives on ", inputs[i].device().name(),
                           " and the step runs on ", device_.name(),
                           "; make it there, or copy it: with device(\"", device_.name(),
                           "\"): ops.convert_to_tensor(x)"));
    if (!(inputs[i].spec() == want))
      throw ValueError(cat("input ", i, " was traced as ", want.dtype, " ", want.shape,
                           "; received ", inputs[i].dtype(), " ", inputs[i].shape()));
  }
  Lease lease(*this);
  Instance& instance = *lease.instance;
  Clock clock(profile_);
  clock.begin_step();
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto bytes = static_cast<size_t>(inputs[i].spec().bytes());
    char* const slot = static_cast<char*>(address(instance, graph_.inputs[i]));
    if (inputs[i].is_literal())
      device_.upload(slot, &inputs[i].get()->bits, bytes);
    else
      device_.copy_async(slot, inputs[i].data(), bytes, launch_);
  }
  clock.gathered();
  clear_status(instance);
  step(instance, clock);
  std::vector<Tensor> result = outputs_of(instance);
  write_copies(instance);
  if (!device_.host_visible()) check(instance);
  clock.end_step();
  return result;
}

int64_t Program::run_batches(const BatchRun& b, std::vector<Tensor>* last) {
  return profile_ ? batches_clocked<Timed>(b, last) : batches_clocked<Untimed>(b, last);
}

template <class Clock>
int64_t Program::batches_clocked(const BatchRun& b, std::vector<Tensor>* last) {
  PH_CHECK(b.sources.size() == graph_.inputs.size() && b.start < b.stop);
  Lease lease(*this);
  Instance& instance = *lease.instance;
  const auto begin = std::chrono::steady_clock::now();
  int64_t batch = b.start;
  Clock clock(profile_);
  std::vector<char*> slots;
  for (int v : graph_.inputs) slots.push_back(static_cast<char*>(address(instance, v)));
  RowFeed feed(b, device_, launch_);
  clear_status(instance);
  while (batch < b.stop) {
    clock.begin_step();
    feed.bring(batch, slots);
    clock.gathered();
    step(instance, clock);
    feed.prepare(batch + 1);
    for (size_t o = 0; o < b.sinks.size(); ++o)
      if (b.sinks[o].data)
        device_.download(
            static_cast<char*>(b.sinks[o].data) + batch * b.batch_size * b.sinks[o].row_bytes,
            address(instance, graph_.outputs[o]),
            static_cast<size_t>(b.batch_size * b.sinks[o].row_bytes));
    ++batch;
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    const bool done = batch == b.stop || spent.count() >= b.max_seconds || fork_waits_for_runs();
    if (done && last) *last = outputs_of(instance);
    write_copies(instance);
    clock.end_step();
    if (done) break;
  }
  if (!device_.host_visible()) check(instance);
  return batch;
}

void Program::write_copies(Instance& instance) const {
  if (!device_.executes()) return;
  if (!device_.host_visible()) return instance.copies.run(kernels_, launch_);
  for (const GraphWrite& w : plan_.copies)
    device_.copy(instance.variables[static_cast<size_t>(w.variable)], address(instance, w.value),
                 static_cast<size_t>(graph_.values[static_cast<size_t>(w.value)].spec.bytes()));
}

void Program::bind_copies(Instance& instance) const {
  instance.copies.clear();
  for (const GraphWrite& w : plan_.copies) {
    const Spec& spec = graph_.values[static_cast<size_t>(w.value)].spec;
    CopyArgs a;
    std::memset(&a, 0, sizeof a);
    a.elem_size = static_cast<int32_t>(dtype_size(spec.dtype));
    a.ndim = 1, a.shape[0] = spec.shape.count();
    a.src_stride[0] = a.dst_stride[0] = 1;
    a.src = address(instance, w.value);
    a.dst = instance.variables[static_cast<size_t>(w.variable)];
    if (plan_.check_before >= 0) a.guard = instance.status;
    instance.copies.add(&KernelCall<&Kernels::copy>::run, &a, sizeof a);
  }
}

std::vector<ProfiledCall> Program::calls() {
  const Lease lease(*this);
  return calls_of(*lease.instance);
}

size_t Program::bytes() const {
  size_t n = graph_.nodes.size() * 2048;
  for (const Tensor& t : graph_.constants) n += static_cast<size_t>(t.spec().bytes());
  return n;
}

std::string Program::describe() const {
  std::ostringstream out;
  const auto value = [&](int v) {
    const Place& p = plan_.places[static_cast<size_t>(v)];
    out << " " << graph_.values[static_cast<size_t>(v)].spec.dtype
        << graph_.values[static_cast<size_t>(v)].spec.shape;
    if (p.kind == Place::kArena) out << "@" << p.offset;
    if (p.kind == Place::kVariable)
      out << "@" << graph_.variables[static_cast<size_t>(p.index)]->name;
    if (p.kind == Place::kConstant) out << "@const" << p.index;
  };
  for (size_t i = 0; i < plan_.order.size(); ++i) {
    if (static_cast<int>(i) == plan_.check_before) out << "-- check status\n";
    if (i && static_cast<int>(i) == plan_.prepared) out << "-- in every run\n";
    const GraphNode& n = graph_.nodes[static_cast<size_t>(plan_.order[i])];
    out << n.name();
    if (n.chain) out << "[" << n.chain->instrs.size() << "]";
    if (n.then) out << " + elementwise[" << n.then->program.instrs.size() << "]";
    out << ":";
    for (int v : n.in) value(v);
    out << " ->";
    for (int v : n.out) value(v);
    out << "\n";
  }
  for (const GraphWrite& w : plan_.copies) {
    out << "copy:";
    value(w.value);
    out << " -> " << graph_.variables[static_cast<size_t>(w.variable)]->name << "\n";
  }
  out << "arena " << plan_.arena_bytes << " bytes, scratch " << plan_.scratch_bytes << "\n";
  return out.str();
}

}  // namespace ph

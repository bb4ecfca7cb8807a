// Tapes, traces, variables and the thread's stack of recorders.
#include "recorder.h"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace ph {

// ---- tape
void Tape::watch(const Tensor& t) {
  if (tracked_.insert(t.get()).second) watched_.push_back(t);
}
bool Tape::wants(std::span<const Tensor> inputs, std::span<const Tensor>) const {
  return std::any_of(inputs.begin(), inputs.end(), [&](const Tensor& t) { return watches(t); });
}
void Tape::track_outputs(const Node& node) {
  if ((node.op->flags & kNoGrad) && !node.custom_vjp) return;
  for (const Tensor& t : node.outputs) tracked_.insert(t.get());  // kept alive by the node
}
void Tape::reset() {
  nodes_.clear();
  tracked_.clear();
  watched_.clear();
  reads.clear();
}

// ---- variables
Variable make_variable(Tensor value, std::string name) {
  static std::atomic<uint64_t> next{1};
  auto cell = std::make_shared<VariableCell>();
  cell->value = std::move(value);
  cell->name = std::move(name);
  cell->id = next++;
  return cell;
}

namespace {
Tensor same_storage(const Tensor& t) {  // another identity over the same memory
  return t.view(t.shape());
}
Tensor copy_of(const Tensor& t) {
  Tensor out = Tensor::empty(t.spec(), t.device());
  t.device().copy(out.data(), t.data(), static_cast<size_t>(t.spec().bytes()));
  return out;
}
bool foreign(const Tensor& t) { return t.impl()->storage->owner != nullptr; }
}  // namespace

void assign(VariableCell& cell, const Tensor& value) {
  if (value.is_abstract())
    throw TypeError(cat("variable '", cell.name, "' cannot keep an abstract value (",
                        value.get()->origin, ") outside its trace"));
  if (!(value.spec() == cell.value.spec()))
    throw ValueError(cat("variable '", cell.name, "' has shape ", cell.value.shape(), " and dtype ",
                         cell.value.dtype(), "; the assigned value has shape ", value.shape(),
                         " and dtype ", value.dtype()));
  Tensor next = foreign(value) ? copy_of(value) : same_storage(value);
  std::unique_lock lock(cell.mutex);
  cell.value = std::move(next);
}

void own_storage(VariableCell& cell) {
  const auto& impl = cell.value.impl();
  const auto& storage = impl->storage;
  if (impl.use_count() == 1 && storage.use_count() == 1 && storage->exports == 0 && !storage->owner)
    return;
  cell.value = copy_of(cell.value);
}

// ---- trace
namespace {
std::atomic<uint64_t> next_serial{1};
thread_local std::vector<uint64_t> live_traces;
}  // namespace

Trace::Trace() : serial_(next_serial++) {}

bool Trace::wants(std::span<const Tensor>, std::span<const Tensor> outputs) const {
  return std::any_of(outputs.begin(), outputs.end(),
                     [](const Tensor& t) { return t.is_abstract(); });
}
Tensor Trace::input(const Spec& spec, const std::string& origin) {
  inputs_.push_back(Tensor::abstract(spec, serial_, origin));
  return inputs_.back();
}
Trace::Slot& Trace::slot(const Variable& v) {
  for (Slot& s : slots_)
    if (s.variable == v) return s;
  slots_.push_back({v, {}, {}, false});
  return slots_.back();
}
Tensor Trace::read(const Variable& v) {
  Slot& s = slot(v);
  if (!s.current) {
    s.initial = Tensor::abstract(v->value.spec(), serial_, "variable '" + v->name + "'");
    s.current = s.initial;
  }
  return s.current;
}
void Trace::write(const Variable& v, const Tensor& value) {
  const Spec& want = v->value.spec();
  bool fits = value.dtype() == want.dtype && value.shape().rank() == want.shape.rank();
  for (int i = 0; fits && i < want.shape.rank(); ++i)
    fits = value.shape()[i] == want.shape[i] || value.shape()[i] < 0;
  if (!fits)
    throw ValueError(cat("variable '", v->name, "' has shape ", want.shape, " and dtype ",
                         want.dtype, "; the assigned value has shape ", value.shape(),
                         " and dtype ", value.dtype()));
  Slot& s = slot(v);
  s.current = value;
  s.assigned = true;
}

// ---- stack
std::vector<Recorder*>& recorder_stack() {
  thread_local std::vector<Recorder*> stack;
  return stack;
}
void enter(Recorder& r) {
  recorder_stack().push_back(&r);
  if (r.is_trace()) live_traces.push_back(static_cast<Trace&>(r).serial());
}
void leave(Recorder& r) {
  auto& stack = recorder_stack();
  const auto it = std::find(stack.rbegin(), stack.rend(), &r);
  if (it != stack.rend()) stack.erase(std::next(it).base());
  if (r.is_trace()) std::erase(live_traces, static_cast<Trace&>(r).serial());
}
Trace* current_trace() {
  auto& stack = recorder_stack();
  for (auto it = stack.rbegin(); it != stack.rend(); ++it)
    if ((*it)->is_trace()) return static_cast<Trace*>(*it);
  return nullptr;
}
Tensor read_variable(const Variable& v) {
  Trace* trace = current_trace();
  Tensor value = trace ? trace->read(v) : v->value;
  if (!v->trainable || !is_float(value.dtype())) return value;
  auto& stack = recorder_stack();
  for (size_t i = stack.size(); i-- > 0 && !stack[i]->is_trace();) {
    Tape& tape = static_cast<Tape&>(*stack[i]);
    if (!tape.watch_variables) continue;
    tape.watch(value);
    const bool known = std::any_of(tape.reads.begin(), tape.reads.end(), [&](const auto& r) {
      return r.first == v && r.second.get() == value.get();
    });
    if (!known) tape.reads.emplace_back(v, value);
  }
  return value;
}
void assign_variable(const Variable& v, const Tensor& value) {
  if (Trace* trace = current_trace())
    trace->write(v, value);
  else
    assign(*v, value);
}
bool trace_is_active(uint64_t serial) {
  return std::find(live_traces.begin(), live_traces.end(), serial) != live_traces.end();
}

}  // namespace ph

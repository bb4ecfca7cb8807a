// Tapes, traces and the thread's stack of recorders.
#include "recorder.h"

#include <algorithm>
#include <atomic>

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
  known_reads_.clear();
}
void Tape::note_read(const Variable& v, const Tensor& value) {
  if (known_reads_.insert({v.get(), value.get()}).second) reads.emplace_back(v, value);
}

// ---- trace
namespace {
std::atomic<uint64_t> next_serial{1};
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
  const auto [place, fresh] = places_.try_emplace(v.get(), slots_.size());
  if (fresh) slots_.push_back({v, {}, {}, false});
  return slots_[place->second];
}
Tensor Trace::read(const Variable& v) {
  Slot& s = slot(v);
  if (!s.current) {
    s.initial = Tensor::abstract(v->spec, serial_, "variable '" + v->name + "'");
    s.current = s.initial;
  }
  return s.current;
}
void Trace::write(const Variable& v, const Tensor& value) {
  const Spec& want = v->spec;
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
namespace {
using Stack = std::vector<std::shared_ptr<Seat>>;
Stack& stack() {
  thread_local Stack seats;
  return seats;
}
void drop_closed() {
  std::erase_if(stack(), [](const auto& seat) { return !seat->open; });
}
}  // namespace

void Seats::take(Seat::Kind kind, Recorder* recorder) {
  drop_closed();
  seats_.push_back(std::make_shared<Seat>(kind, recorder));
  stack().push_back(seats_.back());
}
void Seats::close(size_t first) {
  if (first == seats_.size()) return;
  for (size_t i = first; i < seats_.size(); ++i) seats_[i]->open = false;
  seats_.resize(first);
  drop_closed();
}

bool may_listen() { return !stack().empty(); }

std::span<Recorder* const> listeners() {
  thread_local std::vector<Recorder*> found;
  found.clear();
  const Stack& seats = stack();
  bool paused = false;
  for (size_t i = seats.size(); i-- > 0;) {
    const Seat& seat = *seats[i];
    if (!seat.open) continue;
    if (seat.kind == Seat::suspend) break;
    if (seat.kind == Seat::pause) paused = true;
    if (seat.kind == Seat::trace) {
      found.push_back(seat.recorder);
      break;
    }
    if (seat.kind != Seat::tape || paused) continue;
    const bool hidden = std::any_of(
        seats.begin() + static_cast<std::ptrdiff_t>(i), seats.end(), [&](const auto& above) {
          return above->kind == Seat::pause_tape && above->recorder == seat.recorder && above->open;
        });
    if (!hidden) found.push_back(seat.recorder);
  }
  return found;
}
Trace* current_trace() {
  const Stack& seats = stack();
  for (auto it = seats.rbegin(); it != seats.rend(); ++it) {
    const Seat& seat = **it;
    if (!seat.open) continue;
    if (seat.kind == Seat::suspend) return nullptr;
    if (seat.kind == Seat::trace) return static_cast<Trace*>(seat.recorder);
  }
  return nullptr;
}
bool trace_is_active(uint64_t serial) {
  const Stack& seats = stack();
  return std::any_of(seats.begin(), seats.end(), [&](const auto& seat) {
    return seat->kind == Seat::trace && seat->open &&
           static_cast<Trace*>(seat->recorder)->serial() == serial;
  });
}

Tensor read_variable(const Variable& v) {
  Trace* trace = current_trace();
  Tensor value = trace ? trace->read(v) : value_of(*v);
  if (!v->trainable || !is_inexact(value.dtype())) return value;
  if (!may_listen()) return value;
  for (Recorder* r : listeners()) {
    if (r->is_trace()) break;
    Tape& tape = static_cast<Tape&>(*r);
    if (!tape.watch_variables) continue;
    tape.watch(value);
    tape.note_read(v, value);
  }
  return value;
}
void assign_variable(const Variable& v, const Tensor& value) {
  if (Trace* trace = current_trace())
    trace->write(v, value);
  else
    assign(*v, value);
}

bool replace_variable(const Variable& v, const Tensor& expected, const Tensor& value) {
  Trace* trace = current_trace();
  if (!trace) return replace(*v, expected, value);
  trace->write(v, value);
  return true;
}

}  // namespace ph

// Recorders: what listens at the door. A Tape keeps the nodes that touch watched tensors; a
// Trace keeps the nodes of abstract tensors. One stack a thread.
#pragma once
#include <atomic>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "op.h"
#include "variable.h"

namespace ph {

class Recorder;

// A place on a thread's stack: a recorder, or a bar that hides what lies below it. Its owner closes
// it, on any thread and in any order; a closed seat counts no more, and its stack drops it.
struct Seat {
  enum Kind : uint8_t {
    tape,
    trace,
    pause,       // hides tapes down to the next trace
    pause_tape,  // hides `recorder` there
    suspend,     // hides everything
  };
  Seat(Kind k, Recorder* r) : kind(k), recorder(r) {}
  const Kind kind;
  Recorder* const recorder;
  std::atomic<bool> open{true};
};

// The seats that one object holds. They close with it, so that no stack keeps what is gone.
class Seats {
 public:
  Seats() = default;
  ~Seats() { close(0); }
  Seats(const Seats&) = delete;
  Seats& operator=(const Seats&) = delete;
  void take(Seat::Kind kind, Recorder* recorder);  // on top of this thread's stack
  void leave() {                                   // the latest, wherever it lies
    if (!seats_.empty()) close(seats_.size() - 1);
  }
  bool empty() const { return seats_.empty(); }

 private:
  void close(size_t first);
  std::vector<std::shared_ptr<Seat>> seats_;
};

class Recorder {
 public:
  virtual ~Recorder() = default;
  virtual bool wants(std::span<const Tensor> inputs, std::span<const Tensor> outputs) const = 0;
  virtual bool is_trace() const { return false; }
  void record(Node node) { nodes_.push_back(std::move(node)); }
  const std::vector<Node>& nodes() const { return nodes_; }
  std::vector<Node>& nodes() { return nodes_; }
  // On this thread's stack; leaving undoes the latest entry, on whatever thread it was.
  void enter() { seats_.take(is_trace() ? Seat::trace : Seat::tape, this); }
  void leave() { seats_.leave(); }
  bool entered() const { return !seats_.empty(); }

 protected:
  std::vector<Node> nodes_;

 private:
  Seats seats_;
};

class Tape : public Recorder {
 public:
  void watch(const Tensor& t);
  bool watches(const Tensor& t) const { return tracked_.count(t.get()) != 0; }
  bool wants(std::span<const Tensor> inputs, std::span<const Tensor> outputs) const override;
  void track_outputs(const Node& node);
  void reset();

  bool watch_variables = true;  // a trainable variable read under this tape is watched
  // What each variable's reads returned: the gradient of a variable sums over them.
  std::vector<std::pair<Variable, Tensor>> reads;
  void note_read(const Variable& v, const Tensor& value);  // once

 private:
  std::set<std::pair<const void*, const void*>> known_reads_;
  std::unordered_set<TensorImpl*> tracked_;
  std::vector<Tensor> watched_;  // keeps identities alive
};

class Trace : public Recorder {
 public:
  Trace();
  uint64_t serial() const { return serial_; }
  bool is_trace() const override { return true; }
  bool wants(std::span<const Tensor> inputs, std::span<const Tensor> outputs) const override;
  Tensor input(const Spec& spec, const std::string& origin);
  Tensor read(const Variable& v);  // the variable's current value in this trace
  void write(const Variable& v,
             const Tensor& value);  // spec must match; makes a concrete value a constant

  struct Slot {
    Variable variable;
    Tensor initial;  // empty: never read
    Tensor current;  // what a read gives now
    bool assigned = false;
  };
  const std::vector<Tensor>& inputs() const { return inputs_; }
  const std::vector<Slot>& slots() const { return slots_; }

 private:
  Slot& slot(const Variable& v);
  uint64_t serial_;
  std::vector<Tensor> inputs_;
  std::vector<Slot> slots_;
  std::unordered_map<const void*, size_t> places_;  // variable -> its slot
};

// Whether any seat is on this thread's stack: cheap, true more often than something listens.
bool may_listen();
// The recorders that hear of what this thread does, from the innermost out to the first trace.
// Valid until the stack changes; kept small, since it is asked for at every recorded op.
std::span<Recorder* const> listeners();
// The innermost trace of this thread, or null.
Trace* current_trace();

struct RecorderScope {
  explicit RecorderScope(Recorder& r) : recorder(r) { recorder.enter(); }
  ~RecorderScope() { recorder.leave(); }
  Recorder& recorder;
};
// Inside, nothing is recorded (initializers, layer internals under a symbolic call).
struct SuspendScope {
  SuspendScope() { seats.take(Seat::suspend, nullptr); }
  Seats seats;
};
bool trace_is_active(uint64_t serial);  // on this thread
// A variable's value as code sees it now: the trace's inside a trace; watched by tapes.
Tensor read_variable(const Variable& v);
// Assigns in the current trace if there is one, else for real.
void assign_variable(const Variable& v, const Tensor& value);
// The same where it still has the value that was read; in a trace it has.
bool replace_variable(const Variable& v, const Tensor& expected, const Tensor& value);

}  // namespace ph

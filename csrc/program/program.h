// Program: a traced function, planned and bound. One native call runs it: no allocation, no
// dispatch, no Python inside.
#pragma once
#include <mutex>

#include "../core/thunks.h"
#include "feed.h"
#include "plan.h"
#include "profile.h"

namespace ph {

// Steps that devices recorded, and how often those ran, in this process.
struct RecordingCounts {
  int64_t recordings, replays;
};
RecordingCounts recording_counts();

class Program {
 public:
  // Takes what the trace recorded. Throws ValueError for foreign tensors or unknown sizes.
  Program(const Trace& trace, std::span<const Tensor> outputs, Device& device = default_device());
  ~Program();
  Program(const Program&) = delete;

  // Inputs must have the traced specs. Any number of threads may call at once.
  std::vector<Tensor> run(std::span<const Tensor> inputs);
  // Batches [start, stop) until max_seconds have passed (at least one). Returns the next batch;
  // fills `last` with the outputs of the last batch that ran when it is not null.
  int64_t run_batches(const BatchRun& batches, std::vector<Tensor>* last);

  const Graph& graph() const { return graph_; }
  const Plan& plan() const { return plan_; }
  std::vector<ProfiledCall> calls();  // the kernel calls of a step, in order, and their counts
  size_t bytes() const;               // of plans and constants, for cache limits
  std::string describe() const;       // one line a node, in the order they run

 private:
  struct Instance;
  struct Lease;
  void* reserve(Arena& arena) const;  // OutOfMemory says what for
  void bind(Instance& instance, char* arena) const;
  void find_steady();
  void prepare(const Instance& instance, const VariableRun& variables);
  void bind_copies(Instance& instance) const;
  void* address(const Instance& instance, int value) const;
  std::vector<ProfiledCall> calls_of(const Instance& instance) const;
  // Clock: Untimed, or Timed when there is a profile.
  template <class Clock>
  std::vector<Tensor> run_clocked(std::span<const Tensor> inputs);
  template <class Clock>
  int64_t batches_clocked(const BatchRun& batches, std::vector<Tensor>* last);
  template <class Clock>
  void step(Instance& instance, Clock& clock) const;  // all but `copies`
  bool recorded(Instance& instance) const;            // as one piece, on devices that keep work
  void write_copies(Instance& instance) const;        // after the outputs were taken
  // Where the host does not see the status word: before a run, and after it, throwing where some
  // kernel met bad data. The writers of state have looked at it meanwhile.
  void clear_status(Instance& instance) const;
  void check(const Instance& instance) const;
  std::vector<Tensor> outputs_of(const Instance& instance) const;

  Graph graph_;
  Plan plan_;
  Device& device_;
  const Kernels& kernels_;  // what the plan booked scratch for, whatever is set later
  const Launch& launch_;
  Profile* const profile_;     // null unless profiling
  std::vector<size_t> slots_;  // of the variables that a run touches
  std::vector<VariableCell*> cells_;
  std::vector<char> writes_;
  std::vector<size_t> steady_;  // of cells_: what prepared nodes follow from
  std::mutex prepared_mutex_;   // the next two and what is kept
  bool is_prepared_ = false;
  std::vector<uint64_t> prepared_for_;  // the changes of steady_ that are in what is kept
  std::mutex mutex_;                    // instances_
  std::vector<std::unique_ptr<Instance>> instances_;
};

}  // namespace ph

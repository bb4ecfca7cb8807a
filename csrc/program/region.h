// Regions: programs inside programs. A node of control flow carries a region for each branch, or
// one for the body of a loop: the nodes that a nested trace recorded, their inputs and outputs.
// What such a node reads of outer traces is a capture, an input like others; a variable that it
// assigns is an output.
//
// The node owns its regions through its first input, a constant (`handle`), so that they live as
// long as a tape, trace or graph that holds the node.
#pragma once
#include <memory>
#include <mutex>
#include <unordered_map>

#include "../core/thunks.h"
#include "plan.h"

namespace ph {

class Region {
 public:
  // `nodes` are those of the trace that the outputs need. The trace is entered again to write the
  // region's gradient.
  Region(std::shared_ptr<Trace> trace, std::vector<Node> nodes, std::vector<Tensor> inputs,
         std::vector<Tensor> outputs);
  ~Region();
  const std::shared_ptr<Trace> trace;
  const std::vector<Tensor> inputs, outputs;
  bool may_fail() const { return may_fail_; }  // writes the status word

  // Plans on first use. A run needs so many bytes of its caller's memory.
  size_t arena_bytes(Device& device) const;

  // A plan bound to memory, the caller's while it holds it.
  struct Bound {
    ThunkList thunks;
    char* arena = nullptr;
    int32_t* status = nullptr;
    const Kernels* kernels = nullptr;
    std::vector<void*> given;    // per input: its memory, or null: a slot in the arena
    std::vector<void*> in, out;  // where inputs and outputs are
  };
  // Bound to this memory; nothing is done where a bound plan of the same memory is at hand.
  std::unique_ptr<Bound> take(char* arena, std::span<void* const> given, int32_t* status,
                              Device& device, const Kernels& kernels) const;
  void give_back(std::unique_ptr<Bound> bound) const;

 private:
  struct Planned;
  const Planned& planned(Device& device) const;
  std::vector<Node> nodes_;
  bool may_fail_ = false;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Planned>> planned_;  // one a device
  mutable std::vector<std::unique_ptr<Bound>> idle_;
};

struct Regions {
  std::vector<std::shared_ptr<const Region>> all;
};

// What stands for what when a node is made of a region: the tensor inside, and the value outside.
using Outside = std::unordered_map<TensorImpl*, Tensor>;

struct Loop {
  std::shared_ptr<Trace> trace;
  std::vector<Tensor> carry_in, slice_in;    // inputs of the body
  std::vector<Tensor> carry_out, slice_out;  // its outputs
  std::vector<Tensor> init, slices;          // outside: first carries, what is sliced
  int64_t trips = -1;                        // how many at most; -1: no limit
  int64_t guard = -1;                        // the carry that says whether to go on; -1: none
  bool reverse = false;                      // slices from the last to the first
  Tensor count;                              // how many, where only the run knows
  Outside outside;
};
// Adds the node. Returns the last carries, the number of trips (int32), the stacked slices and,
// where there is a limit, what each carry was before each trip.
std::vector<Tensor> add_loop(const Loop& loop);

struct Branches {
  Tensor index;                                // int32; clamped
  std::vector<std::shared_ptr<Trace>> traces;  // one a branch
  std::vector<std::vector<Tensor>> outputs;    // of each
  std::vector<std::vector<Tensor>> inside;     // of each: what stands for `given`
  std::vector<Tensor> given;
  std::vector<Outside> outside;
};
std::vector<Tensor> add_branches(const Branches& branches);

// prune, for the insides: what a loop stacks and nobody reads is not stacked.
void prune_loops(Graph& g);

}  // namespace ph

// Plan: the order in which a graph's nodes run, where each value lives, and when state is written.
#pragma once
#include "graph.h"

namespace ph {

struct Place {
  enum Kind { kNone, kArena, kVariable, kConstant } kind = kNone;
  int64_t offset = 0;  // arena: bytes
  int index = -1;      // variable slot or constant number
};

struct Plan {
  std::vector<int> order;          // nodes
  int prepared = 0;                // so many of them run only where a variable has changed
  std::vector<Place> places;       // per value
  int check_before = -1;           // position in `order` before which the status word is checked
                                   // (-1: no op can fail)
  std::vector<GraphWrite> copies;  // state written by a copy at the end of the step
  int64_t arena_bytes = 0, scratch_offset = 0, scratch_bytes = 0;
  int64_t status_offset = 0;  // of the status word, in the arena
};

Plan make_plan(const Graph& g, Device& device, int threads);

}  // namespace ph

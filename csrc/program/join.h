// Elementwise programs that differ in their operands alone and do not meet (an optimizer's updates
// above all) become one call, on devices that do that in one launch.
#pragma once
#include <span>
#include <vector>

#include "../core/thunks.h"

namespace ph {

// nodes: per thunk, the node it belongs to; that of a joined call is its first's.
void join_eltwise(ThunkList& thunks, std::vector<int>& nodes, Device& device);
// The calls that such a thunk stands for; none for any other.
std::span<const EltwiseArgs* const> joined_calls(const Thunk& thunk);

}  // namespace ph

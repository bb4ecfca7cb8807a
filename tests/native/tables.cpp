// The checkers over the CPU's tables.
#include "check.h"

namespace ph::check {

std::vector<const Kernels*> tables() { return available_kernels(); }
std::vector<int> thread_counts(std::vector<int> all) { return all; }
bool left_out(int64_t) { return false; }

}  // namespace ph::check

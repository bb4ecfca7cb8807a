// PRONGHORN_PROFILE=1: seconds per kernel call, summed by name, printed at exit.
#pragma once
#include <string>
#include <vector>

#include "../core/thunks.h"

namespace ph {
bool profiling();
void profile_thunks(const ThunkList& list, const std::vector<std::string>& names, size_t from,
                    size_t to, const Kernels& kernels, const Team& team);
}  // namespace ph

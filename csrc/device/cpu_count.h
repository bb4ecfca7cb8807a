// How many processors this process may use.
#pragma once

namespace ph {

// Affinity and cgroup quota (v1 and v2), rounded down; at least 1.
int usable_cpus();

}  // namespace ph

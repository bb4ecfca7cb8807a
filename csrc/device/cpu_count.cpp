// Affinity mask and cgroup quota, as the kernel reports them.
#include "cpu_count.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "cgroup.h"

#if defined(__linux__)
#include <sched.h>
#endif

namespace ph {
namespace {

#if defined(__linux__)
int affinity_cpus() {
  // The mask's size is unknown: grow until the kernel accepts it.
  for (int bits = 1024; bits <= 1 << 16; bits *= 2) {
    std::vector<cpu_set_t> mask(bits / (8 * sizeof(cpu_set_t)));
    const size_t bytes = mask.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, mask.data()) == 0) return CPU_COUNT_S(bytes, mask.data());
  }
  return static_cast<int>(std::thread::hardware_concurrency());
}
#endif

}  // namespace

int usable_cpus() {
#if defined(__linux__)
  const double allowed = std::min<double>(affinity_cpus(), cgroup_cpus());
#else
  const double allowed = std::thread::hardware_concurrency();
#endif
  return std::max(1, static_cast<int>(allowed));
}

}  // namespace ph

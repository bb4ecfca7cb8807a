// Affinity mask and cgroup quota, as the kernel reports them.
#include "cpu_count.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

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

constexpr double kNoQuota = std::numeric_limits<double>::infinity();

double quota_v2(const std::string& folder) {  // "max 100000" or "150000 100000"
  std::ifstream file(folder + "/cpu.max");
  double quota = 0, period = 0;
  return file >> quota >> period && quota > 0 && period > 0 ? quota / period : kNoQuota;
}

double quota_v1(const std::string& folder) {  // -1: none
  std::ifstream quota_file(folder + "/cpu.cfs_quota_us"),
      period_file(folder + "/cpu.cfs_period_us");
  double quota = 0, period = 0;
  return quota_file >> quota && period_file >> period && quota > 0 && period > 0 ? quota / period
                                                                                 : kNoQuota;
}

// The tightest quota on the way from `path` up to `root`. In a container the path may lie
// outside what is mounted: then only the root answers.
double quota_upwards(const std::string& root, std::string path,
                     double (*quota)(const std::string&)) {
  double tightest = kNoQuota;
  for (;;) {
    tightest = std::min(tightest, quota(root + path));
    if (path.empty()) return tightest;
    const size_t slash = path.rfind('/');
    path.resize(slash == std::string::npos ? 0 : slash);
  }
}

double cgroup_quota() {
  double tightest = std::min(quota_v2("/sys/fs/cgroup"), quota_v1("/sys/fs/cgroup/cpu"));
  std::ifstream groups("/proc/self/cgroup");
  // Lines "hierarchy:controllers:path"; v2 has no controllers.
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    std::string path = line.substr(second + 1);
    if (path == "/") path.clear();
    if (controllers.empty()) {
      tightest = std::min(tightest, quota_upwards("/sys/fs/cgroup", path, quota_v2));
      continue;
    }
    std::istringstream names(controllers);
    for (std::string name; std::getline(names, name, ',');)
      if (name == "cpu")
        tightest =
            std::min(tightest, quota_upwards("/sys/fs/cgroup/" + controllers, path, quota_v1));
  }
  return tightest;
}
#endif

}  // namespace

int usable_cpus() {
#if defined(__linux__)
  const double allowed = std::min<double>(affinity_cpus(), cgroup_quota());
#else
  const double allowed = std::thread::hardware_concurrency();
#endif
  return std::max(1, static_cast<int>(allowed));
}

}  // namespace ph

// Reads the limits of this process's control groups, as the kernel reports them.
#include "cgroup.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

namespace ph {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

double cpus_v2(const std::string& folder) {  // "max 100000" or "150000 100000"
  std::ifstream file(folder + "/cpu.max");
  double quota = 0, period = 0;
  return file >> quota >> period && quota > 0 && period > 0 ? quota / period : kNone;
}
double cpus_v1(const std::string& folder) {  // -1: none
  std::ifstream quota_file(folder + "/cpu.cfs_quota_us"),
      period_file(folder + "/cpu.cfs_period_us");
  double quota = 0, period = 0;
  return quota_file >> quota && period_file >> period && quota > 0 && period > 0 ? quota / period
                                                                                 : kNone;
}

double number_in(const std::string& path) {
  std::ifstream file(path);
  double bytes = 0;
  return file >> bytes && bytes > 0 ? bytes : kNone;
}
double memory_v2(
    const std::string& folder) {  // "max" or bytes; `high` throttles before `max` kills
  return std::min(number_in(folder + "/memory.max"), number_in(folder + "/memory.high"));
}
double memory_v1(const std::string& folder) {  // where there is none, a number beyond any machine
  return number_in(folder + "/memory.limit_in_bytes");
}

using Read = double (*)(const std::string& folder);

// The tightest limit on the way from `path` up to `root`. In a container the path may lie
// outside what is mounted: then only the root answers.
double upwards(const std::string& root, std::string path, Read read) {
  double tightest = kNone;
  for (;;) {
    tightest = std::min(tightest, read(root + path));
    if (path.empty()) return tightest;
    const size_t slash = path.rfind('/');
    path.resize(slash == std::string::npos ? 0 : slash);
  }
}

double tightest_limit(const CgroupFiles& files, const std::string& controller, Read v2, Read v1) {
  double tightest = std::min(v2(files.root), v1(files.root + "/" + controller));
  std::ifstream groups(files.own);
  // Lines "hierarchy:controllers:path"; v2 has no controllers.
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    std::string path = line.substr(second + 1);
    if (path == "/") path.clear();
    if (controllers.empty()) {
      // beside v1 it may be mounted in a folder of its own
      for (const char* mount : {"", "/unified"})
        tightest = std::min(tightest, upwards(files.root + mount, path, v2));
      continue;
    }
    std::istringstream names(controllers);
    for (std::string name; std::getline(names, name, ',');)
      if (name == controller)
        for (const std::string& mount : {controllers, name})
          tightest = std::min(tightest, upwards(files.root + "/" + mount, path, v1));
  }
  return tightest;
}

}  // namespace

double cgroup_cpus(const CgroupFiles& files) {
  return tightest_limit(files, "cpu", cpus_v2, cpus_v1);
}
double cgroup_memory(const CgroupFiles& files) {
  return tightest_limit(files, "memory", memory_v2, memory_v1);
}

}  // namespace ph

// What a container may use: the limits of control groups, v1 and v2.
#pragma once
#include <string>

namespace ph {

// Where the kernel mounts the groups, and the file that says which are this process's.
struct CgroupFiles {
  std::string root = "/sys/fs/cgroup";
  std::string own = "/proc/self/cgroup";
};
// The tightest limit on the way up to the root; infinity where there is none.
double cgroup_cpus(const CgroupFiles& files = {});
double cgroup_memory(const CgroupFiles& files = {});  // bytes

}  // namespace ph

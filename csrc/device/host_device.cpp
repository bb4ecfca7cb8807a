// The devices that live in host memory: cpu, and null, which allocates and runs nothing.
#include <unistd.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <algorithm>
#include <cstring>

#include "block_cache.h"
#include "cgroup.h"
#include "device.h"
#include "fork.h"
#include "split.h"

namespace ph {
namespace {

// What this process may use: of the machine, or of its container.
size_t usable_memory() {
  const double pages = static_cast<double>(std::max(0L, sysconf(_SC_PHYS_PAGES)));
  const double page = static_cast<double>(std::max(0L, sysconf(_SC_PAGESIZE)));
  double bytes = pages * page > 0 ? pages * page : static_cast<double>(size_t{2} << 30);
#if defined(__linux__)
  bytes = std::min(bytes, cgroup_memory());
#endif
  return static_cast<size_t>(bytes);
}

// The scratch of the generic width, so that plans look like the CPU's; kernels do nothing.
Kernels make_null_kernels() {
  Kernels k = *kGenericKernels;
  k.name = "null";
  k.supported = [] { return true; };
  k.peak_probe = [](int64_t) { return 0.0; };
#define PH_X(name, args) k.name = [](const args&, const Launch&) {};
  PH_ALL_FAMILIES(PH_X)
  PH_OWN_FAMILIES(PH_X)
  PH_OWN_COLD_FAMILIES(PH_X)
#undef PH_X
  return k;
}

class HostDevice final : public Device {
 public:
  HostDevice(std::string name, bool executes)
      : name_(std::move(name)),
        executes_(executes),
        cache_(usable_memory() / 8, usable_memory() / 4 * 3) {}
  const std::string& name() const override { return name_; }
  void* alloc(size_t bytes) override { return cache_.alloc(bytes); }
  void free(void* p, size_t bytes) override { cache_.free(p, bytes); }
  void copy(void* dst, const void* src, size_t bytes) override {
    if (bytes) std::memmove(dst, src, bytes);
  }
  void upload(void* dst, const void* host, size_t bytes) override { copy(dst, host, bytes); }
  void download(void* host, const void* src, size_t bytes) override { copy(host, src, bytes); }
  void fill(void* dst, int byte, size_t bytes) override {
    if (bytes) std::memset(dst, byte, bytes);
  }
  void sync() override {}
  bool host_visible() const override { return true; }
  const Kernels& kernels() const override {
    if (executes_) return cpu_kernels();
    static const Kernels null_kernels = make_null_kernels();
    return null_kernels;
  }
  bool executes() const override { return executes_; }
  MemoryStats memory() const override { return {cache_.live(), cache_.peak(), cache_.cached(), 0}; }
  void trim() override {
    cache_.trim();
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
  }
  void shrink() override { cache_.shrink(); }
  BlockCache& cache() { return cache_; }

 private:
  std::string name_;
  bool executes_;
  BlockCache cache_;
};

// Never destroyed: tensors that outlive static destructors still free into them.
struct HostDevices {
  HostDevice cpu{"cpu:0", true}, null{"null:0", false};
};
HostDevices& devices();

// A fork while another thread holds a cache's lock would leave the child with it locked.
void before_fork() {
  devices().cpu.cache().mutex().lock();
  devices().null.cache().mutex().lock();
  split_mutex().lock();
}
void after_fork() {
  split_mutex().unlock();
  devices().null.cache().mutex().unlock();
  devices().cpu.cache().mutex().unlock();
}

HostDevices& devices() {
  static HostDevices* const all = new HostDevices;
  static const bool registered = [] {
    at_fork(ForkStage::caches, {before_fork, after_fork, after_fork});
    return true;
  }();
  (void)registered;
  return *all;
}

}  // namespace

Device& cpu_device() { return devices().cpu; }
Device& null_device() { return devices().null; }

}  // namespace ph

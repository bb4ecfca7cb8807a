// The split device: the CPU's kernels over memory that nobody else may touch. One range of
// addresses, readable and writable only while a kernel or a copy of this device runs; whatever else
// reads or writes a tensor there faults, as it would on an accelerator.
#include "split.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <new>

#include "block_cache.h"
#include "device.h"

namespace ph {
namespace {

constexpr size_t kStep = size_t{1} << 21;      // the range in use grows by so many bytes
constexpr size_t kGiveBack = size_t{1} << 16;  // blocks of so many bytes
constexpr size_t kRange = size_t{1} << 36;     // addresses asked for; less where that is refused

class Memory {
 public:
  static Memory& one() {
    static Memory* const made = new Memory;  // never destroyed, as the devices
    return *made;
  }

  void* alloc(size_t bytes) {
    const size_t size = BlockCache::bucket_size(bytes);
    const std::lock_guard lock(mutex);
    auto& list = free_[size];
    char* p;
    if (!list.empty()) {
      p = list.back();
      list.pop_back();
      cached_ -= size;
    } else {
      if (!base_) reserve();
      p = base_ + used_;
      if (size > range_ - used_) throw std::bad_alloc();
      used_ += (size + kBlockAlign - 1) / kBlockAlign * kBlockAlign;
      if (used_ > limit_) {
        limit_ = std::min(range_, (used_ + kStep - 1) / kStep * kStep);
        if (open_) protect(PROT_READ | PROT_WRITE);
      }
    }
    live_ += size;
    peak_ = std::max(peak_, live_);
    return p;
  }
  void free(void* p, size_t bytes) {
    const size_t size = BlockCache::bucket_size(bytes);
    const std::lock_guard lock(mutex);
    give_back(static_cast<char*>(p), size);
    free_[size].push_back(static_cast<char*>(p));
    live_ -= size;
    cached_ += size;
  }
  MemoryStats stats() {
    const std::lock_guard lock(mutex);
    return {live_, peak_, cached_, 0};
  }

  // While one lives, the memory can be touched.
  struct Open {
    Open() {
      Memory& m = one();
      const std::lock_guard lock(m.mutex);
      if (m.open_++ == 0) m.protect(PROT_READ | PROT_WRITE);
    }
    ~Open() {
      Memory& m = one();
      const std::lock_guard lock(m.mutex);
      if (--m.open_ == 0) m.protect(PROT_NONE);
    }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;
  };
  std::mutex mutex;

 private:
  void reserve() {
    for (range_ = kRange; range_ >= kStep; range_ /= 2) {
      void* p =
          mmap(nullptr, range_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (p == MAP_FAILED) continue;
      base_ = static_cast<char*>(p);
      return;
    }
    throw std::bad_alloc();
  }
  // Pages of free blocks go back to the system: opening the range costs by the pages it holds.
  void give_back(char* p, size_t size) {
    if (size < kGiveBack) return;
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const auto first = reinterpret_cast<uintptr_t>(p);
    const uintptr_t from = (first + page - 1) / page * page, to = (first + size) / page * page;
    if (from < to) madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
  }
  void protect(int how) {
    if (limit_ && mprotect(base_, limit_, how) != 0) throw std::bad_alloc();
  }

  char* base_ = nullptr;
  size_t range_ = 0, used_ = 0, limit_ = 0;
  int open_ = 0;
  std::map<size_t, std::vector<char*>> free_;  // by size
  size_t live_ = 0, peak_ = 0, cached_ = 0;
};
using Open = Memory::Open;

template <const Kernels* const& Base>
const Kernels& opened() {
  static const Kernels table = [] {
    Kernels k = *Base;
#define PH_X(name, args)                            \
  if (k.name)                                       \
    k.name = [](const args& a, const Launch& how) { \
      const Open open;                              \
      Base->name(a, how);                           \
    };
    PH_ALL_FAMILIES(PH_X)
    PH_OWN_FAMILIES(PH_X)
    PH_OWN_COLD_FAMILIES(PH_X)
#undef PH_X
    return k;
  }();
  return table;
}

class SplitDevice final : public Device {
 public:
  const std::string& name() const override { return name_; }
  void* alloc(size_t bytes) override { return Memory::one().alloc(bytes); }
  void free(void* p, size_t bytes) override { Memory::one().free(p, bytes); }
  void upload(void* dst, const void* host, size_t bytes) override { copy(dst, host, bytes); }
  void download(void* host, const void* src, size_t bytes) override { copy(host, src, bytes); }
  void copy(void* dst, const void* src, size_t bytes) override {
    if (!bytes) return;
    const Open open;
    std::memmove(dst, src, bytes);
  }
  void fill(void* dst, int byte, size_t bytes) override {
    if (!bytes) return;
    const Open open;
    std::memset(dst, byte, bytes);
  }
  void sync() override {}
  bool host_visible() const override { return false; }
  bool joins_eltwise() const override { return true; }  // by the loop: so that joining is tested
  const Kernels& kernels() const override {
    const Kernels* k = &cpu_kernels();
    if (k == kAvx512Bf16Kernels) return opened<kAvx512Bf16Kernels>();
    if (k == kAvx512Kernels) return opened<kAvx512Kernels>();
    if (k == kAvx2Kernels) return opened<kAvx2Kernels>();
    if (k == kNeonKernels) return opened<kNeonKernels>();
    return opened<kGenericKernels>();
  }
  bool executes() const override { return true; }
  MemoryStats memory() const override { return Memory::one().stats(); }
  void trim() override {}
  void shrink() override {}

 private:
  const std::string name_ = "split:0";
};

}  // namespace

std::mutex& split_mutex() { return Memory::one().mutex; }

Device& split_device() {
  static SplitDevice* const made = new SplitDevice;
  return *made;
}

}  // namespace ph

// Arenas, leased to one run at a time, and the memory figures that include them.
#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "device.h"
#include "fork.h"

namespace ph {
namespace {

constexpr size_t kIdleArenas = 4;  // more than this many are freed when returned
constexpr size_t kArenaStep = size_t{4096};

struct ArenaRegistry {
  std::mutex mutex;
  std::map<Device*, std::vector<std::unique_ptr<Arena>>> idle;
  std::map<Device*, size_t> bytes;
  std::map<Device*, std::multiset<size_t>> users;
};

// Never destroyed, as the devices.
ArenaRegistry& registry() {
  static ArenaRegistry* const made = new ArenaRegistry;
  static const bool registered = [] {
    at_fork(ForkStage::arenas, {[] { registry().mutex.lock(); }, [] { registry().mutex.unlock(); },
                                [] { registry().mutex.unlock(); }});
    return true;
  }();
  (void)registered;
  return *made;
}

void count_bytes(Device& device, size_t added, size_t removed) {
  std::lock_guard lock(registry().mutex);
  size_t& bytes = registry().bytes[&device];
  bytes = bytes + added - removed;
}

void give_back(Arena* arena, Device* device) {
  std::unique_ptr<Arena> dropped(arena);
  ArenaRegistry& r = registry();
  std::lock_guard lock(r.mutex);
  auto& idle = r.idle[device];
  idle.push_back(std::move(dropped));
  // Largest last: the next lease takes it. The smallest goes when there are too many.
  std::sort(idle.begin(), idle.end(), [](auto& a, auto& b) { return a->size() < b->size(); });
  if (idle.size() > kIdleArenas) {
    dropped = std::move(idle.front());
    idle.erase(idle.begin());
  }
}

}  // namespace

Arena::~Arena() {
  if (!base_) return;
  device_.free(base_, size_);
  count_bytes(device_, 0, size_);
}

void* Arena::reserve(size_t bytes) {
  if (bytes <= size_ && base_) return base_;
  if (bytes > SIZE_MAX - kArenaStep) throw std::bad_alloc();
  if (base_) {
    device_.free(base_, size_);
    count_bytes(device_, 0, size_);
    base_ = nullptr;
    size_ = 0;
  }
  const size_t rounded = std::max((bytes + kArenaStep - 1) / kArenaStep, size_t{1}) * kArenaStep;
  base_ = device_.alloc(rounded);
  size_ = rounded;
  count_bytes(device_, size_, 0);
  return base_;
}

std::shared_ptr<Arena> lease_arena(Device& device) {
  std::unique_ptr<Arena> arena;
  {
    std::lock_guard lock(registry().mutex);
    auto& idle = registry().idle[&device];
    if (!idle.empty()) {
      arena = std::move(idle.back());
      idle.pop_back();
    }
  }
  if (!arena) arena = std::make_unique<Arena>(device);
  Device* owner = &device;
  return {arena.release(), [owner](Arena* a) { give_back(a, owner); }};
}

void add_arena_user(Device& device, size_t bytes) {
  std::lock_guard lock(registry().mutex);
  registry().users[&device].insert(bytes);
}

void remove_arena_user(Device& device, size_t bytes) {
  std::vector<std::unique_ptr<Arena>> dropped;
  {
    ArenaRegistry& r = registry();
    std::lock_guard lock(r.mutex);
    auto& users = r.users[&device];
    users.erase(users.find(bytes));
    const size_t largest = users.empty() ? 0 : *users.rbegin() + kArenaStep;
    auto& idle = r.idle[&device];
    while (!idle.empty() && idle.back()->size() > largest) {
      dropped.push_back(std::move(idle.back()));
      idle.pop_back();
    }
  }
  dropped.clear();  // outside the lock: an arena's end counts its bytes
  device.shrink();
}

MemoryStats memory_stats(Device& device) {
  MemoryStats stats = device.memory();
  std::lock_guard lock(registry().mutex);
  stats.arena_bytes = registry().bytes[&device];
  return stats;
}

void trim_caches() {
  std::map<Device*, std::vector<std::unique_ptr<Arena>>> idle;
  {
    std::lock_guard lock(registry().mutex);
    idle.swap(registry().idle);
  }
  idle.clear();  // outside the lock: an arena's end counts its bytes
  for (Device* device : open_devices()) device->trim();
}

}  // namespace ph

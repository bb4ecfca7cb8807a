#include "block_pool.h"

#include <algorithm>
#include <iterator>

#include "../block_cache.h"

namespace ph {
namespace {

constexpr size_t kAlign = 256;                // of every block
constexpr size_t kSlab = size_t{2} << 20;     // the driver's own page
constexpr size_t kSmall = size_t{256} << 10;  // blocks up to this size are cut from slabs
constexpr size_t kKept = size_t{64} << 20;    // after shrink(), where less is in use

bool small(size_t size) { return size <= kSmall; }

}  // namespace

size_t BlockPool::size_class(size_t bytes) {
  return (BlockCache::bucket_size(bytes) + kAlign - 1) / kAlign * kAlign;
}

void* BlockPool::from_slab(size_t size) {
  if (!open_slab_ || cut_ + size > kSlab) {
    char* const slab = static_cast<char*>(get_(kSlab));
    if (!slab) return nullptr;
    slabs_[slab] = 0;
    open_slab_ = slab, cut_ = 0;
  }
  void* const p = open_slab_ + cut_;
  cut_ += size;
  return p;
}

void* BlockPool::alloc(size_t bytes) {
  const size_t size = size_class(bytes);
  const std::lock_guard lock(mutex_);
  auto& list = free_[size];
  void* p = nullptr;
  if (!list.empty()) {
    p = list.back();
    list.pop_back();
    cached_ -= size;
  } else {
    const auto ask = [&] { return small(size) ? from_slab(size) : get_(size); };
    p = ask();
    if (!p) {
      give_back();
      p = ask();
    }
    if (!p) return nullptr;
  }
  if (small(size)) std::prev(slabs_.upper_bound(static_cast<char*>(p)))->second += size;
  live_ += size;
  peak_ = std::max(peak_, live_);
  return p;
}

void BlockPool::free(void* p, size_t bytes) {
  const size_t size = size_class(bytes);
  const std::lock_guard lock(mutex_);
  if (small(size)) std::prev(slabs_.upper_bound(static_cast<char*>(p)))->second -= size;
  free_[size].push_back(p);
  live_ -= size, cached_ += size;
}

void BlockPool::give_back() {
  const auto slab_of = [&](void* p) {
    return std::prev(slabs_.upper_bound(static_cast<char*>(p)));
  };
  for (auto& [size, list] : free_) {
    const auto goes = [&, size = size](void* p) {
      if (small(size)) return slab_of(p)->second == 0;
      put_(p);
      return true;
    };
    const auto kept = std::remove_if(list.begin(), list.end(), goes);
    cached_ -= size * static_cast<size_t>(list.end() - kept);
    list.erase(kept, list.end());
  }
  std::erase_if(slabs_, [&](const auto& slab) {
    if (slab.second) return false;
    if (slab.first == open_slab_) open_slab_ = nullptr;
    put_(slab.first);
    return true;
  });
}

void BlockPool::trim() {
  const std::lock_guard lock(mutex_);
  give_back();
}

void BlockPool::shrink() {
  const std::lock_guard lock(mutex_);
  if (cached_ > std::max(live_, kKept)) give_back();
}

MemoryStats BlockPool::stats() const {
  const std::lock_guard lock(mutex_);
  return {live_, peak_, cached_, 0};
}

}  // namespace ph

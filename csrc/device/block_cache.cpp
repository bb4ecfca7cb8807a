// The size-bucket cache behind every host device.
#include "block_cache.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>

#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define PH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PH_ASAN 1
#endif
#endif

namespace ph {
namespace {

#ifdef PH_ASAN
constexpr bool kReuse = false;
#else
constexpr bool kReuse = true;
#endif
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kLargest = size_t{1} << 62;

constexpr size_t kKept = size_t{32} << 20;  // after shrink(), where less is in use

// Large blocks are mappings of their own: freed, they are the system's again at once, which the
// C library does not promise.
bool mapped(size_t bytes) { return kReuse && bytes >= kHugePage; }
size_t whole_pages(size_t bytes) {
  static const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

void* system_alloc(size_t bytes) {
  void* p = nullptr;
  if (!mapped(bytes)) return posix_memalign(&p, kBlockAlign, bytes) == 0 ? p : nullptr;
  // Longer by the alignment; what lies before and behind goes back.
  const size_t size = whole_pages(bytes);
  p = mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return nullptr;
  char* const got = static_cast<char*>(p);
  const size_t before = (kHugePage - reinterpret_cast<uintptr_t>(got) % kHugePage) % kHugePage;
  if (before) munmap(got, before);
  munmap(got + before + size, kHugePage - before);
#if defined(MADV_HUGEPAGE)
  madvise(got + before, size, MADV_HUGEPAGE);
#endif
  return got + before;
}
void system_free(void* p, size_t bytes) {
  if (mapped(bytes))
    munmap(p, whole_pages(bytes));
  else
    std::free(p);
}

}  // namespace

size_t BlockCache::bucket_size(size_t bytes) {
  if (bytes <= kBlockAlign) return kBlockAlign;
  if (bytes > kLargest) throw std::bad_alloc();
  const size_t step = std::max(std::bit_floor(bytes - 1) / 4, kBlockAlign);
  return (bytes + step - 1) / step * step;
}

// The power of two and the two bits after it.
int BlockCache::bucket_index(size_t size) {
  const int exponent = std::bit_width(size) - 1;
  return exponent * 4 + static_cast<int>((size >> (exponent - 2)) & 3);
}

void* BlockCache::alloc(size_t bytes) {
  // Under AddressSanitizer the exact size is taken, so that the first byte past it is guarded.
  const size_t size = kReuse ? bucket_size(bytes) : bytes;
  if (size > kLargest) throw std::bad_alloc();
  bool beyond = false;
  {
    std::lock_guard lock(mutex_);
    live_ += size;
    if (live_ > peak_) peak_ = live_;
    if (kReuse) {
      Bucket& bucket = buckets_[bucket_index(size)];
      bucket.last_used = ++tick_;
      if (FreeBlock* block = bucket.head) {
        bucket.head = block->next;
        cached_ -= size;
        return block;
      }
    }
    beyond = cached_ > 0 && live_ + cached_ > ceiling_;
  }
  if (beyond) trim();
  void* p = system_alloc(size ? size : 1);
  if (!p) {
    trim();
    p = system_alloc(size ? size : 1);
  }
  if (!p) {
    std::lock_guard lock(mutex_);
    live_ -= size;
    throw std::bad_alloc();
  }
  return p;
}

void BlockCache::free(void* p, size_t bytes) {
  if (!p) return;
  const size_t size = kReuse ? bucket_size(bytes) : bytes;
  std::unique_lock lock(mutex_);
  live_ -= size;
  if (!kReuse || size > limit_ || live_ + cached_ + size > ceiling_) {
    lock.unlock();
    system_free(p, size);
    return;
  }
  evict(limit_ - size);
  Bucket& bucket = buckets_[bucket_index(size)];
  bucket.last_used = ++tick_;
  FreeBlock* block = static_cast<FreeBlock*>(p);
  block->next = bucket.head;
  bucket.head = block;
  cached_ += size;
}

void BlockCache::release_bucket(int index, size_t target) {
  const size_t size = (size_t{4} + index % 4) << (index / 4 - 2);
  Bucket& bucket = buckets_[index];
  while (bucket.head && cached_ > target) {
    FreeBlock* block = bucket.head;
    bucket.head = block->next;
    cached_ -= size;
    system_free(block, size);
  }
}

void BlockCache::evict(size_t target) {
  while (cached_ > target) {
    int oldest = -1;
    for (int i = 0; i < kBuckets; ++i)
      if (buckets_[i].head && (oldest < 0 || buckets_[i].last_used < buckets_[oldest].last_used))
        oldest = i;
    release_bucket(oldest, target);
  }
}

void BlockCache::trim() {
  std::lock_guard lock(mutex_);
  for (int i = 0; i < kBuckets; ++i)
    if (buckets_[i].head) release_bucket(i, 0);
}

void BlockCache::shrink() {
  std::lock_guard lock(mutex_);
  evict(std::max(live_, kKept));
}

size_t BlockCache::live() const {
  std::lock_guard lock(mutex_);
  return live_;
}
size_t BlockCache::peak() const {
  std::lock_guard lock(mutex_);
  return peak_;
}
size_t BlockCache::cached() const {
  std::lock_guard lock(mutex_);
  return cached_;
}

}  // namespace ph

// Memory blocks by size bucket, kept for reuse after free. Thread-safe and bounded; under
// AddressSanitizer every block comes straight from the system, so that overruns show.
#pragma once
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace ph {

constexpr size_t kBlockAlign = 64;

class BlockCache {
 public:
  // limit: the most bytes kept for reuse. ceiling: nothing is kept while more than so many bytes
  // would be held.
  explicit BlockCache(size_t limit, size_t ceiling = SIZE_MAX) : limit_(limit), ceiling_(ceiling) {}
  void* alloc(size_t bytes);         // throws std::bad_alloc
  void free(void* p, size_t bytes);  // bytes as passed to alloc
  void trim();                       // keeps nothing
  void shrink();  // keeps no more than is in use, or a little: what used the rest is gone
  size_t live() const;
  size_t peak() const;
  size_t cached() const;
  std::mutex& mutex() { return mutex_; }  // for the fork handlers

  // Four buckets a power of two: at most a quarter of a block is wasted.
  static size_t bucket_size(size_t bytes);
  static int bucket_index(size_t size);  // of a size that bucket_size returned

 private:
  struct FreeBlock {
    FreeBlock* next;
  };
  struct Bucket {
    FreeBlock* head = nullptr;
    uint64_t last_used = 0;
  };
  static constexpr int kBuckets = 4 * 64;

  void evict(size_t target);  // until no more than that is kept, oldest bucket first
  void release_bucket(int index, size_t target);

  mutable std::mutex mutex_;
  Bucket buckets_[kBuckets];
  const size_t limit_, ceiling_;
  uint64_t tick_ = 0;
  size_t live_ = 0, peak_ = 0, cached_ = 0;
};

}  // namespace ph

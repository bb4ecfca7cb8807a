// A GPU's memory in blocks of size classes. What is freed is kept and handed out again at once: all
// work is on one stream, so whoever used it before is done by then. Small blocks are cut from
// slabs. Asking the driver for memory takes up to a millisecond and waits for the device.
#pragma once
#include <cstddef>
#include <map>
#include <mutex>
#include <vector>

#include "../device.h"

namespace ph {

class BlockPool {
 public:
  // What the driver does: memory or null, and back.
  BlockPool(void* (*get)(size_t bytes), void (*put)(void* p)) : get_(get), put_(put) {}
  void* alloc(size_t bytes);  // null where even the kept blocks, given back, leave no room
  void free(void* p, size_t bytes);
  void trim();    // gives back what no block in use needs
  void shrink();  // that, where more is kept than is in use
  MemoryStats stats() const;
  std::mutex& mutex() { return mutex_; }  // for the fork handlers

  static size_t size_class(size_t bytes);

 private:
  void* from_slab(size_t size);
  void give_back();  // under the lock

  void* (*const get_)(size_t);
  void (*const put_)(void*);
  mutable std::mutex mutex_;
  std::map<size_t, std::vector<void*>> free_;  // by size class
  std::map<char*, size_t> slabs_;              // by address: the bytes of its blocks in use
  char* open_slab_ = nullptr;                  // the one that blocks are cut from
  size_t cut_ = 0;                             // how much of it is
  size_t live_ = 0, peak_ = 0, cached_ = 0;
};

}  // namespace ph

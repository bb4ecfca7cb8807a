// A device owns memory and a kernel table, and says how its kernels are launched. One instance
// each: cpu, null (allocates, runs nothing: planning tests), split (the CPU's kernels over memory
// that faults whenever none of them runs: it proves that the host keeps its hands off), and in
// builds with CUDA gpu, where there is one.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "../kernels/table.h"

namespace ph {

// Bytes. live (with its peak) is everything handed out, arenas included; cached is held
// for reuse.
struct MemoryStats {
  size_t live_bytes, peak_bytes, cached_bytes, arena_bytes;
};

// A launch on the shared pool. If another thread is running on the pool, the chunks run inline
// on the caller: callers never wait for each other. Survives fork (the child
// rebuilds the pool). Idle workers spin at most 50 us, then sleep.
const Launch& team();

// Work that a device keeps whole and starts at once: a CUDA graph.
class RecordedWork {
 public:
  virtual ~RecordedWork() = default;
  virtual void replay(const Launch& launch) = 0;  // joins the stream of the launch
};

constexpr size_t kHostAlign = 64;  // of memory for transfers

class Device {
 public:
  virtual ~Device() = default;
  virtual const std::string& name() const = 0;  // "cpu:0", "null:0"
  // 64-byte aligned; from a size-bucket cache; bytes may be 0. Throws std::bad_alloc.
  virtual void* alloc(size_t bytes) = 0;
  virtual void free(void* p, size_t bytes) = 0;  // bytes as passed to alloc

  // ---- bytes to, from and on the device. Done when they return, after all that was launched
  // before.
  virtual void upload(void* dst, const void* host, size_t bytes) = 0;
  virtual void download(void* host, const void* src, size_t bytes) = 0;
  virtual void copy(void* dst, const void* src, size_t bytes) = 0;  // may overlap, may be queued
  virtual void fill(void* dst, int byte, size_t bytes) = 0;
  // The same as part of a launch: after what was launched on its stream, perhaps not yet when they
  // return. Host memory stays as it is until `wait`. Here: for devices that have no queue.
  virtual void upload_async(void* dst, const void* host, size_t bytes, const Launch&) {
    upload(dst, host, bytes);
  }
  virtual void download_async(void* host, const void* src, size_t bytes, const Launch&) {
    download(host, src, bytes);
  }
  virtual void copy_async(void* dst, const void* src, size_t bytes, const Launch&) {
    copy(dst, src, bytes);
  }
  virtual void fill_async(void* dst, int byte, size_t bytes, const Launch&) {
    fill(dst, byte, bytes);
  }
  // The point that a stream has been given work up to, and the wait until it has got there.
  virtual uint64_t mark(const Launch&) { return 0; }
  virtual void wait(uint64_t) {}
  virtual void sync() = 0;  // waits for everything
  // What `work` launches, kept instead of run. It must launch with what it is given and leave
  // tensors' memory as it is. Null where that cannot be: the device keeps nothing, or the host has
  // to look at a result on the way.
  virtual std::unique_ptr<RecordedWork> record(const std::function<void(const Launch&)>&) {
    return nullptr;
  }
  // One elementwise program over the operands of several calls (dense or broadcast, of one
  // dimension), none of which reads or writes what another writes. True where that is one launch.
  virtual bool joins_eltwise() const { return false; }
  virtual void eltwise_many(const EltwiseArgs* const* calls, int count, const Launch& launch) {
    for (int i = 0; i < count; ++i) kernels().eltwise(*calls[i], launch);
  }
  // What libraries may do on this device (config.enable_tensor_float_32), and have done.
  virtual void allow_tf32(bool) {}
  virtual int64_t library_calls() const { return 0; }
  // Memory of the host from which uploads need no copy between (page-locked, where that helps).
  virtual void* alloc_host(size_t bytes) {
    return ::operator new(bytes, std::align_val_t{kHostAlign});
  }
  virtual void free_host(void* p, size_t) { ::operator delete(p, std::align_val_t{kHostAlign}); }
  // May the host read and write tensors where they are? Elsewhere it must upload and download, and
  // kernels that write state look at the status word themselves (`guard`).
  virtual bool host_visible() const = 0;

  virtual const Launch& launch() const { return team(); }  // what this thread's kernels get
  virtual const Kernels& kernels() const = 0;
  virtual bool executes() const = 0;       // false: null
  virtual MemoryStats memory() const = 0;  // arena_bytes left 0: memory_stats() adds it
  virtual void trim() = 0;                 // gives cached blocks back to the system
  virtual void shrink() = 0;               // those that nothing as large as before will ask for
};

Device& cpu_device();
Device& null_device();
Device& split_device();
// The GPU, or null and why there is none: a build without CUDA, no driver, no card. The driver is
// opened by the first call.
Device* gpu_device(std::string* reason = nullptr);
// Makes the device, once. A build with CUDA sets it; elsewhere a plug-in may be there (plugin.h).
extern Device* (*open_gpu)(std::string* reason);
bool built_with_cuda();                           // either of the two
std::vector<Device*> open_devices();              // those in use so far
Device& device_by_name(const std::string& name);  // throws std::invalid_argument, lists names
// Where tensors are made unless something says otherwise: what this thread chose, else
// PRONGHORN_DEVICE, else the GPU where there is one, else the CPU.
Device& default_device();
Device* choose_device(Device* device);  // for this thread; null: no choice. Returns the one before.

// ---- processor widths (detect.cpp)
// The table in use: PRONGHORN_ISA if set (an unknown or unsupported name throws
// std::runtime_error that lists the available ones), else the widest supported.
const Kernels& cpu_kernels();
std::vector<const Kernels*> available_kernels();  // supported here, best first
void force_isa(const std::string& name);          // for tests; "" returns to the default
std::string compiler_name();

// ---- threads (thread_pool.cpp)
// As many threads as the process may use (affinity, cgroup quota), PRONGHORN_NUM_THREADS caps it.
int num_threads();
constexpr int kMaxThreads = 512;
void set_num_threads(int n);  // 1 to kMaxThreads, else std::invalid_argument

// ---- arenas (arena.cpp)
// One growing block per concurrent run. lease() never blocks; the arena goes back to the
// device's free list when the lease dies. reserve() may move the block.
class Arena {
 public:
  explicit Arena(Device& device) : device_(device) {}
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  void* reserve(size_t bytes);  // at least bytes, 64-byte aligned; contents lost when it moves
  void* base() const { return base_; }
  size_t size() const { return size_; }

 private:
  Device& device_;
  void* base_ = nullptr;
  size_t size_ = 0;
};
std::shared_ptr<Arena> lease_arena(Device& device);

// Somebody whose runs reserve so many bytes came, or is gone: idle arenas larger than anybody needs
// go, and blocks with them.
void add_arena_user(Device& device, size_t bytes);
void remove_arena_user(Device& device, size_t bytes);

MemoryStats memory_stats(Device& device);
void trim_caches();  // cached blocks and idle arenas, of every device

}  // namespace ph

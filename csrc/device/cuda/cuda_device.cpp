// The GPU: its memory, and one stream on which everything runs in the order it was asked for. Calls
// return at once but where they hand bytes to the host, or must know that the host's bytes were
// read. CUDA's runtime is linked statically and opens the driver when first called.
#include <cuda_runtime_api.h>
#include <dlfcn.h>

#include <cstring>
#include <stdexcept>

#include "../../kernels/cuda/cuda_table.h"
#include "../fork.h"
#include "block_pool.h"
#include "cublas_lt.h"

namespace ph {
namespace {

constexpr int kScratchOwners = 32;  // blocks of a kernel that may each have scratch of their own
constexpr uint64_t kMarks = 64;  // that are told apart; a wait for an older one waits for a later

// What a recording cannot hold was asked for; `record` then gives it up.
struct NeedsHost {};
thread_local bool recording = false;

void needs_host() {
  if (recording) throw NeedsHost();
}

void check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  cudaGetLastError();  // forgotten where the device goes on after it
  throw std::runtime_error(std::string("gpu:0 could not ") + what + ": " +
                           cudaGetErrorString(error));
}

std::string in_words(size_t bytes) {
  if (bytes < size_t{10} << 20) return std::to_string(bytes) + " bytes";
  return std::to_string(bytes >> 20) + " MiB";
}

class NoRoom final : public std::bad_alloc {
 public:
  NoRoom(size_t bytes, const MemoryStats& here) {
    size_t free = 0, total = 0;
    cudaMemGetInfo(&free, &total);
    text_ = "gpu:0 has no room for " + in_words(bytes) + ": " + in_words(here.live_bytes) +
            " are in use here, " + in_words(free) + " of " + in_words(total) + " are free";
  }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

void* get_memory(size_t bytes) {
  void* p = nullptr;
  if (cudaMalloc(&p, bytes) == cudaSuccess) return p;
  cudaGetLastError();  // the caller answers it
  return nullptr;
}
void put_memory(void* p) { cudaFree(p); }
void* get_pages(size_t bytes) {
  void* p = nullptr;
  if (cudaHostAlloc(&p, bytes, cudaHostAllocDefault) == cudaSuccess) return p;
  cudaGetLastError();
  return nullptr;
}
void put_pages(void* p) { cudaFreeHost(p); }

class CudaGraph final : public RecordedWork {
 public:
  explicit CudaGraph(cudaGraph_t graph) {
    const cudaError_t error = cudaGraphInstantiate(&exec_, graph, 0);
    cudaGraphDestroy(graph);
    check(error, "make a graph");
  }
  ~CudaGraph() override { cudaGraphExecDestroy(exec_); }
  void replay(const Launch& launch) override {
    check(cudaGraphLaunch(exec_, static_cast<cudaStream_t>(launch.stream)), "start a graph");
  }

 private:
  cudaGraphExec_t exec_ = nullptr;
};

class CudaDevice final : public Device {
 public:
  CudaDevice() {
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "make a stream");
    check(cudaStreamCreateWithFlags(&side_, cudaStreamNonBlocking), "make a stream");
    for (cudaEvent_t& event : marks_)
      check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "make an event");
    launch_ = {kScratchOwners, nullptr, run_inline, stream_};
  }
  const std::string& name() const override { return name_; }

  // ---- memory
  void* alloc(size_t bytes) override {
    need_this_process();
    needs_host();  // a block of a recording would be handed out again between replays
    void* const p = pool_.alloc(bytes);
    if (!p) throw NoRoom(bytes, pool_.stats());
    return p;
  }
  void free(void* p, size_t bytes) override {
    if (!forked_) pool_.free(p, bytes);
  }
  MemoryStats memory() const override { return pool_.stats(); }
  void trim() override {
    if (forked_) return;
    pool_.trim();
    pages_.trim();
  }
  void shrink() override {
    if (!forked_) pool_.shrink();
  }
  void* alloc_host(size_t bytes) override {
    need_this_process();
    void* const p = pages_.alloc(bytes);
    if (!p) throw std::bad_alloc();
    return p;
  }
  void free_host(void* p, size_t bytes) override {
    if (!forked_) pages_.free(p, bytes);
  }
  bool host_visible() const override { return false; }

  // ---- transfers
  void upload(void* dst, const void* host, size_t bytes) override {
    needs_host();  // before it is queued
    move(dst, host, bytes, stream_);
    sync();
  }
  void download(void* host, const void* src, size_t bytes) override {
    needs_host();  // before it is queued
    move(host, src, bytes, stream_);
    sync();
  }
  void copy(void* dst, const void* src, size_t bytes) override {
    copy_async(dst, src, bytes, launch_);
  }
  void fill(void* dst, int byte, size_t bytes) override { fill_async(dst, byte, bytes, launch_); }
  void upload_async(void* dst, const void* host, size_t bytes, const Launch& launch) override {
    needs_host();
    move(dst, host, bytes, stream_of(launch));
  }
  void download_async(void* host, const void* src, size_t bytes, const Launch& launch) override {
    needs_host();
    move(host, src, bytes, stream_of(launch));
  }
  void copy_async(void* dst, const void* src, size_t bytes, const Launch& launch) override {
    const char *from = static_cast<const char*>(src), *to = static_cast<const char*>(dst);
    if (from == to) return;
    if (from + bytes <= to || to + bytes <= from) return move(dst, src, bytes, stream_of(launch));
    void* const between = alloc(bytes);
    move(between, src, bytes, stream_of(launch));
    move(dst, between, bytes, stream_of(launch));
    free(between, bytes);
  }
  void fill_async(void* dst, int byte, size_t bytes, const Launch& launch) override {
    if (bytes) check(cudaMemsetAsync(dst, byte, bytes, stream_of(launch)), "fill memory");
  }
  uint64_t mark(const Launch&) override {
    needs_host();
    const std::lock_guard lock(mutex_);
    ++marked_;
    check(cudaEventRecord(marks_[marked_ % kMarks], stream_), "record an event");
    return marked_;
  }
  void wait(uint64_t mark) override {
    if (!mark || forked_) return;
    cudaEvent_t event;
    {
      const std::lock_guard lock(mutex_);
      event = marks_[mark % kMarks];
    }
    check(cudaEventSynchronize(event), "run what was started");
  }
  void sync() override {
    need_this_process();
    needs_host();
    check(cudaGetLastError(), "start a kernel");
    check(cudaStreamSynchronize(stream_), "run what was started");
  }

  // Other threads go on using the device's stream meanwhile: what they launch is none of this.
  std::unique_ptr<RecordedWork> record(const std::function<void(const Launch&)>& work) override {
    const std::lock_guard one_at_a_time(recording_);
    check(cudaStreamBeginCapture(side_, cudaStreamCaptureModeThreadLocal), "record a graph");
    Launch launch = launch_;
    launch.stream = side_;
    cudaGraph_t graph = nullptr;
    bool whole = true;
    const auto end = [&] {
      recording = false;
      whole = cudaStreamEndCapture(side_, &graph) == cudaSuccess && whole;
      cudaGetLastError();
    };
    recording = true;
    try {
      work(launch);
    } catch (const NeedsHost&) {
      whole = false;
    } catch (...) {
      end();
      if (graph) cudaGraphDestroy(graph);
      throw;
    }
    end();
    if (whole && graph) return std::make_unique<CudaGraph>(graph);
    if (graph) cudaGraphDestroy(graph);
    return nullptr;
  }

  const Launch& launch() const override { return launch_; }
  const Kernels& kernels() const override { return kernels_; }
  bool joins_eltwise() const override { return true; }
  void eltwise_many(const EltwiseArgs* const* calls, int count, const Launch& launch) override {
    cuda_eltwise_many(calls, count, launch);
  }
  void allow_tf32(bool allowed) override { ph::allow_tf32(allowed); }
  int64_t library_calls() const override { return cublas_lt_count(); }
  bool executes() const override { return true; }

  // ---- forks: the driver does not live on in a child
  void before_fork() {
    recording_.lock(), mutex_.lock(), pool_.mutex().lock(), pages_.mutex().lock();
  }
  void after_fork(bool child) {
    forked_ = forked_ || child;
    pages_.mutex().unlock(), pool_.mutex().unlock(), mutex_.unlock(), recording_.unlock();
  }

 private:
  static void run_inline(void*, int64_t chunks, void (*body)(void*, int64_t, int), void* ctx) {
    for (int64_t c = 0; c < chunks; ++c) body(ctx, c, 0);
  }
  static cudaStream_t stream_of(const Launch& launch) {
    return static_cast<cudaStream_t>(launch.stream);
  }
  void need_this_process() const {
    if (forked_)
      throw std::runtime_error(
          "gpu:0 cannot be used in a process that was forked after its first use; start workers "
          "with multiprocessing's 'spawn', or fork before the first tensor is made");
  }
  void move(void* dst, const void* src, size_t bytes, cudaStream_t stream) {
    need_this_process();
    if (bytes) check(cudaMemcpyAsync(dst, src, bytes, cudaMemcpyDefault, stream), "copy memory");
  }

  const std::string name_ = "gpu:0";
  cudaStream_t stream_ = nullptr, side_ = nullptr;  // side_: for recordings
  cudaEvent_t marks_[kMarks];
  uint64_t marked_ = 0;
  Launch launch_;
  const Kernels kernels_ = with_cublas_lt(*kCudaKernels);
  std::mutex mutex_, recording_;
  BlockPool pool_{get_memory, put_memory}, pages_{get_pages, put_pages};
  bool forked_ = false;
};

CudaDevice* made = nullptr;

// Why there is no GPU, in words that help.
std::string reason_for(const char* said) {
#if defined(__linux__)
  if (void* driver = dlopen("libcuda.so.1", RTLD_LAZY))
    dlclose(driver);
  else
    return std::string("no NVIDIA driver: ") + dlerror();
#endif
  return said;
}

Device* open(std::string* reason) {
  const char* said = "";
  if (cuda_devices(&said) == 0) {
    *reason = reason_for(said);
    return nullptr;
  }
  try {
    made = new CudaDevice;  // never destroyed, as the other devices
  } catch (const std::exception& e) {
    *reason = e.what();
    return nullptr;
  }
  at_fork(ForkStage::gpu, {[] { made->before_fork(); }, [] { made->after_fork(false); },
                           [] { made->after_fork(true); }});
  return made;
}

const bool offered = (open_gpu = &open, true);

}  // namespace
}  // namespace ph

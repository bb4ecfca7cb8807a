// CUDA's runtime over the host's memory, as unkind as a device may be. A stream does nothing until
// somebody waits for it, so that whoever forgot to wait finds old numbers, or memory that he has
// freed. The device's memory can be touched only while a stream works: the host that looks at a
// tensor faults. Copies to and from memory that was freed are refused. CUDA_ON_CPU_MEMORY: how much
// there is, in bytes.
#include "cuda_runtime_api.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "cuda_on_cpu.h"

namespace cuda_on_cpu {

using Work = std::function<void()>;

struct Graph {
  std::vector<Work> work;
};
struct Stream {
  void (*const take)(void* stream, Work work) = give;  // first: for libraries (cublas_lt.cpp)
  std::deque<Work> waiting;
  uint64_t given = 0, done = 0;
  std::unique_ptr<Graph> capture;
  bool broken = false;  // the capture met what it cannot hold
};
struct Event {
  Stream* stream = nullptr;
  uint64_t after = 0;
};

namespace {

constexpr size_t kRange = size_t{1} << 36;  // addresses
constexpr size_t kPage = size_t{1} << 21;   // the range in use grows by so many bytes
constexpr size_t kAlign = 256;
constexpr size_t kPatience = 2000;  // a device begins at some time, though nobody waits

std::mutex mutex;  // of all that follows
cudaError_t last_error = cudaSuccess;

// ---------------------------------------------------------------- memory
struct Memory {
  char* base = nullptr;
  size_t reach = 0;  // of the range, how much was ever in use
  size_t used = 0, limit = SIZE_MAX;
  std::map<char*, size_t> blocks;            // in use
  std::map<size_t, std::vector<char*>> old;  // by size
} memory;

void protect(int how) {
  if (memory.reach && mprotect(memory.base, memory.reach, how)) std::abort();
}
bool on_device(const void* p) {
  const char* at = static_cast<const char*>(p);
  return memory.base && at >= memory.base && at < memory.base + kRange;
}
// A whole block, or a part of one; memory of the host is not ours to judge.
bool valid(const void* p, size_t bytes) {
  if (!on_device(p)) return true;
  char* const at = const_cast<char*>(static_cast<const char*>(p));
  auto block = memory.blocks.upper_bound(at);
  if (block == memory.blocks.begin()) return false;
  --block;
  return at + bytes <= block->first + block->second;
}

// ---------------------------------------------------------------- streams
void work_until(Stream& s, uint64_t point) {
  if (s.done >= point) return;
  protect(PROT_READ | PROT_WRITE);
  while (s.done < point) {
    s.waiting.front()();
    s.waiting.pop_front();
    ++s.done;
  }
  protect(PROT_NONE);
}
std::vector<Stream*> streams;
void finish_all() {
  for (Stream* s : streams) work_until(*s, s->given);
}
void give(Stream& s, Work work) {
  if (s.capture) return s.capture->work.push_back(std::move(work));
  s.waiting.push_back(std::move(work));
  ++s.given;
  if (s.waiting.size() > kPatience) work_until(s, s.given);
}
cudaError_t answer(cudaError_t error) {
  if (error != cudaSuccess) last_error = error;
  return error;
}
cudaError_t refuse_capture(Stream& s) {
  s.broken = true;
  return answer(cudaErrorStreamCaptureUnsupported);
}

}  // namespace

void give(void* stream, std::function<void()> work) {
  const std::lock_guard lock(mutex);
  give(*static_cast<Stream*>(stream), std::move(work));
}

}  // namespace cuda_on_cpu

using namespace cuda_on_cpu;

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "no error";
    case cudaErrorInvalidValue: return "invalid argument";
    case cudaErrorMemoryAllocation: return "out of memory";
    case cudaErrorStreamCaptureUnsupported:
      return "operation not permitted when stream is capturing";
  }
  return "unknown error";
}
cudaError_t cudaGetLastError() {
  const std::lock_guard lock(mutex);
  return std::exchange(last_error, cudaSuccess);
}

cudaError_t cudaMalloc(void** p, size_t bytes) {
  const std::lock_guard lock(mutex);
  if (!memory.base) {
    void* const range =
        mmap(nullptr, kRange, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) std::abort();
    memory.base = static_cast<char*>(range);
    if (const char* text = std::getenv("CUDA_ON_CPU_MEMORY"))
      memory.limit = std::strtoull(text, nullptr, 10);
  }
  if (bytes > kRange) return answer(cudaErrorMemoryAllocation);
  const size_t size = (bytes + kAlign - 1) / kAlign * kAlign;
  if (memory.used + size > memory.limit) return answer(cudaErrorMemoryAllocation);
  auto& old = memory.old[size];
  char* at;
  if (!old.empty()) {
    at = old.back();
    old.pop_back();
  } else {
    static size_t next = 0;
    if (next + size > kRange) return answer(cudaErrorMemoryAllocation);
    at = memory.base + next;
    next += size;
    memory.reach = (next + kPage - 1) / kPage * kPage;
  }
  memory.blocks[at] = bytes;
  memory.used += size;
  *p = at;
  return cudaSuccess;
}
cudaError_t cudaFree(void* p) {
  const std::lock_guard lock(mutex);
  if (!p) return cudaSuccess;
  finish_all();
  const auto block = memory.blocks.find(static_cast<char*>(p));
  if (block == memory.blocks.end()) return answer(cudaErrorInvalidValue);
  const size_t size = (block->second + kAlign - 1) / kAlign * kAlign;
  memory.old[size].push_back(block->first);
  memory.used -= size;
  memory.blocks.erase(block);
  return cudaSuccess;
}
cudaError_t cudaHostAlloc(void** p, size_t bytes, unsigned) {
  *p = std::aligned_alloc(kAlign, (bytes + kAlign - 1) / kAlign * kAlign);
  return *p ? cudaSuccess : cudaErrorMemoryAllocation;
}
cudaError_t cudaFreeHost(void* p) {
  std::free(p);
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  const std::lock_guard lock(mutex);
  *total = std::min(memory.limit, kRange), *free = *total - memory.used;
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind,
                            cudaStream_t stream) {
  const std::lock_guard lock(mutex);
  if (!valid(to, bytes) || !valid(from, bytes)) return answer(cudaErrorInvalidValue);
  if (stream->capture && !(on_device(to) && on_device(from))) return refuse_capture(*stream);
  give(*stream, [=] { std::memcpy(to, from, bytes); });
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* to, int byte, size_t bytes, cudaStream_t stream) {
  const std::lock_guard lock(mutex);
  if (!on_device(to) || !valid(to, bytes)) return answer(cudaErrorInvalidValue);
  give(*stream, [=] { std::memset(to, byte, bytes); });
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  const std::lock_guard lock(mutex);
  streams.push_back(*stream = new Stream);
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  const std::lock_guard lock(mutex);
  if (stream->capture) return refuse_capture(*stream);
  work_until(*stream, stream->given);
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new Event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const std::lock_guard lock(mutex);
  if (stream->capture) return refuse_capture(*stream);
  event->stream = stream, event->after = stream->given;
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  const std::lock_guard lock(mutex);
  if (event->stream) work_until(*event->stream, event->after);
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  const std::lock_guard lock(mutex);
  if (stream->capture) return refuse_capture(*stream);
  stream->capture = std::make_unique<Graph>();
  stream->broken = false;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  const std::lock_guard lock(mutex);
  *graph = stream->broken ? nullptr : stream->capture.release();
  stream->capture.reset();
  return stream->broken ? answer(cudaErrorStreamCaptureUnsupported) : cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  *exec = new Graph(*graph);
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  const std::lock_guard lock(mutex);
  for (const Work& work : exec->work) give(*stream, work);
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  delete exec;
  return cudaSuccess;
}

// The CUDA device over runtime.cpp: its pool of blocks, transfers, recordings and refusals.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <set>
#include <string>

#include "../../csrc/device/cuda/block_pool.h"
#include "../native/check.h"

using namespace ph;

namespace {

// ---------------------------------------------------------------- the pool, over a small machine
size_t machine = 0, handed_out = 0;
std::set<void*> owned;
void* get(size_t bytes) {
  if (handed_out + bytes > machine) return nullptr;
  handed_out += bytes;
  char* const p = static_cast<char*>(std::malloc(bytes + 16));
  std::memcpy(p, &bytes, sizeof bytes);
  owned.insert(p + 16);
  return p + 16;
}
void put(void* p) {
  size_t bytes;
  std::memcpy(&bytes, static_cast<char*>(p) - 16, sizeof bytes);
  handed_out -= bytes;
  CHECK(owned.erase(p) == 1, "what was not handed out was given back");
  std::free(static_cast<char*>(p) - 16);
}

void check_pool() {
  constexpr size_t mib = size_t{1} << 20;
  machine = 64 * mib;
  BlockPool pool(get, put);
  void* const a = pool.alloc(10 * mib);
  pool.free(a, 10 * mib);
  CHECK(pool.alloc(10 * mib) == a, "a freed block is used again");
  CHECK(pool.stats().live_bytes == 10 * mib && pool.stats().cached_bytes == 0, "counts");
  CHECK(pool.alloc(60 * mib) == nullptr, "more than there is");
  pool.free(a, 10 * mib);
  void* const large = pool.alloc(60 * mib);
  CHECK(large != nullptr && handed_out == BlockPool::size_class(60 * mib), "what is cached makes room");
  pool.free(large, 60 * mib);
  pool.trim();
  CHECK(handed_out == 0 && pool.stats().cached_bytes == 0, "trimmed");

  // small blocks: apart from each other, aligned, many to a slab, which goes when all are free
  std::vector<std::pair<char*, size_t>> blocks;
  check::Lcg rng(5);
  for (int i = 0; i < 500; ++i) {
    const size_t bytes = static_cast<size_t>(rng.below(20000));
    char* const p = static_cast<char*>(pool.alloc(bytes));
    CHECK(p != nullptr, "a small block");
    for (const auto& [q, n] : blocks) CHECK(p + bytes <= q || q + n <= p, "blocks %d overlap", i);
    std::memset(p, i, bytes);
    blocks.emplace_back(p, bytes);
  }
  CHECK(owned.size() <= 6, "%zu slabs", owned.size());
  for (size_t i = 0; i + 1 < blocks.size(); ++i) pool.free(blocks[i].first, blocks[i].second);
  pool.trim();
  CHECK(owned.size() == 1, "the slab of the last block stays, %zu do", owned.size());
  char* const again = static_cast<char*>(pool.alloc(300));
  CHECK(again + 300 <= blocks.back().first || blocks.back().first + blocks.back().second <= again,
        "a block of a slab that was given back");
  pool.free(again, 300);
  pool.free(blocks.back().first, blocks.back().second);
  pool.trim();
  CHECK(handed_out == 0 && pool.stats().live_bytes == 0, "all given back");
}

// ---------------------------------------------------------------- the device
constexpr int64_t kCount = 1000;
struct Floats {
  Device& device;
  float* data;
  explicit Floats(Device& d)
      : device(d), data(static_cast<float*>(d.alloc(kCount * sizeof(float)))) {}
  ~Floats() { device.free(data, kCount * sizeof(float)); }
  std::vector<float> read() const {
    std::vector<float> here(kCount);
    device.download(here.data(), data, kCount * sizeof(float));
    return here;
  }
  void write(const std::vector<float>& here) const {
    device.upload(data, here.data(), kCount * sizeof(float));
  }
};
std::vector<float> counting(float from) {
  std::vector<float> v(kCount);
  for (float& x : v) x = from++;
  return v;
}
// y = x + x
void twice(Device& device, const float* x, float* y, const Launch& launch) {
  EltwiseArgs g = {};
  g.compute = DType::f32, g.n_in = 1, g.n_out = 1, g.n_instr = 1, g.ndim = 1, g.shape[0] = kCount;
  g.in[0] = {const_cast<float*>(x), DType::f32, {1}};
  g.out[0] = {y, DType::f32, {1}};
  g.instr[0] = {EltOp::add, 1, 0, 0, 0};
  g.out_reg[0] = 1;
  device.kernels().eltwise(g, launch);
}

void check_transfers(Device& gpu) {
  const Floats a(gpu), b(gpu);
  a.write(counting(1));
  twice(gpu, a.data, b.data, gpu.launch());
  const auto doubled = b.read();
  for (size_t i = 0; i < doubled.size(); ++i)
    CHECK(doubled[i] == 2 * static_cast<float>(i + 1), "element %zu is %g", i,
          static_cast<double>(doubled[i]));
  gpu.copy(a.data + 1, a.data, (kCount - 1) * sizeof(float));  // over itself
  const auto moved = a.read();
  CHECK(moved[0] == 1 && moved[1] == 1 && moved[kCount - 1] == kCount - 1, "a copy over itself");
  gpu.fill(a.data, 0, kCount * sizeof(float));
  CHECK(a.read()[7] == 0, "filled");

  // from the host's memory, which may be written again once the mark is reached
  float* const page = static_cast<float*>(gpu.alloc_host(sizeof(float)));
  for (int i = 1; i <= 200; ++i) {
    *page = static_cast<float>(i);
    gpu.upload_async(a.data + i, page, sizeof(float), gpu.launch());
    gpu.wait(gpu.mark(gpu.launch()));
  }
  gpu.free_host(page, sizeof(float));
  CHECK(a.read()[200] == 200 && a.read()[1] == 1, "queued uploads");
}

void check_recordings(Device& gpu) {
  const Floats a(gpu), b(gpu);
  a.write(counting(1));
  int64_t calls = 0;
  const auto work = gpu.record([&](const Launch& launch) {
    ++calls;
    twice(gpu, a.data, b.data, launch);
    gpu.copy_async(a.data, b.data, kCount * sizeof(float), launch);
  });
  CHECK(work && calls == 1, "recorded");
  CHECK(a.read()[0] == 1, "recording runs nothing");
  for (int i = 0; i < 5; ++i) work->replay(gpu.launch());
  CHECK(a.read()[0] == 32 && a.read()[9] == 320, "replayed five times");

  // what needs the host on the way cannot be kept, and nothing of it has run
  float seen = 0;
  const auto refused = gpu.record([&](const Launch& launch) {
    twice(gpu, a.data, b.data, launch);
    gpu.download(&seen, b.data, sizeof seen);
    calls += 100;
  });
  CHECK(!refused && calls == 1 && seen == 0 && b.read()[0] == 32, "refused");
  CHECK(!gpu.record([&](const Launch&) { gpu.free(gpu.alloc(64), 64); }), "memory in a recording");
  CHECK(gpu.record([&](const Launch& launch) { twice(gpu, a.data, b.data, launch); }) != nullptr,
        "recorded after a refusal");
  bool thrown = false;
  try {
    gpu.record([](const Launch&) { throw std::logic_error("bug"); });
  } catch (const std::logic_error&) {
    thrown = true;
  }
  twice(gpu, a.data, b.data, gpu.launch());
  CHECK(thrown && b.read()[0] == 64, "an error passes through");
}

void check_refusals(Device& gpu) {
  std::string text;
  try {
    gpu.alloc(size_t{1} << 40);
  } catch (const std::bad_alloc& e) {
    text = e.what();
  }
  CHECK(text.find("gpu:0 has no room for 1048576 MiB") == 0, "%s", text.c_str());
  const Floats a(gpu);
  a.write(counting(1));
  CHECK(a.read()[0] == 1, "usable after it");
  // the host that looks at device memory faults
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGSEGV, [](int) { _exit(42); });
    volatile float x = a.data[0];
    _exit(x == 1 ? 1 : 2);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42, "the host's look gave %d", status);
}

}  // namespace

int main() {
  check_pool();
  std::string reason = "?";
  Device* const gpu = gpu_device(&reason);
  CHECK(gpu && reason.empty() && gpu->name() == "gpu:0", "%s", reason.c_str());
  CHECK(&device_by_name("gpu") == gpu && &default_device() == gpu, "by name, and the default");
  check_transfers(*gpu);
  check_recordings(*gpu);
  check_refusals(*gpu);
  CHECK(gpu->memory().live_bytes == 0, "%zu bytes live", gpu->memory().live_bytes);
  return check::result("cuda_device");
}

// The CUDA device over runtime.cpp: its pool of blocks, transfers, recordings and refusals.
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>

#include "../../csrc/device/cuda/block_pool.h"
#include "../../csrc/kernels/cuda/cuda_table.h"
#include "../native/check.h"

#define PH_ISA    host
#define PH_INLINE inline
#include "../../csrc/kernels/element.h"

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
  CHECK(large != nullptr && handed_out == BlockPool::size_class(60 * mib),
        "what is cached makes room");
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

// w -= rate * g over many tensors of many sizes, some of them out of step with 16 bytes.
void check_many(Device& gpu) {
  constexpr int calls = 230;  // more than a launch takes
  check::Lcg rng(3);
  const Floats w(gpu), g(gpu), rate(gpu);
  w.write(counting(1)), g.write(counting(0)), rate.write(std::vector<float>(kCount, 0.5f));
  std::vector<EltwiseArgs> programs(calls);
  std::vector<const EltwiseArgs*> list;
  std::vector<float> want = counting(1);
  int64_t at = 0;
  for (EltwiseArgs& p : programs) {
    const int64_t size = rng.below(5) == 0 ? 0 : rng.below(6);
    p = {};
    p.compute = DType::f32, p.n_in = 3, p.n_out = 1, p.n_instr = 2, p.ndim = 1, p.shape[0] = size;
    p.in[0] = {w.data + at, DType::f32, {1}}, p.in[1] = {g.data + at, DType::f32, {1}};
    p.in[2] = {rate.data, DType::f32, {0}}, p.out[0] = p.in[0];
    p.instr[0] = {EltOp::mul, 3, 1, 2, 0}, p.instr[1] = {EltOp::sub, 4, 0, 3, 0};
    p.out_reg[0] = 4;
    for (int64_t i = at; i < at + size; ++i)
      want[static_cast<size_t>(i)] -= static_cast<float>(i) / 2;
    at += size + 1;
    list.push_back(&p);
  }
  CHECK(at <= kCount && gpu.joins_eltwise(), "%lld elements", static_cast<long long>(at));
  gpu.eltwise_many(list.data(), calls, gpu.launch());
  const std::vector<float> got = w.read();
  for (size_t i = 0; i < want.size(); ++i)
    CHECK(got[i] == want[i], "element %zu is %g, not %g", i, static_cast<double>(got[i]),
          static_cast<double>(want[i]));
}

// ---------------------------------------------------------------- products by a library
struct ProductCase {
  int64_t m, n, k, batch;
  bool ta, tb, share_b, bias, accumulate, gate, sparse;  // sparse: no step of a is 1
  Act act, gate_act;
};
template <class T>
double element(const char* at) {
  T x;
  std::memcpy(&x, at, sizeof x);
  return host::read_as<double>(x);
}
template <class T>
void put(char* at, double x) {
  const T y = host::write_as<T>(x);
  std::memcpy(at, &y, sizeof y);
}
// Random numbers on the device, that halves hold too.
struct OnGpu {
  Device& device;
  DType dtype;
  size_t each;
  std::vector<double> values;
  char* data;
  OnGpu(Device& d, DType type, int64_t count, check::Lcg& rng)
      : device(d),
        dtype(type),
        each(type == DType::f64   ? 8
             : type == DType::f32 ? 4
                                  : 2),
        values(static_cast<size_t>(count + 8)) {
    data = static_cast<char*>(d.alloc(values.size() * each));
    for (double& x : values) x = static_cast<double>(rng.below(65)) / 32 - 1;
    write();
  }
  ~OnGpu() { device.free(data, values.size() * each); }
  void write() const {
    std::vector<char> here(values.size() * each);
    for (size_t i = 0; i < values.size(); ++i) {
      char* const at = &here[i * each];
      if (dtype == DType::f64) put<double>(at, values[i]);
      if (dtype == DType::f32) put<float>(at, values[i]);
      if (dtype == DType::f16) put<host::Float16>(at, values[i]);
      if (dtype == DType::bf16) put<host::BFloat16>(at, values[i]);
    }
    device.upload(data, here.data(), here.size());
  }
  std::vector<double> read() const {
    std::vector<char> here(values.size() * each);
    device.download(here.data(), data, here.size());
    std::vector<double> now(values.size());
    for (size_t i = 0; i < now.size(); ++i) {
      const char* const at = &here[i * each];
      now[i] = dtype == DType::f64   ? element<double>(at)
               : dtype == DType::f32 ? element<float>(at)
               : dtype == DType::f16 ? element<host::Float16>(at)
                                     : element<host::BFloat16>(at);
    }
    return now;
  }
};

void check_product(Device& gpu, const ProductCase& p, DType dtype, check::Lcg& rng) {
  const int64_t spread = p.sparse ? 2 : 1, ldc = p.n + 3;
  const OnGpu a(gpu, dtype, p.batch * p.m * p.k * spread, rng),
      b(gpu, dtype, p.batch * p.k * p.n, rng);
  const OnGpu c(gpu, dtype, p.batch * p.m * ldc, rng), gate(gpu, dtype, p.batch * p.m * p.n, rng);
  const OnGpu bias(gpu, dtype, p.n, rng);
  GemmArgs g;
  std::memset(&g, 0, sizeof g);
  g.dtype = dtype, g.m = p.m, g.n = p.n, g.k = p.k, g.batch = p.batch;
  g.a = a.data, g.a_rs = spread * (p.ta ? 1 : p.k), g.a_cs = spread * (p.ta ? p.m : 1);
  g.a_bs = p.m * p.k * spread;
  g.b = b.data, g.b_rs = p.tb ? 1 : p.n, g.b_cs = p.tb ? p.k : 1;
  g.b_bs = p.share_b ? 0 : p.k * p.n;
  g.c = c.data, g.ldc = ldc, g.c_bs = p.m * ldc, g.alpha = 0.5, g.accumulate = p.accumulate;
  g.bias = p.bias ? bias.data : nullptr, g.act = p.act;
  g.gate = p.gate ? gate.data : nullptr, g.ldgate = p.n, g.gate_bs = p.m * p.n;
  g.gate_act = p.gate_act;
  const bool fits = p.k != 13 && !p.sparse && p.m && p.k;
  const size_t room = gpu.kernels().gemm_scratch(g, 1);
  CHECK(room == (fits ? size_t{1} << 16 : 0), "%zu bytes booked", room);  // what the library said
  g.scratch = room ? gpu.alloc(room) : nullptr;
  const auto by = [&](const Kernels& table) {
    c.write();
    table.gemm(g, gpu.launch());
    return c.read();
  };
  const int64_t before = gpu.library_calls();
  const std::vector<double> got = by(gpu.kernels());
  const bool taken = gpu.library_calls() > before;
  CHECK(taken == fits, "%lld terms, taken: %d", static_cast<long long>(p.k), taken);
  const std::vector<double> want = by(*kCudaKernels);
  // halves are rounded before and after an activation
  const double bound = dtype == DType::f16 ? 4e-3 : dtype == DType::bf16 ? 3e-2 : 1e-4;
  for (size_t i = 0; i < want.size(); ++i)
    CHECK(std::abs(got[i] - want[i]) <= bound * (1 + std::abs(want[i])),
          "%lld x %lld x %lld of %d at %zu: %g, %g", static_cast<long long>(p.m),
          static_cast<long long>(p.n), static_cast<long long>(p.k), static_cast<int>(dtype), i,
          got[i], want[i]);
  if (g.scratch) gpu.free(g.scratch, room);
}

void check_products(Device& gpu) {
  check::Lcg rng(11);
  constexpr Act acts[] = {Act::none, Act::relu, Act::tanh, Act::sigmoid, Act::relu6};
  constexpr int64_t sizes[] = {1, 2, 5, 13, 17, 32};
  const auto any = [&](int n) { return static_cast<size_t>(rng.below(n)); };
  for (int i = 0; i < 300; ++i) {
    ProductCase p = {sizes[any(6)], sizes[any(6)], sizes[any(6)], int64_t(1 + any(3)), any(2) == 0,
                     any(2) == 0,   any(3) == 0,   any(2) == 0,   any(2) == 0,         any(2) == 0,
                     any(8) == 0,   acts[any(5)],  acts[any(5)]};
    if (i == 0) p.m = 0;
    if (i == 1) p.k = 0;
    if (p.m == 1 || p.k == 1) p.sparse = false;
    constexpr DType types[] = {DType::f32, DType::f64, DType::f16, DType::bf16};
    check_product(gpu, p, types[i % 4], rng);
  }
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
  check_many(*gpu);
  check_products(*gpu);
  check_refusals(*gpu);
  CHECK(gpu->memory().live_bytes == 0, "%zu bytes live", gpu->memory().live_bytes);
  return check::result("cuda_device");
}

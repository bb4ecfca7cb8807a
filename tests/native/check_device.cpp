// Checks csrc/device: block cache, widths, thread pool (concurrent, nested, after fork), arenas.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include "../../csrc/device/block_cache.h"
#include "../../csrc/device/cgroup.h"
#include "../../csrc/device/cpu_count.h"
#include "check.h"

using namespace ph;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kAsan = true;
#elif defined(__has_feature)
constexpr bool kAsan = __has_feature(address_sanitizer);
#else
constexpr bool kAsan = false;
#endif
#if defined(__SANITIZE_THREAD__)
constexpr bool kTsan = true;
#elif defined(__has_feature)
constexpr bool kTsan = __has_feature(thread_sanitizer);
#else
constexpr bool kTsan = false;
#endif

template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

template <class F>
void parallel(const Launch& t, int64_t chunks, const F& f) {
  t.parallel(
      t.pool, chunks,
      [](void* ctx, int64_t chunk, int thread) { (*static_cast<const F*>(ctx))(chunk, thread); },
      const_cast<F*>(&f));
}

void check_buckets() {
  for (size_t bytes : {0, 1, 63, 64, 65, 129, 257, 1000, 4096, 4097, 1 << 20, (1 << 20) + 1}) {
    const size_t size = BlockCache::bucket_size(bytes);
    CHECK(size >= bytes && size % 64 == 0, "%zu -> %zu", bytes, size);
    CHECK(size <= std::max<size_t>(64, bytes + bytes / 4 + 64), "%zu -> %zu", bytes, size);
    CHECK(BlockCache::bucket_size(size) == size, "%zu", size);
  }
  std::set<int> seen;
  for (size_t size = 64; size < (1 << 16); size = BlockCache::bucket_size(size + 1))
    CHECK(seen.insert(BlockCache::bucket_index(size)).second, "%zu shares a bucket", size);
}

void check_block_cache() {
  BlockCache cache(1 << 20);
  void* a = cache.alloc(1000);
  CHECK(reinterpret_cast<uintptr_t>(a) % 64 == 0);
  std::memset(a, 1, 1000);
  CHECK(cache.live() >= 1000 && cache.peak() == cache.live());
  cache.free(a, 1000);
  CHECK(cache.live() == 0);
  if (!kAsan) {
    void* b = cache.alloc(1001);
    CHECK(a == b, "a freed block of the same bucket comes back");
    cache.free(b, 1001);
    void* big = cache.alloc(8 << 20);  // beyond the limit: not kept
    cache.free(big, 8 << 20);
    CHECK(cache.cached() <= (1 << 20), "%zu", cache.cached());
    std::vector<void*> blocks;
    for (int i = 1; i <= 64; ++i) blocks.push_back(cache.alloc(i * 4096));
    for (int i = 64; i >= 1; --i) cache.free(blocks[i - 1], i * 4096);
    CHECK(cache.cached() <= (1 << 20) && cache.cached() > (1 << 18), "%zu", cache.cached());
  }
  cache.trim();
  CHECK(cache.cached() == 0 && cache.live() == 0);
  if (!kAsan) {
    constexpr size_t mib = size_t{1} << 20;
    BlockCache large(400 * mib, 600 * mib);
    std::vector<void*> held;
    for (int i = 0; i < 20; ++i) {
      held.push_back(large.alloc(16 * mib));
      CHECK(reinterpret_cast<uintptr_t>(held.back()) % (2 * mib) == 0);
      std::memset(held.back(), 1, 16 * mib);
    }
    for (int i = 10; i < 20; ++i) large.free(held[i], 16 * mib);
    large.shrink();
    CHECK(large.live() == 160 * mib && large.cached() == 160 * mib, "%zu", large.cached());
    for (int i = 0; i < 8; ++i) large.free(held[i], 16 * mib);
    large.shrink();
    CHECK(large.live() == 32 * mib && large.cached() <= 32 * mib, "%zu", large.cached());
    for (int i = 8; i < 10; ++i) large.free(held[i], 16 * mib);
    CHECK(large.cached() == 64 * mib, "%zu", large.cached());
    void* most = large.alloc(560 * mib);  // what is kept would take it beyond the ceiling
    CHECK(large.cached() == 64 * mib || large.cached() == 0);
    void* more = large.alloc(24 * mib);
    CHECK(large.cached() == 0, "%zu", large.cached());
    large.free(more, 24 * mib);
    large.free(most, 560 * mib);
    large.trim();
  }
  if (!kAsan && !kTsan) {
    bool threw = false;
    try {
      cache.alloc(size_t{1} << 60);
    } catch (const std::bad_alloc&) {
      threw = true;
    }
    CHECK(threw && cache.live() == 0);
    CHECK(message_of([&] { cache.alloc(SIZE_MAX); }) != "");
  }
}

// A tree of control groups in a folder of its own.
struct Groups {
  std::string folder;
  Groups() {
    char name[] = "/tmp/pronghorn_groups_XXXXXX";
    folder = mkdtemp(name);
  }
  ~Groups() { std::filesystem::remove_all(folder); }
  void put(const std::string& path, const std::string& text) const {
    const std::filesystem::path file = folder + "/" + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text << "\n";
  }
  CgroupFiles files() const { return {folder + "/fs", folder + "/own"}; }
};

void check_cgroups() {
  {
    const Groups none;
    CHECK(std::isinf(cgroup_memory(none.files())) && std::isinf(cgroup_cpus(none.files())));
  }
  {  // v2, the tightest of the way up; `high` counts too
    const Groups g;
    g.put("own", "0::/pod/app");
    g.put("fs/pod/app/memory.max", "max");
    g.put("fs/pod/memory.max", "2000000000");
    g.put("fs/pod/memory.high", "1000000000");
    g.put("fs/pod/app/cpu.max", "150000 100000");
    g.put("fs/pod/cpu.max", "max 100000");
    CHECK(cgroup_memory(g.files()) == 1e9 && cgroup_cpus(g.files()) == 1.5);
  }
  {  // v2 as a container sees it: its own group is the root
    const Groups g;
    g.put("own", "0::/../../elsewhere");
    g.put("fs/memory.max", "536870912");
    CHECK(cgroup_memory(g.files()) == 536870912);
  }
  {  // v1, beside other hierarchies
    const Groups g;
    g.put("own", "9:cpuset:/x\n4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n0::/");
    g.put("fs/memory/docker/abc/memory.limit_in_bytes", "268435456");
    g.put("fs/memory/memory.limit_in_bytes", "9223372036854771712");
    g.put("fs/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "50000");
    g.put("fs/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000");
    CHECK(cgroup_memory(g.files()) == 268435456 && cgroup_cpus(g.files()) == 0.5);
  }
  {  // v1 in a container: the group's own path is not mounted
    const Groups g;
    g.put("own", "4:memory:/docker/abc");
    g.put("fs/memory/memory.limit_in_bytes", "100000000");
    CHECK(cgroup_memory(g.files()) == 1e8);
  }
}

void check_concurrent_alloc() {
  Device& device = cpu_device();
  const size_t before = memory_stats(device).live_bytes;
  std::atomic<int> bad{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      check::Lcg rng(t);
      std::vector<std::pair<unsigned char*, size_t>> held;
      for (int i = 0; i < 2000; ++i) {
        const size_t bytes = rng.below(5000);
        auto* p = static_cast<unsigned char*>(device.alloc(bytes));
        std::memset(p, t, bytes);
        held.emplace_back(p, bytes);
        if (held.size() > 16) {
          auto [q, n] = held[rng.below(16)];
          for (size_t j = 0; j < n; ++j) bad += q[j] != t;
          for (auto& h : held)
            if (h.first == q) std::swap(h, held.back());
          held.pop_back();
          device.free(q, n);
        }
      }
      for (auto [p, n] : held) device.free(p, n);
    });
  for (auto& t : threads) t.join();
  CHECK(bad == 0, "%d bytes changed under another thread's block", bad.load());
  CHECK(memory_stats(device).live_bytes == before);
}

void check_devices() {
  CHECK(&device_by_name("cpu") == &cpu_device() && &device_by_name("null:0") == &null_device());
  CHECK(cpu_device().executes() && !null_device().executes());
  const std::string message = message_of([] { device_by_name("gpu:0"); });
  CHECK(contains(message, "gpu:0") && contains(message, "cpu:0") && contains(message, "null:0"));
  const Kernels& k = null_device().kernels();
  CHECK(std::string(k.name) == "null");
  float out[4] = {7, 7, 7, 7};
  k.fill({4, 4, 0, out}, team());
  CHECK(out[0] == 7, "the null device runs nothing");
}

// Whether a child that does this is ended by it.
bool ends(void (*act)(char*), char* at) {
  const pid_t child = fork();
  if (child == 0) {
    act(at);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status != 0;
}

void check_split_device() {
  Device& device = split_device();
  CHECK(device.executes() && !device.host_visible() && cpu_device().host_visible());
  char* const p = static_cast<char*>(device.alloc(100));
  char in[100], out[100];
  std::memset(in, 3, sizeof in);
  device.upload(p, in, 100);
  device.copy(p + 50, p, 50);
  device.fill(p, 9, 10);
  device.download(out, p, 100);
  CHECK(out[0] == 9 && out[9] == 9 && out[10] == 3 && out[99] == 3);
  CHECK(ends([](char* at) { *const_cast<volatile char*>(at) = 1; }, p), "host wrote");
  CHECK(ends([](char* at) { (void)*const_cast<volatile char*>(at); }, p), "host read");
  for (const Kernels* k : available_kernels()) {
    force_isa(k->name);
    device.kernels().fill({1, 100, 5, p}, device.launch());
    device.download(out, p, 100);
    CHECK(out[0] == 5 && out[99] == 5 && device.kernels().name == k->name);
  }
  force_isa("");
  int32_t word = kStatusLabel;
  CopyArgs guarded = {};
  guarded.elem_size = 1, guarded.ndim = 1, guarded.shape[0] = 10;
  guarded.src_stride[0] = guarded.dst_stride[0] = 1;
  guarded.src = in, guarded.dst = p, guarded.guard = &word;
  device.kernels().copy(guarded, device.launch());
  device.download(out, p, 10);
  CHECK(out[0] == 5, "a guard that is set stops a copy");
  word = kStatusOk;
  device.kernels().copy(guarded, device.launch());
  device.download(out, p, 10);
  CHECK(out[0] == 3);
  device.free(p, 100);
}

void check_widths() {
  const auto available = available_kernels();
  CHECK(!available.empty() && available.back() == kGenericKernels);
  for (const Kernels* k : available) {
    force_isa(k->name);
    CHECK(&cpu_kernels() == k && &cpu_device().kernels() == k);
  }
  const Kernels* before = &cpu_kernels();
  const std::string message = message_of([] { force_isa("avx1024"); });
  CHECK(contains(message, "avx1024") && contains(message, "generic"), "%s", message.c_str());
  CHECK(&cpu_kernels() == before, "a failed force changes nothing");
  setenv("PRONGHORN_ISA", "generic", 1);
  force_isa("");
  CHECK(&cpu_kernels() == kGenericKernels);
  setenv("PRONGHORN_ISA", "nonsense", 1);
  force_isa("");
  CHECK(contains(message_of([] { cpu_kernels(); }), "PRONGHORN_ISA: width 'nonsense'"));
  unsetenv("PRONGHORN_ISA");
  CHECK(&cpu_kernels() == available.front());
  CHECK(!compiler_name().empty());
}

void check_team(int threads) {
  set_num_threads(threads);
  CHECK(team().threads == threads);
  for (int64_t chunks : {0, 1, 2, 3, 17, 1000}) {
    std::vector<std::atomic<int>> hits(chunks + 1);
    std::atomic<int> bad{0};
    parallel(team(), chunks, [&](int64_t c, int t) {
      hits[c]++;
      if (t < 0 || t >= threads) bad++;
    });
    for (int64_t i = 0; i < chunks; ++i) bad += hits[i] != 1;
    CHECK(bad == 0, "threads %d chunks %d", threads, static_cast<int>(chunks));
  }
}

void check_nested_and_concurrent() {
  set_num_threads(3);
  std::atomic<int64_t> sum{0};
  parallel(team(), 8, [&](int64_t, int) {
    parallel(team(), 5, [&](int64_t c, int t) { sum += c + 100 * t; });  // inline: t is 0
  });
  CHECK(sum == 80, "%d", static_cast<int>(sum.load()));
  std::atomic<int64_t> total{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      for (int j = 0; j < 500; ++j) {
        int64_t parts[16] = {};  // plain memory: written by workers, read by the caller
        parallel(team(), 16, [&](int64_t c, int) { parts[c] = c; });
        total += std::accumulate(parts, parts + 16, int64_t{0});
      }
    });
  for (auto& c : callers) c.join();
  CHECK(total == 4 * 500 * 120);
}

void check_fork() {
  if (kTsan) return;  // it forbids threads in a child of a threaded process
  // QEMU's user mode itself breaks when a threaded process forks.
  if (std::getenv("PRONGHORN_EMULATED")) {
    std::printf("fork: not checked under an emulator\n");
    return;
  }
  set_num_threads(2);
  parallel(team(), 4, [](int64_t, int) {});
  std::atomic<bool> stop{false};
  std::thread busy([&] {  // holds the pool and the cache's locks some of the time
    // AddressSanitizer's own allocator does not survive a fork while another thread allocates
    while (!stop && !kAsan) {
      parallel(team(), 4, [](int64_t, int) {});
      cpu_device().free(cpu_device().alloc(100), 100);
    }
  });
  for (int i = 0; i < 20; ++i) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // a deadlock ends as a failure
      std::atomic<int> hits{0};
      for (int j = 0; j < 20; ++j) parallel(team(), 8, [&](int64_t, int) { hits++; });
      void* p = cpu_device().alloc(100);
      cpu_device().free(p, 100);
      lease_arena(cpu_device())->reserve(1000);
      _exit(hits == 160 ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
  }
  stop = true;
  busy.join();
}

void check_arena_users() {
  Device& device = null_device();
  trim_caches();
  add_arena_user(device, 1000);
  add_arena_user(device, 8 << 20);
  for (size_t bytes : {size_t{8} << 20, size_t{1000}}) {
    auto a = lease_arena(device);
    a->reserve(bytes);
    auto b = lease_arena(device);
    b->reserve(1000);
  }
  CHECK(memory_stats(device).arena_bytes >= 8 << 20);
  remove_arena_user(device, 8 << 20);
  CHECK(memory_stats(device).arena_bytes < 1 << 20, "%zu", memory_stats(device).arena_bytes);
  CHECK(memory_stats(device).arena_bytes > 0);
  remove_arena_user(device, 1000);
  CHECK(memory_stats(device).arena_bytes == 0);
}

void check_thread_settings() {
  const int before = num_threads();
  CHECK(usable_cpus() >= 1 && before >= 1);
  for (int bad : {0, -1, kMaxThreads + 1}) {
    const std::string message = message_of([&] { set_num_threads(bad); });
    CHECK(contains(message, std::to_string(bad).c_str()), "%d", bad);
  }
  CHECK(num_threads() == before);
}

void check_arenas() {
  Device& device = null_device();
  trim_caches();
  const MemoryStats before = memory_stats(device);
  auto a = lease_arena(device), b = lease_arena(device);
  CHECK(a.get() != b.get(), "two runs never share an arena");
  auto* p = static_cast<char*>(a->reserve(10000));
  CHECK(reinterpret_cast<uintptr_t>(p) % 64 == 0 && a->size() >= 10000);
  std::memset(p, 1, 10000);
  CHECK(a->reserve(5000) == p, "a smaller need stays in place");
  a->reserve(1 << 22);
  CHECK(memory_stats(device).arena_bytes >= before.arena_bytes + (1 << 22));
  Arena* first = a.get();
  a.reset();
  a = lease_arena(device);
  CHECK(a.get() == first, "a returned arena is leased again");
  a.reset();
  b.reset();
  trim_caches();
  const MemoryStats after = memory_stats(device);
  CHECK(after.arena_bytes == 0 && after.live_bytes == before.live_bytes && after.cached_bytes == 0);
}

// The time until both threads have met inside the job: an empty job would end before the
// worker arrives.
void print_dispatch_time() {
  set_num_threads(2);
  double best = 1e9;
  for (int round = 0; round < 2000; ++round) {
    std::atomic<int> arrived{0};
    const auto start = std::chrono::steady_clock::now();
    parallel(team(), 2, [&](int64_t, int) {
      arrived++;
      for (int spins = 0; arrived < 2 && spins < 100000; ++spins) {
      }
    });
    const std::chrono::duration<double, std::micro> used = std::chrono::steady_clock::now() - start;
    best = std::min(best, used.count());
  }
  std::printf("dispatch to 2 threads: %.2f us\n", best);
}

}  // namespace

int main() {
  check_thread_settings();
  check_buckets();
  check_block_cache();
  check_cgroups();
  check_concurrent_alloc();
  check_devices();
  check_split_device();
  check_widths();
  for (int threads : {1, 2, 16, 3}) check_team(threads);
  check_nested_and_concurrent();
  check_fork();
  check_arenas();
  check_arena_users();
  print_dispatch_time();
  return check::result("check_device");
}

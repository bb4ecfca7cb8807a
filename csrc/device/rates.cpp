// The best of repeated rounds: noise only slows them.
#include "rates.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <numeric>

#include "device.h"
#include "fork.h"

namespace ph {
namespace {

constexpr double kSeconds = 0.05;  // of rounds, for each rate
constexpr int kMinRounds = 5;
constexpr int64_t kProbe = 4'000'000;                 // multiply-adds a thread and round
constexpr int64_t kCopied = int64_t{2} << 20;         // bytes a thread and round, at least
constexpr int64_t kMemoryBytes = int64_t{128} << 20;  // beyond L3, and past_cache for the kernels
constexpr int64_t kExpBlock = 4096;                   // floats: in L1

using Time = std::chrono::steady_clock;

double seconds_since(Time::time_point begin) {
  return std::chrono::duration<double>(Time::now() - begin).count();
}

// body(thread) on every thread of the team at once.
template <class F>
void on_all(const Launch& team, const F& body) {
  team.parallel(
      team.pool, team.threads,
      [](void* f, int64_t chunk, int) { (*static_cast<const F*>(f))(chunk); },
      const_cast<F*>(&body));
}

// Work a second of all threads together, each doing `amount` a round.
template <class F>
double shared_rate(const Launch& team, double amount, const F& body) {
  const auto start = Time::now();
  double best = 0;
  for (int i = 0; i < kMinRounds || seconds_since(start) < kSeconds; ++i) {
    const auto begin = Time::now();
    on_all(team, body);
    best = std::max(best, amount * team.threads / seconds_since(begin));
  }
  return best;
}

// The same for what threads do not share: the sum of each thread's best, which holds also where
// other work takes turns with them.
template <class F>
double private_rate(const Launch& team, double amount, const F& body) {
  std::vector<double> best(static_cast<size_t>(team.threads));
  const auto start = Time::now();
  for (int i = 0; i < kMinRounds || seconds_since(start) < kSeconds; ++i)
    on_all(team, [&](int64_t t) {
      const auto begin = Time::now();
      body(t);
      double& mine = best[static_cast<size_t>(t)];
      mine = std::max(mine, amount / seconds_since(begin));
    });
  return std::accumulate(best.begin(), best.end(), 0.0);
}

struct Block {
  explicit Block(int64_t bytes) : bytes(static_cast<size_t>(bytes)) {
    data = static_cast<char*>(cpu_device().alloc(this->bytes));
    // numbers: lines of zeros are written faster than any real data
    for (size_t i = 0; i + sizeof(float) <= this->bytes; i += sizeof(float)) {
      const float x = 1 + static_cast<float>(i % 4093) / 4093;
      std::memcpy(data + i, &x, sizeof x);
    }
  }
  ~Block() { cpu_device().free(data, bytes); }
  Block(const Block&) = delete;
  size_t bytes;
  char* data;
};

// Calls a second of work that shares itself out over the threads.
template <class F>
double call_rate(const F& call) {
  const auto start = Time::now();
  double best = 0;
  for (int i = 0; i < kMinRounds || seconds_since(start) < kSeconds; ++i) {
    const auto begin = Time::now();
    call();
    best = std::max(best, 1 / seconds_since(begin));
  }
  return best;
}

double copy_rate(const Launch& team, int64_t bytes, bool shared) {  // bytes of one thread's source
  Block from(bytes * team.threads), to(bytes * team.threads);
  const int64_t loops = std::max<int64_t>(1, kCopied / bytes);
  const auto amount = 2.0 * static_cast<double>(bytes * loops);
  const auto body = [&](int64_t t) {
    for (int64_t i = 0; i < loops; ++i) {
      std::memcpy(to.data + t * bytes, from.data + t * bytes, static_cast<size_t>(bytes));
      __asm__ volatile("" : : "r"(to.data) : "memory");
    }
  };
  return shared ? shared_rate(team, amount, body) : private_rate(team, amount, body);
}

double exp_rate(const Launch& team, const Kernels& kernels) {
  constexpr int kLoops = 16;
  Block x(kExpBlock * 4 * team.threads), y(kExpBlock * 4 * team.threads);
  const Launch alone = {1, nullptr, [](void*, int64_t chunks, auto body, void* ctx) {
                          for (int64_t i = 0; i < chunks; ++i) body(ctx, i, 0);
                        }};
  return private_rate(team, static_cast<double>(kExpBlock * kLoops), [&](int64_t t) {
    EltwiseArgs a;
    std::memset(&a, 0, sizeof a);
    a.compute = DType::f32;
    a.n_in = a.n_out = a.n_instr = a.ndim = 1;
    a.shape[0] = kExpBlock;
    a.in[0] = {x.data + t * kExpBlock * 4, DType::f32, {1}};
    a.out[0] = {y.data + t * kExpBlock * 4, DType::f32, {1}};
    a.out_reg[0] = 1;
    a.instr[0] = {EltOp::exp, 1, 0, 0, 0};
    for (int i = 0; i < kLoops; ++i) kernels.eltwise(a, alone);
  });
}

// Beyond the caches, by the kernels themselves: they write past the caches, which a copy of the C
// library's may not.
void memory_rates(const Launch& team, const Kernels& kernels, Rates* r) {
  Block from(kMemoryBytes), to(kMemoryBytes);
  CopyArgs copy;
  std::memset(&copy, 0, sizeof copy);
  copy.elem_size = 4, copy.ndim = 1, copy.shape[0] = kMemoryBytes / 4;
  copy.src_stride[0] = copy.dst_stride[0] = 1;
  copy.src = from.data, copy.dst = to.data;
  ReduceArgs sum;
  std::memset(&sum, 0, sizeof sum);
  float total;
  sum.op = ReduceOp::sum, sum.in_dtype = sum.out_dtype = DType::f32;
  sum.ndim = 1, sum.shape[0] = kMemoryBytes / 4, sum.stride[0] = 1, sum.reduce[0] = true;
  sum.in = from.data, sum.out = &total, sum.scale = 1;
  Block scratch(static_cast<int64_t>(kernels.reduce_scratch(sum, team.threads)) + 64);
  sum.scratch = scratch.data;
  constexpr uint64_t kThird = 0x3eaaaaab;  // the float, no zeros
  const FillArgs fill = {4, kMemoryBytes / 4, kThird, to.data};
  const auto bytes = static_cast<double>(kMemoryBytes);
  r->levels.push_back(
      {"memory", INT64_MAX, 2 * bytes * call_rate([&] { kernels.copy(copy, team); })});
  r->read = bytes * call_rate([&] { kernels.reduce(sum, team); });
  r->write = bytes * call_rate([&] { kernels.fill(fill, team); });
}

int64_t cache_bytes(int name, int64_t otherwise) {
  const long found = name < 0 ? 0 : sysconf(name);
  return found > 0 ? found : otherwise;
}

Rates measure(const Kernels& kernels, const Launch& team) {
#ifdef _SC_LEVEL3_CACHE_SIZE
  const int names[] = {_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE};
#else
  const int names[] = {-1, -1, -1};
#endif
  const int64_t l1 = cache_bytes(names[0], 32 << 10), l2 = cache_bytes(names[1], 512 << 10);
  // virtual machines report the whole processor's: no more than a usual core complex is believed
  const int64_t l3 = std::min<int64_t>(cache_bytes(names[2], 16 << 20), 32 << 20);
  Rates r = {team.threads, 0, 0, 0, 0, {}};
  r.peak = private_rate(team, 2.0 * kProbe, [&](int64_t) { kernels.peak_probe(kProbe); });
  r.transcendentals = exp_rate(team, kernels);
  // half of each level, so that the rest of what runs does not push the copies out
  r.levels = {{"L1", l1 * team.threads, copy_rate(team, l1 / 4, false)},
              {"L2", l2 * team.threads, copy_rate(team, l2 / 4, false)},
              {"L3", l3, copy_rate(team, std::max(l2, l3 / 4 / team.threads), true)}};
  memory_rates(team, kernels, &r);
  return r;
}

}  // namespace

const MemoryLevel& Rates::level(double bytes) const {
  for (const MemoryLevel& l : levels)
    if (bytes <= static_cast<double>(l.holds)) return l;
  return levels.back();
}

namespace {
struct Known {
  std::mutex* mutex = new std::mutex;
  std::map<std::pair<const Kernels*, int>, Rates> rates;
};
Known& known() {
  static Known* const made =
      new Known;  // never destroyed: threads may measure while the process ends
  return *made;
}
}  // namespace

const Rates& machine_rates() {
  // A child of a process that was measuring gets a lock that nobody holds.
  static const bool registered = [] {
    at_fork(ForkStage::rates, {nullptr, nullptr, [] { known().mutex = new std::mutex; }});
    return true;
  }();
  (void)registered;
  std::lock_guard guard(*known().mutex);
  const Kernels& kernels = cpu_kernels();
  const Launch& crew = team();
  const auto [at, made] = known().rates.try_emplace({&kernels, crew.threads});
  if (made) at->second = measure(kernels, crew);
  return at->second;
}

}  // namespace ph

// What the native checkers share: the widths this processor runs, teams of threads,
// reproducible data, and guarded buffers.
#pragma once
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "../../csrc/kernels/table.h"

namespace ph::check {  // check.h
std::vector<const Kernels*> tables();
std::vector<int> thread_counts(std::vector<int> all);
bool left_out(int64_t work = 0);
}  // namespace ph::check

namespace check {

using Width = ph::Kernels;

// The tables that are checked; only the one named by PRONGHORN_ISA when it is set.
inline std::vector<Width> widths() {
  const char* only = std::getenv("PRONGHORN_ISA");
  std::vector<Width> here;
  for (const Width* w : ph::check::tables())
    if (!only || std::string(only) == w->name) here.push_back(*w);
  return here;
}

// A team that starts its threads anew for each phase.
inline void run_parallel(void* pool, int64_t chunks, void (*body)(void*, int64_t, int), void* ctx) {
  const int threads = *static_cast<int*>(pool);
  std::atomic<int64_t> next{0};
  const auto work = [&](int thread) {
    for (int64_t c = next++; c < chunks; c = next++) body(ctx, c, thread);
  };
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(work, t);
  work(0);
  for (auto& t : others) t.join();
}
inline ph::Launch team(int& threads) { return {threads, &threads, &run_parallel}; }

struct Random {
  uint64_t state = 88172645463325252ull;
  uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  }
  int64_t below(int64_t n) { return static_cast<int64_t>(next() % static_cast<uint64_t>(n)); }
  double real() { return static_cast<double>(next() >> 11) / 9007199254740992.0 * 2 - 1; }
  bool flip() { return next() >> 40 & 1; }
};

// Lines of a cache, as the library allocates: some results go past the caches only from there.
template <class T>
struct Lines {
  using value_type = T;
  static constexpr std::align_val_t kLine{64};
  Lines() = default;
  template <class U>
  Lines(const Lines<U>&) {}
  T* allocate(size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), kLine)); }
  void deallocate(T* p, size_t) { ::operator delete(p, kLine); }
  bool operator==(const Lines&) const { return true; }
};

// A typed array that starts a line, with sentinels on both sides.
template <class T>
struct Buffer {
  static constexpr int64_t kGuard = 64;
  std::vector<T, Lines<T>> all;
  explicit Buffer(int64_t n) : all(static_cast<size_t>(n + 2 * kGuard), T(-12345.5)) {}
  T* data() { return all.data() + kGuard; }
  int64_t size() const { return static_cast<int64_t>(all.size()) - 2 * kGuard; }
  void fill(Random& r) {
    for (int64_t i = 0; i < size(); ++i) data()[i] = static_cast<T>(r.real());
  }
  void fill(T v) {
    for (int64_t i = 0; i < size(); ++i) data()[i] = v;
  }
  bool guarded() const {
    for (int64_t i = 0; i < kGuard; ++i)
      if (all[static_cast<size_t>(i)] != T(-12345.5) ||
          all[all.size() - 1 - static_cast<size_t>(i)] != T(-12345.5))
        return false;
    return true;
  }
};

// Scratch filled with NaN and guarded behind.
struct Scratch {
  size_t bytes;
  char* raw;
  char* base;
  explicit Scratch(size_t n)
      : bytes(n), raw(static_cast<char*>(std::aligned_alloc(64, (n + 191) / 64 * 64))), base(raw) {
    std::memset(raw, 0xff, (n + 191) / 64 * 64);
  }
  Scratch(const Scratch&) = delete;
  ~Scratch() { std::free(raw); }
  bool guarded() const {
    for (size_t i = bytes; i < (bytes + 191) / 64 * 64; ++i)
      if (static_cast<unsigned char>(base[i]) != 0xff) return false;
    return true;
  }
};

// The filter of a convolution packed ahead, where the table does that for its sizes; the call then
// has no other.
struct Ahead {
  Scratch packed;
  Ahead(const Width& w, ph::ConvArgs& g, bool wanted, const ph::Launch& team)
      : packed(wanted ? w.conv_packed_bytes(g, team.threads) : 0) {
    g.packed = nullptr;
    if (!packed.bytes) return;
    g.packed = packed.base;
    w.conv_pack(g, team);
    g.filter = nullptr;
  }
};

inline double act(double x, ph::Act a) {
  if (a == ph::Act::relu) return x < 0 ? 0 : x;
  if (a == ph::Act::relu6) return x < 0 ? 0 : x > 6 ? 6 : x;
  if (a == ph::Act::tanh) return std::tanh(x);
  if (a == ph::Act::sigmoid) return 1 / (1 + std::exp(-x));
  return x;
}
inline double gate(double x, double g, ph::Act a) {
  if (a == ph::Act::relu) return g > 0 ? x : 0;
  if (a == ph::Act::relu6) return g > 0 && g < 6 ? x : 0;
  if (a == ph::Act::tanh) return x * (1 - g * g);
  if (a == ph::Act::sigmoid) return x * (g * (1 - g));
  return x;
}

inline double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Least time of one call, of several rounds that last about `budget` seconds together.
template <class F>
double best_time(const F& f, double budget = 0.2) {
  f();
  double t0 = seconds();
  f();
  const double once = seconds() - t0;
  const int inner = once > 1e-4 ? 1 : static_cast<int>(1e-4 / (once + 1e-9)) + 1;
  const int rounds = std::max(3, static_cast<int>(budget / (once * inner + 1e-9)));
  double best = 1e30;
  for (int r = 0; r < rounds && r < 10000; ++r) {
    t0 = seconds();
    for (int i = 0; i < inner; ++i) f();
    best = std::min(best, (seconds() - t0) / inner);
  }
  return best;
}

}  // namespace check

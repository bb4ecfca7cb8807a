// ph-bench peak: what the other families are held against, and what sharing work out costs.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>

#include "bench.h"

namespace ph::bench {
namespace {

// Seconds to hand a chunk to every thread and have all back: the least mean of a thousand in a row.
// The chunks wait for each other, so that no thread can do another's.
double dispatch_seconds(const Launch& team) {
  constexpr int kCalls = 1000, kRounds = 20;
  constexpr int kMostSpins = 10'000'000;  // where a thread could not be had
  std::atomic<int64_t> arrived{0};
  int64_t all = 0;
  double best = 1;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kCalls; ++i) {
      all += team.threads;
      const auto chunk = [&](int64_t, int) {
        arrived.fetch_add(1);
        for (int i = 0; i < kMostSpins && arrived.load() < all; ++i) {
        }
      };
      team.parallel(
          team.pool, team.threads,
          [](void* f, int64_t c, int thread) {
            (*static_cast<const decltype(chunk)*>(f))(c, thread);
          },
          const_cast<void*>(static_cast<const void*>(&chunk)));
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / kCalls);
  }
  return best;
}

}  // namespace

void bench_peak(Bench& bench) {
  const Rates& rates = machine_rates();
  const double peak = bench.peak(), bandwidth = bench.bandwidth();
  const double dispatch = num_threads() > 1 ? dispatch_seconds(bench.team()) : 0;
  if (bench.options().json) {
    char text[320];
    std::snprintf(text, sizeof text,
                  "{\"family\": \"peak\", \"width\": \"%s\", \"threads\": %d, \"gflops\": %.4g, "
                  "\"gbytes_s\": %.4g, \"read_gbytes_s\": %.4g, \"write_gbytes_s\": %.4g, "
                  "\"dispatch_s\": %.4g}",
                  bench.kernels().name, num_threads(), peak * 1e-9, bandwidth * 1e-9,
                  rates.read * 1e-9, rates.write * 1e-9, dispatch);
    bench.emit(text);
    return;
  }
  std::printf(
      "multiply-add peak  %8.1f GFLOP/s (float32)\ncopy bandwidth     %8.1f GB/s (read and "
      "written, beyond the caches)\nreading alone      %8.1f GB/s\nwriting alone      %8.1f GB/s\n",
      peak * 1e-9, bandwidth * 1e-9, rates.read * 1e-9, rates.write * 1e-9);
  if (num_threads() > 1)
    std::printf("dispatch           %8.2f us (a chunk to each of %d threads and back)\n",
                dispatch * 1e6, num_threads());
}

}  // namespace ph::bench

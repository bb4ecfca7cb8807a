// ph-bench peak: what the other families are held against.
#include <cstdio>

#include "bench.h"

namespace ph::bench {

void bench_peak(Bench& bench) {
  const double peak = bench.peak(), bandwidth = bench.bandwidth();
  if (bench.options().json) {
    char text[256];
    std::snprintf(text, sizeof text,
                  "{\"family\": \"peak\", \"width\": \"%s\", \"threads\": %d, \"gflops\": %.4g, "
                  "\"gbytes_s\": %.4g}",
                  bench.kernels().name, num_threads(), peak * 1e-9, bandwidth * 1e-9);
    bench.emit(text);
    return;
  }
  std::printf(
      "multiply-add peak  %8.1f GFLOP/s (float32)\ncopy bandwidth     %8.1f GB/s (read and "
      "written, beyond the caches)\n",
      peak * 1e-9, bandwidth * 1e-9);
}

}  // namespace ph::bench

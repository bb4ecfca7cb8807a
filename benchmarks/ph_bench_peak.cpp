// ph-bench peak: what the other families are held against.
#include <cstdio>

#include "bench.h"

namespace ph::bench {

void bench_peak(Bench& bench) {
  const Rates& rates = machine_rates();
  const double peak = bench.peak(), bandwidth = bench.bandwidth();
  if (bench.options().json) {
    char text[256];
    std::snprintf(text, sizeof text,
                  "{\"family\": \"peak\", \"width\": \"%s\", \"threads\": %d, \"gflops\": %.4g, "
                  "\"gbytes_s\": %.4g, \"read_gbytes_s\": %.4g, \"write_gbytes_s\": %.4g}",
                  bench.kernels().name, num_threads(), peak * 1e-9, bandwidth * 1e-9,
                  rates.read * 1e-9, rates.write * 1e-9);
    bench.emit(text);
    return;
  }
  std::printf(
      "multiply-add peak  %8.1f GFLOP/s (float32)\ncopy bandwidth     %8.1f GB/s (read and "
      "written, beyond the caches)\nreading alone      %8.1f GB/s\nwriting alone      %8.1f GB/s\n",
      peak * 1e-9, bandwidth * 1e-9, rates.read * 1e-9, rates.write * 1e-9);
}

}  // namespace ph::bench

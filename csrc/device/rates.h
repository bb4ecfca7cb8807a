// What this machine can do at most, measured: what floors and profiles are held against.
#pragma once
#include <cstdint>
#include <vector>

namespace ph {

// Copies whose source and destination together take at most `holds` bytes run at `rate` bytes a
// second, read and written, on all threads.
struct MemoryLevel {
  const char* name;  // "L1", "L2", "L3", "memory"
  int64_t holds;
  double rate;
};

struct Rates {
  int threads;
  double peak;             // float32 operations a second, a multiply-add counted as two
  double transcendentals;  // exp of float32, elements a second
  double read, write;      // bytes a second beyond the caches, where nothing is written or read
  std::vector<MemoryLevel> levels;
  const MemoryLevel& level(double bytes) const;  // the smallest that holds them
};

// For the width and the number of threads in use. The first call for a pair takes about 0.6 s;
// other work on the machine can only lower the rates.
const Rates& machine_rates();

}  // namespace ph

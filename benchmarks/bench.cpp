// Timing and reporting for ph-bench.
#include "bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace ph::bench {
namespace {

bool cpu_clock = false;  // --cpu

// A peer's idle threads spin on for less than this (see calm_peers) and would take a core from the
// next contestant.
constexpr std::chrono::milliseconds kSettle(20);

double now() {
  if (cpu_clock) {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds a call, over as many calls as fill `slice`.
double time_calls(const std::function<void()>& run, int64_t calls) {
  const double start = now();
  for (int64_t i = 0; i < calls; ++i) run();
  return (now() - start) / static_cast<double>(calls);
}

int64_t parse_whole(const std::string& text, const std::string& where) {
  size_t used = 0;
  int64_t value = 0;
  try {
    value = std::stoll(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used == 0 || used != text.size())
    throw std::invalid_argument("'" + text + "' in '" + where + "': expected a whole number");
  return value;
}

}  // namespace

Shape::Shape(const std::string& text, const std::vector<std::string>& keys,
             const std::map<std::string, int64_t>& defaults)
    : text_(text), values_(defaults) {
  const bool named = text.find('=') != std::string::npos;
  std::istringstream parts(text);
  size_t position = 0;
  for (std::string part; std::getline(parts, part, named ? ',' : 'x'); ++position) {
    const size_t equals = part.find('=');
    if (named && equals == std::string::npos)
      throw std::invalid_argument("'" + part + "' in '" + text + "': expected key=number");
    if (!named && position >= keys.size())
      throw std::invalid_argument("'" + text + "': expected at most " +
                                  std::to_string(keys.size()) + " sizes");
    const std::string key = named ? part.substr(0, equals) : keys[position];
    if (std::find(keys.begin(), keys.end(), key) == keys.end() && !defaults.count(key)) {
      std::string known;
      for (const auto& k : keys) known += " " + k;
      throw std::invalid_argument("'" + key + "' in '" + text + "': expected one of:" + known);
    }
    values_[key] = parse_whole(named ? part.substr(equals + 1) : part, text);
    if (values_[key] < 0 || values_[key] > int64_t{1} << 32)
      throw std::invalid_argument("'" + text + "': sizes go from 0 to 2^32");
  }
  for (const auto& key : keys)
    if (!values_.count(key)) throw std::invalid_argument("'" + text + "' does not say " + key);
}

Bench::Bench(const Options& options) : options_(options), kernels_(cpu_kernels()) {
  if (options_.cpu && num_threads() > 1)
    throw std::invalid_argument("--cpu: processor time is that of a call on one thread only");
  cpu_clock = options_.cpu;
  set_peer_threads(num_threads());
  if (!options_.json)
    std::printf("width %s, %d thread%s, %s\n", kernels_.name, num_threads(),
                num_threads() > 1 ? "s" : "", compiler_name().c_str());
}

double Bench::peak() { return machine_rates().peak; }
double Bench::bandwidth() { return machine_rates().levels.back().rate; }

namespace {
// The least time beyond the caches: reading, writing and both together have limits of their own.
double memory_seconds(const Case& c) {
  const Rates& r = machine_rates();
  return std::max(
      {(c.bytes - c.written) / r.read, c.written / r.write, c.bytes / r.levels.back().rate});
}
}  // namespace

void Bench::measure(const Case& c) {
  if (c.name.find(options_.only) == std::string::npos) return;
  ++measured_;
  if (options_.check && c.error) {
    const double error = c.error();
    if (!(error <= 1)) {
      std::fprintf(stderr, "%s %s: wrong: the error is %g times what is allowed\n",
                   options_.family.c_str(), c.name.c_str(), error);
      ++failed_;
    }
  }
  std::vector<Contestant> all = {{"pronghorn", c.run}};
  if (options_.peers) all.insert(all.end(), c.peers.begin(), c.peers.end());
  const double slice = options_.seconds / options_.rounds;
  std::vector<std::vector<double>> times(all.size());
  std::vector<int64_t> calls;
  for (const auto& who : all) {
    who.run();
    double once = std::max(time_calls(who.run, 1), 1e-9);
    if (once < slice / 10) once = std::max(time_calls(who.run, 10), 1e-9);
    calls.push_back(std::max<int64_t>(1, static_cast<int64_t>(slice / once)));
  }
  const double patience = now() + 20 * options_.seconds * static_cast<double>(all.size());
  for (int round = 0; round < options_.rounds && (round < 3 || now() < patience); ++round)
    for (size_t i = 0; i < all.size(); ++i) {
      if (all.size() > 1 && num_threads() > 1) {
        std::this_thread::sleep_for(kSettle);
        all[i].run();
      }
      times[i].push_back(time_calls(all[i].run, calls[i]));
    }
  std::vector<Row> rows;
  for (size_t i = 0; i < all.size(); ++i) {
    std::sort(times[i].begin(), times[i].end());
    const double least = times[i].front(), median = times[i][times[i].size() / 2];
    const double unit_peak = peak() * (c.float64 ? 0.5 : 1);
    rows.push_back({c.name, all[i].name, least, median, c.operations / least, c.bytes / least,
                    c.operations / least / unit_peak, c.bytes / least / bandwidth(),
                    memory_seconds(c) / least});
  }
  double best_peer = 0;
  for (size_t i = 1; i < rows.size(); ++i)
    if (best_peer == 0 || rows[i].least < best_peer) best_peer = rows[i].least;
  for (size_t i = 0; i < rows.size(); ++i)
    print(rows[i], i == 0 && best_peer > 0 ? best_peer / rows[0].least : 0);
  if (best_peer > 0) log_ratio_ += std::log(best_peer / rows[0].least), ++ratios_;
}

void Bench::print(const Row& r, double ratio) {
  if (options_.json) {
    char text[512];
    std::snprintf(text, sizeof text,
                  "{\"family\": \"%s\", \"case\": \"%s\", \"who\": \"%s\", \"width\": \"%s\", "
                  "\"threads\": %d, "
                  "\"min_s\": %.4g, \"median_s\": %.4g, \"gflops\": %.4g, \"gbytes_s\": %.4g, "
                  "\"of_peak\": %.4g, \"of_bandwidth\": %.4g, \"of_memory\": %.4g, "
                  "\"times_best_peer\": %.4g}",
                  options_.family.c_str(), r.name.c_str(), r.who.c_str(), kernels_.name,
                  num_threads(), r.least, r.median, r.operations * 1e-9, r.bytes * 1e-9, r.peak,
                  r.bandwidth, r.memory, ratio);
    emit(text);
    return;
  }
  if (!printed_++)
    std::printf(
        "peak %.1f GFLOP/s, copy %.1f GB/s, reading alone %.1f, writing alone %.1f\n"
        "%-46s %-10s %11s %11s %9s %6s %8s %6s %6s\n",
        peak() * 1e-9, bandwidth() * 1e-9, machine_rates().read * 1e-9,
        machine_rates().write * 1e-9, "case", "who", "min us", "median us", "GFLOP/s", "peak",
        "GB/s", "copy", "memory");
  std::printf("%-46s %-10s %11.3f %11.3f %9.2f %5.0f%% %8.2f %5.0f%% %5.0f%%", r.name.c_str(),
              r.who.c_str(), r.least * 1e6, r.median * 1e6, r.operations * 1e-9, 100 * r.peak,
              r.bytes * 1e-9, 100 * r.bandwidth, 100 * r.memory);
  if (ratio > 0) std::printf("  %.2f x best peer", ratio);
  std::printf("\n");
  std::fflush(stdout);
}

void Bench::emit(const char* object) { std::printf("%s%s", printed_++ ? ",\n " : "[", object); }

int Bench::finish() {
  if (!options_.only.empty() && !measured_)
    throw std::invalid_argument("no case of " + options_.family + " has '" + options_.only +
                                "' in its name");
  if (options_.json)
    std::printf("%s]\n", printed_ ? "" : "[");
  else if (ratios_ > 1)
    std::printf("geometric mean over %d cases: %.2f x best peer\n", ratios_,
                std::exp(log_ratio_ / ratios_));
  if (options_.check && !failed_ && !options_.json) std::printf("all results agree with float64\n");
  return failed_ ? 1 : 0;
}

Buffer::Buffer(DType dtype, int64_t count, uint64_t seed) : dtype_(dtype), count_(count) {
  data_ = cpu_device().alloc(count * kDTypeSize[static_cast<int>(dtype)]);
  uint64_t state = seed * 2 + 1;
  for (int64_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    set(i, static_cast<double>(state >> 40) * 0x1p-23 - 1);
  }
}
Buffer::~Buffer() { cpu_device().free(data_, count_ * kDTypeSize[static_cast<int>(dtype_)]); }
double Buffer::at(int64_t i) const {
  return dtype_ == DType::f32 ? static_cast<double>(static_cast<const float*>(data_)[i])
                              : static_cast<const double*>(data_)[i];
}
void Buffer::set(int64_t i, double x) {
  if (dtype_ == DType::f32)
    static_cast<float*>(data_)[i] = static_cast<float>(x);
  else
    static_cast<double*>(data_)[i] = x;
}
void Buffer::fill(double x) {
  for (int64_t i = 0; i < count_; ++i) set(i, x);
}

Scratch::Scratch(size_t bytes) : bytes_(bytes), data_(cpu_device().alloc(bytes)) {}
Scratch::~Scratch() { cpu_device().free(data_, bytes_); }

std::vector<int64_t> samples(int64_t count, int64_t most) {
  std::vector<int64_t> at;
  const int64_t n = std::min(count, most);
  // The odd multiplier spreads them over rows and columns alike.
  for (int64_t i = 0; i < n; ++i)
    at.push_back(n == count ? i
                            : static_cast<int64_t>(static_cast<uint64_t>(i) * 2654435761u %
                                                   static_cast<uint64_t>(count)));
  if (n > 1) at.front() = 0, at.back() = count - 1;
  return at;
}

}  // namespace ph::bench

// What the families of ph-bench share: options, shapes from the command line, contestants
// timed in turn, results held against the peaks that this process measures.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "../csrc/device/device.h"
#include "../csrc/device/rates.h"

namespace ph::bench {

struct Options {
  std::string family;
  std::vector<std::string> shapes;  // from the command line; empty: the workload list
  std::string only;                 // part of a case's name; empty: all cases
  bool json = false, check = false, peers = true, cpu = false, naive = false;
  double seconds = 0.2;  // of timing per contestant
  int rounds = 11;
};

// "n=64,h=28,pad=same" or, for the keys given, "64x28x...". Unknown keys and values that are not
// whole numbers throw std::invalid_argument.
class Shape {
 public:
  Shape(const std::string& text, const std::vector<std::string>& keys,
        const std::map<std::string, int64_t>& defaults);
  int64_t operator[](const std::string& key) const { return values_.at(key); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::map<std::string, int64_t> values_;
};

struct Contestant {
  std::string name;
  std::function<void()> run;
};

struct Case {
  std::string name;
  double operations = 0, bytes = 0, written = 0;  // a call; bytes: read and written
  bool float64 = false;
  std::function<void()> run;
  // The error of run()'s result against float64, as a multiple of what is allowed.
  std::function<double()> error;
  std::vector<Contestant> peers;
};

class Bench {
 public:
  explicit Bench(const Options& options);
  const Options& options() const { return options_; }
  const Kernels& kernels() const { return kernels_; }
  const Launch& team() const { return ph::team(); }
  void measure(const Case& c);
  void emit(const char* object);  // one element of the JSON list
  int finish();                   // prints what is left; the exit status

  double peak();       // of machine_rates(): operations a second, all threads
  double bandwidth();  // bytes a second, read and written, of a copy beyond every cache

 private:
  struct Row {
    std::string name, who;
    double least, median, operations, bytes, peak, bandwidth, memory;
  };
  void print(const Row& row, double ratio);

  Options options_;
  const Kernels& kernels_;
  int failed_ = 0, printed_ = 0, measured_ = 0;
  double log_ratio_ = 0;
  int ratios_ = 0;
};

// 64-byte aligned floats or doubles of reproducible values in [-1, 1).
class Buffer {
 public:
  Buffer(DType dtype, int64_t count, uint64_t seed);
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  void* data() const { return data_; }
  double at(int64_t i) const;
  void set(int64_t i, double x);
  void fill(double x);
  int64_t count() const { return count_; }

 private:
  DType dtype_;
  int64_t count_;
  void* data_;
};

// Scratch as the planner books it.
class Scratch {
 public:
  explicit Scratch(size_t bytes);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  void* data() const { return data_; }

 private:
  size_t bytes_;
  void* data_;
};

// Output positions to check: all of them, or a spread of `most` with both ends.
std::vector<int64_t> samples(int64_t count, int64_t most);

void bench_gemm(Bench&);
void bench_conv(Bench&);
void bench_pool(Bench&);
void bench_eltwise(Bench&);
void bench_reduce(Bench&);
void bench_softmax(Bench&);
void bench_norm(Bench&);
void bench_optim(Bench&);
void bench_peak(Bench&);

// Peers, where they were built in (peers_*.cpp); otherwise nothing is added.
void add_gemm_peers(Case& c, const GemmArgs& a);
void add_conv_peers(Case& c, const ConvArgs& a);
void set_peer_threads(int threads);
// Has idle threads of peers sleep soon: what they read when loaded, so it may start ph-bench anew.
void calm_peers(char** argv);
// A plain scalar loop as a contestant (--naive).
void add_naive_gemm(Case& c, const GemmArgs& a);
void add_naive_conv(Case& c, const ConvArgs& a);
void add_naive_eltwise(Case& c, EltOp op, int64_t n, const void* a, const void* b, void* to);

}  // namespace ph::bench

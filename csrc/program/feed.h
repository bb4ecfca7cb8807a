// How the rows of a batch come into a program's input slots: gathered straight into them where the
// host sees the device's memory, else into one of two host buffers in turn, from which the device
// fetches them. So the next batch is gathered while the device works on this one.
#pragma once
#include <vector>

#include "../device/device.h"

namespace ph {

// Where a run reads rows: a whole data set in the caller's memory, rows dense.
struct RowSource {
  const void* data;
  int64_t row_bytes;
};
// Where it writes an output's rows.
struct RowSink {
  void* data;
  int64_t row_bytes;
};

struct BatchRun {
  std::vector<RowSource> sources;               // one per program input
  std::vector<RowSink> sinks;                   // empty, or one per output
  const int64_t* order = nullptr;               // sample numbers, or null: in sequence
  int64_t batch_size = 0, start = 0, stop = 0;  // batches
  double max_seconds = 0.05;
};

class RowFeed {
 public:
  RowFeed(const BatchRun& run, Device& device, const Launch& launch);
  ~RowFeed();
  RowFeed(const RowFeed&) = delete;
  void bring(int64_t batch, const std::vector<char*>& slots);
  void prepare(int64_t batch);  // what `bring` will want next

 private:
  struct Buffer {
    char* data = nullptr;
    int64_t batch = -1;  // what it holds
    uint64_t mark = 0;   // when the device has fetched that
  };
  Buffer& buffer_of(int64_t batch) { return buffers_[batch & 1]; }
  void gather(size_t source, int64_t batch, char* to) const;

  const BatchRun& run_;
  Device& device_;
  const Launch& launch_;
  std::vector<size_t> offsets_;  // of the sources in a buffer
  size_t bytes_ = 0;
  Buffer buffers_[2];
};

}  // namespace ph

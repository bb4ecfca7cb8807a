#include "feed.h"

#include <algorithm>
#include <cstring>

namespace ph {
namespace {

constexpr int64_t kParallelGatherBytes = 256 * 1024;
constexpr int64_t kGatherRowsPerChunk = 16;

void gather_rows(const RowSource& from, const int64_t* order, int64_t first, int64_t count,
                 char* to) {
  const auto bytes = static_cast<size_t>(from.row_bytes);
  const char* data = static_cast<const char*>(from.data);
  if (!order) {
    std::memcpy(to, data + static_cast<size_t>(first) * bytes, bytes * static_cast<size_t>(count));
    return;
  }
  for (int64_t r = 0; r < count; ++r)
    std::memcpy(to + static_cast<size_t>(r) * bytes,
                data + static_cast<size_t>(order[first + r]) * bytes, bytes);
}

}  // namespace

RowFeed::RowFeed(const BatchRun& run, Device& device, const Launch& launch)
    : run_(run), device_(device), launch_(launch) {
  if (device.host_visible()) return;
  for (const RowSource& s : run.sources) {
    offsets_.push_back(bytes_);
    bytes_ += (static_cast<size_t>(s.row_bytes * run.batch_size) + 63) / 64 * 64;
  }
  for (Buffer& b : buffers_) b.data = static_cast<char*>(device.alloc_host(bytes_));
}

RowFeed::~RowFeed() {
  for (Buffer& b : buffers_) {
    if (!b.data) continue;
    device_.wait(b.mark);
    device_.free_host(b.data, bytes_);
  }
}

void RowFeed::gather(size_t i, int64_t batch, char* to) const {
  const RowSource& source = run_.sources[i];
  const int64_t first = batch * run_.batch_size;
  const Launch& crew = team();  // the host's, whatever the device is
  if (source.row_bytes * run_.batch_size < kParallelGatherBytes || crew.threads == 1)
    return gather_rows(source, run_.order, first, run_.batch_size, to);
  struct Job {
    const RowSource& source;
    const int64_t* order;
    int64_t first, count;
    char* to;
  } job{source, run_.order, first, run_.batch_size, to};
  crew.parallel(
      crew.pool, (run_.batch_size + kGatherRowsPerChunk - 1) / kGatherRowsPerChunk,
      [](void* ctx, int64_t chunk, int) {
        const Job& j = *static_cast<Job*>(ctx);
        const int64_t row = chunk * kGatherRowsPerChunk;
        gather_rows(j.source, j.order, j.first + row, std::min(kGatherRowsPerChunk, j.count - row),
                    j.to + row * j.source.row_bytes);
      },
      &job);
}

void RowFeed::bring(int64_t batch, const std::vector<char*>& slots) {
  if (device_.host_visible()) {
    for (size_t i = 0; i < slots.size(); ++i) gather(i, batch, slots[i]);
    return;
  }
  prepare(batch);
  Buffer& b = buffer_of(batch);
  for (size_t i = 0; i < slots.size(); ++i)
    device_.upload_async(slots[i], b.data + offsets_[i],
                         static_cast<size_t>(run_.sources[i].row_bytes * run_.batch_size), launch_);
  b.mark = device_.mark(launch_);
}

void RowFeed::prepare(int64_t batch) {
  if (device_.host_visible() || batch >= run_.stop) return;
  Buffer& b = buffer_of(batch);
  if (b.batch == batch) return;
  device_.wait(b.mark);
  for (size_t i = 0; i < run_.sources.size(); ++i) gather(i, batch, b.data + offsets_[i]);
  b.batch = batch;
}

}  // namespace ph

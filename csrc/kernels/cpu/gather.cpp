// Rows by index: gather, and scatter_add, its gradient.
//
// scatter_add is deterministic: each output row is summed by one chunk, in order of the index.
// Long rows are cut into column slices, every slice walking all indices. Short rows in great
// number are first bucketed by row (a stable counting sort in scratch), a bucket a chunk.
#include "bytes.h"
#include "eltwise_convert.h"
#include "families.h"

namespace ph {
namespace PH_ISA {

namespace {

constexpr int kIndexStrip = 128;
constexpr int kBuckets = 64;
constexpr int64_t kBucketMinWork = 1 << 16;  // elements; below it one chunk does the lot
constexpr int64_t kSliceBytes = 1024;        // a column slice's row; shorter rows are bucketed

// Turns n indices into rows; one out of range becomes -1. Returns whether any was.
PH_INLINE bool read_rows(const GatherArgs& a, LoadStrip<int64_t> load_index, int64_t at, int64_t n,
                         int64_t* row) {
  const int64_t size = kDTypeSize[static_cast<int>(a.index_dtype)];
  load_index(row, static_cast<const char*>(a.index) + at * size, 1, n);
  // A uint64 of 2^63 or more reads as negative, and must not count from the end.
  const int64_t wrapped = a.wrap && a.index_dtype != DType::u64 ? a.rows : 0;
  int64_t bad = 0;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t r = row[i] + (row[i] < 0 ? wrapped : 0);
    const bool in_range = static_cast<uint64_t>(r) < static_cast<uint64_t>(a.rows);
    row[i] = in_range ? r : -1;
    bad |= !in_range;
  }
  return bad;
}

PH_INLINE void report(const GatherArgs& a, bool bad) {
  if (bad && a.status) __atomic_store_n(a.status, kStatusIndex, __ATOMIC_RELAXED);
}

enum class Split { whole, slices, buckets };

PH_INLINE Split split_of(const GatherArgs& a) {
  if (a.n * a.inner < kBucketMinWork && a.rows * a.inner < kBucketMinWork) return Split::whole;
  if (a.inner * kDTypeSize[static_cast<int>(a.dtype)] >= 2 * kSliceBytes) return Split::slices;
  return a.rows >= kBuckets ? Split::buckets : Split::whole;
}

template <class T>
PH_INLINE void add_row(T* PH_RESTRICT out, const T* PH_RESTRICT update, int64_t n) {
  int64_t i = 0;
  for (; i + kLanes<T> <= n; i += kLanes<T>) store(out + i, load(out + i) + load(update + i));
  for (; i < n; ++i) out[i] += update[i];
}

// Columns [c0, c1) of one outer slab, all indices.
template <class T>
void scatter_columns(const GatherArgs& a, T* out, const T* updates, int64_t c0, int64_t c1) {
  if (!a.accumulate) {
    if (c0 == 0 && c1 == a.inner)
      __builtin_memset(out, 0, static_cast<size_t>(a.rows * a.inner) * sizeof(T));
    else
      for (int64_t r = 0; r < a.rows; ++r)
        __builtin_memset(out + r * a.inner + c0, 0, static_cast<size_t>(c1 - c0) * sizeof(T));
  }
  const auto load_index = loader<int64_t>(a.index_dtype);
  int64_t row[kIndexStrip];
  for (int64_t at = 0; at < a.n; at += kIndexStrip) {
    const int64_t n = min_of<int64_t>(kIndexStrip, a.n - at);
    report(a, read_rows(a, load_index, at, n, row));
    for (int64_t i = 0; i < n; ++i)
      if (row[i] >= 0)
        add_row(out + row[i] * a.inner + c0, updates + (at + i) * a.inner + c0, c1 - c0);
  }
}

// Scratch: rows (n), then positions (n) sorted by bucket, then kBuckets + 1 starts.
struct Sorted {
  int64_t *row, *position, *start;
  int shift;  // bucket = row >> shift
};

PH_INLINE Sorted sort_by_bucket(const GatherArgs& a) {
  int64_t* base = static_cast<int64_t*>(a.scratch);
  Sorted s = {base, base + a.n, base + 2 * a.n, 0};
  while ((a.rows - 1) >> s.shift >= kBuckets) ++s.shift;
  const auto load_index = loader<int64_t>(a.index_dtype);
  for (int i = 0; i <= kBuckets; ++i) s.start[i] = 0;
  bool bad = false;
  for (int64_t at = 0; at < a.n; at += kIndexStrip) {
    const int64_t n = min_of<int64_t>(kIndexStrip, a.n - at);
    bad |= read_rows(a, load_index, at, n, s.row + at);
    for (int64_t i = at; i < at + n; ++i)
      if (s.row[i] >= 0) ++s.start[s.row[i] >> s.shift];
  }
  report(a, bad);
  // Counts become ends; filling backwards turns them into starts and keeps the order.
  for (int i = 1; i <= kBuckets; ++i) s.start[i] += s.start[i - 1];
  for (int64_t i = a.n - 1; i >= 0; --i)
    if (s.row[i] >= 0) s.position[--s.start[s.row[i] >> s.shift]] = i;
  return s;
}

template <class T>
void scatter_t(const GatherArgs& a, const Team& team) {
  T* const out = static_cast<T*>(a.out);
  const T* const updates = static_cast<const T*>(a.updates);
  const int64_t out_slab = a.rows * a.inner, in_slab = a.n * a.inner;
  const Split split = split_of(a);
  if (split == Split::buckets) {
    const Sorted s = sort_by_bucket(a);
    for_chunks(team, a.outer * kBuckets, [&](int64_t chunk, int) {
      const int64_t o = chunk / kBuckets, b = chunk % kBuckets;
      const int64_t r0 = min_of(a.rows, b << s.shift), r1 = min_of(a.rows, (b + 1) << s.shift);
      T* const slab = out + o * out_slab;
      if (!a.accumulate)
        __builtin_memset(slab + r0 * a.inner, 0,
                         static_cast<size_t>((r1 - r0) * a.inner) * sizeof(T));
      for (int64_t i = s.start[b]; i < s.start[b + 1]; ++i) {
        const int64_t p = s.position[i];
        add_row(slab + s.row[p] * a.inner, updates + o * in_slab + p * a.inner, a.inner);
      }
    });
    return;
  }
  const int64_t width =
      split == Split::slices ? kSliceBytes / static_cast<int64_t>(sizeof(T)) : a.inner;
  const int64_t slices = ceil_div(a.inner, width);
  for_chunks(team, a.outer * slices, [&](int64_t chunk, int) {
    const int64_t o = chunk / slices, c0 = chunk % slices * width;
    scatter_columns(a, out + o * out_slab, updates + o * in_slab, c0, min_of(a.inner, c0 + width));
  });
}

}  // namespace

void gather(const GatherArgs& a, const Team& team) {
  const int64_t bytes = a.inner * kDTypeSize[static_cast<int>(a.dtype)];
  if (a.outer <= 0 || a.n <= 0 || bytes <= 0) return;
  const int64_t per_chunk = max_of(kMoveChunk / bytes, int64_t{1});
  const int64_t parts = ceil_div(a.n, per_chunk);
  const auto load_index = loader<int64_t>(a.index_dtype);
  for_chunks(team, a.outer * parts, [&](int64_t chunk, int) {
    const int64_t o = chunk / parts, first = chunk % parts * per_chunk;
    const int64_t end = min_of(a.n, first + per_chunk);
    const char* const table = static_cast<const char*>(a.table) + o * a.rows * bytes;
    char* out = static_cast<char*>(a.out) + (o * a.n + first) * bytes;
    int64_t row[kIndexStrip];
    for (int64_t at = first; at < end; at += kIndexStrip) {
      const int64_t n = min_of<int64_t>(kIndexStrip, end - at);
      report(a, read_rows(a, load_index, at, n, row));
      for (int64_t i = 0; i < n; ++i, out += bytes) {
        if (PH_LIKELY(row[i] >= 0))
          copy_bytes(out, table + row[i] * bytes, bytes);
        else
          __builtin_memset(out, 0, static_cast<size_t>(bytes));
      }
    }
  });
}

void scatter_add(const GatherArgs& a, const Team& team) {
  if (a.outer <= 0 || a.inner <= 0) return;
  if (a.dtype == DType::f32)
    scatter_t<float>(a, team);
  else if (a.dtype == DType::f64)
    scatter_t<double>(a, team);
  else if (a.dtype == DType::i32)
    scatter_t<uint32_t>(a, team);  // wraps
  else if (a.dtype == DType::i64)
    scatter_t<uint64_t>(a, team);
}

size_t scatter_scratch(const GatherArgs& a, int) {
  if (split_of(a) != Split::buckets) return 0;
  return static_cast<size_t>(2 * a.n + kBuckets + 1) * sizeof(int64_t);
}

}  // namespace PH_ISA
}  // namespace ph

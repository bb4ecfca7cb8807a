// Rows by index: gather, and scatter_add, its gradient.
//
// scatter_add is deterministic: each output row is summed by one chunk, in order of the index.
// Long rows are cut into column slices, every slice walking all indices. Short rows in great
// number are first bucketed by row (a stable counting sort in scratch), a bucket a chunk.
// A row that meets very many float32 updates keeps what its additions lose beside it.
// No hardware foresees rows by index: those of large tables are asked for some KB ahead, into L2,
// which keeps more misses under way than L1 does (twice as fast).
#include "../eltwise/eltwise_convert.h"
#include "../families.h"
#include "bytes.h"

namespace ph {
namespace PH_ISA {

namespace {

constexpr int kIndexStrip = 128;
constexpr int kBuckets = 64;
constexpr int64_t kBucketMinWork = 1 << 16;  // elements; below it one chunk does the lot
constexpr int64_t kSliceBytes = 1024;        // a column slice's row; shorter rows are bucketed
constexpr int64_t kUnsortedRow = 512;        // of large tables; longer rows are always bucketed
constexpr int64_t kSortParts = 32;           // of the indices, at most, sorted by a chunk each
constexpr int64_t kSortPart = 1 << 14;       // indices that make a part
constexpr int64_t kAheadBytes = 4096;        // rows asked for ahead, whose
constexpr int64_t kAheadMost = 64;           // number is at most this,
constexpr int64_t kAheadRow = 1024;          // and of each row its beginning
constexpr int64_t kLargeTable = 1 << 20;     // bytes: beyond L2
constexpr int64_t kLine = 64;
constexpr int64_t kHeavyFrom = 1 << 16;  // updates from which on rows are counted
constexpr int64_t kHeavyRow = 512;       // updates that one chain of additions bears

// Turns n indices into rows; one out of range becomes -1. Returns whether any was.
PH_NOINLINE bool read_rows(const GatherArgs& a, LoadStrip<int64_t> load_index, int64_t at,
                           int64_t n, int64_t* row) {
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

// The rest by four and by one: left to the compiler it becomes a loop for each width.
template <class T>
PH_INLINE void add_row(T* PH_RESTRICT out, const T* PH_RESTRICT update, int64_t n) {
  using Four = typename VecOf<T, 4 * sizeof(T)>::unaligned;
  int64_t i = 0;
  for (; i + kLanes<T> <= n; i += kLanes<T>) store(out + i, load(out + i) + load(update + i));
  for (; kLanes<T> > 4 && sizeof(T) == 4 && i + 4 <= n; i += 4)
    *reinterpret_cast<Four*>(out + i) += *reinterpret_cast<const Four*>(update + i);
  for (; i < n; ++i) {
    PH_ROLLED;
    out[i] += update[i];
  }
}

// The rows with more than kHeavyRow updates. What an addition to them loses, by Knuth's two-sum,
// goes into the next update (Kahan's summation), what the last loses into the row at the end.
struct Heavy {
  uint32_t* slot;  // of each row, from 1 on; 0: not heavy
  float* lost;     // (slots, outer, inner)
  int64_t outer, inner;
  PH_INLINE float* lost_of(uint32_t s, int64_t o) const {
    return lost + ((s - 1) * outer + o) * inner;
  }
};
PH_INLINE bool may_be_heavy(const GatherArgs& a) {
  return a.dtype == DType::f32 && a.n >= kHeavyFrom;
}
PH_NOINLINE void add_exactly(float* out, const float* update, float* lost, int64_t n) {
  for (int64_t i = 0; i < n; i += kLanes<float>) {
    const int64_t left = min_of<int64_t>(kLanes<float>, n - i);
    const vf32 x = load_first(out + i, left);
    const vf32 u = load_first(update + i, left) + load_first(lost + i, left);
    const vf32 sum = x + u, part = sum - x;
    const vf32 error = (x - (sum - part)) + (u - part);
    store_first(out + i, sum, left);
    store_first(lost + i, error == error ? error : vf32{}, left);  // infinite sums lose nothing
  }
}

// How many rows of a table of `total` bytes to ask for ahead; 0 where they are in cache.
PH_INLINE int64_t rows_ahead(int64_t total, int64_t bytes) {
  return total < kLargeTable ? 0 : max_of(min_of(kAheadBytes / bytes, kAheadMost), int64_t{1});
}
PH_INLINE void ask_for(const void* row, int64_t bytes) {
  for (int64_t i = 0; i < min_of(bytes, kAheadRow); i += kLine)
    fetch_ahead(static_cast<const char*>(row) + i);
}

// Adds updates, the first `width` of `inner` elements of each row.
template <class T>
PH_NOINLINE void add_rows(T* out, const T* updates, const int64_t* row, int64_t n, int64_t inner,
                          int64_t width) {
  for (int64_t i = 0; i < n; ++i)
    if (row[i] >= 0) add_row(out + row[i] * inner, updates + i * inner, width);
}
// The same of columns from c0 on of slab o, where some rows are heavy.
PH_NOINLINE void add_rows(float* out, const float* updates, const int64_t* row, int64_t n,
                          int64_t width, const Heavy& heavy, int64_t o, int64_t c0) {
  for (int64_t i = 0; i < n; ++i) {
    if (row[i] < 0) continue;
    const uint32_t slot = heavy.slot[row[i]];
    float* const to = out + row[i] * heavy.inner;
    const float* const from = updates + i * heavy.inner;
    if (slot)
      add_exactly(to, from, heavy.lost_of(slot, o) + c0, width);
    else
      add_row(to, from, width);
  }
}

// Columns [c0, c1) of outer slab o, all indices.
template <class T>
void scatter_columns(const GatherArgs& a, const Heavy* heavy, int64_t o, int64_t c0, int64_t c1) {
  T* const out = static_cast<T*>(a.out) + o * a.rows * a.inner;
  const T* const updates = static_cast<const T*>(a.updates) + o * a.n * a.inner;
  if (!a.accumulate) {
    if (c0 == 0 && c1 == a.inner)
      __builtin_memset(out, 0, static_cast<size_t>(a.rows * a.inner) * sizeof(T));
    else
      for (int64_t r = 0; r < a.rows; ++r)
        __builtin_memset(out + r * a.inner + c0, 0, static_cast<size_t>(c1 - c0) * sizeof(T));
  }
  const auto load_index = loader<int64_t>(a.index_dtype);
  const int64_t bytes = a.inner * static_cast<int64_t>(sizeof(T));
  // Some rows are asked for, then as many added of those asked for before.
  const int64_t some = c1 - c0 == a.inner ? ceil_div(rows_ahead(a.rows * bytes, bytes), 4) : 0;
  const int64_t ahead = 4 * some, step = some ? some : kIndexStrip;
  int64_t row[kIndexStrip];
  for (int64_t at = 0; at < a.n; at += kIndexStrip) {
    const int64_t n = min_of<int64_t>(kIndexStrip, a.n - at);
    report(a, read_rows(a, load_index, at, n, row));
    for (int64_t i = -ahead; i < n; i += step) {
      const int64_t asked = min_of(n, i + ahead + some);
      for (int64_t j = i + ahead; j < asked; ++j) ask_for(out + row[j] * a.inner, bytes);
      if (i < 0) continue;
      const T* const from = updates + (at + i) * a.inner + c0;
      if constexpr (__is_same(T, float)) {
        if (PH_UNLIKELY(heavy != nullptr)) {
          add_rows(out + c0, from, row + i, min_of(step, n - i), c1 - c0, *heavy, o, c0);
          continue;
        }
      }
      add_rows(out + c0, from, row + i, min_of(step, n - i), a.inner, c1 - c0);
    }
  }
}

// Scratch: the slots (rows), then what is lost.
PH_INLINE int64_t heavy_bytes(const GatherArgs& a) {
  if (!may_be_heavy(a)) return 0;
  return round_up(a.rows * 4, kLine) + round_up(a.n / kHeavyRow * a.outer * a.inner * 4, kLine);
}
// Whether there are heavy rows.
bool find_heavy(const GatherArgs& a, Heavy* heavy) {
  if (!may_be_heavy(a)) return false;
  char* const scratch = static_cast<char*>(a.scratch);
  *heavy = {reinterpret_cast<uint32_t*>(scratch),
            reinterpret_cast<float*>(scratch + round_up(a.rows * 4, kLine)), a.outer, a.inner};
  for (int64_t r = 0; r < a.rows; ++r) heavy->slot[r] = 0;
  const auto load_index = loader<int64_t>(a.index_dtype);
  int64_t row[kIndexStrip];
  for (int64_t at = 0; at < a.n; at += kIndexStrip) {
    const int64_t n = min_of<int64_t>(kIndexStrip, a.n - at);
    read_rows(a, load_index, at, n, row);
    for (int64_t i = 0; i < n; ++i)
      if (row[i] >= 0) ++heavy->slot[row[i]];
  }
  uint32_t count = 0;
  for (int64_t r = 0; r < a.rows; ++r) heavy->slot[r] = heavy->slot[r] > kHeavyRow ? ++count : 0;
  for (int64_t i = 0; i < count * a.outer * a.inner; ++i) heavy->lost[i] = 0;
  return count > 0;
}
void add_lost(const GatherArgs& a, const Heavy& heavy) {
  for (int64_t r = 0; r < a.rows; ++r)
    for (int64_t o = 0; heavy.slot[r] && o < a.outer; ++o) {
      float* const out = static_cast<float*>(a.out) + (o * a.rows + r) * a.inner;
      const float* const lost = heavy.lost_of(heavy.slot[r], o);
      for (int64_t i = 0; i < a.inner; ++i) out[i] += lost[i];
    }
}

struct Move {
  int64_t row, position;
};
// Scratch, after what find_heavy() takes: moves (n) sorted by bucket, then kBuckets + 1 starts,
// then kBuckets counts a part.
struct Sorted {
  Move* move;
  int64_t *start, *count;
  int64_t per_part, parts;
  int shift;  // bucket = row >> shift
};
PH_INLINE int64_t sort_part(const GatherArgs& a) {
  return max_of(round_up(ceil_div(a.n, kSortParts), kIndexStrip), kSortPart);
}

Sorted sort_by_bucket(const GatherArgs& a, const Launch& team) {
  Sorted s;
  s.move = reinterpret_cast<Move*>(static_cast<char*>(a.scratch) + heavy_bytes(a));
  s.start = reinterpret_cast<int64_t*>(s.move + a.n), s.count = s.start + kBuckets + 1;
  s.per_part = sort_part(a), s.parts = ceil_div(a.n, s.per_part), s.shift = 0;
  while ((a.rows - 1) >> s.shift >= kBuckets) ++s.shift;
  const auto load_index = loader<int64_t>(a.index_dtype);
  // f(row, position) for the indices in range of each part
  auto each = [&](auto&& f) {
    for_chunks(team, s.parts, [&](int64_t part, int) {
      int64_t* const count = s.count + part * kBuckets;
      const int64_t end = min_of(a.n, (part + 1) * s.per_part);
      for (int64_t at = part * s.per_part, n; at < end; at += n) {
        int64_t row[kIndexStrip];
        n = min_of<int64_t>(kIndexStrip, end - at);
        report(a, read_rows(a, load_index, at, n, row));
        for (int64_t i = 0; i < n; ++i)
          if (row[i] >= 0) f(count[row[i] >> s.shift], Move{row[i], at + i});
      }
    });
  };
  for (int64_t i = 0; i < s.parts * kBuckets; ++i) s.count[i] = 0;
  each([](int64_t& count, Move) { ++count; });
  // Counts become the places of each part's first move to each bucket.
  int64_t place = 0;
  for (int b = 0; b < kBuckets; ++b) {
    s.start[b] = place;
    for (int64_t part = 0; part < s.parts; ++part) {
      int64_t& count = s.count[part * kBuckets + b];
      const int64_t n = count;
      count = place, place += n;
    }
  }
  s.start[kBuckets] = place;
  each([&](int64_t& count, Move m) { s.move[count++] = m; });
  return s;
}

template <class T>
void scatter_t(const GatherArgs& a, const Launch& team) {
  T* const out = static_cast<T*>(a.out);
  const T* const updates = static_cast<const T*>(a.updates);
  const int64_t out_slab = a.rows * a.inner, in_slab = a.n * a.inner;
  Split split = split_of(a);
  const int64_t bytes = a.inner * static_cast<int64_t>(sizeof(T));
  // For one thread alone buckets pay only where they bring rows met again into cache; either way a
  // row's updates are added in their order.
  if (split == Split::buckets && team.threads == 1 &&
      (a.rows * bytes < kLargeTable || (a.n <= 2 * a.rows && bytes <= kUnsortedRow)))
    split = Split::whole;
  Heavy found;
  const Heavy* const heavy = find_heavy(a, &found) ? &found : nullptr;
  if (split == Split::buckets) {
    const Sorted s = sort_by_bucket(a, team);
    const int64_t ahead = rows_ahead(max_of(a.rows, a.n) * bytes, bytes);
    for_chunks(team, a.outer * kBuckets, [&](int64_t chunk, int) {
      const int64_t o = chunk / kBuckets, b = chunk % kBuckets;
      const int64_t r0 = min_of(a.rows, b << s.shift), r1 = min_of(a.rows, (b + 1) << s.shift);
      T* const slab = out + o * out_slab;
      if (!a.accumulate)
        __builtin_memset(slab + r0 * a.inner, 0,
                         static_cast<size_t>((r1 - r0) * a.inner) * sizeof(T));
      const T* const from = updates + o * in_slab;
      for (int64_t i = s.start[b]; i < s.start[b + 1]; ++i) {
        if (ahead && i + ahead < s.start[b + 1]) {
          const Move next = s.move[i + ahead];
          ask_for(slab + next.row * a.inner, bytes), ask_for(from + next.position * a.inner, bytes);
        }
        const Move m = s.move[i];
        T* const to = slab + m.row * a.inner;
        if constexpr (__is_same(T, float)) {
          if (PH_UNLIKELY(heavy && heavy->slot[m.row])) {
            add_exactly(to, from + m.position * a.inner, heavy->lost_of(heavy->slot[m.row], o),
                        a.inner);
            continue;
          }
        }
        add_row(to, from + m.position * a.inner, a.inner);
      }
    });
    if (heavy) add_lost(a, *heavy);
    return;
  }
  const int64_t width =
      split == Split::slices ? kSliceBytes / static_cast<int64_t>(sizeof(T)) : a.inner;
  const int64_t slices = ceil_div(a.inner, width);
  for_chunks(team, a.outer * slices, [&](int64_t chunk, int) {
    const int64_t o = chunk / slices, c0 = chunk % slices * width;
    scatter_columns<T>(a, heavy, o, c0, min_of(a.inner, c0 + width));
  });
  if (heavy) add_lost(a, *heavy);
}

}  // namespace

void gather(const GatherArgs& a, const Launch& team) {
  const int64_t bytes = a.inner * kDTypeSize[static_cast<int>(a.dtype)];
  if (a.outer <= 0 || a.n <= 0 || bytes <= 0) return;
  const int64_t per_chunk = max_of(kMoveChunk / bytes, int64_t{1});
  const int64_t parts = ceil_div(a.n, per_chunk);
  const auto load_index = loader<int64_t>(a.index_dtype);
  const int64_t ahead = rows_ahead(a.rows * bytes, bytes);
  const bool past = a.outer * a.n * bytes >= kStreamBytes && misalignment(a.out) == 0 &&
                    bytes % kVectorBytes == 0;
  for_chunks(team, a.outer * parts, [&](int64_t chunk, int) {
    const int64_t o = chunk / parts, first = chunk % parts * per_chunk;
    const int64_t end = min_of(a.n, first + per_chunk);
    const char* const table = static_cast<const char*>(a.table) + o * a.rows * bytes;
    char* out = static_cast<char*>(a.out) + (o * a.n + first) * bytes;
    int64_t row[kIndexStrip + kAheadMost], known = 0;  // of which the first are of this strip
    for (int64_t at = first, n; at < end; at += n) {
      const int64_t read = min_of<int64_t>(kIndexStrip + ahead, end - at);
      n = min_of<int64_t>(kIndexStrip, read);
      report(a, read_rows(a, load_index, at + known, read - known, row + known));
      for (int64_t i = 0; i < n; ++i, out += bytes) {
        if (ahead && i + ahead < read) ask_for(table + row[i + ahead] * bytes, bytes);
        if (PH_UNLIKELY(row[i] < 0))
          __builtin_memset(out, 0, static_cast<size_t>(bytes));
        else if (past)
          stream_bytes(out, table + row[i] * bytes, bytes);
        else
          copy_bytes(out, table + row[i] * bytes, bytes);
      }
      known = read - n;
      for (int64_t i = 0; i < known; ++i) row[i] = row[n + i];
    }
    if (past) fence_past();
  });
}

void scatter_add(const GatherArgs& a, const Launch& team) {
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
  const auto heavy = static_cast<size_t>(heavy_bytes(a));
  if (split_of(a) != Split::buckets) return heavy;
  const int64_t parts = ceil_div(a.n, sort_part(a));
  return heavy + static_cast<size_t>(2 * a.n + kBuckets + 1 + parts * kBuckets) * sizeof(int64_t);
}

}  // namespace PH_ISA
}  // namespace ph

// Rows by index: gather, and scatter_add, its gradient. scatter_add sorts the indices, stably, then
// one thread adds all that goes to an element, in order of the index: the same sums on every run.
#include "radix.h"

namespace ph {
namespace cuda {
namespace {

// -1 where the index is out of range.
PH_DEVICE int64_t row_of(const GatherArgs& a, int64_t i) {
  auto row = load_as<int64_t>(a.index, a.index_dtype, i);
  // A uint64 of 2^63 or more reads as negative, and must not count from the end.
  if (row < 0 && a.wrap && a.index_dtype != DType::u64) row += a.rows;
  return static_cast<uint64_t>(row) < static_cast<uint64_t>(a.rows) ? row : -1;
}

template <class T>
struct Gather {
  GatherArgs a;
  int64_t inner;  // in units of T
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t at = i / inner, j = i - at * inner, o = at / a.n;
    const int64_t row = row_of(a, at - o * a.n);
    if (row < 0 && a.status) *a.status = kStatusIndex;
    static_cast<T*>(a.out)[i] =
        row < 0 ? T{} : static_cast<const T*>(a.table)[(o * a.rows + row) * inner + j];
  }
};

struct ReadRows {
  GatherArgs a;
  uint64_t* keys;
  uint32_t* places;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t row = row_of(a, i);
    if (row < 0 && a.status) *a.status = kStatusIndex;
    keys[i] = static_cast<uint64_t>(row < 0 ? a.rows : row);  // bad ones last
    places[i] = static_cast<uint32_t>(i);
  }
};
template <class T>
struct ScatterAdd {
  GatherArgs a;
  const uint64_t* keys;
  const uint32_t* places;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t at = i / a.inner, j = i - at * a.inner, o = at / a.n;
    int64_t p = at - o * a.n;
    const uint64_t row = keys[p];
    if (row == static_cast<uint64_t>(a.rows) || (p > 0 && keys[p - 1] == row)) return;
    const T* const updates = static_cast<const T*>(a.updates) + o * a.n * a.inner + j;
    T* const out = static_cast<T*>(a.out) + (o * a.rows + static_cast<int64_t>(row)) * a.inner + j;
    T sum = *out;
    for (; p < a.n && keys[p] == row; ++p) sum += updates[places[p] * a.inner];
    *out = sum;
  }
};

int bits_of(uint64_t largest) {
  int bits = 0;
  for (; largest; largest >>= 1) ++bits;
  return bits;
}

}  // namespace

void gather(const GatherArgs& a, const Launch& team) {
  int64_t size = kDTypeSize[static_cast<int>(a.dtype)], inner = a.inner;
  const auto address = reinterpret_cast<uintptr_t>(a.table) | reinterpret_cast<uintptr_t>(a.out);
  while (size < 16 && inner % 2 == 0 && address % static_cast<size_t>(2 * size) == 0)
    size *= 2, inner /= 2;
  const int64_t count = a.outer * a.n * inner;
  if (size == 16) return each(count, team, Gather<uint4>{a, inner});
  with_size(static_cast<int>(size),
            [&](auto t) { each(count, team, Gather<decltype(t)>{a, inner}); });
}

size_t scatter_scratch(const GatherArgs& a, int) { return RadixArrays::bytes(a.n); }

void scatter_add(const GatherArgs& a, const Launch& team) {
  if (!a.accumulate)
    fill({kDTypeSize[static_cast<int>(a.dtype)], a.outer * a.rows * a.inner, 0, a.out}, team);
  if (a.n * a.outer * a.inner == 0) return;
  const RadixArrays arrays(a.scratch, a.n);
  each(a.n, team, ReadRows{a, arrays.keys[0], arrays.places[0]});
  const int at = radix_sort(arrays, a.n, bits_of(static_cast<uint64_t>(a.rows)), team);
  const auto add = [&](auto t) {
    each(a.outer * a.n * a.inner, team,
         ScatterAdd<decltype(t)>{a, arrays.keys[at], arrays.places[at]});
  };
  if (a.dtype == DType::f32) return add(float{});
  if (a.dtype == DType::f64) return add(double{});
  if (a.dtype == DType::i32) return add(int32_t{});
  add(int64_t{});
}

}  // namespace cuda
}  // namespace ph

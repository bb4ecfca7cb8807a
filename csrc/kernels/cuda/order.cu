// Sorting rows and searching in them. Rows that fit shared memory are sorted there, a block a row,
// by Batcher's bitonic network over (key, place), which is stable; longer ones by radix.h, one
// after another.
#include "radix.h"

namespace ph {
namespace cuda {
namespace {

// A value as an unsigned key of the same order: nan above all numbers, -0 equal to 0; bool as u8.
template <class T>
PH_DEVICE uint64_t order_key(T v) {
  constexpr int bits = 8 * sizeof(T);
  if constexpr (is_float<T>) {
    if (v != v) return ~uint64_t{0} >> (64 - bits);
    using U = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    const U raw = bit_cast<U>(v == T(0) ? T(0) : v), sign = U{1} << (bits - 1);
    return raw & sign ? static_cast<U>(~raw) : raw | sign;
  } else {
    constexpr uint64_t top = uint64_t{1} << (bits - 1), mask = top | (top - 1);
    return (static_cast<uint64_t>(v) & mask) ^ (T(-1) < T(0) ? top : 0);
  }
}
// f(T{}) with the type that values of a dtype are compared in.
template <class F>
void with_ordered(DType dtype, const F& f) {
  if (dtype == DType::b8) return f(uint8_t{});
  with_type(dtype, [&](auto t) {
    if constexpr (std::is_arithmetic_v<decltype(t)>) f(t);
  });
}
template <class T>
PH_DEVICE uint64_t sort_key(const SortArgs& s, T v) {
  return s.descending ? order_key(v) ^ (~uint64_t{0} >> (64 - 8 * sizeof(T))) : order_key(v);
}

template <class T>
struct SortBlock {
  SortArgs s;
  int padded;  // n up to a power of two
  PH_DEVICE void operator()(int64_t row) const {
    PH_SHARED(uint64_t, keys, kSortBlock);
    PH_SHARED(uint32_t, places, kSortBlock);
    const T* const x = static_cast<const T*>(s.x) + row * s.n;
    for (int i = threadIdx.x; i < padded; i += kBlock) {
      keys[i] = i < s.n ? sort_key(s, x[i]) : ~uint64_t{0};
      places[i] = static_cast<uint32_t>(i);
    }
    __syncthreads();
    for (int size = 2; size <= padded; size *= 2)
      for (int step = size / 2; step; step /= 2) {
        for (int t = threadIdx.x; t < padded / 2; t += kBlock) {
          const int i = 2 * t - (t & (step - 1)), j = i + step;  // j: the partner above
          const uint64_t a = keys[i], b = keys[j];
          const uint32_t p = places[i], q = places[j];
          const bool after = a > b || (a == b && p > q);
          if (after == ((i & size) == 0)) {
            keys[i] = b, keys[j] = a;
            places[i] = q, places[j] = p;
          }
        }
        __syncthreads();
      }
    for (int64_t i = threadIdx.x; i < s.k; i += kBlock) {
      const uint32_t place = places[static_cast<int>(i)];
      if (s.y) static_cast<T*>(s.y)[row * s.k + i] = x[place];
      if (s.index) s.index[row * s.k + i] = static_cast<int32_t>(place);
    }
    __syncthreads();
  }
};

template <class T>
struct MakeKeys {
  SortArgs s;
  int64_t row;
  uint64_t* keys;
  uint32_t* places;
  PH_DEVICE void operator()(int64_t i) const {
    keys[i] = sort_key(s, static_cast<const T*>(s.x)[row * s.n + i]);
    places[i] = static_cast<uint32_t>(i);
  }
};
template <class T>
struct PutSorted {
  SortArgs s;
  int64_t row;
  const uint32_t* places;
  PH_DEVICE void operator()(int64_t i) const {
    const uint32_t place = places[i];
    if (s.y) static_cast<T*>(s.y)[row * s.k + i] = static_cast<const T*>(s.x)[row * s.n + place];
    if (s.index) s.index[row * s.k + i] = static_cast<int32_t>(place);
  }
};
template <class T>
void sort_as(const SortArgs& s, const Launch& team) {
  if (s.n <= kSortBlock) {
    int padded = 1;
    while (padded < s.n) padded *= 2;
    return each_block(s.rows, team, SortBlock<T>{s, padded});
  }
  const RadixArrays arrays(s.scratch, s.n);
  for (int64_t row = 0; row < s.rows; ++row) {
    each(s.n, team, MakeKeys<T>{s, row, arrays.keys[0], arrays.places[0]});
    const int at = radix_sort(arrays, s.n, 8 * static_cast<int>(sizeof(T)), team);
    each(s.k, team, PutSorted<T>{s, row, arrays.places[at]});
  }
}

template <class T>
struct Search {
  SearchArgs s;
  PH_DEVICE void operator()(int64_t i) const {
    const uint64_t wanted = order_key(static_cast<const T*>(s.values)[i]);
    int64_t low = 0, high = s.n;
    while (low < high) {
      const int64_t middle = (low + high) / 2;
      const uint64_t here = order_key(static_cast<const T*>(s.sequence)[middle]);
      if (here < wanted || (s.right && here == wanted))
        low = middle + 1;
      else
        high = middle;
    }
    s.out[i] = static_cast<int32_t>(low);
  }
};

}  // namespace

void sort(const SortArgs& s, const Launch& team) {
  if (s.n > 0) with_ordered(s.dtype, [&](auto t) { sort_as<decltype(t)>(s, team); });
}
void search(const SearchArgs& s, const Launch& team) {
  with_ordered(s.dtype, [&](auto t) { each(s.count, team, Search<decltype(t)>{s}); });
}

}  // namespace cuda
}  // namespace ph

// Constants, ranges and one-hot rows.
#include "cuda.h"

namespace ph {
namespace cuda {
namespace {

struct FillUnits {
  uint4 bits;
  uint4* dst;
  PH_DEVICE void operator()(int64_t i) const { dst[i] = bits; }
};
template <class T>
struct FillElements {
  T value;
  T* dst;
  PH_DEVICE void operator()(int64_t i) const { dst[i] = value; }
};

template <class T>
struct Range {
  RangeArgs a;
  PH_DEVICE void operator()(int64_t i) const {
    if constexpr (std::is_integral_v<T>) {  // modulo 2^64
      const auto at = static_cast<uint64_t>(i) * static_cast<uint64_t>(a.stride);
      static_cast<T*>(a.out)[i] = static_cast<T>(static_cast<uint64_t>(a.first) + at);
    } else {  // rounded twice, as on the CPU
      const double product = __dmul_rn(static_cast<double>(i), a.step);
      static_cast<T*>(a.out)[i] = write_as<T>(a.start + product);
    }
  }
};

template <class T>
struct OneHot {
  OneHotArgs a;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t inner = i % a.inner, row = i / a.inner, depth = row % a.depth;
    const int64_t at = row / a.depth * a.inner + inner;
    const auto index = load_as<int64_t>(a.index, a.index_dtype, at);
    static_cast<T*>(a.out)[i] = write_as<T>(index == depth ? 1.0f : 0.0f);
  }
};

}  // namespace

void fill(const FillArgs& a, const Launch& team) {
  const int64_t each_unit = static_cast<int64_t>(sizeof(uint4)) / a.elem_size;
  char* const dst = static_cast<char*>(a.dst);
  const bool aligned = reinterpret_cast<uintptr_t>(dst) % sizeof(uint4) == 0;
  const int64_t units = aligned ? a.count / each_unit : 0;
  with_size(a.elem_size, [&](auto zero) {
    using T = decltype(zero);
    T* const out = static_cast<T*>(a.dst);
    const T value = static_cast<T>(a.bits);
    uint32_t word = 0, next = 0;
    if constexpr (sizeof(T) == 8) {
      word = static_cast<uint32_t>(a.bits), next = static_cast<uint32_t>(a.bits >> 32);
    } else {
      for (size_t at = 0; at < 32; at += 8 * sizeof(T)) word |= static_cast<uint32_t>(value) << at;
      next = word;
    }
    each(units, team, FillUnits{{word, next, word, next}, reinterpret_cast<uint4*>(dst)});
    each(a.count - units * each_unit, team, FillElements<T>{value, out + units * each_unit});
  });
}

void range(const RangeArgs& a, const Launch& team) {
  with_type(a.dtype, [&](auto t) { each(a.count, team, Range<decltype(t)>{a}); });
}

void one_hot(const OneHotArgs& a, const Launch& team) {
  with_type(a.dtype,
            [&](auto t) { each(a.outer * a.depth * a.inner, team, OneHot<decltype(t)>{a}); });
}

}  // namespace cuda
}  // namespace ph

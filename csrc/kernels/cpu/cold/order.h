// Values as unsigned keys of the same order: nan above all numbers, -0 equal to 0.
#pragma once
#include <string.h>

#include "cold.h"

namespace ph {
namespace cold {

template <class T>
struct Order;  // Key, and key(value)

// Within as many low bytes as T has, so that a digit sort looks at those alone.
template <class T, class U>
struct IntegerOrder {
  using Key = U;
  static constexpr U kTop = U(1) << (8 * sizeof(T) - 1), kMask = kTop | (kTop - 1);
  static constexpr U kFlip = T(-1) < T(0) ? kTop : U(0);
  static U key(T v) { return (static_cast<U>(v) & kMask) ^ kFlip; }
};
template <class T, class U>
struct FloatOrder {
  using Key = U;
  static U key(T v) {
    if (v != v) return static_cast<U>(~U(0));
    if (v == T(0)) v = T(0);  // -0 too
    U bits;
    memcpy(&bits, &v, sizeof bits);
    constexpr U sign = U(1) << (8 * sizeof(U) - 1);
    return bits & sign ? static_cast<U>(~bits) : static_cast<U>(bits | sign);
  }
};
template <>
struct Order<uint8_t> : IntegerOrder<uint8_t, uint32_t> {};
template <>
struct Order<uint16_t> : IntegerOrder<uint16_t, uint32_t> {};
template <>
struct Order<uint32_t> : IntegerOrder<uint32_t, uint32_t> {};
template <>
struct Order<uint64_t> : IntegerOrder<uint64_t, uint64_t> {};
template <>
struct Order<int8_t> : IntegerOrder<int8_t, uint32_t> {};
template <>
struct Order<int16_t> : IntegerOrder<int16_t, uint32_t> {};
template <>
struct Order<int32_t> : IntegerOrder<int32_t, uint32_t> {};
template <>
struct Order<int64_t> : IntegerOrder<int64_t, uint64_t> {};
template <>
struct Order<float> : FloatOrder<float, uint32_t> {};
template <>
struct Order<double> : FloatOrder<double, uint64_t> {};

// Calls f with a value of the C++ type of `dtype`; bool is read as uint8.
template <class F>
void with_type(DType dtype, const F& f) {
  switch (dtype) {
    case DType::b8:
    case DType::u8: return f(uint8_t{});
    case DType::u16: return f(uint16_t{});
    case DType::u32: return f(uint32_t{});
    case DType::u64: return f(uint64_t{});
    case DType::i8: return f(int8_t{});
    case DType::i16: return f(int16_t{});
    case DType::i32: return f(int32_t{});
    case DType::i64: return f(int64_t{});
    case DType::f32: return f(float{});
    case DType::f64: return f(double{});
    default: return;
  }
}

}  // namespace cold
}  // namespace ph

#include "convert.h"

#include <cmath>
#include <cstring>

#include "../base/shape.h"

namespace ph {
namespace {

template <class T>
uint64_t bits_of(T x) {
  uint64_t out = 0;
  std::memcpy(&out, &x, sizeof x);
  return out;
}

template <class T>
T integer_of(double x) {
  if (std::isnan(x)) return 0;
  // 2^63 and 2^64 are exact doubles; the limits themselves may not be.
  if (x >= std::ldexp(1.0, static_cast<int>(sizeof(T) * 8 - (static_cast<T>(-1) < 0 ? 1 : 0))))
    return static_cast<T>(-1) < 0 ? static_cast<T>(~(uint64_t{1} << (sizeof(T) * 8 - 1)))
                                  : static_cast<T>(~uint64_t{0});
  if (static_cast<T>(-1) < 0) {
    if (x <= -std::ldexp(1.0, static_cast<int>(sizeof(T) * 8 - 1)))
      return static_cast<T>(uint64_t{1} << (sizeof(T) * 8 - 1));
    return static_cast<T>(x);
  }
  // a negative number wraps, as NumPy's scalar constructors do not but C's conversions via int64 do
  return x < 0 ? static_cast<T>(integer_of<int64_t>(x)) : static_cast<T>(x);
}

// IEEE half from double by way of scaling, round to nearest even.
uint16_t half_of(double x) {
  const uint16_t sign = std::signbit(x) ? 0x8000 : 0;
  const double a = std::fabs(x);
  if (std::isnan(x)) return sign | 0x7e00;
  if (a >= 65520.0) return sign | 0x7c00;
  if (a < std::ldexp(1.0, -14))  // subnormal: units of 2^-24
    return sign | static_cast<uint16_t>(std::nearbyint(std::ldexp(a, 24)));
  int e;
  const double m = std::frexp(a, &e);  // a = m * 2^e, m in [0.5, 1)
  const auto q = static_cast<uint32_t>(std::nearbyint(std::ldexp(m, 11)));  // 1024..2048
  return static_cast<uint16_t>(sign + ((e + 13) << 10) + q);
}

uint16_t bfloat_of(double x) {
  const float f = static_cast<float>(x);
  uint32_t u;
  std::memcpy(&u, &f, 4);
  if (std::isnan(f)) return static_cast<uint16_t>((u >> 16) | 0x40);
  return static_cast<uint16_t>((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}

template <class T>
double read(const void* p) {
  T x;
  std::memcpy(&x, p, sizeof x);
  return static_cast<double>(x);
}

double half_value(uint16_t h) {
  const int e = (h >> 10) & 31, m = h & 1023;
  double a = e == 31 ? (m ? NAN : INFINITY) : e ? std::ldexp(1024 + m, e - 25) : std::ldexp(m, -24);
  return h & 0x8000 ? -a : a;
}

}  // namespace

uint64_t scalar_bits(double x, DType dtype) {
  switch (dtype) {
    case DType::b8: return x != 0;
    case DType::u8: return bits_of(integer_of<uint8_t>(x));
    case DType::u16: return bits_of(integer_of<uint16_t>(x));
    case DType::u32: return bits_of(integer_of<uint32_t>(x));
    case DType::u64: return bits_of(integer_of<uint64_t>(x));
    case DType::i8: return bits_of(integer_of<int8_t>(x));
    case DType::i16: return bits_of(integer_of<int16_t>(x));
    case DType::i32: return bits_of(integer_of<int32_t>(x));
    case DType::i64: return bits_of(integer_of<int64_t>(x));
    case DType::f16: return half_of(x);
    case DType::bf16: return bfloat_of(x);
    case DType::f32: return bits_of(static_cast<float>(x));
    case DType::f64: return bits_of(x);
    case DType::c64: return bits_of(static_cast<float>(x));  // the imaginary part is 0
  }
  return 0;
}

uint64_t integer_bits(int64_t x, DType dtype) {
  if (dtype == DType::b8) return x != 0;
  if (dtype == DType::f32 || dtype == DType::c64)
    return bits_of(static_cast<float>(x));  // rounded once
  if (is_float(dtype)) return scalar_bits(static_cast<double>(x), dtype);
  const int64_t bits = 8 * dtype_size(dtype);
  return static_cast<uint64_t>(x) & (~uint64_t{0} >> (64 - bits));
}

double scalar_value(const void* p, DType dtype) {
  switch (dtype) {
    case DType::b8: return read<uint8_t>(p) != 0;
    case DType::u8: return read<uint8_t>(p);
    case DType::u16: return read<uint16_t>(p);
    case DType::u32: return read<uint32_t>(p);
    case DType::u64: return read<uint64_t>(p);
    case DType::i8: return read<int8_t>(p);
    case DType::i16: return read<int16_t>(p);
    case DType::i32: return read<int32_t>(p);
    case DType::i64: return read<int64_t>(p);
    case DType::f16: {
      uint16_t h;
      std::memcpy(&h, p, 2);
      return half_value(h);
    }
    case DType::bf16: {
      uint16_t h;
      std::memcpy(&h, p, 2);
      const uint32_t u = static_cast<uint32_t>(h) << 16;
      float f;
      std::memcpy(&f, &u, 4);
      return f;
    }
    case DType::f32:
    case DType::c64: return read<float>(p);
    case DType::f64: return read<double>(p);
  }
  return 0;
}

}  // namespace ph

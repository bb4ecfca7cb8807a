// One scalar to and from the bits of a dtype (constants, item()).
#pragma once
#include <cstdint>

#include "../base/dtype.h"

namespace ph {
uint64_t scalar_bits(double x, DType dtype);    // in the low bytes; floats round to nearest even
uint64_t integer_bits(int64_t x, DType dtype);  // integers modulo their size
double scalar_value(const void* p, DType dtype);
}  // namespace ph

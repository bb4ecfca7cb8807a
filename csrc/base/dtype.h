// Element types. Included by every room, kernels too: constants and an enum,
// no inline functions (see docs/architecture.md, "Widths").
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace ph {

// Order matters to promotion tables and to the Python names in python/types.cpp.
enum class DType : uint8_t {
  b8,  // bool: one byte, 0 or 1
  u8,
  u16,
  u32,
  u64,
  i8,
  i16,
  i32,
  i64,
  f16,
  bf16,
  f32,
  f64,
  c64,  // two float32: real and imaginary part
};

constexpr int kDTypes = 14;
constexpr uint8_t kDTypeSize[kDTypes] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 8};
constexpr int kMaxDims = 8;

}  // namespace ph

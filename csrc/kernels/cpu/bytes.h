// Moving a few bytes: rows of copies and gathers are often shorter than a call to memcpy.
#pragma once
#include "simd.h"

namespace ph {
namespace PH_ISA {

constexpr int64_t kMoveChunk = 128 * 1024;   // bytes that make a chunk worth a thread

template <int n>
PH_INLINE void copy_ends(char* dst, const char* src, int64_t bytes) {   // n <= bytes <= 2 n
  struct Part {
    char byte[n];
  } head, tail;
  __builtin_memcpy(&head, src, n);
  __builtin_memcpy(&tail, src + bytes - n, n);
  __builtin_memcpy(dst, &head, n);
  __builtin_memcpy(dst + bytes - n, &tail, n);
}

PH_INLINE void copy_bytes(void* to, const void* from, int64_t bytes) {
  char* dst = static_cast<char*>(to);
  const char* src = static_cast<const char*>(from);
  if (bytes > 64)
    __builtin_memcpy(dst, src, static_cast<size_t>(bytes));
  else if (bytes >= 32)
    copy_ends<32>(dst, src, bytes);
  else if (bytes >= 16)
    copy_ends<16>(dst, src, bytes);
  else if (bytes >= 8)
    copy_ends<8>(dst, src, bytes);
  else if (bytes >= 4)
    copy_ends<4>(dst, src, bytes);
  else
    for (int64_t i = 0; i < bytes; ++i) dst[i] = src[i];
}

}  // namespace PH_ISA
}  // namespace ph

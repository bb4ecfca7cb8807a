// Moving a few bytes: rows of copies and gathers are often shorter than a call to memcpy.
#pragma once
#include "../math/math_base.h"

namespace ph {
namespace PH_ISA {

constexpr int64_t kMoveChunk = 128 * 1024;  // bytes that make a chunk worth a thread

PH_INLINE int64_t misalignment(const void* p) {
  return static_cast<int64_t>(reinterpret_cast<uintptr_t>(p) % kVectorBytes);
}

template <int n>
PH_INLINE void copy_ends(char* dst, const char* src, int64_t bytes) {  // n <= bytes <= 2 n
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

// As copy_bytes, past the cache; fence_past() must follow.
PH_INLINE void stream_bytes(void* to, const void* from, int64_t bytes) {
  uint8_t* dst = static_cast<uint8_t*>(to);
  const uint8_t* src = static_cast<const uint8_t*>(from);
  const int64_t head = min_of(bytes, (kVectorBytes - misalignment(dst)) % kVectorBytes);
  copy_bytes(dst, src, head);
  int64_t i = head;
  for (; i + 4 * kVectorBytes <= bytes; i += 4 * kVectorBytes) {
    Vec<uint8_t> v[4];
    for (int j = 0; j < 4; ++j) v[j] = load(src + i + j * kVectorBytes);
    for (int j = 0; j < 4; ++j) store_past(dst + i + j * kVectorBytes, v[j]);
  }
  for (; i + kVectorBytes <= bytes; i += kVectorBytes) store_past(dst + i, load(src + i));
  copy_bytes(dst + i, src + i, bytes - i);
}

}  // namespace PH_ISA
}  // namespace ph

// fill, one_hot and range: outputs that read little or nothing.
#include "../eltwise/eltwise_convert.h"
#include "../families.h"
#include "../unfused.h"
#include "bytes.h"

namespace ph {
namespace PH_ISA {

namespace {

constexpr int kStrip = 128;  // range's elements between two conversions

// The element repeated over 8 bytes.
PH_INLINE uint64_t repeated(uint64_t bits, int elem_size) {
  if (elem_size == 1) return (bits & 0xff) * 0x0101010101010101u;
  if (elem_size == 2) return (bits & 0xffff) * 0x0001000100010001u;
  if (elem_size == 4) return (bits & 0xffffffffu) * 0x0000000100000001u;
  return bits;
}

PH_INLINE void fill_bytes(char* dst, int64_t bytes, uint64_t word, bool past_cache = false) {
  const vu64 v = splat<uint64_t>(word);
  int64_t i = 0;
  if (past_cache && misalignment(dst) == 0) {
    for (; i + kVectorBytes <= bytes; i += kVectorBytes)
      store_past(reinterpret_cast<uint64_t*>(dst + i), v);
    fence_past();
  }
  for (; i + kVectorBytes <= bytes; i += kVectorBytes)
    store(reinterpret_cast<uint64_t*>(dst + i), v);
  for (; i + 8 <= bytes; i += 8) __builtin_memcpy(dst + i, &word, 8);
  if (i < bytes) __builtin_memcpy(dst + i, &word, static_cast<size_t>(bytes - i));
}

// 1 in every DType, in its order: float16 0x3c00, bfloat16 0x3f80.
constexpr uint64_t kOne[kDTypes] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 0x3c00, 0x3f80, 0x3f800000, 0x3ff0000000000000, 0x3f800000};

}  // namespace

void fill(const FillArgs& a, const Launch& team) {
  const int64_t bytes = a.count * a.elem_size;
  const uint64_t word = repeated(a.bits, a.elem_size);
  for_chunks(team, ceil_div(bytes, kMoveChunk), [&](int64_t chunk, int) {
    const int64_t at = chunk * kMoveChunk;
    fill_bytes(static_cast<char*>(a.dst) + at, min_of(kMoveChunk, bytes - at), word,
               bytes >= kStreamBytes);
  });
}

void one_hot(const OneHotArgs& a, const Launch& team) {
  if (a.outer <= 0 || a.depth <= 0 || a.inner <= 0) return;
  const int64_t size = kDTypeSize[static_cast<int>(a.dtype)];
  const int64_t index_size = kDTypeSize[static_cast<int>(a.index_dtype)];
  const uint64_t one = kOne[static_cast<int>(a.dtype)];
  const int64_t block = a.depth * a.inner;
  const int64_t per_chunk = max_of(kMoveChunk / (block * size), int64_t{1});
  const auto load_index = loader<int64_t>(a.index_dtype);
  for_chunks(team, ceil_div(a.outer, per_chunk), [&](int64_t chunk, int) {
    const int64_t first = chunk * per_chunk, end = min_of(a.outer, first + per_chunk);
    fill_bytes(static_cast<char*>(a.out) + first * block * size, (end - first) * block * size, 0);
    int64_t position[kStrip];
    // A strip of indices may span several blocks: their places are counted together.
    for (int64_t at = first * a.inner; at < end * a.inner; at += kStrip) {
      const int64_t n = min_of<int64_t>(kStrip, end * a.inner - at);
      load_index(position, static_cast<const char*>(a.index) + at * index_size, 1, n);
      for (int64_t i = 0; i < n; ++i) {
        if (position[i] < 0 || position[i] >= a.depth) continue;
        const int64_t o = (at + i) / a.inner, in = (at + i) % a.inner;
        __builtin_memcpy(
            static_cast<char*>(a.out) + (o * block + position[i] * a.inner + in) * size, &one,
            static_cast<size_t>(size));
      }
    }
  });
}

namespace {

// C is double or uint64_t; the contract's start + i * step, without a running sum.
template <class C>
void range_chunks(const RangeArgs& a, C start, C step, const Launch& team) {
  const int64_t size = kDTypeSize[static_cast<int>(a.dtype)];
  const auto put = storer<C>(a.dtype);
  constexpr int64_t per_chunk = kMoveChunk / 8;
  for_chunks(team, ceil_div(a.count, per_chunk), [&](int64_t chunk, int) {
    const int64_t end = min_of(a.count, (chunk + 1) * per_chunk);
    C strip[kStrip];
    for (int64_t at = chunk * per_chunk; at < end; at += kStrip) {
      const int64_t n = min_of<int64_t>(kStrip, end - at);
      for (int64_t i = 0; i < n; ++i) {
        if constexpr (is_float<C>)
          strip[i] = start + rounded(static_cast<C>(at + i) * step);
        else
          strip[i] = start + static_cast<C>(at + i) * step;
      }
      put(static_cast<char*>(a.out) + at * size, strip, 1, n);
    }
  });
}

}  // namespace

void range(const RangeArgs& a, const Launch& team) {
  if (a.dtype >= DType::f16 || a.dtype == DType::b8)
    range_chunks<double>(a, a.start, a.step, team);
  else
    range_chunks<uint64_t>(a, static_cast<uint64_t>(a.first), static_cast<uint64_t>(a.stride),
                           team);
}

}  // namespace PH_ISA
}  // namespace ph

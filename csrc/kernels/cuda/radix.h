// A stable radix sort of (key, place) pairs by their low bits, in passes of kRadixBits: every tile
// counts its digits, the counts are summed in order, and each element goes to its place. Gives the
// same order on every run.
#pragma once
#include "cuda.h"

namespace ph {
namespace cuda {

constexpr int kDigits = 1 << kRadixBits;
static_assert(kDigits == kBlock, "a thread a digit");

struct RadixPass {
  int64_t n, tiles;
  int shift;
  const uint64_t* keys_in;
  const uint32_t* places_in;
  uint64_t* keys_out;
  uint32_t* places_out;
  uint32_t* counts;  // (kDigits, tiles)
  PH_DEVICE int digit(uint64_t key) const { return static_cast<int>(key >> shift & (kDigits - 1)); }
};
struct CountDigits {
  RadixPass p;
  PH_DEVICE void operator()(int64_t tile) const {
    PH_SHARED(uint32_t, count, kDigits);
    const int t = static_cast<int>(threadIdx.x);
    count[t] = 0;
    __syncthreads();
    const int64_t end = min_of(p.n, (tile + 1) * kRadixTile);
    for (int64_t i = tile * kRadixTile + t; i < end; i += kBlock)
      atomicAdd(&count[p.digit(p.keys_in[i])], 1u);
    __syncthreads();
    p.counts[t * p.tiles + tile] = count[t];
    __syncthreads();
  }
};
// counts becomes, for each digit and tile, how many elements go before: one block.
struct SumCounts {
  uint32_t* counts;
  int64_t n;
  PH_DEVICE void operator()(int64_t) const {
    PH_SHARED(uint32_t, sums, kBlock);
    const int t = static_cast<int>(threadIdx.x);
    const int64_t part = (n + kBlock - 1) / kBlock, begin = min_of(n, t * part);
    const int64_t end = min_of(n, begin + part);
    uint32_t sum = 0;
    for (int64_t i = begin; i < end; ++i) sum += counts[i];
    sums[t] = sum;
    __syncthreads();
    uint32_t before = 0;
    for (int k = 0; k < t; ++k) before += sums[k];
    for (int64_t i = begin; i < end; ++i) {
      const uint32_t count = counts[i];
      counts[i] = before;
      before += count;
    }
    __syncthreads();
  }
};
struct MoveByDigits {
  RadixPass p;
  PH_DEVICE void operator()(int64_t tile) const {
    constexpr int warps = kBlock / 32;
    PH_SHARED(uint32_t, next, kDigits);             // where the digit's next element goes
    PH_SHARED(uint32_t, of_warp, warps * kDigits);  // elements of a digit in a warp
    const int t = static_cast<int>(threadIdx.x), lane = lane_id(), warp = warp_id();
    next[t] = p.counts[t * p.tiles + tile];
    const int64_t first = tile * kRadixTile, end = min_of(p.n, first + kRadixTile);
    for (int64_t base = first; base < end; base += kBlock) {
      for (int w = 0; w < warps; ++w) of_warp[w * kDigits + t] = 0;
      __syncthreads();
      const int64_t i = base + t;
      const bool here = i < end;
      const uint64_t key = here ? p.keys_in[i] : 0;
      const int digit = p.digit(key);
      uint32_t same = __ballot_sync(kAllLanes, here);  // lanes with the same digit
      for (int b = 0; b < kRadixBits; ++b) {
        const uint32_t ones = __ballot_sync(kAllLanes, digit >> b & 1);
        same &= digit >> b & 1 ? ones : ~ones;
      }
      const auto rank = static_cast<uint32_t>(__popc(same & ((1u << lane) - 1)));
      if (here && rank == 0) of_warp[warp * kDigits + digit] = static_cast<uint32_t>(__popc(same));
      __syncthreads();
      if (here) {
        uint32_t to = next[digit] + rank;
        for (int w = 0; w < warp; ++w) to += of_warp[w * kDigits + digit];
        p.keys_out[to] = key;
        p.places_out[to] = p.places_in[i];
      }
      __syncthreads();
      uint32_t all = next[t];
      for (int w = 0; w < warps; ++w) all += of_warp[w * kDigits + t];
      next[t] = all;
    }
    __syncthreads();
  }
};

// Scratch for sorting n pairs: two of each array, and the counts.
struct RadixArrays {
  uint64_t* keys[2];
  uint32_t* places[2];
  uint32_t* counts;
  static size_t bytes(int64_t n) {
    return static_cast<size_t>(n) * 24 +
           static_cast<size_t>(ceil_div(n, kRadixTile)) * kDigits * sizeof(uint32_t);
  }
  RadixArrays(void* scratch, int64_t n) {
    keys[0] = static_cast<uint64_t*>(scratch), keys[1] = keys[0] + n;
    places[0] = reinterpret_cast<uint32_t*>(keys[1] + n), places[1] = places[0] + n;
    counts = places[1] + n;
  }
};
// Sorts by the low `bits`; returns which of the two pairs of arrays holds the result.
inline int radix_sort(const RadixArrays& a, int64_t n, int bits, const Launch& team) {
  int from = 0;
  for (int shift = 0; shift < bits; shift += kRadixBits, from ^= 1) {
    const RadixPass p = {n,
                         ceil_div(n, kRadixTile),
                         shift,
                         a.keys[from],
                         a.places[from],
                         a.keys[from ^ 1],
                         a.places[from ^ 1],
                         a.counts};
    each_block(p.tiles, team, CountDigits{p});
    each_block(1, team, SumCounts{a.counts, p.tiles * kDigits});
    each_block(p.tiles, team, MoveByDigits{p});
  }
  return from;
}

}  // namespace cuda
}  // namespace ph

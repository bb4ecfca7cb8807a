// Tiles that Winograd's transforms would spoil: with an infinity or a nan, which they spread over
// the whole tile, near overflow, or far larger than the tiles around them, whose rounding would
// drown the outputs that the large value has no part in.
#pragma once
#include <bit>

#include "../gemm/gemm_tiles.h"

namespace ph {
namespace PH_ISA {

// The largest of the floats whose bits these are.
PH_INLINE float largest(IntVec<float> bits) {
  int most = bits[0];
  for (int64_t i = 1; i < kLanes<float>; ++i) most = max_of<int>(most, bits[i]);
  return std::bit_cast<float>(most);
}

// The tiles of one chunk: each one's largest magnitude while it is transformed, then whether it
// has to be summed directly.
class TileLevels {
 public:
  float& operator[](int64_t tile) { return level_[tile]; }
  bool direct(int64_t tile) const { return direct_[tile]; }

  // Direct are tiles that are not finite or near overflow; those far above the lower quarter, if
  // they are not the rule; and those beside which nearly all are zero.
  void find_extremes(int64_t tiles) {
    int64_t by_exponent[256] = {}, above_zero = 0, large = 0, below = 0;
    for (int64_t i = 0; i < tiles; ++i)
      if (level_[i] > 0 && usual(i)) ++above_zero, ++by_exponent[exponent_of(i)];
    int quarter = 0;
    while (quarter < 255 && 4 * (below += by_exponent[quarter]) < above_zero) ++quarter;
    const int limit = 8 * above_zero <= tiles ? 0 : quarter + kRange;
    for (int64_t i = 0; i < tiles; ++i) large += usual(i) && exponent_of(i) > limit;
    const bool few = 2 * large <= tiles;
    for (int64_t i = 0; i < tiles; ++i) direct_[i] = !usual(i) || (few && exponent_of(i) > limit);
  }

 private:
  static constexpr float kMost = 1e30f;
  static constexpr int kRange = 9;  // powers of two

  bool usual(int64_t i) const { return level_[i] <= kMost; }  // a nan is not
  int exponent_of(int64_t i) const {
    return static_cast<int>(std::bit_cast<uint32_t>(level_[i]) >> 23);
  }

  float level_[kWinogradMaxTiles];
  bool direct_[kWinogradMaxTiles];
};

}  // namespace PH_ISA
}  // namespace ph

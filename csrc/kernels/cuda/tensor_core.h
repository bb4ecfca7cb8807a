// Products of halves by tensor cores: what a warp multiplies at once, and how a block brings tiles
// to where warps read them. Sums are float32.
#pragma once
#include "cuda.h"

namespace ph {
namespace cuda {

// Two neighbours in k, as a register of a fragment has them: the first in the low half.
PH_DEVICE uint32_t pair_of(uint16_t first, uint16_t second) {
  return static_cast<uint32_t>(second) << 16 | first;
}
template <class S>
PH_DEVICE float half_of(uint32_t pair, int which) {
  return read_as<float>(S{static_cast<uint16_t>(which ? pair >> 16 : pair)});
}

// d (16 x 8) += a (16 x 16) b (16 x 8). With g = lane / 4 and t = lane % 4, a lane holds as pairs
// a[g][2t], a[g + 8][2t], a[g][2t + 8], a[g + 8][2t + 8] and b[2t][g], b[2t + 8][g], and of d
// [g][2t], [g][2t + 1], [g + 8][2t], [g + 8][2t + 1] (PTX ISA, mma.m16n8k16).
template <class S>
PH_DEVICE void multiply_add_by_shuffles(float (&d)[4], const uint32_t (&a)[4],
                                        const uint32_t (&b)[2]) {
  const int g = lane_id() / 4, t = lane_id() % 4;
  for (int high = 0; high < 2; ++high)
    for (int p = 0; p < 4; ++p) {
      const uint32_t upper = __shfl_sync(kAllLanes, a[2 * high], 4 * g + p);
      const uint32_t lower = __shfl_sync(kAllLanes, a[2 * high + 1], 4 * g + p);
      const uint32_t left = __shfl_sync(kAllLanes, b[high], 8 * t + p);
      const uint32_t right = __shfl_sync(kAllLanes, b[high], 8 * t + 4 + p);
      for (int k = 0; k < 2; ++k) {
        const float x = half_of<S>(upper, k), y = half_of<S>(lower, k);
        const float u = half_of<S>(left, k), v = half_of<S>(right, k);
        d[0] += x * u, d[1] += x * v, d[2] += y * u, d[3] += y * v;
      }
    }
}

#define PH_MMA(shape, type)                               \
  "mma.sync.aligned." shape ".row.col.f32." type "." type \
  ".f32 "                                                 \
  "{%0, %1, %2, %3}, "
template <class S>
PH_DEVICE void multiply_add(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
#define PH_MMA_16(type)                                                                 \
  asm volatile(PH_MMA("m16n8k16", type) "{%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};" \
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])                         \
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]))
  if constexpr (__is_same(S, Float16))
    PH_MMA_16("f16");
  else
    PH_MMA_16("bf16");
#undef PH_MMA_16
#elif defined(__CUDA_ARCH__)  // sm_75 knows half of it, and no bfloat16
  if constexpr (__is_same(S, Float16)) {
    for (int high = 0; high < 2; ++high)
      asm volatile(PH_MMA("m16n8k8", "f16") "{%4, %5}, {%6}, {%0, %1, %2, %3};"
                   : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                   : "r"(a[2 * high]), "r"(a[2 * high + 1]), "r"(b[high]));
  } else {
    multiply_add_by_shuffles<S>(d, a, b);
  }
#else
  multiply_add_by_shuffles<S>(d, a, b);
#endif
}
#undef PH_MMA

// Loads one operand's tile as pairs: (kSide, kTileK / 2), rows kPairRow apart; zeros outside. An
// operand is what product.h says.
constexpr int kPairs = kTileK / 2, kPairRow = kPairs + 4;  // rows of a fragment in different banks
template <class Operand, int kSide>
struct PairLoader {
  static constexpr int each = kSide * kPairs / kBlock;
  const Operand& operand;
  typename Operand::Row rows[each];
  bool inside[each];
  int first_row, first_pair;
  PH_DEVICE PairLoader(const Operand& o, int64_t b, int64_t row0, int64_t rows_end) : operand(o) {
    const int t = static_cast<int>(threadIdx.x);
    first_row = o.along_k ? t / kPairs : t % kSide;
    first_pair = o.along_k ? t % kPairs : t / kSide;
    for (int e = 0; e < each; ++e) {
      const int64_t row = row0 + row_of(e);
      inside[e] = row < rows_end;
      if (inside[e]) rows[e] = o.row(b, row);
    }
  }
  PH_DEVICE int row_of(int e) const {
    return first_row + (operand.along_k ? e * (kBlock / kPairs) : 0);
  }
  PH_DEVICE int pair_at(int e) const {
    return first_pair + (operand.along_k ? 0 : e * (kBlock / kSide));
  }
  struct Columns {
    bool in[2];
    typename Operand::Column at[2];
  };
  PH_DEVICE Columns columns(int64_t k, int64_t k_end) const {
    const bool first = k < k_end, second = k + 1 < k_end;
    return {{first, second},
            {operand.column(first ? k : k_end - 1), operand.column(second ? k + 1 : k_end - 1)}};
  }
  PH_DEVICE uint16_t element(int e, const Columns& c, int which) const {
    return c.in[which] && inside[e] ? operand.at(rows[e], c.at[which]).bits : uint16_t{0};
  }
  PH_DEVICE void fetch(uint32_t (&x)[each], int64_t k0, int64_t k_end) const {
    Columns c = columns(k0 + 2 * first_pair, k_end);
    for (int e = 0; e < each; ++e) {
      if (e && !operand.along_k) c = columns(k0 + 2 * pair_at(e), k_end);
      x[e] = pair_of(element(e, c, 0), element(e, c, 1));
    }
  }
  template <class Tile>
  PH_DEVICE void put(Tile& tile, const uint32_t (&x)[each]) const {
    for (int e = 0; e < each; ++e) tile[row_of(e) * kPairRow + pair_at(e)] = x[e];
  }
};

}  // namespace cuda
}  // namespace ph

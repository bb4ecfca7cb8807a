// Filters packed ahead (ConvArgs::packed): of what runs often with one filter and few rows or
// tiles, packing or transforming it takes a good part of each call. Which algorithm a call takes
// may differ from that of a call that packs.
#pragma once
#include "conv_depthwise.h"
#include "conv_problem.h"
#include "winograd.h"

namespace ph {
namespace PH_ISA {

enum class AheadWay { none, winograd, direct, product };

// g.packed is set.
PH_INLINE AheadWay ahead_way(const ConvArgs& g) {
  if (g.mode != ConvMode::forward || g.dtype != DType::f32 || g.groups != 1) return AheadWay::none;
  const ConvShape s = product_shape(g);
  if (s.m <= 0 || s.n <= 0 || s.k <= 0 || is_long(g)) return AheadWay::none;
  if (winograd_tile(g))
    return winograd_tiles(g) <= kWinogradPacked ? AheadWay::winograd : AheadWay::none;
  if (s.m > kPackedRows) return AheadWay::none;
  return is_direct(g) ? AheadWay::direct : AheadWay::product;
}

// 0 where it does not pay.
PH_INLINE size_t packed_ahead_bytes(ConvArgs g) {
  char any;
  g.packed = &any;
  const ConvShape s = product_shape(g);
  switch (ahead_way(g)) {
    case AheadWay::winograd: return winograd_packed_bytes(g);
    case AheadWay::direct: return static_cast<size_t>(filter_bytes(direct_problem<float>(g, 0, 0)));
    case AheadWay::product: return static_cast<size_t>(ahead_bytes<float>(s.n, s.k));
    case AheadWay::none: break;
  }
  return 0;
}

PH_INLINE void pack_ahead(const ConvArgs& g, const Launch& team) {
  const ConvShape s = product_shape(g);
  float* const packed = static_cast<float*>(g.packed);
  switch (ahead_way(g)) {
    case AheadWay::winograd: return winograd_pack(g, team);
    case AheadWay::direct: return pack_panels_of(direct_problem<float>(g, 0, 0), team, packed);
    case AheadWay::product:
      return pack_whole(Strided<float>{static_cast<const float*>(g.filter), 1, g.k}, s.n, s.k,
                        packed, team);
    case AheadWay::none: break;
  }
}

}  // namespace PH_ISA
}  // namespace ph

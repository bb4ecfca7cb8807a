// Winograd's minimal filtering for 3x3 windows of stride 1 (Lavin & Gray 2015, "Fast
// algorithms for convolutional neural networks"): F(m x m, 3 x 3) turns a tile of m x m
// outputs from (m + 2)^2 inputs into as many products, m = 2 or 4:
//
//   Y = A^T [ (G g G^T) . (B^T d B) ] A        . is elementwise, summed over channels
//
// so each of the (m + 2)^2 positions is one matrix product over (tiles, channels). The points
// of F(4 x 4) are 0, +-sqrt(1/2), +-sqrt(2), infinity rather than Lavin's 0, +-1, +-2: the
// error in float32 is about twice that of direct summation (root mean square), not five times.
// The checkers hold every result, the gradient of the filter too, within 1e-5 of the sum of the
// magnitudes of its terms.
#pragma once
#include "../half.h"

namespace ph {
namespace PH_ISA {

// Where x and y are float16 or bfloat16 (dtype says so), the filter and the bias still are float32.

// 3x3 windows of stride 1 in one group, no float64, Winograd allowed.
PH_INLINE bool is_winograd_shape(const ConvArgs& g) {
  return g.winograd && g.dtype != DType::f64 && g.kh == 3 && g.kw == 3 && g.stride_h == 1 &&
         g.stride_w == 1 && g.dil_h == 1 && g.dil_w == 1 && g.groups == 1;
}

// Forward and grad_input: output tile edge, 4 or 2, where it beats direct convolution by count of
// operations; else 0.
int64_t winograd_tile(const ConvArgs&);
size_t winograd_scratch(const ConvArgs&, int threads);
void winograd(const ConvArgs&, const Launch&);
// The filter ahead (ConvArgs::packed) of what has a tile; how many tiles use it.
int64_t winograd_tiles(const ConvArgs&);
size_t winograd_packed_bytes(const ConvArgs&);
void winograd_pack(const ConvArgs&, const Launch&);

// Direct convolution's cost over Winograd's, of all that is_winograd_shape.
double winograd_gain(const ConvArgs&);

// grad_filter.
double winograd_filter_gain(const ConvArgs&);
bool winograd_filter_wins(const ConvArgs&);
size_t winograd_filter_scratch(const ConvArgs&, int threads);
void winograd_filter(const ConvArgs&, const Launch&);

}  // namespace PH_ISA
}  // namespace ph

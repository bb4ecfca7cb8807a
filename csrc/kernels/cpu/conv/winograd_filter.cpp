// Winograd's gradient of the filter, F(3x3, 4x4): dy takes the filter's place in winograd.h, so
// a tile of 4 x 4 pixels of dy and the 6 x 6 pixels of x that they meet cost 36 products
// instead of 144 for the 3 x 3 taps. B^T depends on the points alone and is that of F(4x4, 3x3).
//
//   dw = A^T [ sum over tiles: (G dy G^T) . (B^T x B) ] A
//
// Tiles go in batches: all threads transform a batch, then each takes some of the 36 positions,
// a product of (channels of x, tiles) by (tiles, channels of dy) added to that position's sum.
// Only the sums are transformed back, once. Of very many tiles they are added in double now and
// then (gemm_long.h says why).
#include "conv_direct.h"
#include "winograd.h"
#include "winograd_transform.h"

namespace ph {
namespace PH_ISA {
namespace {

constexpr int64_t kEdge = 4, kWindow = kEdge + 2, kPositions = kWindow * kWindow;

struct Plan {
  int64_t high, wide, count;   // tiles: down and across an image, in all
  int64_t batches, per_batch;  // tiles transformed together
  int64_t x_row, x_step;       // of transformed x: between tiles, between positions
  int64_t panels, dy_step;     // of transformed dy: panels of columns, between positions
  int64_t sum_row, sum_step;   // of the sums: between channels of x, between positions
  int64_t run;                 // batches of one chain of sums; 0: all
  int64_t x_bytes, dy_bytes, sum_bytes, total_bytes, patch_bytes;
};
Plan plan_of(const ConvArgs& g) {
  constexpr int64_t lanes = kLanes<float>, size = sizeof(float);
  Plan p;
  p.high = ceil_div(g.oh, kEdge);
  p.wide = ceil_div(g.ow, kEdge);
  p.count = g.n * p.high * p.wide;
  const int64_t fit = kWinogradBatchBytes / (kPositions * (g.c + g.k) * size);
  p.batches = ceil_div(p.count, max_of(kWinogradBatchTiles, fit));
  p.per_batch = ceil_div(p.count, p.batches);
  p.panels = ceil_div(g.k, kTileCols<float>);
  p.sum_row = round_up(g.k, lanes);
  // a few floats more keep rows and positions out of one another's cache sets
  p.x_row = g.c * size % (kSetBytes / 4) ? g.c : g.c + lanes;
  p.x_step = p.per_batch * p.x_row + lanes;
  p.dy_step = p.per_batch * p.sum_row + lanes;
  p.sum_step = g.c * p.sum_row + lanes;
  p.x_bytes = cache_rounded(kPositions * p.x_step * size);
  p.dy_bytes = cache_rounded(kPositions * p.dy_step * size);
  p.sum_bytes = cache_rounded(kPositions * p.sum_step * size);
  p.run = max_of<int64_t>(1, kLongBlocks * kWinogradDepth / p.per_batch);
  if (p.batches <= 2 * p.run) p.run = 0;
  p.total_bytes = p.run ? 2 * p.sum_bytes : 0;
  p.patch_bytes = cache_rounded(kPositions * max_of(g.c, g.k) * size);
  return p;
}

// An edge x edge window of one image (h, w, channels), in place or, of halves and where it leaves
// the image, a copy framed by zeros.
struct Window {
  const float* at;
  int64_t line;
};
PH_INLINE Window window_of(const void* images, DType dtype, int64_t image, int64_t h, int64_t w,
                           int64_t channels, int64_t top, int64_t left, int64_t edge,
                           float* patch) {
  const Frame f = {top, top + edge, left, left + edge};
  const int64_t start = image * h * w * channels;
  const float* const floats = static_cast<const float*>(images) + start;
  if (is_half(dtype))
    copy_frame(patch, Half(images, dtype) + start, f, h, w, channels, channels);
  else if (f.inside(h, w))
    return {floats + (top * w + left) * channels, w * channels};
  else
    copy_frame(patch, floats, f, h, w, channels, channels);
  return {patch, edge * channels};
}

// Tile `tile` into row `at` of the batch.
void transform_tile(const ConvArgs& g, const Plan& p, int64_t tile, int64_t at, float* patch,
                    float* x, float* dy) {
  constexpr int64_t lanes = kLanes<float>, tile_cols = kTileCols<float>;
  const int64_t image = tile / (p.high * p.wide), place = tile % (p.high * p.wide);
  const int64_t top = place / p.wide * kEdge, left = place % p.wide * kEdge;
  const Window from = window_of(g.x, g.dtype, image, g.h, g.w, g.c, top - g.pad_top,
                                left - g.pad_left, kWindow, patch);
  IntVec<float> level = {};  // of no use: what is not finite reaches every tap by itself
  for (int64_t c = 0; c < g.c; c += lanes)
    transform_input<4>(from.at + c, from.line, g.c, min_of(lanes, g.c - c), x + at * p.x_row + c,
                       p.x_step, level);
  const Window grad = window_of(g.y, g.dtype, image, g.oh, g.ow, g.k, top, left, kEdge, patch);
  for (int64_t k = 0; k < g.k; k += lanes) {
    const int64_t first = k / tile_cols * tile_cols;  // of its panel
    const int64_t row = min_of(tile_cols, p.sum_row - first);
    transform_gradient(grad.at + k, grad.line, g.k, min_of(lanes, g.k - k),
                       dy + first * p.per_batch + at * row + (k - first), p.dy_step);
  }
}

// The batch's `tiles` rows into columns [j0, j1) of one position's sum.
void add_products(const ConvArgs& g, const Plan& p, const float* x, const float* dy, int64_t tiles,
                  int64_t j0, int64_t j1, bool accumulate, float* sum) {
  constexpr int64_t lanes = kLanes<float>, tile_cols = kTileCols<float>;
  const int64_t blocks = ceil_div(tiles, kWinogradDepth), strips = ceil_div(g.c, kMaxRows);
  Micro<float> u;
  u.a_stride = p.x_row;
  u.ldc = p.sum_row;
  u.segs = 1;
  u.seg = kZeroSegment;
  u.alpha = 1;
  u.tail = static_cast<int>(lanes);
  for (int64_t b = 0; b < blocks; ++b) {
    const int64_t lo = b * tiles / blocks, hi = (b + 1) * tiles / blocks;
    u.kc = hi - lo;
    u.accumulate = accumulate || b > 0;
    for (int64_t j = j0; j < j1; j += tile_cols) {
      u.b_stride = min_of(tile_cols, p.sum_row - j);
      u.b = dy + j * p.per_batch + lo * u.b_stride;
      const MicroFn<float>* fn = micro_table<float>().fn[false][false][u.b_stride / lanes - 1];
      for (int64_t s = 0; s < strips; ++s) {
        const int64_t r0 = s * g.c / strips, r1 = (s + 1) * g.c / strips;
        u.a = x + lo * p.x_row + r0;
        u.c = sum + r0 * p.sum_row + j;
        fn[r1 - r0 - 1](u);
      }
    }
  }
}

// Channel c of x: its sums to the 3 x 3 taps of dw (3, 3, C, K).
void write_taps(const ConvArgs& g, const Plan& p, const float* sums, int64_t c) {
  constexpr int64_t lanes = kLanes<float>;
  for (int64_t k = 0; k < g.k; k += lanes) {
    const int64_t used = min_of(lanes, g.k - k);
    vf32 taps[9];
    transform_taps(sums + c * p.sum_row + k, p.sum_step, taps);
    for (int64_t i = 0; i < 9; ++i) {
      float* const to = static_cast<float*>(g.filter) + (i * g.c + c) * g.k + k;
      store_first(to, g.accumulate ? load_first(to, used) + taps[i] : taps[i], used);
    }
  }
}

// In multiply-adds of one vector.
struct Costs {
  double direct, winograd;
};
Costs costs_of(const ConvArgs& g) {
  const double tiles = double(g.n * ceil_div(g.oh, kEdge) * ceil_div(g.ow, kEdge));
  const double c = double(ceil_div(g.c, kLanes<float>)), k = double(ceil_div(g.k, kLanes<float>));
  const double product = double(g.c) * k, direct = double(g.n * g.oh * g.ow) * 9 * product;
  const double cost = tiles * kPositions *
                          (product / kWinogradRate + kTransformInput * c + kTransformGradient * k) +
                      kPositions * kTransformTaps * product;
  return {direct, cost};
}

}  // namespace

double winograd_filter_gain(const ConvArgs& g) { return costs_of(g).direct / costs_of(g).winograd; }
bool winograd_filter_wins(const ConvArgs& g) {
  if (!is_winograd_shape(g) || g.mode != ConvMode::grad_filter) return false;
  if (g.c < kWinogradChannels || g.k < kWinogradChannels) return false;
  const Costs costs = costs_of(g);
  return costs.winograd < costs.direct;
}

size_t winograd_filter_scratch(const ConvArgs& g, int threads) {
  const Plan p = plan_of(g);
  return static_cast<size_t>(p.x_bytes + p.dy_bytes + p.sum_bytes + p.total_bytes +
                             threads * p.patch_bytes);
}

void winograd_filter(const ConvArgs& g, const Launch& team) {
  constexpr int64_t tile_cols = kTileCols<float>;
  const Plan p = plan_of(g);
  char* const scratch = static_cast<char*>(g.scratch);
  float* const x = reinterpret_cast<float*>(scratch);
  float* const dy = reinterpret_cast<float*>(scratch + p.x_bytes);
  float* const sums = reinterpret_cast<float*>(scratch + p.x_bytes + p.dy_bytes);
  double* const totals = reinterpret_cast<double*>(scratch + p.x_bytes + p.dy_bytes + p.sum_bytes);
  char* const patches = scratch + p.x_bytes + p.dy_bytes + p.sum_bytes + p.total_bytes;
  const Launch crew = p.count * kPositions * g.c * g.k < kSerialWork ? serial_launch() : team;
  const int64_t groups = min_of(p.panels, int64_t{kMaxChunks / kPositions + 1});
  for (int64_t batch = 0; batch < p.batches; ++batch) {
    const int64_t first = batch * p.count / p.batches;
    const int64_t tiles = (batch + 1) * p.count / p.batches - first;
    const int64_t pieces = min_of(tiles, kMaxChunks);
    for_chunks(crew, pieces, [&](int64_t piece, int thread) {
      float* const patch = reinterpret_cast<float*>(patches + thread * p.patch_bytes);
      for (int64_t i = piece * tiles / pieces; i < (piece + 1) * tiles / pieces; ++i)
        transform_tile(g, p, first + i, i, patch, x, dy);
    });
    for_chunks(crew, kPositions * groups, [&](int64_t chunk, int) {
      const int64_t i = chunk / groups, s = chunk % groups;
      add_products(g, p, x + i * p.x_step, dy + i * p.dy_step, tiles,
                   s * p.panels / groups * tile_cols,
                   min_of(g.k, (s + 1) * p.panels / groups * tile_cols),
                   p.run ? batch % p.run > 0 : batch > 0, sums + i * p.sum_step);
    });
    if (p.run && ((batch + 1) % p.run == 0 || batch + 1 == p.batches)) {
      const bool first = batch < p.run, last = batch + 1 == p.batches;
      for_chunks(crew, kPositions, [&](int64_t i, int) {
        for (int64_t j = i * p.sum_step; j < i * p.sum_step + g.c * p.sum_row; ++j) {
          totals[j] = (first ? 0 : totals[j]) + static_cast<double>(sums[j]);
          if (last) sums[j] = static_cast<float>(totals[j]);
        }
      });
    }
  }
  const int64_t pieces = min_of(g.c, kMaxChunks);
  for_chunks(crew, pieces, [&](int64_t piece, int) {
    for (int64_t c = piece * g.c / pieces; c < (piece + 1) * g.c / pieces; ++c)
      write_taps(g, p, sums, c);
  });
}

}  // namespace PH_ISA
}  // namespace ph

// Winograd convolution: filters are transformed once; then each chunk of tiles transforms its
// inputs, runs one product for each position and each panel of output channels, and
// transforms the results while they are in cache.
#include "winograd.h"

#include "../families.h"
#include "conv_direct.h"
#include "conv_scatter.h"
#include "winograd_extreme.h"
#include "winograd_transform.h"

namespace ph {
namespace PH_ISA {
namespace {

// Forward and grad_input are one problem: the latter swaps the channels, turns the filter by
// half a turn and pads by 2 - pad.
struct Problem {
  const void* in;  // (images, in_h, in_w, channels)
  void* out;       // (images, out_h, out_w, n)
  int64_t images, in_h, in_w, channels, out_h, out_w, n, pad_top, pad_left;
  const float* filter;  // element (tap, column j, channel c): tap * tap_step + j * s_j + c * s_c
  int64_t tap_step, s_j, s_c;
  bool turned;
  DType dtype;  // of in and out
};
Problem problem_of(const ConvArgs& g) {
  void *const x = g.x, *const y = g.y;
  const float* const w = static_cast<const float*>(g.filter);
  if (g.mode == ConvMode::forward)
    return {x,         y,          g.n, g.h,       g.w, g.c, g.oh,  g.ow,   g.k,
            g.pad_top, g.pad_left, w,   g.c * g.k, 1,   g.k, false, g.dtype};
  return {y, x,         g.n, g.oh, g.ow, g.k,    g.h, g.w, g.c, 2 - g.pad_top, 2 - g.pad_left,
          w, g.c * g.k, g.k, 1,    true, g.dtype};
}

struct Tiles {
  int64_t edge, positions;  // m, (m + 2)^2
  int64_t high, wide, count;
  int64_t chunks, per_chunk;
  int64_t in_row, in_step;    // of the transformed input: between tiles, between positions
  int64_t mid_row, mid_step;  // of the products
};
Tiles tiles_of(const Problem& q, int64_t edge) {
  Tiles t;
  t.edge = edge;
  t.positions = (edge + 2) * (edge + 2);
  t.high = ceil_div(q.out_h, edge);
  t.wide = ceil_div(q.out_w, edge);
  t.count = q.images * t.high * t.wide;
  const int64_t fit = kWinogradBytes / (t.positions * q.channels * 4);
  const int64_t most = max_of(kWinogradMinTiles, min_of(kWinogradMaxTiles, fit));
  t.chunks = ceil_div(t.count, most);
  t.chunks += t.chunks > 1 && t.chunks % 2;  // even, so that two threads share them fairly
  t.per_chunk = ceil_div(t.count, t.chunks);
  // a few floats more keep rows and positions out of one another's cache sets
  t.in_row = q.channels * 4 % kSetBytes ? q.channels : q.channels + kLanes<float>;
  t.in_step = t.per_chunk * t.in_row + kLanes<float>;
  t.mid_row = kTileCols<float>;
  t.mid_step = t.per_chunk * t.mid_row + kLanes<float>;
  return t;
}
struct Bytes {
  int64_t filter, input, middle, patch;
  int64_t own() const { return input + middle + patch; }
};
Bytes bytes_of(const Problem& q, const Tiles& t) {
  return {cache_rounded(t.positions * q.channels * round_up(q.n, kLanes<float>) * 4),
          cache_rounded(t.positions * t.in_step * 4), cache_rounded(t.positions * t.mid_step * 4),
          cache_rounded(t.positions * q.channels * 4)};
}

// A panel of the filter's columns, of all in `filter`: (position, channel, columns).
template <int m>
void pack_transformed(const Problem& q, int64_t panel, float* filter) {
  constexpr int64_t lanes = kLanes<float>, block = 16, tile_cols = kTileCols<float>;
  const int64_t j0 = panel * tile_cols, count = min_of(tile_cols, q.n - j0);
  const int64_t ld = round_up(count, lanes);
  float* const packed = filter + (m + 2) * (m + 2) * q.channels * j0;
  float taps[9 * block * kTileCols<float>];
  for (int64_t c0 = 0; c0 < q.channels; c0 += block) {
    const int64_t channels = min_of(block, q.channels - c0), step = channels * ld;
    for (int64_t tap = 0; tap < 9; ++tap)
      pack_panel(taps + tap * step, ld,
                 q.filter + (q.turned ? 8 - tap : tap) * q.tap_step + j0 * q.s_j + c0 * q.s_c,
                 q.s_j, q.s_c, count, channels);
    for (int64_t i = 0; i < step; i += lanes)
      transform_filter<m>(taps + i, step, packed + c0 * ld + i, q.channels * ld);
  }
}

// What is packed ahead: the transformed filter, then the filter as it was given, for tiles that
// are summed directly.
float* as_given(const ConvArgs& g, const Bytes& bytes) {
  return reinterpret_cast<float*>(static_cast<char*>(g.packed) + bytes.filter);
}
template <int m>
void transform_ahead(const ConvArgs& g, const Launch& team) {
  const Problem q = problem_of(g);
  float* const copy = as_given(g, bytes_of(q, tiles_of(q, m)));
  const int64_t panels = ceil_div(q.n, kTileCols<float>);
  for_chunks(team, panels, [&](int64_t p, int) {
    pack_transformed<m>(q, p, static_cast<float*>(g.packed));
    const int64_t size = 9 * q.channels * q.n, lo = p * size / panels;
    copy_run(copy + lo, q.filter + lo, (p + 1) * size / panels - lo);
  });
}

// Gives the tile's level (winograd_extreme.h).
template <int m>
float input_tile(const Problem& q, const Tiles& t, int64_t tile, float* patch, float* out) {
  const int64_t image = tile / (t.high * t.wide), at = tile % (t.high * t.wide);
  const int64_t top = at / t.wide * m - q.pad_top, left = at % t.wide * m - q.pad_left;
  const Frame f = {top, top + m + 2, left, left + m + 2};
  const int64_t start = image * q.in_h * q.in_w * q.channels;
  const float* d = static_cast<const float*>(q.in) + start;
  int64_t line = q.in_w * q.channels;
  if (is_half(q.dtype)) {
    copy_frame(patch, Half(q.in, q.dtype) + start, f, q.in_h, q.in_w, q.channels, q.channels);
    d = patch;
    line = (m + 2) * q.channels;
  } else if (f.inside(q.in_h, q.in_w)) {
    d += top * line + left * q.channels;
  } else {
    copy_frame(patch, d, f, q.in_h, q.in_w, q.channels, q.channels);
    d = patch;
    line = (m + 2) * q.channels;
  }
  IntVec<float> level = {};
  for (int64_t c = 0; c < q.channels; c += kLanes<float>)
    transform_input<m>(d + c, line, q.channels, min_of<int64_t>(kLanes<float>, q.channels - c),
                       out + c, t.in_step, level);
  return largest(level);
}

// The same panel by direct summation: m x m rows of kTileCols sums.
template <int m>
PH_NOINLINE void direct_tile(const Problem& q, const Tiles& t, int64_t tile, int64_t j0,
                             int64_t count, float* sums) {
  constexpr int64_t lanes = kLanes<float>, ld = kTileCols<float>;
  const int64_t image = tile / (t.high * t.wide), at = tile % (t.high * t.wide);
  const int64_t top = at / t.wide * m, left = at % t.wide * m;
  alignas(64) float wide[kWinogradMost];
  for (int64_t i = 0; i < m * m * ld; i += lanes) store(sums + i, vf32{});
  for (int64_t i = 0; i < m * m * 9; ++i) {
    const int64_t r = i / 9 / m, s = i / 9 % m, tap = i % 9;
    const int64_t y = top + r + tap / 3 - q.pad_top, x = left + s + tap % 3 - q.pad_left;
    if (y < 0 || y >= q.in_h || x < 0 || x >= q.in_w) continue;
    const int64_t at_pixel = ((image * q.in_h + y) * q.in_w + x) * q.channels;
    const float* pixel = static_cast<const float*>(q.in) + at_pixel;
    if (is_half(q.dtype)) {
      widen_run(wide, Half(q.in, q.dtype) + at_pixel, q.channels);
      pixel = wide;
    }
    const float* const f = q.filter + (q.turned ? 8 - tap : tap) * q.tap_step + j0 * q.s_j;
    float* const sum = sums + (r * m + s) * ld;
    if (q.s_j == 1) {
      for (int64_t c = 0; c < q.channels; ++c)
        for (int64_t v = 0; v < count; v += lanes)
          store(sum + v, load(sum + v) + splat(pixel[c]) * load_first(f + c * q.s_c + v,
                                                                      min_of(lanes, count - v)));
    } else {
      for (int64_t j = 0; j < count; ++j) {
        vf32 dot = {};
        for (int64_t c = 0; c < q.channels; c += lanes) {
          const int64_t used = min_of(lanes, q.channels - c);
          dot += load_first(pixel + c, used) * load_first(f + j * q.s_j + c, used);
        }
        sum[j] += horizontal_sum<float>(dot);
      }
    }
  }
}

// One panel of output channels [j0, j0 + count) of one tile, from its products or, where they are
// given, its direct sums.
template <int m>
void output_tile(const ConvArgs& g, const Problem& q, const Tiles& t, int64_t tile, int64_t j0,
                 int64_t count, const float* products, const float* sums) {
  constexpr int64_t lanes = kLanes<float>;
  const int64_t image = tile / (t.high * t.wide), at = tile % (t.high * t.wide);
  const int64_t top = at / t.wide * m, left = at % t.wide * m;
  const int64_t rows = min_of<int64_t>(m, q.out_h - top), cols = min_of<int64_t>(m, q.out_w - left);
  const int64_t corner = ((image * q.out_h + top) * q.out_w + left) * q.n + j0;
  const bool forward = g.mode == ConvMode::forward, halves = is_half(q.dtype);
  const Act act = forward ? g.act : Act::none;
  for (int64_t v = 0; v < count; v += lanes) {
    const int64_t used = min_of(lanes, count - v);
    const float* const bias =
        forward && g.bias ? static_cast<const float*>(g.bias) + j0 + v : nullptr;
    const vf32 shift = bias ? load_first(bias, used) : vf32{};
    vf32 y[m * m];
    if (sums)
      for (int64_t i = 0; i < m * m; ++i) y[i] = load(sums + i * kTileCols<float> + v);
    else
      transform_output<m>(products + v, t.mid_step, y);
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t s = 0; s < cols; ++s) {
        const int64_t offset = corner + (r * q.out_w + s) * q.n + v;
        vf32 x = y[r * m + s] + shift;
        if (halves) {
          const Half out = Half(q.out, q.dtype) + offset;
          if (g.accumulate) x += load_n(out, used);
          x = apply_act<float>(x, act);
          if (g.gate)
            x = apply_gate<float>(x, load_n(Half(g.gate, q.dtype) + offset, used), g.gate_act);
          store_n(out, x, used);
          continue;
        }
        float* const out = static_cast<float*>(q.out) + offset;
        if (g.accumulate) x += load_first(out, used);
        if (act != Act::none) x = apply_act<float>(x, act);
        if (g.gate)
          x = apply_gate<float>(x, load_first(static_cast<const float*>(g.gate) + offset, used),
                                g.gate_act);
        if (used == lanes)
          store(out, x);
        else
          store_first(out, x, used);
      }
  }
}

// Goes on with a program from tiles [lo, hi), row by row of tiles.
void go_on_tiles(const ConvArgs& g, const Problem& q, const Tiles& t, int64_t lo, int64_t hi) {
  for (int64_t row = lo / t.wide; row * t.wide < hi; ++row) {
    const int64_t a = max_of(lo - row * t.wide, int64_t{0}) * t.edge;
    const int64_t b = min_of(min_of(hi - row * t.wide, t.wide) * t.edge, q.out_w);
    const int64_t top = row % t.high * t.edge, rows = min_of(t.edge, q.out_h - top);
    const int64_t first = (row / t.high * q.out_h + top) * q.out_w;
    if (a == 0 && b == q.out_w) {
      eltwise_part(*g.program, first, first + rows * q.out_w, 0, q.n);
      continue;
    }
    for (int64_t r = 0; r < rows; ++r)
      eltwise_part(*g.program, first + r * q.out_w + a, first + r * q.out_w + b, 0, q.n);
  }
}

template <int m>
void run(const ConvArgs& g, const Launch& team) {
  constexpr int64_t tile_cols = kTileCols<float>, lanes = kLanes<float>;
  Problem q = problem_of(g);
  const Tiles t = tiles_of(q, m);
  const Bytes bytes = bytes_of(q, t);
  if (g.packed) q.filter = as_given(g, bytes);
  const int64_t panels = ceil_div(q.n, tile_cols);
  char* const scratch = static_cast<char*>(g.scratch);
  float* const filter = reinterpret_cast<float*>(g.packed ? g.packed : scratch);
  const int64_t shared = g.packed ? 0 : bytes.filter;
  const bool alone = t.count * t.positions * q.channels * q.n < kSerialWork ||
                     (t.chunks == 1 && panels == 1);  // nothing but the transforms to share
  const Launch crew = alone ? serial_launch() : team;
  const auto pack = [&](int64_t p) { pack_transformed<m>(q, p, filter); };
  struct Own {
    float *input, *middle, *patch;
  };
  const auto own_of = [&](int64_t thread) {
    char* const own = scratch + shared + thread * bytes.own();
    return Own{reinterpret_cast<float*>(own), reinterpret_cast<float*>(own + bytes.input),
               reinterpret_cast<float*>(own + bytes.input + bytes.middle)};
  };
  // Tiles [lo, hi), whose transformed inputs are given, times panels [p0, p1). Not inlined:
  // it is called from two places.
  const auto multiply = [&](int64_t lo, int64_t hi, int64_t p0, int64_t p1, const float* input,
                            float* middle, const TileLevels& levels) PH_NOINLINE {
    float sums[m * m * kTileCols<float>];
    const int64_t strips = ceil_div(hi - lo, tile_rows<float>(q.n, q.channels));
    Micro<float> u;
    u.a_stride = t.in_row;
    u.ldc = t.mid_row;
    u.kc = q.channels;
    u.segs = 1;
    u.seg = kZeroSegment;
    u.alpha = 1;
    u.accumulate = false;
    for (int64_t p = p0; p < p1; ++p) {
      const int64_t count = min_of(tile_cols, q.n - p * tile_cols);
      const int vectors = static_cast<int>(ceil_div(count, lanes));
      u.b_stride = vectors * lanes;
      u.tail = static_cast<int>(lanes);
      const MicroFn<float>* fn = micro_table<float>().fn[true][false][vectors - 1];
      for (int64_t i = 0; i < t.positions; ++i) {
        u.b = filter + t.positions * q.channels * p * tile_cols + i * q.channels * u.b_stride;
        for (int64_t s = 0; s < strips; ++s) {
          const int64_t r0 = s * (hi - lo) / strips, r1 = (s + 1) * (hi - lo) / strips;
          u.a = input + i * t.in_step + r0 * t.in_row;
          u.c = middle + i * t.mid_step + r0 * t.mid_row;
          fn[r1 - r0 - 1](u);
        }
      }
      for (int64_t i = lo; i < hi; ++i) {
        const bool direct = levels.direct(i - lo);
        if (direct) direct_tile<m>(q, t, i, p * tile_cols, count, sums);
        output_tile<m>(g, q, t, i, p * tile_cols, count, middle + (i - lo) * t.mid_row,
                       direct ? sums : nullptr);
      }
    }
  };
  if (t.chunks == 1) {  // few tiles: what threads share out is the output's channels
    float* const input = own_of(0).input;
    TileLevels levels;
    const int64_t parts = min_of(t.count, kMaxChunks);
    for_chunks(crew, parts, [&](int64_t part, int thread) {
      for (int64_t i = part * t.count / parts; i < (part + 1) * t.count / parts; ++i)
        levels[i] = input_tile<m>(q, t, i, own_of(thread).patch, input + i * t.in_row);
    });
    levels.find_extremes(t.count);
    for_chunks(crew, panels, [&](int64_t p, int thread) {
      if (!g.packed) pack(p);
      multiply(0, t.count, p, p + 1, input, own_of(thread).middle, levels);
    });
    if (g.program) eltwise(*g.program, team);
    return;
  }
  if (!g.packed) for_chunks(crew, panels, [&](int64_t p, int) { pack(p); });
  for_chunks(crew, t.chunks, [&](int64_t chunk, int thread) {
    const int64_t lo = chunk * t.count / t.chunks, hi = (chunk + 1) * t.count / t.chunks;
    const Own own = own_of(thread);
    TileLevels levels;
    for (int64_t i = lo; i < hi; ++i)
      levels[i - lo] = input_tile<m>(q, t, i, own.patch, own.input + (i - lo) * t.in_row);
    levels.find_extremes(hi - lo);
    multiply(lo, hi, 0, panels, own.input, own.middle, levels);
    if (g.program) go_on_tiles(g, q, t, lo, hi);
  });
}

// Cost in vector operations: products at their rate, transforms, the filter's transform or, where
// that was done ahead, reading it.
double cost(const Problem& q, int64_t edge, bool ahead) {
  const double positions = double((edge + 2) * (edge + 2));
  const double tiles = double(q.images * ceil_div(q.out_h, edge) * ceil_div(q.out_w, edge));
  const double in = double(ceil_div(q.channels, kLanes<float>));
  const double out = double(ceil_div(q.n, kLanes<float>)), product = double(q.channels) * out;
  return tiles * positions *
             (product / kWinogradRate + kTransformInput * in + kTransformOutput * out) +
         positions * (ahead ? kReadFilter : kTransformFilter) * product;
}

double direct_cost(const Problem& q, bool ahead) {
  const double pixels = double(q.images * q.out_h * q.out_w);
  const double product = double(q.channels) * double(ceil_div(q.n, kLanes<float>));
  return 9 * product * (pixels + (ahead ? kReadFilter : 0));
}

}  // namespace

int64_t winograd_tile(const ConvArgs& g) {
  if (!is_winograd_shape(g) || g.mode == ConvMode::grad_filter) return 0;
  const Problem q = problem_of(g);
  if (q.images * q.out_h * q.out_w <= 0 || q.channels < kWinogradChannels ||
      q.channels > kWinogradMost || q.n < kWinogradChannels)
    return 0;
  const double direct = direct_cost(q, g.packed);
  const double two = cost(q, 2, g.packed), four = cost(q, 4, g.packed);
  if (min_of(two, four) >= min_of(direct, scatter_cost<float>(g))) return 0;
  return four <= two ? 4 : 2;
}

double winograd_gain(const ConvArgs& g) {
  const Problem q = problem_of(g);
  return direct_cost(q, g.packed) / min_of(cost(q, 2, g.packed), cost(q, 4, g.packed));
}

size_t winograd_scratch(const ConvArgs& g, int threads) {
  const Problem q = problem_of(g);
  const Bytes b = bytes_of(q, tiles_of(q, winograd_tile(g)));
  return static_cast<size_t>((g.packed ? 0 : b.filter) + threads * b.own());
}

int64_t winograd_tiles(const ConvArgs& g) {
  return tiles_of(problem_of(g), winograd_tile(g)).count;
}
size_t winograd_packed_bytes(const ConvArgs& g) {
  const Problem q = problem_of(g);
  const int64_t size = 9 * q.channels * q.n * 4;
  return static_cast<size_t>(bytes_of(q, tiles_of(q, winograd_tile(g))).filter +
                             cache_rounded(size));
}
void winograd_pack(const ConvArgs& g, const Launch& team) {
  if (winograd_tile(g) == 4)
    transform_ahead<4>(g, team);
  else
    transform_ahead<2>(g, team);
}

void winograd(const ConvArgs& g, const Launch& team) {
  if (winograd_tile(g) == 4)
    run<4>(g, team);
  else
    run<2>(g, team);
}

}  // namespace PH_ISA
}  // namespace ph

// The filter's gradient read straight from the image. A strip of A is a run of (kw, channel)
// at one window row, which is contiguous in memory; the sum runs over output pixels, in which
// both the image and dy advance by constant steps:
//
//   dw[kh][(kw, c)][k] = sum over pixels p: x[p + kh][(kw, c)] * dy[p][k]
//
// Pixels are cut into blocks that stay in cache, blocks into a fixed number of parts, each
// with its own partial result; the parts are summed in order. Very many blocks: runs of them are
// added in double (gemm_long.h says why).
#pragma once
#include "conv_direct.h"

namespace ph {
namespace PH_ISA {

template <class T>
struct FilterGrad {
  const T* x;  // (images, in_h, in_w, in_channels), at the group's first channel
  int64_t images, in_h, in_w, in_channels, used;
  const T* dy;  // (images, rows, cols, dy_channels), at the group's first channel
  int64_t rows, cols, dy_channels, n;
  int64_t mul_h, mul_w;
  Taps taps_h, taps_w;
  T* dw;  // (taps, used, dy_channels), at the group's first channel
  bool accumulate;
  bool halves = false;  // of one group, instead of x and dy
  Half half_x = {}, half_dy = {};
  // Of pairs of bfloat16 an image is two, one after the other: each pair has a pixel of both. Of an
  // odd number the last is beside zeros.
  int64_t half_images = 0;
};

struct ImagePair {
  const uint16_t *first, *second;  // or null
  PH_INLINE ImagePair(Half images, int64_t pair, int64_t count, int64_t size)
      : first(images.at + 2 * pair * size), second(2 * pair + 1 < count ? first + size : nullptr) {}
  PH_INLINE ImagePair(const uint16_t* f, const uint16_t* s) : first(f), second(s) {}
  PH_INLINE ImagePair operator+(int64_t i) const {
    return {first + i, second ? second + i : nullptr};
  }
};
PH_INLINE void copy_run(float* dst, ImagePair src, int64_t n) {
  zip_run(dst, src.first, src.second, n);
}

struct FilterPlan {
  int64_t images, rows, cols;  // of a block; whole images where several fit, a piece of a long row
  int64_t row_blocks, col_blocks, blocks, parts, col_groups;
  int64_t run;  // blocks of one chain of sums; 0: all of a part
  bool pack_dy, merge;
};
template <class T>
PH_INLINE FilterPlan plan_filter(const FilterGrad<T>& q) {
  FilterPlan p;
  const int64_t size = sizeof(T), depth = q.taps_h.count * q.taps_w.count * q.used;
  p.col_blocks = sizeof(T) == 4 ? max_of<int64_t>(1, q.cols / kLongRow) : 1;
  p.cols = ceil_div(q.cols, p.col_blocks);
  const Frame one = frame_of(q.taps_h, q.taps_w, q.mul_h, q.mul_w, 0, 1, p.cols);
  const int64_t line = one.width() * q.used * size;
  int64_t wish = min_of(kMaxSegments, max_of<int64_t>(1, kBlockPixels / p.cols));
  if (p.col_blocks > 1) {
    p.images = p.rows = 1;
  } else if (wish >= 2 * q.rows) {
    p.images = min_of(q.images, wish / q.rows);
    p.rows = q.rows;
  } else {
    const int64_t fit = max_of<int64_t>(1, (kFrameBytes / line - one.height()) / q.mul_h + 1);
    p.images = 1;
    p.rows = ceil_div(q.rows, ceil_div(q.rows, min_of(wish, fit)));
  }
  p.row_blocks = ceil_div(q.rows, p.rows);
  p.blocks = ceil_div(q.images, p.images) * p.row_blocks * p.col_blocks;
  const int64_t work = depth * q.n * q.images * q.rows * q.cols;
  const int64_t by_memory = max_of<int64_t>(1, kPartBytes / (depth * q.n * size));
  p.parts = min_of(min_of(kMaxSplits, p.blocks), min_of(by_memory, work / (2 * kChunkWork)));
  p.parts = max_of<int64_t>(1, p.parts);
  p.run = sizeof(T) == 4 && p.blocks / p.parts > 2 * kLongBlocks ? kLongBlocks : 0;
  const int64_t panels = ceil_div(q.n, kTileCols<T>);
  p.col_groups = work < kSerialWork ? 1 : min_of(panels, ceil_div(kMaxSplits, p.parts));
  p.pack_dy = q.halves || depth > kPackDyStrips * kMaxRows;
  p.merge = q.taps_w.offset[q.taps_w.count - 1] - q.taps_w.offset[0] == q.taps_w.count - 1;
  return p;
}
template <class T>
PH_INLINE int64_t filter_frame_bytes(const FilterGrad<T>& q, const FilterPlan& p) {
  const Frame f = frame_of(q.taps_h, q.taps_w, q.mul_h, q.mul_w, 0, p.rows, p.cols);
  return cache_rounded(p.images * f.height() * f.width() * q.used *
                       static_cast<int64_t>(sizeof(T)));
}
template <class T>
PH_INLINE int64_t dy_panel_bytes(const FilterPlan& p) {
  if (!p.pack_dy) return 0;
  return cache_rounded(p.images * p.rows * p.cols * kTileCols<T> * static_cast<int64_t>(sizeof(T)));
}
template <class T>
int64_t filter_grad_bytes(const FilterGrad<T>& q, int threads) {
  const FilterPlan p = plan_filter(q);
  const int64_t part = q.taps_h.count * q.taps_w.count * q.used * q.n;
  const int64_t bytes = cache_rounded(part * static_cast<int64_t>(sizeof(T)));
  const int64_t own = filter_frame_bytes(q, p) + dy_panel_bytes<T>(p) + (p.run ? bytes : 0);
  if (p.run) return threads * own + p.parts * cache_rounded(part * 8);
  return threads * own + (p.parts > 1 ? p.parts * bytes : 0);
}

// The panel of dy's columns [j, j + count) for the pixels of a block, from at on in each image.
PH_INLINE void pack_dy_pairs(const FilterGrad<float>& q, float* panel, int64_t ld, int64_t j,
                             int64_t count, int64_t n0, int64_t n1, int64_t at, int64_t pixels) {
  for (int64_t n = n0; n < n1; ++n) {
    ImagePair from(q.half_dy, n, q.half_images, q.rows * q.cols * q.dy_channels);
    from = from + (at * q.dy_channels + j);
    for (int64_t p = 0; p < pixels; ++p, panel += ld) {
      zip_run(panel, from.first, from.second, count);
      for (int64_t i = count; i < ld; ++i) panel[i] = 0;
      from = from + q.dy_channels;
    }
  }
}

// One block of pixels into columns [k0, k1) of `out` (taps * used, ldc).
template <class T, bool pairs>
void filter_block(const FilterGrad<T>& q, const FilterPlan& p, int64_t block, int64_t k0,
                  int64_t k1, T* out, int64_t ldc, bool accumulate, T* frame, T* panel) {
  constexpr int64_t lanes = kLanes<T>, tile_cols = kTileCols<T>;
  const MicroTable<T>& table = tiles<T, pairs>();
  const int64_t at = block / p.col_blocks, piece = block % p.col_blocks;
  const int64_t n0 = at / p.row_blocks * p.images, r0 = at % p.row_blocks * p.rows;
  const int64_t n1 = min_of(q.images, n0 + p.images), r1 = min_of(q.rows, r0 + p.rows);
  const int64_t s0 = piece * q.cols / p.col_blocks, s1 = (piece + 1) * q.cols / p.col_blocks;
  Frame f = frame_of(q.taps_h, q.taps_w, q.mul_h, q.mul_w, r0, r1, s1 - s0);
  f.col_lo += s0 * q.mul_w, f.col_hi += s0 * q.mul_w;
  const int64_t image_size = q.in_h * q.in_w * q.in_channels;
  const T* base;
  int64_t line, pixel, image_step;
  if (!q.halves && f.inside(q.in_h, q.in_w) && q.used == q.in_channels) {
    base = q.x + n0 * image_size + (f.row_lo * q.in_w + f.col_lo) * q.in_channels;
    line = q.in_w * q.in_channels, pixel = q.in_channels, image_step = image_size;
  } else {
    base = frame, line = f.width() * q.used, pixel = q.used, image_step = f.height() * line;
    for (int64_t n = n0; n < n1; ++n) {
      T* const to = frame + (n - n0) * image_step;
      if constexpr (pairs) {
        copy_frame(to, ImagePair(q.half_x, n, q.half_images, image_size), f, q.in_h, q.in_w,
                   q.in_channels, q.used);
      } else if constexpr (sizeof(T) == 4) {
        if (q.halves)
          copy_frame(to, q.half_x + n * image_size, f, q.in_h, q.in_w, q.in_channels, q.used);
      }
      if (!q.halves) copy_frame(to, q.x + n * image_size, f, q.in_h, q.in_w, q.in_channels, q.used);
    }
  }
  int64_t seg[kMaxSegments];
  Micro<T> t;
  t.segs = 0;
  for (int64_t n = n0; n < n1; ++n)
    for (int64_t r = r0; r < r1; ++r)
      seg[t.segs++] = (n - n0) * image_step + (r - r0) * q.mul_h * line;
  t.seg = seg;
  if constexpr (pairs) t.half = false;
  t.kc = s1 - s0;
  t.alpha = T(1);
  t.ldc = ldc;
  t.accumulate = accumulate;
  t.a_stride = q.mul_w * pixel;
  const int64_t taps_w = p.merge ? 1 : q.taps_w.count;
  const int64_t run = p.merge ? q.taps_w.count * q.used : q.used, strips = ceil_div(run, kMaxRows);
  // One channel, three taps across: all taps are rows of one tile, three a window row.
  const bool by_three =
      p.merge && q.used == 1 && q.taps_w.count == 3 && t.a_stride == 1 && q.taps_h.count > 1;
  const int64_t dilation = by_three ? q.taps_h.offset[1] - q.taps_h.offset[0] : 0;
  const int64_t dy_at = ((n0 * q.rows + r0) * q.cols + s0) * q.dy_channels;
  const T* const dy = q.dy + dy_at;
  for (int64_t j = k0; j < k1; j += tile_cols) {
    const int64_t count = min_of(tile_cols, k1 - j);
    const int vectors = static_cast<int>(ceil_div(count, lanes));
    t.tail = static_cast<int>(count - (vectors - 1) * lanes);
    if (p.pack_dy) {
      t.b_stride = vectors * lanes;
      if constexpr (pairs) {
        pack_dy_pairs(q, panel, t.b_stride, j, count, n0, n1, r0 * q.cols + s0,
                      t.segs / (n1 - n0) * t.kc);
      } else if constexpr (sizeof(T) == 4) {
        if (q.halves)
          HalfMatrix{q.half_dy + dy_at, 1, q.dy_channels}.pack(panel, t.b_stride, j, count, 0,
                                                               t.segs * t.kc);
      }
      if (!q.halves)
        pack_panel(panel, t.b_stride, dy + j, int64_t{1}, q.dy_channels, count, t.segs * t.kc);
      t.b = panel;
    } else {
      t.b_stride = q.dy_channels;
      t.b = dy + j;
    }
    const MicroFn<T>* fn = table.fn[false][!p.pack_dy && t.tail < lanes][vectors - 1];
    if (by_three) {
      const MicroFn<T>* by_row = table.fn[true][!p.pack_dy && t.tail < lanes][vectors - 1];
      t.a_three = dilation * line;
      for (int64_t h = 0; h < q.taps_h.count; h += kMaxRows / 3) {
        t.a = base + h * t.a_three;
        t.c = out + 3 * h * ldc + j;
        by_row[3 * min_of<int64_t>(kMaxRows / 3, q.taps_h.count - h) - 1](t);
      }
      continue;
    }
    for (int64_t h = 0; h < q.taps_h.count; ++h)
      for (int64_t w = 0; w < taps_w; ++w) {
        const T* const window = base + (q.taps_h.offset[h] - q.taps_h.offset[0]) * line +
                                (q.taps_w.offset[w] - q.taps_w.offset[0]) * pixel;
        T* const rows = out + (h * q.taps_w.count + w) * q.used * ldc + j;
        for (int64_t s = 0; s < strips; ++s) {
          const int64_t lo = s * run / strips, hi = (s + 1) * run / strips;
          t.a = window + lo;
          t.c = rows + lo * ldc;
          fn[hi - lo - 1](t);
        }
      }
  }
}

template <class T, bool pairs = false>
void run_filter_grad(const FilterGrad<T>& q, const Launch& team, char* scratch) {
  const FilterPlan p = plan_filter(q);
  const int64_t depth = q.taps_h.count * q.taps_w.count * q.used;
  const int64_t frame_size = filter_frame_bytes(q, p);
  const int64_t part_bytes = cache_rounded(depth * q.n * static_cast<int64_t>(sizeof(T)));
  const int64_t panel_size = dy_panel_bytes<T>(p);
  const int64_t own_bytes = frame_size + panel_size + (p.run ? part_bytes : 0);
  const int64_t panels = ceil_div(q.n, kTileCols<T>);
  char* const parts = scratch + team.threads * own_bytes;
  for_chunks(team, p.parts * p.col_groups, [&](int64_t chunk, int thread) {
    const int64_t part = chunk / p.col_groups, g = chunk % p.col_groups;
    const int64_t k0 = g * panels / p.col_groups * kTileCols<T>;
    const int64_t k1 = min_of(q.n, (g + 1) * panels / p.col_groups * kTileCols<T>);
    const int64_t lo = part * p.blocks / p.parts, hi = (part + 1) * p.blocks / p.parts;
    char* const own = scratch + thread * own_bytes;
    if (p.run) {
      T* const some = reinterpret_cast<T*>(own + frame_size + panel_size);
      double* const total = reinterpret_cast<double*>(parts) + part * depth * q.n;
      for (int64_t first = lo; first < hi; first += p.run) {
        for (int64_t b = first; b < min_of(hi, first + p.run); ++b)
          filter_block<T, pairs>(q, p, b, k0, k1, some, q.n, b > first, reinterpret_cast<T*>(own),
                                 reinterpret_cast<T*>(own + frame_size));
        for (int64_t i = 0; i < depth; ++i)
          for (int64_t j = i * q.n + k0; j < i * q.n + k1; ++j)
            total[j] = (first > lo ? total[j] : 0) + static_cast<double>(some[j]);
      }
      return;
    }
    T* const out = p.parts > 1 ? reinterpret_cast<T*>(parts + part * part_bytes) : q.dw;
    for (int64_t b = lo; b < hi; ++b)
      filter_block<T, pairs>(q, p, b, k0, k1, out, p.parts > 1 ? q.n : q.dy_channels,
                             b > lo || (p.parts == 1 && q.accumulate), reinterpret_cast<T*>(own),
                             reinterpret_cast<T*>(own + frame_size));
  });
  if (p.run) {
    for (int64_t i = 0; i < depth; ++i)
      for (int64_t j = 0; j < q.n; ++j) {
        double sum = 0;
        for (int64_t part = 0; part < p.parts; ++part)
          sum += reinterpret_cast<double*>(parts)[(part * depth + i) * q.n + j];
        T& to = q.dw[i * q.dy_channels + j];
        to = q.accumulate ? to + static_cast<T>(sum) : static_cast<T>(sum);
      }
  } else if (p.parts > 1)
    sum_parts<T>(reinterpret_cast<T*>(parts), part_bytes, p.parts, depth, q.n, q.dw, q.dy_channels,
                 q.accumulate, {}, team);
}

}  // namespace PH_ISA
}  // namespace ph

// Convolution read straight from the image: a strip of neighbouring output pixels is a strip
// of A whose rows lie a constant distance apart, so the register tile needs no packed
// patches. Where a window leaves the image, the rows that a chunk needs are first copied
// into a frame of zeros (the input once, not once a tap).
//
//   out[t][u] = sum over taps (i, j), channels c:
//       in[t * mul_h + tap_h[i]][u * mul_w + tap_w[j]][c] * filter[tap(i, j)][c]
//
// Forward is one such problem. The gradient of a strided input is stride_h * stride_w of
// them, one for each residue of the pixel's position: each has its own few taps.
#pragma once
#include "../gemm/gemm_engine.h"
#include "../gemm/gemm_pairs.h"

namespace ph {
namespace PH_ISA {

struct Taps {
  int64_t count;
  int64_t offset[kMaxTaps];  // ascending, in pixels of `in`
  int64_t index[kMaxTaps];   // of the filter
};

// Taps of one axis that reach output positions first, first + step, ... of one residue.
PH_INLINE Taps forward_taps(int64_t taps, int64_t dil, int64_t pad) {
  Taps r = {};
  for (int64_t i = 0; i < taps; ++i) {
    r.offset[r.count] = i * dil - pad;
    r.index[r.count++] = i;
  }
  return r;
}
PH_INLINE Taps backward_taps(int64_t taps, int64_t dil, int64_t pad, int64_t stride,
                             int64_t first) {
  Taps r = {};
  for (int64_t i = taps - 1; i >= 0; --i) {
    const int64_t at = first + pad - i * dil;
    if (at % stride) continue;
    r.offset[r.count] = at / stride;
    r.index[r.count++] = i;
  }
  return r;
}

template <class T>
struct DirectConv {
  const T* in;  // (images, in_h, in_w, in_channels), at the group's first channel
  int64_t images, in_h, in_w, in_channels, used;
  T* out;                                    // at the group's and the residue's first element
  int64_t rows, cols, n;                     // pixels of this residue, output channels
  int64_t image_step, row_step, pixel_step;  // of out, in elements
  int64_t mul_h, mul_w;
  Taps taps_h, taps_w;
  const T* filter;  // element (tap, column j, channel c): tap * tap_step + j * s_j + c * s_c
  int64_t filter_w, tap_step, s_j, s_c;
  bool accumulate, past;  // past: out is large and written past the cache, where it is aligned
  Epilogue<T> epilogue;   // gate at out's first element; a program only without residues
  // Instead of in, out and the gate: halves, of a problem of one group and one residue.
  bool halves = false;
  Half half_in = {}, half_out = {}, half_gate = {};
  // Of pairs of bfloat16 too the filter; channels are then counted in pairs, but for these, and
  // `in` is null where half_in cannot be read as pairs.
  Half half_filter = {};
  int64_t half_channels = 0;
  bool rounds = false;  // the tiles write half_out, else rows of float32 which are rounded then
  const T* packed = nullptr;  // the filter as panels, or null: it is packed in every run
};

// Taps [lo, hi) meet the image at output row r, the others would add zeros. At least one is left.
struct Reach {
  int64_t lo, hi;
};
PH_INLINE Reach reach_of(const Taps& t, int64_t first, int64_t size) {
  Reach r = {0, t.count};
  while (r.hi - r.lo > 1 && first + t.offset[r.lo] < 0) ++r.lo;
  while (r.hi - r.lo > 1 && first + t.offset[r.hi - 1] >= size) --r.hi;
  return r;
}

// What one chunk reads: rows of the image, in place or copied into a frame of zeros.
struct Frame {
  int64_t row_lo, row_hi, col_lo, col_hi;
  PH_INLINE int64_t height() const { return row_hi - row_lo; }
  PH_INLINE int64_t width() const { return col_hi - col_lo; }
  PH_INLINE bool inside(int64_t h, int64_t w) const {
    return row_lo >= 0 && col_lo >= 0 && row_hi <= h && col_hi <= w;
  }
};
PH_INLINE Frame frame_of(const Taps& th, const Taps& tw, int64_t mul_h, int64_t mul_w, int64_t r0,
                         int64_t r1, int64_t cols) {
  return {r0 * mul_h + th.offset[0], (r1 - 1) * mul_h + th.offset[th.count - 1] + 1, tw.offset[0],
          (cols - 1) * mul_w + tw.offset[tw.count - 1] + 1};
}

PH_INLINE void copy_run(float* dst, const float* src, int64_t n) {
  __builtin_memcpy(dst, src, static_cast<size_t>(n) * sizeof(float));
}
PH_INLINE void copy_run(double* dst, const double* src, int64_t n) {
  __builtin_memcpy(dst, src, static_cast<size_t>(n) * sizeof(double));
}
PH_INLINE void copy_run(float* dst, Half src, int64_t n) { widen_run(dst, src, n); }
// Pixels of bfloat16 as `pairs` pairs each, which is what positions count.
struct PairPixels {
  const uint16_t* at;
  int64_t channels, pairs;
  PH_INLINE PairPixels operator+(int64_t i) const {
    return {at + i / pairs * channels, channels, pairs};
  }
};
PH_INLINE void copy_run(float* dst, PairPixels src, int64_t n) {
  if (src.channels == 1) return zip_run(dst, src.at, nullptr, n);
  if (src.channels == 2 * src.pairs) return pair_run(dst, src.at, 2 * n);
  for (float* const end = dst + n; dst < end; src.at += src.channels) {
    for (int64_t c = 0; c + 1 < src.channels; c += 2) *dst++ = pair_of(src.at[c], src.at[c + 1]);
    *dst++ = pair_of(src.at[src.channels - 1], 0);
  }
}

// dst (height, width, used) = the frame's part of one image (h, w, channels), else 0. From is a
// pointer, to T or to halves.
template <class T, class From>
PH_NOINLINE void copy_frame(T* dst, From image, const Frame& f, int64_t h, int64_t w,
                            int64_t channels, int64_t used) {
  const int64_t lo = max_of<int64_t>(0, f.col_lo), hi = max_of(lo, min_of(w, f.col_hi));
  const int64_t line = f.width() * used;
  for (int64_t r = f.row_lo; r < f.row_hi; ++r, dst += line) {
    if (r < 0 || r >= h || lo == hi) {
      __builtin_memset(dst, 0, static_cast<size_t>(line) * sizeof(T));
      continue;
    }
    T* const left = dst + (lo - f.col_lo) * used;
    T* const right = left + (hi - lo) * used;
    From src = image + (r * w + lo) * channels;
    __builtin_memset(dst, 0, static_cast<size_t>(left - dst) * sizeof(T));
    __builtin_memset(right, 0, static_cast<size_t>(dst + line - right) * sizeof(T));
    if (used == channels)
      copy_run(left, src, right - left);
    else
      for (T* p = left; p < right; p += used, src = src + channels) copy_run(p, src, used);
  }
}

// ---- planning, from sizes alone
struct DirectPlan {
  int64_t row_blocks;  // of an image
  int64_t max_rows;    // output rows of a chunk
  int64_t col_blocks;  // output channels are cut so where rows give few chunks
  int64_t block;       // channels summed at once
};
template <class T>
PH_INLINE DirectPlan plan_direct(const DirectConv<T>& q) {
  const Frame one = frame_of(q.taps_h, q.taps_w, q.mul_h, q.mul_w, 0, 1, q.cols);
  const int64_t line = one.width() * q.used * static_cast<int64_t>(sizeof(T));
  const int64_t fit = max_of<int64_t>(1, (kFrameBytes / line - one.height()) / q.mul_h + 1);
  const int64_t wish =
      max_of(ceil_div(kBlockRows, q.cols), ceil_div(q.images * q.rows, kMaxChunks));
  DirectPlan p;
  p.row_blocks = ceil_div(q.rows, min_of(fit, wish));
  p.max_rows = ceil_div(q.rows, p.row_blocks);
  const int64_t chunks = q.images * p.row_blocks, panels = ceil_div(q.n, kTileCols<T>);
  p.col_blocks = chunks >= kDirectChunks || chunks == 0 ? 1 : ceil_div(kDirectChunks, chunks);
  p.col_blocks = max_of<int64_t>(1, min_of(p.col_blocks, panels / kDirectPanelsEach));
  p.block = ceil_div(q.used, ceil_div(q.used, kBlockChannels<T>));
  return p;
}
template <class T>
PH_INLINE int64_t frame_bytes(const DirectConv<T>& q) {
  const Frame f =
      frame_of(q.taps_h, q.taps_w, q.mul_h, q.mul_w, 0, plan_direct(q).max_rows, q.cols);
  return cache_rounded(f.height() * f.width() * q.used * static_cast<int64_t>(sizeof(T)));
}
template <class T>
PH_INLINE int64_t filter_bytes(const DirectConv<T>& q) {
  const int64_t depth = q.taps_h.count * q.taps_w.count * q.used;
  return cache_rounded(depth * round_up(q.n, kLanes<T>) * static_cast<int64_t>(sizeof(T)));
}

// Halves: the rows of a chunk in float32.
template <class T>
PH_INLINE int64_t rows_bytes(const DirectConv<T>& q) {
  if (!q.halves || q.rounds) return 0;
  return cache_rounded(plan_direct(q).max_rows * q.cols * q.n * 4);
}

// The filter as panels: for each block of channels, for each kTileCols columns, a row of
// columns for each (tap_h, tap_w, channel).
template <class T, bool pairs>
void pack_filter(const DirectConv<T>& q, int64_t block, int64_t j0, int64_t count, T* packed) {
  const int64_t taps = q.taps_h.count * q.taps_w.count, padded = round_up(q.n, kLanes<T>);
  const int64_t ld = round_up(count, kLanes<T>);
  for (int64_t c0 = 0; c0 < q.used; c0 += block) {
    const int64_t channels = min_of(block, q.used - c0);
    T* dst = packed + c0 * taps * padded + j0 * taps * channels;
    for (int64_t i = 0; i < q.taps_h.count; ++i)
      for (int64_t j = 0; j < q.taps_w.count; ++j, dst += channels * ld) {
        const int64_t tap = q.taps_h.index[i] * q.filter_w + q.taps_w.index[j];
        if constexpr (pairs)
          PairMatrix::of(q.half_filter + tap * q.tap_step, q.s_j, q.s_c, q.half_channels)
              .pack(dst, ld, j0, count, c0, channels);
        else
          pack_panel(dst, ld, q.filter + tap * q.tap_step + j0 * q.s_j + c0 * q.s_c, q.s_j, q.s_c,
                     count, channels);
      }
  }
}

// Output rows [r0, r1) of one image, channels [n0, n1).
template <class T, bool pairs>
void direct_chunk(const DirectConv<T>& q, int64_t block, int64_t image, int64_t r0, int64_t r1,
                  int64_t n0, int64_t n1, const T* packed, T* frame, T* half_rows) {
  constexpr int64_t lanes = kLanes<T>, tile_cols = kTileCols<T>;
  const MicroTable<T>& table = tiles<T, pairs>();
  const Frame f = frame_of(q.taps_h, q.taps_w, q.mul_h, q.mul_w, r0, r1, q.cols);
  const int64_t start = image * q.in_h * q.in_w * q.in_channels;
  const int64_t first = image * q.image_step + r0 * q.row_step;  // of out
  const T* base;                                                 // of frame position (0, 0)
  T* const out = q.halves ? half_rows : q.out + first;
  int64_t line, pixel;
  if ((pairs ? q.in != nullptr : !q.halves) && f.inside(q.in_h, q.in_w)) {
    base = q.in + start + (f.row_lo * q.in_w + f.col_lo) * q.in_channels;
    line = q.in_w * q.in_channels, pixel = q.in_channels;
  } else {
    if constexpr (pairs) {
      const PairPixels in = {q.half_in.at, q.half_channels, q.used};
      copy_frame(frame, in + start, f, q.in_h, q.in_w, q.used, q.used);
    } else if constexpr (sizeof(T) == 4) {
      if (q.halves) copy_frame(frame, q.half_in + start, f, q.in_h, q.in_w, q.in_channels, q.used);
    }
    if (!q.halves) copy_frame(frame, q.in + start, f, q.in_h, q.in_w, q.in_channels, q.used);
    base = frame, line = f.width() * q.used, pixel = q.used;
  }
  const int64_t taps = q.taps_h.count * q.taps_w.count, padded = round_up(q.n, lanes);
  const int64_t tap_span = q.taps_w.offset[q.taps_w.count - 1] - q.taps_w.offset[0];
  // neighbouring taps of a row are one run of memory when all channels are summed at once
  const bool merge = block == q.used && pixel == q.used && tap_span == q.taps_w.count - 1;
  const int64_t segs = merge ? 1 : q.taps_w.count;  // of a row of taps
  int64_t seg[kMaxSegments];
  Micro<T> t;
  for (int64_t i = 0; i < q.taps_h.count; ++i)
    for (int64_t j = 0; j < segs; ++j)
      seg[i * segs + j] = (q.taps_h.offset[i] - q.taps_h.offset[0]) * line +
                          (q.taps_w.offset[j] - q.taps_w.offset[0]) * pixel;
  t.alpha = T(1);
  t.ldc = q.pixel_step;
  if constexpr (pairs) {
    t.half = q.rounds;
    if (!q.rounds) t.ldc = q.n;  // rows of float32
  }
  t.a_stride = q.mul_w * pixel;
  const int64_t strips = ceil_div(q.cols, tile_rows<T>(q.n, taps * block));
  for (int64_t c0 = 0; c0 < q.used; c0 += block) {
    const int64_t channels = min_of(block, q.used - c0);
    const bool last = c0 + channels == q.used, simple = q.epilogue.simple();
    const bool finish = last && !simple;
    t.act = last && simple ? q.epilogue.act : Act::none;
    t.kc = merge ? channels * q.taps_w.count : channels;
    t.accumulate = q.accumulate || c0 > 0;
    // pixels [lo, hi) of row r, columns from j on
    const auto tile = [&](int64_t r, const Reach& reach, int64_t lo, int64_t hi, int64_t j) {
      const int64_t count = min_of(tile_cols, q.n - j);
      const int vectors = static_cast<int>(ceil_div(count, lanes));
      t.tail = static_cast<int>(count - (vectors - 1) * lanes);
      t.b_stride = vectors * lanes;
      t.b = packed + c0 * taps * padded + j * taps * channels +
            reach.lo * q.taps_w.count * channels * t.b_stride;
      const int64_t at = (r - r0) * q.row_step + lo * q.pixel_step + j;
      if constexpr (!pairs)
        t.c = out + at;
      else if (q.rounds)
        t.c = reinterpret_cast<float*>(q.half_out.at + (first + at));
      else
        t.c = out + ((r - r0) * q.cols + lo) * q.n + j;
      t.past = q.past && t.tail == lanes && aligned(t.c);
      const MicroFn<T> fn = table.fn[true][false][vectors - 1][hi - lo - 1];
      if (last && simple && q.epilogue.bias) t.bias = q.epilogue.bias + j;
      if (!finish) return fn(t);
      Epilogue<T> e = q.epilogue;
      if (e.bias) e.bias += j;
      if (e.gate) e.gate += first + (t.c - out);
      run_tile<T>(fn, t, hi - lo, count, e);
    };
    // A filter that fits L1 is used whole on each strip, which writes its pixels at once; of
    // a larger one each panel is used on all strips.
    const bool small = taps * q.used * padded * static_cast<int64_t>(sizeof(T)) <= kSmallFilter;
    const int64_t used_cols = small ? q.n : tile_cols;
    for (int64_t j0 = n0; j0 < n1; j0 += used_cols)
      for (int64_t r = r0; r < r1; ++r) {
        const Reach reach = reach_of(q.taps_h, r * q.mul_h, q.in_h);
        t.seg = seg + reach.lo * segs;
        t.segs = (reach.hi - reach.lo) * segs;
        for (int64_t s = 0, lo = 0; s < strips; ++s) {
          const int64_t hi = (s + 1) * q.cols / strips;
          t.a = base + (r - r0) * q.mul_h * line + lo * q.mul_w * pixel + c0;
          for (int64_t j = j0; j < min_of(n1, j0 + used_cols); j += tile_cols)
            tile(r, reach, lo, hi, j);
          lo = hi;
        }
      }
  }
  if constexpr (sizeof(T) == 4) {
    const int64_t pixels = q.halves && !q.rounds ? (r1 - r0) * q.cols : 0, count = n1 - n0;
    for (int64_t i = 0, at = n0; i < pixels; ++i, at += q.n) {
      const int64_t to = pairs ? i / q.cols * q.row_step + i % q.cols * q.pixel_step + n0 : at;
      narrow_rows(q.half_out + (first + to), count, out + at, 1, count,
                  q.half_gate ? q.half_gate + (first + to) : q.half_gate, count,
                  q.epilogue.gate_act);
    }
  }
  const int64_t row = image * q.rows, cols = q.cols;  // of an image without residues
  go_on(q.epilogue, (row + r0) * cols, (row + r1) * cols, n0, n1);
  if (q.past) fence_past();
}

// All panels of the filter, at `packed`: filter_bytes.
template <class T, bool pairs = false>
void pack_panels_of(const DirectConv<T>& q, const Launch& crew, T* packed) {
  const int64_t panels = ceil_div(q.n, kTileCols<T>), block = plan_direct(q).block;
  const bool all = q.taps_h.count * q.taps_w.count * q.used * q.n < kSerialPack;
  for_chunks(crew, all ? 1 : panels, [&](int64_t chunk, int) {
    for (int64_t s = all ? 0 : chunk; s < (all ? panels : chunk + 1); ++s)
      pack_filter<T, pairs>(q, block, s * kTileCols<T>,
                            min_of<int64_t>(kTileCols<T>, q.n - s * kTileCols<T>), packed);
  });
}

// packed: filter_bytes, unless q has it; frames: frame_bytes and rows_bytes for each thread of the
// team.
template <class T, bool pairs = false>
void run_direct(const DirectConv<T>& q, const Launch& team, char* packed, char* frames) {
  const DirectPlan plan = plan_direct(q);
  const int64_t panels = ceil_div(q.n, kTileCols<T>), bytes = frame_bytes(q);
  const int64_t own = bytes + rows_bytes(q);
  const int64_t depth = q.taps_h.count * q.taps_w.count * q.used;
  const int64_t work = depth * q.n * q.images * q.rows * q.cols;
  const Launch& crew = work < kSerialWork ? serial_launch() : team;
  if (!q.packed) pack_panels_of<T, pairs>(q, crew, reinterpret_cast<T*>(packed));
  const T* const filter = q.packed ? q.packed : reinterpret_cast<T*>(packed);
  const int64_t blocks = q.images * plan.row_blocks;
  for_chunks(crew, blocks * plan.col_blocks, [&](int64_t chunk, int thread) {
    const int64_t image = chunk % blocks / plan.row_blocks, b = chunk % plan.row_blocks;
    const int64_t cut = chunk / blocks;
    direct_chunk<T, pairs>(q, plan.block, image, b * q.rows / plan.row_blocks,
                           (b + 1) * q.rows / plan.row_blocks,
                           cut * panels / plan.col_blocks * kTileCols<T>,
                           min_of(q.n, (cut + 1) * panels / plan.col_blocks * kTileCols<T>), filter,
                           reinterpret_cast<T*>(frames + thread * own),
                           reinterpret_cast<T*>(frames + thread * own + bytes));
  });
}

}  // namespace PH_ISA
}  // namespace ph

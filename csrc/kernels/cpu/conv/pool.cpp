// Max and average pooling and their gradients, NHWC, vectors along the channels. A window is
// clipped to the image once a row and once a column; padding is never looked at.
#include "../families.h"
#include "../gemm/gemm_epilogue.h"
#include "../half.h"

namespace ph {
namespace PH_ISA {

namespace {

constexpr int64_t kPoolChunk = 32768;  // elements of x that make a chunk worth a thread
constexpr int64_t kLongWindow = 128;   // pixels of a window summed in one chain

struct Span {
  int64_t begin, end;
};
// The part of window `o` that lies inside [0, size).
PH_INLINE Span clip(int64_t o, int64_t stride, int64_t pad, int64_t window, int64_t size) {
  const int64_t at = o * stride - pad;
  const int64_t begin = min_of(max_of(at, int64_t{0}), size);
  return {begin, max_of(begin, min_of(at + window, size))};
}

// Vectors of channels: whole ones, and the first few lanes for the tail or for few channels.
template <class T>
struct Whole {
  bool past;  // what is put is aligned and goes past the caches
  PH_INLINE Vec<T> get(const T* p) const { return load<T>(p); }
  PH_INLINE vf32 get(Half p) const { return load(p); }
  PH_INLINE void put(T* p, Vec<T> v) const { past ? store_past<T>(p, v) : store<T>(p, v); }
  PH_INLINE void put(Half p, vf32 v) const { store(p, v); }
};
template <class T>
struct First {
  int64_t count;
  PH_INLINE Vec<T> get(const T* p) const { return load_first<T>(p, count); }
  PH_INLINE vf32 get(Half p) const { return load_first(p, count); }
  PH_INLINE void put(T* p, Vec<T> v) const { store_first<T>(p, v, count); }
  PH_INLINE void put(Half p, vf32 v) const { store_first(p, v, count); }
};
template <class T>
struct One {
  PH_INLINE Vec<T> get(const T* p) const { return Vec<T>{*p}; }
  PH_INLINE vf32 get(Half p) const { return vf32{p[0]}; }
  PH_INLINE void put(T* p, Vec<T> v) const { *p = v[0]; }
  PH_INLINE void put(Half p, vf32 v) const { p.put(0, v[0]); }
};
// Calls f(lanes, channel) for the vectors of channels [c, c1).
template <class T, class F>
PH_INLINE void for_vectors(int64_t c, int64_t c1, bool past, const F& f) {
  for (; c + kLanes<T> <= c1; c += kLanes<T>) f(Whole<T>{past}, c);
  if (c + 1 == c1)
    f(One<T>{}, c);
  else if (c < c1)
    f(First<T>{c1 - c}, c);
}

// The larger; a nan wins and stays.
template <class V>
PH_INLINE V larger(V best, V x) {
  return ((x > best) | (x != x)) ? x : best;
}

// The sum of a window so large that one chain of additions would lose digits: chains of kLongWindow
// elements are added by levels, each of as many of the level below.
template <class T, class Lanes, class P>
PH_NOINLINE Vec<T> long_window_sum(const Lanes& lanes, P image, int64_t row_stride,
                                   int64_t channels, Span rows, Span cols) {
  constexpr int levels = 4;
  Vec<T> level[levels] = {};
  int64_t count = 0;
  for (int64_t i = rows.begin; i < rows.end; ++i)
    for (int64_t j = cols.begin; j < cols.end; ++j) {
      level[0] += lanes.get(image + (i * row_stride + j * channels));
      ++count;
      for (int64_t l = 1, full = count; l < levels && full % kLongWindow == 0; ++l) {
        level[l] += level[l - 1], level[l - 1] = Vec<T>{};
        full /= kLongWindow;
      }
    }
  return ((level[0] + level[1]) + level[2]) + level[3];
}

// One output pixel, one vector of channels; image and y are at its first channel.
template <PoolMode mode, class T, class P, class Lanes>
PH_INLINE void pool_pixel(const Lanes& lanes, P image, int64_t row_stride, int64_t channels,
                          Span rows, Span cols, T scale, P y) {
  Vec<T> best = splat<T>(mode == PoolMode::max ? static_cast<T>(-__builtin_huge_val()) : T(0));
  if constexpr (mode == PoolMode::average)
    if (PH_UNLIKELY((rows.end - rows.begin) * (cols.end - cols.begin) > kLongWindow))
      return lanes.put(
          y, long_window_sum<T>(lanes, image, row_stride, channels, rows, cols) * splat<T>(scale));
  for (int64_t i = rows.begin; i < rows.end; ++i) {
    P p = image + (i * row_stride + cols.begin * channels);
    for (int64_t j = cols.begin; j < cols.end; ++j, p += channels) {
      if constexpr (mode == PoolMode::max)
        best = larger(best, lanes.get(p));
      else
        best += lanes.get(p);
    }
  }
  if constexpr (mode == PoolMode::average) best *= splat<T>(scale);
  lanes.put(y, best);
}
template <class T>
PH_INLINE T share_of(Span rows, Span cols) {
  const int64_t count = (rows.end - rows.begin) * (cols.end - cols.begin);
  return count ? T(1) / static_cast<T>(count) : T(0);
}

template <class T, class P, PoolMode mode, bool past>
void pool_rows(const PoolArgs& a, int64_t first, int64_t end) {
  for (int64_t row = first; row < end; ++row) {
    const int64_t n = row / a.oh, oh = row % a.oh;
    const P image = place<P>(a.x, a.dtype) + n * a.h * a.w * a.c;
    P y = place<P>(a.y, a.dtype) + row * a.ow * a.c;
    const Span rows = clip(oh, a.stride_h, a.pad_top, a.kh, a.h);
    for (int64_t ow = 0; ow < a.ow; ++ow, y += a.c) {
      const Span cols = clip(ow, a.stride_w, a.pad_left, a.kw, a.w);
      const T scale = mode == PoolMode::average ? share_of<T>(rows, cols) : T(0);
      for_vectors<T>(0, a.c, past, [&](const auto& lanes, int64_t c) {
        if constexpr (past)  // the next row of windows, into L2
          for (int64_t i = rows.begin; i < rows.end; ++i)
            for (int64_t j = cols.begin; j < cols.end; ++j)
              fetch_ahead(image + ((i + a.stride_h) * a.w + j) * a.c + c);
        pool_pixel<mode, T, P>(lanes, image + c, a.w * a.c, a.c, rows, cols, scale, y + c);
      });
    }
  }
  if (past) fence_past();
}

// The gradient of one output pixel, one vector of channels, into dx: added where windows overlap.
template <PoolMode mode, class T, class P, class Lanes>
PH_INLINE void grad_pixel(const Lanes& lanes, P image, P dx, int64_t row_stride, int64_t channels,
                          Span rows, Span cols, T scale, bool add, P y, P dy, P gate, Act act) {
  using Mask = decltype(Vec<T>{} < Vec<T>{});
  const Vec<T> zero = {}, grad = lanes.get(dy), share = grad * splat<T>(scale);
  Vec<T> best = grad;
  if constexpr (mode == PoolMode::max) best = lanes.get(y);
  Mask taken = {};
  for (int64_t i = rows.begin; i < rows.end; ++i) {
    const int64_t at = i * row_stride + cols.begin * channels;
    const P d = dx + at, x_at = image + at, gate_at = gate ? gate + at : gate;
    for (int64_t j = 0; j < cols.end - cols.begin; ++j) {
      Vec<T> part = share;
      if constexpr (mode == PoolMode::max) {
        const Vec<T> x = lanes.get(x_at + j * channels);
        const Mask hit = ((x == best) | ((x != x) & (best != best))) & (taken == Mask{});
        taken = taken | hit;
        part = hit ? grad : zero;
        if (gate) part = apply_gate<T>(part, lanes.get(gate_at + j * channels), act);
      }
      lanes.put(d + j * channels, add ? lanes.get(d + j * channels) + part : part);
    }
  }
}

// Output rows [o0, o1) and channels [c0, c1) of image n; clears and owns dx rows [r0, r1).
template <class T, class P, PoolMode mode>
void grad_block(const PoolArgs& a, int64_t n, Span out_rows, Span owned, Span channels) {
  const int64_t row_stride = a.w * a.c, image_at = n * a.h * row_stride;
  const P image = place<P>(a.x, a.dtype) + (mode == PoolMode::max ? image_at : 0);
  const P gate = a.gate ? place<P>(a.gate, a.dtype) + image_at : P{};
  const P dx = place<P>(a.dx, a.dtype) + image_at;
  int64_t cleared = owned.begin;
  // Windows side by side write every pixel they reach, once. Otherwise rows are cleared shortly
  // before they are added to, while they are on their way to cache.
  const bool tiled = a.kh == a.stride_h && a.kw == a.stride_w;
  const bool add = a.kh > a.stride_h || a.kw > a.stride_w;
  const bool past = tiled && may_bypass(dx, a.n * a.h * a.w, a.c);
  const int64_t reached = clip(a.ow - 1, a.stride_w, a.pad_left, a.kw, a.w).end;
  const auto clear_to = [&](int64_t end) {
    for (; cleared < end; ++cleared) {
      const P row = dx + cleared * row_stride;
      const int64_t run = channels.end - channels.begin;
      if (run == a.c)
        zero(row, row_stride);
      else
        for (int64_t j = 0; j < a.w; ++j) zero(row + (j * a.c + channels.begin), run);
    }
  };
  for (int64_t oh = out_rows.begin; oh < out_rows.end; ++oh) {
    const Span rows = clip(oh, a.stride_h, a.pad_top, a.kh, a.h);
    if (!tiled) clear_to(rows.end);
    const int64_t out = ((n * a.oh + oh) * a.ow) * a.c;
    P dy = place<P>(a.dy, a.dtype) + out;
    P y = mode == PoolMode::max ? place<P>(a.y, a.dtype) + out : dy;
    for (int64_t ow = 0; ow < a.ow; ++ow, y += a.c, dy += a.c) {
      const Span cols = clip(ow, a.stride_w, a.pad_left, a.kw, a.w);
      const T scale = mode == PoolMode::average ? share_of<T>(rows, cols) : T(0);
      for_vectors<T>(channels.begin, channels.end, past, [&](const auto& lanes, int64_t c) {
        grad_pixel<mode, T, P>(lanes, image + c, dx + c, row_stride, a.c, rows, cols, scale, add,
                               y + c, dy + c, gate ? gate + c : P{}, a.gate_act);
      });
    }
    for (; tiled && cleared < rows.end; ++cleared)  // what lies right of the windows
      zero(dx + (cleared * row_stride + reached * a.c), (a.w - reached) * a.c);
  }
  clear_to(owned.end);
  if (past) fence_past();
}

// Windows that do not overlap in height: bands of output rows own bands of dx. Otherwise
// channels are what can be cut.
template <class T, class P, PoolMode mode>
void grad_chunks(const PoolArgs& a, const Launch& team) {
  const int64_t image = a.h * a.w * a.c;
  if (a.kh <= a.stride_h && a.oh > 0) {
    const int64_t per_band =
        max_of(kPoolChunk / max_of(a.stride_h * a.w * a.c, int64_t{1}), int64_t{1});
    const int64_t bands = ceil_div(a.oh, per_band);
    const auto first_row = [&](int64_t oh) {
      return min_of(max_of(oh * a.stride_h - a.pad_top, int64_t{0}), a.h);
    };
    const int64_t images = max_of(kPoolChunk / max_of(image, int64_t{1}), int64_t{1});
    if (bands == 1) {  // small images: several a chunk
      for_chunks(team, ceil_div(a.n, images), [&](int64_t chunk, int) {
        for (int64_t n = chunk * images; n < min_of(a.n, (chunk + 1) * images); ++n)
          grad_block<T, P, mode>(a, n, {0, a.oh}, {0, a.h}, {0, a.c});
      });
      return;
    }
    for_chunks(team, a.n * bands, [&](int64_t chunk, int) {
      const int64_t band = chunk % bands;
      const Span out_rows = {band * per_band, min_of(a.oh, (band + 1) * per_band)};
      const Span owned = {band == 0 ? 0 : first_row(out_rows.begin),
                          band == bands - 1 ? a.h : first_row(out_rows.end)};
      grad_block<T, P, mode>(a, chunk / bands, out_rows, owned, {0, a.c});
    });
    return;
  }
  const int64_t lanes = 64 / static_cast<int64_t>(sizeof(T));  // whole cache lines of channels
  const int64_t wanted = ceil_div(image, kPoolChunk);
  const int64_t run =
      a.n >= 16 ? a.c : max_of(round_up(ceil_div(a.c, max_of(wanted, int64_t{1})), lanes), lanes);
  const int64_t parts = max_of(ceil_div(a.c, max_of(run, int64_t{1})), int64_t{1});
  for_chunks(team, a.n * parts, [&](int64_t chunk, int) {
    const int64_t c0 = chunk % parts * run;
    grad_block<T, P, mode>(a, chunk / parts, {0, a.oh}, {0, a.h}, {c0, min_of(a.c, c0 + run)});
  });
}

template <class T, class P = T*>
void pool_t(const PoolArgs& a, const Launch& team) {
  constexpr bool can_bypass = __is_same(P, T*);
  const int64_t rows = a.n * a.oh;
  if (rows <= 0 || a.ow <= 0 || a.c <= 0) return;
  const int64_t per_chunk =
      max_of(kPoolChunk / max_of(a.stride_h * a.w * a.c, int64_t{1}), int64_t{1});
  const bool max = a.mode == PoolMode::max;
  const auto some_rows = may_bypass(place<P>(a.y, a.dtype), rows * a.ow, a.c)
                             ? max ? &pool_rows<T, P, PoolMode::max, can_bypass>
                                   : &pool_rows<T, P, PoolMode::average, can_bypass>
                         : max ? &pool_rows<T, P, PoolMode::max, false>
                               : &pool_rows<T, P, PoolMode::average, false>;
  for_chunks(team, ceil_div(rows, per_chunk), [&](int64_t chunk, int) {
    some_rows(a, chunk * per_chunk, min_of(rows, (chunk + 1) * per_chunk));
  });
}

template <class T, class P = T*>
void pool_grad_t(const PoolArgs& a, const Launch& team) {
  if (a.n <= 0 || a.h <= 0 || a.w <= 0 || a.c <= 0) return;
  if (a.mode == PoolMode::max)
    grad_chunks<T, P, PoolMode::max>(a, team);
  else
    grad_chunks<T, P, PoolMode::average>(a, team);
}

}  // namespace

void pool(const PoolArgs& a, const Launch& team) {
  if (is_half(a.dtype))
    pool_t<float, Half>(a, team);
  else if (a.dtype == DType::f32)
    pool_t<float>(a, team);
  else
    pool_t<double>(a, team);
}

void pool_grad(const PoolArgs& a, const Launch& team) {
  if (is_half(a.dtype))
    pool_grad_t<float, Half>(a, team);
  else if (a.dtype == DType::f32)
    pool_grad_t<float>(a, team);
  else
    pool_grad_t<double>(a, team);
}

}  // namespace PH_ISA
}  // namespace ph

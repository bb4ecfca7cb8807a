// copy: any strided move. Dimensions are dropped, sorted and merged until two remain that
// matter, the plane: rows of contiguous elements, or a transpose done in register tiles.
// The other dimensions are walked like an odometer.
#include "../families.h"
#include "../reduce/reduce_tile.h"
#include "bytes.h"

namespace ph {
namespace PH_ISA {

namespace {

constexpr int64_t kTransposeRows = 64;  // a transpose's block: rows and columns (in bytes) of the
constexpr int64_t kTransposeRun = 512;  // plane; columns are what touches a new page each
constexpr int64_t kAhead = 512;         // bytes fetched ahead in each of src's runs, or half of it
constexpr int64_t kSetStride = 2048;    // where runs lie so apart that they share cache sets
constexpr int64_t kLargeBytes = 1 << 20;  // beyond L2
constexpr int64_t kLargeChunk = 1 << 20;  // bytes of a transpose past the caches for one thread at
                                          // a time: long pieces of each of src's runs
constexpr int64_t kStreamRun = 1024;      // shorter rows (bytes) would break streams too often

struct Dim {
  int64_t size, src, dst;  // strides in elements
};

struct Plan {
  Dim outer[kMaxDims];
  int n_outer;
  Dim row, col;    // the plane; col is innermost in dst
  bool transpose;  // row.src == 1 == col.dst
  int64_t row_block, col_block, row_parts, col_parts;
  int64_t outer_count;
  int64_t ahead;    // elements
  bool past_cache;  // so large that results bypass the caches
};

PH_INLINE int64_t magnitude(int64_t x) { return x < 0 ? -x : x; }

// Without dimensions of size 1, by descending dst stride, neighbours merged. Returns how many
// remain, or -1 when there is nothing to copy.
int normalise(const CopyArgs& a, Dim* d) {
  int n = 0;
  for (int i = 0; i < a.ndim; ++i) {
    if (a.shape[i] <= 0) return -1;
    if (a.shape[i] == 1) continue;
    const Dim dim = {a.shape[i], a.src_stride[i], a.dst_stride[i]};
    int at = n++;
    for (; at > 0 && magnitude(d[at - 1].dst) < magnitude(dim.dst); --at) d[at] = d[at - 1];
    d[at] = dim;
  }
  int kept = 0;
  for (int i = 0; i < n; ++i) {
    Dim& last = d[kept ? kept - 1 : 0];
    if (kept && last.dst == d[i].dst * d[i].size && last.src == d[i].src * d[i].size)
      last = {last.size * d[i].size, d[i].src, d[i].dst};
    else
      d[kept++] = d[i];
  }
  return kept;
}

Plan make_plan(const Dim* d, int n, int64_t elem_size) {
  Plan p = {};
  p.row = p.col = {1, 1, 1};
  int row = -1;
  if (n > 0) {
    p.col = d[n - 1];
    // A dimension that is contiguous in src pairs with the one contiguous in dst.
    if (p.col.dst == 1 && p.col.src != 1 && p.col.src != 0)
      for (int i = 0; i < n - 1; ++i)
        if (d[i].src == 1) row = i;
    p.transpose = row >= 0;
    if (row < 0 && n > 1) row = n - 2;
    if (row >= 0) p.row = d[row];
  }
  p.outer_count = 1;
  for (int i = 0; i < n - 1; ++i) {
    if (i == row) continue;
    p.outer[p.n_outer++] = d[i];
    p.outer_count *= d[i].size;
  }
  const int64_t bytes = p.outer_count * p.row.size * p.col.size * elem_size;
  p.past_cache = bytes >= kStreamBytes;
  if (bytes >= kLargeBytes)
    p.ahead = (p.col.src * elem_size % kSetStride ? kAhead : kAhead / 2) / elem_size;
  const int64_t wanted = kMoveChunk / elem_size;  // elements
  if (p.transpose) {
    p.row_block = min_of(p.row.size, kTransposeRows);
    p.col_block = min_of(p.col.size, kTransposeRun / elem_size);
  } else {
    p.col_block = min_of(p.col.size, wanted);
    p.row_block = min_of(p.row.size, max_of(wanted / p.col_block, int64_t{1}));
  }
  p.row_parts = ceil_div(p.row.size, p.row_block);
  p.col_parts = ceil_div(p.col.size, p.col_block);
  return p;
}

template <class T>
PH_INLINE void copy_run(T* PH_RESTRICT dst, const T* PH_RESTRICT src, int64_t n, int64_t dst_stride,
                        int64_t src_stride) {
  if (dst_stride == 1 && src_stride == 1) {
    copy_bytes(dst, src, n * static_cast<int64_t>(sizeof(T)));
  } else if (dst_stride == 1 && src_stride == 0) {
    const Vec<T> v = splat<T>(src[0]);
    int64_t i = 0;
    for (; i + kLanes<T> <= n; i += kLanes<T>) store(dst + i, v);
    for (; i < n; ++i) dst[i] = src[0];
  } else if (dst_stride == 1) {
    for (int64_t i = 0; i < n; ++i) dst[i] = src[i * src_stride];
  } else {
    for (int64_t i = 0; i < n; ++i) dst[i * dst_stride] = src[i * src_stride];
  }
}

// Rows of n elements: of a pixel's channels the number alone would cost more than the move.
template <int n, class T>
PH_INLINE void copy_short_rows(T* dst, const T* src, int64_t rows, int64_t rd, int64_t rs) {
  for (int64_t r = 0; r < rows; ++r, dst += rd, src += rs) {
    T row[n];
    __builtin_memcpy(row, src, sizeof(row));
    __builtin_memcpy(dst, row, sizeof(row));
  }
}

template <class T>
PH_INLINE void ask_for_runs(const T* src, int64_t n, int64_t stride) {
#pragma GCC unroll 16
  for (int64_t i = 0; i < n; ++i, src += stride) fetch_ahead(src);
}

template <bool past_cache, class T>
PH_INLINE void store_row(T* dst, Vec<T> x) {
  if constexpr (past_cache)
    store_past(dst, x);
  else
    store(dst, x);
}

// A tile of registers.
template <bool past_cache, class T>
PH_INLINE void transpose_tile(T* dst, const T* src, int64_t rd, int64_t cs) {
  Vec<T> v[kLanes<T>];
  for (Vec<T>& x : v) {
    x = load(src);
    // or it is loaded twice, and may be evicted in between: rows can share one cache set
    __asm__("" : "+" PH_VECTOR_REGISTER(x));
    src += cs;
  }
  transpose<T>(v);
  for (const Vec<T>& x : v) {
    store_row<past_cache>(dst, x);
    dst += rd;
  }
}

template <class T>
constexpr int kSquare = 64 / static_cast<int>(sizeof(T));

// A cache line's square.
template <bool past_cache, class T>
PH_INLINE void transpose_square(T* dst, const T* src, int64_t rd, int64_t cs) {
#pragma GCC unroll 1
  for (int r = 0; r < kSquare<T>; r += kLanes<T>)
#pragma GCC unroll 1
    for (int c = 0; c < kSquare<T>; c += kLanes<T>)
      transpose_tile<past_cache>(dst + r * rd + c, src + r + c * cs, rd, cs);
}
// The same where src's runs share cache sets, more lines than a set holds: each is read whole
// before the next, then each of dst is written whole.
template <bool past_cache, class T>
PH_INLINE void transpose_lines(T* dst, const T* src, int64_t rd, int64_t cs) {
  alignas(64) T turned[kSquare<T> * kSquare<T>];
#pragma GCC unroll 1
  for (int c = 0; c < kSquare<T>; c += kLanes<T>)
#pragma GCC unroll 1
    for (int r = 0; r < kSquare<T>; r += kLanes<T>)
      transpose_tile<false>(turned + r * kSquare<T> + c, src + r + c * cs, kSquare<T>, cs);
#pragma GCC unroll 1
  for (int r = 0; r < kSquare<T>; ++r, dst += rd)
    for (int c = 0; c < kSquare<T>; c += kLanes<T>)
      store_row<past_cache>(dst + c, load(turned + r * kSquare<T> + c));
}

// At most a square, at the plane's edge.
template <class T>
PH_NOINLINE void transpose_edge(T* dst, const T* src, int64_t rows, int64_t cols, int64_t rd,
                                int64_t cs) {
  constexpr int lanes = sizeof(T) >= 4 ? kLanes<T> : 16;
  int64_t r = 0;
  for (; r + lanes <= rows; r += lanes) {
    int64_t c = 0;
    for (; c + lanes <= cols; c += lanes) {
      if constexpr (sizeof(T) >= 4) {
        transpose_tile<false>(dst + r * rd + c, src + r + c * cs, rd, cs);
      } else {
        for (int i = 0; i < lanes; ++i)
          for (int j = 0; j < lanes; ++j) dst[(r + i) * rd + c + j] = src[r + i + (c + j) * cs];
      }
    }
    for (; c < cols; ++c)
      for (int i = 0; i < lanes; ++i) dst[(r + i) * rd + c] = src[r + i + c * cs];
  }
  for (; r < rows; ++r)
    for (int64_t c = 0; c < cols; ++c) dst[r * rd + c] = src[r + c * cs];
}

// dst[r * rd + c] = src[r + c * cs]. A cache line's square at a time: what is loaded is used
// before it can be evicted, even where all rows fall into one cache set. Squares follow src's runs,
// as do blocks: a few runs are read on and on, and fetched into L2 ahead of the hardware. Between
// two squares there must be few instructions: the loads of the next one begin during this one.
template <bool past_cache, class T>
PH_NOINLINE void transpose_block(T* dst, const T* src, int64_t rows, int64_t cols, int64_t rd,
                                 int64_t cs, int64_t ahead) {
  constexpr bool small = sizeof(T) < 4;  // moved one by one
  constexpr int square = kSquare<T>;
  const bool share_sets = cs * int64_t{sizeof(T)} % kSetStride == 0;
  for (int64_t c = 0; c < cols; c += square) {
    for (int64_t r = 0; r < rows; r += square) {
      // or the compiler keeps the addresses of a square's rows on the stack
      __asm__("" : "+r"(rd), "+r"(cs));
      T* const to = dst + r * rd + c;
      const T* const from = src + r + c * cs;
      const int64_t width = min_of<int64_t>(square, cols - c);
      const int64_t height = min_of<int64_t>(square, rows - r);
      if (small || width < square || height < square) {
        if (ahead) ask_for_runs(from + ahead, width, cs);
        transpose_edge(to, from, height, width, rd, cs);
      } else if constexpr (!small) {
        if (ahead) ask_for_runs(from + ahead, square, cs);
        if (kLanes<T> < square && share_sets)
          transpose_lines<past_cache>(to, from, rd, cs);
        else
          transpose_square<past_cache>(to, from, rd, cs);
      }
    }
  }
}

// One block of the plane.
template <class T>
PH_INLINE void copy_block(const Plan& p, T* dst, const T* src, int64_t block) {
  // a transpose's blocks go down a column of blocks, others along a row
  const int64_t r0 = (p.transpose ? block % p.row_parts : block / p.col_parts) * p.row_block;
  const int64_t c0 = (p.transpose ? block / p.row_parts : block % p.col_parts) * p.col_block;
  const int64_t rows = min_of(p.row_block, p.row.size - r0);
  const int64_t cols = min_of(p.col_block, p.col.size - c0);
  dst += r0 * p.row.dst + c0 * p.col.dst;
  src += r0 * p.row.src + c0 * p.col.src;
  if (p.transpose) {
    if (!p.past_cache) {
      transpose_block<false>(dst, src, rows, cols, p.row.dst, p.col.src, p.ahead);
    } else if (misalignment(dst) == 0 && p.row.dst * int64_t{sizeof(T)} % kVectorBytes == 0) {
      transpose_block<true>(dst, src, rows, cols, p.row.dst, p.col.src, p.ahead);
    } else {  // by way of a buffer: whole cache lines can go past the caches
      alignas(64) T turned[kTransposeRows * kTransposeRun / sizeof(T)];
      transpose_block<false>(turned, src, rows, cols, p.col_block, p.col.src, p.ahead);
      for (int64_t r = 0; r < rows; ++r)
        stream_bytes(dst + r * p.row.dst, turned + r * p.col_block,
                     cols * static_cast<int64_t>(sizeof(T)));
    }
    return;
  }
  const int64_t run = cols * static_cast<int64_t>(sizeof(T));
  if (p.past_cache && run >= kStreamRun && p.col.dst == 1 && p.col.src == 1) {
    for (int64_t r = 0; r < rows; ++r, dst += p.row.dst, src += p.row.src)
      stream_bytes(dst, src, run);
    return;
  }
  if (p.col.dst == 1 && p.col.src == 1 && cols == 3)
    return copy_short_rows<3>(dst, src, rows, p.row.dst, p.row.src);
  for (int64_t r = 0; r < rows; ++r, dst += p.row.dst, src += p.row.src)
    copy_run(dst, src, cols, p.col.dst, p.col.src);
}

template <class T>
void copy_t(const CopyArgs& a, const Launch& team) {
  Dim dims[kMaxDims];
  const int n = normalise(a, dims);
  if (n < 0) return;
  const Plan p = make_plan(dims, n, sizeof(T));
  const int64_t blocks = p.row_parts * p.col_parts, units = p.outer_count * blocks;
  const int64_t unit_bytes = p.row_block * p.col_block * static_cast<int64_t>(sizeof(T));
  const int64_t chunk_bytes = p.transpose && p.past_cache ? kLargeChunk : kMoveChunk;
  const int64_t per_chunk = max_of(chunk_bytes / unit_bytes, int64_t{1});
  for_chunks(team, ceil_div(units, per_chunk), [&](int64_t chunk, int) {
    const int64_t first = chunk * per_chunk, end = min_of(units, first + per_chunk);
    int64_t block = first % blocks, left = first / blocks, at[kMaxDims] = {};
    const T* src = static_cast<const T*>(a.src);
    T* dst = static_cast<T*>(a.dst);
    for (int i = p.n_outer - 1; i >= 0; --i) {
      at[i] = left % p.outer[i].size;
      left /= p.outer[i].size;
      src += at[i] * p.outer[i].src;
      dst += at[i] * p.outer[i].dst;
    }
    for (int64_t unit = first;;) {
      copy_block(p, dst, src, block);
      if (++unit == end) break;
      if (++block < blocks) continue;
      block = 0;
      for (int i = p.n_outer - 1; i >= 0; --i) {
        const Dim& d = p.outer[i];
        src += d.src;
        dst += d.dst;
        if (++at[i] < d.size) break;
        at[i] = 0;
        src -= d.src * d.size;
        dst -= d.dst * d.size;
      }
    }
    if (p.past_cache) fence_past();
  });
}

}  // namespace

void copy(const CopyArgs& a, const Launch& team) {
  if (a.guard && *a.guard) return;
  if (a.elem_size == 4) return copy_t<uint32_t>(a, team);
  if (a.elem_size == 8) return copy_t<uint64_t>(a, team);
#if PH_WIDE  // small elements are moved without vectors, or by memcpy
  generic::copy(a, team);
#else
  a.elem_size == 1 ? copy_t<uint8_t>(a, team) : copy_t<uint16_t>(a, team);
#endif
}

}  // namespace PH_ISA
}  // namespace ph

// Strided copies. Dimensions are ordered as the target lies and merged; runs dense on both sides
// move as units of up to 16 bytes; a transpose goes through a tile in shared memory, so that both
// sides move in whole lines.
#include "cuda.h"

namespace ph {
namespace cuda {
namespace {

struct Moves {
  int32_t ndim;
  int64_t shape[kMaxDims], src_stride[kMaxDims], dst_stride[kMaxDims];  // outermost first
  int64_t count() const {
    int64_t n = 1;
    for (int d = 0; d < ndim; ++d) n *= shape[d];
    return n;
  }
};

int64_t magnitude(int64_t x) { return x < 0 ? -x : x; }

// Without dimensions of 1, by falling target strides, with those merged that run on in both.
Moves ordered(const CopyArgs& a) {
  Moves m = {};
  for (int d = 0; d < a.ndim; ++d) {
    if (a.shape[d] == 1) continue;
    int at = m.ndim++;
    for (; at > 0 && magnitude(m.dst_stride[at - 1]) < magnitude(a.dst_stride[d]); --at) {
      m.shape[at] = m.shape[at - 1];
      m.src_stride[at] = m.src_stride[at - 1], m.dst_stride[at] = m.dst_stride[at - 1];
    }
    m.shape[at] = a.shape[d], m.src_stride[at] = a.src_stride[d],
    m.dst_stride[at] = a.dst_stride[d];
  }
  int last = 0;
  for (int d = 1; d < m.ndim; ++d) {
    if (m.src_stride[last] == m.src_stride[d] * m.shape[d] &&
        m.dst_stride[last] == m.dst_stride[d] * m.shape[d]) {
      m.shape[last] *= m.shape[d];
    } else {
      m.shape[++last] = m.shape[d];
    }
    m.src_stride[last] = m.src_stride[d], m.dst_stride[last] = m.dst_stride[d];
  }
  m.ndim = m.ndim ? last + 1 : 0;
  return m;
}

// Units of twice the size, while runs, strides and addresses allow it.
int widen(Moves& m, const void* src, const void* dst, int size) {
  const int inner = m.ndim - 1;
  if (inner < 0 || m.src_stride[inner] != 1 || m.dst_stride[inner] != 1) return size;
  for (; size < 16; size *= 2) {
    const auto address = reinterpret_cast<uintptr_t>(src) | reinterpret_cast<uintptr_t>(dst);
    if (m.shape[inner] % 2 || address % (2 * static_cast<size_t>(size))) return size;
    for (int d = 0; d < inner; ++d)
      if (m.src_stride[d] % 2 || m.dst_stride[d] % 2) return size;
    m.shape[inner] /= 2;
    for (int d = 0; d < inner; ++d) m.src_stride[d] /= 2, m.dst_stride[d] /= 2;
  }
  return size;
}

// Index: uint32_t where it holds every number of the loop, since 64-bit division is slow.
template <class T, class Index>
struct CopyUnits {
  Moves m;
  const T* src;
  T* dst;
  const int32_t* guard;
  PH_DEVICE void operator()(int64_t i) const {
    if (guard && *guard) return;
    Index rest = static_cast<Index>(i);
    int64_t from = 0, to = 0;
    for (int d = m.ndim - 1; d >= 0; --d) {
      const Index size = static_cast<Index>(m.shape[d]), next = rest / size;
      const int64_t at = static_cast<int64_t>(rest - next * size);
      from += at * m.src_stride[d], to += at * m.dst_stride[d];
      rest = next;
    }
    dst[to] = src[from];
  }
};
template <class T>
void copy_units(const Moves& m, const CopyArgs& a, const Launch& team) {
  const int64_t n = m.count();
  const auto* src = static_cast<const T*>(a.src);
  auto* dst = static_cast<T*>(a.dst);
  if (n <= UINT32_MAX)
    each(n, team, CopyUnits<T, uint32_t>{m, src, dst, a.guard});
  else
    each(n, team, CopyUnits<T, uint64_t>{m, src, dst, a.guard});
}

// A tile of kTile source runs along dimension `row` by kTile target runs along the innermost.
template <class T>
struct TransposeTiles {
  Moves m;
  int row;
  int64_t tiles_row, tiles_col;
  const T* src;
  T* dst;
  const int32_t* guard;
  PH_DEVICE void operator()(int64_t i) const {
    if (guard && *guard) return;
    PH_SHARED(T, tile, kTile * (kTile + 1));
    const int inner = m.ndim - 1, t = static_cast<int>(threadIdx.x);
    const int x = t % kTile, y = t / kTile;
    constexpr int step = kBlock / kTile;
    int64_t rest = i / (tiles_row * tiles_col), from = 0, to = 0;
    const int64_t tile_at = i - rest * tiles_row * tiles_col;
    const int64_t r0 = tile_at / tiles_col * kTile, c0 = tile_at % tiles_col * kTile;
    for (int d = inner - 1; d >= 0; --d) {
      if (d == row) continue;
      const int64_t next = rest / m.shape[d], at = rest - next * m.shape[d];
      from += at * m.src_stride[d], to += at * m.dst_stride[d];
      rest = next;
    }
    for (int k = y; k < kTile; k += step)  // neighbours read along the source's run
      if (r0 + x < m.shape[row] && c0 + k < m.shape[inner])
        tile[k * (kTile + 1) + x] =
            src[from + (r0 + x) * m.src_stride[row] + (c0 + k) * m.src_stride[inner]];
    __syncthreads();
    for (int k = y; k < kTile; k += step)
      if (r0 + k < m.shape[row] && c0 + x < m.shape[inner])
        dst[to + (r0 + k) * m.dst_stride[row] + (c0 + x) * m.dst_stride[inner]] =
            tile[x * (kTile + 1) + k];
    __syncthreads();
  }
};
template <class T>
void transpose(const Moves& m, int row, const CopyArgs& a, const Launch& team) {
  const int inner = m.ndim - 1;
  const int64_t rows = ceil_div(m.shape[row], kTile), cols = ceil_div(m.shape[inner], kTile);
  const int64_t tiles = m.count() / m.shape[row] / m.shape[inner] * rows * cols;
  each_block(tiles, team,
             TransposeTiles<T>{m, row, rows, cols, static_cast<const T*>(a.src),
                               static_cast<T*>(a.dst), a.guard});
}

}  // namespace

void copy(const CopyArgs& a, const Launch& team) {
  Moves m = ordered(a);
  if (m.count() == 0) return;
  const int inner = m.ndim - 1;
  if (inner > 0 && magnitude(m.src_stride[inner]) != 1 && m.shape[inner] >= kTile / 2)
    for (int d = 0; d < inner; ++d)
      if (magnitude(m.src_stride[d]) == 1 && m.shape[d] >= kTile / 2)
        return with_size(a.elem_size, [&](auto unit) { transpose<decltype(unit)>(m, d, a, team); });
  const int size = widen(m, a.src, a.dst, a.elem_size);
  if (size == 16) return copy_units<uint4>(m, a, team);
  with_size(size, [&](auto unit) { copy_units<decltype(unit)>(m, a, team); });
}

}  // namespace cuda
}  // namespace ph

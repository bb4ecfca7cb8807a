// Packing: panels of a strided matrix laid out as the register tile reads them.
//
//   dst[p * ld + i] = src[i * s_i + p * s_p]    for i < count, p < depth; 0 for i < ld
#pragma once
#include "gemm_tiles.h"

namespace ph {
namespace PH_ISA {

// Elements that packing may write past the end of a panel.
template <class T>
constexpr int64_t kPackSlack = kLanes<T>;

template <class T>
PH_INLINE void pack_panel(T* PH_RESTRICT dst, int64_t ld, const T* src, int64_t s_i, int64_t s_p,
                          int64_t count, int64_t depth) {
  constexpr int64_t lanes = kLanes<T>;
  if (s_i == 1) {
    for (int64_t p = 0; p < depth; ++p, src += s_p, dst += ld) {
      int64_t i = 0;
      for (; i + lanes <= count; i += lanes) store<T>(dst + i, load<T>(src + i));
      if (i < count) store<T>(dst + i, load_first<T>(src + i, count - i));
    }
    return;
  }
  for (int64_t i = 0; i < count; ++i)
    for (int64_t p = 0; p < depth; ++p) dst[p * ld + i] = src[i * s_i + p * s_p];
  for (int64_t p = 0; p < depth; ++p)
    for (int64_t i = count; i < ld; ++i) dst[p * ld + i] = 0;
}

// The same from one pointer a row (s_p == 1); null is a row of zeros.
template <class T>
PH_INLINE void pack_rows(T* PH_RESTRICT dst, int64_t ld, const T* const* rows, int64_t count,
                         int64_t depth) {
  for (int64_t i = 0; i < count; ++i) {
    const T* src = rows[i];
    if (src)
      for (int64_t p = 0; p < depth; ++p) dst[p * ld + i] = src[p];
    else
      for (int64_t p = 0; p < depth; ++p) dst[p * ld + i] = 0;
  }
  for (int64_t p = 0; p < depth; ++p)
    for (int64_t i = count; i < ld; ++i) dst[p * ld + i] = 0;
}

// A strided matrix as an operand. `along` is the tile's own dimension (rows of A, columns
// of B), p the summed one.
template <class T>
struct Strided {
  const T* data;
  int64_t s_i, s_p;
  PH_INLINE const T* at(int64_t i, int64_t p) const { return data + i * s_i + p * s_p; }
  PH_INLINE Strided skip(int64_t p) const { return {at(0, p), s_i, s_p}; }
  PH_INLINE void pack(T* dst, int64_t ld, int64_t i0, int64_t count, int64_t p0,
                      int64_t depth) const {
    pack_panel(dst, ld, at(i0, p0), s_i, s_p, count, depth);
  }
};

}  // namespace PH_ISA
}  // namespace ph

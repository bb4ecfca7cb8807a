// The register tile: R x V vectors of C from a strip of A and a panel of B. Every product
// here (GEMM, convolution, Winograd) ends in this loop. For each k, V vectors of B are
// loaded and R values of A broadcast:
//
//        B  [ v0 | v1 ]      acc[i][v] += a[i] * b[v]
//   a[i] .  C[i][v0 | v1]
//
// The k range is `segs` runs of kc: run s reads A at a + seg[s]; B runs on.
#pragma once
#include "gemm_tiles.h"

namespace ph {
namespace PH_ISA {

template <class T>
struct Micro {
  const T* a;           // strip of A
  int64_t a_stride;     // by_row: between rows (k stride 1); else between k (row stride 1)
  int64_t a_three = 0;  // by_row: between groups of three rows, where not 3 * a_stride
  const T* b;           // panel of B: a row of kTileCols or less for each k
  int64_t b_stride;     // between k
  int64_t b_ahead = 0;  // from B to what is wanted next, asked for meanwhile
  T* c;
  int64_t ldc;
  int64_t kc, segs;
  const int64_t* seg;  // segs offsets into a, in elements
  T alpha;
  int tail;                 // columns used in the last vector, 1..lanes
  bool accumulate;          // c += alpha * ab, else c = alpha * ab
  bool whole_tile = false;  // c has room for whole vectors
  bool past = false;        // c is whole vectors, aligned, and written past the cache
  bool half;                // read by tiles of pairs alone: c is bfloat16 and not read
  const T* bias = nullptr;  // where the sums start, by column; alpha is then 1
  Act act = Act::none;      // of what is written: none, relu or relu6
};

// masked_b: the last vector of B holds only `tail` readable columns.
template <class T>
using MicroFn = void (*)(const Micro<T>&);

template <class T>
struct MicroTable {
  MicroFn<T> fn[2][2][kVectors][kMaxRows];  // [by_row][masked_b][vectors - 1][rows - 1]
};
template <class T>
const MicroTable<T>& micro_table();
#if PH_BF16_DOTS
// Of pairs of bfloat16 in the place of A's and B's floats; B never masked. See gemm_pairs.h.
const MicroTable<float>& pair_table();
#endif
// The tiles of floats, or of pairs.
template <class T, bool pairs>
PH_INLINE const MicroTable<T>& tiles() {
#if PH_BF16_DOTS
  if constexpr (pairs) return pair_table();
#endif
  return micro_table<T>();
}

}  // namespace PH_ISA
}  // namespace ph

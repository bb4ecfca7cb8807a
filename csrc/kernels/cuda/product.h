// The tiled matrix product that gemm and convolution share. Operands say what element (i, k) is;
// the epilogue says what becomes of a sum. Sums have a fixed order. Halves go to tensor cores.
#pragma once
#include "tensor_core.h"

namespace ph {
namespace cuda {

template <class T>
PH_DEVICE T apply_act(Act act, T x) {
  if (act == Act::relu) return x < 0 ? T(0) : x;
  if (act == Act::relu6) return x < 0 ? T(0) : x > 6 ? T(6) : x;
  if (act == Act::tanh) return tanh(x);
  if (act == Act::sigmoid) return 1 / (1 + exp(-x));
  return x;
}
template <class T>
PH_DEVICE T apply_gate(Act act, T x, T g) {
  if (act == Act::relu) return g > 0 ? x : T(0);
  if (act == Act::relu6) return g > 0 && g < 6 ? x : T(0);
  if (act == Act::tanh) return x * (1 - g * g);
  if (act == Act::sigmoid) return x * (g * (1 - g));
  return x;
}

// What GemmArgs says of c, bias, act and gate; c, bias and gate of batch b start at b times their
// step. S: what is stored, halves too; sums are Wide<S>.
template <class S>
struct Epilogue {
  using T = Wide<S>;
  S* c;
  int64_t ldc, c_step;
  T alpha;
  bool accumulate;
  const S* bias;
  int64_t bias_step;
  Act act;
  const S* gate;
  int64_t ldgate, gate_step;
  Act gate_act;
  PH_DEVICE void operator()(int64_t b, int64_t i, int64_t j, T sum) const {
    S* const to = c + b * c_step + i * ldc + j;
    T v = alpha * sum;
    if (bias) v += read_as<T>(bias[b * bias_step + j]);
    if (accumulate) v += read_as<T>(*to);
    v = apply_act(act, v);
    if (gate) v = apply_gate(gate_act, v, read_as<T>(gate[b * gate_step + i * ldgate + j]));
    *to = write_as<S>(v);
  }
};

// A dense or strided matrix. An operand has: row(batch, i), what is known of a row; column(k), of a
// column; at(row, column), the element as it is stored; along_k: neighbours in k are neighbours in
// memory.
template <class S>
struct Strided {
  const S* data;
  int64_t row_step, column_step, batch_step;
  bool along_k;
  using Row = const S*;
  using Column = int64_t;
  PH_DEVICE Row row(int64_t b, int64_t i) const { return data + b * batch_step + i * row_step; }
  PH_DEVICE Column column(int64_t k) const { return k * column_step; }
  PH_DEVICE S at(const Row& row, const Column& column) const { return row[column]; }
};

struct ProductSizes {
  int64_t m, n, k, batch, parts, tiles_m, tiles_n;
};
inline ProductSizes product_sizes(int64_t m, int64_t n, int64_t k, int64_t batch) {
  ProductSizes s = {m, n, k, batch, 1, ceil_div(m, kTileM), ceil_div(n, kTileN)};
  const int64_t tiles = s.tiles_m * s.tiles_n * batch;
  if (tiles > 0 && tiles < kEnoughTiles)
    s.parts = max_of<int64_t>(1, min_of(k / kPartK, kEnoughTiles / tiles));
  return s;
}
inline size_t product_scratch(const ProductSizes& s, DType dtype) {
  const size_t bytes = dtype == DType::f64 ? sizeof(double) : sizeof(float);
  return s.parts > 1 ? static_cast<size_t>(s.parts * s.batch * s.m * s.n) * bytes : 0;
}

// Loads one operand's tile, (kTileK, kSide) in shared memory, zeros outside the matrix.
template <class T, class Operand, int kSide>
struct TileLoader {
  static constexpr int each = kSide * kTileK / kBlock;  // elements a thread loads
  const Operand& operand;
  typename Operand::Row rows[each];
  bool inside[each];
  int first_row, first_k;
  PH_DEVICE TileLoader(const Operand& o, int64_t b, int64_t row0, int64_t rows_end) : operand(o) {
    const int t = static_cast<int>(threadIdx.x);
    first_row = o.along_k ? t / kTileK : t % kSide;
    first_k = o.along_k ? t % kTileK : t / kSide;
    for (int e = 0; e < each; ++e) {
      const int64_t row = row0 + row_of(e);
      inside[e] = row < rows_end;
      if (inside[e]) rows[e] = o.row(b, row);
    }
  }
  PH_DEVICE int row_of(int e) const {
    return first_row + (operand.along_k ? e * (kBlock / kTileK) : 0);
  }
  PH_DEVICE int k_of(int e) const { return first_k + (operand.along_k ? 0 : e * (kBlock / kSide)); }
  PH_DEVICE void fetch(T (&x)[each], int64_t k0, int64_t k_end) const {
    if (operand.along_k) {
      const int64_t k = k0 + first_k;
      const bool in_k = k < k_end;
      const typename Operand::Column column = operand.column(in_k ? k : k0);
      for (int e = 0; e < each; ++e) x[e] = in_k && inside[e] ? operand.at(rows[e], column) : T(0);
    } else {
      for (int e = 0; e < each; ++e) {
        const int64_t k = k0 + k_of(e);
        x[e] = k < k_end && inside[e] ? operand.at(rows[e], operand.column(k)) : T(0);
      }
    }
  }
  template <class Tile>
  PH_DEVICE void put(Tile& tile, const T (&x)[each]) const {
    for (int e = 0; e < each; ++e) tile[k_of(e) * (kSide + kTilePad) + row_of(e)] = x[e];
  }
};

// Where a block's tile lies, and which of the terms it sums.
struct TilePlace {
  int64_t m0, n0, batch, part, begin, end;
  PH_DEVICE TilePlace(const ProductSizes& s, int64_t item) {
    const int64_t rest = item / s.tiles_n, rest_m = rest / s.tiles_m;
    m0 = rest % s.tiles_m * kTileM, n0 = item % s.tiles_n * kTileN;
    batch = rest_m % s.batch, part = rest_m / s.batch;
    begin = s.k * part / s.parts, end = s.k * (part + 1) / s.parts;
  }
};
// What becomes of its sums.
template <class S>
struct TileSums {
  ProductSizes s;
  Epilogue<S> finish;
  Wide<S>* partial;  // (parts, batch, m, n), where there are several parts
  PH_DEVICE void put(const TilePlace& at, int64_t row, int64_t col, Wide<S> sum) const {
    if (row >= s.m || col >= s.n) return;
    if (s.parts > 1)
      partial[((at.part * s.batch + at.batch) * s.m + row) * s.n + col] = sum;
    else
      finish(at.batch, row, col, sum);
  }
};

// By multiply-adds: kThreadM x kThreadN results a thread.
template <class T, class A, class B>
struct ProductTile {
  TileSums<T> sums;
  A a;
  B b;
  PH_DEVICE void operator()(int64_t item) const {
    PH_SHARED(T, tile_a, kTileK * (kTileM + kTilePad));
    PH_SHARED(T, tile_b, kTileK * (kTileN + kTilePad));
    const TilePlace at(sums.s, item);
    const int t = static_cast<int>(threadIdx.x);
    const int ty = t / (kTileN / kThreadN), tx = t % (kTileN / kThreadN);
    const TileLoader<T, A, kTileM> load_a(a, at.batch, at.m0, sums.s.m);
    const TileLoader<T, B, kTileN> load_b(b, at.batch, at.n0, sums.s.n);
    T next_a[load_a.each], next_b[load_b.each];
    T sum[kThreadM][kThreadN] = {};
    if (at.begin < at.end)
      load_a.fetch(next_a, at.begin, at.end), load_b.fetch(next_b, at.begin, at.end);
    for (int64_t k0 = at.begin; k0 < at.end; k0 += kTileK) {
      load_a.put(tile_a, next_a);
      load_b.put(tile_b, next_b);
      __syncthreads();
      if (k0 + kTileK < at.end)  // travels while this tile is used
        load_a.fetch(next_a, k0 + kTileK, at.end), load_b.fetch(next_b, k0 + kTileK, at.end);
      for (int k = 0; k < kTileK; ++k) {
        T x[kThreadM], y[kThreadN];
        for (int i = 0; i < kThreadM; ++i)
          x[i] = tile_a[k * (kTileM + kTilePad) + ty * kThreadM + i];
        for (int j = 0; j < kThreadN; ++j)
          y[j] = tile_b[k * (kTileN + kTilePad) + tx * kThreadN + j];
        for (int i = 0; i < kThreadM; ++i)
          for (int j = 0; j < kThreadN; ++j) sum[i][j] += x[i] * y[j];
      }
      __syncthreads();
    }
    for (int i = 0; i < kThreadM; ++i)
      for (int j = 0; j < kThreadN; ++j)
        sums.put(at, at.m0 + ty * kThreadM + i, at.n0 + tx * kThreadN + j, sum[i][j]);
  }
};

// Of halves, by tensor cores: a warp has 16 rows and kWarpN columns, 8 of them at a time.
template <class S, class A, class B>
struct HalvesTile {
  static constexpr int kWarpsM = kTileM / 16, kWarpsN = kBlock / 32 / kWarpsM;
  static constexpr int kWarpN = kTileN / kWarpsN;
  static_assert(kTileK == 16 && kWarpsM * kWarpsN * 32 == kBlock && kWarpN % 8 == 0);
  TileSums<S> sums;
  A a;
  B b;
  PH_DEVICE void operator()(int64_t item) const {
    PH_SHARED(uint32_t, tile_a, kTileM * kPairRow);
    PH_SHARED(uint32_t, tile_b, kTileN * kPairRow);
    const TilePlace at(sums.s, item);
    const int row0 = warp_id() % kWarpsM * 16, col0 = warp_id() / kWarpsM * kWarpN;
    const int g = lane_id() / 4, t = lane_id() % 4;
    const PairLoader<A, kTileM> load_a(a, at.batch, at.m0, sums.s.m);
    const PairLoader<B, kTileN> load_b(b, at.batch, at.n0, sums.s.n);
    uint32_t next_a[load_a.each], next_b[load_b.each];
    float sum[kWarpN / 8][4] = {};
    if (at.begin < at.end)
      load_a.fetch(next_a, at.begin, at.end), load_b.fetch(next_b, at.begin, at.end);
    for (int64_t k0 = at.begin; k0 < at.end; k0 += kTileK) {
      load_a.put(tile_a, next_a);
      load_b.put(tile_b, next_b);
      __syncthreads();
      if (k0 + kTileK < at.end)  // travels while this tile is used
        load_a.fetch(next_a, k0 + kTileK, at.end), load_b.fetch(next_b, k0 + kTileK, at.end);
      const int upper = (row0 + g) * kPairRow + t, lower = upper + 8 * kPairRow;
      const uint32_t x[4] = {tile_a[upper], tile_a[lower], tile_a[upper + 4], tile_a[lower + 4]};
      for (int j = 0; j < kWarpN / 8; ++j) {
        const int from = (col0 + 8 * j + g) * kPairRow + t;
        const uint32_t y[2] = {tile_b[from], tile_b[from + 4]};
        multiply_add<S>(sum[j], x, y);
      }
      __syncthreads();
    }
    for (int j = 0; j < kWarpN / 8; ++j)
      for (int i = 0; i < 4; ++i)
        sums.put(at, at.m0 + row0 + g + i / 2 * 8, at.n0 + col0 + 8 * j + 2 * t + i % 2, sum[j][i]);
  }
};
template <class S, class A, class B>
struct TileOf {
  using type = ProductTile<S, A, B>;
};
template <class A, class B>
struct TileOf<Float16, A, B> {
  using type = HalvesTile<Float16, A, B>;
};
template <class A, class B>
struct TileOf<BFloat16, A, B> {
  using type = HalvesTile<BFloat16, A, B>;
};

template <class S>
struct JoinParts {
  using T = Wide<S>;
  ProductSizes s;
  Epilogue<S> finish;
  const T* partial;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t col = i % s.n, at = i / s.n, row = at % s.m, all = s.batch * s.m * s.n;
    T sum = 0;
    for (int64_t p = 0; p < s.parts; ++p) sum += partial[p * all + i];
    finish(at / s.m, row, col, sum);
  }
};

// c = epilogue(a @ b) for every batch; b's rows are its columns (n), its columns run along k.
template <class S, class A, class B>
void product(const ProductSizes& s, const A& a, const B& b, const Epilogue<S>& finish,
             void* scratch, const Launch& team) {
  auto* const partial = static_cast<Wide<S>*>(scratch);
  const TileSums<S> sums = {s, finish, partial};
  each_block(s.tiles_m * s.tiles_n * s.batch * s.parts, team,
             typename TileOf<S, A, B>::type{sums, a, b});
  if (s.parts > 1) each(s.batch * s.m * s.n, team, JoinParts<S>{s, finish, partial});
}

}  // namespace cuda
}  // namespace ph

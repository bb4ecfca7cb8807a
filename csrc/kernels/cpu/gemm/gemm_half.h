// Products of float16 and bfloat16: operands are converted while they are packed, the register
// tile and its sums are float32, and what it leaves is rounded once, after the epilogue.
#pragma once
#include "../half.h"
#include "gemm_engine.h"
#include "gemm_half_vector.h"

namespace ph {
namespace PH_ISA {

// A strided matrix, as Strided is one. Only ever packed.
struct HalfMatrix {
  Half data;
  int64_t step_i, step_p;
  static PH_INLINE int64_t depth(int64_t k) { return k; }
  static PH_INLINE HalfMatrix of(Half data, int64_t step_i, int64_t step_p, int64_t) {
    return {data, step_i, step_p};
  }
  PH_INLINE HalfMatrix skip(int64_t p) const { return {data + p * step_p, step_i, step_p}; }
  void pack(float* PH_RESTRICT dst, int64_t ld, int64_t i0, int64_t count, int64_t p0,
            int64_t depth) const {
    constexpr int64_t lanes = kLanes<float>, piece = 64;
    Half src = data + (i0 * step_i + p0 * step_p);
    if (step_i == 1) {
      for (int64_t p = 0; p < depth; ++p, src += step_p, dst += ld) {
        int64_t i = 0;
        for (; i + lanes <= count; i += lanes) store(dst + i, load(src + i));
        if (i < count) store(dst + i, load_first(src + i, count - i));
      }
    } else if (step_p == 1) {
      alignas(64) float wide[kPanelRows * piece];
      const float* rows[kPanelRows];
      for (int64_t i = 0; i < count; ++i) rows[i] = wide + i * piece;
      for (int64_t p = 0; p < depth; p += piece, dst += piece * ld) {
        const int64_t n = min_of(piece, depth - p);
        for (int64_t i = 0; i < count; ++i) widen_run(wide + i * piece, src + (i * step_i + p), n);
        pack_rows(dst, ld, rows, count, n);
      }
    } else {
      for (int64_t p = 0; p < depth; ++p, src += step_p, dst += ld) {
        for (int64_t i = 0; i < count; ++i) dst[i] = src[i * step_i];
        for (int64_t i = count; i < ld; ++i) dst[i] = 0;
      }
    }
  }
};

// depth: of the sums, in what Matrix::pack writes. rounds: the tiles write the result, where they
// can and one block of k gives all of it, not float32.
struct HalfPlan {
  bool vector, by_batch, rounds;
  int64_t depth, splits, a_bytes, b_bytes, bias_bytes, c_bytes;
  PH_INLINE HalfPlan(const GemmArgs& g, int64_t k, bool pairs) : depth(k) {
    vector = takes_half_vector(g);
    by_batch = g.batch > 1 && g.m * g.n * k < kSerialWork * 4;
    splits = by_batch ? 1 : choose_splits<float>(g.m, g.n, k);
    a_bytes = a_block_bytes<float>(g.m, k), b_bytes = b_block_bytes<float>(g.n, k);
    bias_bytes = g.bias ? cache_rounded(g.n * 4) : 0;
    rounds = pairs && g.k > 0 && k <= kBlockDepth<float> && splits == 1 && !g.gate &&
             !g.accumulate && g.alpha == 1 &&
             Epilogue<float>{nullptr, nullptr, 0, g.act, Act::none}.simple();
    c_bytes = rounds ? 0 : cache_rounded(g.m * g.n * 4);
  }
  PH_INLINE int64_t item(const GemmArgs& g, int threads) const {
    if (vector) return half_vector_bytes(g);
    return c_bytes + (splits > 1 ? split_bytes<float>(g.m, g.n, depth, splits, threads)
                                 : b_bytes + threads * a_bytes);
  }
};
template <class Matrix>
PH_INLINE int64_t gemm_half_scratch(const GemmArgs& g, int threads) {
  const HalfPlan p(g, Matrix::depth(g.k), requires { Matrix::kPairs; });
  return p.bias_bytes + (p.by_batch ? threads * p.item(g, 1) : p.item(g, threads));
}

template <class Matrix>
void gemm_half(const GemmArgs& g, const Launch& team) {
  const HalfPlan plan(g, Matrix::depth(g.k), requires { Matrix::kPairs; });
  char* const scratch = static_cast<char*>(g.scratch);
  float* const bias = g.bias ? reinterpret_cast<float*>(scratch) : nullptr;
  if (bias) widen_run(bias, Half(g.bias, g.dtype), g.n);
  const auto item = [&](int64_t b, const Launch& crew, char* own) {
    const Half c = Half(g.c, g.dtype) + b * g.c_bs;
    const Half gate = g.gate ? Half(g.gate, g.dtype) + b * g.gate_bs : Half();
    if (plan.vector)
      return run_half_vector(g, Half(g.a, g.dtype) + b * g.a_bs, Half(g.b, g.dtype) + b * g.b_bs, c,
                             gate, bias, crew, own);
    float* const sums = reinterpret_cast<float*>(own);
    char* const rest = own + plan.c_bytes;
    Product<float, Matrix, Matrix> q = {
        g.m,
        g.n,
        plan.depth,
        Matrix::of(Half(g.a, g.dtype) + b * g.a_bs, g.a_rs, g.a_cs, g.k),
        Matrix::of(Half(g.b, g.dtype) + b * g.b_bs, g.b_cs, g.b_rs, g.k),
        true,
        true,
        sums,
        g.n,
        static_cast<float>(g.alpha),
        g.accumulate,
        {bias, nullptr, 0, g.act, Act::none}};
    if constexpr (requires { Matrix::kPairs; })
      if (plan.rounds) {
        q.a.result = c.at, q.ldc = g.ldc;
        return run_product(q, crew, rest, rest + plan.b_bytes);
      }
    if (g.accumulate)
      for (int64_t i = 0; i < g.m; ++i) widen_run(sums + i * g.n, c + i * g.ldc, g.n);
    if (g.k <= 0) {
      for (int64_t i = 0; !g.accumulate && i < g.m * g.n; ++i) sums[i] = 0;
      if (!q.epilogue.empty()) finish_tile<float>(sums, g.n, g.m, g.n, q.epilogue);
    } else if (plan.splits > 1) {
      split_product(q, plan.splits, crew, rest);
    } else {
      run_product(q, crew, rest, rest + plan.b_bytes);
    }
    const int64_t rows = max_of<int64_t>(1, kHalfChunk / g.n);
    for_chunks(crew, ceil_div(g.m, rows), [&](int64_t chunk, int) {
      const int64_t i = chunk * rows;
      narrow_rows(c + i * g.ldc, g.ldc, sums + i * g.n, min_of(rows, g.m - i), g.n,
                  gate ? gate + i * g.ldgate : gate, g.ldgate, g.gate_act);
    });
  };
  char* const items = scratch + plan.bias_bytes;
  if (!plan.by_batch) {
    for (int64_t b = 0; b < g.batch; ++b) item(b, team, items);
    return;
  }
  const int64_t own = plan.item(g, 1), work = g.m * g.n * max_of<int64_t>(1, plan.depth) * g.batch;
  const int64_t chunks =
      work < kSerialWork ? 1 : min_of(min_of(g.batch, kMaxChunks), ceil_div(work, kChunkWork));
  for_chunks(team, chunks, [&](int64_t chunk, int thread) {
    for (int64_t b = chunk * g.batch / chunks; b < (chunk + 1) * g.batch / chunks; ++b)
      item(b, serial_launch(), items + thread * own);
  });
}

}  // namespace PH_ISA
}  // namespace ph

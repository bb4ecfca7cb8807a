// The matrix product: chooses by sizes and strides alone between matrix-vector, outer and narrow
// products, sums along k, operands read in place, packed operands, and sums cut along k.
#include "../families.h"
#include "gemm_dots.h"
#include "gemm_engine.h"
#include "gemm_half.h"
#include "gemm_long.h"
#include "gemm_narrow.h"
#include "gemm_pairs.h"
#include "gemm_vector.h"

namespace ph {
namespace PH_ISA {
namespace {

template <class T>
struct Plan {
  bool vector, outer;  // one row or column; k == 1
  bool narrow, dots;   // see gemm_narrow.h, gemm_dots.h
  bool by_batch;       // batch items are chunks of one thread each
  bool pack_a, pack_b;
  int64_t splits;     // parts of k, each into its own partial result
  int64_t max_depth;  // of a block of k
  int64_t a_bytes, b_bytes, x_bytes;
};

// Whether the register tile may read A where it lies: small, or used by few panels of B.
template <class T>
bool reads_in_place(const GemmArgs& g) {
  constexpr int64_t size = sizeof(T);
  if (g.a_rs != 1 && g.a_cs != 1) return false;
  if (g.m * g.k * size <= kDirectBytesA) return true;
  if (g.a_rs == 1) return g.n <= kTileCols<T> * kDirectPanels;
  const bool collide = g.a_rs * size % kSetBytes == 0;
  if (!collide && g.m <= kFewRows) return true;
  return g.n <= kTileCols<T> * (collide ? 1 : kDirectRowPanels);
}

// most_depth: of a block of k; 0: what is fastest.
template <class T>
Plan<T> make_plan(const GemmArgs& g, int64_t most_depth = 0) {
  constexpr int64_t size = sizeof(T);
  Plan<T> p = {};
  const int64_t work = g.m * g.n * g.k;
  p.by_batch = g.batch > 1 && work < kSerialWork * 4;
  p.outer = g.k == 1 && g.b_cs == 1 && g.n > 1;
  if (p.outer) return p;
  if (g.m == 1 || g.n == 1) {
    p.vector = true;
    p.x_bytes = (g.m == 1 ? g.a_cs : g.b_rs) == 1 ? 0 : cache_rounded(g.k * size);
    return p;
  }
  p.dots = is_dots<T>(g);
  if (p.dots) return p;
  p.pack_a = !reads_in_place<T>(g);
  const bool scattered = !p.pack_a && g.a_rs == 1 && g.a_cs * size > kStripStride;
  p.max_depth = scattered ? kScatteredDepth : kBlockDepth<T>;
  const bool collide = g.b_rs * size % kSetBytes == 0;
  p.pack_b = g.b_cs != 1 || (g.m > direct_rows<T>(g.b_rs) && g.k * g.n * size > kDirectBytesB);
  // One panel of whole rows lies as packing would lay it. Each strip of A then meets B once, so
  // that nothing is gained by cutting k finely.
  if (!p.pack_a && g.a_cs == 1 && g.b_cs == 1 && g.n <= kTileCols<T> && g.n % kLanes<T> == 0 &&
      !collide) {
    p.pack_b = false;
    p.max_depth = kPanelDepth;
  }
  if (most_depth) p.max_depth = min_of(p.max_depth, most_depth);
  p.splits = p.by_batch ? 1 : choose_splits<T>(g.m, g.n, g.k);
  p.narrow = p.splits == 1 && is_narrow<T>(g);
  if (p.narrow) return p;
  const int64_t k = ceil_div(g.k, p.splits);
  p.a_bytes = p.pack_a ? a_block_bytes<T>(g.m, k) : 0;
  p.b_bytes = p.pack_b ? b_block_bytes<T>(g.n, k) : 0;
  return p;
}

template <class T>
Epilogue<T> item_epilogue(const GemmArgs& g, int64_t b) {
  const T* gate = static_cast<const T*>(g.gate);
  return {static_cast<const T*>(g.bias), gate ? gate + b * g.gate_bs : nullptr, g.ldgate, g.act,
          g.gate_act};
}

// The same for blocks, which run the program themselves.
template <class T>
Epilogue<T> program_epilogue(const GemmArgs& g, int64_t b) {
  Epilogue<T> e = item_epilogue<T>(g, b);
  e.program = g.program, e.row = b * g.m;
  return e;
}

template <class T>
MatVec<T> item_matvec(const GemmArgs& g, int64_t b, T* x_copy) {
  MatVec<T> q = {};
  const T* const a = static_cast<const T*>(g.a) + b * g.a_bs;
  const T* const w = static_cast<const T*>(g.b) + b * g.b_bs;
  const bool row = g.m == 1;  // c = b^T a^T
  q.rows = row ? g.n : g.m;
  q.k = g.k;
  q.matrix = row ? w : a;
  q.s_i = row ? g.b_cs : g.a_rs;
  q.s_p = row ? g.b_rs : g.a_cs;
  q.x = row ? a : w;
  const int64_t x_stride = row ? g.a_cs : g.b_rs;
  if (x_stride != 1) {
    for (int64_t p = 0; p < g.k; ++p) x_copy[p] = q.x[p * x_stride];
    q.x = x_copy;
  }
  q.y = static_cast<T*>(g.c) + b * g.c_bs;
  q.y_stride = row ? 1 : g.ldc;
  q.alpha = static_cast<T>(g.alpha);
  q.accumulate = g.accumulate;
  q.bias_by_row = row;
  q.epilogue = item_epilogue<T>(g, b);
  if (row) q.epilogue.ldgate = 1;
  return q;
}

template <class T>
Outer<T> item_outer(const GemmArgs& g, int64_t b) {
  return {g.m,
          g.n,
          static_cast<const T*>(g.a) + b * g.a_bs,
          g.a_rs,
          static_cast<const T*>(g.b) + b * g.b_bs,
          static_cast<T*>(g.c) + b * g.c_bs,
          g.ldc,
          static_cast<T>(g.alpha),
          g.accumulate,
          item_epilogue<T>(g, b)};
}

template <class T>
Matrices<T> item_product(const GemmArgs& g, const Plan<T>& plan, int64_t b) {
  return {g.m,
          g.n,
          g.k,
          {static_cast<const T*>(g.a) + b * g.a_bs, g.a_rs, g.a_cs},
          {static_cast<const T*>(g.b) + b * g.b_bs, g.b_cs, g.b_rs},
          plan.pack_a,
          plan.pack_b,
          static_cast<T*>(g.c) + b * g.c_bs,
          g.ldc,
          static_cast<T>(g.alpha),
          g.accumulate,
          program_epilogue<T>(g, b),
          plan.max_depth};
}

// k == 0: the product is zero.
template <class T>
void empty_sum(const GemmArgs& g) {
  for (int64_t b = 0; b < g.batch; ++b) {
    const auto q = item_product<T>(g, {}, b);
    if (!g.accumulate)
      for (int64_t i = 0; i < g.m; ++i)
        for (int64_t j = 0; j < g.n; ++j) q.c[i * g.ldc + j] = 0;
    if (!q.epilogue.empty()) finish_tile<T>(q.c, g.ldc, g.m, g.n, q.epilogue);
  }
}

// Item b of the batch, or its share of k that `g` is.
template <class T>
PH_INLINE void run_item(const GemmArgs& g, const Plan<T>& plan, int64_t b, const Launch& crew,
                        char* own) {
  if (plan.outer)
    run_outer(item_outer<T>(g, b), crew);
  else if (plan.vector)
    run_matvec(item_matvec<T>(g, b, reinterpret_cast<T*>(own)), crew);
  else if (plan.dots)
    run_dots(item_product<T>(g, plan, b), crew);
  else if (plan.narrow)
    run_narrow(item_product<T>(g, plan, b), crew);
  else if (plan.splits > 1)
    split_product(item_product<T>(g, plan, b), plan.splits, crew, own);
  else
    run_product(item_product<T>(g, plan, b), crew, own, own + plan.b_bytes);
}
// Whether a program runs block by block: where the whole result leaves the cache before it is done.
template <class T>
bool runs_program(const GemmArgs& g, const Plan<T>& p) {
  return g.program && g.batch * g.m * g.n * static_cast<int64_t>(sizeof(T)) > kProgramBytes &&
         g.m * g.n >= kProgramPart && !p.outer && !p.vector && !p.dots && !p.narrow &&
         p.splits <= 1;
}
template <class T>
int64_t item_bytes(const GemmArgs& g, const Plan<T>& p, int threads) {
  if (p.splits > 1) return split_bytes<T>(g.m, g.n, g.k, p.splits, threads);
  return p.b_bytes + threads * p.a_bytes + p.x_bytes;
}

// ---- long sums (gemm_long.h)
template <class T>
PH_INLINE bool is_long(const GemmArgs& g) {
  return sizeof(T) == 4 && g.k > kLongSum;
}
// A matrix and a vector: a chain adds every second element, or where rows are contiguous every
// second vector.
int64_t segment_of(const GemmArgs& g) {
  if (g.m != 1 && g.n != 1) return kLongSegment;
  const int64_t s_i = g.m == 1 ? g.b_cs : g.a_rs, s_p = g.m == 1 ? g.b_rs : g.a_cs;
  if (s_p == 1) return min_of<int64_t>(kLongSegment, 2 * kLanes<float> * kLongDepth);
  return s_i == 1 ? 2 * kLongDepth : kLongDepth;
}
// The product over k in [p0, p0 + depth) alone.
GemmArgs segment_args(const GemmArgs& g, int64_t p0, int64_t depth, float* result) {
  GemmArgs s = g;
  s.k = depth;
  s.a = static_cast<const float*>(g.a) + p0 * g.a_cs;
  s.b = static_cast<const float*>(g.b) + p0 * g.b_rs;
  s.c = result, s.ldc = g.n;
  s.alpha = 1, s.accumulate = false, s.batch = 1;
  s.bias = s.gate = nullptr, s.act = Act::none, s.program = nullptr;
  return s;
}
LongPlan long_plan(const GemmArgs& g, int threads) {
  const int64_t segment = segment_of(g);
  LongPlan p = plan_long(g.m, g.n, g.k, segment);
  const GemmArgs s = segment_args(g, 0, segment, nullptr);
  p.inner_bytes = item_bytes<float>(s, make_plan<float>(s, kLongDepth), p.serial ? 1 : threads);
  return p;
}
// Items that are one part each are shared out whole.
PH_INLINE bool long_by_batch(const GemmArgs& g, const LongPlan& p) {
  return g.batch > 1 && p.serial && p.parts == 1;
}
void run_long(const GemmArgs& g, const Launch& team) {
  const LongPlan plan = long_plan(g, team.threads);
  char* const scratch = static_cast<char*>(g.scratch);
  const auto item = [&](int64_t b, const Launch& crew, char* own) {
    GemmArgs one = g;
    one.a = static_cast<const float*>(g.a) + b * g.a_bs;
    one.b = static_cast<const float*>(g.b) + b * g.b_bs;
    const LongSum<float> q = {g.m,          g.n,
                              g.k,          static_cast<float*>(g.c) + b * g.c_bs,
                              g.ldc,        static_cast<float>(g.alpha),
                              g.accumulate, item_epilogue<float>(g, b)};
    long_sum(q, plan, crew, own,
             [&](int64_t p0, int64_t depth, float* result, const Launch& few, char* inner) {
               const GemmArgs s = segment_args(one, p0, depth, result);
               run_item<float>(s, make_plan<float>(s, kLongDepth), 0, few, inner);
             });
  };
  if (long_by_batch(g, plan)) {
    const int64_t own = long_bytes<float>(g.m, g.n, plan, 1);
    for_chunks(team, g.batch,
               [&](int64_t b, int thread) { item(b, serial_launch(), scratch + thread * own); });
  } else {
    for (int64_t b = 0; b < g.batch; ++b) item(b, team, scratch);
  }
}
size_t long_scratch(const GemmArgs& g, int threads) {
  const LongPlan p = long_plan(g, threads);
  const int64_t bytes = long_by_batch(g, p) ? threads * long_bytes<float>(g.m, g.n, p, 1)
                                            : long_bytes<float>(g.m, g.n, p, threads);
  return static_cast<size_t>(bytes);
}

template <class T>
void run_planned(const GemmArgs& g, const Plan<T>& plan, const Launch& team) {
  char* const scratch = static_cast<char*>(g.scratch);
  const auto item = [&](int64_t b, const Launch& crew, char* own) {
    run_item<T>(g, plan, b, crew, own);
  };
  if (plan.by_batch) {
    const int64_t bytes = plan.a_bytes + plan.b_bytes + plan.x_bytes;
    const int64_t work = g.m * g.n * g.k * g.batch;
    const int64_t chunks =
        work < kSerialWork ? 1 : min_of(min_of(g.batch, kMaxChunks), ceil_div(work, kChunkWork));
    for_chunks(team, chunks, [&](int64_t chunk, int thread) {
      char* own = scratch + thread * bytes;
      for (int64_t b = chunk * g.batch / chunks; b < (chunk + 1) * g.batch / chunks; ++b)
        item(b, serial_launch(), own);
    });
  } else {
    for (int64_t b = 0; b < g.batch; ++b) item(b, team, scratch);
  }
}

template <class T>
void gemm_typed(const GemmArgs& g, const Launch& team) {
  if (g.k <= 0) return empty_sum<T>(g);
  if (is_long<T>(g)) return run_long(g, team);
  const bool row = g.m == 1;
  if ((row || g.n == 1) && g.k > 1 && g.batch == 1 && (row ? g.a_cs : g.b_rs) == 1)
    return run_matvec(item_matvec<T>(g, 0, nullptr), team);  // layers of one sample: no plan
  run_planned(g, make_plan<T>(g), team);
}

// The product without its program, which then runs over all of the result; or block by block.
template <class T>
void gemm_program(const GemmArgs& g, const Launch& team) {
  if (g.k > 0 && !is_long<T>(g)) {
    const Plan<T> plan = make_plan<T>(g);
    if (runs_program(g, plan)) return run_planned(g, plan, team);
  }
  GemmArgs plain = g;
  plain.program = nullptr;
  gemm_typed<T>(plain, team);
  eltwise(*g.program, team);
}

template <class T>
size_t scratch_typed(const GemmArgs& g, int threads) {
  if (is_long<T>(g)) return long_scratch(g, threads);
  const Plan<T> p = make_plan<T>(g);
  const int64_t bytes =
      p.by_batch ? threads * (p.a_bytes + p.b_bytes + p.x_bytes) : item_bytes<T>(g, p, threads);
  return static_cast<size_t>(bytes);
}

}  // namespace

void gemm(const GemmArgs& g, const Launch& team) {
  if (g.m <= 0 || g.n <= 0 || g.batch <= 0) return;
  if (g.program)
    return g.dtype == DType::f32 ? gemm_program<float>(g, team) : gemm_program<double>(g, team);
  if (g.dtype == DType::f32) gemm_typed<float>(g, team);
  if (g.dtype == DType::f64) gemm_typed<double>(g, team);
  if (is_half(g.dtype)) gemm_half<HalfMatrix>(g, team);
}

size_t gemm_scratch(const GemmArgs& g, int threads) {
  if (g.m <= 0 || g.n <= 0 || g.batch <= 0) return 0;
  if (is_half(g.dtype)) return static_cast<size_t>(gemm_half_scratch<HalfMatrix>(g, threads));
  if (g.k <= 0) return 0;
  if (g.dtype == DType::f32) return scratch_typed<float>(g, threads);
  if (g.dtype == DType::f64) return scratch_typed<double>(g, threads);
  return 0;
}

#if PH_BF16_DOTS
void gemm_bf16(const GemmArgs& g, const Launch& team) {
  if (g.dtype != DType::bf16) return gemm(g, team);
  if (g.m > 0 && g.n > 0 && g.batch > 0) gemm_half<PairMatrix>(g, team);
}
size_t gemm_bf16_scratch(const GemmArgs& g, int threads) {
  if (g.dtype != DType::bf16 || g.m <= 0 || g.n <= 0 || g.batch <= 0)
    return gemm_scratch(g, threads);
  return static_cast<size_t>(gemm_half_scratch<PairMatrix>(g, threads));
}
#endif

}  // namespace PH_ISA
}  // namespace ph

// Convolution as matrix products with their own packing; see conv_source.h.
#include "../families.h"
#include "../gemm/gemm_engine.h"
#include "../gemm/gemm_long.h"
#include "conv_depthwise.h"
#include "conv_filter.h"
#include "conv_half.h"
#include "conv_pack.h"
#include "conv_problem.h"
#include "conv_scatter.h"

namespace ph {
namespace PH_ISA {
namespace {

// A residue that no tap reaches: zero, or kept, before its epilogue.
template <class T>
void direct_empty(const DirectConv<T>& q) {
  if (q.accumulate && q.epilogue.empty()) return;
  for (int64_t i = 0; i < q.images * q.rows; ++i) {
    T* const row = q.out + i / q.rows * q.image_step + i % q.rows * q.row_step;
    if (!q.accumulate)
      for (int64_t u = 0; u < q.cols; ++u)
        __builtin_memset(row + u * q.pixel_step, 0, static_cast<size_t>(q.n) * sizeof(T));
    Epilogue<T> e = q.epilogue;
    if (e.gate) e.gate += row - q.out;
    if (!e.empty()) finish_tile<T>(row, q.pixel_step, q.cols, q.n, e);
  }
}

struct DirectBytes {
  int64_t filter, frame;  // the largest of all residues
};
template <class T>
DirectBytes direct_bytes(const ConvArgs& g) {
  DirectBytes b = {};
  for (int64_t r = 0; r < residues(g); ++r) {
    const auto q = direct_problem<T>(g, 0, r);
    if (!has_sum(q) || q.rows <= 0 || q.cols <= 0) continue;
    b.filter = max_of(b.filter, filter_bytes(q));
    b.frame = max_of(b.frame, frame_bytes(q));
  }
  return b;
}

// Whether the result may go past the caches: large, whole vectors and not read here.
template <class T>
PH_INLINE bool may_bypass(const DirectConv<T>& q) {
  return q.images * q.image_step * static_cast<int64_t>(sizeof(T)) > kStreamBytes &&
         q.pixel_step % kLanes<T> == 0 && !q.accumulate && !q.epilogue.program;
}
template <class T>
void direct_group(const ConvArgs& g, int64_t group, const Launch& team, char* scratch) {
  const int64_t filter_size = g.packed ? 0 : direct_bytes<T>(g).filter;
  for (int64_t r = 0; r < residues(g); ++r) {
    auto q = direct_problem<T>(g, group, r);
    if (q.rows <= 0 || q.cols <= 0) continue;
    q.packed = static_cast<const T*>(g.packed);
    q.past = may_bypass(q) && q.taps_h.count * q.taps_w.count * q.used <= kPastDepth;
    if (has_sum(q))
      run_direct(q, team, scratch, scratch + filter_size);
    else
      direct_empty(q);
  }
}

// All channels as one problem: a depthwise filter has one row of channels a tap.
template <class T>
void conv_depthwise(const ConvArgs& g, const Launch& team) {
  ConvArgs whole = g;
  whole.groups = 1;
  const bool filter = g.mode == ConvMode::grad_filter;
  if (filter) whole.mode = ConvMode::forward;
  for (int64_t r = 0; r < residues(whole); ++r) {
    auto q = direct_problem<T>(whole, 0, r);
    q.past = may_bypass(q) && q.epilogue.simple() && aligned(q.out);
    if (filter)
      run_depthwise_filter(g, q, team);
    else if (q.rows > 0 && q.cols > 0)
      run_depthwise(q, team);
  }
}

PH_INLINE bool is_direct_filter(const ConvArgs& g) {
  return g.mode == ConvMode::grad_filter && g.kh <= kMaxTaps && g.kw <= kMaxTaps;
}
template <class T>
FilterGrad<T> filter_problem(const ConvArgs& g, int64_t group) {
  const int64_t c = g.c / g.groups, k = g.k / g.groups;
  return {static_cast<const T*>(g.x) + group * c,
          g.n,
          g.h,
          g.w,
          g.c,
          c,
          static_cast<const T*>(g.y) + group * k,
          g.oh,
          g.ow,
          g.k,
          k,
          g.stride_h,
          g.stride_w,
          forward_taps(g.kh, g.dil_h, g.pad_top),
          forward_taps(g.kw, g.dil_w, g.pad_left),
          static_cast<T*>(g.filter) + group * k,
          g.accumulate};
}

// ---- packed
template <class T>
struct Plan {
  int64_t splits;
  int64_t a_bytes, b_bytes;
  bool pack_b, by_segments;
  LongPlan segments;
};
template <class T>
Plan<T> make_plan(const ConvArgs& g, int threads) {
  const ConvShape s = product_shape(g);
  Plan<T> p = {};
  p.splits = g.mode == ConvMode::grad_filter ? choose_splits<T>(s.m, s.n, s.k) : 1;
  p.by_segments = is_long(g);
  const int64_t k = p.by_segments ? kLongSegment : s.k;
  p.a_bytes = a_block_bytes<T>(s.m, k);
  p.pack_b = g.packed || g.mode == ConvMode::grad_input || s.m > direct_rows<T>(g.k);
  p.b_bytes = p.pack_b && !g.packed ? b_block_bytes<T>(s.n, k) : 0;
  if (p.by_segments) {
    p.segments = plan_long(s.m, s.n, s.k, kLongSegment);
    p.segments.inner_bytes = p.b_bytes + (p.segments.serial ? 1 : threads) * p.a_bytes;
  }
  return p;
}

template <class T, class A, class B>
void run_group(const ConvArgs& g, const A& a, const B& b, T* c, int64_t ldc, int64_t splits,
               const Launch& team, char* scratch, const Plan<T>& plan, const Epilogue<T>& e) {
  const ConvShape s = product_shape(g);
  bool pack_a = true;
  if constexpr (requires { a.s_p; })
    pack_a = (s.n > kTileCols<T> * kDirectRowPanels && s.m > kFewRows) ||
             a.s_i * static_cast<int64_t>(sizeof(T)) % kSetBytes == 0;
  Product<T, A, B> q = {s.m, s.n, s.k, a, b, pack_a, plan.pack_b, c, ldc, T(1), g.accumulate, e};
  q.packed = static_cast<const T*>(g.packed);
  if constexpr (sizeof(T) == 4)
    if (plan.by_segments)
      return long_sum<T>(
          {s.m, s.n, s.k, c, ldc, T(1), g.accumulate, e}, plan.segments, team, scratch,
          [&](int64_t p0, int64_t depth, T* result, const Launch& crew, char* inner) {
            auto part = q;
            part.k = depth, part.a = q.a.skip(p0), part.b = q.b.skip(p0);
            part.c = result, part.ldc = s.n, part.accumulate = false;
            part.epilogue = {}, part.max_depth = kLongDepth;
            run_product(part, crew, inner, inner + plan.b_bytes);
          });
  if constexpr (__is_same(A, PatchesTransposed<T>))
    if (splits > 1) return split_product(q, splits, team, scratch);
  run_product(q, team, scratch, scratch + plan.b_bytes);
}
template <class T>
void packed_group(const ConvArgs& g, int64_t group, const Launch& team, char* scratch) {
  const Plan<T> plan = make_plan<T>(g, team.threads);
  const int64_t c = g.c / g.groups, k = g.k / g.groups;
  T* const x = static_cast<T*>(g.x) + group * c;
  T* const w = static_cast<T*>(g.filter) + group * k;
  T* const y = static_cast<T*>(g.y) + group * k;
  if (g.mode == ConvMode::forward) {
    auto e = group_epilogue<T>(g, group * k, g.k);
    e.col = group * k;
    const Strided<T> filter = {w, 1, g.k};
    if (is_pointwise(g))
      run_group<T>(g, Strided<T>{x, g.c, 1}, filter, y, g.k, 1, team, scratch, plan, e);
    else
      run_group<T>(g, Patches<T>{forward_image<T>(g, group)}, filter, y, g.k, 1, team, scratch,
                   plan, e);
  } else if (g.mode == ConvMode::grad_input) {
    auto e = group_epilogue<T>(g, group * c, g.c);
    e.col = group * c;
    const FilterTransposed<T> filter = {w, c, g.k, k};
    if (is_pointwise(g))
      run_group<T>(g, Strided<T>{y, g.k, 1}, filter, x, g.c, 1, team, scratch, plan, e);
    else
      run_group<T>(g, Patches<T>{backward_image<T>(g, group)}, filter, x, g.c, 1, team, scratch,
                   plan, e);
  } else {
    run_group<T>(g, PatchesTransposed<T>{forward_image<T>(g, group), 0}, Strided<T>{y, 1, g.k}, w,
                 g.k, plan.splits, team, scratch, plan, {});
  }
}

// ---- any of the three
template <class T>
void conv_group(const ConvArgs& g, int64_t group, const Launch& team, char* scratch) {
  if (is_direct(g))
    direct_group<T>(g, group, team, scratch);
  else if (is_direct_filter(g))
    run_filter_grad(filter_problem<T>(g, group), team, scratch);
  else
    packed_group<T>(g, group, team, scratch);
}
template <class T>
int64_t group_bytes(const ConvArgs& g, int threads) {
  const ConvShape s = product_shape(g);
  if (is_direct(g)) {
    const DirectBytes b = direct_bytes<T>(g);
    return (g.packed ? 0 : b.filter) + threads * b.frame;
  }
  if (is_direct_filter(g)) return filter_grad_bytes(filter_problem<T>(g, 0), threads);
  const Plan<T> p = make_plan<T>(g, threads);
  if (p.by_segments) return long_bytes<T>(s.m, s.n, p.segments, threads);
  if (p.splits > 1) return split_bytes<T>(s.m, s.n, s.k, p.splits, threads);
  return p.b_bytes + threads * p.a_bytes;
}
// Small groups are chunks of one thread each.
PH_INLINE bool by_group(const ConvArgs& g) {
  const ConvShape s = product_shape(g);
  return g.groups > 1 && s.m * s.n * s.k < kSerialWork * 4;
}
template <class T>
T* written(const ConvArgs& g) {
  if (g.mode == ConvMode::forward) return static_cast<T*>(g.y);
  return static_cast<T*>(g.mode == ConvMode::grad_input ? g.x : g.filter);
}

// Nothing to sum: the written tensor is zero, or kept, before its epilogue.
template <class T>
void empty_sum(const ConvArgs& g, int64_t rows, int64_t cols) {
  T* const out = written<T>(g);
  if (!g.accumulate)
    for (int64_t i = 0; i < rows * cols; ++i) out[i] = 0;
  const auto e = group_epilogue<T>(g, 0, cols);
  if (!e.empty()) finish_tile<T>(out, cols, rows, cols, e);
}
template <class T>
void conv_typed(const ConvArgs& g, const Launch& team) {
  const ConvShape s = product_shape(g);
  const int64_t rows = s.m, cols = s.n * g.groups;
  if (rows <= 0 || cols <= 0) return;
  if (s.k <= 0) return empty_sum<T>(g, rows, cols);
  if (is_depthwise(g)) return conv_depthwise<T>(g, team);
  if (winograd_tile(g)) return winograd(g, team);
  if (winograd_filter_wins(g)) return winograd_filter(g, team);
  if (is_scattered<T>(g)) return conv_scatter<T>(g, group_epilogue<T>(g, 0, cols), team);
  char* const scratch = static_cast<char*>(g.scratch);
  if (by_group(g)) {
    const int64_t own = group_bytes<T>(g, 1);
    const bool small = s.m * s.n * s.k * g.groups < kSerialWork;
    for_chunks(small ? serial_launch() : team, g.groups, [&](int64_t group, int thread) {
      conv_group<T>(g, group, serial_launch(), scratch + thread * own);
    });
  } else {
    for (int64_t group = 0; group < g.groups; ++group) conv_group<T>(g, group, team, scratch);
  }
}

// Whether a program runs part by part of the result (or the algorithm sees to it); else at the end.
template <class T>
bool runs_program(const ConvArgs& g) {
  const ConvShape s = product_shape(g);
  if (s.k <= 0 || s.m * s.n * g.groups * static_cast<int64_t>(sizeof(T)) <= kProgramBytes)
    return false;
  if (is_depthwise(g)) return residues(g) == 1;
  if (winograd_tile(g)) return true;
  return !is_scattered<T>(g) && residues(g) == 1 && !by_group(g) && !is_long(g);
}
template <class T>
void conv_program(const ConvArgs& g, const Launch& team) {
  if (runs_program<T>(g)) return conv_typed<T>(g, team);
  ConvArgs plain = g;
  plain.program = nullptr;
  conv_typed<T>(plain, team);
  eltwise(*g.program, team);
}
template <class T>
size_t scratch_typed(const ConvArgs& g, int threads) {
  const ConvShape s = product_shape(g);
  if (s.m <= 0 || s.n <= 0 || s.k <= 0) return 0;
  if (is_depthwise(g))
    return g.mode != ConvMode::grad_filter
               ? 0
               : static_cast<size_t>(depthwise_parts(g) *
                                     (depthwise_part_bytes<T>(g) + depthwise_total_bytes<T>(g)));
  if (winograd_tile(g)) return winograd_scratch(g, threads);
  if (winograd_filter_wins(g)) return winograd_filter_scratch(g, threads);
  if (is_scattered<T>(g)) {
    const ScatterBytes b = scatter_bytes<T>(g);
    return static_cast<size_t>(b.filter + threads * b.columns);
  }
  return static_cast<size_t>(by_group(g) ? threads * group_bytes<T>(g, 1)
                                         : group_bytes<T>(g, threads));
}

// ---- float16 and bfloat16; or pairs of bfloat16, whose products take about half the time
// Scattering goes in stages.
constexpr double kPairRate = 1.8, kStagedPairRate = 2.5;
enum class HalfWay { winograd, winograd_filter, direct, filter, product, staged };
// Whether pairs are ahead of all else, where both can be used.
bool pairs_win(const ConvArgs& g) {
  if (g.mode == ConvMode::grad_filter)
    return is_direct_filter(g) && g.n > 1 &&
           !(winograd_filter_wins(g) && winograd_filter_gain(g) > kPairRate);
  return (is_direct(g) || is_pointwise(g)) && !g.accumulate &&
         !(winograd_tile(g) && winograd_gain(g) > kPairRate) &&
         scatter_cost<float>(g) * kStagedPairRate > gather_cost<float>(g);
}
template <bool pairs>
HalfWay half_way(const ConvArgs& g) {
  const ConvShape s = product_shape(g);
  if (s.m <= 0 || s.n <= 0 || s.k <= 0 || g.groups != 1) return HalfWay::staged;
  if (pairs && pairs_win(g)) {
    if (g.mode == ConvMode::grad_filter) return HalfWay::filter;
    return is_direct(g) ? HalfWay::direct : HalfWay::product;
  }
  if (winograd_tile(g)) return HalfWay::winograd;
  if (winograd_filter_wins(g)) return HalfWay::winograd_filter;
  if (is_scattered<float>(g) || residues(g) != 1) return HalfWay::staged;
  if (is_direct(g)) return g.accumulate ? HalfWay::staged : HalfWay::direct;
  return is_direct_filter(g) ? HalfWay::filter : HalfWay::staged;
}
template <bool pairs>
DirectConv<float> half_direct(const ConvArgs& g, const void* filter, int64_t residue = 0) {
  const bool forward = g.mode == ConvMode::forward;
  auto q = direct_problem<float>(g, 0, residue);
  const int64_t first = residue / g.stride_w * g.w + residue % g.stride_w;  // of x's pixels
  q.halves = true;
  q.half_in = Half(forward ? g.x : g.y, g.dtype);
  q.half_out = Half(forward ? g.y : g.x, g.dtype);
  if (g.gate) q.half_gate = Half(g.gate, g.dtype);
  q.epilogue.gate = nullptr;
  if constexpr (pairs) {
    const auto address = reinterpret_cast<uintptr_t>(q.half_in.at);
    q.half_filter = Half(filter, g.dtype);
    q.half_channels = q.used;
    q.used = q.in_channels = ceil_div(q.used, 2);
    q.in = q.half_channels % 2 || address % 4 ? nullptr : reinterpret_cast<const float*>(address);
    q.rounds =  // where no tap reaches, there is nothing to plan
        has_sum(q) && q.epilogue.simple() && !g.gate && plan_direct(q).block == q.used;
    if (!forward) {
      q.half_out += first * g.c;
      if (g.gate) q.half_gate += first * g.c;
    }
  }
  return q;
}
// Of the pixels of a strided input one residue after the other; what no tap reaches is 0.
template <bool pairs>
void run_half_direct(const ConvArgs& g, const void* filter, const Launch& team, char* scratch) {
  for (int64_t r = 0; r < residues(g); ++r) {
    const auto q = half_direct<pairs>(g, filter, r);
    if (q.rows <= 0 || q.cols <= 0) continue;
    if (has_sum(q)) {
      run_direct<float, pairs>(q, team, scratch, scratch + filter_bytes(q));
      continue;
    }
    for (int64_t i = 0; i < q.images * q.rows; ++i)
      for (int64_t u = 0; u < q.cols; ++u)
        zero(q.half_out + (i / q.rows * q.image_step + i % q.rows * q.row_step + u * q.pixel_step),
             q.n);
  }
}
template <bool pairs>
int64_t half_direct_bytes(const ConvArgs& g, int threads) {
  int64_t most = 0;
  for (int64_t r = 0; r < residues(g); ++r) {
    const auto q = half_direct<pairs>(g, g.filter, r);
    if (has_sum(q) && q.rows > 0 && q.cols > 0)
      most = max_of(most, filter_bytes(q) + threads * (frame_bytes(q) + rows_bytes(q)));
  }
  return most;
}
// A pointwise convolution as one product an image, but for the gradient of its filter.
GemmArgs pointwise_product(const ConvArgs& g) {
  const bool forward = g.mode == ConvMode::forward;
  GemmArgs p = {};
  p.dtype = g.dtype, p.batch = g.n, p.alpha = 1;
  p.m = g.h * g.w, p.n = forward ? g.k : g.c, p.k = forward ? g.c : g.k;
  p.a = forward ? g.x : g.y, p.a_rs = p.k, p.a_cs = 1, p.a_bs = p.m * p.k;
  p.b = g.filter, p.b_rs = forward ? g.k : 1, p.b_cs = forward ? 1 : g.k;
  p.c = forward ? g.y : g.x, p.ldc = p.ldgate = p.n, p.c_bs = p.gate_bs = p.m * p.n;
  if (forward) p.bias = g.bias, p.act = g.act;
  p.gate = g.gate, p.gate_act = g.gate_act, p.scratch = g.scratch;
  return p;
}
template <bool pairs>
FilterGrad<float> half_filter(const ConvArgs& g) {
  auto q = filter_problem<float>(g, 0);
  q.halves = true;
  q.half_x = Half(g.x, g.dtype), q.half_dy = Half(g.y, g.dtype);
  q.half_images = q.images;
  if constexpr (pairs) q.images = ceil_div(q.images, 2);
  return q;
}

template <bool pairs>
void conv_half(const ConvArgs& g, const Launch& team) {
  const HalfWay way = half_way<pairs>(g);
  if constexpr (pairs)
    if (way == HalfWay::product) return gemm_half<PairMatrix>(pointwise_product(g), team);
  const HalfBytes b = half_bytes(g);
  const ConvArgs f = with_floats(g, b, !pairs || way != HalfWay::direct, team);
  char* const scratch = static_cast<char*>(f.scratch);
  switch (way) {
    case HalfWay::winograd: winograd(f, team); break;
    case HalfWay::winograd_filter: winograd_filter(f, team); break;
    case HalfWay::direct: run_half_direct<pairs>(f, g.filter, team, scratch); break;
    case HalfWay::filter:
      run_filter_grad<float, pairs>(half_filter<pairs>(f), team, scratch);
      break;
    case HalfWay::product: break;
    case HalfWay::staged:
      conv_staged(g, f, b, team, [&](const ConvArgs& some) { conv_typed<float>(some, team); });
  }
  if (g.mode == ConvMode::grad_filter) narrow_filter(g, f, team);
}

template <bool pairs>
size_t half_scratch(const ConvArgs& g, int threads) {
  const HalfBytes b = half_bytes(g);
  const size_t before = static_cast<size_t>(b.before());
  switch (half_way<pairs>(g)) {
    case HalfWay::winograd: return before + winograd_scratch(g, threads);
    case HalfWay::winograd_filter: return before + winograd_filter_scratch(g, threads);
    case HalfWay::direct: return before + static_cast<size_t>(half_direct_bytes<pairs>(g, threads));
    case HalfWay::filter:
      return before + static_cast<size_t>(filter_grad_bytes(half_filter<pairs>(g), threads));
    case HalfWay::product:
      if constexpr (pairs)
        return static_cast<size_t>(gemm_half_scratch<PairMatrix>(pointwise_product(g), threads));
      break;
    case HalfWay::staged: break;
  }
  ConvArgs f = g;
  f.dtype = DType::f32, f.gate = nullptr;
  f.n = b.images;
  size_t inner = scratch_typed<float>(f, threads);
  f.n = g.n % b.images;
  inner = max_of(inner, scratch_typed<float>(f, threads));
  return before + static_cast<size_t>(b.x + b.y) + inner;
}

}  // namespace

void conv(const ConvArgs& g, const Launch& team) {
  if (g.groups <= 0) return;
  if (g.program)
    return g.dtype == DType::f32 ? conv_program<float>(g, team) : conv_program<double>(g, team);
  if (g.dtype == DType::f32) conv_typed<float>(g, team);
  if (g.dtype == DType::f64) conv_typed<double>(g, team);
  if (is_half(g.dtype)) conv_half<false>(g, team);
}

void conv_pack(const ConvArgs& g, const Launch& team) { pack_ahead(g, team); }
size_t conv_packed_bytes(const ConvArgs& g, int) { return packed_ahead_bytes(g); }

size_t conv_scratch(const ConvArgs& g, int threads) {
  if (g.groups <= 0) return 0;
  if (g.dtype == DType::f32) return scratch_typed<float>(g, threads);
  if (g.dtype == DType::f64) return scratch_typed<double>(g, threads);
  if (is_half(g.dtype)) return half_scratch<false>(g, threads);
  return 0;
}

#if PH_BF16_DOTS
void conv_bf16(const ConvArgs& g, const Launch& team) {
  if (g.dtype != DType::bf16) return conv(g, team);
  if (g.groups > 0) conv_half<true>(g, team);
}
size_t conv_bf16_scratch(const ConvArgs& g, int threads) {
  if (g.dtype != DType::bf16 || g.groups <= 0) return conv_scratch(g, threads);
  return half_scratch<true>(g, threads);
}
#endif

}  // namespace PH_ISA
}  // namespace ph

// Convolution as matrix products with their own packing; see conv_source.h.
#include "../families.h"
#include "../gemm/gemm_engine.h"
#include "../gemm/gemm_long.h"
#include "conv_depthwise.h"
#include "conv_direct.h"
#include "conv_filter.h"
#include "conv_half.h"
#include "conv_scatter.h"
#include "conv_source.h"
#include "winograd.h"

namespace ph {
namespace PH_ISA {
namespace {

// The sizes of one group's product.
struct Shape {
  int64_t m, n, k;
};
PH_INLINE Shape product_shape(const ConvArgs& g) {
  const int64_t taps = g.kh * g.kw, c = g.c / g.groups, k = g.k / g.groups;
  if (g.mode == ConvMode::forward) return {g.n * g.oh * g.ow, k, taps * c};
  if (g.mode == ConvMode::grad_input) return {g.n * g.h * g.w, c, taps * k};
  return {taps * c, k, g.n * g.oh * g.ow};
}
template <class T>
Image<T> forward_image(const ConvArgs& g, int64_t group) {
  const int64_t used = g.c / g.groups;
  return {static_cast<const T*>(g.x) + group * used,
          g.c,
          used,
          {g.stride_h, g.dil_h, -g.pad_top, 1, g.h},
          {g.stride_w, g.dil_w, -g.pad_left, 1, g.w},
          g.oh,
          g.ow,
          g.kw};
}
template <class T>
Image<T> backward_image(const ConvArgs& g, int64_t group) {
  const int64_t used = g.k / g.groups;
  return {static_cast<const T*>(g.y) + group * used,
          g.k,
          used,
          {1, -g.dil_h, g.pad_top, g.stride_h, g.oh},
          {1, -g.dil_w, g.pad_left, g.stride_w, g.ow},
          g.h,
          g.w,
          g.kw};
}

// A window that is one pixel wide and never leaves the image: x is the matrix of patches.
PH_INLINE bool is_pointwise(const ConvArgs& g) {
  return g.kh == 1 && g.kw == 1 && g.stride_h == 1 && g.stride_w == 1 && g.pad_top == 0 &&
         g.pad_left == 0 && g.oh == g.h && g.ow == g.w;
}
template <class T>
Epilogue<T> group_epilogue(const ConvArgs& g, int64_t offset, int64_t ld) {
  const bool forward = g.mode == ConvMode::forward;
  const T* bias = forward ? static_cast<const T*>(g.bias) : nullptr;
  const T* gate = g.mode == ConvMode::grad_filter ? nullptr : static_cast<const T*>(g.gate);
  Epilogue<T> e = {bias ? bias + offset : nullptr, gate ? gate + offset : nullptr, ld,
                   forward ? g.act : Act::none, g.gate_act};
  e.program = g.program;
  return e;
}

// Sums of float32 so long that they go by segments (gemm_long.h), as packed products.
PH_INLINE bool is_long(const ConvArgs& g) {
  const int64_t limit = g.mode == ConvMode::grad_filter ? kLongSum : kLongConv;
  return g.dtype != DType::f64 && product_shape(g).k > limit;
}

// ---- read straight from the image
PH_INLINE int64_t residues(const ConvArgs& g) {
  return g.mode == ConvMode::grad_input ? g.stride_h * g.stride_w : 1;
}
PH_INLINE bool is_direct(const ConvArgs& g) {
  if (g.mode == ConvMode::grad_filter || g.kh > kMaxTaps || g.kw > kMaxTaps) return false;
  if (is_long(g)) return false;
  if (residues(g) > 1) return true;
  if (is_pointwise(g)) return false;
  const int64_t size = g.dtype == DType::f64 ? 8 : 4;
  const bool forward = g.mode == ConvMode::forward;
  const int64_t step = (forward ? g.stride_w * g.c : g.k) * size;
  return (forward ? g.ow : g.w) >= kDirectCols && step % kSetBytes != 0;
}

// The problem of one group and, for grad_input, one residue.
template <class T>
DirectConv<T> direct_problem(const ConvArgs& g, int64_t group, int64_t residue) {
  const int64_t c = g.c / g.groups, k = g.k / g.groups;
  T* const x = static_cast<T*>(g.x) + group * c;
  T* const y = static_cast<T*>(g.y) + group * k;
  DirectConv<T> q = {};
  q.images = g.n;
  q.filter = static_cast<const T*>(g.filter) + group * k;
  q.filter_w = g.kw;
  q.tap_step = c * g.k;
  q.accumulate = g.accumulate;
  if (g.mode == ConvMode::forward) {
    q.in = x, q.in_h = g.h, q.in_w = g.w, q.in_channels = g.c, q.used = c;
    q.out = y, q.rows = g.oh, q.cols = g.ow, q.n = k;
    q.pixel_step = g.k, q.row_step = g.ow * g.k, q.image_step = g.oh * q.row_step;
    q.mul_h = g.stride_h, q.mul_w = g.stride_w;
    q.taps_h = forward_taps(g.kh, g.dil_h, g.pad_top);
    q.taps_w = forward_taps(g.kw, g.dil_w, g.pad_left);
    q.s_j = 1, q.s_c = g.k;
    q.epilogue = group_epilogue<T>(g, group * k, q.pixel_step);
    q.epilogue.col = group * k;
  } else {
    const int64_t first_h = residue / g.stride_w, first_w = residue % g.stride_w;
    const int64_t corner = (first_h * g.w + first_w) * g.c;
    q.in = y, q.in_h = g.oh, q.in_w = g.ow, q.in_channels = g.k, q.used = k;
    q.out = x + corner, q.n = c;
    q.rows = ceil_div(g.h - first_h, g.stride_h), q.cols = ceil_div(g.w - first_w, g.stride_w);
    q.pixel_step = g.stride_w * g.c, q.row_step = g.stride_h * g.w * g.c;
    q.image_step = g.h * g.w * g.c;
    q.mul_h = q.mul_w = 1;
    q.taps_h = backward_taps(g.kh, g.dil_h, g.pad_top, g.stride_h, first_h);
    q.taps_w = backward_taps(g.kw, g.dil_w, g.pad_left, g.stride_w, first_w);
    q.s_j = g.k, q.s_c = 1;
    q.epilogue = group_epilogue<T>(g, corner + group * c, q.pixel_step);
    q.epilogue.col = group * c;
  }
  return q;
}
template <class T>
PH_INLINE bool has_sum(const DirectConv<T>& q) {
  return q.taps_h.count > 0 && q.taps_w.count > 0;
}

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
  const int64_t filter_size = direct_bytes<T>(g).filter;
  for (int64_t r = 0; r < residues(g); ++r) {
    auto q = direct_problem<T>(g, group, r);
    if (q.rows <= 0 || q.cols <= 0) continue;
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
  const Shape s = product_shape(g);
  Plan<T> p = {};
  p.splits = g.mode == ConvMode::grad_filter ? choose_splits<T>(s.m, s.n, s.k) : 1;
  p.by_segments = is_long(g);
  const int64_t k = p.by_segments ? kLongSegment : s.k;
  p.a_bytes = a_block_bytes<T>(s.m, k);
  p.pack_b = g.mode == ConvMode::grad_input || s.m > direct_rows<T>(g.k);
  p.b_bytes = p.pack_b ? b_block_bytes<T>(s.n, k) : 0;
  if (p.by_segments) {
    p.segments = plan_long(s.m, s.n, s.k, kLongSegment);
    p.segments.inner_bytes = p.b_bytes + (p.segments.serial ? 1 : threads) * p.a_bytes;
  }
  return p;
}

template <class T, class A, class B>
void run_group(const ConvArgs& g, const A& a, const B& b, T* c, int64_t ldc, int64_t splits,
               const Launch& team, char* scratch, const Plan<T>& plan, const Epilogue<T>& e) {
  const Shape s = product_shape(g);
  bool pack_a = true;
  if constexpr (requires { a.s_p; })
    pack_a = (s.n > kTileCols<T> * kDirectRowPanels && s.m > kFewRows) ||
             a.s_i * static_cast<int64_t>(sizeof(T)) % kSetBytes == 0;
  const Product<T, A, B> q = {s.m, s.n,  s.k,          a, b, pack_a, plan.pack_b, c,
                              ldc, T(1), g.accumulate, e};
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
  const Shape s = product_shape(g);
  if (is_direct(g)) {
    const DirectBytes b = direct_bytes<T>(g);
    return b.filter + threads * b.frame;
  }
  if (is_direct_filter(g)) return filter_grad_bytes(filter_problem<T>(g, 0), threads);
  const Plan<T> p = make_plan<T>(g, threads);
  if (p.by_segments) return long_bytes<T>(s.m, s.n, p.segments, threads);
  if (p.splits > 1) return split_bytes<T>(s.m, s.n, s.k, p.splits, threads);
  return p.b_bytes + threads * p.a_bytes;
}
// Small groups are chunks of one thread each.
PH_INLINE bool by_group(const ConvArgs& g) {
  const Shape s = product_shape(g);
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
  const Shape s = product_shape(g);
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
  const Shape s = product_shape(g);
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
  const Shape s = product_shape(g);
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

// ---- float16 and bfloat16
enum class HalfWay { winograd, winograd_filter, direct, filter, staged };
HalfWay half_way(const ConvArgs& g) {
  const Shape s = product_shape(g);
  if (s.m <= 0 || s.n <= 0 || s.k <= 0 || g.groups != 1) return HalfWay::staged;
  if (winograd_tile(g)) return HalfWay::winograd;
  if (winograd_filter_wins(g)) return HalfWay::winograd_filter;
  if (is_scattered<float>(g) || residues(g) != 1) return HalfWay::staged;
  if (is_direct(g)) return g.accumulate ? HalfWay::staged : HalfWay::direct;
  return is_direct_filter(g) ? HalfWay::filter : HalfWay::staged;
}
DirectConv<float> half_direct(const ConvArgs& g) {
  const bool forward = g.mode == ConvMode::forward;
  auto q = direct_problem<float>(g, 0, 0);
  q.halves = true;
  q.half_in = Half(forward ? g.x : g.y, g.dtype);
  q.half_out = Half(forward ? g.y : g.x, g.dtype);
  if (g.gate) q.half_gate = Half(g.gate, g.dtype);
  q.epilogue.gate = nullptr;
  return q;
}
FilterGrad<float> half_filter(const ConvArgs& g) {
  auto q = filter_problem<float>(g, 0);
  q.halves = true;
  q.half_x = Half(g.x, g.dtype), q.half_dy = Half(g.y, g.dtype);
  return q;
}

void conv_half(const ConvArgs& g, const Launch& team) {
  const HalfBytes b = half_bytes(g);
  const ConvArgs f = with_floats(g, b, team);
  char* const scratch = static_cast<char*>(f.scratch);
  switch (half_way(g)) {
    case HalfWay::winograd: winograd(f, team); break;
    case HalfWay::winograd_filter: winograd_filter(f, team); break;
    case HalfWay::direct: {
      const auto q = half_direct(f);
      run_direct(q, team, scratch, scratch + filter_bytes(q));
      break;
    }
    case HalfWay::filter: run_filter_grad(half_filter(f), team, scratch); break;
    case HalfWay::staged:
      conv_staged(g, f, b, team, [&](const ConvArgs& some) { conv_typed<float>(some, team); });
  }
  if (g.mode == ConvMode::grad_filter) narrow_filter(g, f, team);
}

size_t half_scratch(const ConvArgs& g, int threads) {
  const HalfBytes b = half_bytes(g);
  const size_t before = static_cast<size_t>(b.before());
  switch (half_way(g)) {
    case HalfWay::winograd: return before + winograd_scratch(g, threads);
    case HalfWay::winograd_filter: return before + winograd_filter_scratch(g, threads);
    case HalfWay::direct: {
      const auto q = half_direct(g);
      return before +
             static_cast<size_t>(filter_bytes(q) + threads * (frame_bytes(q) + rows_bytes(q)));
    }
    case HalfWay::filter:
      return before + static_cast<size_t>(filter_grad_bytes(half_filter(g), threads));
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
  if (is_half(g.dtype)) conv_half(g, team);
}

size_t conv_scratch(const ConvArgs& g, int threads) {
  if (g.groups <= 0) return 0;
  if (g.dtype == DType::f32) return scratch_typed<float>(g, threads);
  if (g.dtype == DType::f64) return scratch_typed<double>(g, threads);
  if (is_half(g.dtype)) return half_scratch(g, threads);
  return 0;
}

}  // namespace PH_ISA
}  // namespace ph

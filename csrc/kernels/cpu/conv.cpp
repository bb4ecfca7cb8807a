// Convolution as matrix products with their own packing; see conv_source.h.
#include "conv_depthwise.h"
#include "conv_source.h"
#include "families.h"
#include "gemm_engine.h"

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
  return {bias ? bias + offset : nullptr, gate ? gate + offset : nullptr, ld,
          forward ? g.act : Act::none, g.gate_act};
}

template <class T>
struct Plan {
  bool by_group;  // groups are chunks of one thread each
  int64_t splits;
  int64_t a_bytes, b_bytes;
};
template <class T>
Plan<T> make_plan(const ConvArgs& g) {
  const Shape s = product_shape(g);
  Plan<T> p = {};
  p.by_group = g.groups > 1 && s.m * s.n * s.k < kSerialWork * 4;
  const bool split = g.mode == ConvMode::grad_filter && !p.by_group;
  p.splits = split ? choose_splits<T>(s.m, s.n, s.k) : 1;
  p.a_bytes = a_block_bytes<T>(s.m, s.k);
  p.b_bytes = b_block_bytes<T>(s.n, s.k);
  return p;
}

template <class T, class A, class B>
void run_group(const ConvArgs& g, const A& a, const B& b, T* c, int64_t ldc, int64_t splits,
               const Team& team, char* scratch, const Plan<T>& plan, const Epilogue<T>& e) {
  const Shape s = product_shape(g);
  const Product<T, A, B> q = {s.m, s.n, s.k, a, b, true, true, c, ldc, T(1), g.accumulate, e};
  if constexpr (requires { q.a.skip(0), q.b.skip(0); })
    if (splits > 1) return split_product(q, splits, team, scratch);
  run_product(q, team, scratch, scratch + plan.b_bytes);
}

template <class T>
void conv_group(const ConvArgs& g, int64_t group, const Plan<T>& plan, const Team& team,
                char* scratch) {
  const int64_t c = g.c / g.groups, k = g.k / g.groups;
  T* const x = static_cast<T*>(g.x) + group * c;
  T* const w = static_cast<T*>(g.filter) + group * k;
  T* const y = static_cast<T*>(g.y) + group * k;
  if (g.mode == ConvMode::forward) {
    const auto e = group_epilogue<T>(g, group * k, g.k);
    const Strided<T> filter = {w, 1, g.k};
    if (is_pointwise(g))
      run_group<T>(g, Strided<T>{x, g.c, 1}, filter, y, g.k, 1, team, scratch, plan, e);
    else
      run_group<T>(g, Patches<T>{forward_image<T>(g, group)}, filter, y, g.k, 1, team, scratch,
                   plan, e);
  } else if (g.mode == ConvMode::grad_input) {
    const auto e = group_epilogue<T>(g, group * c, g.c);
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
void conv_typed(const ConvArgs& g, const Team& team) {
  const Shape s = product_shape(g);
  const int64_t rows = s.m, cols = s.n * g.groups;
  if (rows <= 0 || cols <= 0) return;
  if (s.k <= 0) return empty_sum<T>(g, rows, cols);
  if (is_depthwise(g)) return depthwise<T>(g, group_epilogue<T>(g, 0, cols), team);
  const Plan<T> plan = make_plan<T>(g);
  char* const scratch = static_cast<char*>(g.scratch);
  if (plan.by_group) {
    const int64_t own = plan.a_bytes + plan.b_bytes;
    for_chunks(team, g.groups, [&](int64_t group, int thread) {
      conv_group<T>(g, group, plan, serial_team(), scratch + thread * own);
    });
  } else {
    for (int64_t group = 0; group < g.groups; ++group)
      conv_group<T>(g, group, plan, team, scratch);
  }
}

template <class T>
size_t scratch_typed(const ConvArgs& g, int threads) {
  const Shape s = product_shape(g);
  if (s.m <= 0 || s.n <= 0 || s.k <= 0 || is_depthwise(g)) return 0;
  const Plan<T> p = make_plan<T>(g);
  int64_t bytes = p.b_bytes + threads * p.a_bytes;
  if (p.by_group) bytes = threads * (p.a_bytes + p.b_bytes);
  if (p.splits > 1) bytes = split_bytes<T>(s.m, s.n, s.k, p.splits, threads);
  return static_cast<size_t>(bytes);
}

}  // namespace

void conv(const ConvArgs& g, const Team& team) {
  if (g.groups <= 0) return;
  if (g.dtype == DType::f32) conv_typed<float>(g, team);
  if (g.dtype == DType::f64) conv_typed<double>(g, team);
}

size_t conv_scratch(const ConvArgs& g, int threads) {
  if (g.groups <= 0) return 0;
  if (g.dtype == DType::f32) return scratch_typed<float>(g, threads);
  if (g.dtype == DType::f64) return scratch_typed<double>(g, threads);
  return 0;
}

}  // namespace PH_ISA
}  // namespace ph

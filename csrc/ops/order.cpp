// Along the last axis: sort, whose outputs are values and places, and searchsorted. Along any axis:
// cumsum, cumprod and linear_recurrence.
#include "common.h"

namespace ph {
namespace {

// ---------------------------------------------------------------- running values
struct Run {
  int64_t outer = 1, n = 1, inner = 1;
};
Run run_of(const Call& c, const Shape& x) {
  const int axis = axis_attr(c, "axis", x.rank());
  Run r;
  for (int d = 0; d < x.rank(); ++d) (d < axis ? r.outer : d > axis ? r.inner : r.n) *= x[d];
  return r;
}
bool accumulates(DType d) { return native_float(d) || d == DType::i32 || d == DType::i64; }

template <CumulateOp op>
struct Cumulate {
  static constexpr bool linear = op == CumulateOp::linear;
  static constexpr const char* name = linear                  ? "linear_recurrence"
                                      : op == CumulateOp::sum ? "cumsum"
                                                              : "cumprod";
  static std::vector<Spec> infer(const Call& c) {
    need_inputs(c, linear ? 2 : 1);
    const Shape &first = c.specs[0].shape, &x = c.specs.back().shape;
    axis_attr(c, "axis", x.rank());
    if (linear && first.known() && x.known() && !(first == x))
      throw ValueError(cat(name, ": factors of shape ", first, " and terms of shape ", x,
                           " must have one shape"));
    return {checked(c, promote_all(c.specs), x)};
  }
  static bool bind(BindContext& ctx) {
    const Spec& out = ctx.out[0].spec;
    if (!accumulates(out.dtype)) return false;
    for (const Operand& in : ctx.in)
      if (in.spec.dtype != out.dtype) return false;
    const Run r = run_of(ctx, out.shape);
    CumulateArgs a;
    std::memset(&a, 0, sizeof a);
    a.op = op;
    a.dtype = out.dtype;
    a.reverse = ctx.flag("reverse");
    a.outer = r.outer, a.n = r.n, a.inner = r.inner;
    a.a = linear ? ctx.in[0].data : nullptr;
    a.x = ctx.in.back().data;
    a.y = ctx.out[0].data;
    return ctx.push<&Kernels::cumulate>(a);
  }
  static Tensors compose(const Call& c) {
    const DType d = promote_all(c.specs);
    const DType work = is_float(d) ? working_float(d) : DType::i64;
    return {cast(ph::apply(*c.op, cast_all(c.inputs, work), *c.attrs)[0], d)};
  }
  static void define(Tensors (*vjp)(const VjpContext&)) {
    OpDef def;
    def.name = name;
    def.attrs = {{"axis", AttrType::integer}, {"reverse", AttrType::flag, false}};
    def.infer = infer;
    def.bind = bind;
    def.vjp = vjp;
    def.compose = compose;
    const Register reg(def);
  }
};

Tensor again(const char* name, std::initializer_list<Tensor> in, const Call& c, bool flip) {
  const bool reverse = c.flag("reverse");
  return apply1(op_by_name(name), in, {c.integer("axis"), flip ? !reverse : reverse});
}
// x moved by one place along the running axis: what was there one step before (or, `later`, after),
// with `fill` at the free end.
Tensor shifted(const Tensor& x, const Call& c, bool later, double fill) {
  const int rank = x.shape().rank();
  const auto axis = static_cast<size_t>(axis_attr(c, "axis", rank));
  const bool up = c.flag("reverse") != later;  // take the value at i + 1
  const auto size = static_cast<size_t>(rank);
  Ints begin(size, 0), step(size, 1), low(size, 0), high(size, 0), end = x.shape().vec();
  if (end[axis] == 0) return x;
  if (up)
    begin[axis] = 1, high[axis] = 1;
  else
    --end[axis], low[axis] = 1;
  return pad(slice(x, begin, end, step), low, high, fill);
}

// y_i = a_i y_(i-1) + x_i: the gradient of x is the recurrence run backwards with the factors of
// the step after, h_i = g_i + a_(i+1) h_(i+1), that of a_i is h_i y_(i-1). A product is exact
// beside zeros: s_i = g_i + x_(i+1) s_(i+1), and dx_i = s_i y_(i-1).
const bool running = [] {
  Cumulate<CumulateOp::sum>::define(
      [](const VjpContext& c) -> Tensors { return {again("cumsum", {c.grad()}, c, true)}; });
  Cumulate<CumulateOp::linear>::define([](const VjpContext& c) -> Tensors {
    const Tensor next = shifted(c.in(0), c, true, 0);
    const Tensor h = again("linear_recurrence", {next, c.grad()}, c, true);
    return {mul(h, shifted(c.out(), c, false, 0)), h};
  });
  Cumulate<CumulateOp::prod>::define([](const VjpContext& c) -> Tensors {
    const Tensor next = shifted(c.in(0), c, true, 0);
    const Tensor s = again("linear_recurrence", {next, c.grad()}, c, true);
    return {mul(s, shifted(c.out(), c, false, 1))};
  });
  return true;
}();

// ---------------------------------------------------------------- order
bool sortable(DType d) { return d != DType::f16 && d != DType::bf16; }

const Register sort_op({
    .name = "sort",
    .attrs = {{"k", AttrType::integer, int64_t{-1}}, {"descending", AttrType::flag, false}},
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 1);
      Shape shape = c.specs[0].shape;
      if (shape.rank() == 0)
        throw ValueError("sort: a tensor of shape () has no axis to sort; reshape it to (1,)");
      const int64_t n = shape.back(), k = c.integer("k");
      if (k >= 0 && n >= 0 && k > n)
        throw ValueError(cat("top_k: k is ", k, ", but the last axis of shape ", shape,
                             " has only ", n, " elements"));
      if (k >= 0) shape[shape.rank() - 1] = k;
      return {checked(c, c.specs[0].dtype, shape), checked(c, DType::i32, shape)};
    },
    .bind =
        [](BindContext& ctx) {
          const Spec& in = ctx.in[0].spec;
          if (!sortable(in.dtype) || in.shape.back() >= int64_t{1} << 31) return false;
          SortArgs a;
          std::memset(&a, 0, sizeof a);
          a.dtype = in.dtype;
          a.descending = ctx.flag("descending");
          a.n = in.shape.back();
          a.rows = 1;
          for (int d = 0; d + 1 < in.shape.rank(); ++d) a.rows *= in.shape[d];
          a.k = ctx.out[0].spec.shape.back();
          a.x = ctx.in[0].data;
          a.y = ctx.out[0].data;
          a.index = static_cast<int32_t*>(ctx.out[1].data);
          a.scratch = ctx.scratch(static_cast<size_t>(kSortScratch * a.n * ctx.threads));
          return ctx.push<&Kernels::sort>(a);
        },
    // each gradient goes back to the place that its value came from
    .vjp = [](const VjpContext& c) -> Tensors {
      if (!c.grads[0]) return {Tensor()};
      const Shape &x = c.in(0).shape(), &out = c.out().shape();
      const int64_t n = x.back(), k = out.back();
      int64_t rows = 1;
      for (int d = 0; d + 1 < x.rank(); ++d) rows *= x[d];
      const Tensor first =
          apply1(op_by_name("arange"), {}, {0.0, static_cast<double>(n), rows, DType::i64});
      const Tensor flat =
          add(reshape(cast(c.out(1), DType::i64), {rows, k}), reshape(first, {rows, 1}));
      return {reshape(
          scatter_add(reshape(flat, {rows * k}), reshape(c.grad(), {rows * k}), rows * n, 0, false),
          x)};
    },
    .compose = [](const Call& c) -> Tensors {
      const Tensors wide = ph::apply(*c.op, cast_all(c.inputs, DType::f32), *c.attrs);
      return {cast(wide[0], c.specs[0].dtype), wide[1]};
    },
});

const Register search_op({
    .name = "searchsorted",
    .attrs = {{"right", AttrType::flag, false}},
    .flags = kNoGrad,
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 2);
      need_rank(c, c.specs[0], 1, "(n,)");
      return {checked(c, DType::i32, c.specs[1].shape)};
    },
    .bind =
        [](BindContext& ctx) {
          const DType d = ctx.in[0].spec.dtype;
          if (!sortable(d) || ctx.in[1].spec.dtype != d) return false;
          SearchArgs a;
          std::memset(&a, 0, sizeof a);
          a.dtype = d;
          a.right = ctx.flag("right");
          a.n = ctx.in[0].spec.shape.count();
          a.count = ctx.in[1].spec.shape.count();
          a.sequence = ctx.in[0].data;
          a.values = ctx.in[1].data;
          a.out = static_cast<int32_t*>(ctx.out[0].data);
          return ctx.push<&Kernels::search>(a);
        },
    .compose = [](const Call& c) -> Tensors {
      DType d = promote_all(c.specs);
      if (!sortable(d)) d = DType::f32;
      return ph::apply(*c.op, cast_all(c.inputs, d), *c.attrs);
    },
});

}  // namespace
}  // namespace ph

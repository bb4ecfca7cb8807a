// Reductions over `axes`, None for all. argmax and argmin take one `axis` or None; they give int32,
// the first extremum.
#include "../core/pass_rules.h"
#include "common.h"

namespace ph {
namespace {

struct Folded {
  bool reduce[kMaxDims] = {};
  bool keepdims = false;
  Shape kept, ones;   // the result without and with the reduced dimensions as 1
  int64_t count = 1;  // elements folded into one; -1 unknown
  const Shape& out() const { return keepdims ? ones : kept; }

  Folded(const Call& c, const Shape& x) {
    const bool single = c.op->attrs[0].type == AttrType::integer;
    const char* const op = c.name();
    keepdims = c.flag("keepdims");
    const bool every = !c.has(single ? "axis" : "axes");
    if (every) std::fill(reduce, reduce + x.rank(), true);
    Ints axes;
    if (!every && single) axes = {c.integer("axis")};
    if (!every && !single) axes = c.ints("axes");
    for (int64_t axis : axes) {
      const int d = normalize_axis(op, axis, x.rank());
      if (reduce[d])
        throw ValueError(cat(op, ": axis ", axis, " is given twice for a tensor of shape ", x));
      reduce[d] = true;
    }
    for (int d = 0; d < x.rank(); ++d) {
      ones.push_back(reduce[d] ? 1 : x[d]);
      if (!reduce[d]) kept.push_back(x[d]);
      if (reduce[d]) count = count < 0 || x[d] < 0 ? -1 : count * x[d];
    }
  }
};

bool push_reduce(BindContext& ctx, ReduceOp op, const Folded& f, double scale) {
  const Shape& x = ctx.in[0].spec.shape;
  ReduceArgs a;
  std::memset(&a, 0, sizeof a);
  a.op = op;
  a.in_dtype = ctx.in[0].spec.dtype;
  a.out_dtype = ctx.out[0].spec.dtype;
  a.in = ctx.in[0].data;
  a.out = ctx.out[0].data;
  a.scale = scale;
  // Neighbours that are both folded or both kept are one dimension of a dense tensor.
  int64_t stride = 1;
  int n = kMaxDims;
  for (int d = x.rank() - 1; d >= 0; --d) {
    if (x[d] != 1) {
      if (n < kMaxDims && a.reduce[n] == f.reduce[d]) {
        a.shape[n] *= x[d];
      } else {
        --n;
        a.shape[n] = x[d], a.stride[n] = stride, a.reduce[n] = f.reduce[d];
      }
    }
    stride *= x[d];
  }
  a.ndim = kMaxDims - n;
  std::copy(a.shape + n, a.shape + kMaxDims, a.shape);
  std::copy(a.stride + n, a.stride + kMaxDims, a.stride);
  std::copy(a.reduce + n, a.reduce + kMaxDims, a.reduce);
  const size_t need = ctx.kernels->reduce_scratch ? ctx.kernels->reduce_scratch(a, ctx.threads) : 0;
  if (need) a.scratch = ctx.scratch(need);
  return ctx.push<&Kernels::reduce>(a);
}

enum class Kind { same, sum, mean, truth, position };

template <ReduceOp op, Kind kind>
struct Rules {
  static constexpr const char* name() {
    if (kind == Kind::mean) return "mean";
    constexpr const char* names[] = {"sum", "prod", "max", "min", "any", "all", "argmax", "argmin"};
    return names[static_cast<int>(op)];
  }
  static DType result(DType d) {
    if (kind == Kind::truth) return DType::b8;
    if (kind == Kind::position) return DType::i32;
    if (kind == Kind::mean) return float_of(d);
    return kind == Kind::sum && d == DType::b8 ? DType::i32 : d;
  }
  static std::vector<Spec> infer(const Call& c) {
    need_inputs(c, 1);
    const Folded f(c, c.specs[0].shape);
    if (kind == Kind::position && (f.count == 0 || f.count > std::numeric_limits<int32_t>::max()))
      throw ValueError(
          cat(c.name(), ": ", f.count, " elements to choose from in a tensor of shape ",
              c.specs[0].shape,
              "; expected 1 to 2147483647; give an axis that is neither empty nor longer"));
    return {{result(c.specs[0].dtype), f.out()}};
  }
  static bool bind(BindContext& ctx) {
    const DType from = ctx.in[0].spec.dtype, to = ctx.out[0].spec.dtype;
    if ((kind == Kind::sum || kind == Kind::mean) && from != to) return false;  // converts first
    const Folded f(ctx, ctx.in[0].spec.shape);
    return push_reduce(ctx, op, f, kind == Kind::mean ? 1.0 / static_cast<double>(f.count) : 1.0);
  }
  static const OpDef* instead(const Call& c, const Spec& out, Attrs& attrs) {
    const Spec& in = c.specs[0];
    if (in.dtype != out.dtype || Folded(c, in.shape).count != 1) return nullptr;
    attrs = {out.shape.vec()};
    return &op_by_name("reshape");
  }
  // Without keepdims, `back` puts the kept dimensions into x's order.
  static bool permuted(const Call& c, const Ints& perm, Attrs& attrs, Ints& back) {
    const Folded f(c, c.specs[0].shape);
    bool folded[kMaxDims] = {};  // of u
    Ints axes;
    for (size_t i = 0; i < perm.size(); ++i) {
      folded[perm[i]] = f.reduce[i];
      if (f.reduce[i]) axes.push_back(perm[i]);
    }
    attrs = {axes, f.keepdims};
    back.clear();
    for (size_t i = 0; i < perm.size(); ++i) {
      if (f.keepdims) back.push_back(perm[i]);
      if (f.keepdims || f.reduce[i]) continue;
      int64_t place = perm[i];
      for (int64_t d = 0; d < perm[i]; ++d) place -= folded[d];
      back.push_back(place);
    }
    return true;
  }
  static Tensors compose(const Call& c) {
    return {apply1(*c.op, {cast(c.inputs[0], result(c.specs[0].dtype))}, *c.attrs)};
  }
  static void define(Tensors (*vjp)(const VjpContext&)) {
    OpDef def;
    def.name = name();
    def.attrs = {kind == Kind::position ? AttrDecl{"axis", AttrType::integer, kNone}
                                        : AttrDecl{"axes", AttrType::ints, kNone},
                 {"keepdims", AttrType::flag, false}};
    def.flags = vjp ? kNoFlags : kNoGrad;
    def.infer = infer;
    def.bind = bind;
    def.vjp = vjp;
    if (kind == Kind::sum || kind == Kind::mean) def.compose = compose;
    if (vjp) def.instead = instead;  // arithmetic: not truths, not positions
    const Register reg(def);
    if (kind != Kind::position) RegisterPassRules(def.name, {.permuted = permuted});
  }
};

// g with the reduced dimensions back as 1: it broadcasts against the input.
Tensor kept(const VjpContext& c, const Tensor& t) {
  return reshape(t, Folded(c, c.in(0).shape()).ones);
}
int64_t folded_count(const VjpContext& c) { return Folded(c, c.in(0).shape()).count; }
Ints reduced_axes(const VjpContext& c) {
  const Folded f(c, c.in(0).shape());
  Ints axes;
  for (int d = 0; d < c.in(0).shape().rank(); ++d)
    if (f.reduce[d]) axes.push_back(d);
  return axes;
}

Tensors sum_vjp(const VjpContext& c) { return {broadcast_to(kept(c, c.grad()), c.in(0).shape())}; }

Tensors mean_vjp(const VjpContext& c) {
  const int64_t n = folded_count(c);
  const Tensor g = kept(c, c.grad());
  return {broadcast_to(mul(g, like(g, n ? 1.0 / static_cast<double>(n) : 0.0)), c.in(0).shape())};
}

// Ties share the gradient equally, as in TensorFlow.
Tensors extremum_vjp(const VjpContext& c) {
  const Tensor& x = c.in(0);
  const Tensor hit = cast(equal(x, kept(c, c.out())), x.dtype());
  const Tensor count = reduce_sum(hit, reduced_axes(c), true);
  return {mul(hit, div(kept(c, c.grad()), count))};
}

// x (rows, n) moved along n by `by` (either sign), ones where nothing was.
Tensor moved_by(const Tensor& x, int64_t by) {
  const int64_t rows = x.shape()[0], n = x.shape()[1];
  const int64_t low = std::max<int64_t>(by, 0), high = std::max<int64_t>(-by, 0);
  return pad(slice(x, {0, high}, {rows, n - low}, {1, 1}), {0, low}, {0, high}, 1);
}
// In every row the products of all elements before (by = 1) or after (by = -1) each, by doubling
// (Hillis & Steele 1986).
Tensor products_beside(const Tensor& x, int64_t by) {
  const int64_t n = x.shape()[1];
  Tensor all = moved_by(x, by);
  for (int64_t step = 1; step < n; step *= 2) all = mul(all, moved_by(all, by * step));
  return all;
}

// The product of the other elements, without division: right beside zeros, to every order.
Tensors prod_vjp(const VjpContext& c) {
  const Tensor& x = c.in(0);
  const Ints folded = reduced_axes(c);
  const int64_t n = folded_count(c), rank = x.shape().rank();
  if (x.shape().count() == 0) return {zeros_like(x)};
  Ints order, back(static_cast<size_t>(rank)), sizes;
  for (int64_t d = 0; d < rank; ++d)
    if (std::find(folded.begin(), folded.end(), d) == folded.end()) order.push_back(d);
  order.insert(order.end(), folded.begin(), folded.end());
  for (int64_t d = 0; d < rank; ++d) {
    back[static_cast<size_t>(order[static_cast<size_t>(d)])] = d;
    sizes.push_back(x.shape()[static_cast<int>(order[static_cast<size_t>(d)])]);
  }
  const Tensor rows = reshape(transpose(x, order), {x.shape().count() / n, n});
  const Tensor others = mul(products_beside(rows, 1), products_beside(rows, -1));
  return {mul(kept(c, c.grad()), transpose(reshape(others, Shape(sizes)), back))};
}

const bool defined = [] {
  Rules<ReduceOp::sum, Kind::sum>::define(sum_vjp);
  Rules<ReduceOp::sum, Kind::mean>::define(mean_vjp);
  Rules<ReduceOp::prod, Kind::sum>::define(prod_vjp);
  Rules<ReduceOp::max, Kind::same>::define(extremum_vjp);
  Rules<ReduceOp::min, Kind::same>::define(extremum_vjp);
  Rules<ReduceOp::any, Kind::truth>::define(nullptr);
  Rules<ReduceOp::all, Kind::truth>::define(nullptr);
  Rules<ReduceOp::argmax, Kind::position>::define(nullptr);
  Rules<ReduceOp::argmin, Kind::position>::define(nullptr);
  return true;
}();

}  // namespace

Tensor reduce_sum(const Tensor& x, const Ints& axes, bool keepdims) {
  static const OpDef& op = op_by_name("sum");
  return apply1(op, {x}, {axes, keepdims});
}
Tensor reduce_mean(const Tensor& x, const Ints& axes, bool keepdims) {
  static const OpDef& op = op_by_name("mean");
  return apply1(op, {x}, {axes, keepdims});
}
Tensor reduce_max(const Tensor& x, const Ints& axes, bool keepdims) {
  static const OpDef& op = op_by_name("max");
  return apply1(op, {x}, {axes, keepdims});
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  const int extra = x.shape().rank() - shape.rank();
  if (extra < 0) return broadcast_to(x, shape);
  Ints axes;
  bool wider = false;  // a size the gradient has not broadcast to yet
  for (int d = 0; d < x.shape().rank(); ++d) {
    const bool stretched = d < extra || shape[d - extra] == 1;
    if (stretched && x.shape()[d] != 1) axes.push_back(d);
    if (d >= extra && shape[d - extra] != 1 && x.shape()[d] == 1) wider = true;
  }
  Tensor out = axes.empty() ? x : reduce_sum(x, axes, true);
  if (wider) {
    Shape full;
    for (int d = 0; d < extra; ++d) full.push_back(1);
    for (int64_t d : shape) full.push_back(d);
    out = broadcast_to(out, full);
  }
  return reshape(out, shape);
}

}  // namespace ph

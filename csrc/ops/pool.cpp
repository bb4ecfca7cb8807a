// Pooling over x (N, H, W, C); pads: top, bottom, left, right. Padding never wins a maximum and
// never counts in an average. Gradients: max_pool_grad(x, y, dy), whose own gradient is
// max_pool_pick(x, y, g), g at each window's first maximum; avg_pool_grad(dy), which is told the
// input's size.
#include "epilogue.h"
#include "halves.h"
#include "window.h"

namespace ph {
namespace {

struct Dims {
  Window w;
  Shape x, y;

  Dims(const Call& c, const Shape& input) : x(input) {
    const Ints& size = need_ints(c, "window", 2);
    w = window_from(c, size[0], size[1], false);
    if (std::max(w.top, w.bottom) >= w.kh || std::max(w.left, w.right) >= w.kw)
      throw ValueError(cat(c.name(), ": pads ", Shape(c.ints("pads")).str(), " reach a window of ",
                           Shape(size).str(), "; padding must be smaller than the window"));
    y = Shape{x[0], window_count(c, "height", x[1], w.top, w.bottom, w.kh, w.stride_h),
              window_count(c, "width", x[2], w.left, w.right, w.kw, w.stride_w), x[3]};
  }
};

Dims pooled(const Call& c, const Spec& x, bool integers = false) {
  need_rank(c, x, 4, "(batch, height, width, channels)");
  if (!integers || x.dtype == DType::b8) need_float(c, x);
  return Dims(c, x.shape);
}

// The input's shape, which avg_pool_grad only knows in part.
Shape averaged_shape(const Call& c, const Shape& dy) {
  return {dy[0], c.integer("height"), c.integer("width"), dy[3]};
}

const std::vector<AttrDecl> kPool = {
    {"window", AttrType::ints}, {"strides", AttrType::ints}, {"pads", AttrType::ints}};

bool push_pool(BindContext& ctx, PoolMode mode, bool grad, const Dims& d) {
  const DType dtype = ctx.out[0].spec.dtype;
  if (!native_here(ctx, dtype)) return false;
  const bool overlap = d.w.kh > d.w.stride_h || d.w.kw > d.w.stride_w;
  if (grad && overlap && !native_float(dtype)) return false;
  for (const Operand& in : ctx.in)
    if (in.spec.dtype != dtype) return false;
  PoolArgs a;
  std::memset(&a, 0, sizeof a);
  a.dtype = dtype;
  a.mode = mode;
  a.n = d.x[0], a.h = d.x[1], a.w = d.x[2], a.c = d.x[3], a.oh = d.y[1], a.ow = d.y[2];
  a.kh = d.w.kh, a.kw = d.w.kw, a.stride_h = d.w.stride_h, a.stride_w = d.w.stride_w;
  a.pad_top = d.w.top, a.pad_left = d.w.left;
  if (!grad) {
    a.x = ctx.in[0].data;
    a.y = ctx.out[0].data;
    return ctx.push<&Kernels::pool>(a);
  }
  if (mode == PoolMode::max) {
    a.x = ctx.in[0].data;
    a.y = ctx.in[1].data;
  }
  a.dy = ctx.in[mode == PoolMode::max ? 2 : 0].data;
  if (ctx.in.size() > 3) {
    a.gate = ctx.in[3].data;
    a.gate_act = Epilogue(ctx, 3).gate_act;
  }
  a.dx = ctx.out[0].data;
  return ctx.push<&Kernels::pool_grad>(a);
}

void need_shape(const Call& c, const char* what, const Shape& have, const Shape& want) {
  bool ok = have.rank() == want.rank();
  for (int i = 0; ok && i < have.rank(); ++i) ok = same_size(have[i], want[i]);
  if (!ok)
    throw ValueError(
        cat(c.name(), ": ", what, " has shape ", have, "; expected the pooled shape ", want));
}

// Padding that never wins a maximum.
Tensor pad_lowest(const Tensor& x, const Window& w) {
  const double lowest = -std::numeric_limits<double>::infinity();
  return window_pad(x, w, is_unsigned(x.dtype()) ? 0 : lowest);
}

// Halves and mixtures in a float32 or float64 of their own; else, and of integers, `plain`.
template <class Plain>
Tensors converted(const Call& c, Plain plain) {
  const DType d = promote_all(c.specs);
  bool mixed = false;
  for (const Spec& s : c.specs) mixed = mixed || s.dtype != d;
  if (!mixed && (native_float(d) || !is_float(d))) return {plain()};
  return {cast(apply(*c.op, cast_all(c.inputs, working_float(d)), *c.attrs)[0], d)};
}

// Calls visit(i, j, hit): where element (i, j) of a window is its first maximum.
template <class Visit>
void each_first_maximum(const Dims& d, const Tensor& x, const Tensor& y, Visit visit) {
  const Tensor padded = pad_lowest(x, d.w);
  Tensor taken;
  for (int64_t i = 0; i < d.w.kh; ++i)
    for (int64_t j = 0; j < d.w.kw; ++j) {
      const Tensor same = equal(window_slice(padded, d.w, d.y[1], d.y[2], i, j), y);
      visit(i, j, taken ? logical_and(same, logical_not(taken)) : same);
      taken = taken ? logical_or(taken, same) : same;
    }
}

const Register max_pool_op({
    .name = "max_pool",
    .attrs = kPool,
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 1);
      return {checked(c, c.specs[0].dtype, pooled(c, c.specs[0], true).y)};
    },
    .bind =
        [](BindContext& ctx) {
          return push_pool(ctx, PoolMode::max, false, Dims(ctx, ctx.in[0].spec.shape));
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      return {apply1(op_by_name("max_pool_grad"), {c.in(0), c.out(), c.grad()}, *c.attrs)};
    },
    .compose = [](const Call& c) -> Tensors {
      return converted(c, [&] {
        const Dims d(c, c.inputs[0].shape());
        const Tensor padded = pad_lowest(c.inputs[0], d.w);
        Tensor best;
        for (int64_t i = 0; i < d.w.kh; ++i)
          for (int64_t j = 0; j < d.w.kw; ++j) {
            const Tensor t = window_slice(padded, d.w, d.y[1], d.y[2], i, j);
            best = best ? maximum(best, t) : t;
          }
        return best;
      });
    },
});

// Of max_pool_grad and of max_pool_grad_epilogue, whose fourth input is the gate.
std::vector<Spec> infer_max_pool_grad(const Call& c) {
  const Epilogue e(c, 3);
  need_inputs(c, e.inputs);
  const Dims d = pooled(c, c.specs[0]);
  need_shape(c, "y", c.specs[1].shape, d.y);
  need_shape(c, "dy", c.specs[2].shape, d.y);
  if (e.has_gate) need_shape(c, "the gate", c.specs[e.gate_at].shape, d.x);
  return {{promote_all(c.specs), d.x}};
}
bool bind_max_pool_grad(BindContext& ctx) {
  return push_pool(ctx, PoolMode::max, true, Dims(ctx, ctx.in[0].spec.shape));
}
Tensor plain_max_pool_grad(const Call& c) {
  return apply1(op_by_name("max_pool_grad"), {c.inputs[0], c.inputs[1], c.inputs[2]}, own_attrs(c));
}

const Register max_pool_grad_op({
    .name = "max_pool_grad",
    .attrs = kPool,
    .infer = infer_max_pool_grad,
    .bind = bind_max_pool_grad,
    .vjp = [](const VjpContext& c) -> Tensors {
      return {Tensor(), Tensor(),
              apply1(op_by_name("max_pool_pick"), {c.in(0), c.in(1), c.grad()}, *c.attrs)};
    },
    .compose = [](const Call& c) -> Tensors {
      return converted(c, [&] {
        const Dims d(c, c.inputs[0].shape());
        const Tensor& dy = c.inputs[2];
        const Shape padded = window_pad(c.inputs[0], d.w, 0).shape();
        Tensor dx;
        each_first_maximum(
            d, c.inputs[0], c.inputs[1], [&](int64_t i, int64_t j, const Tensor& hit) {
              const Tensor part = window_place(where(hit, dy, like(dy, 0)), d.w, i, j, padded);
              dx = dx ? add(dx, part) : part;
            });
        return window_crop(dx, d.w, d.x[1], d.x[2]);
      });
    },
    .epilogue = "max_pool_grad_epilogue",
    .epilogue_gate = true,
});

// max_pool_grad, then a gate, in one pass: in a network the gate is the pooled activation itself.
const Register max_pool_grad_epilogue_op({
    .name = "max_pool_grad_epilogue",
    .attrs = with_epilogue(kPool),
    .infer = infer_max_pool_grad,
    .bind = bind_max_pool_grad,
    .vjp = [](const VjpContext& c) -> Tensors {
      const Epilogue e(c, 3);
      const EpilogueGrad g = epilogue_grad(c, e, e.has_gate ? plain_max_pool_grad(c) : Tensor());
      Tensors out{Tensor(), Tensor(),
                  apply1(op_by_name("max_pool_pick"), {c.in(0), c.in(1), g.dz}, own_attrs(c))};
      if (e.has_gate) out.push_back(g.dgate);
      return out;
    },
    .compose = [](const Call& c) -> Tensors {
      return {finish(plain_max_pool_grad(c), c.inputs, Epilogue(c, 3))};
    },
});

const Register max_pool_pick_op({
    .name = "max_pool_pick",
    .attrs = kPool,
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 3);
      const Dims d = pooled(c, c.specs[0]);
      need_shape(c, "y", c.specs[1].shape, d.y);
      need_shape(c, "g", c.specs[2].shape, d.x);
      return {{c.specs[2].dtype, d.y}};
    },
    .vjp = [](const VjpContext& c) -> Tensors {
      return {Tensor(), Tensor(),
              apply1(op_by_name("max_pool_grad"), {c.in(0), c.in(1), c.grad()}, *c.attrs)};
    },
    .compose = [](const Call& c) -> Tensors {
      const Dims d(c, c.inputs[0].shape());
      const Tensor g = window_pad(c.inputs[2], d.w, 0);
      Tensor out = like(g, 0);
      each_first_maximum(d, c.inputs[0], c.inputs[1], [&](int64_t i, int64_t j, const Tensor& hit) {
        out = where(hit, window_slice(g, d.w, d.y[1], d.y[2], i, j), out);
      });
      return {out};
    },
});

// How many elements of x each window holds, (1, OH, OW, 1).
Tensor window_counts(const Dims& d, DType dtype) {
  const Tensor ones = window_pad(fill({1, d.x[1], d.x[2], 1}, 1, dtype), d.w, 0);
  Tensor count;
  for (int64_t i = 0; i < d.w.kh; ++i)
    for (int64_t j = 0; j < d.w.kw; ++j) {
      const Tensor t = window_slice(ones, d.w, d.y[1], d.y[2], i, j);
      count = count ? add(count, t) : t;
    }
  return count;
}

const Register avg_pool_op({
    .name = "avg_pool",
    .attrs = kPool,
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 1);
      return {checked(c, c.specs[0].dtype, pooled(c, c.specs[0]).y)};
    },
    .bind =
        [](BindContext& ctx) {
          return push_pool(ctx, PoolMode::average, false, Dims(ctx, ctx.in[0].spec.shape));
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      const Shape& x = c.in(0).shape();
      return {apply1(op_by_name("avg_pool_grad"), {c.grad()}, c.attrs->and_then({x[1], x[2]}))};
    },
    .compose = [](const Call& c) -> Tensors {
      return converted(c, [&] {
        const Dims d(c, c.inputs[0].shape());
        const Tensor padded = window_pad(c.inputs[0], d.w, 0);
        Tensor total;
        for (int64_t i = 0; i < d.w.kh; ++i)
          for (int64_t j = 0; j < d.w.kw; ++j) {
            const Tensor t = window_slice(padded, d.w, d.y[1], d.y[2], i, j);
            total = total ? add(total, t) : t;
          }
        return div(total, window_counts(d, c.inputs[0].dtype()));
      });
    },
});

const Register avg_pool_grad_op({
    .name = "avg_pool_grad",
    .attrs =
        {kPool[0], kPool[1], kPool[2], {"height", AttrType::integer}, {"width", AttrType::integer}},
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 1);
      need_rank(c, c.specs[0], 4, "(batch, height, width, channels)");
      const Dims d = pooled(c, {c.specs[0].dtype, averaged_shape(c, c.specs[0].shape)});
      need_shape(c, "dy", c.specs[0].shape, d.y);
      return {checked(c, c.specs[0].dtype, d.x)};
    },
    .bind =
        [](BindContext& ctx) {
          return push_pool(ctx, PoolMode::average, true, Dims(ctx, ctx.out[0].spec.shape));
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      return {apply1(op_by_name("avg_pool"), {c.grad()}, c.attrs->first(kPool.size()))};
    },
    .compose = [](const Call& c) -> Tensors {
      return converted(c, [&] {
        const Dims d(c, averaged_shape(c, c.inputs[0].shape()));
        const Tensor share = div(c.inputs[0], window_counts(d, c.inputs[0].dtype()));
        const Shape padded{d.x[0], d.x[1] + d.w.top + d.w.bottom, d.x[2] + d.w.left + d.w.right,
                           d.x[3]};
        Tensor dx;
        for (int64_t i = 0; i < d.w.kh; ++i)
          for (int64_t j = 0; j < d.w.kw; ++j) {
            const Tensor part = window_place(share, d.w, i, j, padded);
            dx = dx ? add(dx, part) : part;
          }
        return window_crop(dx, d.w, d.x[1], d.x[2]);
      });
    },
});

}  // namespace
}  // namespace ph

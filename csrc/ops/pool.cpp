// Pooling over x (N, H, W, C). Attributes: window[2], strides[2], pads[top, bottom, left, right];
// padding never wins a maximum and never counts in an average. Gradients: max_pool_grad(x, y, dy),
// whose own gradient is max_pool_pick(x, y, g), g at each window's first maximum; avg_pool_grad(dy)
// with h, w.
#include "epilogue.h"
#include "window.h"

namespace ph {
namespace {

struct Dims {
  Window w;
  Shape x, y;

  Dims(const char* op, const Shape& input, const Attrs& attrs) : x(input) {
    const Ints& size = need_ints(op, attrs, 0, 2, "window");
    w = window_from(op, attrs, 1, size[0], size[1], false);
    if (std::max(w.top, w.bottom) >= w.kh || std::max(w.left, w.right) >= w.kw)
      throw ValueError(cat(op, ": pads ", Shape(attrs.ints(2)).str(), " reach a window of ",
                           Shape(size).str(), "; padding must be smaller than the window"));
    y = Shape{x[0], window_count(op, "height", x[1], w.top, w.bottom, w.kh, w.stride_h),
              window_count(op, "width", x[2], w.left, w.right, w.kw, w.stride_w), x[3]};
  }
};

Dims pooled(const char* op, const Spec& x, const Attrs& attrs, bool integers = false) {
  need_rank(op, x, 4, "(batch, height, width, channels)");
  if (!integers || x.dtype == DType::b8) need_float(op, x);
  return Dims(op, x.shape, attrs);
}

// The input's shape, which avg_pool_grad only knows in part.
Shape averaged_shape(const Shape& dy, const Attrs& attrs) {
  return {dy[0], attrs.integer(3), attrs.integer(4), dy[3]};
}

constexpr size_t kPoolAttrs = 3;  // window, strides, padding; an epilogue's four follow

bool push_pool(BindContext& ctx, PoolMode mode, bool grad, const Dims& d) {
  const DType dtype = ctx.out[0].spec.dtype;
  if (!native_float(dtype)) return false;
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
    a.gate_act = act_of(*ctx.attrs, kPoolAttrs + 3);
  }
  a.dx = ctx.out[0].data;
  return ctx.push<&Kernels::pool_grad>(a);
}

void need_shape(const char* op, const char* what, const Shape& have, const Shape& want) {
  bool ok = have.rank() == want.rank();
  for (int i = 0; ok && i < have.rank(); ++i) ok = same_size(have[i], want[i]);
  if (!ok)
    throw ValueError(
        cat(op, ": ", what, " has shape ", have, "; expected the pooled shape ", want));
}

// Padding that never wins a maximum.
Tensor pad_lowest(const Tensor& x, const Window& w) {
  const double lowest = -std::numeric_limits<double>::infinity();
  return window_pad(x, w, is_unsigned(x.dtype()) ? 0 : lowest);
}

// Halves and mixtures in a float32 or float64 of their own; else, and of integers, `plain`.
template <class Plain>
Tensors converted(const char* op, std::span<const Tensor> in, const Attrs& attrs, Plain plain) {
  DType d = in[0].dtype();
  bool mixed = false;
  for (const Tensor& t : in) {
    mixed = mixed || t.dtype() != d;
    d = promote(d, t.dtype());
  }
  if (!mixed && (native_float(d) || !is_float(d))) return {plain()};
  return {cast(ph::apply(op_by_name(op), cast_all(in, working_float(d)), attrs)[0], d)};
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
    .infer = [](Specs in, const Attrs& attrs) -> std::vector<Spec> {
      need_inputs("max_pool", in, 1);
      return {checked("max_pool", in[0].dtype, pooled("max_pool", in[0], attrs, true).y)};
    },
    .bind =
        [](BindContext& ctx) {
          return push_pool(ctx, PoolMode::max, false,
                           Dims("max_pool", ctx.in[0].spec.shape, *ctx.attrs));
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      return {apply1(op_by_name("max_pool_grad"), {c.in(0), c.out(), c.grad()}, c.attrs())};
    },
    .compose = [](std::span<const Tensor> in, const Attrs& attrs) -> Tensors {
      return converted("max_pool", in, attrs, [&] {
        const Dims d("max_pool", in[0].shape(), attrs);
        const Tensor padded = pad_lowest(in[0], d.w);
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
std::vector<Spec> infer_max_pool_grad(const char* name, Specs in, const Attrs& attrs) {
  const Dims d = pooled(name, in[0], attrs);
  need_shape(name, "y", in[1].shape, d.y);
  need_shape(name, "dy", in[2].shape, d.y);
  if (in.size() > 3) need_shape(name, "the gate", in[3].shape, d.x);
  return {{promote_all(in), d.x}};
}
bool bind_max_pool_grad(BindContext& ctx) {
  return push_pool(ctx, PoolMode::max, true,
                   Dims("max_pool_grad", ctx.in[0].spec.shape, *ctx.attrs));
}
Tensor plain_max_pool_grad(std::span<const Tensor> in, const Attrs& attrs) {
  return apply1(op_by_name("max_pool_grad"), {in[0], in[1], in[2]}, own_attrs(attrs, kPoolAttrs));
}
Epilogue pool_epilogue(const Attrs& attrs) {
  Epilogue e(attrs, kPoolAttrs);
  e.gate_at = 3;  // after x, y and dy
  return e;
}

const Register max_pool_grad_op({
    .name = "max_pool_grad",
    .infer = [](Specs in, const Attrs& attrs) -> std::vector<Spec> {
      need_inputs("max_pool_grad", in, 3);
      return infer_max_pool_grad("max_pool_grad", in, attrs);
    },
    .bind = bind_max_pool_grad,
    .vjp = [](const VjpContext& c) -> Tensors {
      return {Tensor(), Tensor(),
              apply1(op_by_name("max_pool_pick"), {c.in(0), c.in(1), c.grad()}, c.attrs())};
    },
    .compose = [](std::span<const Tensor> in, const Attrs& attrs) -> Tensors {
      return converted("max_pool_grad", in, attrs, [&] {
        const Dims d("max_pool_grad", in[0].shape(), attrs);
        const Tensor& dy = in[2];
        const Shape padded = window_pad(in[0], d.w, 0).shape();
        Tensor dx;
        each_first_maximum(d, in[0], in[1], [&](int64_t i, int64_t j, const Tensor& hit) {
          const Tensor part = window_place(where(hit, dy, like(dy, 0)), d.w, i, j, padded);
          dx = dx ? add(dx, part) : part;
        });
        return window_crop(dx, d.w, d.x[1], d.x[2]);
      });
    },
    .epilogue = "max_pool_grad_epilogue",
    .own_attrs = kPoolAttrs,
    .epilogue_gate = true,
});

// max_pool_grad, then a gate, in one pass: in a network the gate is the pooled activation itself.
const Register max_pool_grad_epilogue_op({
    .name = "max_pool_grad_epilogue",
    .infer = [](Specs in, const Attrs& attrs) -> std::vector<Spec> {
      need_inputs("max_pool_grad_epilogue", in, 4);
      return infer_max_pool_grad("max_pool_grad_epilogue", in, attrs);
    },
    .bind = bind_max_pool_grad,
    .vjp = [](const VjpContext& c) -> Tensors {
      const Tensor in[] = {c.in(0), c.in(1), c.in(2)};
      const EpilogueGrad g =
          epilogue_grad(c, pool_epilogue(c.attrs()), plain_max_pool_grad(in, c.attrs()));
      return {Tensor(), Tensor(),
              apply1(op_by_name("max_pool_pick"), {in[0], in[1], g.dz},
                     own_attrs(c.attrs(), kPoolAttrs)),
              g.dgate};
    },
    .compose = [](std::span<const Tensor> in, const Attrs& attrs) -> Tensors {
      return {finish(plain_max_pool_grad(in, attrs), in, pool_epilogue(attrs))};
    },
});

const Register max_pool_pick_op({
    .name = "max_pool_pick",
    .infer = [](Specs in, const Attrs& attrs) -> std::vector<Spec> {
      need_inputs("max_pool_pick", in, 3);
      const Dims d = pooled("max_pool_pick", in[0], attrs);
      need_shape("max_pool_pick", "y", in[1].shape, d.y);
      need_shape("max_pool_pick", "g", in[2].shape, d.x);
      return {{in[2].dtype, d.y}};
    },
    .vjp = [](const VjpContext& c) -> Tensors {
      return {Tensor(), Tensor(),
              apply1(op_by_name("max_pool_grad"), {c.in(0), c.in(1), c.grad()}, c.attrs())};
    },
    .compose = [](std::span<const Tensor> in, const Attrs& attrs) -> Tensors {
      const Dims d("max_pool_pick", in[0].shape(), attrs);
      const Tensor g = window_pad(in[2], d.w, 0);
      Tensor out = like(g, 0);
      each_first_maximum(d, in[0], in[1], [&](int64_t i, int64_t j, const Tensor& hit) {
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
    .infer = [](Specs in, const Attrs& attrs) -> std::vector<Spec> {
      need_inputs("avg_pool", in, 1);
      return {checked("avg_pool", in[0].dtype, pooled("avg_pool", in[0], attrs).y)};
    },
    .bind =
        [](BindContext& ctx) {
          return push_pool(ctx, PoolMode::average, false,
                           Dims("avg_pool", ctx.in[0].spec.shape, *ctx.attrs));
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      Attrs attrs = c.attrs();
      attrs.set(3, c.in(0).shape()[1]);
      attrs.set(4, c.in(0).shape()[2]);
      return {apply1(op_by_name("avg_pool_grad"), {c.grad()}, attrs)};
    },
    .compose = [](std::span<const Tensor> in, const Attrs& attrs) -> Tensors {
      return converted("avg_pool", in, attrs, [&] {
        const Dims d("avg_pool", in[0].shape(), attrs);
        const Tensor padded = window_pad(in[0], d.w, 0);
        Tensor total;
        for (int64_t i = 0; i < d.w.kh; ++i)
          for (int64_t j = 0; j < d.w.kw; ++j) {
            const Tensor t = window_slice(padded, d.w, d.y[1], d.y[2], i, j);
            total = total ? add(total, t) : t;
          }
        return div(total, window_counts(d, in[0].dtype()));
      });
    },
});

const Register avg_pool_grad_op({
    .name = "avg_pool_grad",
    .infer = [](Specs in, const Attrs& attrs) -> std::vector<Spec> {
      need_inputs("avg_pool_grad", in, 1);
      need_rank("avg_pool_grad", in[0], 4, "(batch, height, width, channels)");
      const Dims d =
          pooled("avg_pool_grad", {in[0].dtype, averaged_shape(in[0].shape, attrs)}, attrs);
      need_shape("avg_pool_grad", "dy", in[0].shape, d.y);
      return {checked("avg_pool_grad", in[0].dtype, d.x)};
    },
    .bind =
        [](BindContext& ctx) {
          return push_pool(ctx, PoolMode::average, true,
                           Dims("avg_pool_grad", ctx.out[0].spec.shape, *ctx.attrs));
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      const Attrs& a = c.attrs();
      return {apply1(op_by_name("avg_pool"), {c.grad()}, {a[0], a[1], a[2]})};
    },
    .compose = [](std::span<const Tensor> in, const Attrs& attrs) -> Tensors {
      return converted("avg_pool_grad", in, attrs, [&] {
        const Dims d("avg_pool_grad", averaged_shape(in[0].shape(), attrs), attrs);
        const Tensor share = div(in[0], window_counts(d, in[0].dtype()));
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

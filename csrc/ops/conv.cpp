// conv2d and its two gradients, closed under differentiation. x (N, H, W, C), w (KH, KW, C /
// groups, K), y (N, OH, OW, K). Attributes: strides[2], pads[top, bottom, left, right],
// dilations[2], groups; then conv2d_grad_input(w, dy): h, w; conv2d_grad_filter(x, dy): kh, kw.
#include <atomic>
#include <cstdlib>

#include "conv.h"

namespace ph {

void ConvDims::check(const char* op) const {
  if (!same_size(c, wc * groups) || !same_size(k % groups, 0))
    throw ValueError(
        cat(op, ": an input of ", c, " channels and a kernel of shape ", w,
            " (height, width, channels / groups, filters) do not match in ", groups,
            " groups: the kernel's third size must be the channels divided by the groups, and the"
            " filters a multiple of the groups"));
}

ConvDims::ConvDims(const char* op, Specs in, const Attrs& attrs, ConvMode mode) {
  const Spec& a = in[0];
  const Spec& b = in[1];
  groups = integer_or(attrs, 3, 1);
  if (groups < 1) throw ValueError(cat(op, ": groups is ", groups, "; it must be at least 1"));
  const bool has_x = mode != ConvMode::grad_input, has_w = mode != ConvMode::grad_filter;
  if (has_x) need_rank(op, a, 4, "(batch, height, width, channels)");
  if (has_w)
    need_rank(op, has_x ? b : a, 4, "a kernel (height, width, channels / groups, filters)");
  if (mode != ConvMode::forward) need_rank(op, b, 4, "a gradient (batch, height, width, filters)");
  if (has_w) w = has_x ? b.shape : a.shape;
  if (has_x) {
    n = a.shape[0], h = a.shape[1], v = a.shape[2], c = a.shape[3];
  } else {
    n = b.shape[0], h = attrs.integer(4), v = attrs.integer(5), c = w[2] < 0 ? -1 : w[2] * groups;
  }
  if (!has_w) w = Shape{attrs.integer(4), attrs.integer(5), c < 0 ? -1 : c / groups, b.shape[3]};
  wc = w[2], k = w[3];
  window = window_from(op, attrs, 0, w[0], w[1], true);
  check(op);
  oh = window_count(op, "height", h, window.top, window.bottom, window.span_h(), window.stride_h);
  ow = window_count(op, "width", v, window.left, window.right, window.span_w(), window.stride_w);
  if (mode != ConvMode::forward) {
    const Shape y{n, oh, ow, k};
    for (int d = 0; d < 4; ++d)
      if (!same_size(y[d], b.shape[d]))
        throw ValueError(cat(op, ": the gradient has shape ", b.shape,
                             "; the convolution's output has shape ", y));
  }
}

namespace {

constexpr size_t kForwardAttrs = 4, kGradAttrs = 6;

std::atomic<bool>& winograd_switch() {
  static std::atomic<bool> allowed = [] {
    const char* text = std::getenv("PRONGHORN_WINOGRAD");
    return !text || std::strcmp(text, "0") != 0;
  }();
  return allowed;
}

bool bind_conv(BindContext& ctx, ConvMode mode, const char* op, size_t own) {
  const Epilogue e(*ctx.attrs, own);
  const Spec& out = ctx.out[0].spec;
  if (!native_float(out.dtype)) return false;
  Spec pair[2] = {ctx.in[0].spec, ctx.in[1].spec};
  for (const Operand& in : ctx.in)
    if (in.spec.dtype != out.dtype) return false;
  const ConvDims d(op, pair, *ctx.attrs, mode);
  ConvArgs a;
  std::memset(&a, 0, sizeof a);
  a.dtype = out.dtype;
  a.mode = mode;
  a.n = d.n, a.h = d.h, a.w = d.v, a.c = d.c, a.k = d.k, a.kh = d.window.kh, a.kw = d.window.kw;
  a.oh = d.oh, a.ow = d.ow;
  a.stride_h = d.window.stride_h, a.stride_w = d.window.stride_w;
  a.dil_h = d.window.dil_h, a.dil_w = d.window.dil_w;
  a.pad_top = d.window.top, a.pad_left = d.window.left, a.groups = d.groups;
  a.x = mode == ConvMode::grad_input ? ctx.out[0].data : ctx.in[0].data;
  a.filter = mode == ConvMode::grad_filter ? ctx.out[0].data
                                           : ctx.in[mode == ConvMode::forward ? 1 : 0].data;
  a.y = mode == ConvMode::forward ? ctx.out[0].data : ctx.in[1].data;
  a.act = e.act, a.gate_act = e.gate_act;
  if (e.has_bias) a.bias = ctx.in[e.bias_at].data;
  if (e.has_gate) a.gate = ctx.in[e.gate_at].data;
  a.winograd = winograd_enabled();
  const size_t need = ctx.kernels->conv_scratch ? ctx.kernels->conv_scratch(a, ctx.threads) : 0;
  if (need) a.scratch = ctx.scratch(need);
  return ctx.push<&Kernels::conv>(a);
}

std::vector<Spec> infer_conv(const char* op, Specs in, const Attrs& attrs, ConvMode mode,
                             size_t own) {
  const Epilogue e(attrs, own);
  need_inputs(op, in, e.inputs);
  for (const Spec& s : in) need_float(op, s);
  const ConvDims d(op, in, attrs, mode);
  const DType type = promote(in[0].dtype, in[1].dtype);
  Shape out{d.n, d.oh, d.ow, d.k};
  if (mode == ConvMode::grad_input) out = Shape{d.n, d.h, d.v, d.c};
  if (mode == ConvMode::grad_filter) out = d.w;
  const Spec spec = checked(op, type, out);
  check_epilogue(op, in, e, spec);
  return {spec};
}

Attrs with_sizes(const Attrs& attrs, int64_t a, int64_t b) {
  Attrs out = own_attrs(attrs, kForwardAttrs);
  out.set(4, a);
  out.set(5, b);
  return out;
}

// Gradients of each of the three in terms of the three; g is the gradient of its output.
Tensors grads_of(const VjpContext& c, ConvMode mode, const Tensor& g) {
  const Tensor &a = c.in(0), &b = c.in(1);
  const Attrs own = own_attrs(c.attrs(), kForwardAttrs);
  Tensor da, db;
  if (mode == ConvMode::forward) {
    if (c.needs[0]) da = conv_grad_input(b, g, with_sizes(own, a.shape()[1], a.shape()[2]));
    if (c.needs[1]) db = conv_grad_filter(a, g, with_sizes(own, b.shape()[0], b.shape()[1]));
  } else if (mode == ConvMode::grad_input) {  // inputs (w, dy), output dx
    if (c.needs[0]) da = conv_grad_filter(g, b, with_sizes(own, a.shape()[0], a.shape()[1]));
    if (c.needs[1]) db = conv_forward(g, a, own);
  } else {  // inputs (x, dy), output dw
    if (c.needs[0]) da = conv_grad_input(g, b, with_sizes(own, a.shape()[1], a.shape()[2]));
    if (c.needs[1]) db = conv_forward(a, g, own);
  }
  return {da, db};
}

template <ConvMode mode>
struct Plain {
  static constexpr const char* name = mode == ConvMode::forward      ? "conv2d"
                                      : mode == ConvMode::grad_input ? "conv2d_grad_input"
                                                                     : "conv2d_grad_filter";
  static constexpr size_t own = mode == ConvMode::forward ? kForwardAttrs : kGradAttrs;
  static std::vector<Spec> infer(Specs in, const Attrs& attrs) {
    return infer_conv(name, in, attrs, mode, own);
  }
  static bool bind(BindContext& ctx) { return bind_conv(ctx, mode, name, own); }
  static Tensors vjp(const VjpContext& c) { return grads_of(c, mode, c.grad()); }
  static Tensors compose(std::span<const Tensor> in, const Attrs& attrs) {
    const DType d = promote(in[0].dtype(), in[1].dtype());
    if (native_float(d) && in[0].dtype() == in[1].dtype())
      return {conv_plainly(in[0], in[1], attrs, mode)};
    return {cast(ph::apply(op_by_name(name), cast_all(in, working_float(d)), attrs)[0], d)};
  }
  static OpDef definition() {
    OpDef def;
    def.name = name;
    def.infer = infer;
    def.bind = bind;
    def.vjp = vjp;
    def.compose = compose;
    if (mode != ConvMode::grad_filter) {
      def.epilogue = mode == ConvMode::forward ? "conv2d_epilogue" : "conv2d_grad_input_epilogue";
      def.own_attrs = static_cast<int>(own);
      def.epilogue_gate = true;
      def.epilogue_bias = mode == ConvMode::forward;
    }
    return def;
  }
};

template <ConvMode mode>
struct Fused {
  using Base = Plain<mode>;
  static constexpr const char* name =
      mode == ConvMode::forward ? "conv2d_epilogue" : "conv2d_grad_input_epilogue";
  static std::vector<Spec> infer(Specs in, const Attrs& attrs) {
    return infer_conv(name, in, attrs, mode, Base::own);
  }
  static bool bind(BindContext& ctx) { return bind_conv(ctx, mode, name, Base::own); }
  static Tensor product(const Tensor& a, const Tensor& b, const Attrs& attrs) {
    return apply1(op_by_name(Base::name), {a, b}, own_attrs(attrs, Base::own));
  }
  static Tensors vjp(const VjpContext& c) {
    const Epilogue e(c.attrs(), Base::own);
    const EpilogueGrad g =
        epilogue_grad(c, e, e.has_gate ? product(c.in(0), c.in(1), c.attrs()) : Tensor());
    Tensors out = grads_of(c, mode, g.dz);
    if (e.has_bias) out.push_back(g.dbias);
    if (e.has_gate) out.push_back(g.dgate);
    return out;
  }
  static Tensors compose(std::span<const Tensor> in, const Attrs& attrs) {
    return {finish(product(in[0], in[1], attrs), in, Epilogue(attrs, Base::own))};
  }
  static OpDef definition() {
    OpDef def;
    def.name = name;
    def.infer = infer;
    def.bind = bind;
    def.vjp = vjp;
    def.compose = compose;
    return def;
  }
};

const Register ops[] = {Register(Plain<ConvMode::forward>::definition()),
                        Register(Plain<ConvMode::grad_input>::definition()),
                        Register(Plain<ConvMode::grad_filter>::definition()),
                        Register(Fused<ConvMode::forward>::definition()),
                        Register(Fused<ConvMode::grad_input>::definition())};

}  // namespace

Tensor conv_forward(const Tensor& x, const Tensor& w, const Attrs& attrs) {
  static const OpDef& op = op_by_name("conv2d");
  return apply1(op, {x, w}, attrs);
}
Tensor conv_grad_input(const Tensor& w, const Tensor& dy, const Attrs& attrs) {
  static const OpDef& op = op_by_name("conv2d_grad_input");
  return apply1(op, {w, dy}, attrs);
}
Tensor conv_grad_filter(const Tensor& x, const Tensor& dy, const Attrs& attrs) {
  static const OpDef& op = op_by_name("conv2d_grad_filter");
  return apply1(op, {x, dy}, attrs);
}

bool winograd_enabled() { return winograd_switch(); }
void enable_winograd(bool enabled) { winograd_switch() = enabled; }

}  // namespace ph

// conv2d and its two gradients, closed under differentiation. x (N, H, W, C), w (KH, KW, C /
// groups, K), y (N, OH, OW, K); pads: top, bottom, left, right. conv2d_grad_input(w, dy) gets the
// input's size, conv2d_grad_filter(x, dy) the kernel's.
#include <atomic>
#include <cstdlib>

#include "conv.h"
#include "halves.h"

namespace ph {

void ConvDims::check(const Call& call) const {
  if (!same_size(c, wc * groups) || !same_size(k % groups, 0))
    throw ValueError(
        cat(call.name(), ": an input of ", c, " channels and a kernel of shape ", w,
            " (height, width, channels / groups, filters) do not match in ", groups,
            " groups: the kernel's third size must be the channels divided by the groups, and the"
            " filters a multiple of the groups"));
}

ConvDims::ConvDims(const Call& call, Specs in, ConvMode mode) {
  const Spec& a = in[0];
  const Spec& b = in[1];
  groups = call.integer("groups");
  if (groups < 1)
    throw ValueError(cat(call.name(), ": groups is ", groups, "; it must be at least 1"));
  const bool has_x = mode != ConvMode::grad_input, has_w = mode != ConvMode::grad_filter;
  if (has_x) need_rank(call, a, 4, "(batch, height, width, channels)");
  if (has_w)
    need_rank(call, has_x ? b : a, 4, "a kernel (height, width, channels / groups, filters)");
  if (mode != ConvMode::forward)
    need_rank(call, b, 4, "a gradient (batch, height, width, filters)");
  if (has_w) w = has_x ? b.shape : a.shape;
  if (has_x) {
    n = a.shape[0], h = a.shape[1], v = a.shape[2], c = a.shape[3];
  } else {
    n = b.shape[0], h = call.integer("height"), v = call.integer("width"),
    c = w[2] < 0 ? -1 : w[2] * groups;
  }
  if (!has_w)
    w = Shape{call.integer("kernel_height"), call.integer("kernel_width"), c < 0 ? -1 : c / groups,
              b.shape[3]};
  wc = w[2], k = w[3];
  window = window_from(call, w[0], w[1], true);
  check(call);
  oh = window_count(call, "height", h, window.top, window.bottom, window.span_h(), window.stride_h);
  ow = window_count(call, "width", v, window.left, window.right, window.span_w(), window.stride_w);
  if (mode != ConvMode::forward) {
    const Shape y{n, oh, ow, k};
    for (int d = 0; d < 4; ++d)
      if (!same_size(y[d], b.shape[d]))
        throw ValueError(cat(call.name(), ": the gradient has shape ", b.shape,
                             "; the convolution's output has shape ", y));
  }
}

ConvArgs conv_sizes(const ConvDims& d, ConvMode mode, DType dtype) {
  ConvArgs a;
  std::memset(&a, 0, sizeof a);
  a.dtype = dtype;
  a.mode = mode;
  a.n = d.n, a.h = d.h, a.w = d.v, a.c = d.c, a.k = d.k, a.kh = d.window.kh, a.kw = d.window.kw;
  a.oh = d.oh, a.ow = d.ow;
  a.stride_h = d.window.stride_h, a.stride_w = d.window.stride_w;
  a.dil_h = d.window.dil_h, a.dil_w = d.window.dil_w;
  a.pad_top = d.window.top, a.pad_left = d.window.left, a.groups = d.groups;
  a.winograd = winograd_enabled();
  return a;
}

namespace {

constexpr size_t kConvAttrs =
    4;  // strides, pads, dilations, groups; every one of the three has them

// Which of the three an op is; its row.
ConvMode mode_of(const Call& c) { return static_cast<ConvMode>(c.op->row); }

std::atomic<bool>& winograd_switch() {
  static std::atomic<bool> allowed = [] {
    const char* text = std::getenv("PRONGHORN_WINOGRAD");
    return !text || std::strcmp(text, "0") != 0;
  }();
  return allowed;
}

bool bind_conv(BindContext& ctx) {
  const Epilogue e(ctx);
  const ConvMode mode = mode_of(ctx);
  const Spec& out = ctx.out[0].spec;
  if (!native_here(ctx, out.dtype)) return false;
  Spec pair[2] = {ctx.in[0].spec, ctx.in[1].spec};
  for (const Operand& in : ctx.in)
    if (in.spec.dtype != out.dtype) return false;
  const ConvDims d(ctx, pair, mode);
  ConvArgs a = conv_sizes(d, mode, out.dtype);
  a.x = mode == ConvMode::grad_input ? ctx.out[0].data : ctx.in[0].data;
  a.filter = mode == ConvMode::grad_filter ? ctx.out[0].data
                                           : ctx.in[mode == ConvMode::forward ? 1 : 0].data;
  a.y = mode == ConvMode::forward ? ctx.out[0].data : ctx.in[1].data;
  a.act = e.act, a.gate_act = e.gate_act;
  if (e.has_bias) a.bias = ctx.in[e.bias_at].data;
  if (e.has_gate) a.gate = ctx.in[e.gate_at].data;
  if (mode != ConvMode::grad_filter && native_float(a.dtype) && ctx.kernels->programs)
    a.program = ctx.take_program();
  const size_t need = ctx.kernels->conv_scratch ? ctx.kernels->conv_scratch(a, ctx.threads) : 0;
  if (need) a.scratch = ctx.scratch(need);
  return ctx.push<&Kernels::conv>(a);
}

std::vector<Spec> infer_conv(const Call& c) {
  const Epilogue e(c);
  const ConvMode mode = mode_of(c);
  need_inputs(c, e.inputs);
  for (const Spec& s : c.specs) need_float(c, s);
  const ConvDims d(c, c.specs, mode);
  Shape out{d.n, d.oh, d.ow, d.k};
  if (mode == ConvMode::grad_input) out = Shape{d.n, d.h, d.v, d.c};
  if (mode == ConvMode::grad_filter) out = d.w;
  const Spec spec = checked(c, promote(c.specs[0].dtype, c.specs[1].dtype), out);
  check_epilogue(c, e, spec);
  return {spec};
}

// Gradients of each of the three in terms of the three; g is the gradient of its output.
Tensors grads_of(const VjpContext& c, const Tensor& g) {
  const Tensor &a = c.in(0), &b = c.in(1);
  const Attrs plain = c.attrs->first(kConvAttrs);
  const auto sized = [&](const Tensor& t, int axis) {
    return plain.and_then({t.shape()[axis], t.shape()[axis + 1]});
  };
  Tensor da, db;
  switch (mode_of(c)) {
    case ConvMode::forward:
      if (c.needs[0]) da = conv_grad_input(b, g, sized(a, 1));
      if (c.needs[1]) db = conv_grad_filter(a, g, sized(b, 0));
      break;
    case ConvMode::grad_input:  // inputs (w, dy), output dx
      if (c.needs[0]) da = conv_grad_filter(g, b, sized(a, 0));
      if (c.needs[1]) db = conv_forward(g, a, plain);
      break;
    case ConvMode::grad_filter:  // inputs (x, dy), output dw
      if (c.needs[0]) da = conv_grad_input(g, b, sized(a, 1));
      if (c.needs[1]) db = conv_forward(a, g, plain);
  }
  return {da, db};
}

Tensors plainly(const Call& c) {
  const DType d = promote(c.specs[0].dtype, c.specs[1].dtype);
  if (native_float(d) && c.specs[0].dtype == c.specs[1].dtype) return {conv_plainly(c, mode_of(c))};
  return {cast(apply(*c.op, cast_all(c.inputs, working_float(d)), *c.attrs)[0], d)};
}

// The op that a fused one is with an epilogue.
Tensor product(const Call& c) {
  const char* name = mode_of(c) == ConvMode::forward ? "conv2d" : "conv2d_grad_input";
  return apply1(op_by_name(name), {c.inputs[0], c.inputs[1]}, own_attrs(c));
}

Tensors fused_vjp(const VjpContext& c) {
  const Epilogue e(c);
  const EpilogueGrad g = epilogue_grad(c, e, e.has_gate ? product(c) : Tensor());
  Tensors out = grads_of(c, g.dz);
  if (e.has_bias) out.push_back(g.dbias);
  if (e.has_gate) out.push_back(g.dgate);
  return out;
}

std::vector<AttrDecl> attributes(ConvMode mode) {
  std::vector<AttrDecl> out = {{"strides", AttrType::ints},
                               {"pads", AttrType::ints},
                               {"dilations", AttrType::ints},
                               {"groups", AttrType::integer, int64_t{1}}};
  if (mode == ConvMode::grad_input)
    out.insert(out.end(), {{"height", AttrType::integer}, {"width", AttrType::integer}});
  if (mode == ConvMode::grad_filter)
    out.insert(out.end(),
               {{"kernel_height", AttrType::integer}, {"kernel_width", AttrType::integer}});
  return out;
}

void define(ConvMode mode, const char* name, const char* fused) {
  OpDef def;
  def.name = name;
  def.row = static_cast<int>(mode);
  def.attrs = attributes(mode);
  if (mode != ConvMode::grad_filter) def.flags = kProgram;
  def.infer = infer_conv;
  def.bind = bind_conv;
  def.vjp = [](const VjpContext& c) { return grads_of(c, c.grad()); };
  def.compose = plainly;
  def.epilogue = fused;
  def.epilogue_gate = fused != nullptr;
  def.epilogue_bias = mode == ConvMode::forward;
  if (mode == ConvMode::forward) def.filter = 1;
  if (mode != ConvMode::grad_input) def.zero_pads = 1;
  const Register plain(def);
  if (!fused) return;
  def.name = fused;
  def.attrs = with_epilogue(def.attrs);
  def.vjp = fused_vjp;
  def.compose = [](const Call& c) -> Tensors {
    return {finish(product(c), c.inputs, Epilogue(c))};
  };
  def.epilogue = nullptr;
  def.epilogue_gate = def.epilogue_bias = false;
  def.filter = def.zero_pads = -1;
  const Register with(def);
}

const bool defined = [] {
  define(ConvMode::forward, "conv2d", "conv2d_epilogue");
  define(ConvMode::grad_input, "conv2d_grad_input", "conv2d_grad_input_epilogue");
  define(ConvMode::grad_filter, "conv2d_grad_filter", nullptr);
  return true;
}();

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

// conv2d with a filter that was packed ahead for calls of its sizes, and what packs it: made by a
// pass alone, where the filter is the same from run to run. packed(x, pack(w)) is conv2d(x, w).
#include "conv.h"

namespace ph {
namespace {

constexpr size_t kOwn = 4;  // strides, pads, dilations, groups

// conv2d's attributes, then, of the packed one, the sizes of what it does not see, and whether
// Winograd was allowed when it was chosen.
std::vector<AttrDecl> attributes(const char* sizes) {
  return {{"strides", AttrType::ints},   {"pads", AttrType::ints}, {"dilations", AttrType::ints},
          {"groups", AttrType::integer}, {sizes, AttrType::ints},  {"winograd", AttrType::flag}};
}

Spec of_sizes(const Call& c, const char* name) {
  const Ints& sizes = c.ints(name);
  if (sizes.size() != 4)
    throw ValueError(cat(c.name(), ": ", name, " has ", sizes.size(), " sizes; expected 4"));
  return {c.specs[0].dtype, Shape{sizes[0], sizes[1], sizes[2], sizes[3]}};
}

ConvArgs args_of(const Call& c, const Spec& x, const Spec& w) {
  const Spec pair[2] = {x, w};
  ConvArgs a = conv_sizes(ConvDims(c, pair, ConvMode::forward), ConvMode::forward, x.dtype);
  a.winograd = c.flag("winograd");
  return a;
}

std::vector<Spec> infer_pack(const Call& c) {
  need_inputs(c, 1);
  args_of(c, of_sizes(c, "image"), c.specs[0]);
  return {checked(c, DType::f32, Shape{c.integer("size")})};
}

bool bind_pack(BindContext& ctx) {
  const Spec specs[1] = {ctx.in[0].spec};
  const Call call{ctx.op, ctx.attrs, specs, {}};
  ConvArgs a = args_of(call, of_sizes(call, "image"), specs[0]);
  a.filter = ctx.in[0].data, a.packed = ctx.out[0].data;
  return ctx.push<&Kernels::conv_pack>(a);
}

std::vector<Spec> infer_packed(const Call& c) {
  const Epilogue e(c);
  need_inputs(c, e.inputs);
  const Spec pair[2] = {c.specs[0], of_sizes(c, "kernel")};
  const ConvDims d(c, pair, ConvMode::forward);
  const Spec spec = checked(c, c.specs[0].dtype, Shape{d.n, d.oh, d.ow, d.k});
  check_epilogue(c, e, spec);
  return {spec};
}

bool bind_packed(BindContext& ctx) {
  const Epilogue e(ctx);
  const Spec specs[1] = {ctx.in[0].spec};
  const Call call{ctx.op, ctx.attrs, specs, {}};
  ConvArgs a = args_of(call, specs[0], of_sizes(call, "kernel"));
  if (a.dtype != DType::f32 || !ctx.kernels->conv_packed_bytes) return false;
  PH_CHECK(ctx.kernels->conv_packed_bytes(a, 1) == static_cast<size_t>(ctx.in[1].spec.bytes()));
  a.x = ctx.in[0].data, a.packed = ctx.in[1].data, a.y = ctx.out[0].data;
  a.act = e.act, a.gate_act = e.gate_act;
  if (e.has_bias) a.bias = ctx.in[e.bias_at].data;
  if (e.has_gate) a.gate = ctx.in[e.gate_at].data;
  if (ctx.kernels->programs) a.program = ctx.take_program();
  const size_t need = ctx.kernels->conv_scratch(a, ctx.threads);
  if (need) a.scratch = ctx.scratch(need);
  return ctx.push<&Kernels::conv>(a);
}

const bool defined = [] {
  OpDef def;
  def.name = "conv2d_pack";
  def.flags = kNoGrad | kPacks;
  def.attrs = attributes("image");
  def.attrs.push_back({"size", AttrType::integer});
  def.infer = infer_pack;
  def.bind = bind_pack;
  const Register pack(def);
  def.name = "conv2d_packed";
  def.flags = kNoGrad | kProgram;
  def.attrs = with_epilogue(attributes("kernel"));
  def.infer = infer_packed;
  def.bind = bind_packed;
  const Register packed(def);
  return true;
}();

}  // namespace

bool conv_packed(const Call& c, const Kernels& kernels, PackedForm& form) {
  static const OpDef &pack = op_by_name("conv2d_pack"), &op = op_by_name("conv2d_packed");
  const Epilogue e(c);
  for (size_t i = 0; i < e.inputs; ++i)
    if (c.specs[i].dtype != DType::f32) return false;
  if (!kernels.conv_pack || !kernels.conv_packed_bytes) return false;
  const ConvDims d(c, c.specs, ConvMode::forward);
  const ConvArgs a = conv_sizes(d, ConvMode::forward, DType::f32);
  const auto bytes = static_cast<int64_t>(kernels.conv_packed_bytes(a, 1));
  if (bytes == 0) return false;
  const Attrs own = c.attrs->first(kOwn);
  form.pack = &pack, form.op = &op;
  form.pack_attrs =
      own.and_then({Ints{d.n, d.h, d.v, d.c}, a.winograd, static_cast<int64_t>(bytes / 4)});
  form.attrs =
      own.and_then({c.specs[1].shape.vec(), a.winograd, e.has_bias, static_cast<int64_t>(e.act),
                    e.has_gate, static_cast<int64_t>(e.gate_act)});
  return true;
}

}  // namespace ph

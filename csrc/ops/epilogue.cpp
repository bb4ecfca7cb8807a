#include "epilogue.h"

namespace ph {

namespace {
constexpr size_t kCount = 4;
bool has_epilogue(const Call& c) {
  const auto& attrs = c.op->attrs;
  return attrs.size() >= kCount && std::strcmp(attrs.back().name, "gate_act") == 0;
}
Act act_of(const Call& c, const char* attr) { return static_cast<Act>(c.integer(attr)); }
}  // namespace

std::vector<AttrDecl> with_epilogue(std::vector<AttrDecl> own) {
  const Attr none = int64_t{0};
  own.insert(own.end(), {{"has_bias", AttrType::flag, false},
                         {"act", AttrType::integer, none},
                         {"has_gate", AttrType::flag, false},
                         {"gate_act", AttrType::integer, none}});
  return own;
}

Epilogue::Epilogue(const Call& c, size_t own) {
  if (has_epilogue(c)) {
    has_bias = c.flag("has_bias"), has_gate = c.flag("has_gate");
    act = act_of(c, "act");
    if (has_gate) gate_act = act_of(c, "gate_act");
  }
  bias_at = own;
  gate_at = own + (has_bias ? 1 : 0);
  inputs = gate_at + (has_gate ? 1 : 0);
}

void check_epilogue(const Call& c, const Epilogue& e, const Spec& out) {
  if (e.has_bias) {
    const Spec& b = c.specs[e.bias_at];
    const int64_t last = out.shape.rank() ? out.shape.back() : 1;
    if (b.shape.rank() == 0 || !same_size(b.shape.back(), last) ||
        !same_size(b.shape.count(), last))
      throw ValueError(cat(c.name(), ": the bias has shape ", b.shape, "; the result of shape ",
                           out.shape, " needs one of ", Shape{last}));
  }
  if (e.has_gate && c.specs[e.gate_at].shape.known() && out.shape.known() &&
      !(c.specs[e.gate_at].shape == out.shape))
    throw ValueError(cat(c.name(), ": the gate has shape ", c.specs[e.gate_at].shape,
                         "; expected the result's, ", out.shape));
}

Tensor finish(const Tensor& z, std::span<const Tensor> in, const Epilogue& e) {
  Tensor y = e.has_bias ? add(z, in[e.bias_at]) : z;
  y = activate(y, e.act);
  return e.has_gate ? gate(y, in[e.gate_at], e.gate_act) : y;
}

EpilogueGrad epilogue_grad(const VjpContext& c, const Epilogue& e, const Tensor& z) {
  EpilogueGrad out;
  const Tensor& g = c.grad();
  // h, the value before the gate, costs the product again; only a differentiated gate asks for it.
  Tensor h = c.out(), dh = g;
  if (e.has_gate) {
    const Tensor& y = c.in(e.gate_at);
    h = activate(e.has_bias ? add(z, c.in(e.bias_at)) : z, e.act);
    dh = gate(g, y, e.gate_act);
    if (e.gate_act == Act::tanh) out.dgate = mul(mul(g, h), mul(y, like(y, -2)));
    if (e.gate_act == Act::sigmoid) out.dgate = mul(mul(g, h), sub(like(y, 1), mul(y, like(y, 2))));
  }
  out.dz = gate(dh, h, e.act);
  if (e.has_bias) out.dbias = sum_to(out.dz, c.in(e.bias_at).shape());
  return out;
}

Attrs own_attrs(const Call& c) {
  return has_epilogue(c) ? c.attrs->first(c.attrs->size() - kCount) : *c.attrs;
}

}  // namespace ph

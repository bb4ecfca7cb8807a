#include "epilogue.h"

namespace ph {

Epilogue::Epilogue(const Attrs& attrs, size_t base)
    : has_bias(flag_or(attrs, base, false)),
      has_gate(flag_or(attrs, base + 2, false)),
      act(act_of(attrs, base + 1)),
      gate_act(has_gate ? act_of(attrs, base + 3) : Act::none),
      bias_at(2),
      gate_at(has_bias ? 3u : 2u),
      inputs(2u + (has_bias ? 1u : 0u) + (has_gate ? 1u : 0u)) {}

void check_epilogue(const char* op, Specs in, const Epilogue& e, const Spec& out) {
  if (e.has_bias) {
    const Spec& b = in[e.bias_at];
    const int64_t last = out.shape.rank() ? out.shape.back() : 1;
    if (b.shape.rank() == 0 || !same_size(b.shape.back(), last) ||
        !same_size(b.shape.count(), last))
      throw ValueError(cat(op, ": the bias has shape ", b.shape, "; the result of shape ",
                           out.shape, " needs one of ", Shape{last}));
  }
  if (e.has_gate && in[e.gate_at].shape.known() && out.shape.known() &&
      !(in[e.gate_at].shape == out.shape))
    throw ValueError(cat(op, ": the gate has shape ", in[e.gate_at].shape,
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

Attrs own_attrs(const Attrs& attrs, size_t count) {
  Attrs own;
  for (size_t i = 0; i < count && i < attrs.size(); ++i) own.set(i, attrs[i]);
  return own;
}

}  // namespace ph

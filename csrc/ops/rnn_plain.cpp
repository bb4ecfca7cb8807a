// The plain definition of the recurrent op: one step after another.
#include "rnn.h"

namespace ph {
namespace {

Tensor clipped(const Tensor& x, double slope) {
  const Tensor line = add(mul(x, like(x, slope)), like(x, 0.5));
  return neg(maximum(neg(maximum(line, like(x, 0))), like(x, -1)));
}
Tensor act(const Tensor& x, int64_t which) {
  switch (static_cast<RnnAct>(which)) {
    case RnnAct::relu: return activate(x, Act::relu);
    case RnnAct::tanh: return activate(x, Act::tanh);
    case RnnAct::sigmoid: return activate(x, Act::sigmoid);
    case RnnAct::hard_sigmoid: return clipped(x, 1.0 / 6);
    case RnnAct::hard_sigmoid_keras2: return clipped(x, 0.2);
    default: return x;
  }
}
// Columns [from, to) * units of a matrix.
Tensor columns(const Tensor& x, int64_t units, int64_t from, int64_t to) {
  return slice(x, {0, from * units}, {x.shape()[0], to * units}, {1, 1});
}
// x (batch, time, n) at step t.
Tensor step_of(const Tensor& x, int64_t t) {
  const int64_t batch = x.shape()[0], n = x.shape().back();
  return reshape(slice(x, {0, t, 0}, {batch, t + 1, n}, {1, 1, 1}), {batch, n});
}
// Steps, in order of time, as (batch, time, n).
Tensor joined(const Tensors& steps, int64_t batch, int64_t n, DType dtype) {
  if (steps.empty()) return fill({batch, 0, n}, 0, dtype);
  Tensors rows;
  for (const Tensor& s : steps) rows.push_back(reshape(s, {batch, 1, n}));
  return concat(rows, 1);
}

struct Step {
  Tensor h, c, gates;
};

Step one_step(const Call& c, const RnnPlaces& at, const Tensor& x, const Tensor& h,
              const Tensor& cell) {
  const int64_t n = h.shape()[1], state = c.integer("activation"),
                gate = c.integer("recurrent_activation");
  const Tensor& u = c.inputs[static_cast<size_t>(at.recurrent)];
  const auto part = [&](const Tensor& t, int64_t k) { return columns(t, n, k, k + 1); };
  if (at.cell == RnnCell::simple) {
    const Tensor out = act(add(x, matmul(h, u)), state);
    return {out, {}, out};
  }
  if (at.cell == RnnCell::lstm) {
    const Tensor z = add(x, matmul(h, u));
    const Tensor i = act(part(z, 0), gate), f = act(part(z, 1), gate), g = act(part(z, 2), state),
                 o = act(part(z, 3), gate), next = add(mul(f, cell), mul(i, g));
    return {mul(o, act(next, state)), next, concat({i, f, g, o}, 1)};
  }
  Tensor z, r, g, product;
  if (at.cell == RnnCell::gru) {
    Tensor all = matmul(h, u);
    if (at.bias >= 0)
      all = add(
          all,
          columns(reshape(slice(c.inputs[static_cast<size_t>(at.bias)], {1, 0}, {2, 3 * n}, {1, 1}),
                          {1, 3 * n}),
                  n, 0, 3));
    z = act(add(part(x, 0), part(all, 0)), gate), r = act(add(part(x, 1), part(all, 1)), gate);
    product = part(all, 2);
    g = act(add(part(x, 2), mul(r, product)), state);
  } else {
    const Tensor both = matmul(h, columns(u, n, 0, 2));
    z = act(add(part(x, 0), part(both, 0)), gate), r = act(add(part(x, 1), part(both, 1)), gate);
    g = act(add(part(x, 2), matmul(mul(r, h), columns(u, n, 2, 3))), state);
  }
  const Tensor next = add(mul(z, h), mul(sub(like(z, 1), z), g));
  return {next, {}, product ? concat({z, r, g, product}, 1) : concat({z, r, g}, 1)};
}

Tensor projected(const Call& c, const RnnPlaces& at) {
  const Tensor &x = c.inputs[0], &w = c.inputs[static_cast<size_t>(at.kernel)];
  const Tensor z = matmul(x, w);
  if (at.bias < 0) return z;
  const Tensor& bias = c.inputs[static_cast<size_t>(at.bias)];
  if (at.cell != RnnCell::gru) return add(z, bias);
  const int64_t n = bias.shape()[1];
  return add(z, reshape(slice(bias, {0, 0}, {1, n}, {1, 1}), {n}));
}

}  // namespace

Tensors rnn_plain(const Call& c) {
  const RnnPlaces at(c);
  const std::vector<Spec> specs = c.op->infer(c);
  const DType work = working_float(specs[0].dtype);
  bool converts = specs[0].dtype != work;
  for (int i = 0; i < at.inputs; ++i)
    converts = converts || (i != at.mask && c.specs[static_cast<size_t>(i)].dtype != work);
  if (converts) {
    Tensors in = cast_all(c.inputs, work);
    if (at.mask >= 0) in[static_cast<size_t>(at.mask)] = c.inputs[static_cast<size_t>(at.mask)];
    Tensors out = apply(*c.op, in, *c.attrs);
    for (size_t i = 0; i < out.size(); ++i) out[i] = cast(out[i], specs[i].dtype);
    return out;
  }
  const int64_t batch = c.specs[0].shape[0], time = c.specs[0].shape[1],
                n = c.specs[static_cast<size_t>(at.recurrent)].shape[0];
  const bool reversed = c.flag("go_backwards"), zero_masked = c.flag("zero_output_for_mask"),
             sequences = c.flag("return_sequences");
  const Tensor z = projected(c, at), none = fill({batch, n}, 0, work);
  Tensor h = c.inputs[static_cast<size_t>(at.h0)], last = none;
  Tensor cell = at.c0 >= 0 ? c.inputs[static_cast<size_t>(at.c0)] : Tensor();
  const auto steps = static_cast<size_t>(time);
  Tensors outputs, gates(steps), before(steps), cells(steps);
  for (int64_t s = 0; s < time; ++s) {
    const int64_t t = reversed ? time - 1 - s : s;
    const auto slot = static_cast<size_t>(t);
    const Step next = one_step(c, at, step_of(z, t), h, cell);
    gates[slot] = next.gates, before[slot] = h, cells[slot] = cell;
    if (at.mask < 0) {
      last = h = next.h, cell = next.c;
    } else {
      const Tensor mask =
          slice(c.inputs[static_cast<size_t>(at.mask)], {0, t}, {batch, t + 1}, {1, 1});
      const auto kept = [&](const Tensor& x, const Tensor& other) { return where(mask, x, other); };
      gates[slot] = kept(next.gates, like(next.gates, 0));
      before[slot] = kept(h, like(h, 0));
      if (cell) cells[slot] = kept(cell, like(cell, 0));
      last = kept(next.h, zero_masked ? none : last);
      h = kept(next.h, h);
      if (cell) cell = kept(next.c, cell);
    }
    outputs.push_back(last);
  }
  const int64_t width = kRnnSaved[static_cast<int>(at.cell)] * n;
  Tensors out{sequences ? joined(outputs, batch, n, work) : last, h};
  if (at.c >= 0) out.push_back(cell);
  out.push_back(joined(gates, batch, width, work));
  out.push_back(joined(before, batch, n, work));
  if (at.cells >= 0) out.push_back(joined(cells, batch, n, work));
  return out;
}

}  // namespace ph

#include "by_compose.h"

#include "recorder.h"

namespace ph {

std::vector<Tensor> grads_by_compose(const OpDef& op, const Attrs& attrs,
                                     std::span<const Tensor> inputs, std::span<const Tensor> seeds,
                                     const std::vector<bool>& wanted) {
  static const OpDef& mul = op_by_name("multiply");
  static const OpDef& fill = op_by_name("fill");
  const auto full = [](const Spec& s, double value) {
    return apply(fill, {}, {s.shape.vec(), value, s.dtype})[0];
  };
  // A tensor given twice would gather the gradients of both places.
  std::vector<Tensor> own(inputs.begin(), inputs.end());
  for (size_t i = 0; i < own.size(); ++i)
    for (size_t k = 0; k < i; ++k)
      if (wanted[i] && inputs[i].get() == inputs[k].get()) {
        own[i] = apply1(mul, {inputs[i], full({inputs[i].dtype(), {}}, 1)});
        break;
      }
  Tape tape;
  tape.watch_variables = false;
  std::vector<Tensor> wrt, outputs;
  for (size_t i = 0; i < own.size(); ++i)
    if (wanted[i]) wrt.push_back(own[i]), tape.watch(own[i]);
  {
    RecorderScope scope(tape);
    std::vector<Spec> specs;
    for (const Tensor& t : own) specs.push_back(t.spec());
    outputs = op.compose({&op, &attrs, specs, own});
  }
  std::vector<Tensor> seeded, gradients;
  for (size_t i = 0; i < seeds.size(); ++i)
    if (seeds[i]) seeded.push_back(outputs[i]), gradients.push_back(seeds[i]);
  const std::vector<Tensor> found = reverse_sweep(tape.nodes(), seeded, gradients, wrt);
  std::vector<Tensor> result(own.size());
  size_t next = 0;
  for (size_t i = 0; i < own.size(); ++i) {
    if (!wanted[i]) continue;
    result[i] = found[next] ? found[next] : full(own[i].spec(), 0);
    ++next;
  }
  return result;
}

}  // namespace ph

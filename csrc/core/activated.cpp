// How the logits of probabilities are kept and found again.
#include "activated.h"

#include <limits>

namespace ph {

struct Activated {
  Carries by;  // sigmoid or softmax
  int axis;    // softmax: of the tensor that holds this
  Tensor logits;
  std::vector<std::pair<const OpDef*, Attrs>> steps;  // what was done to the probabilities since
};

namespace {

struct Row {
  const char* op;
  Carries how;
};
constexpr size_t kMostSteps = 16;  // a loop of views must not grow the list for ever
constexpr Row kRows[] = {
    {"sigmoid", Carries::sigmoid},     {"softmax", Carries::softmax}, {"cast", Carries::same},
    {"stop_gradient", Carries::same},  {"reshape", Carries::reshape}, {"slice", Carries::slice},
    {"transpose", Carries::transpose},
};

// The axis of `to` that a reshape leaves as axis `axis` of `from`, or -1.
int kept_axis(const Shape& from, int axis, const Shape& to) {
  if (axis == from.rank() - 1 && to.rank() > 0 && from.back() == to.back() && to.back() >= 0)
    return to.rank() - 1;
  if (!from.known() || !to.known()) return -1;
  int64_t before = 1, product = 1;
  for (int d = 0; d < axis; ++d) before *= from[d];
  for (int d = 0; d < to.rank(); ++d) {
    if (product == before && to[d] == from[axis]) return d;
    product *= to[d];
  }
  return -1;
}

// The axis along which the output is a softmax, or -1 where it no longer is one.
int moved_axis(Carries how, const Call& c, int axis, const Tensor& in, const Tensor& out) {
  const auto a = static_cast<size_t>(axis);
  switch (how) {
    case Carries::reshape: return kept_axis(in.shape(), axis, out.shape());
    case Carries::transpose: {
      const Ints& order = c.ints("axes");
      for (size_t d = 0; d < order.size(); ++d)
        if (order[d] == axis) return static_cast<int>(d);
      return -1;
    }
    case Carries::slice: {
      const bool whole = c.ints("begin")[a] == 0 && c.ints("step")[a] == 1 &&
                         c.ints("end")[a] == std::numeric_limits<int64_t>::max();
      return whole ? axis : -1;
    }
    default: return axis;
  }
}

}  // namespace

Carries carries(const OpDef& op) {
  for (const Row& row : kRows)
    if (std::string_view(row.op) == op.name) return row.how;
  return Carries::nothing;
}

void note_activation(Carries how, const OpDef& op, const Attrs& attrs, const Tensor& in,
                     Tensor& out) {
  if (how == Carries::sigmoid || how == Carries::softmax) {
    out.impl()->activated = std::make_shared<const Activated>(
        Activated{how, how == Carries::softmax ? out.shape().rank() - 1 : 0, in, {}});
    return;
  }
  const auto& given = in.impl()->activated;
  if (!given || !is_float(out.dtype()) || given->steps.size() == kMostSteps) return;
  Activated now = *given;
  if (now.by == Carries::softmax) {
    now.axis = moved_axis(how, {&op, &attrs, {}, {}}, now.axis, in, out);
    if (now.axis < 0) return;
  }
  now.steps.emplace_back(&op, attrs);
  out.impl()->activated = std::make_shared<const Activated>(std::move(now));
}

Tensor logits_of(const Tensor& t, const std::string& activation, int axis) {
  const auto& a = t.impl()->activated;
  if (!a) return {};
  if (axis < 0) axis += t.shape().rank();
  const bool fits = a->by == Carries::sigmoid ? activation == "sigmoid"
                                              : activation == "softmax" && a->axis == axis;
  if (!fits) return {};
  Tensor x = a->logits;
  for (const auto& [op, attrs] : a->steps) x = apply1(*op, {x}, attrs);
  return x;
}

}  // namespace ph

// Loops and branches as Python makes them: what a nested trace recorded becomes a node's region.
#include "../program/region.h"

#include <algorithm>

#include "bind.h"

namespace ph {
namespace {

using Traces = std::vector<std::shared_ptr<Trace>>;

// (last carries, number of trips, stacked slices). Variables that the body assigns are carries too.
py::tuple make_loop(std::shared_ptr<Trace> trace, std::vector<Tensor> carry_in,
                    std::vector<Tensor> slice_in, std::vector<Tensor> carry_out,
                    std::vector<Tensor> slice_out, std::vector<Tensor> init,
                    std::vector<Tensor> slices, int64_t trips, int64_t guard, bool reverse) {
  const size_t given = init.size();
  std::vector<Variable> assigned;
  for (const Trace::Slot& s : trace->slots()) {
    if (!s.assigned) continue;
    assigned.push_back(s.variable);
    carry_in.push_back(s.initial ? s.initial : trace->input(s.variable->spec, "a variable"));
    carry_out.push_back(s.current);
    init.push_back(read_variable(s.variable));
  }
  const size_t carries = init.size(), made = slice_out.size();
  const std::vector<Tensor> out = add_loop({trace,
                                            std::move(carry_in),
                                            std::move(slice_in),
                                            std::move(carry_out),
                                            std::move(slice_out),
                                            std::move(init),
                                            std::move(slices),
                                            trips,
                                            guard,
                                            reverse,
                                            Tensor(),
                                            {}});
  for (size_t i = 0; i < assigned.size(); ++i) assign_variable(assigned[i], out[given + i]);
  const auto part = [&](size_t first, size_t count) {
    return std::vector<Tensor>(out.begin() + static_cast<long>(first),
                               out.begin() + static_cast<long>(first + count));
  };
  return py::make_tuple(part(0, given), out[carries], part(carries + 1, made));
}

// Variables that any branch assigns are outputs of all.
std::vector<Tensor> make_branches(const Tensor& index, const Traces& traces,
                                  std::vector<std::vector<Tensor>> outputs) {
  std::vector<Variable> assigned;
  for (const auto& t : traces)
    for (const Trace::Slot& s : t->slots())
      if (s.assigned && std::find(assigned.begin(), assigned.end(), s.variable) == assigned.end())
        assigned.push_back(s.variable);
  const size_t given = outputs[0].size();
  for (size_t i = 0; i < traces.size(); ++i)
    for (const Variable& v : assigned) outputs[i].push_back(traces[i]->read(v));
  Branches b;
  b.index = index;
  b.traces = traces;
  b.outputs = std::move(outputs);
  b.inside.resize(traces.size());
  b.outside.resize(traces.size());
  std::vector<Tensor> out = add_branches(b);
  for (size_t i = 0; i < assigned.size(); ++i) assign_variable(assigned[i], out[given + i]);
  out.resize(given);
  return out;
}

}  // namespace

void bind_regions(py::module_& m) {
  m.def("loop", &make_loop, py::arg("trace"), py::arg("carry_in"), py::arg("slice_in"),
        py::arg("carry_out"), py::arg("slice_out"), py::arg("init"), py::arg("slices"),
        py::arg("trips"), py::arg("guard") = -1, py::arg("reverse") = false);
  m.def("branch", &make_branches, py::arg("index"), py::arg("traces"), py::arg("outputs"));
}

}  // namespace ph

// Variables, tapes and traces as Python sees them.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "../program/grad.h"
#include "bind.h"
#include "gil.h"

namespace ph {
namespace {

// Python's `with` enters and leaves natively: an interrupt may come before or after, never between
// the change and its note. One object may be entered again, inside itself too.
template <Seat::Kind kind>
struct Bar {
  Seats seats;
};
template <Seat::Kind kind>
void bind_bar(py::module_& m, const char* name) {
  using Self = Bar<kind>;
  py::class_<Self>(m, name)
      .def(py::init<>())
      .def("__enter__", [](Self& s) { s.seats.take(kind, nullptr); })
      .def("__exit__", [](Self& s, const py::args&) { s.seats.leave(); });
}

struct GradientTape : Tape {
  GradientTape(bool is_persistent, bool watch) : persistent(is_persistent) {
    watch_variables = watch;
  }
  const bool persistent;
  bool used = false;  // asked for a gradient
};
struct PauseTape {
  std::shared_ptr<GradientTape> tape;
  Seats seats;
};

void start_anew(GradientTape& t) {  // where its gradient was asked for
  if (!t.used || t.persistent) return;
  t.reset();
  t.used = false;
}
void enter_tape(GradientTape& t) {
  if (t.entered())
    throw ValueError(
        "This GradientTape is recording already; leave its `with` block before entering it again, "
        "or use a tape of its own for the inner block");
  start_anew(t);
  t.enter();
}

py::object optional(const Tensor& t) { return t ? py::cast(t) : py::none(); }

// Gradients of targets with respect to tensors or variables.
py::list tape_gradient(GradientTape& tape, const std::vector<Tensor>& targets,
                       const py::list& sources, const py::list& seeds) {
  std::vector<Tensor> wrt, seed_tensors;
  for (py::handle s : seeds) seed_tensors.push_back(s.is_none() ? Tensor() : s.cast<Tensor>());
  std::vector<std::vector<size_t>> parts;                      // per source, its places in wrt
  std::unordered_map<const void*, std::vector<Tensor>> reads;  // by variable
  for (const auto& [variable, value] : tape.reads) reads[variable.get()].push_back(value);
  for (py::handle s : sources) {
    parts.emplace_back();
    if (py::isinstance<Tensor>(s)) {
      parts.back().push_back(wrt.size());
      wrt.push_back(s.cast<Tensor>());
      continue;
    }
    const auto v = s.cast<Variable>();
    if (const auto found = reads.find(v.get()); found != reads.end())
      for (const Tensor& value : found->second) {
        parts.back().push_back(wrt.size());
        wrt.push_back(value);
      }
    if (!parts.back().empty()) continue;
    const Tensor value = value_of(*v);
    if (tape.watches(value)) {
      parts.back().push_back(wrt.size());
      wrt.push_back(value);
    }
  }
  const std::vector<Node> nodes = tape.nodes();  // the sweep may record into outer recorders
  const std::vector<Tensor> grads = grad(nodes, targets, seed_tensors, wrt);
  py::list result;
  for (const auto& places : parts) {
    Tensor sum;
    for (size_t p : places)
      if (grads[p]) sum = sum ? apply1(op_by_name("add"), {sum, grads[p]}) : grads[p];
    result.append(optional(sum));
  }
  return result;
}

// Hides a computation from the tapes and gives it this gradient instead. `function(grads)` returns
// one gradient (or None) per input.
void record_custom(const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs,
                   const py::function& function) {
  Node node{&op_by_name("stop_gradient"), {}, inputs, outputs, nullptr};
  const std::shared_ptr<PyObject> held(function.inc_ref().ptr(), &drop_reference);
  node.custom_vjp = [held](const Node& n, std::span<const Tensor> grads) {
    py::list gs;
    for (size_t i = 0; i < grads.size(); ++i) gs.append(optional(grads[i]));
    std::vector<Tensor> result;
    const auto call = py::reinterpret_borrow<py::function>(held.get());
    for (py::handle g : into_python([&] { return py::list(call(gs)); }))
      result.push_back(g.is_none() ? Tensor() : g.cast<Tensor>());
    if (result.size() != n.inputs.size())
      throw ValueError(cat("a custom gradient returned ", result.size(), " gradients for ",
                           n.inputs.size(), " inputs"));
    return result;
  };
  // A trace keeps the gradient beside the nodes that compute the outputs; its graph skips it.
  for (Recorder* r : listeners()) {
    if (r->wants(inputs, outputs)) {
      r->record(node);
      if (!r->is_trace()) static_cast<Tape*>(r)->track_outputs(node);
    }
    if (r->is_trace()) break;
  }
}

}  // namespace

void bind_recorders(py::module_& m) {
  py::class_<VariableCell, Variable>(m, "Cell")
      .def(py::init([](const Tensor& value, const std::string& name, bool trainable) {
             if (value.is_abstract())
               throw TypeError(cat("variable '", name, "' needs a real initial value; received ",
                                   value.get()->origin));
             // its own storage: the caller may keep `value`
             Variable v = make_variable(value, name);
             v->trainable = trainable;
             return v;
           }),
           py::arg("value"), py::arg("name"), py::arg("trainable") = true)
      .def_readwrite("name", &VariableCell::name)
      .def_readwrite("trainable", &VariableCell::trainable)
      .def_readonly("id", &VariableCell::id)
      .def_property_readonly("shape",
                             [](const VariableCell& v) { return shape_tuple(v.spec.shape); })
      .def_property_readonly("dtype",
                             [](const VariableCell& v) { return dtype_object(v.spec.dtype); })
      .def("read", &read_variable)
      .def("assign", &assign_variable)
      .def("replace", &replace_variable)
      .def(
          "peek", [](VariableCell& v) { return value_of(v); },
          "The real value, also inside a trace.")
      .def(
          "poke", [](VariableCell& v, const Tensor& t) { assign(v, t); },
          "Assigns for real, also inside a trace.");

  py::class_<GradientTape, std::shared_ptr<GradientTape>>(m, "Tape")
      .def(py::init<bool, bool>(), py::arg("persistent") = false, py::arg("watch_variables") = true)
      .def("__enter__",
           [](const py::object& self) {
             enter_tape(self.cast<GradientTape&>());
             return self;
           })
      .def("__exit__", [](GradientTape& t, const py::args&) { t.leave(); })
      .def("leave", [](GradientTape& t) { t.leave(); })
      .def_property_readonly("recording",
                             [](GradientTape& t) {
                               const auto heard = listeners();
                               return std::find(heard.begin(), heard.end(), &t) != heard.end();
                             })
      .def_property_readonly("read_cells",
                             [](const GradientTape& t) {
                               std::vector<Variable> out;
                               std::unordered_set<const void*> seen;
                               for (const auto& [variable, value] : t.reads)
                                 if (seen.insert(variable.get()).second) out.push_back(variable);
                               return out;
                             })
      .def_readonly("persistent", &GradientTape::persistent)
      .def_readwrite("used", &GradientTape::used)
      .def("watch_tensor", [](GradientTape& t, const Tensor& x) { t.watch(x); })
      .def("watches", [](const GradientTape& t, const Tensor& x) { return t.watches(x); })
      .def("watch_cell",
           [](GradientTape& t, const Variable& v) {
             const Tensor value = current_trace() ? current_trace()->read(v) : value_of(*v);
             t.watch(value);
             t.note_read(v, value);
           })
      .def("forget", [](GradientTape& t) { t.reset(); })
      .def("sweep", &tape_gradient)
      .def_property_readonly("size", [](const GradientTape& t) { return t.nodes().size(); });
  py::class_<PauseTape>(m, "PauseTape")
      .def(py::init([](std::shared_ptr<GradientTape> t) {
        return std::unique_ptr<PauseTape>(new PauseTape{std::move(t), {}});
      }))
      .def("__enter__",
           [](PauseTape& p) {
             if (!p.tape->entered())
               throw std::runtime_error(
                   "stop_recording() of a GradientTape that is not recording; use it inside the "
                   "tape's `with` block");
             p.seats.take(Seat::pause_tape, p.tape.get());
           })
      .def("__exit__", [](PauseTape& p, const py::args&) {
        start_anew(*p.tape);
        p.seats.leave();
      });

  py::class_<Trace, std::shared_ptr<Trace>>(m, "Trace")
      .def(py::init<>())
      .def("__enter__",
           [](const py::object& self) {
             self.cast<Trace&>().enter();
             return self;
           })
      .def("__exit__", [](Trace& t, const py::args&) { t.leave(); })
      .def("input",
           [](Trace& t, const py::object& shape, const std::string& dtype,
              const std::string& origin) {
             return t.input({dtype_by_name(dtype), shape_from(shape)}, origin);
           })
      .def("gradient",  // of nodes recorded in this trace: K.gradients
           [](Trace& t, const std::vector<Tensor>& targets, const std::vector<Tensor>& sources) {
             const std::vector<Node> nodes = t.nodes();
             py::list out;
             for (const Tensor& g : grad(nodes, targets, {}, sources)) out.append(optional(g));
             return out;
           })
      .def_property_readonly("serial", &Trace::serial)
      .def_property_readonly("read_cells",
                             [](const Trace& t) {
                               std::vector<Variable> out;
                               for (const auto& s : t.slots())
                                 if (s.initial) out.push_back(s.variable);
                               return out;
                             })
      .def_property_readonly("assigned_cells", [](const Trace& t) {
        std::vector<Variable> out;
        for (const auto& s : t.slots())
          if (s.assigned) out.push_back(s.variable);
        return out;
      });

  bind_bar<Seat::suspend>(m, "Suspend");
  bind_bar<Seat::pause>(m, "PauseTapes");
  m.def(
      "values_of",
      [](const std::vector<Variable>& variables) {
        std::vector<VariableCell*> cells;
        for (const Variable& v : variables) cells.push_back(v.get());
        return values_of(cells);
      },
      "The real values of one moment: no training step ends between the first and the last.");
  m.def(
      "unknown",
      [](const py::object& shape, const std::string& dtype, const std::string& origin) {
        Trace* trace = current_trace();
        if (!trace) throw TypeError(cat(origin, " is not known here"));
        return Tensor::abstract({dtype_by_name(dtype), shape_from(shape)}, trace->serial(), origin);
      },
      py::arg("shape"), py::arg("dtype"), py::arg("origin"),
      "An abstract tensor of the current trace, for what only a run can know.");
  m.def("is_tracing", [] { return current_trace() != nullptr; });
  // The innermost trace of this thread, as the object that Python has of it; or None.
  m.def("current_trace",
        [] { return py::cast(current_trace(), py::return_value_policy::reference); });
  m.def("is_recording", [] { return may_listen() && !listeners().empty(); });
  m.def("record_custom", &record_custom);
}

}  // namespace ph

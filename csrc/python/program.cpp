// Program as Python sees it. The GIL is released around every run.
#include "../program/program.h"

#include "../core/waiting.h"
#include "bind.h"

namespace ph {
namespace {

// A whole data set as rows; keeps the array alive in the caller's frame.
RowSource source_of(const py::array& a, const Spec& spec, int64_t samples_needed, size_t i) {
  const auto fail = [&](const std::string& what) {
    throw ValueError(cat("data array ", i, ": ", what, "; the program takes batches of ",
                         spec.dtype, " ", spec.shape));
  };
  if (!(a.flags() & py::array::c_style)) fail("rows are not contiguous");
  if (a.ndim() != spec.shape.rank()) fail(cat("it has ", a.ndim(), " dimensions"));
  int64_t row = dtype_size(spec.dtype);
  if (a.itemsize() != row) fail(cat("its elements have ", a.itemsize(), " bytes"));
  for (int d = 1; d < spec.shape.rank(); ++d) {
    if (a.shape(d) != spec.shape[d]) fail(cat("dimension ", d, " is ", a.shape(d)));
    row *= spec.shape[d];
  }
  if (a.shape(0) < samples_needed)
    fail(cat("it has ", a.shape(0), " rows, ", samples_needed, " are needed"));
  return {a.data(), row};
}

py::tuple run_batches(Program& p, const std::vector<py::array>& arrays,
                      const py::object& order_object, int64_t batch_size, int64_t start,
                      int64_t stop, double max_seconds, const py::object& collect,
                      bool want_outputs) {
  BatchRun b;
  b.batch_size = batch_size;
  b.start = start;
  b.stop = stop;
  b.max_seconds = max_seconds;
  if (batch_size < 1 || start < 0 || start >= stop)
    throw ValueError(
        cat("batches [", start, ", ", stop, ") of ", batch_size, " samples: nothing to run"));
  const Graph& g = p.graph();
  if (arrays.size() != g.inputs.size())
    throw ValueError(
        cat("the program takes ", g.inputs.size(), " arrays; received ", arrays.size()));
  int64_t rows_needed = batch_size * stop;
  py::array_t<int64_t> order;
  if (!order_object.is_none()) {
    order = py::array_t<int64_t, py::array::c_style | py::array::forcecast>::ensure(order_object);
    if (!order || order.ndim() != 1 || order.size() < batch_size * stop)
      throw ValueError(
          cat("order must be a vector of at least ", batch_size * stop, " sample numbers"));
    b.order = order.data();
    // Only the part this call will read is checked.
    int64_t highest = -1;
    for (int64_t i = start * batch_size; i < stop * batch_size; ++i) {
      if (b.order[i] < 0) throw ValueError("order holds a negative sample number");
      highest = std::max(highest, b.order[i]);
    }
    rows_needed = highest + 1;
  }
  for (size_t i = 0; i < arrays.size(); ++i) {
    const Spec& spec = g.values[static_cast<size_t>(g.inputs[i])].spec;
    if (spec.shape.rank() == 0 || spec.shape[0] != batch_size)
      throw ValueError(
          cat("program input ", i, " has shape ", spec.shape, ", not a batch of ", batch_size));
    b.sources.push_back(source_of(arrays[i], spec, rows_needed, i));
  }
  std::vector<py::array> sinks;
  if (!collect.is_none()) {
    sinks = collect.cast<std::vector<py::array>>();
    if (sinks.size() != g.outputs.size())
      throw ValueError(cat("collect needs ", g.outputs.size(), " arrays; received ", sinks.size()));
    for (size_t o = 0; o < sinks.size(); ++o) {
      const Spec& spec = g.values[static_cast<size_t>(g.outputs[o])].spec;
      if (spec.shape.rank() == 0 || spec.shape[0] != batch_size)
        throw ValueError(
            cat("output ", o, " has shape ", spec.shape, ", not a batch of ", batch_size));
      if (!sinks[o].writeable()) throw ValueError(cat("collect array ", o, " is read-only"));
      const RowSource row = source_of(sinks[o], spec, batch_size * stop, o);
      b.sinks.push_back({const_cast<void*>(row.data), row.row_bytes});
    }
  }
  std::vector<Tensor> outputs;
  int64_t next;
  {
    const Unlocked others;
    next = p.run_batches(b, want_outputs ? &outputs : nullptr);
  }
  return py::make_tuple(next, outputs);
}

// One batch, from an array to a new one; None where the program has other inputs or outputs, or the
// array is not as it takes it.
py::object run_array(Program& p, const py::array& x) {
  const Graph& g = p.graph();
  if (g.inputs.size() != 1 || g.outputs.size() != 1) return py::none();
  const Spec& in = g.values[static_cast<size_t>(g.inputs[0])].spec;
  const Spec& out = g.values[static_cast<size_t>(g.outputs[0])].spec;
  const int rank = in.shape.rank();
  const int64_t rows = rank ? in.shape[0] : 0;
  bool fits = rows > 0 && out.shape.rank() && out.shape[0] == rows && x.ndim() == rank &&
              in.dtype != DType::bf16 && out.dtype != DType::bf16 &&
              x.dtype().is(numpy_dtype(in.dtype)) && x.flags() & py::array::c_style;
  for (int d = 0; fits && d < rank; ++d) fits = x.shape(d) == in.shape[d];
  if (!fits) return py::none();
  py::array y = array_like(out);
  BatchRun b;
  b.batch_size = rows;
  b.start = 0, b.stop = 1;
  b.sources.push_back({x.data(), in.bytes() / rows});
  b.sinks.push_back({y.mutable_data(), out.bytes() / rows});
  {
    const Unlocked others;
    p.run_batches(b, nullptr);
  }
  return y;
}

py::list calls_of(Program& p) {
  py::list result;
  for (const ProfiledCall& call : p.calls()) {
    py::dict d;
    d["name"] = call.name;
    d["kernel"] = call.counts.family;
    d["operations"] = call.counts.operations;
    d["bytes"] = call.counts.bytes;
    d["transcendentals"] = call.counts.transcendentals;
    result.append(d);
  }
  return result;
}

}  // namespace

void bind_program(py::module_& m) {
  m.def("recording_counts", [] {
    const RecordingCounts counts = recording_counts();
    return std::make_pair(counts.recordings, counts.replays);
  });
  py::class_<Program>(m, "Program")
      .def(py::init([](const Trace& trace, const std::vector<Tensor>& outputs,
                       const std::string& device) {
             return std::make_unique<Program>(
                 trace, outputs,
                 device.empty() ? device_of(trace, outputs) : device_by_name(device));
           }),
           py::arg("trace"), py::arg("outputs"), py::arg("device") = "")
      .def("run",
           [](Program& p, const std::vector<Tensor>& inputs) {
             for (const Tensor& t : inputs)
               if (!t || t.is_abstract()) throw TypeError("a program runs on real tensors");
             const Unlocked others;
             return p.run(inputs);
           })
      .def("run_batches", &run_batches, py::arg("arrays"), py::arg("order"), py::arg("batch_size"),
           py::arg("start"), py::arg("stop"), py::arg("max_seconds") = 0.05,
           py::arg("collect") = py::none(), py::arg("want_outputs") = true)
      .def("run_array", &run_array, py::arg("x"))
      .def("describe", &Program::describe)
      .def("calls", &calls_of)
      .def_property_readonly("bytes", &Program::bytes)
      .def_property_readonly("nodes", [](const Program& p) { return p.graph().nodes.size(); })
      .def_property_readonly("arena_bytes", [](const Program& p) { return p.plan().arena_bytes; })
      .def_property_readonly("copies", [](const Program& p) { return p.plan().copies.size(); });
}

}  // namespace ph

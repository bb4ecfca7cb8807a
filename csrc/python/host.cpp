// Host calls: Python functions behind ops. `infer` sees shapes and dtypes, `run` arrays over the
// tensors' own memory, `gradient` tensors. They are called from wherever the core is, which holds
// the interpreter's lock or not.
#include "../core/host_call.h"

#include <map>

#include "bind.h"
#include "gil.h"

namespace ph {
namespace {

struct HostFunctions {
  py::object infer, run, gradient;
};
HostFunctions& functions(const OpDef* op) {
  static auto* const all = new std::map<const OpDef*, HostFunctions>;  // as the registry: for ever
  return (*all)[op];
}

py::object attr_value(const Attr& a) {
  if (const auto* b = std::get_if<bool>(&a)) return py::bool_(*b);
  if (const auto* n = std::get_if<int64_t>(&a)) return py::int_(*n);
  if (const auto* x = std::get_if<double>(&a)) return py::float_(*x);
  if (const auto* d = std::get_if<DType>(&a)) return py::str(dtype_name(*d));
  if (const auto* text = std::get_if<std::string>(&a)) return py::str(*text);
  if (const auto* ints = std::get_if<Ints>(&a)) return py::tuple(py::cast(*ints));
  if (const auto* reals = std::get_if<Reals>(&a)) return py::tuple(py::cast(*reals));
  return py::none();
}
py::tuple attr_values(const Attrs& attrs) {
  py::tuple out(attrs.size());
  for (size_t i = 0; i < attrs.size(); ++i) out[i] = attr_value(attrs[i]);
  return out;
}

py::object spec_tuple(const Spec& s) {
  return py::make_tuple(shape_tuple(s.shape), dtype_name(s.dtype));
}

std::vector<Spec> infer(const Call& call) {
  return into_python([&] {
    const py::gil_scoped_acquire lock;
    py::list in;
    for (const Spec& s : call.specs) in.append(spec_tuple(s));
    std::vector<Spec> out;
    const py::object result = functions(call.op).infer(in, attr_values(*call.attrs));
    for (py::handle item : result) {
      const auto pair = item.cast<py::tuple>();
      out.push_back({dtype_from(pair[1]), shape_from(pair[0])});
    }
    return out;
  });
}

void run(const HostCallArgs& given) {
  const HostCallArgs args = given;  // what runs inside may bind other calls
  args.device->sync();              // all that was launched is done, where there is a queue
  into_python([&] {
    const py::gil_scoped_acquire lock;
    py::list in, out;
    std::vector<py::array> copies;  // of what the host cannot see
    for (int i = 0; i < args.n_in + args.n_out; ++i) {
      const Operand& o = args.operands[i];
      if (args.device->host_visible()) {
        (i < args.n_in ? in : out).append(array_over(o, i >= args.n_in));
        continue;
      }
      const auto bytes = static_cast<size_t>(o.spec.bytes());
      copies.push_back(array_like(o.spec));
      if (i < args.n_in) args.device->download(copies.back().mutable_data(), o.data, bytes);
      (i < args.n_in ? in : out).append(copies.back());
    }
    functions(args.op).run(in, out, attr_values(*args.attrs));
    for (size_t i = static_cast<size_t>(args.n_in); i < copies.size(); ++i)
      args.device->upload(args.operands[i].data, copies[i].data(),
                          static_cast<size_t>(args.operands[i].spec.bytes()));
  });
}

std::vector<Tensor> vjp(const VjpContext& c) {
  return into_python([&] {
    const py::gil_scoped_acquire lock;
    py::list in, out, grads;
    for (const Tensor& t : c.inputs) in.append(t);
    for (const Tensor& t : c.outputs) out.append(t);
    for (const Tensor& t : c.grads) grads.append(t ? py::cast(t) : py::none());
    std::vector<Tensor> result;
    const py::object given = functions(c.op).gradient(in, out, grads, attr_values(*c.attrs));
    for (py::handle g : given) result.push_back(g.is_none() ? Tensor() : g.cast<Tensor>());
    return result;
  });
}

AttrType type_by_name(const std::string& name) {
  constexpr const char* kTypes[] = {"flag",  "integer", "real",  "number",
                                    "dtype", "ints",    "reals", "text"};
  for (size_t i = 0; i < std::size(kTypes); ++i)
    if (name == kTypes[i]) return static_cast<AttrType>(i);
  throw ValueError(cat("unknown type of attribute '", name, "'"));
}

void define(const std::string& name, const py::list& attrs, const py::object& infer_function,
            const py::object& run_function, const py::object& gradient) {
  std::vector<std::string> names;
  std::vector<AttrDecl> decls;
  names.reserve(attrs.size());  // the declarations point into it
  for (py::handle a : attrs) {
    const auto parts = a.cast<py::tuple>();  // name, type, default
    names.push_back(parts[0].cast<std::string>());
    const AttrType type = type_by_name(parts[1].cast<std::string>());
    const OpDef one{.name = name.c_str(), .attrs = {{names.back().c_str(), type, kNone}}};
    decls.emplace_back(names.back().c_str(), type, attrs_from(py::make_tuple(parts[2]), one)[0]);
  }
  const OpDef& op = host_op(name, std::move(decls), !gradient.is_none());
  functions(&op) = {infer_function, run_function, gradient};
}

}  // namespace

void bind_host(py::module_& m) {
  host_bridge = {&infer, &run, &vjp};
  m.def("define_host_op", &define, py::arg("name"), py::arg("attrs"), py::arg("infer"),
        py::arg("run"), py::arg("gradient") = py::none());
}

}  // namespace ph

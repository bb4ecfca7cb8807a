// Tensor and ops as Python sees them: NumPy and DLPack in and out, one generic call per op.
#include <cstring>

#include "../core/activated.h"
#include "../core/convert.h"
#include "bind.h"
#include "gil.h"

namespace ph {

py::tuple shape_tuple(const Shape& shape) {
  py::tuple out(shape.rank());
  for (int i = 0; i < shape.rank(); ++i)
    out[static_cast<size_t>(i)] =
        shape[i] < 0 ? py::object(py::none()) : py::object(py::int_(shape[i]));
  return out;
}

int64_t integer_from(const py::handle& number, const char* what) {
  if (!PyIndex_Check(number.ptr()))
    throw TypeError(
        cat(what, ": expected integers; received ", py::repr(number).cast<std::string>()));
  const auto whole = py::reinterpret_steal<py::object>(PyNumber_Index(number.ptr()));
  if (!whole) throw py::error_already_set();
  int overflow = 0;
  const long long n = PyLong_AsLongLongAndOverflow(whole.ptr(), &overflow);
  if (overflow) {
    const auto bits = whole.attr("bit_length")().cast<int64_t>();
    throw ValueError(cat(what, ": ",
                         bits <= 128 ? cat("the integer ", py::str(whole).cast<std::string>())
                                     : cat("an integer of ", bits, " bits"),
                         " does not fit in 64 bits"));
  }
  return n;
}

Shape shape_from(const py::handle& dims) {
  Shape shape;
  for (py::handle d : dims) {
    const int64_t n = d.is_none() ? -1 : integer_from(d, "a shape");
    if (n < -1) throw ValueError(cat("a shape has the negative size ", n));
    shape.push_back(n);
  }
  return shape;
}

namespace {
// Integers, None among them unknown sizes; or numbers.
Attr list_from(const py::handle& items, const char* op) {
  Ints ints;
  bool whole = true;
  for (py::handle i : items) {
    whole = whole && (i.is_none() || PyIndex_Check(i.ptr()));
    if (!i.is_none() && !PyNumber_Check(i.ptr()) && !PyIndex_Check(i.ptr()))
      throw TypeError(
          cat(op, ": expected numbers; received ", py::repr(items).cast<std::string>()));
    if (whole) ints.push_back(i.is_none() ? -1 : integer_from(i, op));
  }
  if (whole) return ints;
  Reals reals;
  for (py::handle i : items) {
    const auto number = py::reinterpret_steal<py::object>(PyNumber_Float(i.ptr()));
    if (!number) throw py::error_already_set();
    reals.push_back(number.cast<double>());
  }
  return reals;
}
}  // namespace

Attrs attrs_from(const py::tuple& values, const OpDef& def) {
  const char* const op = def.name;
  std::vector<Attr> out;
  out.reserve(values.size());
  for (py::handle v : values) {
    PyObject* p = v.ptr();
    if (p == Py_None) {
      out.emplace_back(std::monostate{});
    } else if (PyBool_Check(p)) {
      out.emplace_back(p == Py_True);
    } else if (PyLong_Check(p)) {
      out.emplace_back(integer_from(v, op));
    } else if (PyFloat_Check(p)) {
      out.emplace_back(PyFloat_AS_DOUBLE(p));
    } else if (PyUnicode_Check(p)) {
      out.emplace_back(v.cast<std::string>());  // or a dtype's name: complete() sees to it
    } else if (PyTuple_Check(p) || PyList_Check(p)) {
      out.push_back(list_from(v, op));
    } else if (PyIndex_Check(p)) {  // NumPy integers
      out.emplace_back(integer_from(v, op));
    } else if (PyNumber_Check(p)) {  // NumPy floats
      out.emplace_back(py::reinterpret_steal<py::object>(PyNumber_Float(p)).cast<double>());
    } else {
      throw TypeError(
          cat(op, ": an argument has an unsupported type: ", py::repr(v).cast<std::string>()));
    }
  }
  return complete(def, Attrs(std::move(out)));
}

constexpr const char* kNumpyCodes[kDTypes] = {"?",  "u1", "u2", "u4",    "u8", "i1", "i2",
                                              "i4", "i8", "f2", nullptr, "f4", "f8", "c8"};

py::dtype numpy_dtype(DType d) {
  static std::vector<PyObject*> cache(kDTypes, nullptr);  // immortal
  auto& slot = cache[static_cast<size_t>(d)];
  if (!slot) slot = py::dtype(kNumpyCodes[static_cast<int>(d)]).release().ptr();
  return py::reinterpret_borrow<py::dtype>(slot);
}

namespace {

void need_value(const Tensor& t, const char* what) {
  if (t.is_abstract())
    throw TypeError(
        cat(what, " needs the value of ", t.get()->origin,
            ", which does not exist while a function is being traced; use ops on it, or compile "
            "with run_eagerly=True"));
}

struct Export {  // a NumPy or DLPack view of a tensor
  Tensor tensor;
  explicit Export(Tensor t) : tensor(std::move(t)) { ++tensor.impl()->storage->exports; }
  ~Export() { --tensor.impl()->storage->exports; }
};

// Can the host look at it where it is?
bool in_sight(const Tensor& t) { return !t.is_literal() && t.device().host_visible(); }

constexpr const char* kExportName = "pronghorn.export";

double item_value(const Tensor& t, const char* what) {
  need_value(t, what);
  if (t.shape().count() != 1)
    throw TypeError(cat(what, " needs a tensor of one element; this one has shape ", t.shape()));
  if (is_complex(t.dtype()) && std::strcmp(what, "float()") == 0)
    throw TypeError("float() of a complex tensor; take ops.real(x) or ops.abs(x) first");
  return t.item();
}

py::object item(const Tensor& t) {
  const double x = item_value(t, "item()");
  uint64_t bits = 0;
  t.read(&bits);
  float parts[2];
  std::memcpy(parts, &bits, sizeof parts);
  if (is_float(t.dtype())) return py::float_(x);
  if (is_complex(t.dtype()))
    return py::reinterpret_steal<py::object>(PyComplex_FromDoubles(x, parts[1]));
  if (t.dtype() == DType::b8) return py::bool_(x != 0);
  if (t.dtype() == DType::i64) return py::int_(static_cast<int64_t>(bits));
  if (t.dtype() == DType::u64) return py::int_(bits);
  return py::int_(static_cast<int64_t>(x));
}

}  // namespace

py::array to_numpy(const Tensor& t) {
  need_value(t, "numpy()");
  if (t.dtype() == DType::bf16)  // NumPy has no bfloat16
    return to_numpy(apply1(op_by_name("cast"), {t}, {DType::f32}));
  if (!in_sight(t)) {
    py::array out = array_like(t.spec());
    void* const to = out.mutable_data();
    py::detail::array_proxy(out.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
    const Unlocked others(t.spec().bytes() > kLongWork);
    t.read(to);
    return out;
  }
  const py::capsule owner(new Export(t), kExportName, [](PyObject* o) {
    delete static_cast<Export*>(PyCapsule_GetPointer(o, kExportName));
  });
  py::array out(numpy_dtype(t.dtype()), t.shape().vec(), t.data(), owner);
  py::detail::array_proxy(out.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return out;
}

namespace {
py::dtype bits_dtype(DType d) { return numpy_dtype(d == DType::bf16 ? DType::u16 : d); }
}  // namespace

py::array array_like(const Spec& spec) { return {bits_dtype(spec.dtype), spec.shape.vec()}; }

py::array array_over(const Operand& memory, bool writeable) {
  const py::capsule borrowed(&memory, [](void*) {});
  py::array out(bits_dtype(memory.spec.dtype), memory.spec.shape.vec(), memory.data, borrowed);
  if (!writeable)
    py::detail::array_proxy(out.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return out;
}

namespace {
// Nobody can write the array's memory: it is a tensor's, or that of a bytes object. A read-only
// array of other memory may still change: a bytearray's, a file's, or its owner sets the flag back.
bool frozen(const py::array& array) {
  py::object at = array;
  while (py::isinstance<py::array>(at)) {
    if (py::reinterpret_borrow<py::array>(at).writeable()) return false;
    at = at.attr("base");
  }
  return PyBytes_CheckExact(at.ptr()) || PyCapsule_IsValid(at.ptr(), kExportName);
}
}  // namespace

Tensor from_numpy(const py::array& array, bool share) {
  const py::dtype dt = array.dtype();
  int found = -1;
  const char kind = dt.kind();
  const auto size = dt.itemsize();
  for (int i = 0; i < kDTypes; ++i) {
    if (!kNumpyCodes[i]) continue;
    const char k = i == 0 ? 'b' : kNumpyCodes[i][0];
    if (k == kind && kDTypeSize[i] == size) found = i;
  }
  if (found < 0)
    throw TypeError(cat("NumPy arrays of dtype ", py::str(dt).cast<std::string>(),
                        " cannot become tensors; expected bool, an integer or a float type"
                        " (for ragged lists, pad them to one length first)"));
  const bool native = dt.byteorder() == '=' || dt.byteorder() == '|' || dt.byteorder() == '<';
  Shape shape;
  for (py::ssize_t i = 0; i < array.ndim(); ++i) shape.push_back(array.shape(i));
  const Spec spec{static_cast<DType>(found), shape};
  const bool dense = (array.flags() & py::array::c_style) != 0;
  const bool aligned =
      reinterpret_cast<uintptr_t>(array.data()) % static_cast<uintptr_t>(size) == 0;
  if (share && native && dense && aligned && spec.bytes() > 0 && default_device().host_visible() &&
      frozen(array)) {
    auto impl = std::make_shared<TensorImpl>();
    impl->spec = spec;
    auto keep = std::shared_ptr<PyObject>(array.inc_ref().ptr(), &drop_reference);
    impl->storage = std::make_shared<Storage>(default_device(), const_cast<void*>(array.data()),
                                              static_cast<size_t>(spec.bytes()), std::move(keep));
    return Tensor(std::move(impl));
  }
  const py::array source =
      native && dense ? array
                      : py::array::ensure(py::module_::import("numpy").attr("ascontiguousarray")(
                            array, numpy_dtype(spec.dtype)));
  Tensor t = Tensor::empty(spec);
  if (spec.bytes() > 0) {
    const void* from = source.data();
    const Unlocked others(spec.bytes() > kLongWork);
    t.device().upload(t.data(), from, static_cast<size_t>(spec.bytes()));
  }
  return t;
}

// A new tensor whose memory `fill` writes to, through a memoryview that ends with the call: what it
// made of the view must be gone by then.
static Tensor filled_by(const py::handle& shape, const std::string& dtype,
                        const py::function& fill) {
  Tensor t = Tensor::empty(Spec{dtype_by_name(dtype), shape_from(shape)});
  const int64_t bytes = t.spec().bytes();
  if (bytes == 0) return t;
  const auto size = static_cast<size_t>(bytes);
  const auto into = [&](void* host) {
    const auto view = py::memoryview::from_memory(host, static_cast<py::ssize_t>(bytes), false);
    fill(view);
    view.attr("release")();
  };
  Device& device = t.device();
  if (device.host_visible()) {
    into(t.data());
    return t;
  }
  const auto give_back = [&](void* p) { device.free_host(p, size); };
  const std::unique_ptr<void, decltype(give_back)> host(device.alloc_host(size), give_back);
  into(host.get());
  device.upload(t.data(), host.get(), size);
  return t;
}

namespace {

// DLPack's C structures (dmlc/dlpack, version 0.8 of the ABI).
struct DLDevice {
  int32_t type, id;
};
struct DLDataType {
  uint8_t code, bits;
  uint16_t lanes;
};
struct DLTensor {
  void* data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t *shape, *strides;
  uint64_t byte_offset;
};
struct DLManagedTensor {
  DLTensor dl;
  void* context;
  void (*deleter)(DLManagedTensor*);
};
struct DLContext {
  Export hold;
  std::vector<int64_t> shape;
  DLManagedTensor managed;
};

// Consumers of DLPack read the host's memory: what is elsewhere is downloaded.
py::capsule to_dlpack(const Tensor& given) {
  need_value(given, "__dlpack__");
  Tensor t = given;
  if (!in_sight(given)) {
    t = Tensor::empty(given.spec(), cpu_device());
    given.read(t.data());
  }
  auto* c = new DLContext{Export(t), t.shape().vec(), {}};
  const DType d = t.dtype();
  const uint8_t code = d == DType::b8     ? 6
                       : d == DType::bf16 ? 4
                       : is_complex(d)    ? 5
                       : is_float(d)      ? 2
                       : is_unsigned(d)   ? 1
                                          : 0;
  c->managed.dl = {t.data(),
                   {1, 0},
                   t.shape().rank(),
                   {code, static_cast<uint8_t>(8 * dtype_size(d)), 1},
                   c->shape.data(),
                   nullptr,
                   0};
  c->managed.context = c;
  c->managed.deleter = [](DLManagedTensor* m) { delete static_cast<DLContext*>(m->context); };
  return py::capsule(&c->managed, "dltensor", [](PyObject* o) {
    if (PyCapsule_IsValid(o, "dltensor")) {  // nobody consumed it
      auto* m = static_cast<DLManagedTensor*>(PyCapsule_GetPointer(o, "dltensor"));
      m->deleter(m);
    }
  });
}

// An op resolved once; calling it with anything but tensors goes through the Python handler that
// knows variables and symbolic tensors.
struct Op {
  const OpDef* def;
  int id;
  Carries carries;
};
py::object& slow_path() {
  static auto* handler = new py::object();  // immortal
  return *handler;
}

py::object call_op(const py::object& self, const py::tuple& inputs, const py::tuple& attrs) {
  const Op& op = self.cast<const Op&>();
  std::vector<Tensor> tensors;
  tensors.reserve(inputs.size());
  for (py::handle h : inputs) {
    if (!py::isinstance<Tensor>(h))
      return into_python([&] { return slow_path()(self, inputs, attrs); });
    tensors.push_back(h.cast<const Tensor&>());
  }
  const Attrs values = attrs_from(attrs, *op.def);
  std::vector<Tensor> out = apply(*op.def, tensors, values);
  if (op.carries != Carries::nothing)
    note_activation(op.carries, *op.def, values, tensors[0], out[0]);
  if (out.size() == 1) return py::cast(std::move(out[0]));
  py::tuple result(out.size());
  for (size_t i = 0; i < out.size(); ++i) result[i] = py::cast(std::move(out[i]));
  return result;
}

py::list infer_op(const Op& op, const py::list& specs, const py::tuple& attrs) {
  std::vector<Spec> in;
  for (py::handle s : specs) {
    const auto pair = s.cast<py::tuple>();
    in.push_back({dtype_from(pair[1]), shape_from(pair[0])});
  }
  py::list out;
  const Attrs given = attrs_from(attrs, *op.def);
  for (const Spec& s : output_specs(*op.def, in, given))
    out.append(py::make_tuple(shape_tuple(s.shape), dtype_name(s.dtype)));
  return out;
}

std::string repr(const Tensor& t) {
  if (t.is_abstract())
    return cat("<Tensor shape=", t.shape(), " dtype=", t.dtype(), " abstract: ", t.get()->origin,
               ">");
  return cat("<Tensor shape=", t.shape(), " dtype=", t.dtype(), " value=\n",
             py::str(to_numpy(t)).cast<std::string>(), ">");
}

}  // namespace

void bind_tensor(py::module_& m) {
  py::class_<Tensor>(m, "Tensor", py::dynamic_attr())
      .def_property_readonly("shape", [](const Tensor& t) { return shape_tuple(t.shape()); })
      .def_property_readonly("dtype", [](const Tensor& t) { return dtype_object(t.dtype()); })
      .def_property_readonly("ndim", [](const Tensor& t) { return t.shape().rank(); })
      .def_property_readonly("size",
                             [](const Tensor& t) -> py::object {
                               const int64_t n = t.shape().count();
                               return n < 0 ? py::object(py::none()) : py::object(py::int_(n));
                             })
      .def_property_readonly("is_abstract", &Tensor::is_abstract)
      .def_property_readonly("device",
                             [](const Tensor& t) {
                               return t.is_abstract() ? std::string("abstract") : t.device().name();
                             })
      .def_property_readonly("identity",
                             [](const Tensor& t) { return reinterpret_cast<uintptr_t>(t.get()); })
      .def(
          "logits",
          [](const Tensor& t, const std::string& activation, int axis) -> py::object {
            const Tensor found = logits_of(t, activation, axis);
            return found ? py::cast(found) : py::none();
          },
          py::arg("activation"), py::arg("axis") = -1,
          "What this is the sigmoid of, or the softmax along `axis`; None where it is not.")
      .def(
          "numpy",
          [](const Tensor& t) -> py::object {
            const py::array values = to_numpy(t);
            return t.shape().rank() == 0 ? values[py::tuple()] : values.attr("copy")();
          },
          "A NumPy array of the values, the caller's own; of a scalar a NumPy number.")
      .def("host_view", &to_numpy,
           "A read-only NumPy array that shares the tensor's memory where the host sees it.")
      .def("moved_to",
           [](const Tensor& t, const std::string& device) {
             need_value(t, "a copy to a device");
             return t.moved_to(device_by_name(device));
           })
      .def(
          "__array__",
          [](const Tensor& t, const py::object& dtype, const py::object& copy) -> py::object {
            py::object a = to_numpy(t);
            if (!dtype.is_none()) a = a.attr("astype")(dtype, py::arg("copy") = false);
            if (!copy.is_none() && copy.cast<bool>()) a = a.attr("copy")();
            return a;
          },
          py::arg("dtype") = py::none(), py::arg("copy") = py::none())
      .def("__dlpack__", [](const Tensor& t, const py::kwargs&) { return to_dlpack(t); })
      .def("__dlpack_device__", [](const Tensor&) { return py::make_tuple(1, 0); })
      .def("item", &item)
      .def("__float__", [](const Tensor& t) { return item_value(t, "float()"); })
      .def("__int__",
           [](const Tensor& t) -> py::object {
             return py::reinterpret_steal<py::object>(PyNumber_Long(item(t).ptr()));
           })
      .def("__index__",
           [](const Tensor& t) {
             if (is_inexact(t.dtype()))
               throw TypeError("only integer tensors can be used as an index");
             return item(t);
           })
      .def("__bool__", [](const Tensor& t) { return PyObject_IsTrue(item(t).ptr()) == 1; })
      .def("__repr__", &repr);

  m.def("from_numpy", &from_numpy, py::arg("array"), py::arg("share") = false);
  m.def("filled_by", &filled_by, py::arg("shape"), py::arg("dtype"), py::arg("fill"));
  m.def("scalar",
        [](double x, const std::string& dtype) { return Tensor::scalar(x, dtype_by_name(dtype)); });
  m.def("promote", [](const std::string& a, const std::string& b) {
    return dtype_name(promote(dtype_by_name(a), dtype_by_name(b)));
  });

  py::class_<Op>(m, "Op")
      .def(py::init([](const std::string& name) {
        const int id = op_id(name);
        const OpDef& def = op_by_id(id);
        return Op{&def, id, carries(def)};
      }))
      .def_property_readonly("name", [](const Op& op) { return op.def->name; })
      .def_property_readonly("id", [](const Op& op) { return op.id; })
      .def_property_readonly("random", [](const Op& op) { return (op.def->flags & kRandom) != 0; })
      .def_property_readonly("gradient",  // "rule", "cut": none flows through, or "missing"
                             [](const Op& op) {
                               if (op.def->flags & kNoGrad) return "cut";
                               return op.def->vjp ? "rule" : "missing";
                             })
      .def("infer", &infer_op)
      .def(
          "compose",
          [](const Op& op, const std::vector<Tensor>& inputs, const py::tuple& attrs) {
            if (!op.def->compose) throw ValueError(cat(op.def->name, " has no plain definition"));
            std::vector<Spec> specs;
            for (const Tensor& t : inputs) specs.push_back(t.spec());
            const Attrs given = attrs_from(attrs, *op.def);
            return op.def->compose({op.def, &given, specs, inputs});
          },
          "The op's plain definition: the oracle of its tests.")
      .def_property_readonly("composed", [](const Op& op) { return op.def->compose != nullptr; })
      .def("__call__", &call_op, py::arg("inputs"), py::arg("attrs") = py::tuple());
  m.def("op_names", &op_names);
  m.def("set_slow_path", [](const py::object& f) { slow_path() = f; });
}

}  // namespace ph

// Dtypes as Python sees them: str objects, one a dtype, made once.
#include "bind.h"

namespace ph {

DType dtype_from(const py::handle& name) {
  if (!py::isinstance<py::str>(name))
    throw TypeError(cat("a dtype is named by a string such as 'float32'; received ",
                        py::repr(name).cast<std::string>()));
  return dtype_by_name(name.cast<std::string>());
}

namespace {

std::vector<PyObject*>& shown() {
  static std::vector<PyObject*> objects(kDTypes, nullptr);  // immortal
  return objects;
}

// `make` gives for each name the str, or an object of a subclass of it, that stands for it.
void show_dtypes(const py::function& make) {
  std::vector<PyObject*> made;
  for (int i = 0; i < kDTypes; ++i) {
    py::object object = make(dtype_name(static_cast<DType>(i)));
    if (!py::isinstance<py::str>(object)) throw TypeError("show_dtypes: expected strings");
    made.push_back(object.release().ptr());
  }
  shown() = made;
}

}  // namespace

py::str dtype_object(DType d) {
  auto& slot = shown()[static_cast<size_t>(d)];
  if (!slot) slot = PyUnicode_InternFromString(dtype_name(d));
  return py::reinterpret_borrow<py::str>(slot);
}

void bind_dtypes(py::module_& m) { m.def("show_dtypes", &show_dtypes, py::arg("make")); }

}  // namespace ph

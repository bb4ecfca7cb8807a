// The extension module: errors and the groups of bindings.
#include "bind.h"
#include "gil.h"

PYBIND11_MODULE(_core, m) {
  namespace py = pybind11;
  m.doc() = "Pronghorn's native core: tensors, ops, recorders, programs.";
  py::register_exception_translator([](std::exception_ptr p) {
    try {
      if (p) std::rethrow_exception(p);
    } catch (const ph::ValueError& e) {
      PyErr_SetString(PyExc_ValueError, e.what());
    } catch (const ph::TypeError& e) {
      PyErr_SetString(PyExc_TypeError, e.what());
    }
  });
  ph::install_interpreter();
  ph::bind_dtypes(m);
  ph::bind_tensor(m);
  ph::bind_recorders(m);
  ph::bind_program(m);
  ph::bind_device(m);
  ph::bind_files(m);
  ph::bind_host(m);
  ph::bind_regions(m);
}

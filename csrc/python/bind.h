// Shared by the binding's files: conversions between Python and the core.
#pragma once
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "../core/recorder.h"

namespace ph {
namespace py = pybind11;

py::tuple shape_tuple(const Shape& shape);  // None where unknown
Shape shape_from(const py::handle& dims);   // None or -1: unknown
DType dtype_from(const py::handle& name);
py::str dtype_object(DType d);  // what `.dtype` gives: a name, or what `show_dtypes` put for it
// Of anything that counts as an integer. Errors say for what: an op's name.
int64_t integer_from(const py::handle& number, const char* what);
Attrs attrs_from(const py::tuple& values, const OpDef& op);
py::dtype numpy_dtype(DType d);                         // not of bf16, which NumPy has not
py::array to_numpy(const Tensor& t);                    // read-only, shares memory
Tensor from_numpy(const py::array& array, bool share);  // share: only where safe
// Valid as long as the memory is. NumPy has no bfloat16: its bits, as uint16.
py::array array_like(const Spec& spec);  // new
py::array array_over(const Operand& memory, bool writeable);

void bind_dtypes(py::module_& m);
void bind_tensor(py::module_& m);
void bind_recorders(py::module_& m);
void bind_program(py::module_& m);
void bind_device(py::module_& m);
void bind_files(py::module_& m);
void bind_host(py::module_& m);
void bind_regions(py::module_& m);

}  // namespace ph

// What reading and writing files needs of the core.
#include "../base/crc32c.h"
#include "bind.h"

namespace ph {

void bind_files(py::module_& m) {
  m.def(
      "crc32c",
      [](const py::buffer& data) {
        const py::buffer_info bytes = data.request();
        return crc32c(bytes.ptr, static_cast<size_t>(bytes.size * bytes.itemsize));
      },
      py::arg("data"), "The CRC-32C of contiguous bytes.");
}

}  // namespace ph

// Finds and opens the library of the package pronghorn_cuda.
#include "plugin.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>

namespace ph {
namespace {

constexpr char kBeside[] = "/../pronghorn_cuda/libpronghorn_cuda.so";

const int here = 0;  // an address of this library

}  // namespace

std::string plugin_path() {
  if (const char* given = std::getenv("PRONGHORN_CUDA_PLUGIN")) return given;
  Dl_info self;
  if (!dladdr(&here, &self) || !self.dli_fname) return "";
  std::string path = self.dli_fname;
  const size_t folder = path.rfind('/');
  path = (folder == std::string::npos ? "." : path.substr(0, folder)) + kBeside;
  return access(path.c_str(), R_OK) == 0 ? path : "";
}

Device* open_plugin(std::string* reason) {
  const std::string path = plugin_path();
  if (path.empty()) {
    *reason =
        "no CUDA in this build (pip install 'pronghorn[cuda]', or pip install . -C "
        "cmake.define.PRONGHORN_CUDA=ON)";
    return nullptr;
  }
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // never closed
  if (!library) {
    *reason = std::string("CUDA's part cannot be loaded: ") + dlerror();
    return nullptr;
  }
  void* const name = dlsym(library, kPluginOpen);
  if (!name) {
    *reason = path + " is no library of Pronghorn's";
    return nullptr;
  }
  return reinterpret_cast<PluginOpen>(name)({PRONGHORN_VERSION, plugin_layout(), at_fork}, reason);
}

}  // namespace ph

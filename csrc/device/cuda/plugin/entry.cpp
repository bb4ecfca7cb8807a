// The one name of the library that holds the CUDA table alone, and what it has of its host.
#include "../../plugin.h"

namespace ph {

Device* (*open_gpu)(std::string* reason) = nullptr;

namespace {
void (*host_at_fork)(ForkStage, const ForkHandler&) = nullptr;
}
void at_fork(ForkStage stage, const ForkHandler& handler) { host_at_fork(stage, handler); }

}  // namespace ph

extern "C" __attribute__((visibility("default"))) ph::Device* pronghorn_open_gpu(
    const ph::PluginHost& host, std::string* reason) {
  if (std::string(host.version) != PRONGHORN_VERSION || host.layout != ph::plugin_layout()) {
    *reason = std::string("CUDA's part is of version ") + PRONGHORN_VERSION +
              " and Pronghorn of version " + host.version +
              "; install two of one version: pip install --upgrade 'pronghorn[cuda]'";
    return nullptr;
  }
  ph::host_at_fork = host.at_fork;
  return ph::open_gpu(reason);
}

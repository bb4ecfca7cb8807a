// Which devices there are, by name, and where tensors are made.
#include <cstdlib>
#include <stdexcept>

#include "device.h"

namespace ph {

void* Device::alloc_host(size_t bytes) { return ::operator new(bytes, std::align_val_t{64}); }
void Device::free_host(void* p, size_t) { ::operator delete(p, std::align_val_t{64}); }

const std::vector<Device*>& all_devices() {
  static const auto* const all =
      new std::vector<Device*>{&cpu_device(), &null_device(), &split_device()};
  return *all;
}

Device& device_by_name(const std::string& name) {
  std::string names;
  for (Device* device : all_devices()) {
    const std::string& full = device->name();
    if (name == full || name == full.substr(0, full.find(':'))) return *device;
    names += (names.empty() ? "" : ", ") + full;
  }
  throw std::invalid_argument("no device named '" + name + "'; expected one of: " + names);
}

Device& default_device() {
  static Device& device = [&]() -> Device& {
    const char* wanted = std::getenv("PRONGHORN_DEVICE");
    return wanted && *wanted ? device_by_name(wanted) : cpu_device();
  }();
  return device;
}

}  // namespace ph

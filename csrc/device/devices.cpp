// Which devices there are, by name, and where tensors are made.
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "device.h"
#include "plugin.h"

namespace ph {

Device* (*open_gpu)(std::string* reason) = nullptr;

namespace {

std::atomic<Device*> gpu{nullptr};  // once somebody has asked for it
thread_local Device* chosen = nullptr;

// "cpu" and "cpu:0" are one.
bool answers_to(const Device& device, const std::string& name) {
  const std::string& full = device.name();
  return name == full || name == full.substr(0, full.find(':'));
}

}  // namespace

Device* gpu_device(std::string* reason) {
  static std::string why;
  static std::once_flag once;
  std::call_once(once, [] { gpu = open_gpu ? open_gpu(&why) : open_plugin(&why); });
  if (reason) *reason = why;
  return gpu;
}

bool built_with_cuda() { return open_gpu || !plugin_path().empty(); }

std::vector<Device*> open_devices() {
  std::vector<Device*> all = {&cpu_device(), &null_device(), &split_device()};
  if (Device* device = gpu) all.push_back(device);
  return all;
}

Device& device_by_name(const std::string& name) {
  std::string reason;
  if (name == "gpu" || name == "gpu:0") {
    if (Device* device = gpu_device(&reason)) return *device;
    reason = " (" + reason + ")";
  }
  std::string names;
  for (Device* device : open_devices()) {
    if (answers_to(*device, name)) return *device;
    names += (names.empty() ? "" : ", ") + device->name();
  }
  throw std::invalid_argument("no device named '" + name + "'" + reason +
                              "; expected one of: " + names);
}

Device& default_device() {
  if (chosen) return *chosen;
  static Device& usual = [&]() -> Device& {
    const char* wanted = std::getenv("PRONGHORN_DEVICE");
    if (wanted && *wanted) return device_by_name(wanted);
    Device* const device = gpu_device();
    return device ? *device : cpu_device();
  }();
  return usual;
}

Device* choose_device(Device* device) { return std::exchange(chosen, device); }

}  // namespace ph

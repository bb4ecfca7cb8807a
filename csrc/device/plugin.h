// CUDA's table and device as a library of their own, so that one small package serves every machine
// and a second one, installed beside it, adds the GPU. The library is opened when somebody first
// asks for a GPU. It has one name, which hands out the device.
#pragma once
#include <string>

#include "device.h"
#include "fork.h"

namespace ph {

// What the two must agree on, beside the version: the layout of what they hand to each other.
constexpr uint64_t plugin_layout() {
  uint64_t mix = sizeof(Kernels) * 31 + sizeof(Launch);
#define PH_X(name, args) mix = mix * 131 + sizeof(args);
  PH_ALL_FAMILIES(PH_X)
#undef PH_X
  return mix;
}

// What the library gets of its host.
struct PluginHost {
  const char* version;
  uint64_t layout;
  void (*at_fork)(ForkStage, const ForkHandler&);
};
// The device, or null and why not.
using PluginOpen = Device* (*)(const PluginHost& host, std::string* reason);
constexpr char kPluginOpen[] = "pronghorn_open_gpu";

// PRONGHORN_CUDA_PLUGIN, else that of the package pronghorn_cuda beside this one; "" where there is
// none.
std::string plugin_path();
Device* open_plugin(std::string* reason);

}  // namespace ph

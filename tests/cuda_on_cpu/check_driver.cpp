// Links what nvcc compiled, with the device. Where there is no driver, there is no GPU, and a
// reason; a table is there in either case. Where there is a GPU it computes.
#include <cstdio>
#include <string>

#include "../../csrc/device/device.h"
#include "../../csrc/kernels/cuda/cuda_table.h"

using namespace ph;

namespace {

bool computes(Device& gpu) {
  constexpr int64_t n = 1000;
  float here[n];
  void* const there = gpu.alloc(sizeof here);
  FillArgs fill = {4, n, 0x40400000, there};
  gpu.kernels().fill(fill, gpu.launch());
  gpu.download(here, there, sizeof here);
  gpu.free(there, sizeof here);
  for (float x : here)
    if (x != 3) return false;
  return true;
}

}  // namespace

int main() {
  std::string reason;
  Device* const gpu = gpu_device(&reason);
  const Kernels& k = *kCudaKernels;
  std::printf("%s: %s\n", k.name, gpu ? gpu->name().c_str() : reason.c_str());
  int absent = 0, families = 0;
#define PH_X(name, args) \
  if (++families; !k.name) ++absent, std::printf("the table lacks %s\n", #name);
  PH_ALL_FAMILIES(PH_X)
  PH_OWN_FAMILIES(PH_X)
  PH_OWN_COLD_FAMILIES(PH_X)
#undef PH_X
  std::printf("%d families, %d absent\n", families, absent);
  const bool whole = !absent && k.supported() == (gpu != nullptr);
  if (!gpu) return whole && !reason.empty() && &default_device() == &cpu_device() ? 0 : 1;
  return whole && &default_device() == gpu && computes(*gpu) ? 0 : 1;
}

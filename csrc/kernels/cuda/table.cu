// The table of CUDA's families.
#include "cuda_table.h"

#include "cuda.h"

namespace ph {
namespace cuda {
namespace {

bool supported() {
  const char* reason = nullptr;
  return cuda_devices(&reason) > 0;
}

Kernels make_table() {
  Kernels k = {};
  k.name = "cuda";
  k.vector_bytes = 16;
  k.takes_halves = true;
  k.supported = supported;
#define PH_X(name, args) k.name = name;
  PH_ALL_FAMILIES(PH_X)
  PH_OWN_FAMILIES(PH_X)
  PH_OWN_COLD_FAMILIES(PH_X)
  PH_SCRATCHES(PH_X)
  PH_OWN_SCRATCHES(PH_X)
#undef PH_X
  return k;
}
const Kernels table = make_table();

}  // namespace
}  // namespace cuda

const Kernels* const kCudaKernels = &cuda::table;

int cuda_devices(const char** reason) {
#ifdef __CUDACC__
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error == cudaSuccess) return count;
  *reason = cudaGetErrorString(error);
  return 0;
#else
  *reason = "";
  return 1;
#endif
}

}  // namespace ph

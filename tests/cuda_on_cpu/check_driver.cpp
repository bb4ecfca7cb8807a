// Links what nvcc compiled. Where there is no driver, there is no GPU, and a reason; a table is
// there in either case. With `kernels`, the GPU's answers to a few calls, when there is one.
#include <cstdio>
#include <cstring>

#include "../../csrc/kernels/cuda/cuda_table.h"

int main() {
  const char* reason = "";
  const int count = ph::cuda_devices(&reason);
  const ph::Kernels& k = *ph::kCudaKernels;
  std::printf("%s: %d GPUs%s%s\n", k.name, count, count ? "" : ": ", reason);
  const bool said = count > 0 || std::strlen(reason) > 0;
  return said && k.supported() == (count > 0) && k.eltwise && k.gemm && k.attention ? 0 : 1;
}

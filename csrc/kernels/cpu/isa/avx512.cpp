// The avx512 width: its name, its test of the processor, its table.
#define PH_TABLE      kAvx512Kernels
#define PH_TABLE_NAME "avx512"
#include "../simd.h"

namespace ph {
namespace PH_ISA {
static bool supported() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("fma");
}
}  // namespace PH_ISA
}  // namespace ph

#include "export.h"

// The avx2 width: its name, its test of the processor, its table.
#define PH_TABLE      kAvx2Kernels
#define PH_TABLE_NAME "avx2"
#include "../simd.h"

namespace ph {
namespace PH_ISA {
// F16C came before AVX2 on every processor; Clang 14 has no name to ask for it.
static bool supported() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
}  // namespace PH_ISA
}  // namespace ph

#include "export.h"

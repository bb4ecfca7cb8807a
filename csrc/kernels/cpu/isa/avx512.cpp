// The avx512 width: its name, its test of the processor, its table; and the same width where the
// processor has dot products of bfloat16.
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

namespace ph {
#if PH_BF16_DOTS
namespace PH_ISA {
static bool supported_bf16() { return supported() && __builtin_cpu_supports("avx512bf16"); }
static constexpr Kernels with_dots(Kernels k) {
  k.name = "avx512bf16", k.supported = &supported_bf16;
  k.gemm = &gemm_bf16, k.gemm_scratch = &gemm_bf16_scratch;
  k.conv = &conv_bf16, k.conv_scratch = &conv_bf16_scratch;
  return k;
}
static constexpr Kernels kBf16Table = with_dots(kTable);
}  // namespace PH_ISA
extern const Kernels* const kAvx512Bf16Kernels = &PH_ISA::kBf16Table;
#else  // a compiler that has none
extern const Kernels* const kAvx512Bf16Kernels = nullptr;
#endif
}  // namespace ph

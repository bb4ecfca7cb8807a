// The generic width: its name, its test of the processor, its table.
#define PH_TABLE      kGenericKernels
#define PH_TABLE_NAME "generic"
#include "../simd.h"

namespace ph {
namespace PH_ISA {
static bool supported() { return true; }
}  // namespace PH_ISA
}  // namespace ph

#include "export.h"

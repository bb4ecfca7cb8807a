// Exports one width's Kernels table. Set PH_TABLE, PH_TABLE_NAME and define supported()
// before including.
#pragma once
#include "../families.h"

namespace ph {
namespace PH_ISA {
#if defined(__AVX2__)
constexpr bool kRsqrtEstimate = true;  // math_base.h has one for these
#else
constexpr bool kRsqrtEstimate = false;
#endif
#define PH_X(name, args)    &name,
#define PH_COLD(name, args) &cold::name,
static constexpr Kernels kTable = {PH_TABLE_NAME,
                                   PH_VECTOR_BYTES,
                                   kRsqrtEstimate,
                                   true,
                                   true,
                                   &supported,
                                   &peak_probe,
                                   PH_FAMILIES(PH_X) PH_COLD_FAMILIES(PH_COLD) PH_OWN_FAMILIES(PH_X)
                                       PH_OWN_COLD_FAMILIES(PH_COLD) PH_SCRATCHES(PH_X)
                                           PH_OWN_SCRATCHES(PH_X)};
#undef PH_X
#undef PH_COLD
}  // namespace PH_ISA
extern const Kernels* const PH_TABLE = &PH_ISA::kTable;
}  // namespace ph

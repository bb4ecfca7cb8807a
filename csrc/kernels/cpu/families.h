// Declares one width's kernel families, and the generic width's, to which a wide one hands what
// it does not serve itself. Their contracts are the structs in ../args.h.
#pragma once
#include "../table.h"

namespace ph {
namespace cold {
#define PH_X(name, args) void name(const args&, const Launch&);
PH_COLD_FAMILIES(PH_X)
#undef PH_X
#define PH_X(name, args) void name(const args&, const Launch&);
PH_OWN_COLD_FAMILIES(PH_X)
#undef PH_X
}  // namespace cold
namespace PH_ISA {

double peak_probe(int64_t iterations);
#define PH_X(name, args) void name(const args&, const Launch&);
PH_FAMILIES(PH_X)
#undef PH_X
#define PH_X(name, args) size_t name(const args&, int threads);
PH_SCRATCHES(PH_X)
#undef PH_X
#define PH_X(name, args) void name(const args&, const Launch&);
PH_OWN_FAMILIES(PH_X)
#undef PH_X
#define PH_X(name, args) size_t name(const args&, int threads);
PH_OWN_SCRATCHES(PH_X)
#undef PH_X
#if PH_BF16_DOTS
// The same families where the processor has dot products of bfloat16, which go through them.
void gemm_bf16(const GemmArgs&, const Launch&);
void conv_bf16(const ConvArgs&, const Launch&);
size_t gemm_bf16_scratch(const GemmArgs&, int threads);
size_t conv_bf16_scratch(const ConvArgs&, int threads);
#endif

}  // namespace PH_ISA
#if PH_WIDE
namespace generic {
#define PH_X(name, args) void name(const args&, const Launch&);
PH_FAMILIES(PH_X)
#undef PH_X
}  // namespace generic
#endif
}  // namespace ph

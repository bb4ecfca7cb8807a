// A part of an elementwise program, for the kernels that run one over their result (GemmArgs).
#pragma once
#include "../../args.h"

namespace ph {
namespace PH_ISA {

// Rows [r0, r1), columns [c0, c1) of a program over a matrix, on this thread.
void eltwise_part(const EltwiseArgs& matrix, int64_t r0, int64_t r1, int64_t c0, int64_t c1);

}  // namespace PH_ISA
}  // namespace ph

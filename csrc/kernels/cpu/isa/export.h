// Exports one width's Kernels table. Set PH_TABLE, PH_TABLE_NAME and define supported()
// before including.
#pragma once
#include "../families.h"

namespace ph {
namespace PH_ISA {
static const Kernels kTable = {
    PH_TABLE_NAME, PH_VECTOR_BYTES, &supported,
    &peak_probe,   &eltwise,        &gemm,
    &gemm_scratch, &conv,           &conv_scratch,
    &pool,         &pool_grad,      &reduce,
    &reduce_scratch, &softmax,      &softmax_grad,
    &xent,         &xent_grad,      &norm,
    &norm_grad,    &norm_scratch,   &copy,
    &fill,         &gather,         &scatter_add,
    &scatter_scratch, &one_hot,     &range,
    &random,
};
}  // namespace PH_ISA
extern const Kernels* const PH_TABLE = &PH_ISA::kTable;
}  // namespace ph

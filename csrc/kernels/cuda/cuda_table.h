// The CUDA table, and whether there is anything to run it on. Only a build with PRONGHORN_CUDA has
// them, and tests/cuda_on_cpu.
#pragma once
#include "../table.h"

namespace ph {

extern const Kernels* const kCudaKernels;

// One elementwise program over the operands of several calls, in one launch; see
// Device::eltwise_many.
void cuda_eltwise_many(const EltwiseArgs* const* calls, int count, const Launch& team);

// How many GPUs there are; 0 where there is no driver, with the reason. The driver is opened by the
// first call; nothing is before that.
int cuda_devices(const char** reason);

}  // namespace ph

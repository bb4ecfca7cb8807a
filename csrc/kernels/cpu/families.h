// Declares one width's kernel families; their contracts are the structs in ../args.h.
#pragma once
#include "../table.h"

namespace ph {
namespace PH_ISA {

double peak_probe(int64_t iterations);
void eltwise(const EltwiseArgs&, const Team&);
void gemm(const GemmArgs&, const Team&);
size_t gemm_scratch(const GemmArgs&, int threads);
void conv(const ConvArgs&, const Team&);
size_t conv_scratch(const ConvArgs&, int threads);
void pool(const PoolArgs&, const Team&);
void pool_grad(const PoolArgs&, const Team&);
void reduce(const ReduceArgs&, const Team&);
size_t reduce_scratch(const ReduceArgs&, int threads);
void softmax(const SoftmaxArgs&, const Team&);
void softmax_grad(const SoftmaxArgs&, const Team&);
void xent(const XentArgs&, const Team&);
void xent_grad(const XentArgs&, const Team&);
void norm(const NormArgs&, const Team&);
void norm_grad(const NormArgs&, const Team&);
size_t norm_scratch(const NormArgs&, int threads);
void copy(const CopyArgs&, const Team&);
void fill(const FillArgs&, const Team&);
void gather(const GatherArgs&, const Team&);
void scatter_add(const GatherArgs&, const Team&);
size_t scatter_scratch(const GatherArgs&, int threads);
void one_hot(const OneHotArgs&, const Team&);
void range(const RangeArgs&, const Team&);
void random(const RandomArgs&, const Team&);

}  // namespace PH_ISA
}  // namespace ph

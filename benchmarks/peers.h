// The peers that were built in, one source each.
#pragma once
#include "bench.h"

namespace ph::bench {

void add_blas_gemm(Case& c, const GemmArgs& a);
void set_blas_threads(int threads);
void calm_blas(char** argv);

void add_dnnl_gemm(Case& c, const GemmArgs& a);
void add_dnnl_conv(Case& c, const ConvArgs& a);
void set_dnnl_threads(int threads);

}  // namespace ph::bench

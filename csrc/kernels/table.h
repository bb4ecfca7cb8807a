// struct Kernels: one function pointer a family. Every width and every device exports one,
// over the same argument structs. A null field means "not here": the op's
// `compose` runs instead and is counted.
#pragma once
#include "args.h"

namespace ph {

struct Kernels {
  const char* name;         // "generic", "avx2", "avx512", "neon", "cuda", "null"
  int32_t vector_bytes;
  bool (*supported)();      // by this processor
  double (*peak_probe)(int64_t iterations);   // runs that many float32 multiply-adds, returns their
                                              // count; for measuring the peak

  void (*eltwise)(const EltwiseArgs&, const Team&);
  void (*gemm)(const GemmArgs&, const Team&);
  size_t (*gemm_scratch)(const GemmArgs&, int threads);
  void (*conv)(const ConvArgs&, const Team&);
  size_t (*conv_scratch)(const ConvArgs&, int threads);
  void (*pool)(const PoolArgs&, const Team&);
  void (*pool_grad)(const PoolArgs&, const Team&);
  void (*reduce)(const ReduceArgs&, const Team&);
  size_t (*reduce_scratch)(const ReduceArgs&, int threads);
  void (*softmax)(const SoftmaxArgs&, const Team&);
  void (*softmax_grad)(const SoftmaxArgs&, const Team&);
  void (*xent)(const XentArgs&, const Team&);
  void (*xent_grad)(const XentArgs&, const Team&);
  void (*norm)(const NormArgs&, const Team&);
  void (*norm_grad)(const NormArgs&, const Team&);
  size_t (*norm_scratch)(const NormArgs&, int threads);
  void (*copy)(const CopyArgs&, const Team&);
  void (*fill)(const FillArgs&, const Team&);
  void (*gather)(const GatherArgs&, const Team&);
  void (*scatter_add)(const GatherArgs&, const Team&);
  size_t (*scatter_scratch)(const GatherArgs&, int threads);
  void (*one_hot)(const OneHotArgs&, const Team&);
  void (*range)(const RangeArgs&, const Team&);
  void (*random)(const RandomArgs&, const Team&);
};

// The CPU tables, defined by kernels/cpu/isa/*.cpp; null where not compiled in.
extern const Kernels* const kGenericKernels;
extern const Kernels* const kAvx2Kernels;
extern const Kernels* const kAvx512Kernels;
extern const Kernels* const kNeonKernels;

}  // namespace ph

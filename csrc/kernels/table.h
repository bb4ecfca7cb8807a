// struct Kernels: one function pointer a family. Every width and every device exports one,
// over the same argument structs. A null field means "not here": the op's
// `compose` runs instead and is counted.
#pragma once
#include "args.h"

namespace ph {

// Families whose contract has a header of its own (args_*.h), read by their kernels and ops alone.
// X(name, arguments)
// clang-format off
#define PH_OWN_FAMILIES(X)           \
  X(rnn, RnnArgs)                    \
  X(rnn_grad, RnnArgs)               \
  X(attention, AttentionArgs)        \
  X(attention_grad, AttentionArgs)   \
  X(row_norm, RowNormArgs)           \
  X(row_norm_grad, RowNormArgs)
#define PH_OWN_COLD_FAMILIES(X)      \
  X(ctc, CtcArgs)                    \
  X(complex_math, ComplexArgs)
#define PH_OWN_SCRATCHES(X)          \
  X(rnn_scratch, RnnArgs)            \
  X(attention_scratch, AttentionArgs) \
  X(row_norm_scratch, RowNormArgs)
#define PH_X(name, args) struct args;
PH_OWN_FAMILIES(PH_X) PH_OWN_COLD_FAMILIES(PH_X)
#undef PH_X
// clang-format on

// X(name, arguments): every family, here alone; the tables of all widths and devices follow.
// clang-format off
#define PH_FAMILIES(X)                                                                        \
  X(eltwise, EltwiseArgs)                                                                     \
  X(gemm, GemmArgs)                                                                           \
  X(conv, ConvArgs)                                                                           \
  X(conv_pack, ConvArgs)                                                                      \
  X(pool, PoolArgs)                                                                           \
  X(pool_grad, PoolArgs) X(reduce, ReduceArgs) X(softmax, SoftmaxArgs)                        \
      X(softmax_grad, SoftmaxArgs) X(xent, XentArgs) X(xent_grad, XentArgs) X(norm, NormArgs) \
          X(norm_grad, NormArgs) X(copy, CopyArgs) X(fill, FillArgs) X(gather, GatherArgs)    \
              X(scatter_add, GatherArgs) X(one_hot, OneHotArgs) X(range, RangeArgs)           \
                  X(random, RandomArgs)
// clang-format on
// Families without vector code, compiled once for all widths (kernels/cpu/cold).
// clang-format off
#define PH_COLD_FAMILIES(X) \
  X(special, SpecialArgs)   \
  X(cumulate, CumulateArgs) \
  X(sort, SortArgs)         \
  X(search, SearchArgs)
#define PH_ALL_FAMILIES(X) PH_FAMILIES(X) PH_COLD_FAMILIES(X)
// clang-format on
// X(name, arguments): the bytes of scratch that families need, for a number of threads.
// clang-format off
#define PH_SCRATCHES(X)     \
  X(gemm_scratch, GemmArgs) \
  X(conv_scratch, ConvArgs) \
  X(conv_packed_bytes, ConvArgs) \
  X(reduce_scratch, ReduceArgs) X(norm_scratch, NormArgs) X(scatter_scratch, GatherArgs)
    // clang-format on

    struct Kernels {
  const char* name;  // "generic", "avx2", "avx512", "avx512bf16", "neon", "cuda", "null"
  int32_t vector_bytes;
  bool rsqrt_estimate;  // float32 rsqrt costs less than a root or a division
  bool takes_halves;    // what args*.h say of any float is true of float16 and bfloat16 too
  bool programs;        // gemm and conv take one for their result
  bool (*supported)();  // by this processor
  double (*peak_probe)(int64_t iterations);  // runs that many float32 multiply-adds, returns their
                                             // count; for measuring the peak
#define PH_X(name, args) void (*name)(const args&, const Launch&);
  PH_ALL_FAMILIES(PH_X)
  PH_OWN_FAMILIES(PH_X)
  PH_OWN_COLD_FAMILIES(PH_X)
#undef PH_X
#define PH_X(name, args) size_t (*name)(const args&, int threads);
  PH_SCRATCHES(PH_X) PH_OWN_SCRATCHES(PH_X)
#undef PH_X
};

// The CPU tables, defined by kernels/cpu/isa/*.cpp; null where not compiled in.
extern const Kernels* const kGenericKernels;
extern const Kernels* const kAvx2Kernels;
extern const Kernels* const kAvx512Kernels;
extern const Kernels* const kAvx512Bf16Kernels;
extern const Kernels* const kNeonKernels;

}  // namespace ph

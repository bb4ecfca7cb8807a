// Products by NVIDIA's cuBLASLt, which uses a card's tensor cores. The library is opened by the
// first product; where it is not there, and for what it does not take, our own tiles run.
#pragma once
#include <cstddef>
#include <cstdint>

#include "../../kernels/table.h"

namespace ph {

// What is used of its interface, as its header has it: handles are pointers to what only it knows.
namespace lt {

using Status = int;
constexpr Status kSuccess = 0;
enum DataType { kR32F = 0, kR64F = 1, kR16F = 2, kR16BF = 14 };
enum ComputeType { kCompute32F = 68, kCompute64F = 70, kCompute32FFastTF32 = 77 };
enum Transpose : int32_t { kPlain = 0, kTransposed = 1 };
enum LayoutAttribute { kBatchCount = 5, kBatchStep = 6 };
enum ProductAttribute { kTransA = 3, kTransB = 4, kEpilogue = 7, kBiasPointer = 8 };
enum EpilogueKind : uint32_t { kDefault = 1, kRelu = 2, kBias = 4 };  // the last two combine
enum PreferenceAttribute { kWorkspaceBytes = 1, kAlignmentA = 5 };    // then of b, c and d

struct Algorithm {
  uint64_t data[8];
};
struct Found {
  Algorithm algorithm;
  size_t workspace;
  Status status;
  float waves;
  int reserved[4];
};
using Handle = void*;
using Product = void*;
using Layout = void*;
using Preference = void*;

// X(field, name in the library, arguments)
// clang-format off
#define PH_LT_CALLS(X)                                                                            \
  X(create, cublasLtCreate, (Handle*))                                                            \
  X(product, cublasLtMatmulDescCreate, (Product*, ComputeType, DataType scale))                   \
  X(set_product, cublasLtMatmulDescSetAttribute, (Product, ProductAttribute, const void*, size_t)) \
  X(end_product, cublasLtMatmulDescDestroy, (Product))                                            \
  X(layout, cublasLtMatrixLayoutCreate, (Layout*, DataType, uint64_t rows, uint64_t columns, int64_t ld)) \
  X(set_layout, cublasLtMatrixLayoutSetAttribute, (Layout, LayoutAttribute, const void*, size_t)) \
  X(end_layout, cublasLtMatrixLayoutDestroy, (Layout))                                            \
  X(preference, cublasLtMatmulPreferenceCreate, (Preference*))                                    \
  X(set_preference, cublasLtMatmulPreferenceSetAttribute, (Preference, PreferenceAttribute, const void*, size_t)) \
  X(end_preference, cublasLtMatmulPreferenceDestroy, (Preference))                                \
  X(find, cublasLtMatmulAlgoGetHeuristic, (Handle, Product, Layout a, Layout b, Layout c, Layout d, Preference, int wanted, Found*, int* found)) \
  X(run, cublasLtMatmul, (Handle, Product, const void* alpha, const void* a, Layout, const void* b, Layout, const void* beta, const void* c, Layout, void* d, Layout, const Algorithm*, void* workspace, size_t workspace_bytes, void* stream))
// clang-format on
struct Library {
#define PH_X(field, name, arguments) Status(*field) arguments;
  PH_LT_CALLS(PH_X)
#undef PH_X
};

}  // namespace lt

// `own`, with its products by cuBLASLt where that can be had.
Kernels with_cublas_lt(const Kernels& own);
// float32 products in TF32, on cards that have it: 10 bits of mantissa.
void allow_tf32(bool allowed);
// How many products the library has computed.
int64_t cublas_lt_count();

}  // namespace ph

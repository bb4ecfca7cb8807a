// A cuBLASLt of the host, for csrc/device/cuda/cublas_lt.cpp: as its documentation has it, matrices
// by columns, work on a stream. Strict about what it is given; it knows no products of 13 terms.
#include <cmath>
#include <cstring>
#include <functional>
#include <type_traits>

#include "../../csrc/device/cuda/cublas_lt.h"

#define PH_ISA    host
#define PH_INLINE inline
#include "../../csrc/kernels/element.h"

#define PH_API extern "C" __attribute__((visibility("default"))) int

namespace {

using namespace ph::lt;
using ph::host::read_as, ph::host::write_as;
constexpr Status kInvalid = 7, kUnsupported = 15;
constexpr uint64_t kMagic = 0x616c676f;  // of an algorithm that was found here
constexpr size_t kNeeds = 1 << 16;       // bytes of workspace

struct ProductOf {
  ComputeType compute;
  DataType scale;
  int32_t transposed[2] = {0, 0};
  uint32_t epilogue = kDefault;
  const void* bias = nullptr;
};
struct LayoutOf {
  DataType dtype;
  int64_t rows, columns, ld;
  int32_t batch = 1;
  int64_t step = 0;
};
struct Wishes {
  uint64_t workspace = 0;
  uint32_t alignment[4] = {256, 256, 256, 256};
};
struct Stream {
  void (*take)(void* stream, std::function<void()> work);
};

template <class T>
bool take(T& to, const void* from, size_t bytes) {
  if (!from || bytes != sizeof to) return false;
  std::memcpy(&to, from, bytes);
  return true;
}

struct Call {
  ProductOf product;
  LayoutOf a, b, c, d;
  const void *pa, *pb, *pc;
  void* pd;
  double alpha, beta;
  void* workspace;
};

// Sizes fit each other, as cublasLtMatmul wants them.
bool fits(const ProductOf& p, const LayoutOf& a, const LayoutOf& b, const LayoutOf& c) {
  const bool ta = p.transposed[0], tb = p.transposed[1];
  const int64_t m = ta ? a.columns : a.rows, k = ta ? a.rows : a.columns;
  const bool sizes =
      m == c.rows && (tb ? b.rows : b.columns) == c.columns && (tb ? b.columns : b.rows) == k;
  const bool batches = a.batch == c.batch && b.batch == c.batch;
  const bool types = a.dtype == b.dtype && a.dtype == c.dtype &&
                     p.scale == (a.dtype == kR64F ? kR64F : kR32F) &&
                     (p.compute == kCompute64F) == (a.dtype == kR64F) &&
                     (p.compute != kCompute32FFastTF32 || a.dtype == kR32F);
  return sizes && batches && types;
}

// A factor as the compute type reads it: TF32 has 10 bits of mantissa.
template <class T>
double factor(T x, const Call& call) {
  if constexpr (std::is_same_v<T, float>) {
    uint32_t bits = ph::host::bit_cast<uint32_t>(x);
    if (call.product.compute == kCompute32FFastTF32) bits = (bits + 0x1000) & ~uint32_t{0x1fff};
    x = ph::host::bit_cast<float>(bits);
  }
  return ph::host::read_as<double>(x);
}

template <class T>
void work(const Call& call) {
  std::memset(call.workspace, 0xff, kNeeds);
  const auto &a = call.a, &b = call.b, &c = call.c, &d = call.d;
  const bool ta = call.product.transposed[0], tb = call.product.transposed[1];
  const int64_t terms = ta ? a.rows : a.columns;
  for (int64_t batch = 0; batch < d.batch; ++batch)
    for (int64_t j = 0; j < d.columns; ++j)
      for (int64_t i = 0; i < d.rows; ++i) {
        const T* const x = static_cast<const T*>(call.pa) + batch * a.step;
        const T* const y = static_cast<const T*>(call.pb) + batch * b.step;
        double sum = 0;
        for (int64_t k = 0; k < terms; ++k)
          sum += factor(ta ? x[k + i * a.ld] : x[i + k * a.ld], call) *
                 factor(tb ? y[j + k * b.ld] : y[k + j * b.ld], call);
        sum *= call.alpha;
        if (call.beta != 0)
          sum += call.beta *
                 read_as<double>(static_cast<const T*>(call.pc)[batch * c.step + i + j * c.ld]);
        if (call.product.epilogue & kBias)
          sum += read_as<double>(static_cast<const T*>(call.product.bias)[i]);
        if (call.product.epilogue & kRelu && sum < 0) sum = 0;
        static_cast<T*>(call.pd)[batch * d.step + i + j * d.ld] = write_as<T>(sum);
      }
}

}  // namespace

PH_API cublasLtCreate(Handle* handle) {
  static int context;
  *handle = &context;
  return kSuccess;
}
PH_API cublasLtMatmulDescCreate(Product* product, ComputeType compute, DataType scale) {
  *product = new ProductOf{compute, scale};
  return kSuccess;
}
PH_API cublasLtMatmulDescSetAttribute(Product product, ProductAttribute which, const void* from,
                                      size_t bytes) {
  ProductOf& p = *static_cast<ProductOf*>(product);
  const bool good = which == kTransA        ? take(p.transposed[0], from, bytes)
                    : which == kTransB      ? take(p.transposed[1], from, bytes)
                    : which == kEpilogue    ? take(p.epilogue, from, bytes)
                    : which == kBiasPointer ? take(p.bias, from, bytes)
                                            : false;
  return good ? kSuccess : kInvalid;
}
PH_API cublasLtMatmulDescDestroy(Product product) {
  delete static_cast<ProductOf*>(product);
  return kSuccess;
}
PH_API cublasLtMatrixLayoutCreate(Layout* layout, DataType dtype, uint64_t rows, uint64_t columns,
                                  int64_t ld) {
  if (ld < static_cast<int64_t>(rows) || !rows || !columns) return kInvalid;
  *layout = new LayoutOf{dtype, static_cast<int64_t>(rows), static_cast<int64_t>(columns), ld};
  return kSuccess;
}
PH_API cublasLtMatrixLayoutSetAttribute(Layout layout, LayoutAttribute which, const void* from,
                                        size_t bytes) {
  LayoutOf& l = *static_cast<LayoutOf*>(layout);
  const bool good = which == kBatchCount  ? take(l.batch, from, bytes)
                    : which == kBatchStep ? take(l.step, from, bytes)
                                          : false;
  return good ? kSuccess : kInvalid;
}
PH_API cublasLtMatrixLayoutDestroy(Layout layout) {
  delete static_cast<LayoutOf*>(layout);
  return kSuccess;
}
PH_API cublasLtMatmulPreferenceCreate(Preference* preference) {
  *preference = new Wishes;
  return kSuccess;
}
PH_API cublasLtMatmulPreferenceSetAttribute(Preference preference, PreferenceAttribute which,
                                            const void* from, size_t bytes) {
  Wishes& w = *static_cast<Wishes*>(preference);
  const int operand = which - kAlignmentA;
  const bool good = which == kWorkspaceBytes      ? take(w.workspace, from, bytes)
                    : operand >= 0 && operand < 4 ? take(w.alignment[operand], from, bytes)
                                                  : false;
  return good ? kSuccess : kInvalid;
}
PH_API cublasLtMatmulPreferenceDestroy(Preference preference) {
  delete static_cast<Wishes*>(preference);
  return kSuccess;
}
PH_API cublasLtMatmulAlgoGetHeuristic(Handle, Product product, Layout a, Layout b, Layout c,
                                      Layout d, Preference preference, int wanted, Found* found,
                                      int* count) {
  const ProductOf& p = *static_cast<const ProductOf*>(product);
  const LayoutOf &la = *static_cast<const LayoutOf*>(a), &lb = *static_cast<const LayoutOf*>(b),
                 &lc = *static_cast<const LayoutOf*>(c), &ld = *static_cast<const LayoutOf*>(d);
  const Wishes& w = *static_cast<const Wishes*>(preference);
  *count = 0;
  if (!fits(p, la, lb, lc) || !fits(p, la, lb, ld) || wanted < 1) return kInvalid;
  if ((p.transposed[0] ? la.rows : la.columns) == 13 || w.workspace < kNeeds) return kUnsupported;
  found[0] = {};
  found[0].algorithm.data[0] = kMagic, found[0].algorithm.data[1] = w.alignment[0];
  found[0].workspace = kNeeds;
  *count = 1;
  return kSuccess;
}
PH_API cublasLtMatmul(Handle, Product product, const void* alpha, const void* a, Layout la,
                      const void* b, Layout lb, const void* beta, const void* c, Layout lc, void* d,
                      Layout ld, const Algorithm* algorithm, void* workspace,
                      size_t workspace_bytes, void* stream) {
  Call call = {*static_cast<ProductOf*>(product),
               *static_cast<LayoutOf*>(la),
               *static_cast<LayoutOf*>(lb),
               *static_cast<LayoutOf*>(lc),
               *static_cast<LayoutOf*>(ld),
               a,
               b,
               c,
               d,
               0,
               0,
               workspace};
  if (!fits(call.product, call.a, call.b, call.c) || !fits(call.product, call.a, call.b, call.d))
    return kInvalid;
  if (algorithm->data[0] != kMagic || workspace_bytes < kNeeds || !workspace) return kInvalid;
  if (call.product.epilogue & kBias && !call.product.bias) return kInvalid;
  const uintptr_t all = reinterpret_cast<uintptr_t>(a) | reinterpret_cast<uintptr_t>(b) |
                        reinterpret_cast<uintptr_t>(c) | reinterpret_cast<uintptr_t>(d);
  if (all % algorithm->data[1]) return kInvalid;  // what the search was told of its alignment
  const bool wide = call.a.dtype == kR64F;
  call.alpha = wide ? *static_cast<const double*>(alpha)
                    : static_cast<double>(*static_cast<const float*>(alpha));
  call.beta = wide ? *static_cast<const double*>(beta)
                   : static_cast<double>(*static_cast<const float*>(beta));
  static_cast<Stream*>(stream)->take(stream, [call] {
    switch (call.a.dtype) {
      case kR64F: return work<double>(call);
      case kR16F: return work<ph::host::Float16>(call);
      case kR16BF: return work<ph::host::BFloat16>(call);
      case kR32F: return work<float>(call);
    }
  });
  return kSuccess;
}

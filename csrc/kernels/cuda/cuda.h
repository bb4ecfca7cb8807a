// What every CUDA family includes: launches, indices, warps, element types. nvcc compiles the
// sources; without a GPU a C++ compiler does, with tests/cuda_on_cpu in place of CUDA.
#pragma once
#include "../table.h"
#include "policy.h"

#ifdef __CUDACC__
#include <cuda_runtime.h>
#define PH_SHARED(T, name, count) __shared__ T name[count]
#else
#include "cuda_on_cpu.h"
#endif

#define PH_ISA    cuda
#define PH_DEVICE __device__ __forceinline__
#define PH_INLINE __device__ __forceinline__
#define PH_PARAM  const __grid_constant__  // of a kernel: read where it lies
#include "../element.h"

namespace ph {
namespace cuda {

// Stated here, since each table of the CPU says the same of its own.
#define PH_X(name, args) void name(const args&, const Launch&);
PH_ALL_FAMILIES(PH_X)
PH_OWN_FAMILIES(PH_X)
PH_OWN_COLD_FAMILIES(PH_X)
#undef PH_X
#define PH_X(name, args) size_t name(const args&, int threads);
PH_SCRATCHES(PH_X)
PH_OWN_SCRATCHES(PH_X)
#undef PH_X

// ---------------------------------------------------------------- launches
#ifdef __CUDACC__
using Stream = cudaStream_t;
template <class... P, class... A>
void launch(void (*kernel)(P...), dim3 grid, int block, Stream stream, A... arguments) {
  kernel<<<grid, block, 0, stream>>>(arguments...);
}
#else
using Stream = void*;
template <class... P, class... A>
void launch(void (*kernel)(P...), dim3 grid, int block, Stream stream, const A&... arguments) {
  cuda_on_cpu::launch(kernel, grid, block, stream, arguments...);
}
#endif
inline Stream stream_of(const Launch& l) { return static_cast<Stream>(l.stream); }

constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
template <class T>
__host__ PH_DEVICE constexpr T min_of(T a, T b) {
  return b < a ? b : a;
}
template <class T>
__host__ PH_DEVICE constexpr T max_of(T a, T b) {
  return a < b ? b : a;
}

// Blocks for so many items: enough to fill any GPU, the rest by the loop of each().
inline dim3 blocks_for(int64_t items, int per_block) {
  return dim3(static_cast<unsigned>(
      max_of<int64_t>(1, min_of<int64_t>(ceil_div(items, per_block), kMaxBlocks))));
}
PH_DEVICE int64_t first_item() {
  return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}
PH_DEVICE int64_t item_step() { return static_cast<int64_t>(gridDim.x) * blockDim.x; }

template <class F>
__global__ void __launch_bounds__(kBlock) each_kernel(int64_t count, PH_PARAM F f) {
  for (int64_t i = first_item(); i < count; i += item_step()) f(i);
}
// f(i) for every i in [0, count), in any order. F is a plain struct with a PH_DEVICE operator().
template <class F>
void each(int64_t count, const Launch& team, const F& f) {
  if (count > 0)
    launch(each_kernel<F>, blocks_for(count, kBlock), kBlock, stream_of(team), count, f);
}
template <class F>
__global__ void __launch_bounds__(kBlock) blocks_kernel(int64_t count, PH_PARAM F f) {
  for (int64_t i = blockIdx.x; i < count; i += gridDim.x) f(i);
}
// f(i) by all threads of a block for every i in [0, count). f may use barriers, and ends on one if
// it uses shared memory.
template <class F>
void each_block(int64_t count, const Launch& team, const F& f) {
  if (count > 0) launch(blocks_kernel<F>, blocks_for(count, 1), kBlock, stream_of(team), count, f);
}

// ---------------------------------------------------------------- folds of a block
constexpr uint32_t kAllLanes = ~0u;
PH_DEVICE int lane_id() { return static_cast<int>(threadIdx.x) % 32; }
PH_DEVICE int warp_id() { return static_cast<int>(threadIdx.x) / 32; }

// The fold of all lanes' values, for all of them. F: T operator()(T, T).
template <class T, class F>
PH_DEVICE T fold_warp(T x, const F& f) {
  for (int other = 16; other; other /= 2) x = f(x, __shfl_xor_sync(kAllLanes, x, other));
  return x;
}
// The same over a block of kBlock threads, in an order that depends on nothing.
template <class T, class F>
PH_DEVICE T fold_block(T x, const F& f) {
  PH_SHARED(T, parts, kBlock / 32);
  x = fold_warp(x, f);
  if (lane_id() == 0) parts[warp_id()] = x;
  __syncthreads();
  T all = parts[0];
  for (int w = 1; w < kBlock / 32; ++w) all = f(all, static_cast<T>(parts[w]));
  __syncthreads();
  return all;
}
struct Sum {
  template <class T>
  PH_DEVICE T operator()(T a, T b) const {
    return a + b;
  }
};
// nan wins.
struct Largest {
  template <class T>
  PH_DEVICE T operator()(T a, T b) const {
    return b > a || b != b ? b : a;
  }
};

// ---------------------------------------------------------------- element types
// f(T{}) with the storage type of a dtype, c64 as 8 bytes that are only moved.
template <class F>
void with_type(DType dtype, const F& f) {
  switch (dtype) {
    case DType::b8: return f(Bool{});
    case DType::u8: return f(uint8_t{});
    case DType::u16: return f(uint16_t{});
    case DType::u32: return f(uint32_t{});
    case DType::u64: return f(uint64_t{});
    case DType::i8: return f(int8_t{});
    case DType::i16: return f(int16_t{});
    case DType::i32: return f(int32_t{});
    case DType::i64: return f(int64_t{});
    case DType::f16: return f(Float16{});
    case DType::bf16: return f(BFloat16{});
    case DType::f32: return f(float{});
    case DType::f64: return f(double{});
    case DType::c64: return;
  }
}
// f(T{}) with an unsigned type of so many bytes.
template <class F>
void with_size(int bytes, const F& f) {
  if (bytes == 1) return f(uint8_t{});
  if (bytes == 2) return f(uint16_t{});
  if (bytes == 4) return f(uint32_t{});
  return f(uint64_t{});
}
template <class F>
void with_float(DType dtype, const F& f) {
  if (dtype == DType::f64) return f(double{});
  return f(float{});
}
// The same, and the halves, which are stored and not computed in.
template <class F>
void with_stored(DType dtype, const F& f) {
  if (dtype == DType::f16) return f(Float16{});
  if (dtype == DType::bf16) return f(BFloat16{});
  with_float(dtype, f);
}
template <class S>
struct WideOf {
  using type = S;
};
template <>
struct WideOf<Float16> {
  using type = float;
};
template <>
struct WideOf<BFloat16> {
  using type = float;
};
template <class S>
using Wide = typename WideOf<S>::type;  // what elements of S are computed in
// Arrays of S, read as what is computed in and written from it.
template <class S>
struct In {
  const S* data;
  PH_DEVICE explicit In(const void* p) : data(static_cast<const S*>(p)) {}
  PH_DEVICE Wide<S> operator[](int64_t i) const { return read_as<Wide<S>>(data[i]); }
  PH_DEVICE In operator+(int64_t i) const { return In(data + i); }
};
template <class S>
struct Out {
  S* data;
  PH_DEVICE explicit Out(void* p) : data(static_cast<S*>(p)) {}
  PH_DEVICE void put(int64_t i, Wide<S> x) const { data[i] = write_as<S>(x); }
  PH_DEVICE Out operator+(int64_t i) const { return Out(data + i); }
};

PH_DEVICE int dtype_size(DType dtype) {  // of integers and bool
  constexpr int size[] = {1, 1, 2, 4, 8, 1, 2, 4, 8};
  return size[static_cast<int>(dtype)];
}
// An element of any dtype but c64, read as C or written from it.
template <class C>
PH_DEVICE C load_as(const void* p, DType dtype, int64_t i) {
#define PH_LOAD(d, T) \
  case DType::d: return read_as<C>(static_cast<const T*>(p)[i]);
  switch (dtype) {
    PH_LOAD(b8, Bool)
    PH_LOAD(u8, uint8_t)
    PH_LOAD(u16, uint16_t)
    PH_LOAD(u32, uint32_t)
    PH_LOAD(u64, uint64_t)
    PH_LOAD(i8, int8_t)
    PH_LOAD(i16, int16_t)
    PH_LOAD(i32, int32_t)
    PH_LOAD(i64, int64_t)
    PH_LOAD(f16, Float16)
    PH_LOAD(bf16, BFloat16)
    PH_LOAD(f32, float)
    PH_LOAD(f64, double)
    case DType::c64: break;
  }
#undef PH_LOAD
  return C{};
}
template <class C>
PH_DEVICE void store_as(void* p, DType dtype, int64_t i, C x) {
#define PH_STORE(d, T) \
  case DType::d: static_cast<T*>(p)[i] = write_as<T>(x); break;
  switch (dtype) {
    PH_STORE(b8, Bool)
    PH_STORE(u8, uint8_t)
    PH_STORE(u16, uint16_t)
    PH_STORE(u32, uint32_t)
    PH_STORE(u64, uint64_t)
    PH_STORE(i8, int8_t)
    PH_STORE(i16, int16_t)
    PH_STORE(i32, int32_t)
    PH_STORE(i64, int64_t)
    PH_STORE(f16, Float16)
    PH_STORE(bf16, BFloat16)
    PH_STORE(f32, float)
    PH_STORE(f64, double)
    case DType::c64: break;
  }
#undef PH_STORE
}

}  // namespace cuda
}  // namespace ph

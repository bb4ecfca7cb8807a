// Builds .cu sources with a C++ compiler and runs each block's threads as fibers of one thread, one
// at a time. Knows what our kernels use: barriers, warps' shuffles and votes, shared memory by
// PH_SHARED, atomics, launches that are done when they return, or on a stream (runtime.cpp).
// Shared memory knows who touched it: a read of what another thread wrote, with no barrier between,
// ends the program, as do reads of what nobody wrote, indices outside, and barriers that some
// threads do not reach. A test tool: slow, and never shipped.
#pragma once
#include <math.h>  // C++'s, with an overload for each float type at global scope
#include <string.h>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <tuple>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __grid_constant__

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(8) uint2 {
  unsigned x, y;
};

namespace cuda_on_cpu {

constexpr int kWarp = 32, kMaxThreads = 1024;
constexpr size_t kMaxShared = 48 * 1024;  // of a block, as declared in a kernel

struct Place {
  dim3 thread, block, block_dim, grid_dim;
};
extern const Place* place;  // of the thread that runs

[[noreturn]] void fail(const char* what, const char* name, int64_t index);
void run(dim3 grid, int block, void (*body)(void*), void* context);
void give(void* stream, std::function<void()> work);  // runtime.cpp: done when it is waited for
void barrier();
void warp_barrier(uint32_t mask);
// Every lane of the mask gives a value; all then see the values of all.
const uint64_t* warp_exchange(uint32_t mask, uint64_t value);
int lane();

// ---------------------------------------------------------------- shared memory
struct Array;
// The block's array of this declaration.
Array* shared(const void* declaration, const char* name, size_t size, int64_t count);
enum class Access { read, write, atomic };
void* touch(Array* array, int64_t index, Access how);

template <class T>
struct SharedPointer {
  Array* array;
  int64_t index;
};
template <class T>
class SharedElement {
 public:
  SharedElement(Array* array, int64_t index) : array_(array), index_(index) {}
  operator T() const { return *static_cast<T*>(touch(array_, index_, Access::read)); }
  SharedElement& operator=(T value) {
    *static_cast<T*>(touch(array_, index_, Access::write)) = value;
    return *this;
  }
  SharedElement& operator=(const SharedElement& other) { return *this = static_cast<T>(other); }
  SharedElement& operator+=(T value) { return *this = static_cast<T>(*this) + value; }
  SharedElement& operator*=(T value) { return *this = static_cast<T>(*this) * value; }
  SharedPointer<T> operator&() const { return {array_, index_}; }

 private:
  Array* array_;
  int64_t index_;
};
template <class T>
class Shared {
 public:
  Shared(const void* declaration, const char* name, int64_t count)
      : array_(shared(declaration, name, sizeof(T), count)) {}
  SharedElement<T> operator[](int64_t i) const { return {array_, i}; }

 private:
  Array* array_;
};
#define PH_SHARED(T, name, count)    \
  static const char name##_here = 0; \
  const cuda_on_cpu::Shared<T> name(&name##_here, #name, count)

// ---------------------------------------------------------------- launches
template <class... P>
struct Call {
  void (*kernel)(P...);
  std::tuple<std::remove_const_t<P>...> arguments;
  dim3 grid;
  int block;
  void operator()() {
    const auto body = [](void* context) {
      const Call& c = *static_cast<const Call*>(context);
      std::apply(c.kernel, c.arguments);
    };
    run(grid, block, body, this);
  }
};
// On the null stream at once.
template <class... P, class... A>
void launch(void (*kernel)(P...), dim3 grid, int block, void* stream, A... arguments) {
  Call<P...> call = {kernel, {arguments...}, grid, block};
  stream ? give(stream, call) : call();
}

template <class T>
uint64_t to_bits(T value) {
  static_assert(sizeof(T) <= 8);
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof value);
  return bits;
}
template <class T>
T from_bits(uint64_t bits) {
  T value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

template <class T, class F>
T atomic(T* at, const F& change) {
  const T old = *at;
  *at = change(old);
  return old;
}
template <class T, class F>
T atomic(SharedPointer<T> at, const F& change) {
  return atomic(static_cast<T*>(touch(at.array, at.index, Access::atomic)), change);
}

}  // namespace cuda_on_cpu

#define threadIdx (cuda_on_cpu::place->thread)
#define blockIdx  (cuda_on_cpu::place->block)
#define blockDim  (cuda_on_cpu::place->block_dim)
#define gridDim   (cuda_on_cpu::place->grid_dim)

// ---------------------------------------------------------------- what kernels call
inline void __syncthreads() { cuda_on_cpu::barrier(); }
inline void __syncwarp(uint32_t mask = ~0u) { cuda_on_cpu::warp_barrier(mask); }
inline void __threadfence() {}

template <class T>
T __shfl_sync(uint32_t mask, T value, int from) {
  return cuda_on_cpu::from_bits<T>(
      cuda_on_cpu::warp_exchange(mask, cuda_on_cpu::to_bits(value))[from % 32]);
}
template <class T>
T __shfl_xor_sync(uint32_t mask, T value, int other) {
  return __shfl_sync(mask, value, cuda_on_cpu::lane() ^ other);
}
template <class T>
T __shfl_up_sync(uint32_t mask, T value, unsigned delta) {
  const int lane = cuda_on_cpu::lane(), from = lane - static_cast<int>(delta);
  return __shfl_sync(mask, value, from < 0 ? lane : from);
}
template <class T>
T __shfl_down_sync(uint32_t mask, T value, unsigned delta) {
  const int lane = cuda_on_cpu::lane(), from = lane + static_cast<int>(delta);
  return __shfl_sync(mask, value, from > 31 ? lane : from);
}
inline uint32_t __ballot_sync(uint32_t mask, int vote) {
  const uint64_t* votes = cuda_on_cpu::warp_exchange(mask, vote != 0);
  uint32_t bits = 0;
  for (int i = 0; i < 32; ++i)
    if (mask >> i & 1 && votes[i]) bits |= 1u << i;
  return bits;
}
inline int __any_sync(uint32_t mask, int vote) { return __ballot_sync(mask, vote) != 0; }
inline int __all_sync(uint32_t mask, int vote) { return __ballot_sync(mask, vote) == mask; }
inline int __popc(uint32_t x) { return __builtin_popcount(x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __clz(int x) { return x ? __builtin_clz(static_cast<unsigned>(x)) : 32; }
inline uint64_t __umul64hi(uint64_t a, uint64_t b) {
  return static_cast<uint64_t>(static_cast<unsigned __int128>(a) * b >> 64);
}

// Rounded by themselves, never fused: this is compiled with -ffp-contract=off.
inline double __dmul_rn(double a, double b) { return a * b; }
inline float __fmul_rn(float a, float b) { return a * b; }

template <class P, class T>
auto atomicAdd(P at, T value) {
  return cuda_on_cpu::atomic(at, [&](auto old) { return static_cast<decltype(old)>(old + value); });
}
template <class P, class T>
auto atomicMin(P at, T value) {
  return cuda_on_cpu::atomic(at, [&](auto old) {
    return old < static_cast<decltype(old)>(value) ? old : static_cast<decltype(old)>(value);
  });
}
template <class P, class T>
auto atomicMax(P at, T value) {
  return cuda_on_cpu::atomic(at, [&](auto old) {
    return static_cast<decltype(old)>(value) < old ? old : static_cast<decltype(old)>(value);
  });
}
template <class P, class T>
auto atomicExch(P at, T value) {
  return cuda_on_cpu::atomic(at, [&](auto old) { return static_cast<decltype(old)>(value); });
}
template <class P, class T>
auto atomicCAS(P at, T expected, T value) {
  return cuda_on_cpu::atomic(at, [&](auto old) { return old == expected ? value : old; });
}

// Checks cuda_on_cpu itself: what kernels may rely on, and that each mistake ends the program with
// its message.
#include "cuda_on_cpu.h"

#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "../native/check.h"

namespace {

using cuda_on_cpu::launch;

// ---------------------------------------------------------------- what works
void sum_kernel(const int* x, int* total) {
  PH_SHARED(int, parts, 4);
  int sum = x[blockIdx.x * blockDim.x + threadIdx.x];
  for (int other = 16; other; other /= 2) sum += __shfl_xor_sync(~0u, sum, other);
  if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = sum;
  __syncthreads();
  if (threadIdx.x == 0) atomicAdd(total, parts[0] + parts[1] + parts[2] + parts[3]);
}
void vote_kernel(uint32_t* votes, int* ranks) {
  const int t = static_cast<int>(threadIdx.x);
  const uint32_t odd = __ballot_sync(~0u, t & 1);
  if (t % 32 == 0) votes[t / 32] = odd;
  ranks[t] = __popc(odd & ((1u << (t % 32)) - 1)) + __shfl_up_sync(~0u, t, 1) +
             __shfl_down_sync(~0u, t, 1);
}
void histogram_kernel(const int* x, int* out) {
  PH_SHARED(int, bins, 8);
  const int t = static_cast<int>(threadIdx.x);
  if (t < 8) bins[t] = 0;
  __syncthreads();
  atomicAdd(&bins[x[t]], 1);
  __syncthreads();
  if (t < 8) out[t] = bins[t];
}
void warp_kernel(int* out) {  // __syncwarp orders a warp's own accesses
  PH_SHARED(int, row, 64);
  const int t = static_cast<int>(threadIdx.x);
  row[t] = t;
  __syncwarp();
  out[t] = row[t ^ 1];
  __syncwarp();
  row[t] = 0;
}

void check_what_works() {
  std::vector<int> x(128 * 5);
  int total = 0, want = 0;
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<int>(i * i % 97), want += x[i];
  launch(sum_kernel, dim3(5), 128, nullptr, x.data(), &total);
  CHECK(total == want, "sum %d, not %d", total, want);
  uint32_t votes[2];
  int ranks[64], out[64], bins[8];
  launch(vote_kernel, dim3(1), 64, nullptr, votes, ranks);
  CHECK(votes[0] == 0xaaaaaaaau && votes[1] == votes[0] && ranks[33] == 0 + 32 + 34 &&
            ranks[31] == 15 + 30 + 31,
        "votes");
  for (int i = 0; i < 64; ++i) x[static_cast<size_t>(i)] = i % 8;
  launch(histogram_kernel, dim3(1), 64, nullptr, x.data(), bins);
  for (int b : bins) CHECK(b == 8, "bin of %d", b);
  launch(warp_kernel, dim3(2), 64, nullptr, out);
  for (int i = 0; i < 64; ++i) CHECK(out[i] == (i ^ 1), "warp's neighbour %d", out[i]);
}

// ---------------------------------------------------------------- what must not pass
void no_barrier(int* out) {
  PH_SHARED(int, row, 64);
  const unsigned t = threadIdx.x;
  row[t] = 1;
  out[t] = row[t ? t - 1 : 0];
}
void no_second_barrier(int* out) {
  PH_SHARED(int, row, 64);
  const unsigned t = threadIdx.x;
  row[t] = 1;
  __syncthreads();
  if (t == 0)
    row[5] = 2;
  else
    out[t] = row[5];
}
void two_writers(int*) {
  PH_SHARED(int, row, 1);
  row[0] = 1;
}
void unwritten(int* out) {
  PH_SHARED(int, row, 64);
  out[0] = row[threadIdx.x];
}
void outside(int*) {
  PH_SHARED(int, row, 64);
  row[threadIdx.x + 1] = 0;
}
void some_at_barrier(int*) {
  if (threadIdx.x < 40) __syncthreads();
}
void some_lanes(int* out) {
  if (threadIdx.x < 40) out[0] = __shfl_sync(~0u, 1, 0);
}
void too_much(int*) {
  PH_SHARED(double, row, 8192);
  row[threadIdx.x] = 0;
}
void past_the_array(int* out) { out[threadIdx.x] = 0; }

void dies(void (*kernel)(int*), const char* with) {
  int ends[2];
  if (pipe(ends)) std::abort();
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 2);
    int* out = static_cast<int*>(std::malloc(63 * sizeof(int)));
    launch(kernel, dim3(1), 64, nullptr, kernel == past_the_array ? out : new int[64]);
    _exit(0);
  }
  close(ends[1]);
  std::string said;
  char some[256];
  for (ssize_t n; (n = read(ends[0], some, sizeof some)) > 0;)
    said.append(some, static_cast<size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status != 0 && said.find(with) != std::string::npos, "expected \"%s\", got \"%.200s\"",
        with, said.c_str());
}

}  // namespace

int main() {
  check_what_works();
  dies(no_barrier, "before a barrier that it needs: row 0");
  dies(no_second_barrier, "that another thread reads, without a barrier between: row 5");
  dies(two_writers, "two threads write");
  dies(unwritten, "that nobody wrote");
  dies(outside, "outside of shared memory: row 64");
  dies(some_at_barrier, "barrier");
  dies(some_lanes, "threads wait for others that never come");
  dies(past_the_array, "heap-buffer-overflow");
  dies(too_much, "too much shared memory");
  check_what_works();
  return ph::check::result("cuda_on_cpu");
}

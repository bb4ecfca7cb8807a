// The checkers over CUDA's table: a tenth of their cases, or PRONGHORN_CHECK_ONE_OF=1 for all.
#include "../../csrc/kernels/cuda/cuda_table.h"
#include "../native/check.h"

namespace ph::check {

std::vector<const Kernels*> tables() { return {kCudaKernels}; }
std::vector<int> thread_counts(std::vector<int> all) { return {all[0]}; }
bool left_out(int64_t work) {
  static const char* const text = std::getenv("PRONGHORN_CHECK_ONE_OF");
  static const long one_of = text ? std::max(std::atol(text), 1l) : 10;
  static long cases = 0;
  return (one_of > 1 && work > 1000000) || cases++ % one_of != 0;
}

}  // namespace ph::check

// What a bound kernel call must do at least, read from its argument struct: the one place that
// counts operations and bytes, whatever the kernel does inside.
#pragma once
#include "../core/op.h"
#include "../device/rates.h"

namespace ph {

struct Counts {
  const char* family = "?";    // the field of Kernels
  double operations = 0;       // additions, multiplications, comparisons; a multiply-add is two
  double bytes = 0;            // each tensor once for being read, once for being written
  double transcendentals = 0;  // exp, log, tanh ...: elements, not among the operations
  double width = 1;            // operations of float64 count double against the peak
  // The least seconds for it: max(operations / peak, bytes / bandwidth of the level that holds
  // them), and the transcendentals.
  double floor(const Rates& rates) const;
};

// Products and convolutions are counted as written out (2 m n k; 2 n oh ow k kh kw c / groups,
// padding included), without their epilogue's arithmetic.
Counts count_call(const Thunk& thunk);

}  // namespace ph

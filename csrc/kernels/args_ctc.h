// Connectionist temporal classification (Graves et al. 2006).
#pragma once
#include "args.h"

namespace ph {

// float32 or float64, sums in double and in log space. x (batch, time, classes): log-probabilities.
// labels (batch, length), int32; label_lengths, times (batch), int32: lengths beyond the array
// count as its size, below 0 as 0. loss (batch) = -log of the probability of all alignments,
// infinite where there is none. dx, or null: its gradient (batch, time, classes), 0 where the loss
// is infinite. A used label that is no class sets *status to kStatusLabel; the blank is a class.
// scratch: (time + kCtcRows - 1) * (2 length + 1) doubles for each thread.
struct CtcArgs {
  DType dtype;
  int64_t batch, time, classes, length, blank;
  const void* x;
  const int32_t* labels;
  const int32_t* label_lengths;
  const int32_t* times;
  void* loss;
  void* dx;
  int32_t* status;
  void* scratch;
};

// Rows of scratch: alpha of every step, and two of beta.
constexpr int64_t kCtcRows = 3;

}  // namespace ph

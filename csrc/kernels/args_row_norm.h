// The contract of the kernels that normalise samples, read by them and their ops alone.
#pragma once
#include "args.h"

namespace ph {

// Any float; with halves parameters and statistics are float32. x, y, dy, dx dense: (samples,
// segments, groups, run), of which `groups * run` are the channels (layer normalisation: one group,
// one segment; group normalisation with the channels last), or with `by_segment` (samples, groups,
// segments, run), of which `groups * segments` are the channels (group normalisation with the
// channels first). Each (sample, group) is normalised by itself: y = (x - mean) * rstd * gamma +
// beta, with rstd = 1 / sqrt(variance + epsilon); `rms`: mean is 0 and the variance the mean of
// squares. gamma, beta (channels) or null. mean, rstd (samples, groups). The variance takes two
// passes. Backward (dy, x, gamma, mean, rstd given): dx, dgamma, dbeta, each of which may be null.
// scratch: row_norm_scratch bytes, backward alone.
struct RowNormArgs {
  DType dtype;
  bool rms, by_segment;
  int64_t samples, groups, segments, run;
  double epsilon;
  const void *x, *gamma, *beta;
  void *mean, *rstd, *y;
  const void* dy;
  void *dx, *dgamma, *dbeta;
  void* scratch;
};

}  // namespace ph

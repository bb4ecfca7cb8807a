// The contract of the attention kernels, read by them and their ops alone.
#pragma once
#include "args.h"

namespace ph {

// What a masked score becomes: far below all others, yet finite, so that a query whose keys are all
// masked gets the mean of the values.
constexpr float kMaskedScore = -2.38e38f;

// Rows of a score matrix (batch, heads, queries, keys) with strides in elements, 0 where broadcast.
struct ScoreOperand {
  const void* data;  // null: absent
  int64_t batch, head, query, key;
};

// float32 or, where the table takes halves, float16 and bfloat16, summed in float32. q (batch,
// length, heads, size), k (batch, keys, kv_heads, size), v (batch, keys, kv_heads, value_size), y
// (batch, length, heads, value_size), all dense; head h of q uses head h / (heads / kv_heads) of k
// and v, heads a multiple of kv_heads. A query's scores are s[j] = scale * q . k[j] + bias[j],
// kMaskedScore where mask is 0 or, with `causal`, j > i; y = sum p[j] v[j], p = softmax(s). bias of
// bias_dtype: float32, or dtype; mask bytes. Forward: stats (batch, heads, length, 2), always
// float32, gets the largest score and 1 / sum exp(s - largest). Backward reads q, k, v, bias, mask,
// y, stats, dy (y's shape) and writes dq, dk, dv; a masked score has no gradient, neither has bias
// here. scratch: attention_scratch bytes, 64-byte aligned. The scores exist in blocks of fixed size
// alone. Work is cut by sizes, never by threads.
struct AttentionArgs {
  DType dtype, bias_dtype;
  int64_t batch, heads, kv_heads, length, keys, size, value_size;
  float scale;
  bool causal;
  const void *q, *k, *v;
  ScoreOperand bias, mask;
  void* y;
  float* stats;
  bool backward;
  const void* dy;
  void *dq, *dk, *dv;
  void* scratch;
};

}  // namespace ph

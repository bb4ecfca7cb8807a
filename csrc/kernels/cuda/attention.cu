// Attention without a matrix of scores (Dao et al. 2022). A block takes one query (backward: or one
// key) for each of its warps; 32 keys at a time pass by, a lane each, through tiles in shared
// memory that all warps share. The largest score and the sum so far are corrected on the way. S is
// what is stored; of halves, sums that grow in memory lie in scratch as float32.
#include "../args_attention.h"
#include "cuda.h"

namespace ph {
namespace cuda {
namespace {

constexpr int kWarps = kBlock / 32;

// One pair of batch and head of queries.
template <class S>
struct Head {
  const AttentionArgs& g;
  int64_t b, h, kv;
  PH_DEVICE Head(const AttentionArgs& args, int64_t batch, int64_t head)
      : g(args), b(batch), h(head), kv(head / (args.heads / args.kv_heads)) {}
  PH_DEVICE int64_t q_at(int64_t i) const { return ((b * g.length + i) * g.heads + h) * g.size; }
  PH_DEVICE int64_t k_at(int64_t j) const { return ((b * g.keys + j) * g.kv_heads + kv) * g.size; }
  PH_DEVICE int64_t v_at(int64_t j) const {
    return ((b * g.keys + j) * g.kv_heads + kv) * g.value_size;
  }
  PH_DEVICE int64_t y_at(int64_t i) const {
    return ((b * g.length + i) * g.heads + h) * g.value_size;
  }
  PH_DEVICE float* stats(int64_t i) const {
    return g.stats + ((b * g.heads + h) * g.length + i) * 2;
  }
  // The score of a query and a key from their product.
  PH_DEVICE float score(float product, int64_t i, int64_t j) const {
    float s = product * g.scale;
    const auto at = [&](const ScoreOperand& o) {
      return b * o.batch + h * o.head + i * o.query + j * o.key;
    };
    if (g.bias.data)
      s += g.bias_dtype == DType::f32 ? In<float>(g.bias.data)[at(g.bias)]
                                      : In<S>(g.bias.data)[at(g.bias)];
    if (g.mask.data && !static_cast<const uint8_t*>(g.mask.data)[at(g.mask)]) s = kMaskedScore;
    if (g.causal && j > i) s = kMaskedScore;
    return s;
  }
};
// The keys that queries up to `last` may see. A mask keeps all: of a query that sees none, the
// masked ones count.
PH_DEVICE int64_t visible_keys(const AttentionArgs& g, int64_t last) {
  return g.causal && !g.mask.data ? min_of(g.keys, last + 1) : g.keys;
}

// Rows that lie `step` apart.
template <class S>
struct Rows {
  In<S> data;
  int64_t step;
  int count;  // at most 32
};
// The product of this warp's row, where it has one, with the row of each lane. All threads of the
// block.
template <class S>
PH_DEVICE float dots(bool real, const In<S>& mine, const Rows<S>& rows, int64_t size) {
  PH_SHARED(float, tile, 32 * 33);
  PH_SHARED(float, own, kWarps * 32);
  const int lane = lane_id(), warp = warp_id();
  float sum = 0;
  for (int64_t d0 = 0; d0 < size; d0 += 32) {
    const int64_t d = d0 + lane;
    for (int r = warp; r < 32; r += kWarps)
      tile[r * 33 + lane] = r < rows.count && d < size ? rows.data[r * rows.step + d] : 0.0f;
    own[warp * 32 + lane] = real && d < size ? mine[d] : 0.0f;
    __syncthreads();
    for (int e = 0; e < 32; ++e) sum += own[warp * 32 + e] * tile[lane * 33 + e];
    __syncthreads();
  }
  return sum;
}
// to[e] = to[e] * keep + sum over lanes of factor * row[e]; keep 0: to is not read.
template <class S>
PH_DEVICE void add_rows(float* to, float keep, float factor, const Rows<S>& rows, int64_t size) {
  for (int64_t e0 = 0; e0 < size; e0 += 32) {
    const int64_t e = e0 + lane_id();
    float sum = keep != 0 && e < size ? to[e] * keep : 0.0f;
    for (int r = 0; r < rows.count; ++r) {
      const float f = __shfl_sync(kAllLanes, factor, r);
      if (e < size) sum += f * rows.data[r * rows.step + e];
    }
    if (e < size) to[e] = sum;
  }
}

// Where a result's sums grow: in the result, or for halves in scratch, from where they are stored.
template <class S>
struct Growing {
  void* result;
  float* scratch;
  PH_DEVICE float* sums(int64_t at) const {
    if constexpr (__is_same(S, float))
      return static_cast<float*>(result) + at;
    else
      return scratch + at;
  }
  // result[e] = sums[e] * factor, as the lanes of a warp wrote them
  PH_DEVICE void store(int64_t at, int64_t size, float factor) const {
    if (__is_same(S, float) && factor == 1) return;
    const Out<S> out = Out<S>(result) + at;
    for (int64_t e = lane_id(); e < size; e += 32) out.put(e, sums(at)[e] * factor);
  }
  PH_DEVICE void clear(int64_t at, int64_t size) const {
    const Out<S> out = Out<S>(result) + at;
    for (int64_t e = lane_id(); e < size; e += 32) out.put(e, 0.0f);
  }
};

// item: a batch, a head and kWarps queries.
template <class S>
struct Forward {
  AttentionArgs g;
  Growing<S> y;
  PH_DEVICE void operator()(int64_t item) const {
    const int64_t blocks = (g.length + kWarps - 1) / kWarps, head = item / blocks;
    const Head<S> at(g, head / g.heads, head % g.heads);
    const int64_t first = item % blocks * kWarps, i = first + warp_id();
    const bool real = i < g.length;
    const In<S> q(g.q), k(g.k), v(g.v);
    const int64_t own_end = real ? visible_keys(g, i) : 0;
    const int64_t end = visible_keys(g, min_of(first + kWarps, g.length) - 1);
    float most = kMaskedScore, sum = 0;
    const int64_t to = at.y_at(real ? i : 0);
    for (int64_t j0 = 0; j0 < end; j0 += 32) {
      const int count = static_cast<int>(min_of<int64_t>(32, end - j0));
      const int64_t j = j0 + lane_id();
      const Rows<S> keys = {k + at.k_at(j0), g.kv_heads * g.size, count};
      const Rows<S> values = {v + at.v_at(j0), g.kv_heads * g.value_size, count};
      const float product = dots(real, q + at.q_at(i), keys, g.size);
      if (!real) continue;
      const bool seen = j < own_end;
      const float s = seen ? at.score(product, i, j) : kMaskedScore;
      const float high = fold_warp(Largest()(most, s), Largest());
      const float p = seen ? exp(s - high) : 0.0f, fix = exp(most - high);
      sum = sum * fix + fold_warp(p, Sum());
      most = high;
      add_rows(y.sums(to), j0 ? fix : 0.0f, p, values, g.value_size);
    }
    if (!real) return;
    const float share = own_end > 0 ? 1 / sum : 0.0f;
    own_end > 0 ? y.store(to, g.value_size, share) : y.clear(to, g.value_size);
    if (lane_id() == 0) at.stats(i)[0] = most, at.stats(i)[1] = share;
  }
};

// ---------------------------------------------------------------- backward
// deltas (batch, heads, length) = sum(y * dy).
template <class S>
struct Deltas {
  AttentionArgs g;
  float* deltas;
  PH_DEVICE void operator()(int64_t item) const {
    const int64_t row = item * kWarps + warp_id();  // of (batch, length, heads)
    if (row >= g.batch * g.length * g.heads) return;
    const In<S> y = In<S>(g.y) + row * g.value_size, dy = In<S>(g.dy) + row * g.value_size;
    float sum = 0;
    for (int64_t e = lane_id(); e < g.value_size; e += 32) sum += y[e] * dy[e];
    sum = fold_warp(sum, Sum());
    const int64_t h = row % g.heads, i = row / g.heads % g.length, b = row / g.heads / g.length;
    if (lane_id() == 0) deltas[(b * g.heads + h) * g.length + i] = sum;
  }
};
// The weight of a query and a key, and the gradient of their product.
struct Gradient {
  float p, ds;
};
template <class S>
PH_DEVICE Gradient gradient(const Head<S>& at, const float* deltas, float qk, float dyv, int64_t i,
                            int64_t j) {
  const AttentionArgs& g = at.g;
  if (i >= g.length || j >= visible_keys(g, i)) return {0, 0};
  const float most = at.stats(i)[0], share = at.stats(i)[1];
  const float p = exp(at.score(qk, i, j) - most) * share;
  const float slope = most <= kMaskedScore ? 0 : g.scale;  // all masked: nothing depends on q
  return {p, p * (dyv - deltas[(at.b * g.heads + at.h) * g.length + i]) * slope};
}
template <class S>
struct BackwardQueries {
  AttentionArgs g;
  const float* deltas;
  Growing<S> dq;
  PH_DEVICE void operator()(int64_t item) const {
    const int64_t blocks = (g.length + kWarps - 1) / kWarps, head = item / blocks;
    const Head<S> at(g, head / g.heads, head % g.heads);
    const int64_t first = item % blocks * kWarps, i = first + warp_id();
    const bool real = i < g.length;
    const In<S> q(g.q), k(g.k), v(g.v), dy(g.dy);
    const int64_t end = visible_keys(g, min_of(first + kWarps, g.length) - 1);
    const int64_t to = at.q_at(real ? i : 0);
    for (int64_t j0 = 0; j0 < end; j0 += 32) {
      const int count = static_cast<int>(min_of<int64_t>(32, end - j0));
      const Rows<S> keys = {k + at.k_at(j0), g.kv_heads * g.size, count};
      const Rows<S> values = {v + at.v_at(j0), g.kv_heads * g.value_size, count};
      const float qk = dots(real, q + at.q_at(i), keys, g.size);
      const float dyv = dots(real, dy + at.y_at(i), values, g.value_size);
      if (!real) continue;
      const float ds = gradient(at, deltas, qk, dyv, i, j0 + lane_id()).ds;
      add_rows(dq.sums(to), j0 ? 1.0f : 0.0f, ds, keys, g.size);
    }
    if (real) end > 0 ? dq.store(to, g.size, 1) : dq.clear(to, g.size);
  }
};
template <class S>
struct BackwardKeys {
  AttentionArgs g;
  const float* deltas;
  Growing<S> dk, dv;
  PH_DEVICE void operator()(int64_t item) const {
    const int64_t blocks = (g.keys + kWarps - 1) / kWarps, group = item / blocks;
    const int64_t b = group / g.kv_heads, kv = group % g.kv_heads, share = g.heads / g.kv_heads;
    const int64_t first = item % blocks * kWarps, j = first + warp_id();
    const bool real = j < g.keys;
    const Head<S> any(g, b, kv * share);
    const In<S> q(g.q), k(g.k), v(g.v), dy(g.dy);
    const int64_t to_k = any.k_at(real ? j : 0), to_v = any.v_at(real ? j : 0);
    float keep = 0;
    for (int64_t h = kv * share; h < (kv + 1) * share; ++h) {
      const Head<S> at(g, b, h);
      const int64_t begin = g.causal && !g.mask.data ? first / 32 * 32 : 0;  // earlier see none
      for (int64_t i0 = begin; i0 < g.length; i0 += 32) {
        const int count = static_cast<int>(min_of<int64_t>(32, g.length - i0));
        const Rows<S> queries = {q + at.q_at(i0), g.heads * g.size, count};
        const Rows<S> grads = {dy + at.y_at(i0), g.heads * g.value_size, count};
        const float qk = dots(real, k + to_k, queries, g.size);
        const float dyv = dots(real, v + to_v, grads, g.value_size);
        if (!real) continue;
        const Gradient d = gradient(at, deltas, qk, dyv, i0 + lane_id(), j);
        add_rows(dv.sums(to_v), keep, d.p, grads, g.value_size);
        add_rows(dk.sums(to_k), keep, d.ds, queries, g.size);
        keep = 1;
      }
    }
    if (!real) return;
    keep != 0 ? dk.store(to_k, g.size, 1) : dk.clear(to_k, g.size);
    keep != 0 ? dv.store(to_v, g.value_size, 1) : dv.clear(to_v, g.value_size);
  }
};

}  // namespace

size_t attention_scratch(const AttentionArgs& g, int) {
  int64_t floats = g.backward ? g.batch * g.heads * g.length : 0;
  if (g.dtype != DType::f32) {
    const int64_t of_keys = g.batch * g.keys * g.kv_heads;
    floats += g.backward ? g.batch * g.length * g.heads * g.size + of_keys * (g.size + g.value_size)
                         : g.batch * g.length * g.heads * g.value_size;
  }
  return static_cast<size_t>(floats) * sizeof(float);
}

void attention(const AttentionArgs& g, const Launch& team) {
  with_stored(g.dtype, [&](auto t) {
    using S = decltype(t);
    if constexpr (!__is_same(S, double)) {
      auto* const scratch = static_cast<float*>(g.scratch);
      each_block(g.batch * g.heads * ceil_div(g.length, kWarps), team,
                 Forward<S>{g, {g.y, scratch}});
    }
  });
}

void attention_grad(const AttentionArgs& g, const Launch& team) {
  with_stored(g.dtype, [&](auto t) {
    using S = decltype(t);
    if constexpr (!__is_same(S, double)) {
      auto* const deltas = static_cast<float*>(g.scratch);
      float* const dq = deltas + g.batch * g.heads * g.length;
      float* const dk = dq + g.batch * g.length * g.heads * g.size;
      float* const dv = dk + g.batch * g.keys * g.kv_heads * g.size;
      each_block(ceil_div(g.batch * g.length * g.heads, kWarps), team, Deltas<S>{g, deltas});
      each_block(g.batch * g.heads * ceil_div(g.length, kWarps), team,
                 BackwardQueries<S>{g, deltas, {g.dq, dq}});
      each_block(g.batch * g.kv_heads * ceil_div(g.keys, kWarps), team,
                 BackwardKeys<S>{g, deltas, {g.dk, dk}, {g.dv, dv}});
    }
  });
}

}  // namespace cuda
}  // namespace ph

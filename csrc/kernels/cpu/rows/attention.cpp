// Attention without a matrix of scores (Dao et al. 2022): blocks of keys pass by a block of
// queries, whose largest score and sum of exponentials so far are corrected on the way (Milakov &
// Gimelshein 2018). Backward computes the scores anew from what forward kept of each query: two
// numbers.
//
// A block of scores is transposed, keys by queries:
//
//   S (keys x queries) = K (keys x size) @ Qt (size x queries)
//
// so that maxima and sums run down columns in whole vectors, and every product reads K, V and dy
// by rows: only the queries (and, backward, dy) are turned, once a block. The rows of a head lie
// apart by the size of all heads, often a power of two, where they would share few sets of the
// caches: those of a block are copied together first, which is where halves become float32. P is
// where elements lie: float*, or Half.
#include "../../args_attention.h"
#include "../families.h"
#include "../gemm/gemm_micro.h"
#include "../gemm/gemm_pack.h"
#include "../half.h"
#include "../math/math.h"

namespace ph {
namespace PH_ISA {
namespace {

constexpr int64_t kQueries = 64;           // of a block
constexpr int64_t kKeys = 128;             // of a block
constexpr int64_t kKeyFloats = 32 * 1024;  // of keys, values and their gradients that stay in L2
constexpr int64_t kFewGroups = 8;          // fewer pairs of batch and head of keys are cut further
constexpr int64_t kZeroSegments[1] = {0};

// c (m, n) (+)= alpha * a @ b, in registers tile by tile. a (m, k): element (i, p) at
// i * a_i + p * a_p, one of the two strides 1; b (k, n) with rows b_p apart.
PH_NOINLINE void multiply(int64_t m, int64_t n, int64_t k, const float* a, int64_t a_i, int64_t a_p,
                          const float* b, int64_t b_p, float* c, int64_t ldc, bool accumulate) {
  constexpr int64_t lanes = kLanes<float>, tile = kTileCols<float>;
  const bool by_row = a_p == 1;
  const int64_t most = tile_rows<float>(n, k), strips = ceil_div(m, most);
  Micro<float> t;
  t.kc = k, t.segs = 1, t.seg = kZeroSegments;
  t.a_stride = by_row ? a_i : a_p;
  t.b_stride = b_p, t.ldc = ldc, t.alpha = 1, t.accumulate = accumulate;
  for (int64_t j = 0; j < n; j += tile) {
    const int64_t cols = min_of(tile, n - j), vectors = ceil_div(cols, lanes);
    t.tail = static_cast<int>(cols - (vectors - 1) * lanes);
    t.b = b + j;
    const MicroFn<float>* fn = micro_table<float>().fn[by_row][t.tail < lanes][vectors - 1];
    for (int64_t s = 0; s < strips; ++s) {
      const int64_t lo = s * m / strips, hi = (s + 1) * m / strips;
      t.a = a + lo * a_i;
      t.c = c + lo * ldc + j;
      fn[hi - lo - 1](t);
    }
  }
}

// Rows of a matrix, `step` apart, as columns: to (width, kQueries), 0 beyond the last row.
void turn(const float* rows, int64_t step, int64_t count, int64_t width, float factor, float* to) {
  const float* row[kQueries];
  for (int64_t i = 0; i < count; ++i) row[i] = rows + i * step;
  for (int64_t d = 0; d < width; d += kZeroCount<float>) {
    const int64_t depth = min_of(kZeroCount<float>, width - d);
    pack_rows(to + d * kQueries, kQueries, row, count, depth);
    for (int64_t i = 0; i < count; ++i) row[i] += depth;
  }
  if (factor == 1) return;
  for (int64_t i = 0; i < width * kQueries; i += kLanes<float>)
    store(to + i, load(to + i) * factor);
}

// Rows of a matrix, `step` apart, one after the other.
template <class P>
void gather_rows(P rows, int64_t step, int64_t count, int64_t width, float* to) {
  constexpr int64_t lanes = kLanes<float>;
  for (int64_t i = 0; i < count; ++i, rows += step, to += width) {
    int64_t d = 0;
    for (; d + lanes <= width; d += lanes) store(to + d, load(rows + d));
    for (; d < width; ++d) to[d] = rows[d];
  }
}

void put_row(float* to, const float* row, int64_t n) {
  for (int64_t d = 0; d < n; ++d) to[d] = row[d];
}
void put_row(Half to, const float* row, int64_t n) { narrow_run(to, row, n); }

// One pair of batch and head of queries.
struct Head {
  const AttentionArgs& g;
  int64_t b, h, kv, q_step, k_step, v_step, y_step;
  Head(const AttentionArgs& args, int64_t batch, int64_t head)
      : g(args),
        b(batch),
        h(head),
        kv(head /
           max_of(args.heads / args.kv_heads, int64_t{1})),  // no heads: keys' gradients are 0
        q_step(args.heads * args.size),
        k_step(args.kv_heads * args.size),
        v_step(args.kv_heads * args.value_size),
        y_step(args.heads * args.value_size) {}
  int64_t q_at(int64_t i) const { return (b * g.length + i) * q_step + h * g.size; }
  int64_t k_at(int64_t j) const { return (b * g.keys + j) * k_step + kv * g.size; }
  int64_t v_at(int64_t j) const { return (b * g.keys + j) * v_step + kv * g.value_size; }
  int64_t y_at(int64_t i) const { return (b * g.length + i) * y_step + h * g.value_size; }
  float* stats(int64_t i) const { return g.stats + ((b * g.heads + h) * g.length + i) * 2; }
  int64_t at(const ScoreOperand& o, int64_t i, int64_t j) const {
    return b * o.batch + h * o.head + i * o.query + j * o.key;
  }
};

// The keys that queries up to `last` may see. A mask keeps all: of a query that sees none, the
// masked ones count.
PH_INLINE int64_t visible_keys(const AttentionArgs& g, int64_t last) {
  return g.causal && !g.mask.data ? min_of(g.keys, last + 1) : g.keys;
}

// s (keys, kQueries) += a bias, whose element for query q and key r lies at q * query + r * key.
template <class P>
void add_bias(P bias, const ScoreOperand& o, int64_t count, int64_t keys, float* s) {
  for (int64_t q = 0; q < count; ++q)
    for (int64_t r = 0; r < keys; ++r) s[r * kQueries + q] += bias[q * o.query + r * o.key];
}

// s (keys, kQueries) = the scores of `count` queries from i and `keys` keys from j, whose rows are
// k. qt is scaled.
void block_scores(const Head& at, const float* qt, int64_t i, int64_t count, const float* k,
                  int64_t j, int64_t keys, float* s) {
  const AttentionArgs& g = at.g;
  const int64_t n = round_up(count, kLanes<float>);
  multiply(keys, n, g.size, k, g.size, 1, qt, kQueries, s, kQueries, false);
  if (g.bias.data) {
    const int64_t first = at.at(g.bias, i, j);
    if (is_half(g.bias_dtype))
      add_bias(Half(g.bias.data, g.bias_dtype) + first, g.bias, count, keys, s);
    else
      add_bias(static_cast<const float*>(g.bias.data) + first, g.bias, count, keys, s);
  }
  if (g.mask.data) {
    const uint8_t* mask = static_cast<const uint8_t*>(g.mask.data) + at.at(g.mask, i, j);
    if (g.mask.query == 0) {  // of keys alone
      for (int64_t r = 0; r < keys; ++r)
        if (!mask[r * g.mask.key])
          for (int64_t q = 0; q < n; q += kLanes<float>)
            store(s + r * kQueries + q, splat(kMaskedScore));
    } else {
      for (int64_t q = 0; q < count; ++q)
        for (int64_t r = 0; r < keys; ++r)
          if (!mask[q * g.mask.query + r * g.mask.key]) s[r * kQueries + q] = kMaskedScore;
    }
  }
  if (g.causal && j + keys - 1 > i)
    for (int64_t r = max_of(int64_t{0}, i + 1 - j); r < keys; ++r) {
      const int64_t hidden = min_of(count, j + r - i);  // queries before the key
      for (int64_t q = 0; q < hidden; ++q) s[r * kQueries + q] = kMaskedScore;
    }
}

// ---------------------------------------------------------------- forward
struct ForwardScratch {
  float *qt, *s, *most, *sum, *fix, *k, *v;
  float *q, *y;  // rows of halves
  explicit ForwardScratch(const AttentionArgs& g, char* own) {
    qt = reinterpret_cast<float*>(own);
    s = qt + g.size * kQueries;
    most = s + kKeys * kQueries;
    sum = most + kQueries;
    fix = sum + kQueries;
    k = fix + kQueries;
    v = k + kKeys * g.size;
    q = v + kKeys * g.value_size;
    y = q + kQueries * g.size;
  }
  static int64_t floats(const AttentionArgs& g) {
    const int64_t rows = kKeys + (is_half(g.dtype) ? kQueries : 0);
    return (g.size + kKeys + 3) * kQueries + rows * (g.size + g.value_size);
  }
};

// The scores of a block become exponentials; the largest so far and the sums follow, and `fix` is
// what earlier sums are multiplied by. The
// largest starts at kMaskedScore, so that no infinity (of a bias) is subtracted from itself.
void exponentiate(float* s, int64_t keys, int64_t n, float* most, float* sum, float* fix) {
  using V = vf32;
  for (int64_t q = 0; q < n; q += kLanes<float>) {
    const V before = load(most + q);
    V high = before;
    for (int64_t r = 0; r < keys; ++r) high = vmax<float>(high, load(s + r * kQueries + q));
    const V factor = exp_t<float>(before - high);
    V total = {};
    for (int64_t r = 0; r < keys; ++r) {
      float* p = s + r * kQueries + q;
      const V e = exp_t<float>(load(p) - high);
      store(p, e);
      total += e;
    }
    store(most + q, high);
    store(sum + q, load(sum + q) * factor + total);
    store(fix + q, factor);
  }
}

void scale_rows(float* y, int64_t step, int64_t rows, int64_t width, const float* factor) {
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t e = 0; e < width; ++e) y[i * step + e] *= factor[i];
}

void turn_queries(const float* q, int64_t step, int64_t count, float scale, int64_t size,
                  const ForwardScratch& w) {
  turn(q, step, count, size, scale, w.qt);
}
void turn_queries(Half q, int64_t step, int64_t count, float scale, int64_t size,
                  const ForwardScratch& w) {
  gather_rows(q, step, count, size, w.q);
  turn(w.q, size, count, size, scale, w.qt);
}

// Where sums of rows go, and how far apart: those of halves to `aside`.
struct Sums {
  float* at;
  int64_t step;
};
Sums sums_of(float* own, int64_t step, float*, int64_t) { return {own, step}; }
Sums sums_of(Half, int64_t, float* aside, int64_t width) { return {aside, width}; }
void put_sums(float*, int64_t, int64_t, int64_t, const float*) {}
void put_sums(Half own, int64_t step, int64_t rows, int64_t width, const float* aside) {
  for (int64_t i = 0; i < rows; ++i) put_row(own + i * step, aside + i * width, width);
}

template <class P>
void forward_block(const Head& at, int64_t i, char* own) {
  const AttentionArgs& g = at.g;
  const ForwardScratch w(g, own);
  const P k = place<P>(g.k, g.dtype), v = place<P>(g.v, g.dtype);
  const P result = place<P>(g.y, g.dtype) + at.y_at(i);
  const int64_t count = min_of(kQueries, g.length - i), n = round_up(count, kLanes<float>);
  const Sums y = sums_of(result, at.y_step, w.y, g.value_size);
  turn_queries(place<P>(g.q, g.dtype) + at.q_at(i), at.q_step, count, g.scale, g.size, w);
  const int64_t end = visible_keys(g, i + count - 1);
  for (int64_t q = 0; q < n; ++q) w.most[q] = kMaskedScore, w.sum[q] = 0;
  for (int64_t j = 0; j < end; j += kKeys) {
    const int64_t keys = min_of(kKeys, end - j);
    gather_rows(k + at.k_at(j), at.k_step, keys, g.size, w.k);
    gather_rows(v + at.v_at(j), at.v_step, keys, g.value_size, w.v);
    block_scores(at, w.qt, i, count, w.k, j, keys, w.s);
    exponentiate(w.s, keys, n, w.most, w.sum, w.fix);
    if (j > 0) scale_rows(y.at, y.step, count, g.value_size, w.fix);
    multiply(count, g.value_size, keys, w.s, 1, kQueries, w.v, g.value_size, y.at, y.step, j > 0);
  }
  if (end <= 0)
    for (int64_t q = 0; q < count; ++q)
      for (int64_t e = 0; e < g.value_size; ++e) y.at[q * y.step + e] = 0;
  for (int64_t q = 0; q < n; ++q) w.fix[q] = end > 0 ? 1 / w.sum[q] : 0;
  scale_rows(y.at, y.step, count, g.value_size, w.fix);
  put_sums(result, at.y_step, count, g.value_size, w.y);
  float* stats = at.stats(i);
  for (int64_t q = 0; q < count; ++q) stats[2 * q] = w.most[q], stats[2 * q + 1] = w.fix[q];
}

// ---------------------------------------------------------------- backward
// Keys whose rows, values and gradients are kept together, a multiple of kKeys.
int64_t kept_keys(const AttentionArgs& g) {
  return max_of(int64_t{1}, kKeyFloats / (2 * kKeys * max_of(int64_t{1}, g.size + g.value_size))) *
         kKeys;
}

// Whether dk, dv and dq are made together, each group of keys by one thread.
bool by_group(const AttentionArgs& g) {
  return g.batch * g.kv_heads >= kFewGroups || g.keys <= kKeys;
}
// Rows of queries whose gradients a thread sums at a time.
int64_t summed_queries(const AttentionArgs& g) {
  return by_group(g) ? g.heads / g.kv_heads * g.length : kQueries;
}

struct BackwardScratch {
  float *qt, *dyt, *p, *ds, *most, *inverse, *delta, *slope;
  float *q, *dy, *k, *v, *dk, *dv;  // rows
  float* dq;                        // rows of halves
  explicit BackwardScratch(const AttentionArgs& g, char* own) {
    const int64_t kept = kept_keys(g);
    qt = reinterpret_cast<float*>(own);
    dyt = qt + g.size * kQueries;
    p = dyt + g.value_size * kQueries;
    ds = p + kKeys * kQueries;
    most = ds + kKeys * kQueries;
    inverse = most + kQueries;
    delta = inverse + kQueries;
    slope = delta + kQueries;
    q = slope + kQueries;
    dy = q + g.size * kQueries;
    k = dy + g.value_size * kQueries;
    v = k + kept * g.size;
    dk = v + kept * g.value_size;
    dv = dk + kept * g.size;
    dq = dv + kept * g.value_size;
  }
  static int64_t floats(const AttentionArgs& g) {
    return 2 * (g.size + g.value_size) * (kQueries + kept_keys(g)) + (2 * kKeys + 4) * kQueries +
           (is_half(g.dtype) ? summed_queries(g) * g.size : 0);
  }
};

template <class P>
float dot(P a, const float* b, int64_t n) {
  constexpr int64_t lanes = kLanes<float>;
  vf32 sum = {};
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) sum += load(a + i) * load(b + i);
  if (i < n) sum += load_first(a + i, n - i) * load_first(b + i, n - i);
  return horizontal_sum<float>(sum);
}

// What a block of queries needs before its keys come: rows of q and dy, also turned, and of each
// query the largest score, 1 / sum, sum(dy * y), and what a score's gradient is multiplied by.
template <class P>
void open_queries(const Head& at, int64_t i, int64_t count, const BackwardScratch& w) {
  const AttentionArgs& g = at.g;
  const P y = place<P>(g.y, g.dtype) + at.y_at(i);
  gather_rows(place<P>(g.q, g.dtype) + at.q_at(i), at.q_step, count, g.size, w.q);
  gather_rows(place<P>(g.dy, g.dtype) + at.y_at(i), at.y_step, count, g.value_size, w.dy);
  turn(w.q, g.size, count, g.size, g.scale, w.qt);
  turn(w.dy, g.value_size, count, g.value_size, 1, w.dyt);
  const float* stats = at.stats(i);
  for (int64_t q = 0; q < kQueries; ++q) {
    const bool real = q < count;
    w.most[q] = real ? stats[2 * q] : 0;
    w.inverse[q] = real ? stats[2 * q + 1] : 0;
    w.slope[q] = w.most[q] <= kMaskedScore ? 0 : g.scale;  // all masked: nothing depends on q
    w.delta[q] = real ? dot(y + q * at.y_step, w.dy + q * g.value_size, g.value_size) : 0;
  }
}

// p = the weights, ds = the gradients of the products q . k, of one block. k, v: rows of keys.
void block_gradients(const Head& at, int64_t i, int64_t count, const float* k, const float* v,
                     int64_t j, int64_t keys, const BackwardScratch& w) {
  const AttentionArgs& g = at.g;
  const int64_t n = round_up(count, kLanes<float>);
  block_scores(at, w.qt, i, count, k, j, keys, w.p);
  multiply(keys, n, g.value_size, v, g.value_size, 1, w.dyt, kQueries, w.ds, kQueries, false);
  for (int64_t q = 0; q < n; q += kLanes<float>) {
    const vf32 most = load(w.most + q), inverse = load(w.inverse + q), delta = load(w.delta + q),
               slope = load(w.slope + q);
    for (int64_t r = 0; r < keys; ++r) {
      float *p = w.p + r * kQueries + q, *ds = w.ds + r * kQueries + q;
      const vf32 e = exp_t<float>(load(p) - most) * inverse;
      store(p, e);
      store(ds, e * (load(ds) - delta) * slope);
    }
  }
}

// dk and dv of keys [begin, end), from all queries of the heads that share them; with_dq: dq too,
// which then is of these keys alone.
template <class P>
void backward_keys(const AttentionArgs& g, int64_t b, int64_t kv, int64_t begin, int64_t end,
                   bool with_dq, char* own) {
  const BackwardScratch w(g, own);
  const int64_t share = g.heads / g.kv_heads, kept = kept_keys(g);
  const Head first(g, b, kv * share);
  const P dq = place<P>(g.dq, g.dtype);
  const auto dq_of = [&](const Head& at, int64_t i) {
    return sums_of(dq + at.q_at(i), at.q_step, w.dq + ((at.h - first.h) * g.length + i) * g.size,
                   g.size);
  };
  for (int64_t from = begin; from < end || from == begin; from += kept) {  // of no keys dq is 0
    const int64_t to = min_of(end, from + kept), rows = to - from;
    gather_rows(place<P>(g.k, g.dtype) + first.k_at(from), first.k_step, rows, g.size, w.k);
    gather_rows(place<P>(g.v, g.dtype) + first.v_at(from), first.v_step, rows, g.value_size, w.v);
    for (int64_t d = 0; d < rows * g.size; ++d) w.dk[d] = 0;
    for (int64_t d = 0; d < rows * g.value_size; ++d) w.dv[d] = 0;
    for (int64_t h = kv * share; h < (kv + 1) * share; ++h) {
      const Head at(g, b, h);
      for (int64_t i = 0; i < g.length; i += kQueries) {
        const int64_t count = min_of(kQueries, g.length - i);
        const int64_t last = min_of(to, visible_keys(g, i + count - 1));
        const Sums sums = dq_of(at, i);
        if (from >= last) {
          if (with_dq && from == begin)
            for (int64_t q = 0; q < count; ++q)
              for (int64_t d = 0; d < g.size; ++d) sums.at[q * sums.step + d] = 0;
          continue;
        }
        open_queries<P>(at, i, count, w);
        for (int64_t j = from; j < last; j += kKeys) {
          const int64_t keys = min_of(kKeys, last - j), row = j - from;
          const float* k = w.k + row * g.size;
          block_gradients(at, i, count, k, w.v + row * g.value_size, j, keys, w);
          multiply(keys, g.value_size, count, w.p, kQueries, 1, w.dy, g.value_size,
                   w.dv + row * g.value_size, g.value_size, true);
          multiply(keys, g.size, count, w.ds, kQueries, 1, w.q, g.size, w.dk + row * g.size, g.size,
                   true);
          if (with_dq)
            multiply(count, g.size, keys, w.ds, 1, kQueries, k, g.size, sums.at, sums.step,
                     j > begin);
        }
      }
    }
    const P dk = place<P>(g.dk, g.dtype), dv = place<P>(g.dv, g.dtype);
    for (int64_t j = 0; j < rows; ++j) {
      put_row(dk + first.k_at(from + j), w.dk + j * g.size, g.size);
      put_row(dv + first.v_at(from + j), w.dv + j * g.value_size, g.value_size);
    }
  }
  for (int64_t h = kv * share; with_dq && h < (kv + 1) * share; ++h) {
    const Head at(g, b, h);
    put_sums(dq + at.q_at(0), at.q_step, g.length, g.size, dq_of(at, 0).at);
  }
}

// dq of a block of queries, from all keys.
template <class P>
void backward_queries(const Head& at, int64_t i, char* own) {
  const AttentionArgs& g = at.g;
  const BackwardScratch w(g, own);
  const P k = place<P>(g.k, g.dtype), v = place<P>(g.v, g.dtype);
  const P dq = place<P>(g.dq, g.dtype) + at.q_at(i);
  const int64_t count = min_of(kQueries, g.length - i);
  const int64_t last = visible_keys(g, i + count - 1);
  const Sums sums = sums_of(dq, at.q_step, w.dq, g.size);
  open_queries<P>(at, i, count, w);
  for (int64_t j = 0; j < last; j += kKeys) {
    const int64_t keys = min_of(kKeys, last - j);
    gather_rows(k + at.k_at(j), at.k_step, keys, g.size, w.k);
    gather_rows(v + at.v_at(j), at.v_step, keys, g.value_size, w.v);
    block_gradients(at, i, count, w.k, w.v, j, keys, w);
    multiply(count, g.size, keys, w.ds, 1, kQueries, w.k, g.size, sums.at, sums.step, j > 0);
  }
  put_sums(dq, at.q_step, count, g.size, sums.at);
}

int64_t bytes_of_thread(const AttentionArgs& g) {
  const int64_t floats = g.backward ? BackwardScratch::floats(g) : ForwardScratch::floats(g);
  return round_up(floats * static_cast<int64_t>(sizeof(float)), 64);
}

template <class P>
void run(const AttentionArgs& g, const Launch& team) {
  const int64_t blocks = ceil_div(g.length, kQueries), bytes = bytes_of_thread(g);
  for_chunks(team, g.batch * g.heads * blocks, [&](int64_t chunk, int thread) {
    const int64_t head = chunk / blocks;
    forward_block<P>(Head(g, head / g.heads, head % g.heads), chunk % blocks * kQueries,
                     static_cast<char*>(g.scratch) + thread * bytes);
  });
}

template <class P>
void run_grad(const AttentionArgs& g, const Launch& team) {
  const int64_t bytes = bytes_of_thread(g), groups = g.batch * g.kv_heads;
  char* scratch = static_cast<char*>(g.scratch);
  if (by_group(g)) {  // each group's scores are computed once
    for_chunks(team, groups, [&](int64_t chunk, int thread) {
      backward_keys<P>(g, chunk / g.kv_heads, chunk % g.kv_heads, 0, g.keys, true,
                       scratch + thread * bytes);
    });
    return;
  }
  const int64_t parts = ceil_div(g.keys, kKeys), blocks = ceil_div(g.length, kQueries);
  for_chunks(team, groups * parts, [&](int64_t chunk, int thread) {
    const int64_t group = chunk / parts, begin = chunk % parts * kKeys;
    backward_keys<P>(g, group / g.kv_heads, group % g.kv_heads, begin,
                     min_of(begin + kKeys, g.keys), false, scratch + thread * bytes);
  });
  for_chunks(team, g.batch * g.heads * blocks, [&](int64_t chunk, int thread) {
    const int64_t head = chunk / blocks;
    backward_queries<P>(Head(g, head / g.heads, head % g.heads), chunk % blocks * kQueries,
                        scratch + thread * bytes);
  });
}

}  // namespace

void attention(const AttentionArgs& g, const Launch& team) {
  is_half(g.dtype) ? run<Half>(g, team) : run<float*>(g, team);
}
void attention_grad(const AttentionArgs& g, const Launch& team) {
  is_half(g.dtype) ? run_grad<Half>(g, team) : run_grad<float*>(g, team);
}

size_t attention_scratch(const AttentionArgs& g, int threads) {
  return static_cast<size_t>(bytes_of_thread(g) * max_of(threads, 1));
}

}  // namespace PH_ISA
}  // namespace ph

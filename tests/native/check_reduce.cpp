// Reductions, softmax, cross-entropy and normalisation at every width against plain loops in
// long double; sizes 0, 1 and odd; any axes; nan rules; equal bits for one thread and two.
#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <thread>

#include "check.h"

using namespace ph;
typedef long double Ref;

static void run_serial(void*, int64_t chunks, void (*body)(void*, int64_t, int), void* ctx) {
  for (int64_t c = chunks - 1; c >= 0; --c) body(ctx, c, 0);
}
static void run_threads(void*, int64_t chunks, void (*body)(void*, int64_t, int), void* ctx) {
  std::thread other([&] { for (int64_t c = 1; c < chunks; c += 2) body(ctx, c, 1); });
  for (int64_t c = 0; c < chunks; c += 2) body(ctx, c, 0);
  other.join();
}
static const Team kSerial = {1, nullptr, run_serial}, kTwo = {2, nullptr, run_threads};

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>) return DType::f32;
  else if constexpr (std::is_same_v<T, double>) return DType::f64;
  else if constexpr (std::is_same_v<T, int64_t>) return DType::i64;
  else if constexpr (std::is_same_v<T, uint64_t>) return DType::u64;
  else if constexpr (std::is_same_v<T, int32_t>) return DType::i32;
  else if constexpr (std::is_same_v<T, int8_t>) return DType::i8;
  else return DType::b8;
}
struct Scratch {
  std::vector<unsigned char> bytes;
  size_t size;
  explicit Scratch(size_t n) : bytes(n + 192, 0xff), size(n) {}
  void* data() { return reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(bytes.data()) + 63) / 64 * 64); }
  bool intact() {
    const unsigned char* end = static_cast<unsigned char*>(data()) + size;
    return std::all_of(end, end + 64, [](unsigned char c) { return c == 0xff; });
  }
};
template <class T>
static bool near(T got, Ref want, Ref tolerance) {
  if (std::isnan(want)) return std::isnan(got);
  if (std::isinf(want)) return static_cast<Ref>(got) == want;
  return fabsl(static_cast<Ref>(got) - want) <= tolerance;
}

// ---------------------------------------------------------------- reductions
template <class T>
static void check_reduce_once(const Kernels& k, check::Lcg& rng, ReduceOp op, const std::vector<int64_t>& shape,
                              unsigned mask, bool shuffle) {
  const size_t nd = shape.size();
  ReduceArgs g = {};
  g.op = op;
  g.ndim = static_cast<int32_t>(nd);
  std::vector<size_t> order;
  for (size_t d = 0; d < nd; ++d) order.push_back(d);
  if (shuffle)
    for (size_t d = nd; d > 1; --d) std::swap(order[d - 1], order[static_cast<size_t>(rng.below(static_cast<int64_t>(d)))]);
  int64_t step = shuffle && rng.below(3) == 0 ? 2 : 1, total = 1;
  for (size_t i = nd; i-- > 0;) {
    g.stride[order[i]] = step;
    step *= std::max<int64_t>(shape[order[i]], 1);
  }
  for (auto n : shape) total *= n;
  std::vector<T> x(static_cast<size_t>(std::max<int64_t>(step, 1)));
  const bool small = op == ReduceOp::prod, truth = op == ReduceOp::any || op == ReduceOp::all;
  for (auto& v : x) {
    if constexpr (std::is_floating_point_v<T>) v = static_cast<T>(small ? rng.uniform(0.9, 1.1) : rng.uniform(-3, 3));
    else v = static_cast<T>(rng.below(small ? 3 : 100) - (std::is_signed_v<T> ? 40 : 0));
    if (truth) v = static_cast<T>(op == ReduceOp::any ? rng.below(60) == 0 : rng.below(60) != 0);
    if constexpr (std::is_floating_point_v<T>)
      if (!small && rng.below(900) == 0) v = static_cast<T>(NAN);
  }
  int64_t outs = 1, reds = 1;
  for (size_t d = 0; d < nd; ++d) {
    g.shape[d] = shape[d];
    g.reduce[d] = mask >> d & 1;
    (g.reduce[d] ? reds : outs) *= shape[d];
  }
  const bool arg = op >= ReduceOp::argmax;
  g.in_dtype = dtype_of<T>();
  g.out_dtype = arg ? DType::i32 : truth ? DType::b8 : g.in_dtype;
  g.in = x.data();
  g.scale = op == ReduceOp::sum && std::is_floating_point_v<T> ? 0.5 : 1.0;
  const size_t out_size = kDTypeSize[static_cast<int>(g.out_dtype)];
  std::vector<std::vector<Ref>> group(static_cast<size_t>(outs));
  std::vector<int64_t> index(nd, 0);
  for (int64_t i = 0; i < total; ++i) {
    int64_t rest = i, offset = 0, out = 0;
    for (size_t d = nd; d-- > 0;) index[d] = rest % shape[d], rest /= shape[d];
    for (size_t d = 0; d < nd; ++d) {
      offset += index[d] * g.stride[d];
      if (!g.reduce[d]) out = out * shape[d] + index[d];
    }
    group[static_cast<size_t>(out)].push_back(static_cast<Ref>(x[static_cast<size_t>(offset)]));
  }
  check::Guarded<unsigned char> y(outs * static_cast<int64_t>(out_size)), z(outs * static_cast<int64_t>(out_size));
  Scratch scratch(k.reduce_scratch(g, 2));
  g.scratch = scratch.data();
  g.out = y.data();
  k.reduce(g, kTwo);
  g.out = z.data();
  k.reduce(g, kSerial);
  CHECK(y.intact() && scratch.intact(), "%s writes outside", k.name);
  CHECK(std::memcmp(y.data(), z.data(), static_cast<size_t>(outs) * out_size) == 0, "%s reduce threads differ", k.name);
  for (int64_t o = 0; o < outs; ++o) {
    const auto& v = group[static_cast<size_t>(o)];
    Ref want = 0, size = 0;
    if (op == ReduceOp::prod || op == ReduceOp::all) want = 1;
    if (op == ReduceOp::max) want = std::is_floating_point_v<T> ? -INFINITY : static_cast<Ref>(std::numeric_limits<T>::min());
    if (op == ReduceOp::min) want = std::is_floating_point_v<T> ? INFINITY : static_cast<Ref>(std::numeric_limits<T>::max());
    Ref best = 0;
    for (size_t i = 0; i < v.size(); ++i) {
      const Ref e = v[i];
      switch (op) {
        case ReduceOp::sum: want += e, size += fabsl(e); break;
        case ReduceOp::prod: want *= e, size = fabsl(want) * 40; break;
        case ReduceOp::max: want = std::isnan(want) || std::isnan(e) ? NAN : std::max(want, e); break;
        case ReduceOp::min: want = std::isnan(want) || std::isnan(e) ? NAN : std::min(want, e); break;
        case ReduceOp::any: want = want != 0 || e != 0; break;
        case ReduceOp::all: want = want != 0 && e != 0; break;
        default:
          if (i == 0 || (!std::isnan(best) && (std::isnan(e) || (op == ReduceOp::argmax ? e > best : e < best))))
            best = e, want = static_cast<Ref>(i);
      }
    }
    bool ok;
    if (arg) {
      ok = reinterpret_cast<int32_t*>(y.data())[o] == static_cast<int32_t>(want);
    } else if (truth) {
      ok = y[o] == want;
    } else if constexpr (std::is_floating_point_v<T>) {
      ok = near(reinterpret_cast<T*>(y.data())[o], want * static_cast<Ref>(g.scale), std::numeric_limits<T>::epsilon() * (size * 4 + 1e-30L));
    } else {  // wrapping: compare modulo the type
      uint64_t bits = op == ReduceOp::prod;
      if (op == ReduceOp::sum || op == ReduceOp::prod) {
        for (Ref e : v) {
          const uint64_t b = std::is_signed_v<T> ? static_cast<uint64_t>(static_cast<int64_t>(e)) : static_cast<uint64_t>(e);
          bits = op == ReduceOp::sum ? bits + b : bits * b;
        }
        ok = reinterpret_cast<T*>(y.data())[o] == static_cast<T>(bits);
      } else {
        ok = reinterpret_cast<T*>(y.data())[o] == static_cast<T>(want);
      }
    }
    CHECK(ok, "%s reduce op %d dtype %d nd %d mask %u outs %ld reds %ld shuffle %d at %ld, want %Lg", k.name,
          static_cast<int>(op), static_cast<int>(g.in_dtype), static_cast<int>(nd), mask, static_cast<long>(outs),
          static_cast<long>(reds), shuffle, static_cast<long>(o), want);
    if (!ok) break;
  }
}
template <class T>
static void check_reductions(const Kernels& k) {
  check::Lcg rng(3);
  const std::vector<std::vector<int64_t>> shapes = {
      {}, {0}, {1}, {7}, {16}, {1000}, {70001}, {300, 1}, {3, 0, 2}, {5, 10}, {129, 10}, {10, 129}, {1000, 3},
      {40000, 3}, {3, 40000}, {513, 520}, {7, 1100}, {100, 1000, 2}, {4, 5, 6}, {2, 70, 3, 5}, {9, 1, 33, 8}, {33, 2, 2, 2, 3},
      {12000, 20}, {2, 30000, 4}, {70, 1500}};
  for (int op = 0; op < 8; ++op)
    for (const auto& s : shapes) {
      int64_t total = 1;
      for (auto n : s) total *= n;
      if (total > 30000 && !std::is_same_v<T, float> && !std::is_same_v<T, int64_t>) continue;
      for (unsigned mask = 0; mask < 1u << s.size(); ++mask) {
        if (total > 30000 && mask != 1 && mask + 1 != 1u << s.size() && mask != 2) continue;
        check_reduce_once<T>(k, rng, static_cast<ReduceOp>(op), s, mask, false);
        if (s.size() > 1 && total < 30000) check_reduce_once<T>(k, rng, static_cast<ReduceOp>(op), s, mask, true);
      }
    }
}
// Half precision sums in float32; a long float32 sum keeps its digits.
static void check_sums(const Kernels& k) {
  const int64_t n = 5000003;
  std::vector<float> x(static_cast<size_t>(n));
  check::Lcg rng(5);
  Ref want = 0;
  for (auto& v : x) v = static_cast<float>(rng.uniform(0, 1)), want += v;
  ReduceArgs g = {};
  g.op = ReduceOp::sum, g.in_dtype = g.out_dtype = DType::f32, g.ndim = 1, g.shape[0] = n, g.stride[0] = 1, g.reduce[0] = true;
  g.in = x.data(), g.scale = 1;
  float y;
  Scratch scratch(k.reduce_scratch(g, 1));
  g.scratch = scratch.data(), g.out = &y;
  k.reduce(g, kTwo);
  CHECK(fabsl(y - want) < want * 4e-7L, "%s sum %g, want %Lg", k.name, static_cast<double>(y), want);
  std::vector<uint16_t> h(1000, 0x3c00);  // 1.0 in float16; 1000 of them are still exact
  g.in_dtype = g.out_dtype = DType::f16, g.shape[0] = 1000, g.in = h.data(), g.scale = 0.001;
  uint16_t r;
  g.out = &r;
  k.reduce(g, kSerial);
  CHECK(r == 0x3c00, "%s float16 mean %x", k.name, r);
}

// ---------------------------------------------------------------- softmax
template <class T>
static void check_softmax(const Kernels& k) {
  check::Lcg rng(21);
  const Ref eps = std::numeric_limits<T>::epsilon();
  for (int64_t rows : {0, 1, 5, 17, 200})
    for (int64_t cols : {0, 1, 2, 3, 10, 16, 17, 33, 64, 65, 100, 1000, 5001})
      for (int log = 0; log < 2; ++log) {
        const int64_t n = rows * cols;
        std::vector<T> x(static_cast<size_t>(n)), dy(x.size());
        for (auto& v : x) v = static_cast<T>(rng.uniform(-20, 20) + (rng.below(9) == 0 ? 900 : 0));
        for (auto& v : dy) v = static_cast<T>(rng.uniform(-1, 1));
        if (n > 3) x[1] = static_cast<T>(-INFINITY);
        if (rows == 17 && cols > 1) x[static_cast<size_t>(2 * cols)] = static_cast<T>(NAN);
        check::Guarded<T> y(n), dx(n);
        SoftmaxArgs g = {dtype_of<T>(), rows, cols, log != 0, x.data(), y.data(), nullptr, nullptr};
        k.softmax(g, kTwo);
        std::vector<T> alias = x;
        g.x = g.y = alias.data();
        k.softmax(g, kSerial);
        CHECK(n == 0 || std::memcmp(alias.data(), y.data(), static_cast<size_t>(n) * sizeof(T)) == 0, "%s softmax in place or serial differs", k.name);
        g.y = y.data(), g.dy = dy.data(), g.dx = dx.data();
        k.softmax_grad(g, kTwo);
        CHECK(y.intact() && dx.intact(), "%s softmax writes outside", k.name);
        alias = dy;
        g.dy = g.dx = alias.data();
        k.softmax_grad(g, kSerial);
        CHECK(n == 0 || std::memcmp(alias.data(), dx.data(), static_cast<size_t>(n) * sizeof(T)) == 0, "%s softmax_grad in place or serial differs", k.name);
        for (int64_t r = 0; r < rows; ++r) {
          const T* row = x.data() + r * cols;
          const T* d = dy.data() + r * cols;
          Ref m = -INFINITY, sum = 0, dot = 0, size = 0;
          for (int64_t c = 0; c < cols; ++c) m = std::isnan(row[c]) ? NAN : std::max<Ref>(m, row[c]);
          for (int64_t c = 0; c < cols; ++c) sum += expl(row[c] - m);
          bool ok = true;
          for (int64_t c = 0; c < cols; ++c) {
            const Ref p = expl(row[c] - m) / sum, want = log ? row[c] - m - logl(sum) : p;
            ok &= near(y[r * cols + c], want, eps * (log ? fabsl(want) * 4 + 8 : (8 + std::min<Ref>(fabsl(row[c] - m), 999)) * p + 1e-30L));
            dot += log ? d[c] : d[c] * p, size += fabsl(d[c]) * (log ? 1 : p);
          }
          for (int64_t c = 0; c < cols; ++c) {
            const Ref p = expl(row[c] - m) / sum, want = log ? d[c] - p * dot : p * (d[c] - dot);
            const Ref bound = eps * (16 + std::min<Ref>(fabsl(row[c] - m), 999)) * (log ? fabsl(d[c]) + p * (size + fabsl(logl(p)) * fabsl(dot)) : p * (fabsl(d[c]) + size)) + 1e-30L;
            if (!std::isinf(row[c])) ok &= near(dx[r * cols + c], want, std::isfinite(bound) ? bound : 1);
          }
          CHECK(ok, "%s softmax log %d row %ld of %ld x %ld", k.name, log, static_cast<long>(r), static_cast<long>(rows), static_cast<long>(cols));
        }
      }
}

// ---------------------------------------------------------------- cross-entropy
template <class T>
static void check_xent(const Kernels& k) {
  check::Lcg rng(23);
  const Ref eps = std::numeric_limits<T>::epsilon();
  for (int64_t rows : {0, 1, 7, 40})
    for (int64_t cols : {1, 2, 10, 16, 33, 64, 65, 700})
      for (int mode = 0; mode < 8; ++mode) {
        const bool sparse = mode & 1, keep = mode & 2, bad = mode & 4;
        if (bad && (!sparse || rows < 3)) continue;
        const int64_t n = rows * cols;
        std::vector<T> x(static_cast<size_t>(n)), dense(x.size(), 0), dloss(static_cast<size_t>(rows));
        std::vector<int32_t> label(static_cast<size_t>(rows));
        for (auto& v : x) v = static_cast<T>(rng.uniform(-8, 8) + 300);
        for (auto& v : dloss) v = static_cast<T>(rng.uniform(-1, 1));
        for (int64_t r = 0; r < rows; ++r) {
          label[static_cast<size_t>(r)] = static_cast<int32_t>(rng.below(cols));
          for (int64_t c = 0; c < cols; ++c)
            dense[static_cast<size_t>(r * cols + c)] = static_cast<T>(sparse ? c == label[static_cast<size_t>(r)] : rng.uniform(0, 1));
        }
        if (bad) label[1] = static_cast<int32_t>(cols), label[2] = -1;
        check::Guarded<T> loss(rows), probs(n), dx(n);
        int32_t status = kStatusOk;
        XentArgs g = {};
        g.dtype = dtype_of<T>(), g.label_dtype = DType::i32, g.sparse = sparse, g.rows = rows, g.cols = cols;
        g.logits = x.data(), g.labels = sparse ? static_cast<const void*>(label.data()) : dense.data();
        g.loss = loss.data(), g.probs = keep ? probs.data() : nullptr, g.status = &status;
        k.xent(g, kTwo);
        g.dloss = dloss.data(), g.dx = dx.data();
        k.xent_grad(g, kSerial);
        CHECK(loss.intact() && probs.intact() && dx.intact(), "%s xent writes outside", k.name);
        CHECK(status == (bad ? kStatusLabel : kStatusOk), "%s xent status %d", k.name, status);
        for (int64_t r = 0; r < rows; ++r) {
          const T* row = x.data() + r * cols;
          const T* l = dense.data() + r * cols;
          if (bad && (r == 1 || r == 2)) {
            bool ok = std::isnan(loss[r]);
            for (int64_t c = 0; c < cols; ++c) ok &= std::isnan(dx[r * cols + c]) && (!keep || std::isnan(probs[r * cols + c]));
            CHECK(ok, "%s xent bad label row", k.name);
            continue;
          }
          Ref m = -INFINITY, sum = 0, weight = 0, dot = 0;
          for (int64_t c = 0; c < cols; ++c) m = std::max<Ref>(m, row[c]), weight += l[c];
          for (int64_t c = 0; c < cols; ++c) sum += expl(row[c] - m), dot += l[c] * (row[c] - m);
          bool ok = near(loss[r], logl(sum) * weight - dot, eps * 16 * (logl(sum) * weight + fabsl(dot) + 1));
          for (int64_t c = 0; c < cols; ++c) {
            const Ref p = expl(row[c] - m) / sum;
            if (keep) ok &= near(probs[r * cols + c], p, eps * 8 * p);
            ok &= near(dx[r * cols + c], (p * weight - l[c]) * dloss[static_cast<size_t>(r)], eps * 16 * (p * weight + l[c]));
          }
          CHECK(ok, "%s xent mode %d row %ld of %ld x %ld", k.name, mode, static_cast<long>(r), static_cast<long>(rows), static_cast<long>(cols));
        }
      }
}

// ---------------------------------------------------------------- normalisation
template <class T>
static void check_norm(const Kernels& k) {
  check::Lcg rng(29);
  const Ref eps = std::numeric_limits<T>::epsilon();
  for (int64_t rows : {0, 1, 2, 9, 33, 500, 20011})
    for (int64_t cols : {1, 3, 8, 16, 20, 64, 257, 700})
      for (int mode = 0; mode < 8; ++mode) {
        const bool layer = mode & 1, affine = mode & 2, given = mode & 4;
        if ((layer && given) || rows * cols > 2000000) continue;
        const int64_t n = rows * cols, stats = layer ? rows : cols, members = layer ? cols : rows;
        std::vector<T> x(static_cast<size_t>(n)), dy(x.size()), gamma(static_cast<size_t>(cols)), beta(gamma.size());
        for (auto& v : x) v = static_cast<T>(rng.uniform(-1, 1) + 30);  // E[x^2] - E[x]^2 would lose it
        for (auto& v : dy) v = static_cast<T>(rng.uniform(-1, 1) + 0.2);
        for (auto& v : gamma) v = static_cast<T>(rng.uniform(0.5, 2));
        for (auto& v : beta) v = static_cast<T>(rng.uniform(-1, 1));
        check::Guarded<T> y(n), dx(n), mean(stats), var(stats), rstd(stats), dgamma(cols), dbeta(cols);
        if (given)
          for (int64_t j = 0; j < stats; ++j) mean[j] = static_cast<T>(30 + rng.uniform(-1, 1)), var[j] = static_cast<T>(rng.uniform(0.1, 1));
        NormArgs g = {};
        g.dtype = dtype_of<T>(), g.layer = layer, g.use_given = given, g.rows = rows, g.channels = cols, g.epsilon = 1e-3;
        g.x = x.data(), g.gamma = affine ? gamma.data() : nullptr, g.beta = affine ? beta.data() : nullptr;
        g.mean = mean.data(), g.var = var.data(), g.rstd = given ? nullptr : rstd.data(), g.y = y.data();
        Scratch scratch(k.norm_scratch(g, 2));
        g.scratch = scratch.data();
        k.norm(g, kTwo);
        std::vector<T> first(y.data(), y.data() + n);
        k.norm(g, kSerial);
        CHECK(n == 0 || std::memcmp(first.data(), y.data(), static_cast<size_t>(n) * sizeof(T)) == 0, "%s norm threads differ", k.name);
        g.dy = dy.data(), g.dx = dx.data(), g.dgamma = dgamma.data(), g.dbeta = dbeta.data();
        k.norm_grad(g, kSerial);
        first.assign(dx.data(), dx.data() + n);
        std::vector<T> first_gamma(dgamma.data(), dgamma.data() + cols);
        k.norm_grad(g, kTwo);
        CHECK(n == 0 || std::memcmp(first.data(), dx.data(), static_cast<size_t>(n) * sizeof(T)) == 0, "%s norm_grad threads differ", k.name);
        CHECK(std::memcmp(first_gamma.data(), dgamma.data(), static_cast<size_t>(cols) * sizeof(T)) == 0, "%s norm_grad threads differ", k.name);
        CHECK(y.intact() && dx.intact() && mean.intact() && var.intact() && rstd.intact() && dgamma.intact() && dbeta.intact() && scratch.intact(),
              "%s norm writes outside", k.name);
        std::vector<Ref> want_gamma(static_cast<size_t>(cols), 0), want_beta(want_gamma.size(), 0), size_gamma(want_gamma.size(), 0);
        bool ok = true;
        for (int64_t s = 0; s < stats && ok; ++s) {
          auto at = [&](int64_t i) { return static_cast<size_t>(layer ? s * cols + i : i * cols + s); };
          auto channel = [&](int64_t i) { return static_cast<size_t>(layer ? i : s); };
          Ref m = 0, v = 0;
          for (int64_t i = 0; i < members; ++i) m += x[at(i)];
          if (members) m /= static_cast<Ref>(members);
          for (int64_t i = 0; i < members; ++i) v += (x[at(i)] - m) * (x[at(i)] - m);
          if (members) v /= static_cast<Ref>(members);
          if (given) m = mean[s], v = var[s];
          else if (members) ok &= near(mean[s], m, eps * 64) && near(var[s], v, eps * (32 * v + 1e-3L));
          const Ref r = 1 / sqrtl(v + static_cast<Ref>(g.epsilon));
          if (!given && members) ok &= near(rstd[s], r, eps * 64 * r);
          Ref sum = 0, dot = 0;
          for (int64_t i = 0; i < members; ++i) {
            const Ref ga = affine ? gamma[channel(i)] : 1, be = affine ? beta[channel(i)] : 0, h = (x[at(i)] - m) * r;
            ok &= near(y[static_cast<int64_t>(at(i))], h * ga + be, eps * (100 * ga * r + 4));
            const Ref d = layer ? dy[at(i)] * ga : dy[at(i)];
            sum += d, dot += d * h;
            want_gamma[channel(i)] += dy[at(i)] * h, want_beta[channel(i)] += dy[at(i)];
            size_gamma[channel(i)] += fabsl(dy[at(i)]) * (fabsl(h) + 64 * r);
          }
          const Ref inv = given || !members ? 0 : 1 / static_cast<Ref>(members);
          for (int64_t i = 0; i < members; ++i) {
            const Ref ga = affine && !layer ? gamma[channel(i)] : 1, h = (x[at(i)] - m) * r;
            const Ref d = layer && affine ? dy[at(i)] * gamma[channel(i)] : dy[at(i)];
            const Ref want = ga * r * (d - inv * (sum + h * dot));
            ok &= near(dx[static_cast<int64_t>(at(i))], want, eps * 400 * ga * r * (1 + fabsl(h) + r));
          }
        }
        for (size_t c = 0; c < want_gamma.size() && ok; ++c)
          ok &= near(dgamma[static_cast<int64_t>(c)], want_gamma[c], eps * (4 * size_gamma[c] + 1)) &&
                near(dbeta[static_cast<int64_t>(c)], want_beta[c], eps * (4 * size_gamma[c] + 1));
        CHECK(ok, "%s norm mode %d f%d, %ld x %ld", k.name, mode, static_cast<int>(sizeof(T) * 8), static_cast<long>(rows), static_cast<long>(cols));
      }
}

// Large enough that results bypass the cache, with rows left over from the joined ones.
static void check_large_norm(const Kernels& k) {
  const int64_t rows = 200003, c = 64;
  const size_t n = static_cast<size_t>(rows * c);
  check::Lcg rng(37);
  std::vector<float> x(n), dy(n), store_y(n + 32), store_dx(n + 32), stats(6 * 64, 1.0f);
  auto align = [](std::vector<float>& v) { return v.data() + (64 - reinterpret_cast<uintptr_t>(v.data()) % 64) / 4; };
  float *y = align(store_y), *dx = align(store_dx);
  for (auto& v : x) v = static_cast<float>(rng.uniform(1, 3));
  for (auto& v : dy) v = static_cast<float>(rng.uniform(-1, 1));
  NormArgs g = {};
  g.dtype = DType::f32, g.rows = rows, g.channels = c, g.epsilon = 1e-3, g.x = x.data(), g.y = y, g.dy = dy.data(), g.dx = dx;
  g.mean = &stats[0], g.rstd = &stats[64], g.gamma = &stats[128], g.beta = &stats[192], g.dgamma = &stats[256], g.dbeta = &stats[320];
  Scratch scratch(k.norm_scratch(g, 2));
  g.scratch = scratch.data();
  k.norm(g, kTwo);
  k.norm_grad(g, kTwo);
  bool ok = true;
  for (int64_t j = 0; j < c; ++j) {
    double m = 0, v = 0, sum = 0, dot = 0;
    const double count = static_cast<double>(rows);
    for (int64_t r = 0; r < rows; ++r) m += static_cast<double>(x[static_cast<size_t>(r * c + j)]) / count;
    for (int64_t r = 0; r < rows; ++r) v += std::pow(static_cast<double>(x[static_cast<size_t>(r * c + j)]) - m, 2) / count;
    const double s = 1 / std::sqrt(v + g.epsilon);
    for (int64_t r = 0; r < rows; ++r) {
      const size_t i = static_cast<size_t>(r * c + j);
      sum += static_cast<double>(dy[i]), dot += static_cast<double>(dy[i]) * (static_cast<double>(x[i]) - m) * s;
    }
    for (int64_t r = 0; r < rows; ++r) {
      const size_t i = static_cast<size_t>(r * c + j);
      const double h = (static_cast<double>(x[i]) - m) * s;
      ok &= std::fabs(static_cast<double>(y[i]) - (h + 1)) < 1e-5;
      ok &= std::fabs(static_cast<double>(dx[i]) - s * (static_cast<double>(dy[i]) - (sum + h * dot) / count)) < 1e-5;
    }
  }
  CHECK(ok, "%s large norm", k.name);
}

int main() {
  check::each_width([](const Kernels& k) {
    check_reductions<float>(k);
    check_reductions<double>(k);
    check_reductions<int64_t>(k);
    check_reductions<uint64_t>(k);
    check_reductions<int32_t>(k);
    check_reductions<int8_t>(k);
    check_sums(k);
    check_softmax<float>(k);
    check_softmax<double>(k);
    check_xent<float>(k);
    check_xent<double>(k);
    check_norm<float>(k);
    check_norm<double>(k);
    check_large_norm(k);
  });
  return check::result("reduce");
}

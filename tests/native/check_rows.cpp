// Softmax, cross-entropy and normalisation at every width against plain loops in long double; sizes
// 0, 1 and odd; equal bits for one thread and two.
#include "check_rows.h"
#include "../../csrc/kernels/args_row_norm.h"

// ---------------------------------------------------------------- softmax
template <class T>
static void check_softmax(const Kernels& k) {
  check::Lcg rng(21);
  const Ref eps = std::numeric_limits<T>::epsilon();
  for (int64_t rows : {0, 1, 5, 17, 200})
    for (int64_t cols : {0, 1, 2, 3, 10, 16, 17, 33, 64, 65, 100, 1000, 5001})
      for (int log = 0; log < 2; ++log) {
        if (check::left_out()) continue;
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
        CHECK(
            n == 0 || std::memcmp(alias.data(), y.data(), static_cast<size_t>(n) * sizeof(T)) == 0,
            "%s softmax in place or serial differs", k.name);
        g.y = y.data(), g.dy = dy.data(), g.dx = dx.data();
        k.softmax_grad(g, kTwo);
        CHECK(y.intact() && dx.intact(), "%s softmax writes outside", k.name);
        alias = dy;
        g.dy = g.dx = alias.data();
        k.softmax_grad(g, kSerial);
        CHECK(
            n == 0 || std::memcmp(alias.data(), dx.data(), static_cast<size_t>(n) * sizeof(T)) == 0,
            "%s softmax_grad in place or serial differs", k.name);
        for (int64_t r = 0; r < rows; ++r) {
          const T* row = x.data() + r * cols;
          const T* d = dy.data() + r * cols;
          Ref m = -INFINITY, sum = 0, dot = 0, size = 0;
          for (int64_t c = 0; c < cols; ++c)
            m = std::isnan(row[c]) ? NAN : std::max<Ref>(m, row[c]);
          for (int64_t c = 0; c < cols; ++c) sum += expl(row[c] - m);
          bool ok = true;
          for (int64_t c = 0; c < cols; ++c) {
            const Ref p = expl(row[c] - m) / sum, want = log ? row[c] - m - logl(sum) : p;
            ok &= near(y[r * cols + c], want,
                       eps * (log ? fabsl(want) * 4 + 8
                                  : (8 + std::min<Ref>(fabsl(row[c] - m), 999)) * p + 1e-30L));
            dot += log ? d[c] : d[c] * p, size += fabsl(d[c]) * (log ? 1 : p);
          }
          for (int64_t c = 0; c < cols; ++c) {
            const Ref p = expl(row[c] - m) / sum, want = log ? d[c] - p * dot : p * (d[c] - dot);
            const Ref bound = eps * (16 + std::min<Ref>(fabsl(row[c] - m), 999)) *
                                  (log ? fabsl(d[c]) + p * (size + fabsl(logl(p)) * fabsl(dot))
                                       : p * (fabsl(d[c]) + size)) +
                              1e-30L;
            if (!std::isinf(row[c]))
              ok &= near(dx[r * cols + c], want, std::isfinite(bound) ? bound : 1);
          }
          CHECK(ok, "%s softmax log %d row %ld of %ld x %ld", k.name, log, static_cast<long>(r),
                static_cast<long>(rows), static_cast<long>(cols));
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
        if (check::left_out(rows * cols)) continue;
        const bool sparse = mode & 1, keep = mode & 2, bad = mode & 4;
        if (bad && (!sparse || rows < 3)) continue;
        const int64_t n = rows * cols;
        std::vector<T> x(static_cast<size_t>(n)), dense(x.size(), 0),
            dloss(static_cast<size_t>(rows));
        std::vector<int32_t> label(static_cast<size_t>(rows));
        for (auto& v : x) v = static_cast<T>(rng.uniform(-8, 8) + 300);
        for (auto& v : dloss) v = static_cast<T>(rng.uniform(-1, 1));
        for (int64_t r = 0; r < rows; ++r) {
          label[static_cast<size_t>(r)] = static_cast<int32_t>(rng.below(cols));
          for (int64_t c = 0; c < cols; ++c)
            dense[static_cast<size_t>(r * cols + c)] =
                static_cast<T>(sparse ? c == label[static_cast<size_t>(r)] : rng.uniform(0, 1));
        }
        if (bad) label[1] = static_cast<int32_t>(cols), label[2] = -1;
        check::Guarded<T> loss(rows), probs(n), dx(n);
        int32_t status = kStatusOk;
        XentArgs g = {};
        g.dtype = dtype_of<T>(), g.label_dtype = DType::i32, g.sparse = sparse, g.rows = rows,
        g.cols = cols;
        g.logits = x.data(),
        g.labels = sparse ? static_cast<const void*>(label.data()) : dense.data();
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
            for (int64_t c = 0; c < cols; ++c)
              ok &= std::isnan(dx[r * cols + c]) && (!keep || std::isnan(probs[r * cols + c]));
            CHECK(ok, "%s xent bad label row", k.name);
            continue;
          }
          Ref m = -INFINITY, sum = 0, weight = 0, dot = 0;
          for (int64_t c = 0; c < cols; ++c) m = std::max<Ref>(m, row[c]), weight += l[c];
          for (int64_t c = 0; c < cols; ++c) sum += expl(row[c] - m), dot += l[c] * (row[c] - m);
          bool ok = near(loss[r], logl(sum) * weight - dot,
                         eps * 16 * (logl(sum) * weight + fabsl(dot) + 1));
          for (int64_t c = 0; c < cols; ++c) {
            const Ref p = expl(row[c] - m) / sum;
            if (keep) ok &= near(probs[r * cols + c], p, eps * 8 * p);
            ok &= near(dx[r * cols + c], (p * weight - l[c]) * dloss[static_cast<size_t>(r)],
                       eps * 16 * (p * weight + l[c]));
          }
          CHECK(ok, "%s xent mode %d row %ld of %ld x %ld", k.name, mode, static_cast<long>(r),
                static_cast<long>(rows), static_cast<long>(cols));
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
        if (check::left_out(rows * cols)) continue;
        const bool layer = mode & 1, affine = mode & 2, given = mode & 4;
        if ((layer && given) || rows * cols > 2000000) continue;
        const int64_t n = rows * cols, stats = layer ? rows : cols, members = layer ? cols : rows;
        std::vector<T> x(static_cast<size_t>(n)), dy(x.size()), gamma(static_cast<size_t>(cols)),
            beta(gamma.size());
        for (auto& v : x)
          v = static_cast<T>(rng.uniform(-1, 1) + 30);  // E[x^2] - E[x]^2 would lose it
        for (auto& v : dy) v = static_cast<T>(rng.uniform(-1, 1) + 0.2);
        for (auto& v : gamma) v = static_cast<T>(rng.uniform(0.5, 2));
        for (auto& v : beta) v = static_cast<T>(rng.uniform(-1, 1));
        check::Guarded<T> y(n), dx(n), mean(stats), var(stats), rstd(stats), dgamma(cols),
            dbeta(cols);
        if (given)
          for (int64_t j = 0; j < stats; ++j)
            mean[j] = static_cast<T>(30 + rng.uniform(-1, 1)),
            var[j] = static_cast<T>(rng.uniform(0.1, 1));
        NormArgs g = {};
        g.use_given = given, g.rows = rows, g.channels = cols;
        g.var = var.data();
        RowNormArgs l = {};
        l.samples = rows, l.segments = 1, l.groups = 1, l.run = cols;
        auto both = [&](auto& a) {
          a.dtype = dtype_of<T>(), a.epsilon = 1e-3, a.x = x.data();
          a.gamma = affine ? gamma.data() : nullptr, a.beta = affine ? beta.data() : nullptr;
          a.mean = mean.data(), a.rstd = given ? nullptr : rstd.data(), a.y = y.data();
        };
        both(g), both(l);
        Scratch scratch(layer ? k.row_norm_scratch(l, 2) : k.norm_scratch(g, 2));
        g.scratch = l.scratch = scratch.data();
        auto forward = [&](const Launch& team) { layer ? k.row_norm(l, team) : k.norm(g, team); };
        auto backward = [&](const Launch& team) {
          layer ? k.row_norm_grad(l, team) : k.norm_grad(g, team);
        };
        forward(kTwo);
        std::vector<T> first(y.data(), y.data() + n);
        forward(kSerial);
        CHECK(
            n == 0 || std::memcmp(first.data(), y.data(), static_cast<size_t>(n) * sizeof(T)) == 0,
            "%s norm threads differ", k.name);
        auto gradients = [&](auto& a) {
          a.dy = dy.data(), a.dx = dx.data(), a.dgamma = dgamma.data(), a.dbeta = dbeta.data();
        };
        gradients(g), gradients(l);
        backward(kSerial);
        first.assign(dx.data(), dx.data() + n);
        std::vector<T> first_gamma(dgamma.data(), dgamma.data() + cols);
        backward(kTwo);
        CHECK(
            n == 0 || std::memcmp(first.data(), dx.data(), static_cast<size_t>(n) * sizeof(T)) == 0,
            "%s norm_grad threads differ", k.name);
        CHECK(std::memcmp(first_gamma.data(), dgamma.data(),
                          static_cast<size_t>(cols) * sizeof(T)) == 0,
              "%s norm_grad threads differ", k.name);
        CHECK(y.intact() && dx.intact() && mean.intact() && var.intact() && rstd.intact() &&
                  dgamma.intact() && dbeta.intact() && scratch.intact(),
              "%s norm writes outside", k.name);
        std::vector<Ref> want_gamma(static_cast<size_t>(cols), 0), want_beta(want_gamma.size(), 0),
            size_gamma(want_gamma.size(), 0);
        bool ok = true;
        for (int64_t s = 0; s < stats && ok; ++s) {
          auto at = [&](int64_t i) {
            return static_cast<size_t>(layer ? s * cols + i : i * cols + s);
          };
          auto channel = [&](int64_t i) { return static_cast<size_t>(layer ? i : s); };
          Ref m = 0, v = 0;
          for (int64_t i = 0; i < members; ++i) m += x[at(i)];
          if (members) m /= static_cast<Ref>(members);
          for (int64_t i = 0; i < members; ++i) v += (x[at(i)] - m) * (x[at(i)] - m);
          if (members) v /= static_cast<Ref>(members);
          if (given)
            m = mean[s], v = var[s];
          else if (members)
            ok &= near(mean[s], m, eps * 64) && (layer || near(var[s], v, eps * (32 * v + 1e-3L)));
          const Ref r = 1 / sqrtl(v + static_cast<Ref>(g.epsilon));
          if (!given && members) ok &= near(rstd[s], r, eps * 64 * r);
          Ref sum = 0, dot = 0;
          for (int64_t i = 0; i < members; ++i) {
            const Ref ga = affine ? gamma[channel(i)] : 1, be = affine ? beta[channel(i)] : 0,
                      h = (x[at(i)] - m) * r;
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
            ok &= near(dx[static_cast<int64_t>(at(i))], want,
                       eps * 400 * ga * r * (1 + fabsl(h) + r));
          }
        }
        for (size_t c = 0; c < want_gamma.size() && ok; ++c)
          ok &=
              near(dgamma[static_cast<int64_t>(c)], want_gamma[c], eps * (4 * size_gamma[c] + 1)) &&
              near(dbeta[static_cast<int64_t>(c)], want_beta[c], eps * (4 * size_gamma[c] + 1));
        CHECK(ok, "%s norm mode %d f%d, %ld x %ld", k.name, mode, static_cast<int>(sizeof(T) * 8),
              static_cast<long>(rows), static_cast<long>(cols));
      }
}

// Large enough that results bypass the cache, with rows left over from the joined ones.
static void check_large_norm(const Kernels& k) {
  if (check::left_out(INT64_MAX)) return;
  const int64_t rows = 200003, c = 64;
  const size_t n = static_cast<size_t>(rows * c);
  check::Lcg rng(37);
  std::vector<float> x(n), dy(n), store_y(n + 32), store_dx(n + 32), stats(6 * 64, 1.0f);
  auto align = [](std::vector<float>& v) {
    return v.data() + (64 - reinterpret_cast<uintptr_t>(v.data()) % 64) / 4;
  };
  float *y = align(store_y), *dx = align(store_dx);
  for (auto& v : x) v = static_cast<float>(rng.uniform(1, 3));
  for (auto& v : dy) v = static_cast<float>(rng.uniform(-1, 1));
  NormArgs g = {};
  g.dtype = DType::f32, g.rows = rows, g.channels = c, g.epsilon = 1e-3, g.x = x.data(), g.y = y,
  g.dy = dy.data(), g.dx = dx;
  g.mean = &stats[0], g.rstd = &stats[64], g.gamma = &stats[128], g.beta = &stats[192],
  g.dgamma = &stats[256], g.dbeta = &stats[320];
  Scratch scratch(k.norm_scratch(g, 2));
  g.scratch = scratch.data();
  k.norm(g, kTwo);
  k.norm_grad(g, kTwo);
  bool ok = true;
  for (int64_t j = 0; j < c; ++j) {
    double m = 0, v = 0, sum = 0, dot = 0;
    const double count = static_cast<double>(rows);
    for (int64_t r = 0; r < rows; ++r)
      m += static_cast<double>(x[static_cast<size_t>(r * c + j)]) / count;
    for (int64_t r = 0; r < rows; ++r)
      v += std::pow(static_cast<double>(x[static_cast<size_t>(r * c + j)]) - m, 2) / count;
    const double s = 1 / std::sqrt(v + g.epsilon);
    for (int64_t r = 0; r < rows; ++r) {
      const size_t i = static_cast<size_t>(r * c + j);
      sum += static_cast<double>(dy[i]),
          dot += static_cast<double>(dy[i]) * (static_cast<double>(x[i]) - m) * s;
    }
    for (int64_t r = 0; r < rows; ++r) {
      const size_t i = static_cast<size_t>(r * c + j);
      const double h = (static_cast<double>(x[i]) - m) * s;
      ok &= std::fabs(static_cast<double>(y[i]) - (h + 1)) < 1e-5;
      ok &= std::fabs(static_cast<double>(dx[i]) -
                      s * (static_cast<double>(dy[i]) - (sum + h * dot) / count)) < 1e-5;
    }
  }
  CHECK(ok, "%s large norm", k.name);
}

// So many rows that results go past the caches: what comes of them all at once is what comes of a
// few at a time, which go through.
static void check_many_rows(const Kernels& k, int64_t rows, int64_t cols) {
  if (check::left_out(rows * cols)) return;
  const int64_t few = rows / 16;
  const auto n = static_cast<size_t>(rows * cols);
  check::Lcg rng(41);
  std::vector<float> x(n), dy(n), room(n + 16), parts(n), probs(n), loss(rows), dloss(rows);
  // aligned as the device's blocks are: only such results go past the caches
  float* const all = room.data() + (64 - reinterpret_cast<uintptr_t>(room.data()) % 64) / 4;
  std::vector<int32_t> label(rows);
  for (size_t i = 0; i < n; ++i)
    x[i] = static_cast<float>(rng.uniform(-4, 4)), dy[i] = static_cast<float>(rng.uniform(-1, 1));
  for (auto& v : dloss) v = static_cast<float>(rng.uniform(0.5, 1));
  for (auto& v : label) v = static_cast<int32_t>(rng.below(cols));
  const auto compare = [&](const char* name, const auto& run) {
    run(0, rows, all);
    for (int64_t r = 0; r < rows; r += few)
      run(r, std::min(few, rows - r), parts.data() + r * cols);
    size_t wrong = n;
    for (size_t i = n; i-- > 0;)
      if (!(std::abs(all[i] - parts[i]) <= 2e-6f * (std::abs(parts[i]) + 1e-3f))) wrong = i;
    CHECK(wrong == n, "%s %s, rows of %d: %g for %g at %zu", k.name, name, static_cast<int>(cols),
          static_cast<double>(wrong < n ? all[wrong] : 0),
          static_cast<double>(wrong < n ? parts[wrong] : 0), wrong);
  };
  for (int log = 0; log < 2; ++log) {
    SoftmaxArgs g = {};
    g.dtype = DType::f32, g.cols = cols, g.log = log;
    compare("softmax", [&](int64_t r, int64_t count, float* to) {
      g.rows = count, g.x = x.data() + r * cols, g.y = to;
      k.softmax(g, kTwo);
    });
    const std::vector<float> y(all, all + n);
    compare("softmax_grad", [&](int64_t r, int64_t count, float* to) {
      g.rows = count, g.y = const_cast<float*>(y.data()) + r * cols, g.dy = dy.data() + r * cols,
      g.dx = to;
      k.softmax_grad(g, kTwo);
    });
    if (!log) probs = y;
  }
  for (int mode = 0; mode < 4; ++mode) {
    int32_t status = kStatusOk;
    XentArgs g = {};
    g.dtype = DType::f32, g.label_dtype = DType::i32, g.cols = cols, g.sparse = mode & 1;
    g.status = &status;
    compare(mode & 2 ? "xent_grad, given probabilities" : "xent_grad", [&](int64_t r, int64_t count,
                                                                           float* to) {
      g.rows = count, g.logits = x.data() + r * cols, g.loss = loss.data() + r;
      g.labels = g.sparse ? static_cast<const void*>(label.data() + r) : dy.data() + r * cols;
      g.probs = mode & 2 ? probs.data() + r * cols : nullptr;
      g.dloss = dloss.data() + r, g.dx = to;
      k.xent_grad(g, kTwo);
    });
  }
}

int main() {
  check::each_width([](const Kernels& k) {
    check_softmax<float>(k);
    check_softmax<double>(k);
    check_xent<float>(k);
    check_xent<double>(k);
    check_norm<float>(k);
    check_norm<double>(k);
    check_large_norm(k);
    check_many_rows(k, 1601, 8192);
    check_many_rows(k, 80003, 160);
  });
  return check::result("rows");
}

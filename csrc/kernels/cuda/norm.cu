// Batch normalisation: statistics of columns by parts of rows, each part's mean and sum of squared
// deviations by one thread a column, which are joined; then one pass over all elements. Sums are
// in double, each in two passes. S is what x and y are stored as, halves too; parameters and
// statistics are Wide<S>.
#include "cuda.h"

namespace ph {
namespace cuda {
namespace {

int64_t parts_of(const NormArgs& g) {
  if (g.channels == 0) return 1;
  const int64_t most = max_of<int64_t>(1, kReduceThreads / g.channels);
  return max_of<int64_t>(1, min_of(g.rows / kNormPart, most));
}

// Two numbers a column and part: (parts, channels, 2) doubles in scratch.
struct Parts {
  double* data;
  int64_t parts, channels;
  PH_DEVICE double* at(int64_t part, int64_t channel) const {
    return data + (part * channels + channel) * 2;
  }
};

template <class S>
struct PartStatistics {
  NormArgs g;
  Parts p;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t part = i / g.channels, c = i - part * g.channels;
    const int64_t begin = g.rows * part / p.parts, end = g.rows * (part + 1) / p.parts;
    const In<S> x = In<S>(g.x) + c;
    const double n = static_cast<double>(max_of<int64_t>(end - begin, 1));
    const double base = begin < end ? static_cast<double>(x[begin * g.channels]) : 0;
    double sum = 0, m2 = 0, rest = 0;
    for (int64_t r = begin; r < end; ++r) sum += static_cast<double>(x[r * g.channels]) - base;
    const double mean = base + sum / n;
    for (int64_t r = begin; r < end; ++r) {  // from cache; rest: what rounding left of the mean
      const double d = static_cast<double>(x[r * g.channels]) - mean;
      m2 += d * d, rest += d;
    }
    m2 -= rest * rest / n;
    p.at(part, c)[0] = mean, p.at(part, c)[1] = m2;
  }
};
template <class S>
struct JoinStatistics {
  using T = Wide<S>;
  NormArgs g;
  Parts p;
  PH_DEVICE void operator()(int64_t c) const {
    const auto rows_of = [&](int64_t part) {
      return static_cast<double>(g.rows * (part + 1) / p.parts - g.rows * part / p.parts);
    };
    const double count = static_cast<double>(max_of<int64_t>(g.rows, 1)), base = p.at(0, c)[0];
    double sum = 0, m2 = 0;  // of means relative to the first: a large one costs no digits
    for (int64_t part = 0; part < p.parts; ++part) sum += rows_of(part) * (p.at(part, c)[0] - base);
    const double mean = base + sum / count;
    for (int64_t part = 0; part < p.parts; ++part) {
      const double d = p.at(part, c)[0] - mean;
      m2 += p.at(part, c)[1] + rows_of(part) * d * d;
    }
    const double var = m2 / count;
    static_cast<T*>(g.mean)[c] = static_cast<T>(mean);
    if (g.var) static_cast<T*>(g.var)[c] = static_cast<T>(var);
    static_cast<T*>(g.rstd)[c] = static_cast<T>(1 / sqrt(var + g.epsilon));
  }
};
template <class S>
struct Normalise {
  using T = Wide<S>;
  NormArgs g;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t c = i % g.channels;
    const T mean = static_cast<const T*>(g.mean)[c];
    const T rstd =
        g.use_given ? static_cast<T>(1 / sqrt(static_cast<double>(static_cast<const T*>(g.var)[c]) +
                                              g.epsilon))
                    : static_cast<const T*>(g.rstd)[c];
    T y = (In<S>(g.x)[i] - mean) * rstd;
    if (g.gamma) y *= static_cast<const T*>(g.gamma)[c];
    if (g.beta) y += static_cast<const T*>(g.beta)[c];
    Out<S>(g.y).put(i, y);
  }
};

// sum(dy) and sum(dy * h), h = (x - mean) * rstd.
template <class T>
PH_DEVICE T column_rstd(const NormArgs& g, int64_t c) {
  if (g.rstd) return static_cast<const T*>(g.rstd)[c];
  return static_cast<T>(1 / sqrt(static_cast<double>(static_cast<const T*>(g.var)[c]) + g.epsilon));
}
template <class S>
struct PartGradients {
  using T = Wide<S>;
  NormArgs g;
  Parts p;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t part = i / g.channels, c = i - part * g.channels;
    const int64_t begin = g.rows * part / p.parts, end = g.rows * (part + 1) / p.parts;
    const In<S> x = In<S>(g.x) + c, dy = In<S>(g.dy) + c;
    const T mean = static_cast<const T*>(g.mean)[c], rstd = column_rstd<T>(g, c);
    double sum = 0, dot = 0;
    for (int64_t r = begin; r < end; ++r) {
      const auto d = static_cast<double>(dy[r * g.channels]);
      sum += d, dot += d * static_cast<double>((x[r * g.channels] - mean) * rstd);
    }
    p.at(part, c)[0] = sum, p.at(part, c)[1] = dot;
  }
};
template <class S>
struct JoinGradients {
  using T = Wide<S>;
  NormArgs g;
  Parts p;
  PH_DEVICE void operator()(int64_t c) const {
    double sum = 0, dot = 0;
    for (int64_t part = 0; part < p.parts; ++part) sum += p.at(part, c)[0], dot += p.at(part, c)[1];
    p.at(0, c)[0] = sum, p.at(0, c)[1] = dot;
    if (g.dbeta) static_cast<T*>(g.dbeta)[c] = static_cast<T>(sum);
    if (g.dgamma) static_cast<T*>(g.dgamma)[c] = static_cast<T>(dot);
  }
};
template <class S>
struct InputGradient {
  using T = Wide<S>;
  NormArgs g;
  Parts p;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t c = i % g.channels;
    const T mean = static_cast<const T*>(g.mean)[c], rstd = column_rstd<T>(g, c);
    const T gamma = g.gamma ? static_cast<const T*>(g.gamma)[c] : T(1);
    T d = In<S>(g.dy)[i];
    if (!g.use_given) {
      const double inv = 1 / static_cast<double>(g.rows);
      const T h = (In<S>(g.x)[i] - mean) * rstd;
      d -= static_cast<T>(p.at(0, c)[0] * inv) + h * static_cast<T>(p.at(0, c)[1] * inv);
    }
    Out<S>(g.dx).put(i, gamma * rstd * d);
  }
};

}  // namespace

size_t norm_scratch(const NormArgs& g, int) {
  return static_cast<size_t>(parts_of(g) * g.channels) * 2 * sizeof(double);
}

void norm(const NormArgs& g, const Launch& team) {
  with_stored(g.dtype, [&](auto t) {
    using S = decltype(t);
    const Parts p = {static_cast<double*>(g.scratch), parts_of(g), g.channels};
    if (!g.use_given) {
      each(p.parts * g.channels, team, PartStatistics<S>{g, p});
      each(g.channels, team, JoinStatistics<S>{g, p});
    }
    each(g.rows * g.channels, team, Normalise<S>{g});
  });
}

void norm_grad(const NormArgs& g, const Launch& team) {
  with_stored(g.dtype, [&](auto t) {
    using S = decltype(t);
    const Parts p = {static_cast<double*>(g.scratch), parts_of(g), g.channels};
    each(p.parts * g.channels, team, PartGradients<S>{g, p});
    each(g.channels, team, JoinGradients<S>{g, p});
    if (g.dx) each(g.rows * g.channels, team, InputGradient<S>{g, p});
  });
}

}  // namespace cuda
}  // namespace ph

// Layer, RMS and group normalisation: a warp or a block normalises what belongs together. The
// parameters' gradients are sums over samples, by parts, of what each thread finds for its channel.
// S is what x and y are stored as, halves too; parameters and statistics are Wide<S>.
#include "../args_row_norm.h"
#include "rows.h"

namespace ph {
namespace cuda {
namespace {

// What is normalised together: `segments` runs, `step` apart.
struct Place {
  int64_t first, step, channel, size;
  PH_DEVICE Place(const RowNormArgs& g, int64_t row) {
    const int64_t sample = row / g.groups, group = row - sample * g.groups;
    size = g.segments * g.run;
    step = g.by_segment ? g.run : g.groups * g.run;
    first = sample * g.groups * size + group * (g.by_segment ? size : g.run);
    channel = group * (g.by_segment ? g.segments : g.run);
  }
  PH_DEVICE int64_t at(const RowNormArgs& g, int64_t i) const {
    if (g.segments == 1) return first + i;
    const int64_t s = i / g.run;
    return first + s * step + i - s * g.run;
  }
  PH_DEVICE int64_t channel_of(const RowNormArgs& g, int64_t i) const {
    const int64_t s = g.segments == 1 ? 0 : i / g.run;
    return channel + (g.by_segment ? s : i - s * g.run);
  }
};

template <class S>
struct Forward {
  using T = Wide<S>;
  RowNormArgs g;
  template <class G>
  PH_DEVICE void operator()(int64_t row, const G& group) const {
    const Place p(g, row);
    const In<S> x(g.x);
    const Out<S> y(g.y);
    const T *gamma = static_cast<const T*>(g.gamma), *beta = static_cast<const T*>(g.beta);
    const double count = static_cast<double>(max_of<int64_t>(p.size, 1));
    T mean = 0;
    if (!g.rms)
      mean = static_cast<T>(
          group.sum(p.size, [&](int64_t i) { return static_cast<double>(x[p.at(g, i)]); }) / count);
    const double squares = group.sum(p.size, [&](int64_t i) {
      const double d = static_cast<double>(x[p.at(g, i)]) - static_cast<double>(mean);
      return d * d;
    });
    const T rstd = static_cast<T>(1 / sqrt(squares / count + g.epsilon));
    if (group.first()) static_cast<T*>(g.mean)[row] = mean, static_cast<T*>(g.rstd)[row] = rstd;
    group.each(p.size, [&](int64_t i) {
      const int64_t at = p.at(g, i), c = p.channel_of(g, i);
      T h = (x[at] - mean) * rstd;
      if (gamma) h *= gamma[c];
      if (beta) h += beta[c];
      y.put(at, h);
    });
  }
};

// With u = dy * gamma and h = (x - mean) * rstd: dx = rstd * (u - avg u - h * avg(u * h)), without
// avg u for rms.
template <class S>
struct Backward {
  using T = Wide<S>;
  RowNormArgs g;
  template <class G>
  PH_DEVICE void operator()(int64_t row, const G& group) const {
    const Place p(g, row);
    const In<S> x(g.x), dy(g.dy);
    const Out<S> dx(g.dx);
    const T* const gamma = static_cast<const T*>(g.gamma);
    const T mean = static_cast<const T*>(g.mean)[row], rstd = static_cast<const T*>(g.rstd)[row];
    const double count = static_cast<double>(max_of<int64_t>(p.size, 1));
    const auto u = [&](int64_t i, int64_t at) {
      return gamma ? dy[at] * gamma[p.channel_of(g, i)] : dy[at];
    };
    const auto h = [&](int64_t at) { return (x[at] - mean) * rstd; };
    const double sum =
        g.rms ? 0
              : group.sum(p.size, [&](int64_t i) { return static_cast<double>(u(i, p.at(g, i))); });
    const double dot = group.sum(p.size, [&](int64_t i) {
      const int64_t at = p.at(g, i);
      return static_cast<double>(u(i, at)) * static_cast<double>(h(at));
    });
    const T average = static_cast<T>(sum / count), lean = static_cast<T>(dot / count);
    group.each(p.size, [&](int64_t i) {
      const int64_t at = p.at(g, i);
      dx.put(at, (u(i, at) - average - h(at) * lean) * rstd);
    });
  }
};

// Of a channel: sum(dy * h) and sum(dy) over a part of what it is summed over.
int64_t others_of(const RowNormArgs& g) { return g.samples * (g.by_segment ? g.run : g.segments); }
int64_t channels_of(const RowNormArgs& g) { return g.groups * (g.by_segment ? g.segments : g.run); }
int64_t parts_of(const RowNormArgs& g) {
  const int64_t channels = channels_of(g);
  if (channels == 0) return 1;
  return max_of<int64_t>(1, min_of(others_of(g) / kNormPart, kReduceThreads / channels));
}
template <class S>
struct PartParameters {
  using T = Wide<S>;
  RowNormArgs g;
  int64_t channels, others, parts;
  double* sums;  // (parts, channels, 2)
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t part = i / channels, c = i - part * channels;
    const int64_t inner = g.by_segment ? g.run : g.segments;
    const int64_t of_group = g.by_segment ? g.segments : g.run, group = c / of_group;
    const In<S> x(g.x), dy(g.dy);
    double dot = 0, sum = 0;
    for (int64_t o = others * part / parts; o < others * (part + 1) / parts; ++o) {
      const int64_t sample = o / inner, k = o - sample * inner;
      const int64_t at = g.by_segment ? (sample * channels + c) * g.run + k
                                      : (sample * g.segments + k) * channels + c;
      const int64_t row = sample * g.groups + group;
      const auto d = static_cast<double>(dy[at]);
      const T h = (x[at] - static_cast<const T*>(g.mean)[row]) * static_cast<const T*>(g.rstd)[row];
      dot += d * static_cast<double>(h), sum += d;
    }
    sums[2 * i] = dot, sums[2 * i + 1] = sum;
  }
};
template <class S>
struct JoinParameters {
  using T = Wide<S>;
  RowNormArgs g;
  int64_t channels, parts;
  const double* sums;
  PH_DEVICE void operator()(int64_t c) const {
    double dot = 0, sum = 0;
    for (int64_t p = 0; p < parts; ++p)
      dot += sums[2 * (p * channels + c)], sum += sums[2 * (p * channels + c) + 1];
    if (g.dgamma) static_cast<T*>(g.dgamma)[c] = static_cast<T>(dot);
    if (g.dbeta) static_cast<T*>(g.dbeta)[c] = static_cast<T>(sum);
  }
};

}  // namespace

size_t row_norm_scratch(const RowNormArgs& g, int) {
  return static_cast<size_t>(parts_of(g) * channels_of(g)) * 2 * sizeof(double);
}

void row_norm(const RowNormArgs& g, const Launch& team) {
  with_stored(g.dtype, [&](auto t) {
    each_row(g.samples * g.groups, g.segments * g.run, team, Forward<decltype(t)>{g});
  });
}

void row_norm_grad(const RowNormArgs& g, const Launch& team) {
  with_stored(g.dtype, [&](auto t) {
    using S = decltype(t);
    if (g.dx) each_row(g.samples * g.groups, g.segments * g.run, team, Backward<S>{g});
    if (!g.dgamma && !g.dbeta) return;
    const int64_t channels = channels_of(g), parts = parts_of(g);
    auto* const sums = static_cast<double*>(g.scratch);
    each(parts * channels, team, PartParameters<S>{g, channels, others_of(g), parts, sums});
    each(channels, team, JoinParameters<S>{g, channels, parts, sums});
  });
}

}  // namespace cuda
}  // namespace ph

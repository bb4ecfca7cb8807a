// CTC by the forward and backward sums over the labels with blanks between them:
//   states s: blank, l1, blank, l2, ... blank
//   alpha[t][s] = x[t][s] + log(alpha[t-1][s] + alpha[t-1][s-1] + alpha[t-1][s-2]), the last one
//   only into a label that differs from the one before; beta likewise from the end.
#include <cmath>
#include <limits>

#include "../../args_ctc.h"
#include "cold.h"

namespace ph {
namespace cold {
namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();

double log_sum(double a, double b) {
  const double high = a > b ? a : b, low = a > b ? b : a;
  return low == kNone ? high : high + std::log1p(std::exp(low - high));
}

template <class T>
struct Sequence {
  const T* x;
  const int32_t* labels;
  int64_t classes, blank, states, time;
  int64_t class_of(int64_t s) const { return s % 2 ? labels[s / 2] : blank; }
  double at(int64_t t, int64_t s) const {
    return static_cast<double>(x[t * classes + class_of(s)]);
  }
  bool skips(int64_t s) const { return s % 2 && s > 1 && labels[s / 2] != labels[s / 2 - 1]; }
};

template <class T>
void forward(const Sequence<T>& q, double* alpha) {
  for (int64_t t = 0; t < q.time; ++t) {
    double* const now = alpha + t * q.states;
    const double* const old = now - q.states;
    for (int64_t s = 0; s < q.states; ++s) {
      double sum = kNone;
      if (t == 0) {
        if (s < 2) sum = 0;
      } else {
        sum = old[s];
        if (s > 0) sum = log_sum(sum, old[s - 1]);
        if (q.skips(s)) sum = log_sum(sum, old[s - 2]);
      }
      now[s] = sum == kNone ? kNone : sum + q.at(t, s);
    }
  }
}

// dx[t][k] -= sum over states s of class k of exp(alpha + beta - x - log p).
template <class T>
void backward(const Sequence<T>& q, const double* alpha, double log_p, double* beta, T* dx) {
  double *now = beta, *next = beta + q.states;
  for (int64_t t = q.time - 1; t >= 0; --t) {
    for (int64_t s = q.states - 1; s >= 0; --s) {
      double sum = kNone;
      if (t == q.time - 1) {
        if (s >= q.states - 2) sum = 0;
      } else {
        sum = next[s];
        if (s + 1 < q.states) sum = log_sum(sum, next[s + 1]);
        if (s + 2 < q.states && q.skips(s + 2)) sum = log_sum(sum, next[s + 2]);
      }
      // without x[t][s], which alpha has
      const double both = alpha[t * q.states + s] + sum;
      if (both > kNone) dx[t * q.classes + q.class_of(s)] -= static_cast<T>(std::exp(both - log_p));
      now[s] = sum == kNone ? kNone : sum + q.at(t, s);
    }
    double* const swap = now;
    now = next, next = swap;
  }
}

int64_t limited(int32_t n, int64_t most) { return n < 0 ? 0 : n > most ? most : n; }

template <class T>
void of_type(const CtcArgs& c, const Launch& team) {
  const int64_t most = 2 * c.length + 1, own = (c.time + kCtcRows - 1) * most;
  in_parts(team, c.batch, 1, [&](int64_t begin, int64_t end, int thread) {
    for (int64_t b = begin; b < end; ++b) {
      double* const alpha = static_cast<double*>(c.scratch) + thread * own;
      const int64_t plane = c.time * c.classes;
      const int32_t* const labels = c.labels + b * c.length;
      const int64_t count = limited(c.label_lengths[b], c.length);
      const Sequence<T> q{static_cast<const T*>(c.x) + b * plane,
                          labels,
                          c.classes,
                          c.blank,
                          2 * count + 1,
                          limited(c.times[b], c.time)};
      T* const dx = c.dx ? static_cast<T*>(c.dx) + b * plane : nullptr;
      for (int64_t i = 0; dx && i < plane; ++i) dx[i] = 0;
      bool wrong = false;
      for (int64_t i = 0; i < count; ++i) wrong = wrong || labels[i] < 0 || labels[i] >= c.classes;
      double log_p = kNone;
      if (wrong) {
        *c.status = kStatusLabel;
      } else if (q.time == 0) {
        if (count == 0) log_p = 0;
      } else {
        forward(q, alpha);
        const double* const last = alpha + (q.time - 1) * q.states;
        log_p = last[q.states - 1];
        if (count) log_p = log_sum(log_p, last[q.states - 2]);
        if (dx && log_p > kNone) backward(q, alpha, log_p, alpha + q.time * q.states, dx);
      }
      if (c.loss) static_cast<T*>(c.loss)[b] = static_cast<T>(-log_p);
    }
  });
}

}  // namespace

void ctc(const CtcArgs& c, const Launch& team) {
  if (c.dtype == DType::f64)
    of_type<double>(c, team);
  else
    of_type<float>(c, team);
}

}  // namespace cold
}  // namespace ph

// Connectionist temporal classification by forward and backward sums over the labels with blanks
// between them: a block a sequence, a thread a state, all states before the next step. As many
// blocks work at once as there is scratch for.
#include "../args_ctc.h"
#include "cuda.h"

namespace ph {
namespace cuda {
namespace {

PH_DEVICE double none() { return -bit_cast<double>(uint64_t{0x7ff} << 52); }
PH_DEVICE double log_sum(double a, double b) {
  const double high = a > b ? a : b, low = a > b ? b : a;
  return low == none() ? high : high + log1p(exp(low - high));
}
PH_DEVICE int64_t limited(int32_t n, int64_t most) { return n < 0 ? 0 : n > most ? most : n; }

template <class T>
struct Ctc {
  CtcArgs c;
  int64_t workers;

  struct Sequence {
    const T* x;
    const int32_t* labels;
    int64_t classes, blank, states, time;
    PH_DEVICE int64_t class_of(int64_t s) const { return s % 2 ? labels[s / 2] : blank; }
    PH_DEVICE double at(int64_t t, int64_t s) const {
      return static_cast<double>(x[t * classes + class_of(s)]);
    }
    PH_DEVICE bool skips(int64_t s) const {
      return s % 2 && s > 1 && labels[s / 2] != labels[s / 2 - 1];
    }
  };
  PH_DEVICE void forward(const Sequence& q, double* alpha) const {
    for (int64_t t = 0; t < q.time; ++t) {
      double* const now = alpha + t * q.states;
      const double* const old = now - q.states;
      for (int64_t s = threadIdx.x; s < q.states; s += kBlock) {
        double sum = t == 0 && s < 2 ? 0 : none();
        if (t > 0) {
          sum = old[s];
          if (s > 0) sum = log_sum(sum, old[s - 1]);
          if (q.skips(s)) sum = log_sum(sum, old[s - 2]);
        }
        now[s] = sum == none() ? sum : sum + q.at(t, s);
      }
      __syncthreads();
    }
  }
  // alpha becomes alpha + beta - x, step by step; then each class's first state takes the sum of
  // all states of the class, in their order.
  PH_DEVICE void backward(const Sequence& q, double* alpha, double log_p, double* beta,
                          T* dx) const {
    double *now = beta, *next = beta + q.states;
    for (int64_t t = q.time - 1; t >= 0; --t) {
      for (int64_t s = threadIdx.x; s < q.states; s += kBlock) {
        double sum = t == q.time - 1 && s >= q.states - 2 ? 0 : none();
        if (t < q.time - 1) {
          sum = next[s];
          if (s + 1 < q.states) sum = log_sum(sum, next[s + 1]);
          if (s + 2 < q.states && q.skips(s + 2)) sum = log_sum(sum, next[s + 2]);
        }
        alpha[t * q.states + s] += sum;
        now[s] = sum == none() ? sum : sum + q.at(t, s);
      }
      __syncthreads();
      for (int64_t s = threadIdx.x; s < q.states; s += kBlock) {
        const int64_t k = q.class_of(s);
        bool first = true;
        for (int64_t p = 0; p < s && first; ++p) first = q.class_of(p) != k;
        if (!first) continue;
        double share = 0;
        for (int64_t p = s; p < q.states; ++p)
          if (q.class_of(p) == k && alpha[t * q.states + p] > none())
            share += exp(alpha[t * q.states + p] - log_p);
        dx[t * q.classes + k] = static_cast<T>(-share);
      }
      __syncthreads();
      double* const swap = now;
      now = next, next = swap;
    }
  }
  PH_DEVICE void operator()(int64_t worker) const {
    const int64_t own = (c.time + kCtcRows - 1) * (2 * c.length + 1), plane = c.time * c.classes;
    double* const alpha = static_cast<double*>(c.scratch) + worker * own;
    for (int64_t b = worker; b < c.batch; b += workers) {
      const int64_t count = limited(c.label_lengths[b], c.length);
      const Sequence q = {static_cast<const T*>(c.x) + b * plane,
                          c.labels + b * c.length,
                          c.classes,
                          c.blank,
                          2 * count + 1,
                          limited(c.times[b], c.time)};
      T* const dx = c.dx ? static_cast<T*>(c.dx) + b * plane : nullptr;
      for (int64_t i = threadIdx.x; dx && i < plane; i += kBlock) dx[i] = 0;
      bool wrong = false;
      for (int64_t i = 0; i < count; ++i)
        wrong = wrong || q.labels[i] < 0 || q.labels[i] >= c.classes;
      double log_p = none();
      if (wrong) {
        if (threadIdx.x == 0) *c.status = kStatusLabel;
      } else if (q.time == 0) {
        if (count == 0) log_p = 0;
      } else {
        __syncthreads();
        forward(q, alpha);
        const double* const last = alpha + (q.time - 1) * q.states;
        log_p = last[q.states - 1];
        if (count) log_p = log_sum(log_p, last[q.states - 2]);
        __syncthreads();
        if (dx && log_p > none()) backward(q, alpha, log_p, alpha + q.time * q.states, dx);
      }
      if (c.loss && threadIdx.x == 0) static_cast<T*>(c.loss)[b] = static_cast<T>(-log_p);
      __syncthreads();
    }
  }
};

}  // namespace

void ctc(const CtcArgs& c, const Launch& team) {
  const int64_t workers = min_of<int64_t>(c.batch, max_of(team.threads, 1));
  with_float(c.dtype, [&](auto t) { each_block(workers, team, Ctc<decltype(t)>{c, workers}); });
}

}  // namespace cuda
}  // namespace ph

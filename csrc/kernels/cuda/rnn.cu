// Recurrent layers, forward and backward: a block takes kRnnRows sequences through all steps and
// meets no other block. States and products of a step lie in scratch, which stays in cache; a
// weight is read once a step for all of the block's sequences.
#include "../args_rnn.h"
#include "cuda.h"

namespace ph {
namespace cuda {
namespace {

template <class T>
PH_DEVICE T clamp01(T x) {
  return x < 0 ? T(0) : x > 1 ? T(1) : x;
}
template <class T>
PH_DEVICE T rnn_act(RnnAct act, T x) {
  switch (act) {
    case RnnAct::relu: return x < 0 ? T(0) : x;
    case RnnAct::tanh: return tanh(x);
    case RnnAct::sigmoid: return 1 / (1 + exp(-x));
    case RnnAct::hard_sigmoid: return clamp01(x / T(6) + T(0.5));
    case RnnAct::hard_sigmoid_keras2: return clamp01(x * T(0.2) + T(0.5));
    default: return x;
  }
}
// act'(x) in terms of y = act(x).
template <class T>
PH_DEVICE T rnn_slope(RnnAct act, T y) {
  const bool inside = y > 0 && y < 1;
  switch (act) {
    case RnnAct::relu: return y > 0 ? T(1) : T(0);
    case RnnAct::tanh: return 1 - y * y;
    case RnnAct::sigmoid: return y * (1 - y);
    case RnnAct::hard_sigmoid: return inside ? T(1) / 6 : T(0);
    case RnnAct::hard_sigmoid_keras2: return inside ? T(0.2) : T(0);
    default: return T(1);
  }
}

// Where a block works: sequences [first, first + rows).
template <class T>
struct Block {
  const RnnArgs& a;
  int64_t first, n, columns, saved, grads;
  int rows;
  T *z, *dh, *dc, *extra;  // (rows, columns), (rows, n) each
  PH_DEVICE Block(const RnnArgs& args, int64_t item) : a(args) {
    first = item * kRnnRows, n = a.units;
    rows = static_cast<int>(min_of<int64_t>(kRnnRows, a.batch - first));
    const int cell = static_cast<int>(a.cell);
    columns = rnn_columns(cell) * n, saved = rnn_saved(cell) * n, grads = rnn_grads(cell) * n;
    z = static_cast<T*>(a.scratch) + item * kRnnRows * (columns + 3 * n);
    dh = z + kRnnRows * columns, dc = dh + kRnnRows * n, extra = dc + kRnnRows * n;
  }
  // kRnnColumns and its like, for the device.
  static PH_DEVICE int64_t rnn_columns(int cell) { return cell == 0 ? 1 : cell == 1 ? 4 : 3; }
  static PH_DEVICE int64_t rnn_saved(int cell) { return cell == 0 ? 1 : cell == 2 ? 3 : 4; }
  static PH_DEVICE int64_t rnn_grads(int cell) { return cell == 0 ? 1 : 4; }

  PH_DEVICE int64_t at(int i, int64_t t) const { return (first + i) * a.time + t; }
  PH_DEVICE bool on(int i, int64_t t) const { return !a.mask || a.mask[at(i, t)]; }
  PH_DEVICE bool any(int64_t t) const {
    for (int i = 0; i < rows; ++i)
      if (on(i, t)) return true;
    return false;
  }
  // f(i, j) for every sequence and unit, shared out among the threads.
  template <class F>
  PH_DEVICE void each_unit(const F& f) const {
    for (int64_t k = threadIdx.x; k < rows * n; k += kBlock) {
      const int64_t i = k / n;
      f(static_cast<int>(i), k - i * n);
    }
  }
  // to (rows, columns [begin, end)) = state (rows, n) @ weights; a thread a column.
  PH_DEVICE void forward_product(const T* state, int64_t begin, int64_t end, const T* bias,
                                 T* to) const {
    const T* const w = static_cast<const T*>(a.weights);
    for (int64_t c = begin + threadIdx.x; c < end; c += kBlock) {
      T sum[kRnnRows];
      for (int i = 0; i < kRnnRows; ++i) sum[i] = bias ? bias[c] : T(0);
      for (int64_t k = 0; k < n; ++k) {
        const T weight = w[k * columns + c];
        for (int i = 0; i < kRnnRows; ++i)
          if (i < rows) sum[i] += state[i * n + k] * weight;
      }
      for (int i = 0; i < rows; ++i) to[i * columns + c] = sum[i];
    }
  }
  // to (rows, n) (+)= z (rows, columns [begin, end)) @ weights, transposed; a warp a unit.
  PH_DEVICE void backward_product(int64_t begin, int64_t end, T* to, bool accumulate) const {
    const T* const w = static_cast<const T*>(a.weights);
    for (int64_t k = warp_id(); k < n; k += kBlock / 32)
      for (int i = 0; i < rows; ++i) {
        T sum = 0;
        for (int64_t c = begin + lane_id(); c < end; c += 32)
          sum += z[i * columns + c] * w[k * columns + c];
        sum = fold_warp(sum, Sum());
        if (lane_id() == 0) to[i * n + k] = accumulate ? to[i * n + k] + sum : sum;
      }
  }
};

// ---------------------------------------------------------------- forward
template <class T>
struct Forward {
  RnnArgs a;
  PH_DEVICE T act(T x) const { return rnn_act(a.act, x); }
  PH_DEVICE T gate(T x) const { return rnn_act(a.gate_act, x); }

  PH_DEVICE void cell(const Block<T>& b, int64_t t, T* h, T* c) const {
    const int64_t n = b.n;
    T* const gates = static_cast<T*>(a.gates);
    T* const before = static_cast<T*>(a.before);
    b.each_unit([&](int i, int64_t j) {
      if (!b.on(i, t)) return;
      T* const g = gates + b.at(i, t) * b.saved + j;
      const T* const z = b.z + i * b.columns + j;
      T &state = h[i * n + j], old = state;
      before[b.at(i, t) * n + j] = old;
      if (a.cell == RnnCell::simple) {
        state = *g = act(*g + *z);
      } else if (a.cell == RnnCell::lstm) {
        const T in = gate(g[0] + z[0]), keep = gate(g[n] + z[n]), fresh = act(g[2 * n] + z[2 * n]);
        const T out = gate(g[3 * n] + z[3 * n]), now = keep * c[i * n + j] + in * fresh;
        static_cast<T*>(a.cells)[b.at(i, t) * n + j] = c[i * n + j];
        g[0] = in, g[n] = keep, g[2 * n] = fresh, g[3 * n] = out;
        c[i * n + j] = now;
        state = out * act(now);
      } else if (a.cell == RnnCell::gru) {
        const T update = gate(g[0] + z[0]), reset = gate(g[n] + z[n]), product = z[2 * n];
        const T fresh = act(g[2 * n] + reset * product);
        g[0] = update, g[n] = reset, g[2 * n] = fresh, g[3 * n] = product;
        state = update * old + (1 - update) * fresh;
      } else {  // gru_before: its gates are there, z is the product of r * h
        const T update = g[0], fresh = act(g[2 * n] + z[2 * n]);
        g[2 * n] = fresh;
        state = update * old + (1 - update) * fresh;
      }
    });
  }
  PH_DEVICE void reset_gates(const Block<T>& b, int64_t t, const T* h) const {
    b.each_unit([&](int i, int64_t j) {
      T* const g = static_cast<T*>(a.gates) + b.at(i, t) * b.saved + j;
      const T* const z = b.z + i * b.columns + j;
      if (!b.on(i, t)) {
        b.extra[i * b.n + j] = 0;
        return;
      }
      const T reset = gate(g[b.n] + z[b.n]);
      g[0] = gate(g[0] + z[0]), g[b.n] = reset;
      b.extra[i * b.n + j] = reset * h[i * b.n + j];
    });
  }

  PH_DEVICE void operator()(int64_t item) const {
    const Block<T> b(a, item);
    const int64_t n = b.n;
    T* const h = static_cast<T*>(a.h) + b.first * n;
    T* const c = a.c ? static_cast<T*>(a.c) + b.first * n : nullptr;
    T* const y = static_cast<T*>(a.y);
    b.each_unit([&](int i, int64_t j) {
      h[i * n + j] = static_cast<const T*>(a.h0)[(b.first + i) * n + j];
      if (c) c[i * n + j] = static_cast<const T*>(a.c0)[(b.first + i) * n + j];
      if (a.time == 0 && !a.sequences) y[(b.first + i) * n + j] = 0;
    });
    __syncthreads();
    bool seen[kRnnRows] = {};
    for (int64_t step = 0; step < a.time; ++step) {
      const int64_t t = a.reversed ? a.time - 1 - step : step;
      if (b.any(t)) {
        const bool before = a.cell == RnnCell::gru_before;
        b.forward_product(h, 0, before ? 2 * n : b.columns, static_cast<const T*>(a.bias), b.z);
        __syncthreads();
        if (before) {
          reset_gates(b, t, h);
          __syncthreads();
          b.forward_product(b.extra, 2 * n, b.columns, nullptr, b.z);
          __syncthreads();
        }
        cell(b, t, h, c);
      }
      for (int i = 0; i < b.rows; ++i) seen[i] = seen[i] || b.on(i, t);
      __syncthreads();
      b.each_unit([&](int i, int64_t j) {
        const bool on = b.on(i, t);
        const int64_t at = b.at(i, t);
        if (!on) {
          for (int64_t k = j; k < b.saved; k += n) static_cast<T*>(a.gates)[at * b.saved + k] = 0;
          static_cast<T*>(a.before)[at * n + j] = 0;
          if (c) static_cast<T*>(a.cells)[at * n + j] = 0;
        }
        const T value = on || (seen[i] && !a.zero_masked) ? h[i * n + j] : T(0);
        if (a.sequences)
          y[((b.first + i) * a.time + step) * n + j] = value;
        else if (step == a.time - 1)
          y[(b.first + i) * n + j] = value;
      });
      __syncthreads();
    }
  }
};

// ---------------------------------------------------------------- backward
template <class T>
struct Backward {
  RnnArgs a;
  PH_DEVICE T act_slope(T y) const { return rnn_slope(a.act, y); }
  PH_DEVICE T gate_slope(T y) const { return rnn_slope(a.gate_act, y); }

  // dh becomes what reaches the state before without the weights; z: the rest, of the products.
  PH_DEVICE void cell(const Block<T>& b, int64_t t) const {
    const int64_t n = b.n;
    b.each_unit([&](int i, int64_t j) {
      T* const z = b.z + i * b.columns + j;
      T* const dz = static_cast<T*>(a.dz) + b.at(i, t) * b.grads + j;
      if (!b.on(i, t)) {
        for (int64_t k = 0; k < b.grads; k += n) dz[k] = 0;
        for (int64_t k = 0; k < b.columns; k += n) z[k] = 0;
        return;
      }
      const T* const g = static_cast<const T*>(a.gates) + b.at(i, t) * b.saved + j;
      const T old = static_cast<const T*>(a.before)[b.at(i, t) * n + j];
      T& dh = b.dh[i * n + j];
      if (a.cell == RnnCell::simple) {
        z[0] = dz[0] = dh * act_slope(g[0]);
        dh = 0;
      } else if (a.cell == RnnCell::lstm) {
        const T in = g[0], keep = g[n], fresh = g[2 * n], out = g[3 * n];
        const T was = static_cast<const T*>(a.cells)[b.at(i, t) * n + j];
        const T state = rnn_act(a.act, keep * was + in * fresh);
        const T dc = b.dc[i * n + j] + dh * out * act_slope(state);
        z[0] = dz[0] = dc * fresh * gate_slope(in);
        z[n] = dz[n] = dc * was * gate_slope(keep);
        z[2 * n] = dz[2 * n] = dc * in * act_slope(fresh);
        z[3 * n] = dz[3 * n] = dh * state * gate_slope(out);
        b.dc[i * n + j] = dc * keep;
        dh = 0;
      } else {
        const T update = g[0], reset = g[n], fresh = g[2 * n];
        const T df = dh * (1 - update) * act_slope(fresh);
        z[0] = dz[0] = dh * (old - fresh) * gate_slope(update);
        dz[2 * n] = df;
        if (a.cell == RnnCell::gru) {
          z[n] = dz[n] = df * g[3 * n] * gate_slope(reset);
          z[2 * n] = dz[3 * n] = df * reset;
        } else {
          z[2 * n] = df;
          dz[3 * n] = reset * old;
        }
        dh *= update;
      }
    });
  }
  // gru_before: extra is the gradient of r * h.
  PH_DEVICE void reset_gate(const Block<T>& b, int64_t t) const {
    const int64_t n = b.n;
    b.each_unit([&](int i, int64_t j) {
      if (!b.on(i, t)) return;
      const T reset = static_cast<const T*>(a.gates)[b.at(i, t) * b.saved + n + j];
      const T old = static_cast<const T*>(a.before)[b.at(i, t) * n + j], d = b.extra[i * n + j];
      b.z[i * b.columns + n + j] = static_cast<T*>(a.dz)[b.at(i, t) * b.grads + n + j] =
          d * old * gate_slope(reset);
      b.dh[i * n + j] += d * reset;
    });
  }

  PH_DEVICE void operator()(int64_t item) const {
    const Block<T> b(a, item);
    const int64_t n = b.n;
    const T* const dy = static_cast<const T*>(a.dy);
    const auto time_of = [&](int64_t step) { return a.reversed ? a.time - 1 - step : step; };
    int64_t begins[kRnnRows] = {};  // the first step that counts
    for (int i = 0; i < b.rows; ++i)
      while (begins[i] < a.time && !b.on(i, time_of(begins[i]))) ++begins[i];
    b.each_unit([&](int i, int64_t j) {
      const int64_t at = (b.first + i) * n + j;
      b.dh[i * n + j] = a.dh ? static_cast<const T*>(a.dh)[at] : T(0);
      b.dc[i * n + j] = a.dc ? static_cast<const T*>(a.dc)[at] : T(0);
    });
    __syncthreads();
    for (int64_t step = a.time - 1; step >= 0; --step) {
      const int64_t t = time_of(step);
      if (dy && (a.sequences || step == a.time - 1))
        b.each_unit([&](int i, int64_t j) {
          if (step < begins[i] || (a.zero_masked && !b.on(i, t))) return;
          const int64_t row = a.sequences ? (b.first + i) * a.time + step : b.first + i;
          b.dh[i * n + j] += dy[row * n + j];
        });
      __syncthreads();
      cell(b, t);
      __syncthreads();
      if (!b.any(t)) continue;
      int64_t depth = b.columns;
      if (a.cell == RnnCell::gru_before) {
        b.backward_product(2 * n, 3 * n, b.extra, false);
        __syncthreads();
        reset_gate(b, t);
        __syncthreads();
        depth = 2 * n;
      }
      b.backward_product(0, depth, b.dh, true);
      __syncthreads();
    }
    b.each_unit([&](int i, int64_t j) {
      const int64_t at = (b.first + i) * n + j;
      if (a.dh0) static_cast<T*>(a.dh0)[at] = b.dh[i * n + j];
      if (a.dc0) static_cast<T*>(a.dc0)[at] = b.dc[i * n + j];
    });
  }
};

}  // namespace

size_t rnn_scratch(const RnnArgs& a, int) {
  const int64_t row = (kRnnColumns[static_cast<int>(a.cell)] + 3) * a.units;
  return static_cast<size_t>(ceil_div(a.batch, kRnnRows) * kRnnRows * row) *
         kDTypeSize[static_cast<int>(a.dtype)];
}

void rnn(const RnnArgs& a, const Launch& team) {
  if (a.batch <= 0 || a.units <= 0) return;
  with_float(a.dtype, [&](auto t) {
    each_block(ceil_div(a.batch, kRnnRows), team, Forward<decltype(t)>{a});
  });
}
void rnn_grad(const RnnArgs& a, const Launch& team) {
  if (a.batch <= 0 || a.units <= 0) return;
  with_float(a.dtype, [&](auto t) {
    each_block(ceil_div(a.batch, kRnnRows), team, Backward<decltype(t)>{a});
  });
}

}  // namespace cuda
}  // namespace ph

// Recurrent layers, forward: the loop over time inside a block of sequences. Threads share out the
// blocks and do not meet between steps.
#include "../families.h"
#include "rnn_act.h"
#include "rnn_product.h"

namespace ph {
namespace PH_ISA {
namespace {

// One sequence at one step, as its cell sees it.
template <class T>
struct ForwardRow {
  int64_t units;
  const T* z;  // products of the state
  T *gates, *before, *cells, *h, *c, *reset;
};

template <class T, class Acts>
PH_INLINE void simple_row(const ForwardRow<T>& r, const Acts& f) {
  over_units<T>(r.units, [&](int64_t j, auto io) {
    const Vec<T> h = f.act(io.get(r.gates + j) + io.get(r.z + j));
    io.put(r.before + j, io.get(r.h + j));
    io.put(r.gates + j, h);
    io.put(r.h + j, h);
  });
}

template <class T, class Acts>
PH_INLINE void lstm_row(const ForwardRow<T>& r, const Acts& f) {
  const int64_t n = r.units;
  over_units<T>(n, [&](int64_t j, auto io) {
    T* const g = r.gates + j;
    const T* const z = r.z + j;
    const Vec<T> in = f.gate(io.get(g) + io.get(z));
    const Vec<T> keep = f.gate(io.get(g + n) + io.get(z + n));
    const Vec<T> fresh = f.act(io.get(g + 2 * n) + io.get(z + 2 * n));
    const Vec<T> out = f.gate(io.get(g + 3 * n) + io.get(z + 3 * n));
    const Vec<T> old = io.get(r.c + j), c = keep * old + in * fresh;
    io.put(r.before + j, io.get(r.h + j));
    io.put(r.cells + j, old);
    io.put(g, in), io.put(g + n, keep), io.put(g + 2 * n, fresh), io.put(g + 3 * n, out);
    io.put(r.c + j, c);
    io.put(r.h + j, out * f.act(c));
  });
}

template <class T, class Acts>
PH_INLINE void gru_row(const ForwardRow<T>& r, const Acts& f) {
  const int64_t n = r.units;
  over_units<T>(n, [&](int64_t j, auto io) {
    T* const g = r.gates + j;
    const Vec<T> update = f.gate(io.get(g) + io.get(r.z + j));
    const Vec<T> reset = f.gate(io.get(g + n) + io.get(r.z + n + j));
    const Vec<T> product = io.get(r.z + 2 * n + j);
    const Vec<T> fresh = f.act(io.get(g + 2 * n) + reset * product);
    const Vec<T> old = io.get(r.h + j);
    io.put(r.before + j, old);
    io.put(g, update), io.put(g + n, reset), io.put(g + 2 * n, fresh), io.put(g + 3 * n, product);
    io.put(r.h + j, update * old + (1 - update) * fresh);
  });
}

// reset_before: the gates first, then the product of r * h, then the rest.
template <class T, class Acts>
PH_INLINE void gru_gates_row(const ForwardRow<T>& r, const Acts& f) {
  const int64_t n = r.units;
  over_units<T>(n, [&](int64_t j, auto io) {
    T* const g = r.gates + j;
    const Vec<T> reset = f.gate(io.get(g + n) + io.get(r.z + n + j));
    io.put(g, f.gate(io.get(g) + io.get(r.z + j)));
    io.put(g + n, reset);
    io.put(r.reset + j, reset * io.get(r.h + j));
  });
}
template <class T, class Acts>
PH_INLINE void gru_state_row(const ForwardRow<T>& r, const Acts& f) {
  const int64_t n = r.units;
  over_units<T>(n, [&](int64_t j, auto io) {
    T* const g = r.gates + j;
    const Vec<T> update = io.get(g), old = io.get(r.h + j);
    const Vec<T> fresh = f.act(io.get(g + 2 * n) + io.get(r.z + j));
    io.put(r.before + j, old);
    io.put(g + 2 * n, fresh);
    io.put(r.h + j, update * old + (1 - update) * fresh);
  });
}

template <class T, class Acts>
void forward_block(const RnnArgs& a, const RnnPlan& plan, const RnnWeights<T>* weights,
                   int64_t first, int64_t rows, T* own) {
  const Acts f(a);
  const int64_t n = a.units, time = a.time, width = kRnnSaved[static_cast<int>(a.cell)] * n;
  T *const z = own, *const reset = z + plan.rows * plan.width;
  T *const h = static_cast<T*>(a.h) + first * n, *const c = a.c ? static_cast<T*>(a.c) + first * n
                                                                : nullptr;
  T* const y = static_cast<T*>(a.y);
  put_row(h, static_cast<const T*>(a.h0) + first * n, rows * n);
  if (c) put_row(c, static_cast<const T*>(a.c0) + first * n, rows * n);
  bool seen[kRnnRows] = {};
  for (int64_t step = 0; step < time; ++step) {
    const int64_t t = a.reversed ? time - 1 - step : step;
    bool on[kRnnRows], any = false;
    for (int64_t i = 0; i < rows; ++i) {
      on[i] = !a.mask || a.mask[(first + i) * time + t];
      any = any || on[i];
    }
    const auto row = [&](int64_t i) {
      const int64_t at = (first + i) * time + t;
      ForwardRow<T> r;
      r.units = n;
      r.z = z + i * plan.width;
      r.gates = static_cast<T*>(a.gates) + at * width;
      r.before = static_cast<T*>(a.before) + at * n;
      r.cells = c ? static_cast<T*>(a.cells) + at * n : nullptr;
      r.h = h + i * n;
      r.c = c ? c + i * n : nullptr;
      r.reset = reset + i * plan.padded;
      return r;
    };
    const auto each = [&](const auto& cell) {
      for (int64_t i = 0; i < rows; ++i)
        if (on[i]) cell(row(i));
    };
    if (step + 1 < time)
      for (int64_t i = 0; i < rows; ++i) {
        const int64_t next = (first + i) * time + (a.reversed ? t - 1 : t + 1);
        fetch_row(static_cast<const T*>(a.gates) + next * width, width);
        fetch_row(static_cast<const T*>(a.before) + next * n, n);
        if (c) fetch_row(static_cast<const T*>(a.cells) + next * n, n);
      }
    if (any) {
      weights[0].multiply(h, n, rows, 0, n, z, plan.width, false, static_cast<const T*>(a.bias));
      switch (a.cell) {
        case RnnCell::simple: each([&](const auto& r) { simple_row<T>(r, f); }); break;
        case RnnCell::lstm: each([&](const auto& r) { lstm_row<T>(r, f); }); break;
        case RnnCell::gru: each([&](const auto& r) { gru_row<T>(r, f); }); break;
        case RnnCell::gru_before:
          for (int64_t i = 0; i < rows; ++i)
            if (!on[i]) put_row<T>(reset + i * plan.padded, nullptr, n);
          each([&](const auto& r) { gru_gates_row<T>(r, f); });
          weights[1].multiply(reset, plan.padded, rows, 0, n, z, plan.width, false);
          each([&](const auto& r) { gru_state_row<T>(r, f); });
          break;
      }
    }
    for (int64_t i = 0; i < rows; ++i) {
      if (!on[i]) {
        const ForwardRow<T> r = row(i);
        put_row<T>(r.gates, nullptr, width);
        put_row<T>(r.before, nullptr, n);
        if (c) put_row<T>(r.cells, nullptr, n);
      }
      seen[i] = seen[i] || on[i];
      const T* const value = on[i] || (seen[i] && !a.zero_masked) ? h + i * n : nullptr;
      if (a.sequences)
        put_row<T>(y + ((first + i) * time + step) * n, value, n);
      else if (step == time - 1)
        put_row<T>(y + (first + i) * n, value, n);
    }
  }
  if (time == 0 && !a.sequences) put_row<T>(y + first * n, nullptr, rows * n);
}

template <class T>
void forward(const RnnArgs& a, const Launch& team) {
  const RnnPlan plan = plan_rnn<T>(a);
  const int64_t n = a.units;
  T* scratch = static_cast<T*>(a.scratch);
  const T* const u = static_cast<const T*>(a.weights);
  RnnWeights<T> weights[2] = {{u, 1, plan.columns, plan.groups[0], n, nullptr, plan.few},
                              {u + 2 * n, 1, plan.columns, plan.groups[1], n, nullptr, plan.few}};
  if (plan.pack) {
    weights[0].pack(scratch);
    if (plan.groups[1])
      weights[1].pack(scratch + round_up(RnnWeights<T>::packed_count(plan.groups[0], n), 64));
    scratch += plan.packed;
  }
  const bool usual =
      a.act == RnnAct::tanh && (a.gate_act == RnnAct::sigmoid || a.cell == RnnCell::simple);
  for_chunks(team, plan.chunks, [&](int64_t chunk, int thread) {
    T* const own = scratch + thread * plan.own;
    for (int64_t b = chunk * plan.blocks / plan.chunks; b < (chunk + 1) * plan.blocks / plan.chunks;
         ++b) {
      const int64_t from = b * a.batch / plan.blocks, to = (b + 1) * a.batch / plan.blocks;
      if (usual)
        forward_block<T, UsualActs<T>>(a, plan, weights, from, to - from, own);
      else
        forward_block<T, AnyActs<T>>(a, plan, weights, from, to - from, own);
    }
  });
}

}  // namespace

void rnn(const RnnArgs& a, const Launch& team) {
  if (a.batch <= 0 || a.units <= 0) return;
  if (a.dtype == DType::f64)
    forward<double>(a, team);
  else
    forward<float>(a, team);
}
size_t rnn_scratch(const RnnArgs& a, int threads) {
  if (a.batch <= 0 || a.units <= 0) return 0;
  const bool wide = a.dtype == DType::f64;
  const RnnPlan p = wide ? plan_rnn<double>(a) : plan_rnn<float>(a);
  return static_cast<size_t>((p.packed + threads * p.own) * (wide ? 8 : 4));
}

}  // namespace PH_ISA
}  // namespace ph

// Recurrent layers, backward: the loop over time inside a block of sequences, from the last step to
// the first. What all steps share (gradients of weights and inputs) is left to products over dz.
#include "../families.h"
#include "rnn_act.h"
#include "rnn_product.h"

namespace ph {
namespace PH_ISA {
namespace {

// One sequence at one step. dh is read as the gradient of this step's state, and written as what
// reaches the state before it without the weights.
template <class T>
struct BackwardRow {
  int64_t units;
  const T *gates, *before, *cells;
  T *dz, *z, *dh, *dc, *dr;  // z: dz as a row of the block's product; dr: of r * h
};

template <class T, class Acts>
PH_INLINE void simple_row(const BackwardRow<T>& r, const Acts& f) {
  over_units<T>(r.units, [&](int64_t j, auto io) {
    const Vec<T> dz = io.get(r.dh + j) * f.act_slope(io.get(r.gates + j));
    io.put(r.dz + j, dz);
    io.put(r.z + j, dz);
    io.put(r.dh + j, Vec<T>{});
  });
}

template <class T, class Acts>
PH_INLINE void lstm_row(const BackwardRow<T>& r, const Acts& f) {
  const int64_t n = r.units;
  over_units<T>(n, [&](int64_t j, auto io) {
    const T* const g = r.gates + j;
    const Vec<T> in = io.get(g), keep = io.get(g + n), fresh = io.get(g + 2 * n),
                 out = io.get(g + 3 * n), old = io.get(r.cells + j);
    const Vec<T> state = f.act(keep * old + in * fresh), dh = io.get(r.dh + j);
    const Vec<T> dc = io.get(r.dc + j) + dh * out * f.act_slope(state);
    const Vec<T> d[4] = {dc * fresh * f.gate_slope(in), dc * old * f.gate_slope(keep),
                         dc * in * f.act_slope(fresh), dh * state * f.gate_slope(out)};
    for (int k = 0; k < 4; ++k) io.put(r.dz + k * n + j, d[k]), io.put(r.z + k * n + j, d[k]);
    io.put(r.dc + j, dc * keep);
    io.put(r.dh + j, Vec<T>{});
  });
}

template <class T, class Acts>
PH_INLINE void gru_row(const BackwardRow<T>& r, const Acts& f) {
  const int64_t n = r.units;
  over_units<T>(n, [&](int64_t j, auto io) {
    const T* const g = r.gates + j;
    const Vec<T> update = io.get(g), reset = io.get(g + n), fresh = io.get(g + 2 * n),
                 product = io.get(g + 3 * n), dh = io.get(r.dh + j);
    const Vec<T> du = dh * (io.get(r.before + j) - fresh) * f.gate_slope(update);
    const Vec<T> df = dh * (1 - update) * f.act_slope(fresh);
    const Vec<T> dr = df * product * f.gate_slope(reset), dp = df * reset;
    io.put(r.dz + j, du), io.put(r.dz + n + j, dr), io.put(r.dz + 2 * n + j, df);
    io.put(r.dz + 3 * n + j, dp);
    io.put(r.z + j, du), io.put(r.z + n + j, dr), io.put(r.z + 2 * n + j, dp);
    io.put(r.dh + j, dh * update);
  });
}

// reset_before: to the last gate, whose product gives the gradient of r * h; then the rest.
template <class T, class Acts>
PH_INLINE void gru_fresh_row(const BackwardRow<T>& r, const Acts& f) {
  const int64_t n = r.units;
  over_units<T>(n, [&](int64_t j, auto io) {
    const T* const g = r.gates + j;
    const Vec<T> update = io.get(g), fresh = io.get(g + 2 * n), dh = io.get(r.dh + j),
                 old = io.get(r.before + j);
    const Vec<T> du = dh * (old - fresh) * f.gate_slope(update);
    const Vec<T> df = dh * (1 - update) * f.act_slope(fresh);
    io.put(r.dz + j, du), io.put(r.z + j, du);
    io.put(r.dz + 2 * n + j, df), io.put(r.z + 2 * n + j, df);
    io.put(r.dz + 3 * n + j, io.get(g + n) * old);
    io.put(r.dh + j, dh * update);
  });
}
template <class T, class Acts>
PH_INLINE void gru_reset_row(const BackwardRow<T>& r, const Acts& f) {
  const int64_t n = r.units;
  over_units<T>(n, [&](int64_t j, auto io) {
    const Vec<T> reset = io.get(r.gates + n + j), d = io.get(r.dr + j);
    const Vec<T> dr = d * io.get(r.before + j) * f.gate_slope(reset);
    io.put(r.dz + n + j, dr), io.put(r.z + n + j, dr);
    io.put(r.dh + j, io.get(r.dh + j) + d * reset);
  });
}

template <class T>
PH_INLINE void add_row(T* to, const T* from, int64_t n) {
  over_units<T>(n, [&](int64_t j, auto io) { io.put(to + j, io.get(to + j) + io.get(from + j)); });
}

template <class T, class Acts>
void backward_block(const RnnArgs& a, const RnnPlan& plan, const RnnWeights<T>& weights,
                    int64_t first, int64_t rows, T* own) {
  const Acts f(a);
  const int64_t n = a.units, time = a.time, pad = plan.padded;
  const int64_t width = kRnnSaved[static_cast<int>(a.cell)] * n;
  const int64_t wide = kRnnGrads[static_cast<int>(a.cell)] * n;
  T *const z = own, *const dh = z + plan.rows * plan.width, *const dc = dh + plan.rows * pad,
           *const dr = dc + plan.rows * pad;
  const T* const dy = static_cast<const T*>(a.dy);
  const auto masked = [&](int64_t i, int64_t step) {
    return a.mask && !a.mask[(first + i) * time + (a.reversed ? time - 1 - step : step)];
  };
  int64_t begins[kRnnRows];  // the first step that counts: outputs before it depend on nothing
  for (int64_t i = 0; i < rows; ++i) {
    int64_t& s = begins[i] = 0;
    while (s < time && masked(i, s)) ++s;
    put_row<T>(dh + i * pad, nullptr, pad);
    put_row<T>(dc + i * pad, nullptr, pad);
    if (a.dh) put_row<T>(dh + i * pad, static_cast<const T*>(a.dh) + (first + i) * n, n);
    if (a.dc) put_row<T>(dc + i * pad, static_cast<const T*>(a.dc) + (first + i) * n, n);
  }
  // Whether the output of a step is the state that the row then has.
  const auto counts = [&](int64_t i, int64_t step) {
    return step >= begins[i] && !(a.zero_masked && masked(i, step));
  };
  for (int64_t step = time - 1; step >= 0; --step) {
    const int64_t t = a.reversed ? time - 1 - step : step;
    bool on[kRnnRows], any = false;
    for (int64_t i = 0; i < rows; ++i) {
      on[i] = !masked(i, step);
      any = any || on[i];
      if (!dy || (!a.sequences && step != time - 1) || !counts(i, step)) continue;
      add_row<T>(dh + i * pad, dy + (a.sequences ? (first + i) * time + step : first + i) * n, n);
    }
    const auto row = [&](int64_t i) {
      const int64_t at = (first + i) * time + t;
      BackwardRow<T> r;
      r.units = n;
      r.gates = static_cast<const T*>(a.gates) + at * width;
      r.before = static_cast<const T*>(a.before) + at * n;
      r.cells = a.cells ? static_cast<const T*>(a.cells) + at * n : nullptr;
      r.dz = static_cast<T*>(a.dz) + at * wide;
      r.z = z + i * plan.width;
      r.dh = dh + i * pad;
      r.dc = dc + i * pad;
      r.dr = dr + i * pad;
      return r;
    };
    for (int64_t i = 0; i < rows; ++i) {
      if (on[i]) continue;
      put_row<T>(static_cast<T*>(a.dz) + ((first + i) * time + t) * wide, nullptr, wide);
      if (any) put_row<T>(z + i * plan.width, nullptr, plan.columns);
    }
    if (!any) continue;
    const auto each = [&](const auto& cell) {
      for (int64_t i = 0; i < rows; ++i)
        if (on[i]) cell(row(i));
    };
    if (step > 0)
      for (int64_t i = 0; i < rows; ++i) {
        const int64_t next = (first + i) * time + (a.reversed ? t + 1 : t - 1);
        fetch_row(static_cast<const T*>(a.gates) + next * width, width);
        fetch_row(static_cast<const T*>(a.before) + next * n, n);
        if (a.cells) fetch_row(static_cast<const T*>(a.cells) + next * n, n);
        fetch_row(static_cast<const T*>(a.dz) + next * wide, wide);
      }
    int64_t depth = plan.columns;
    switch (a.cell) {
      case RnnCell::simple: each([&](const auto& r) { simple_row<T>(r, f); }); break;
      case RnnCell::lstm: each([&](const auto& r) { lstm_row<T>(r, f); }); break;
      case RnnCell::gru: each([&](const auto& r) { gru_row<T>(r, f); }); break;
      case RnnCell::gru_before:
        each([&](const auto& r) { gru_fresh_row<T>(r, f); });
        weights.multiply(z + 2 * n, plan.width, rows, 2 * n, n, dr, pad, false);
        each([&](const auto& r) { gru_reset_row<T>(r, f); });
        depth = 2 * n;
        break;
    }
    weights.multiply(z, plan.width, rows, 0, depth, dh, pad, true);
  }
  for (int64_t i = 0; i < rows; ++i) {
    if (a.dh0) put_row<T>(static_cast<T*>(a.dh0) + (first + i) * n, dh + i * pad, n);
    if (a.dc0) put_row<T>(static_cast<T*>(a.dc0) + (first + i) * n, dc + i * pad, n);
  }
}

template <class T>
void backward(const RnnArgs& a, const Launch& team) {
  const RnnPlan plan = plan_rnn<T>(a);
  T* scratch = static_cast<T*>(a.scratch);
  RnnWeights<T> weights = {
      static_cast<const T*>(a.weights), plan.columns, 1, a.units, plan.columns, nullptr, plan.few};
  if (plan.pack) weights.pack(scratch);
  scratch += plan.packed;
  const bool usual =
      a.act == RnnAct::tanh && (a.gate_act == RnnAct::sigmoid || a.cell == RnnCell::simple);
  for_chunks(team, plan.chunks, [&](int64_t chunk, int thread) {
    T* const own = scratch + thread * plan.own;
    for (int64_t b = chunk * plan.blocks / plan.chunks; b < (chunk + 1) * plan.blocks / plan.chunks;
         ++b) {
      const int64_t from = b * a.batch / plan.blocks, to = (b + 1) * a.batch / plan.blocks;
      if (usual)
        backward_block<T, UsualActs<T>>(a, plan, weights, from, to - from, own);
      else
        backward_block<T, AnyActs<T>>(a, plan, weights, from, to - from, own);
    }
  });
}

}  // namespace

void rnn_grad(const RnnArgs& a, const Launch& team) {
  if (a.batch <= 0 || a.units <= 0) return;
  if (a.dtype == DType::f64)
    backward<double>(a, team);
  else
    backward<float>(a, team);
}

}  // namespace PH_ISA
}  // namespace ph

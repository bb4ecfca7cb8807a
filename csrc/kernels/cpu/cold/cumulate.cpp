// Running sums, products and linear recurrences along the middle axis of (outer, n, inner).
#include "cold.h"

namespace ph {
namespace cold {
namespace {

constexpr int64_t kColumns = 32;  // running values kept at once; a part is this many columns

template <class T>
struct Wide {  // what T accumulates in
  using type = uint64_t;
};
template <>
struct Wide<float> {
  using type = double;
};
template <>
struct Wide<double> {
  using type = double;
};

template <CumulateOp op, class T>
void columns(const CumulateArgs& c, int64_t outer, int64_t first, int64_t width) {
  using W = typename Wide<T>::type;
  const int64_t plane = outer * c.n * c.inner + first;
  const int64_t step = c.reverse ? -c.inner : c.inner;
  int64_t at = plane + (c.reverse ? (c.n - 1) * c.inner : 0);
  const T *x = static_cast<const T*>(c.x), *a = static_cast<const T*>(c.a);
  T* y = static_cast<T*>(c.y);
  W run[kColumns];
  for (int64_t j = 0; j < width; ++j) run[j] = op == CumulateOp::prod ? W(1) : W(0);
  for (int64_t i = 0; i < c.n; ++i, at += step)
    for (int64_t j = 0; j < width; ++j) {
      const W value = static_cast<W>(x[at + j]);
      if constexpr (op == CumulateOp::sum) run[j] += value;
      if constexpr (op == CumulateOp::prod) run[j] *= value;
      if constexpr (op == CumulateOp::linear) run[j] = static_cast<W>(a[at + j]) * run[j] + value;
      y[at + j] = static_cast<T>(run[j]);
    }
}

// inner is 1: one run of sums or products. Groups of four are joined by themselves, so that only
// every fourth step waits for the one before it; not of float64, which they could overflow.
template <CumulateOp op, class T>
void one_row(const CumulateArgs& c, int64_t outer) {
  using W = typename Wide<T>::type;
  const auto join = [](W a, W b) { return op == CumulateOp::prod ? a * b : a + b; };
  const int64_t step = c.reverse ? -1 : 1;
  const int64_t first = outer * c.n + (c.reverse ? c.n - 1 : 0);
  const T* x = static_cast<const T*>(c.x) + first;
  T* y = static_cast<T*>(c.y) + first;
  W run = op == CumulateOp::prod ? W(1) : W(0);
  int64_t i = 0;
  for (; !__is_same(T, double) && i + 4 <= c.n; i += 4, x += 4 * step, y += 4 * step) {
    const W x0 = static_cast<W>(x[0]), x1 = static_cast<W>(x[step]),
            x2 = static_cast<W>(x[2 * step]), x3 = static_cast<W>(x[3 * step]);
    const W two = join(x0, x1), three = join(two, x2), four = join(two, join(x2, x3));
    y[0] = static_cast<T>(join(run, x0));
    y[step] = static_cast<T>(join(run, two));
    y[2 * step] = static_cast<T>(join(run, three));
    run = join(run, four);
    y[3 * step] = static_cast<T>(run);
  }
  for (; i < c.n; ++i, x += step, y += step) {
    run = join(run, static_cast<W>(*x));
    *y = static_cast<T>(run);
  }
}

template <CumulateOp op, class T>
void all_columns(const CumulateArgs& c, const Launch& team) {
  const int64_t blocks = (c.inner + kColumns - 1) / kColumns, parts = c.outer * blocks;
  // parts of some thousand elements, so that short rows do not pay for the pool
  const int64_t work = (c.n < 1 ? 1 : c.n) * (c.inner < kColumns ? c.inner : kColumns);
  const int64_t grain = work >= 8192 || work <= 0 ? 1 : 8192 / work;
  in_parts(team, c.n > 0 ? parts : 0, grain, [&](int64_t begin, int64_t end, int) {
    for (int64_t p = begin; p < end; ++p) {
      if (op != CumulateOp::linear && c.inner == 1) {
        one_row<op, T>(c, p);
        continue;
      }
      const int64_t first = p % blocks * kColumns;
      const int64_t width = c.inner - first < kColumns ? c.inner - first : kColumns;
      columns<op, T>(c, p / blocks, first, width);
    }
  });
}

template <class T>
void of_type(const CumulateArgs& c, const Launch& team) {
  switch (c.op) {
    case CumulateOp::sum: return all_columns<CumulateOp::sum, T>(c, team);
    case CumulateOp::prod: return all_columns<CumulateOp::prod, T>(c, team);
    case CumulateOp::linear: return all_columns<CumulateOp::linear, T>(c, team);
  }
}

}  // namespace

void cumulate(const CumulateArgs& c, const Launch& team) {
  switch (c.dtype) {
    case DType::f32: return of_type<float>(c, team);
    case DType::f64: return of_type<double>(c, team);
    case DType::i32: return of_type<int32_t>(c, team);
    case DType::i64: return of_type<int64_t>(c, team);
    default: return;
  }
}

}  // namespace cold
}  // namespace ph

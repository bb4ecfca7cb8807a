// Reductions at every width against plain loops in long double; sizes 0, 1 and odd; any axes; nan
// rules; equal bits for one thread and two.
#include "check_rows.h"

// ---------------------------------------------------------------- reductions
template <class T>
static void check_reduce_once(const Kernels& k, check::Lcg& rng, ReduceOp op,
                              const std::vector<int64_t>& shape, unsigned mask, bool shuffle) {
  if (check::left_out()) return;
  const size_t nd = shape.size();
  ReduceArgs g = {};
  g.op = op;
  g.ndim = static_cast<int32_t>(nd);
  std::vector<size_t> order;
  for (size_t d = 0; d < nd; ++d) order.push_back(d);
  if (shuffle)
    for (size_t d = nd; d > 1; --d)
      std::swap(order[d - 1], order[static_cast<size_t>(rng.below(static_cast<int64_t>(d)))]);
  int64_t step = shuffle && rng.below(3) == 0 ? 2 : 1, total = 1;
  for (size_t i = nd; i-- > 0;) {
    g.stride[order[i]] = step;
    step *= std::max<int64_t>(shape[order[i]], 1);
  }
  for (auto n : shape) total *= n;
  std::vector<T> x(static_cast<size_t>(std::max<int64_t>(step, 1)));
  const bool small = op == ReduceOp::prod, truth = op == ReduceOp::any || op == ReduceOp::all;
  for (auto& v : x) {
    if constexpr (std::is_floating_point_v<T>)
      v = static_cast<T>(small ? rng.uniform(0.9, 1.1) : rng.uniform(-3, 3));
    else
      v = static_cast<T>(rng.below(small ? 3 : 100) - (std::is_signed_v<T> ? 40 : 0));
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
  check::Guarded<unsigned char> y(outs * static_cast<int64_t>(out_size)),
      z(outs * static_cast<int64_t>(out_size));
  Scratch scratch(k.reduce_scratch(g, 2));
  g.scratch = scratch.data();
  g.out = y.data();
  k.reduce(g, kTwo);
  g.out = z.data();
  k.reduce(g, kSerial);
  CHECK(y.intact() && scratch.intact(), "%s writes outside", k.name);
  CHECK(std::memcmp(y.data(), z.data(), static_cast<size_t>(outs) * out_size) == 0,
        "%s reduce threads differ", k.name);
  for (int64_t o = 0; o < outs; ++o) {
    const auto& v = group[static_cast<size_t>(o)];
    Ref want = 0, size = 0;
    if (op == ReduceOp::prod || op == ReduceOp::all) want = 1;
    if (op == ReduceOp::max)
      want =
          std::is_floating_point_v<T> ? -INFINITY : static_cast<Ref>(std::numeric_limits<T>::min());
    if (op == ReduceOp::min)
      want =
          std::is_floating_point_v<T> ? INFINITY : static_cast<Ref>(std::numeric_limits<T>::max());
    Ref best = 0;
    for (size_t i = 0; i < v.size(); ++i) {
      const Ref e = v[i];
      switch (op) {
        case ReduceOp::sum: want += e, size += fabsl(e); break;
        case ReduceOp::prod: want *= e, size = fabsl(want) * 40; break;
        case ReduceOp::max:
          want = std::isnan(want) || std::isnan(e) ? NAN : std::max(want, e);
          break;
        case ReduceOp::min:
          want = std::isnan(want) || std::isnan(e) ? NAN : std::min(want, e);
          break;
        case ReduceOp::any: want = want != 0 || e != 0; break;
        case ReduceOp::all: want = want != 0 && e != 0; break;
        default:
          if (i == 0 || (!std::isnan(best) &&
                         (std::isnan(e) || (op == ReduceOp::argmax ? e > best : e < best))))
            best = e, want = static_cast<Ref>(i);
      }
    }
    bool ok;
    if (arg) {
      ok = reinterpret_cast<int32_t*>(y.data())[o] == static_cast<int32_t>(want);
    } else if (truth) {
      ok = y[o] == want;
    } else if constexpr (std::is_floating_point_v<T>) {
      ok = near(reinterpret_cast<T*>(y.data())[o], want * static_cast<Ref>(g.scale),
                std::numeric_limits<T>::epsilon() * (size * 4 + 1e-30L));
    } else {  // wrapping: compare modulo the type
      uint64_t bits = op == ReduceOp::prod;
      if (op == ReduceOp::sum || op == ReduceOp::prod) {
        for (Ref e : v) {
          const uint64_t b = std::is_signed_v<T> ? static_cast<uint64_t>(static_cast<int64_t>(e))
                                                 : static_cast<uint64_t>(e);
          bits = op == ReduceOp::sum ? bits + b : bits * b;
        }
        ok = reinterpret_cast<T*>(y.data())[o] == static_cast<T>(bits);
      } else {
        ok = reinterpret_cast<T*>(y.data())[o] == static_cast<T>(want);
      }
    }
    CHECK(ok,
          "%s reduce op %d dtype %d nd %d mask %u outs %ld reds %ld shuffle %d at %ld, want %Lg",
          k.name, static_cast<int>(op), static_cast<int>(g.in_dtype), static_cast<int>(nd), mask,
          static_cast<long>(outs), static_cast<long>(reds), shuffle, static_cast<long>(o), want);
    if (!ok) break;
  }
}
template <class T>
static void check_reductions(const Kernels& k) {
  check::Lcg rng(3);
  const std::vector<std::vector<int64_t>> shapes = {{},
                                                    {0},
                                                    {1},
                                                    {7},
                                                    {16},
                                                    {1000},
                                                    {70001},
                                                    {300, 1},
                                                    {3, 0, 2},
                                                    {9, 0},
                                                    {2, 64, 0},
                                                    {0, 64, 3},
                                                    {8, 0, 5},
                                                    {5, 10},
                                                    {129, 10},
                                                    {10, 129},
                                                    {1000, 3},
                                                    {40000, 3},
                                                    {3, 40000},
                                                    {513, 520},
                                                    {7, 1100},
                                                    {100, 1000, 2},
                                                    {4, 5, 6},
                                                    {2, 70, 3, 5},
                                                    {9, 1, 33, 8},
                                                    {33, 2, 2, 2, 3},
                                                    {12000, 20},
                                                    {30007, 24},
                                                    {5000, 90},
                                                    {2, 30000, 4},
                                                    {70, 1500}};
  for (int op = 0; op < 8; ++op)
    for (const auto& s : shapes) {
      int64_t total = 1;
      for (auto n : s) total *= n;
      if (total > 30000 && !std::is_same_v<T, float> && !std::is_same_v<T, int64_t>) continue;
      for (unsigned mask = 0; mask < 1u << s.size(); ++mask) {
        if (total > 30000 && mask != 1 && mask + 1 != 1u << s.size() && mask != 2) continue;
        check_reduce_once<T>(k, rng, static_cast<ReduceOp>(op), s, mask, false);
        if (s.size() > 1 && total < 30000)
          check_reduce_once<T>(k, rng, static_cast<ReduceOp>(op), s, mask, true);
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
  g.op = ReduceOp::sum, g.in_dtype = g.out_dtype = DType::f32, g.ndim = 1, g.shape[0] = n,
  g.stride[0] = 1, g.reduce[0] = true;
  g.in = x.data(), g.scale = 1;
  float y;
  Scratch scratch(k.reduce_scratch(g, 1));
  g.scratch = scratch.data(), g.out = &y;
  k.reduce(g, kTwo);
  CHECK(fabsl(y - want) < want * 4e-7L, "%s sum %g, want %Lg", k.name, static_cast<double>(y),
        want);
  std::vector<uint16_t> h(1000, 0x3c00);  // 1.0 in float16; 1000 of them are still exact
  g.in_dtype = g.out_dtype = DType::f16, g.shape[0] = 1000, g.in = h.data(), g.scale = 0.001;
  uint16_t r;
  g.out = &r;
  k.reduce(g, kSerial);
  CHECK(r == 0x3c00, "%s float16 mean %x", k.name, r);
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
  });
  return check::result("reduce");
}

// Broadcasts over long rows, single operations and chains: (N, 1), (1, C) and (N, C) operands in
// two to four dimensions, rows cut between threads, results in place of an operand or past the
// cache. Every operation here is exact, so that results are compared bit for bit.
#include "eltwise_check.h"

struct Array {
  std::vector<float> data;
  std::vector<int64_t> stride;
};

// Which of the dimensions an operand has: bit d. A dense operand has them all.
static Array operand(const std::vector<int64_t>& shape, unsigned has, check::Lcg& rng) {
  Array a;
  a.stride.assign(shape.size(), 0);
  int64_t step = 1;
  for (size_t d = shape.size(); d-- > 0;)
    if (has >> d & 1) a.stride[d] = step, step *= shape[d];
  a.data.resize(static_cast<size_t>(step));
  for (auto& x : a.data) x = static_cast<float>(rng.below(2001) - 1000);
  return a;
}
static float at(const Array& a, const std::vector<int64_t>& shape, int64_t i) {
  int64_t offset = 0;
  for (size_t d = shape.size(); d-- > 0; i /= shape[d]) offset += i % shape[d] * a.stride[d];
  return a.data[static_cast<size_t>(offset)];
}

enum class Kind { mov, sub, where, chain, neg };
static float expected(Kind kind, float a, float b, float c) {
  if (kind == Kind::mov) return a;
  if (kind == Kind::sub) return a - b;
  if (kind == Kind::where) return a != 0 ? b : c;
  if (kind == Kind::chain) return std::max(c - (a + b), a);
  return -a;
}

static void check_rows(const Kernels& k, const std::vector<int64_t>& shape, Kind kind,
                       const unsigned (&has)[3], bool in_place, check::Lcg& rng) {
  if (check::left_out()) return;
  Array x[3] = {operand(shape, has[0], rng), operand(shape, has[1], rng),
                operand(shape, has[2], rng)};
  int64_t total = 1;
  for (int64_t s : shape) total *= s;
  std::vector<float> want(static_cast<size_t>(total));
  for (int64_t i = 0; i < total; ++i)
    want[static_cast<size_t>(i)] =
        expected(kind, at(x[0], shape, i), at(x[1], shape, i), at(x[2], shape, i));
  check::Guarded<float> y(total);
  Builder p(DType::f32, shape);
  for (const Array& a : x) p.in(a.data.data(), DType::f32, a.stride);
  float* out = y.data();
  const unsigned all = (1u << shape.size()) - 1;
  for (int i = 0; i < 3 && in_place; ++i)
    if (has[i] == all) out = x[i].data.data();
  int result = 3;
  if (kind == Kind::mov) p.op(EltOp::mov, 3, 0);
  if (kind == Kind::sub) p.op(EltOp::sub, 3, 0, 1);
  if (kind == Kind::where) p.op(EltOp::where, 3, 0, 1, 2);
  if (kind == Kind::neg) p.op(EltOp::neg, 3, 0);
  if (kind == Kind::chain)
    p.op(EltOp::add, 3, 0, 1).op(EltOp::sub, 4, 2, 3).op(EltOp::max, 3, 4, 0);
  p.out(out, DType::f32, result);
  k.eltwise(p.g, kTwo);
  CHECK(y.intact(), "%s: outside the output", k.name);
  int64_t wrong = 0;
  for (int64_t i = 0; i < total; ++i) wrong += out[i] != want[static_cast<size_t>(i)];
  CHECK(wrong == 0, "%s: kind %d over %d dimensions, rows of %lld, operands %u %u %u: %lld wrong",
        k.name, static_cast<int>(kind), static_cast<int>(shape.size()),
        static_cast<long long>(shape.back()), has[0], has[1], has[2],
        static_cast<long long>(wrong));
}

int main() {
  check::each_width([](const Kernels& k) {
    check::Lcg rng(29);
    const int64_t lengths[] = {8, 63, 64, 65, 100, 255, 256, 300, 2047, 2500};
    for (int round = 0; round < 1500; ++round) {
      const size_t nd = 2 + static_cast<size_t>(rng.below(3));
      std::vector<int64_t> shape(nd);
      for (auto& s : shape) s = 1 + rng.below(7);
      shape[nd - 1] = lengths[rng.below(10)];
      unsigned has[3];
      for (auto& h : has) h = static_cast<unsigned>(rng.below(1 << nd));
      if (rng.below(2)) has[rng.below(3)] = (1u << nd) - 1;
      check_rows(k, shape, static_cast<Kind>(rng.below(5)), has, rng.below(2) != 0, rng);
    }
    for (Kind kind : {Kind::mov, Kind::sub, Kind::chain})  // many chunks
      for (int64_t columns : {int64_t{100}, int64_t{4096}, int64_t{40000}}) {
        const int64_t rows = (int64_t{1} << 22) / columns + 1;
        check_rows(k, {rows, columns}, kind, {1, 3, 2}, false, rng);
        check_rows(k, {rows, columns}, kind, {2, 1, 3}, true, rng);
      }
    // more than 48 MB: past the cache
    check_rows(k, {3200, 4096}, Kind::sub, {3, 1, 2}, false, rng);
  });
  return check::result("eltwise rows");
}

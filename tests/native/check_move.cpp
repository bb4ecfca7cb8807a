// Checks copy, fill, gather, scatter_add, one_hot and range against plain loops, at every
// width and with 1, 2 and 5 threads.
#include <array>
#include <cstring>
#include <string>
#include <type_traits>

#include "check.h"

using namespace ph;
using check::Guarded;

namespace {

check::Lcg rng(7);

// ---------------------------------------------------------------- copy
template <class T>
void check_copy(const Kernels& k, const std::vector<int64_t>& shape,
                const std::vector<int>& dst_order, const std::vector<int64_t>& src_scale,
                bool flip) {
  if (check::left_out()) return;
  const int nd = static_cast<int>(shape.size());
  CopyArgs a = {};
  a.elem_size = sizeof(T);
  a.ndim = nd;
  int64_t count = 1, src_step = 1, dst_step = 1, src_lo = 0, src_hi = 0, dst_hi = 0;
  for (int i = nd - 1; i >= 0; --i) {
    a.shape[i] = shape[i];
    count *= shape[i];
    a.src_stride[i] = src_scale[i] == 0 ? 0 : src_step * src_scale[i] * (flip && i % 2 ? -1 : 1);
    if (src_scale[i]) src_step *= src_scale[i] * std::max<int64_t>(shape[i], 1);
  }
  for (int j = nd - 1; j >= 0; --j) {  // dst is dense but for a gap of one after each innermost run
    const int i = dst_order[j];
    a.dst_stride[i] = dst_step;
    dst_step *= std::max<int64_t>(shape[i], 1);
    if (j == nd - 1) dst_step += 1;
  }
  for (int i = 0; i < nd; ++i) {
    const int64_t reach = a.src_stride[i] * std::max<int64_t>(shape[i] - 1, 0);
    (reach < 0 ? src_lo : src_hi) += reach;
    dst_hi += a.dst_stride[i] * std::max<int64_t>(shape[i] - 1, 0);
  }
  Guarded<T> src(src_hi - src_lo + 1), dst(dst_hi + 1), want(dst_hi + 1);
  for (int64_t i = 0; i < src_hi - src_lo + 1; ++i) src[i] = static_cast<T>(rng.next());
  std::vector<int64_t> at(nd, 0);
  for (int64_t n = 0; n < count; ++n) {
    int64_t s = -src_lo, d = 0;
    for (int i = 0; i < nd; ++i) s += at[i] * a.src_stride[i], d += at[i] * a.dst_stride[i];
    want[d] = src[s];
    for (int i = nd - 1; i >= 0 && ++at[i] == shape[i]; --i) at[i] = 0;
  }
  a.src = src.data() - src_lo;
  a.dst = dst.data();
  k.copy(a, team());
  std::string text;
  for (int64_t s : shape) text += std::to_string(s) + " ";
  CHECK(std::memcmp(dst.data(), want.data(), sizeof(T) * (dst_hi + 1)) == 0 && dst.intact(),
        "%s copy of %d bytes, shape %s", k.name, static_cast<int>(sizeof(T)), text.c_str());
}

template <class T>
void check_copies(const Kernels& k) {
  for (bool flip : {false, true}) {
    for (int64_t n : {0, 1, 2, 3, 7, 16, 31, 64, 65, 200, 40000})
      for (int64_t scale : {1, 0, 3}) check_copy<T>(k, {n}, {0}, {scale}, false);
    for (int64_t r : {0, 1, 3, 16, 17, 64, 70})
      for (int64_t c : {1, 3, 8, 33, 64, 130}) {
        check_copy<T>(k, {r, c}, {0, 1}, {1, 1}, flip);
        check_copy<T>(k, {r, c}, {1, 0}, {1, 1}, flip);
        check_copy<T>(k, {r, c}, {1, 0}, {2, 1}, flip);
        check_copy<T>(k, {r, c}, {0, 1}, {1, 0}, flip);
        check_copy<T>(k, {r, c}, {0, 1}, {0, 1}, flip);
      }
    check_copy<T>(k, {5, 12, 13, 3}, {0, 3, 1, 2}, {1, 1, 1, 1}, flip);
    check_copy<T>(k, {5, 3, 12, 13}, {0, 2, 3, 1}, {1, 1, 1, 1}, flip);
    check_copy<T>(k, {2, 3, 4, 5, 2, 3, 2, 2}, {7, 2, 5, 0, 1, 4, 3, 6}, {1, 1, 2, 1, 1, 0, 1, 1},
                  flip);
    check_copy<T>(k, {40, 300, 300}, {0, 2, 1}, {1, 1, 1}, flip);
    check_copy<T>(k, {100, 512}, {1, 0}, {1, 1}, flip);  // runs that share cache sets
  }
  // Beyond the caches other stores are used.
  if (sizeof(T) == 4 && team().threads == 2) {
    check_copy<T>(k, {13'000'001}, {0}, {1}, false);
    check_copy<T>(k, {5000, 2601}, {0, 1}, {1, 1}, true);
    check_copy<T>(k, {3600, 3619}, {1, 0}, {1, 1}, false);
    check_copy<T>(k, {3599, 3648}, {1, 0}, {1, 1}, false);  // whole cache lines
    check_copy<T>(k, {3599, 4096}, {1, 0}, {1, 1}, false);  // from runs that share cache sets
  }
  T x = 5, y = 0;
  CopyArgs scalar = {};
  scalar.elem_size = sizeof(T);
  scalar.src = &x;
  scalar.dst = &y;
  k.copy(scalar, team());
  CHECK(y == 5, "%s no dimensions: one element", k.name);
}

// ---------------------------------------------------------------- fill, range, one_hot
template <class T>
void check_fill(const Kernels& k) {
  for (int64_t n : {0, 1, 5, 63, 64, 1000, 300000, 7'000'000}) {
    Guarded<T> out(n);
    const uint64_t bits = 0x0123456789abcdefu;
    k.fill({static_cast<int32_t>(sizeof(T)), n, bits, out.data()}, team());
    int64_t bad = 0;
    for (int64_t i = 0; i < n; ++i) bad += out[i] != static_cast<T>(bits);
    CHECK(!bad && out.intact(), "%s fill of %d bytes", k.name, static_cast<int>(sizeof(T)));
  }
}

template <class T>
void check_range(const Kernels& k, DType dtype, double start, double step) {
  for (int64_t n : {0, 1, 127, 129, 40000}) {
    Guarded<T> out(n);
    const auto first = static_cast<int64_t>(start), stride = static_cast<int64_t>(step);
    k.range({dtype, n, start, step, first, stride, out.data()}, team());
    int64_t bad = 0;
    for (int64_t i = 0; i < n; ++i) {
      const volatile double product = static_cast<double>(i) * step;  // rounded: not fused
      const T want = std::is_integral_v<T> ? static_cast<T>(first + i * stride)
                                           : static_cast<T>(start + product);
      bad += std::abs(static_cast<double>(out[i]) - static_cast<double>(want)) >
             1e-15 * std::abs(static_cast<double>(want));
    }
    CHECK(!bad && out.intact(), "%s range of %d, %d wrong", k.name, static_cast<int>(n),
          static_cast<int>(bad));
  }
}

template <class T, class I>
void check_one_hot(const Kernels& k, DType dtype, DType index_dtype, T one) {
  for (auto [outer, depth, inner] : {std::array<int64_t, 3>{0, 3, 1},
                                     {5, 10, 1},
                                     {700, 100, 1},
                                     {3, 4, 5},
                                     {40, 7, 300},
                                     {2, 0, 3}}) {
    std::vector<I> index(outer * inner);
    for (auto& i : index) i = static_cast<I>(rng.below(depth + 4) - 2);
    Guarded<T> out(outer * depth * inner);
    k.one_hot({dtype, index_dtype, outer, depth, inner, index.data(), out.data()}, team());
    int64_t bad = 0;
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t d = 0; d < depth; ++d)
        for (int64_t i = 0; i < inner; ++i)
          bad += out[(o * depth + d) * inner + i] !=
                 (static_cast<int64_t>(index[o * inner + i]) == d ? one : T(0));
    CHECK(!bad && out.intact(), "%s one_hot", k.name);
  }
}

// ---------------------------------------------------------------- gather, scatter_add
template <class T, class I>
void check_gather(const Kernels& k, DType dtype, DType index_dtype, int64_t outer, int64_t rows,
                  int64_t inner, int64_t n, bool wrap, bool bad_index) {
  if (check::left_out()) return;
  std::vector<T> table(outer * rows * inner);
  for (auto& x : table) x = static_cast<T>(rng.below(1000) - 500);
  std::vector<I> index(n);
  for (auto& i : index) {
    i = static_cast<I>(rng.below(std::max<int64_t>(rows, 1)));
    if (wrap && std::is_signed_v<I> && rng.below(2)) i = static_cast<I>(i - rows);
  }
  const bool bad = (bad_index || rows == 0) && n > 0;
  if (bad_index && n > 0) index[n / 2] = static_cast<I>(rng.below(2) ? rows : ~I{0} - rows);
  Guarded<T> out(outer * n * inner);
  int32_t status = kStatusOk;
  GatherArgs a = {};
  a.dtype = dtype, a.index_dtype = index_dtype;
  a.outer = outer, a.rows = rows, a.inner = inner, a.n = n, a.wrap = wrap;
  a.table = table.data(), a.index = index.data(), a.out = out.data(), a.status = &status;
  k.gather(a, team());
  const auto row_of = [&](int64_t i) {
    if (std::is_unsigned_v<I> && static_cast<uint64_t>(index[i]) >= static_cast<uint64_t>(rows))
      return int64_t{-1};
    int64_t r = static_cast<int64_t>(index[i]);
    if (wrap && r < 0) r += rows;
    return r < 0 || r >= rows ? int64_t{-1} : r;
  };
  int64_t wrong = 0;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < inner; ++j) {
        const int64_t r = row_of(i);
        wrong += out[(o * n + i) * inner + j] != (r < 0 ? T(0) : table[(o * rows + r) * inner + j]);
      }
  const bool touched = outer > 0 && inner > 0;
  CHECK(!wrong && out.intact(), "%s gather rows %d inner %d n %d", k.name, int(rows), int(inner),
        int(n));
  if (touched)
    CHECK(status == (bad ? kStatusIndex : kStatusOk), "%s gather status %d", k.name, status);
  if constexpr (sizeof(T) < 4) return;

  // Small whole numbers: sums are exact, so the order does not matter to the oracle.
  std::vector<T> updates(outer * n * inner);
  for (auto& x : updates) x = static_cast<T>(rng.below(64));
  for (bool accumulate : {false, true}) {
    Guarded<T> sum(outer * rows * inner, accumulate ? 0 : 0xff);
    std::vector<T> want(outer * rows * inner, T(0));
    if (accumulate)
      for (size_t i = 0; i < want.size(); ++i) want[i] = sum[i] = static_cast<T>(i % 9);
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t i = 0; i < n; ++i)
        if (const int64_t r = row_of(i); r >= 0)
          for (int64_t j = 0; j < inner; ++j)
            want[(o * rows + r) * inner + j] += updates[(o * n + i) * inner + j];
    a.updates = updates.data(), a.out = sum.data(), a.accumulate = accumulate;
    status = kStatusOk;
    std::vector<char> scratch(k.scatter_scratch(a, team().threads) + 1, 0x77);
    a.scratch = scratch.data();
    k.scatter_add(a, team());
    wrong = 0;
    for (size_t i = 0; i < want.size(); ++i) wrong += sum[i] != want[i];
    CHECK(!wrong && sum.intact() && scratch.back() == 0x77,
          "%s scatter rows %d inner %d n %d: %d wrong", k.name, int(rows), int(inner), int(n),
          int(wrong));
    if (touched)
      CHECK(status == (bad ? kStatusIndex : kStatusOk), "%s scatter status %d", k.name, status);
  }
}

void check_gathers(const Kernels& k) {
  for (bool wrap : {false, true})
    for (bool bad : {false, true})
      for (int64_t inner : {0, 1, 3, 8, 100, 1000})
        for (int64_t n : {0, 1, 7, 300}) {
          check_gather<float, int32_t>(k, DType::f32, DType::i32, 1, 50, inner, n, wrap, bad);
          check_gather<double, int64_t>(k, DType::f64, DType::i64, 3, 90, inner, n, wrap, bad);
          check_gather<int32_t, uint64_t>(k, DType::i32, DType::u64, 2, 80, inner, n, wrap, bad);
          check_gather<uint8_t, uint8_t>(k, DType::u8, DType::u8, 2, 80, inner, n, wrap, bad);
        }
  for (int64_t rows : {0, 1, 63, 64, 65, 10000, 40000}) {
    check_gather<float, int32_t>(k, DType::f32, DType::i32, 1, rows, 8, 20000, true, false);
    check_gather<int64_t, int16_t>(k, DType::i64, DType::i16, 2, std::min<int64_t>(rows, 20000), 5,
                                   20000, false, true);
    check_gather<float, int64_t>(k, DType::f32, DType::i64, 1, rows, 700, 100, true, false);
  }
}

// The sum's rounding must not depend on the thread count.
void check_scatter_deterministic(const Kernels& k) {
  const int64_t rows = 100, inner = 6, n = 30000;
  std::vector<float> updates(n * inner), first;
  std::vector<int32_t> index(n);
  for (auto& x : updates) x = static_cast<float>(rng.uniform(-1, 1));
  for (auto& i : index) i = static_cast<int32_t>(rng.below(rows));
  const int before = num_threads();
  for (int threads : {1, 2, 7}) {
    set_num_threads(threads);
    std::vector<float> out(rows * inner);
    GatherArgs a = {};
    a.dtype = DType::f32, a.index_dtype = DType::i32;
    a.outer = 1, a.rows = rows, a.inner = inner, a.n = n;
    a.index = index.data(), a.updates = updates.data(), a.out = out.data();
    std::vector<char> scratch(k.scatter_scratch(a, threads) + 1);
    a.scratch = scratch.data();
    k.scatter_add(a, team());
    if (first.empty()) first = out;
    CHECK(std::memcmp(first.data(), out.data(), out.size() * 4) == 0, "%s %d threads", k.name,
          threads);
  }
  set_num_threads(before);
}

}  // namespace

int main() {
  for (int threads : check::thread_counts({1, 2, 5})) {
    set_num_threads(threads);
    check::each_width([](const Kernels& k) {
      check_copies<uint8_t>(k);
      check_copies<uint16_t>(k);
      check_copies<uint32_t>(k);
      check_copies<uint64_t>(k);
      check_fill<uint8_t>(k);
      check_fill<uint16_t>(k);
      check_fill<uint32_t>(k);
      check_fill<uint64_t>(k);
      check_range<float>(k, DType::f32, 0.5, 0.25);
      check_range<double>(k, DType::f64, -3, 0.1);
      check_range<int32_t>(k, DType::i32, 7, -3);
      check_range<uint8_t>(k, DType::u8, 250, 1);
      check_one_hot<float, int32_t>(k, DType::f32, DType::i32, 1.0f);
      check_one_hot<double, uint8_t>(k, DType::f64, DType::u8, 1.0);
      check_one_hot<uint8_t, int64_t>(k, DType::b8, DType::i64, 1);
      check_one_hot<uint16_t, int16_t>(k, DType::f16, DType::i16, 0x3c00);
      check_one_hot<uint16_t, int16_t>(k, DType::bf16, DType::i16, 0x3f80);
      check_gathers(k);
      check_scatter_deterministic(k);
    });
  }
  return check::result("check_move");
}

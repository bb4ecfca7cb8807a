// Checks the random kernels: Philox's published vectors, equality across widths and threads,
// moments and distribution functions, bounds.
#include <algorithm>
#include <cstring>
#include <string>

#include "check.h"

using namespace ph;
using check::Guarded;

namespace {

const uint32_t kSeed[2] = {123, 456};

RandomArgs args(RandomKind kind, DType dtype, int64_t count, double lo, double hi, void* out,
                const uint32_t* seed = kSeed) {
  return {kind, dtype, count, lo, hi, 0, 0, seed, nullptr, out};
}
RandomArgs integers(DType dtype, int64_t count, int64_t first, uint64_t range, void* out) {
  RandomArgs a = args(RandomKind::randint, dtype, count, 0, 0, out);
  a.first = static_cast<uint64_t>(first), a.range = range;
  return a;
}

// Known answers of philox4x32-10 from the Random123 distribution's kat_vectors.
void check_known_answers(const Kernels& k) {
  const uint32_t zero[2] = {0, 0};
  uint32_t words[8];
  k.random(args(RandomKind::bits, DType::u32, 8, 0, 0, words, zero), team());
  const uint32_t want[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  CHECK(std::memcmp(words, want, 16) == 0, "%s %08x %08x %08x %08x", k.name, words[0], words[1],
        words[2], words[3]);
}

// A second, plain Philox for every other counter and key.
void plain_philox(uint64_t counter, const uint32_t* seed, uint32_t* x, uint32_t third = 0) {
  uint32_t k0 = seed[0], k1 = seed[1];
  x[0] = static_cast<uint32_t>(counter), x[1] = static_cast<uint32_t>(counter >> 32), x[2] = third,
  x[3] = 0;
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = 0xD2511F53ull * x[0], p1 = 0xCD9E8D57ull * x[2];
    const uint32_t y[4] = {static_cast<uint32_t>(p1 >> 32) ^ x[1] ^ k0, static_cast<uint32_t>(p1),
                           static_cast<uint32_t>(p0 >> 32) ^ x[3] ^ k1, static_cast<uint32_t>(p0)};
    std::memcpy(x, y, 16);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

void check_stream(const Kernels& k) {
  for (int64_t count : {0, 1, 3, 255, 257, 70001}) {
    Guarded<uint32_t> words(count);
    k.random(args(RandomKind::bits, DType::u32, count, 0, 0, words.data()), team());
    Guarded<float> unit(count);
    k.random(args(RandomKind::uniform, DType::f32, count, 0, 1, unit.data()), team());
    Guarded<double> unit64(count / 2);
    k.random(args(RandomKind::uniform, DType::f64, count / 2, 0, 1, unit64.data()), team());
    Guarded<int32_t> dice(count);
    k.random(integers(DType::i32, count, -3, 10, dice.data()), team());
    int64_t bad = 0;
    std::vector<uint32_t> all((count + 4) / 4 * 4);
    for (int64_t i = 0; i < count; i += 4) plain_philox(i / 4, kSeed, &all[i]);
    for (int64_t i = 0; i < count; ++i) {
      bad += words[i] != all[i];
      bad += unit[i] != static_cast<float>(all[i] >> 8) * 0x1p-24f;
      bad += dice[i] != -3 + static_cast<int64_t>(uint64_t{all[i]} * 10 >> 32);
    }
    for (int64_t i = 0; i < count / 2; ++i) {
      const uint64_t draw = all[2 * i] | uint64_t{all[2 * i + 1]} << 32;
      bad += unit64[i] != static_cast<double>(draw >> 11) * 0x1p-53;
    }
    CHECK(!bad && words.intact() && unit.intact() && unit64.intact() && dice.intact(),
          "%s count %d: %d wrong", k.name, int(count), int(bad));
  }
}

// Draws that would favour some values are made anew, from counters whose third word counts on.
template <class T>
void check_drawn_anew(const Kernels& k, DType dtype, uint64_t range) {
  constexpr int words = sizeof(T) / 4, lanes = 4 / words;
  const int64_t n = 5001;
  Guarded<T> out(n);
  k.random(integers(dtype, n, 100, range, out.data()), team());
  int64_t bad = 0, anew = 0;
  for (int64_t i = 0; i < n; ++i) {
    unsigned __int128 product = 0;
    for (uint32_t round = 0;; ++round, ++anew) {
      uint32_t x[4];
      plain_philox(static_cast<uint64_t>(i / lanes), kSeed, x, round);
      uint64_t draw = x[i % lanes * words];
      if (words == 2) draw |= uint64_t{x[i % lanes * words + 1]} << 32;
      product = static_cast<unsigned __int128>(draw) * range;
      const T low = static_cast<T>(product), limit = static_cast<T>(-static_cast<T>(range));
      if (low >= limit % static_cast<T>(range)) break;
    }
    bad += out[i] != static_cast<T>(100 + static_cast<T>(product >> (8 * sizeof(T))));
  }
  CHECK(!bad && anew > n / 8 && out.intact(), "%s %d bytes: %d wrong, %d anew", k.name,
        int(sizeof(T)), int(bad), int(anew));
}

// float32 normals of the largest radii, whose first word is nearly 0: at its due rate one of 1.2e10
// draws is beyond 6.5. Word 4422 of this seed is 1.
void check_far_tail(const Kernels& k) {
  const uint32_t seed[2] = {135259, 0};
  const size_t at = 4422;
  std::vector<uint32_t> words(at + 2);
  k.random(args(RandomKind::bits, DType::u32, words.size(), 0, 0, words.data(), seed), team());
  std::vector<float> z(words.size());
  k.random(args(RandomKind::normal, DType::f32, z.size(), 0, 1, z.data(), seed), team());
  const double u = (words[at] + 0.5) * 0x1p-32, r = std::sqrt(-2 * std::log(u));
  const double angle = (words[at + 1] >> 8) * 0x1p-24 * 2 * std::acos(-1.0);
  CHECK(words[at] == 1 && z[at] > 6.5 && std::abs(z[at] - r * std::cos(angle)) < 1e-5 &&
            std::abs(z[at + 1] - r * std::sin(angle)) < 1e-5,
        "%s word %u gives %g %g", k.name, words[at], double(z[at]), double(z[at + 1]));
}

// Every width and thread count gives the bits that the generic width gives on one thread.
void check_same(RandomKind kind, DType dtype, double lo, double hi, bool across_widths) {
  const int64_t count = 40003, bytes = count * kDTypeSize[static_cast<int>(dtype)];
  const int before = num_threads();
  set_num_threads(1);
  std::vector<char> x(bytes, 0x3c), reference(bytes), out(bytes);
  RandomArgs a = args(kind, dtype, count, lo, hi, reference.data());
  a.first = 17, a.range = uint64_t{3} << (bytes / count * 8 - 2);  // of the draws a quarter is anew
  if (kind == RandomKind::dropout) a.x = x.data();
  for (const Kernels* k : check::tables()) {
    a.out = reference.data();
    (across_widths ? kGenericKernels : k)->random(a, team());
    for (int threads : {1, 3}) {
      set_num_threads(threads);
      a.out = out.data();
      k->random(a, team());
      CHECK(out == reference, "%s kind %d dtype %d threads %d", k->name, int(kind), int(dtype),
            threads);
    }
    set_num_threads(1);
  }
  set_num_threads(before);
}

struct Moments {
  double mean, deviation, skew, kurtosis, low, high;
};
template <class T>
Moments moments_of(const std::vector<T>& v) {
  Moments m = {0, 0, 0, 0, v[0], v[0]};
  const double n = static_cast<double>(v.size());
  for (double x : v) m.mean += x / n, m.low = std::min(m.low, x), m.high = std::max(m.high, x);
  for (double x : v) m.deviation += (x - m.mean) * (x - m.mean) / n;
  m.deviation = std::sqrt(m.deviation);
  for (double x : v) {
    const double z = (x - m.mean) / m.deviation;
    m.skew += z * z * z / n, m.kurtosis += z * z * z * z / n;
  }
  return m;
}
// Kolmogorov's distance to a distribution function.
template <class T, class F>
double distance_to(std::vector<T> v, const F& cdf) {
  std::sort(v.begin(), v.end());
  double worst = 0;
  const double n = static_cast<double>(v.size());
  for (size_t i = 0; i < v.size(); ++i) {
    const double c = cdf(static_cast<double>(v[i]));
    worst = std::max({worst, std::abs(c - i / n), std::abs(c - (i + 1) / n)});
  }
  return worst;
}

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

template <class T>
void check_distributions(const Kernels& k, DType dtype) {
  const int64_t n = 400000;
  const double limit = 1.95 / std::sqrt(static_cast<double>(n));  // passes 99.9% of true samples
  std::vector<T> v(n);
  k.random(args(RandomKind::normal, dtype, n, 2, 3, v.data()), team());
  Moments m = moments_of(v);
  CHECK(std::abs(m.mean - 2) < 0.02 && std::abs(m.deviation - 3) < 0.02 &&
            std::abs(m.skew) < 0.02 && std::abs(m.kurtosis - 3) < 0.05,
        "%s normal %g %g %g %g", k.name, m.mean, m.deviation, m.skew, m.kurtosis);
  CHECK(distance_to(v, [](double x) { return normal_cdf((x - 2) / 3); }) < limit, "%s normal",
        k.name);
  double product = 0;  // Box & Muller's pairs must not correlate
  for (int64_t i = 0; i < n; i += 2) product += (v[i] - 2) * (v[i + 1] - 2) / 9 * 2 / n;
  CHECK(std::abs(product) < 0.01, "%s pairs %g", k.name, product);

  k.random(args(RandomKind::truncated_normal, dtype, n, -1, 0.5, v.data()), team());
  m = moments_of(v);
  CHECK(m.low >= -2 && m.high <= 0 && m.low < -1.99 && m.high > -0.01, "%s truncated %g %g", k.name,
        m.low, m.high);
  CHECK(std::abs(m.mean + 1) < 0.005 && std::abs(m.deviation - 0.5 * 0.8796256610342398) < 0.003,
        "%s truncated %g %g", k.name, m.mean, m.deviation);
  const double inside = normal_cdf(2) - normal_cdf(-2);
  CHECK(
      distance_to(
          v, [&](double x) { return (normal_cdf((x + 1) * 2) - normal_cdf(-2)) / inside; }) < limit,
      "%s truncated", k.name);

  k.random(args(RandomKind::uniform, dtype, n, -0.1, 0.3, v.data()), team());
  m = moments_of(v);
  CHECK(m.low >= static_cast<T>(-0.1) && m.high < 0.3, "%s uniform %g %g", k.name, m.low, m.high);
  CHECK(distance_to(v, [](double x) { return (x + 0.1) / 0.4; }) < limit, "%s uniform", k.name);
}

// The inverse transform against its own definition, draw by draw.
template <class T>
void check_quantile(const Kernels& k, DType dtype, double tolerance) {
  const int64_t n = 20000;
  std::vector<T> z(n);
  k.random(args(RandomKind::truncated_normal, dtype, n, 0, 1, z.data()), team());
  std::vector<uint32_t> words(n * sizeof(T) / 4);
  k.random(args(RandomKind::bits, DType::u32, words.size(), 0, 0, words.data()), team());
  double worst = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double u =
        sizeof(T) == 4
            ? ((words[i] >> 8) + 0.5) * 0x1p-24
            : ((words[2 * i] | uint64_t{words[2 * i + 1]} << 32) >> 11) * 0x1p-53 + 0x1p-54;
    // erf(z / sqrt 2) must be (2 u - 1) erf(sqrt 2)
    const double error = std::erf(static_cast<double>(z[i]) / std::sqrt(2.0)) -
                         (2 * u - 1) * std::erf(std::sqrt(2.0));
    worst = std::max(worst, std::abs(error));
  }
  CHECK(worst < tolerance, "%s quantile of %d bytes off by %g", k.name, int(sizeof(T)), worst);
}

void check_bounds(const Kernels& k) {
  // One step wide: every draw must be the lower end.
  const int64_t n = 5000;
  std::vector<float> v(n);
  const float lo = 1.0f, hi = std::nextafter(lo, 2.0f);
  k.random(args(RandomKind::uniform, DType::f32, n, lo, hi, v.data()), team());
  CHECK(std::all_of(v.begin(), v.end(), [&](float x) { return x == lo; }), "%s", k.name);
  k.random(args(RandomKind::uniform, DType::f32, n, 3, 3, v.data()), team());
  CHECK(std::all_of(v.begin(), v.end(), [](float x) { return x == 3; }), "%s empty interval",
        k.name);
  std::vector<uint16_t> h(n);  // float16: 1.0 is 0x3c00
  k.random(args(RandomKind::uniform, DType::f16, n, 0, 1, h.data()), team());
  CHECK(std::all_of(h.begin(), h.end(), [](uint16_t x) { return x < 0x3c00; }), "%s float16",
        k.name);
  std::vector<int64_t> wide(n);
  k.random(integers(DType::i64, n, -(int64_t{1} << 40), uint64_t{1} << 41, wide.data()), team());
  const auto [low, high] = std::minmax_element(wide.begin(), wide.end());
  CHECK(*low >= -(int64_t{1} << 40) && *high < int64_t{1} << 40 && *low < -(int64_t{1} << 39) &&
            *high > int64_t{1} << 39,
        "%s wide integers", k.name);
}

void check_dropout(const Kernels& k) {
  const int64_t n = 100001;
  for (double rate : {0.0, 0.25, 0.9}) {
    Guarded<float> x(n), y(n);
    for (int64_t i = 0; i < n; ++i) x[i] = static_cast<float>(i + 1);
    RandomArgs a = args(RandomKind::dropout, DType::f32, n, rate, 2, y.data());
    a.x = x.data();
    k.random(a, team());
    std::vector<float> u(n);
    k.random(args(RandomKind::uniform, DType::f32, n, 0, 1, u.data()), team());
    int64_t bad = 0, kept = 0;
    for (int64_t i = 0; i < n; ++i) {
      bad += y[i] != (u[i] >= static_cast<float>(rate) ? 2 * x[i] : 0);
      kept += y[i] != 0;
    }
    CHECK(!bad && y.intact(), "%s dropout %g", k.name, rate);
    CHECK(std::abs(kept / double(n) - (1 - rate)) < 0.01, "%s dropout %g kept %d", k.name, rate,
          int(kept));
    a.out = x.data();  // in place
    k.random(a, team());
    CHECK(std::memcmp(x.data(), y.data(), n * 4) == 0, "%s dropout in place", k.name);
  }
}

}  // namespace

int main() {
  check::each_width([](const Kernels& k) {
    check_known_answers(k);
    check_stream(k);
    check_distributions<float>(k, DType::f32);
    check_distributions<double>(k, DType::f64);
    check_quantile<float>(k, DType::f32, 3e-7);
    check_quantile<double>(k, DType::f64, 1e-15);
    check_bounds(k);
    check_dropout(k);
    check_drawn_anew<uint32_t>(k, DType::u32, uint64_t{3} << 30);
    check_drawn_anew<uint64_t>(k, DType::u64, uint64_t{3} << 62);
    check_far_tail(k);
  });
  for (DType d : {DType::f32, DType::f64, DType::f16, DType::bf16}) {
    check_same(RandomKind::uniform, d, -0.3, 0.7, true);
    check_same(RandomKind::dropout, d, 0.4, 1.0 / 0.6, true);
    check_same(RandomKind::normal, d, 0.1, 1.3, false);
    check_same(RandomKind::truncated_normal, d, 0.1, 1.3, false);
  }
  for (DType d : {DType::u8, DType::i32, DType::u32, DType::i64, DType::u64}) {
    check_same(RandomKind::randint, d, 0, 100, true);
    check_same(RandomKind::bits, d, 0, 0, true);
  }
  return check::result("check_random");
}

// Random numbers, by Philox 4x32-10: a thread makes the four words of one counter and the elements
// that they give. Bits, uniforms, integers and dropout masks are those of the CPU.
#include "cuda.h"

namespace ph {
namespace cuda {
namespace {

struct Words {
  uint32_t x[4];
};
// `round`: the counter's third word, for draws beside the stream.
PH_DEVICE Words philox(const uint32_t* seed, uint64_t counter, uint32_t round = 0) {
  Words w = {{static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32), round, 0}};
  uint32_t k0 = seed[0], k1 = seed[1];
  for (int turn = 0; turn < 10; ++turn, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    const uint64_t p0 = uint64_t{w.x[0]} * 0xD2511F53u, p1 = uint64_t{w.x[2]} * 0xCD9E8D57u;
    w = {{static_cast<uint32_t>(p1 >> 32) ^ w.x[1] ^ k0, static_cast<uint32_t>(p1),
          static_cast<uint32_t>(p0 >> 32) ^ w.x[3] ^ k1, static_cast<uint32_t>(p0)}};
  }
  return w;
}

// T's share of the stream, and how it becomes a fraction with T's precision.
template <class T>
struct Draw;
template <>
struct Draw<float> {
  using Bits = uint32_t;
  static constexpr int drop = 8, lanes = 4;
  static constexpr float unit = 0x1p-24f;
};
template <>
struct Draw<double> {
  using Bits = uint64_t;
  static constexpr int drop = 11, lanes = 2;
  static constexpr double unit = 0x1p-53;
};
template <class Bits>
PH_DEVICE Bits lane_bits(const Words& w, int lane) {
  if constexpr (sizeof(Bits) == 4)
    return w.x[lane];
  else
    return w.x[2 * lane] | uint64_t{w.x[2 * lane + 1]} << 32;
}
// The top 24 (53) bits as a whole number; exact.
template <class T>
PH_DEVICE T whole(typename Draw<T>::Bits bits) {
  return static_cast<T>(bits >> Draw<T>::drop);
}
// Rounded by itself, so that no product is fused into a sum: uniforms are the CPU's.
PH_DEVICE float product(float a, float b) { return __fmul_rn(a, b); }
PH_DEVICE double product(double a, double b) { return __dmul_rn(a, b); }

// ---------------------------------------------------------------- kinds
// The largest value of `dtype` below hi: rounding must not reach hi.
template <class Bits>
PH_DEVICE Bits step_down(Bits bits) {
  constexpr Bits sign = static_cast<Bits>(Bits{1} << (sizeof(Bits) * 8 - 1));
  if ((bits & static_cast<Bits>(~sign)) == 0) return sign | 1;
  return static_cast<Bits>(bits & sign ? bits + 1 : bits - 1);
}
template <class S>
PH_DEVICE double below_small(double hi) {
  S h = write_as<S>(hi);
  if (read_as<double>(h) >= hi) h.bits = step_down(h.bits);
  return read_as<double>(h);
}
PH_DEVICE double last_below(DType dtype, double lo, double hi) {
  if (!(lo < hi)) return static_cast<double>(bit_cast<float>(0x7f800000u));  // an empty interval
  if (dtype == DType::f16) return below_small<Float16>(hi);
  if (dtype == DType::bf16) return below_small<BFloat16>(hi);
  if (dtype == DType::f32) {
    const float f = static_cast<float>(hi);
    return f >= hi ? bit_cast<float>(step_down(bit_cast<uint32_t>(f))) : f;
  }
  return bit_cast<double>(step_down(bit_cast<uint64_t>(hi)));
}
template <class T>
PH_DEVICE T uniform(const RandomArgs& a, typename Draw<T>::Bits bits) {
  using Bits = typename Draw<T>::Bits;
  const T span = static_cast<T>(a.hi - a.lo);
  const T times = span - span == 0 ? T(1) : T(2);  // where it overflows: the halves of both
  const T lo = static_cast<T>(a.lo) / times;
  const T range =
      static_cast<T>(a.hi / static_cast<double>(times) - a.lo / static_cast<double>(times));
  const T last = static_cast<T>(last_below(a.dtype, a.lo, a.hi));
  Bits mask = ~Bits{0};  // fewer bits for the halves
  if (a.dtype == DType::f16) mask <<= sizeof(T) * 8 - 11;
  if (a.dtype == DType::bf16) mask <<= sizeof(T) * 8 - 8;
  const T unit = whole<T>(bits & mask) * Draw<T>::unit;
  const T v = (product(unit, range) + lo) * times;
  return v > last ? last : v;
}

// Fractions in (0, 1] whose logarithm is finite; of float32 all 32 bits.
PH_DEVICE double fraction(uint64_t bits) {
  return (whole<double>(bits) + 1.0) * Draw<double>::unit;
}
PH_DEVICE float fraction(uint32_t bits) {
  const float high = static_cast<float>(bits >> 16), low = static_cast<float>(bits & 0xffff);
  return fmaf(high, 0x1p16f, low + 0.5f) * 0x1p-32f;
}
// Box & Muller: two draws make two numbers.
template <class T>
PH_DEVICE void normal(const RandomArgs& a, typename Draw<T>::Bits even, typename Draw<T>::Bits odd,
                      T* out) {
  constexpr T two_pi = static_cast<T>(6.28318530717958647692);
  const T angle = whole<T>(odd) * (Draw<T>::unit * two_pi);
  const T radius = sqrt(log(fraction(even)) * T(-2)) * static_cast<T>(a.hi);
  out[0] = radius * cos(angle) + static_cast<T>(a.lo);
  out[1] = radius * sin(angle) + static_cast<T>(a.lo);
}

// sqrt(2) erfinv(v) / v for |v| <= erf(sqrt 2), a fit in w - kMiddle, w = -log(1 - v^2); the
// coefficients are those of the CPU.
constexpr double kMiddle = 1.2099514409455524, kErfSqrt2 = 0.95449973610364159;
PH_DEVICE float quantile(float w) {
  constexpr float c[] = {1.66816791f,     0.352574152f,   0.00393706131f,  -0.00321913843f,
                         0.000193617056f, 4.57589822e-5f, -6.49629421e-6f, -4.99204066e-7f};
  float y = c[7];
  for (int i = 6; i >= 0; --i) y = fmaf(y, w, c[i]);
  return y;
}
PH_DEVICE double quantile(double w) {
  constexpr double c[] = {1.6681679208087217,      0.35257415188525059,     0.0039369281486164072,
                          -0.0032191387748119268,  0.00019407434518810074,  4.5760031050611033e-5,
                          -7.0029556239297576e-6,  -4.9995523821144011e-7,  1.807643508380654e-7,
                          -1.9445988172093909e-10, -3.9620070555734902e-9,  2.4014473951369972e-10,
                          7.4476322641158213e-11,  -9.6976554717416193e-12, -1.1155890636512507e-12,
                          2.4742479947504724e-13,  9.6690287030391207e-15};
  double y = c[16];
  for (int i = 15; i >= 0; --i) y = fma(y, w, c[i]);
  return y;
}
template <class T>
PH_DEVICE T truncated_normal(const RandomArgs& a, typename Draw<T>::Bits bits) {
  constexpr T half_turn = T(1) / Draw<T>::unit / 2;
  const T v = ((whole<T>(bits) - half_turn) + T(0.5)) *
              static_cast<T>(kErfSqrt2 / static_cast<double>(half_turn));
  const T w = -log(T(1) - v * v) - static_cast<T>(kMiddle);
  T z = v * quantile(w);
  z = z < T(-2) ? T(-2) : z > T(2) ? T(2) : z;
  return z * static_cast<T>(a.hi) + static_cast<T>(a.lo);
}

// ---------------------------------------------------------------- kernels
template <class T>
struct Continuous {
  RandomArgs a;
  PH_DEVICE void operator()(int64_t counter) const {
    using Bits = typename Draw<T>::Bits;
    constexpr int lanes = Draw<T>::lanes;
    const Words w = philox(a.seed, static_cast<uint64_t>(counter));
    Bits bits[lanes];
    T v[lanes];
    for (int i = 0; i < lanes; ++i) bits[i] = lane_bits<Bits>(w, i);
    const int64_t first = counter * lanes;
    const int n = static_cast<int>(min_of<int64_t>(lanes, a.count - first));
    if (a.kind == RandomKind::normal) {
      for (int i = 0; i < lanes; i += 2) normal<T>(a, bits[i], bits[i + 1], v + i);
    } else {
      for (int i = 0; i < n; ++i) {
        if (a.kind == RandomKind::uniform) {
          v[i] = uniform<T>(a, bits[i]);
        } else if (a.kind == RandomKind::truncated_normal) {
          v[i] = truncated_normal<T>(a, bits[i]);
        } else {  // dropout
          const bool keep = whole<T>(bits[i]) * Draw<T>::unit >= static_cast<T>(a.lo);
          v[i] = keep ? load_as<T>(a.x, a.dtype, first + i) * static_cast<T>(a.hi) : T(0);
        }
      }
    }
    for (int i = 0; i < n; ++i) store_as<T>(a.out, a.dtype, first + i, v[i]);
  }
};

PH_DEVICE uint32_t high_word(uint32_t a, uint32_t b) {
  return static_cast<uint32_t>(uint64_t{a} * b >> 32);
}
PH_DEVICE uint64_t high_word(uint64_t a, uint64_t b) { return __umul64hi(a, b); }

// The high word of draw * range; draws that would favour some values are made anew (Lemire 2019),
// each time from a stream beside the first.
template <class Word>
struct Integers {
  RandomArgs a;
  PH_DEVICE void operator()(int64_t counter) const {
    constexpr int lanes = 16 / sizeof(Word);
    const Words w = philox(a.seed, static_cast<uint64_t>(counter));
    const Word range = static_cast<Word>(a.range);
    const Word favoured = range ? static_cast<Word>(static_cast<Word>(0 - range) % range) : Word{0};
    const int64_t first = counter * lanes;
    const int n = static_cast<int>(min_of<int64_t>(lanes, a.count - first));
    for (int i = 0; i < n; ++i) {
      Word draw = lane_bits<Word>(w, i);
      for (uint32_t round = 1; static_cast<Word>(draw * range) < favoured; ++round)
        draw = lane_bits<Word>(philox(a.seed, static_cast<uint64_t>(counter), round), i);
      const Word value = range ? high_word(draw, range) : draw;
      store_as<int64_t>(a.out, a.dtype, first + i, static_cast<int64_t>(a.first + value));
    }
  }
};

template <class T>
struct RawBits {
  RandomArgs a;
  PH_DEVICE void operator()(int64_t counter) const {
    constexpr int lanes = sizeof(T) == 8 ? 2 : 4;
    const Words w = philox(a.seed, static_cast<uint64_t>(counter));
    for (int i = 0; i < lanes && counter * lanes + i < a.count; ++i) {
      using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
      static_cast<T*>(a.out)[counter * lanes + i] = static_cast<T>(lane_bits<Bits>(w, i));
    }
  }
};

}  // namespace

void random(const RandomArgs& a, const Launch& team) {
  const int size = kDTypeSize[static_cast<int>(a.dtype)];
  const int64_t counters = ceil_div(a.count, size == 8 ? 2 : 4);
  if (a.kind == RandomKind::bits)
    return with_size(size, [&](auto t) { each(counters, team, RawBits<decltype(t)>{a}); });
  if (a.kind == RandomKind::randint)
    return size == 8 ? each(counters, team, Integers<uint64_t>{a})
                     : each(counters, team, Integers<uint32_t>{a});
  with_float(a.dtype, [&](auto t) { each(counters, team, Continuous<decltype(t)>{a}); });
}

}  // namespace cuda
}  // namespace ph

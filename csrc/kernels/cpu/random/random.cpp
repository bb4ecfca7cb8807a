// Random numbers: a block of Philox words, then one transform a kind. An element of at most 4
// bytes takes one word of the stream, one of 8 bytes two. Uniforms, integers and dropout
// masks come from exact or once-rounded arithmetic, so that every width gives the same. Wide
// tables take float64 from the generic width.
#include "../eltwise/eltwise_convert.h"
#include "../families.h"
#include "../math/math.h"
#include "../math/math_trig.h"
#include "../unfused.h"
#include "philox.h"

namespace ph {
namespace PH_ISA {

namespace {

constexpr int64_t kBlocksPerChunk = 64;

// ---------------------------------------------------------------- one element's bits
// Draw<T>: T's share of the stream, and how it becomes a fraction with T's precision.
template <class T>
struct Draw;
template <>
struct Draw<float> {
  using Bits = uint32_t;
  static constexpr int drop = 8;
  static constexpr float unit = 0x1p-24f;
};
template <>
struct Draw<double> {  // at the generic width only
  using Bits = uint64_t;
  [[maybe_unused]] static constexpr int drop = 11;
  [[maybe_unused]] static constexpr double unit = 0x1p-53;
};
// The top 24 (53) bits as a whole number; exact.
template <class T>
PH_INLINE Vec<T> whole(Vec<typename Draw<T>::Bits> bits) {
  using Signed = typename FloatBits<T>::Int;
  return __builtin_convertvector((Vec<Signed>)(bits >> Draw<T>::drop), Vec<T>);
}

// The largest value of `dtype` below hi, or infinity for an empty interval: rounding must not
// reach hi.
template <class Bits>
PH_INLINE Bits step_down(Bits bits) {
  constexpr Bits sign = static_cast<Bits>(Bits{1} << (sizeof(Bits) * 8 - 1));
  if ((bits & static_cast<Bits>(~sign)) == 0) return sign | 1;
  return static_cast<Bits>(bits & sign ? bits + 1 : bits - 1);
}
double last_below(DType dtype, double lo, double hi) {
  if (!(lo < hi)) return FloatBits<double>::inf;
  double v = hi;
  if (dtype == DType::f16) {
    Float16 h = write_as<Float16>(hi);
    if (read_as<double>(h) >= hi) h.bits = step_down(h.bits);
    v = read_as<double>(h);
  } else if (dtype == DType::bf16) {
    BFloat16 h = write_as<BFloat16>(hi);
    if (read_as<double>(h) >= hi) h.bits = step_down(h.bits);
    v = read_as<double>(h);
  } else if (dtype == DType::f32) {
    const float f = static_cast<float>(hi);
    v = f >= hi ? bit_cast<float>(step_down(bit_cast<uint32_t>(f))) : f;
  } else {
    v = bit_cast<double>(step_down(bit_cast<uint64_t>(hi)));
  }
  return v;
}

// ---------------------------------------------------------------- the kinds
// Each fills out[0..n) from n draws; n is a multiple of two vectors.
template <class T>
struct Uniform {
  T times;  // 2 where hi - lo overflows: the halves of both then
  T lo, range, last;
  typename Draw<T>::Bits mask;  // fewer bits for the halves
  explicit Uniform(const RandomArgs& a)
      : times(static_cast<T>(a.hi - a.lo) < FloatBits<T>::inf ? T(1) : T(2)),
        lo(static_cast<T>(a.lo) / times),
        range(
            static_cast<T>(a.hi / static_cast<double>(times) - a.lo / static_cast<double>(times))),
        last(static_cast<T>(last_below(a.dtype, a.lo, a.hi))),
        mask(~typename Draw<T>::Bits{0}) {
    if (a.dtype == DType::f16) mask <<= sizeof(T) * 8 - 11;
    if (a.dtype == DType::bf16) mask <<= sizeof(T) * 8 - 8;
  }
  PH_INLINE void operator()(const typename Draw<T>::Bits* draw, T* out, int n) const {
    for (int i = 0; i < n; i += kLanes<T>) {
      Vec<T> v = whole<T>(load(draw + i) & mask) * Draw<T>::unit;
      v = (rounded(v * range) + lo) * times;
      store(out + i, v > last ? splat<T>(last) : v);
    }
  }
};

// Fractions in (0, 1] whose logarithm is finite. Of float32 all 32 bits, rounded once: the radius
// reaches 6.76, where 24 bits would end at 5.77.
PH_INLINE vf64 fraction(vu64 bits) { return (whole<double>(bits) + 1.0) * Draw<double>::unit; }
PH_INLINE vf32 fraction(vu32 bits) {
  const vf32 high = __builtin_convertvector((vi32)(bits >> 16), vf32);
  const vf32 low = __builtin_convertvector((vi32)(bits & 0xffff), vf32);
  return (high * 0x1p16f + (low + 0.5f)) * 0x1p-32f;
}

// Box & Muller: two draws make two numbers.
template <class T>
struct Normal {
  T mean, deviation;
  explicit Normal(const RandomArgs& a)
      : mean(static_cast<T>(a.lo)), deviation(static_cast<T>(a.hi)) {}
  PH_INLINE void operator()(const typename Draw<T>::Bits* draw, T* out, int n) const {
    constexpr T two_pi = static_cast<T>(6.28318530717958647692);
    for (int i = 0; i < n; i += 2 * kLanes<T>) {
      typename Draw<T>::Bits even[kLanes<T>], odd[kLanes<T>];
      for (int j = 0; j < kLanes<T>; ++j) even[j] = draw[i + 2 * j], odd[j] = draw[i + 2 * j + 1];
      const Vec<T> angle = whole<T>(load(odd)) * (Draw<T>::unit * two_pi);
      const Vec<T> radius = vsqrt(vlog(fraction(load(even))) * T(-2)) * deviation;
      T x[kLanes<T>], y[kLanes<T>];
      store(x, radius * vcos(angle) + mean);
      store(y, radius * vsin(angle) + mean);
      for (int j = 0; j < kLanes<T>; ++j) out[i + 2 * j] = x[j], out[i + 2 * j + 1] = y[j];
    }
  }
};

// sqrt(2) erfinv(v) / v for |v| <= erf(sqrt 2), a fit in w - kMiddle, w = -log(1 - v^2):
// interpolated at Chebyshev's nodes in 50 digits; relative error 5e-9 and 2e-18.
constexpr double kMiddle = 1.2099514409455524, kErfSqrt2 = 0.95449973610364159;
template <class T>
struct Quantile;
template <>
struct Quantile<float> {
  static constexpr float c[] = {1.66816791f,     0.352574152f,   0.00393706131f,  -0.00321913843f,
                                0.000193617056f, 4.57589822e-5f, -6.49629421e-6f, -4.99204066e-7f};
};
template <>
struct Quantile<double> {
  [[maybe_unused]] static constexpr double c[] = {
      1.6681679208087217,      0.35257415188525059,     0.0039369281486164072,
      -0.0032191387748119268,  0.00019407434518810074,  4.5760031050611033e-5,
      -7.0029556239297576e-6,  -4.9995523821144011e-7,  1.807643508380654e-7,
      -1.9445988172093909e-10, -3.9620070555734902e-9,  2.4014473951369972e-10,
      7.4476322641158213e-11,  -9.6976554717416193e-12, -1.1155890636512507e-12,
      2.4742479947504724e-13,  9.6690287030391207e-15};
};

// The inverse of the distribution function on the part within 2 standard deviations: what
// redrawing would give, at one draw an element.
template <class T>
struct TruncatedNormal {
  T mean, deviation;
  explicit TruncatedNormal(const RandomArgs& a)
      : mean(static_cast<T>(a.lo)), deviation(static_cast<T>(a.hi)) {}
  PH_INLINE void operator()(const typename Draw<T>::Bits* draw, T* out, int n) const {
    constexpr T half_turn = T(1) / Draw<T>::unit / 2;
    for (int i = 0; i < n; i += kLanes<T>) {
      // Symmetric about 0: (bits - 2^23 + 1/2) / 2^23.
      const Vec<T> v = ((whole<T>(load(draw + i)) - half_turn) + T(0.5)) *
                       static_cast<T>(kErfSqrt2 / static_cast<double>(half_turn));
      const Vec<T> w = -vlog(T(1) - v * v) - static_cast<T>(kMiddle);
      const Vec<T> z = v * poly<T>(w, Quantile<T>::c);
      store(out + i, vclamp<T>(z, T(-2), T(2)) * deviation + mean);
    }
  }
};

// ---------------------------------------------------------------- blocks and chunks
// f(words, at, n): elements [at, at + n) from their words; `per_block` elements a block.
template <class F>
PH_INLINE void for_blocks(const RandomArgs& a, const Launch& team, int per_block, const F& f) {
  const int64_t blocks = ceil_div(a.count, per_block);
  for_chunks(team, ceil_div(blocks, kBlocksPerChunk), [&](int64_t chunk, int) {
    alignas(64) uint32_t words[kWords];
    const int64_t end = min_of(blocks, (chunk + 1) * kBlocksPerChunk);
    for (int64_t b = chunk * kBlocksPerChunk; b < end; ++b) {
      philox(a.seed, static_cast<uint64_t>(b) * (kWords / 4), words);
      f(words, b * per_block, min_of<int64_t>(per_block, a.count - b * per_block));
    }
  });
}

template <class T, class Kind>
void continuous(const RandomArgs& a, const Launch& team) {
  using Bits = typename Draw<T>::Bits;
  constexpr int per_block = kWords * 4 / sizeof(T);
  const Kind kind(a);
  const bool direct = a.dtype == compute_dtype<T>;
  const auto put = storer<T>(a.dtype);
  const int64_t size = kDTypeSize[static_cast<int>(a.dtype)];
  for_blocks(a, team, per_block, [&](const uint32_t* words, int64_t at, int64_t n) {
    Bits draw[per_block];
    __builtin_memcpy(draw, words, sizeof draw);
    char* const out = static_cast<char*>(a.out) + at * size;
    if (direct && n == per_block) {
      kind(draw, reinterpret_cast<T*>(out), per_block);
      return;
    }
    T strip[per_block];
    kind(draw, strip, per_block);
    put(out, strip, 1, n);
  });
}

template <template <class> class Kind>
void continuous_of(const RandomArgs& a, const Launch& team) {
#if !PH_WIDE
  if (a.dtype == DType::f64) return continuous<double, Kind<double>>(a, team);
#endif
  continuous<float, Kind<float>>(a, team);
}

// The high word of draw * range. Some values would come once more often; those draws, whose low
// word is below 2^bits % range, are made anew until none is left (Lemire 2019, "Fast random integer
// generation in an interval"), each time from a stream beside the first. Range 0 is all 2^bits.
template <class Word, class Product>
void randint(const RandomArgs& a, const Launch& team) {
  constexpr int per_block = kWords * 4 / sizeof(Word), bits = 8 * sizeof(Word);
  const int64_t size = kDTypeSize[static_cast<int>(a.dtype)];
  const auto range = static_cast<Word>(a.range);
  const Word favoured = range ? static_cast<Word>(static_cast<Word>(0 - range) % range) : Word{0};
  const auto put = storer<int64_t>(a.dtype);
  for_blocks(a, team, per_block, [&](const uint32_t* words, int64_t at, int64_t n) {
    int64_t strip[per_block];
    Word draw[per_block];
    int again[per_block], left = 0;
    const auto take = [&](int i) {
      const Product p = static_cast<Product>(draw[i]) * range;
      strip[i] = static_cast<int64_t>(a.first + (range ? static_cast<Word>(p >> bits) : draw[i]));
      again[left] = i;
      left += static_cast<Word>(p) < favoured;
    };
    __builtin_memcpy(draw, words, sizeof draw);
    for (int i = 0; i < n; ++i) take(i);
    for (uint32_t round = 1; PH_UNLIKELY(left); ++round) {
      const int count = left;
      left = 0;
      philox(a.seed, static_cast<uint64_t>(at / per_block) * (kWords / 4),
             reinterpret_cast<uint32_t*>(draw), round);
      for (int k = 0; k < count; ++k) take(again[k]);
    }
    put(static_cast<char*>(a.out) + at * size, strip, 1, n);
  });
}

void random_bits(const RandomArgs& a, const Launch& team) {
  const int64_t size = kDTypeSize[static_cast<int>(a.dtype)];
  const int words_each = size == 8 ? 2 : 1;
  for_blocks(a, team, kWords / words_each, [&](const uint32_t* words, int64_t at, int64_t n) {
    char* out = static_cast<char*>(a.out) + at * size;
    if (size >= 4)
      __builtin_memcpy(out, words, static_cast<size_t>(n * size));
    else  // the low bytes
      for (int64_t i = 0; i < n; ++i) __builtin_memcpy(out + i * size, words + i, size);
  });
}

template <class T>
void dropout(const RandomArgs& a, const Launch& team) {
  using Bits = typename Draw<T>::Bits;
  constexpr int per_block = kWords * 4 / sizeof(T);
  const int64_t size = kDTypeSize[static_cast<int>(a.dtype)];
  const T rate = static_cast<T>(a.lo), scale = static_cast<T>(a.hi);
  const bool direct = a.dtype == compute_dtype<T>;
  const auto get = loader<T>(a.dtype);
  const auto put = storer<T>(a.dtype);
  for_blocks(a, team, per_block, [&](const uint32_t* words, int64_t at, int64_t n) {
    Bits draw[per_block];
    __builtin_memcpy(draw, words, sizeof draw);
    T strip[per_block] = {};
    const bool whole_block = direct && n == per_block;
    if (!whole_block) get(strip, static_cast<const char*>(a.x) + at * size, 1, n);
    const T* x = whole_block ? static_cast<const T*>(a.x) + at : strip;
    T* out = whole_block ? static_cast<T*>(a.out) + at : strip;
    for (int i = 0; i < per_block; i += kLanes<T>) {
      const Vec<T> u = whole<T>(load(draw + i)) * Draw<T>::unit;
      store(out + i, u >= rate ? load(x + i) * scale : Vec<T>{});
    }
    if (!whole_block) put(static_cast<char*>(a.out) + at * size, strip, 1, n);
  });
}

}  // namespace

void random(const RandomArgs& a, const Launch& team) {
#if PH_WIDE
  if (a.dtype == DType::f64) return generic::random(a, team);
#endif
  switch (a.kind) {
    case RandomKind::bits: return random_bits(a, team);
    case RandomKind::uniform: return continuous_of<Uniform>(a, team);
    case RandomKind::normal: return continuous_of<Normal>(a, team);
    case RandomKind::truncated_normal: return continuous_of<TruncatedNormal>(a, team);
    case RandomKind::randint:
      return kDTypeSize[static_cast<int>(a.dtype)] == 8
                 ? randint<uint64_t, unsigned __int128>(a, team)
                 : randint<uint32_t, uint64_t>(a, team);
    case RandomKind::dropout:
#if !PH_WIDE
      if (a.dtype == DType::f64) return dropout<double>(a, team);
#endif
      return dropout<float>(a, team);
  }
}

}  // namespace PH_ISA
}  // namespace ph

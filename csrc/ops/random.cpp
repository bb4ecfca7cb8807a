// Random tensors from a seed (2,) of uint32. Attributes: (shape, dtype, lo, hi), where lo and hi
// are the bounds of random_uniform [lo, hi), and mean and standard deviation of random_normal and
// random_truncated_normal; random_randint has (shape, dtype, first, last), integers that draws lie
// between, both included, as two's complement where the dtype is uint64; random_bits has (shape).
// dropout(x, seed) has (rate).
#include <cmath>

#include "../core/convert.h"
#include "common.h"

namespace ph {
namespace {

void need_seed(const char* op, const Spec& seed) {
  const bool shaped = seed.shape.rank() == 1 && same_size(seed.shape[0], 2);
  if (seed.dtype != DType::u32 || !shaped)
    throw ValueError(cat(op, ": the seed must be a uint32 tensor of shape (2,); received ",
                         seed.dtype, " of shape ", seed.shape, "; use a SeedGenerator"));
}

RandomArgs base_args(BindContext& ctx, RandomKind kind, const Operand& seed) {
  RandomArgs a;
  std::memset(&a, 0, sizeof a);
  a.kind = kind;
  a.dtype = ctx.out[0].spec.dtype;
  a.count = ctx.out[0].spec.shape.count();
  a.seed = static_cast<const uint32_t*>(seed.data);
  a.out = ctx.out[0].data;
  return a;
}

template <RandomKind kind>
struct Draw {
  static constexpr const char* name() {
    constexpr const char* names[] = {"random_bits", "random_uniform", "random_normal",
                                     "random_truncated_normal", "random_randint"};
    return names[static_cast<int>(kind)];
  }
  static constexpr bool integers = kind == RandomKind::bits || kind == RandomKind::randint;
  static std::vector<Spec> infer(Specs in, const Attrs& attrs) {
    need_inputs(name(), in, 1);
    need_seed(name(), in[0]);
    const Shape shape = shape_attr(name(), attrs, 0);
    if (kind == RandomKind::bits) return {checked(name(), DType::u32, shape)};
    const DType d = attrs.dtype(1);
    if (integers ? !is_integer(d) : !is_float(d))
      throw TypeError(cat(name(), ": dtype ", d, " cannot hold the numbers; expected ",
                          integers ? "an integer" : "a floating", " dtype"));
    if (integers) {
      check_integers(d, attrs.integer(2), attrs.integer(3));
    } else {
      const double lo = attrs.real(2), hi = attrs.real(3);
      if (!std::isfinite(lo) || !std::isfinite(hi))
        throw ValueError(cat(name(), ": the bounds ", lo, " and ", hi, " must be finite"));
    }
    return {checked(name(), d, shape)};
  }
  static void check_integers(DType d, int64_t first, int64_t last) {
    const auto held = [&](int64_t x) {
      const uint64_t bits = integer_bits(x, d);
      return d == DType::u64 || scalar_value(&bits, d) == static_cast<double>(x);
    };
    const bool ordered = d == DType::u64
                             ? static_cast<uint64_t>(first) <= static_cast<uint64_t>(last)
                             : first <= last;
    if (!ordered || !held(first) || !held(last))
      throw ValueError(cat(name(), ": ", first, " to ", last, " is no range of ", d, " values"));
  }
  static bool bind(BindContext& ctx) {
    const DType d = ctx.out[0].spec.dtype;
    const bool halves = kind == RandomKind::normal || kind == RandomKind::truncated_normal;
    if (halves && !native_float(d)) return false;
    RandomArgs a = base_args(ctx, kind, ctx.in[0]);
    if (kind == RandomKind::randint) {
      a.first = static_cast<uint64_t>(ctx.attrs->integer(2));
      a.range = static_cast<uint64_t>(ctx.attrs->integer(3)) - a.first + 1;
    } else if (kind != RandomKind::bits) {
      a.lo = ctx.attrs->real(2), a.hi = ctx.attrs->real(3);
    }
    return ctx.push<&Kernels::random>(a);
  }
  // Halves of the normals: drawn in float32, rounded.
  static Tensors compose(std::span<const Tensor> in, const Attrs& attrs) {
    PH_CHECK(kind == RandomKind::normal || kind == RandomKind::truncated_normal);
    Attrs wide = attrs;
    wide.set(1, DType::f32);
    return {cast(apply1(op_by_name(name()), {in[0]}, wide), attrs.dtype(1))};
  }
  static void define() {
    OpDef def;
    def.name = name();
    def.flags = kRandom | kNoGrad;
    def.infer = infer;
    def.bind = bind;
    if (kind == RandomKind::normal || kind == RandomKind::truncated_normal) def.compose = compose;
    const Register reg(def);
  }
};

const bool defined = [] {
  Draw<RandomKind::bits>::define();
  Draw<RandomKind::uniform>::define();
  Draw<RandomKind::normal>::define();
  Draw<RandomKind::truncated_normal>::define();
  Draw<RandomKind::randint>::define();
  return true;
}();

// The seed decides every element, so equal nodes may be merged: not kRandom.
const Register dropout_op({
    .name = "dropout",
    .infer = [](Specs in, const Attrs& attrs) -> std::vector<Spec> {
      need_inputs("dropout", in, 2);
      need_float("dropout", in[0]);
      need_seed("dropout", in[1]);
      const double rate = attrs.real(0);
      if (!(rate >= 0 && rate <= 1))
        throw ValueError(
            cat("dropout: the rate is ", rate, "; expected the fraction to drop, 0 to 1"));
      return {in[0]};
    },
    .bind =
        [](BindContext& ctx) {
          if (!native_float(ctx.out[0].spec.dtype)) return false;
          RandomArgs a = base_args(ctx, RandomKind::dropout, ctx.in[1]);
          const double rate = ctx.attrs->real(0);
          a.x = ctx.in[0].data;
          a.lo = rate;
          a.hi = rate < 1 ? 1 / (1 - rate) : 0;
          return ctx.push<&Kernels::random>(a);
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      return {apply1(op_by_name("dropout"), {c.grad(), c.in(1)}, c.attrs()), Tensor()};
    },
    .compose = [](std::span<const Tensor> in, const Attrs& attrs) -> Tensors {
      const DType d = in[0].dtype();
      if (!native_float(d))
        return {cast(apply1(op_by_name("dropout"), {cast(in[0], DType::f32), in[1]}, attrs), d)};
      const double rate = attrs.real(0);
      const Tensor u =
          apply1(op_by_name("random_uniform"), {in[1]}, {in[0].shape().vec(), d, 0.0, 1.0});
      const Tensor kept = mul(in[0], like(in[0], rate < 1 ? 1 / (1 - rate) : 0));
      return {where(greater_equal(u, like(u, rate)), kept, like(u, 0))};
    },
});

}  // namespace
}  // namespace ph

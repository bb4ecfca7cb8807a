// Random tensors from a seed (2,) of uint32. `lo` and `hi` are the bounds of random_uniform [lo,
// hi), and mean and standard deviation of random_normal and random_truncated_normal; of
// random_randint the first and last integer that may be drawn, as two's complement where the dtype
// is uint64. dropout(x, seed) drops the fraction `rate`.
#include <cmath>

#include "../core/convert.h"
#include "common.h"

namespace ph {
namespace {

void need_seed(const Call& c, const Spec& seed) {
  const bool shaped = seed.shape.rank() == 1 && same_size(seed.shape[0], 2);
  if (seed.dtype != DType::u32 || !shaped)
    throw ValueError(cat(c.name(), ": the seed must be a uint32 tensor of shape (2,); received ",
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
  static constexpr const char* names[] = {"random_bits", "random_uniform", "random_normal",
                                          "random_truncated_normal", "random_randint"};
  static constexpr bool integers = kind == RandomKind::bits || kind == RandomKind::randint;
  static std::vector<Spec> infer(const Call& c) {
    need_inputs(c, 1);
    need_seed(c, c.specs[0]);
    const Shape shape = shape_attr(c, "shape");
    if (kind == RandomKind::bits) return {checked(c, DType::u32, shape)};
    const DType d = c.dtype("dtype");
    if (integers ? !is_integer(d) : !is_float(d))
      throw TypeError(cat(c.name(), ": dtype ", d, " cannot hold the numbers; expected ",
                          integers ? "an integer" : "a floating", " dtype"));
    if (integers) {
      check_integers(c, d, c.integer("lo"), c.integer("hi"));
    } else {
      const double lo = c.real("lo"), hi = c.real("hi");
      if (!std::isfinite(lo) || !std::isfinite(hi))
        throw ValueError(cat(c.name(), ": the bounds ", lo, " and ", hi, " must be finite"));
    }
    return {checked(c, d, shape)};
  }
  static void check_integers(const Call& c, DType d, int64_t first, int64_t last) {
    const auto held = [&](int64_t x) {
      const uint64_t bits = integer_bits(x, d);
      return d == DType::u64 || scalar_value(&bits, d) == static_cast<double>(x);
    };
    const bool ordered = d == DType::u64
                             ? static_cast<uint64_t>(first) <= static_cast<uint64_t>(last)
                             : first <= last;
    if (!ordered || !held(first) || !held(last))
      throw ValueError(cat(c.name(), ": ", first, " to ", last, " is no range of ", d, " values"));
  }
  static bool bind(BindContext& ctx) {
    const DType d = ctx.out[0].spec.dtype;
    const bool halves = kind == RandomKind::normal || kind == RandomKind::truncated_normal;
    if (halves && !native_float(d)) return false;
    RandomArgs a = base_args(ctx, kind, ctx.in[0]);
    if (kind == RandomKind::randint) {
      a.first = static_cast<uint64_t>(ctx.integer("lo"));
      a.range = static_cast<uint64_t>(ctx.integer("hi")) - a.first + 1;
    } else if (kind != RandomKind::bits) {
      a.lo = ctx.real("lo"), a.hi = ctx.real("hi");
    }
    return ctx.push<&Kernels::random>(a);
  }
  // Halves of the normals: drawn in float32, rounded.
  static Tensors compose(const Call& c) {
    return {cast(apply1(*c.op, {c.inputs[0]}, c.with("dtype", DType::f32)), c.dtype("dtype"))};
  }
  static void define() {
    OpDef def;
    def.name = names[static_cast<int>(kind)];
    def.attrs = {{"shape", AttrType::ints}};
    if (kind != RandomKind::bits) {
      const AttrType bound = integers ? AttrType::integer : AttrType::real;
      def.attrs.insert(def.attrs.end(), {{"dtype", AttrType::dtype}, {"lo", bound}, {"hi", bound}});
    }
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
    .attrs = {{"rate", AttrType::real}},
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 2);
      need_float(c, c.specs[0]);
      need_seed(c, c.specs[1]);
      const double rate = c.real("rate");
      if (!(rate >= 0 && rate <= 1))
        throw ValueError(
            cat("dropout: the rate is ", rate, "; expected the fraction to drop, 0 to 1"));
      return {c.specs[0]};
    },
    .bind =
        [](BindContext& ctx) {
          if (!native_float(ctx.out[0].spec.dtype)) return false;
          RandomArgs a = base_args(ctx, RandomKind::dropout, ctx.in[1]);
          const double rate = ctx.real("rate");
          a.x = ctx.in[0].data;
          a.lo = rate;
          a.hi = rate < 1 ? 1 / (1 - rate) : 0;
          return ctx.push<&Kernels::random>(a);
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      return {apply1(op_by_name("dropout"), {c.grad(), c.in(1)}, *c.attrs), Tensor()};
    },
    .compose = [](const Call& c) -> Tensors {
      const DType d = c.inputs[0].dtype();
      if (!native_float(d))
        return {cast(apply1(*c.op, {cast(c.inputs[0], DType::f32), c.inputs[1]}, *c.attrs), d)};
      const double rate = c.real("rate");
      const Tensor u = apply1(op_by_name("random_uniform"), {c.inputs[1]},
                              {c.inputs[0].shape().vec(), d, 0.0, 1.0});
      const Tensor kept = mul(c.inputs[0], like(c.inputs[0], rate < 1 ? 1 / (1 - rate) : 0));
      return {where(greater_equal(u, like(u, rate)), kept, like(u, 0))};
    },
});

}  // namespace
}  // namespace ph

// reshape and transpose. In a shape to reshape to, -1 is what remains; several are allowed only
// while sizes are unknown.
#include "../core/pass_rules.h"
#include "common.h"

namespace ph {
namespace {

std::vector<Spec> infer_reshape(const Call& c) {
  need_inputs(c, 1);
  Shape to = shape_attr(c, "shape");
  const Shape& from = c.specs[0].shape;
  int free = -1, frees = 0;
  for (int i = 0; i < to.rank(); ++i)
    if (to[i] < 0) free = i, ++frees;
  const int64_t have = from.known() ? from.count() : -1;  // of none and unknown ones: open
  const auto fail = [&](const char* rule) {
    throw ValueError(cat("reshape: a tensor of shape ", from, " cannot take the shape ",
                         Shape(c.ints("shape")).str(), ": ", rule));
  };
  if (frees == 0) {
    const int64_t want = to.count();
    if (have >= 0 && have != want) fail("the two must hold the same number of elements");
    return {{c.specs[0].dtype, to}};
  }
  int64_t rest = 1;
  for (int64_t d : to)
    if (d >= 0 && __builtin_mul_overflow(rest, d, &rest))
      fail("it has more elements than 64 bits count");
  if (have >= 0) {
    if (frees > 1) fail("at most one size may be -1");
    if (rest == 0 ? have != 0 : have % rest != 0)
      fail("the given sizes must divide the number of elements");
    to[free] = rest == 0 ? 0 : have / rest;
  }
  return {{c.specs[0].dtype, to}};
}

const Register reshape_op({
    .name = "reshape",
    .attrs = {{"shape", AttrType::ints}},
    .flags = kView,
    .infer = infer_reshape,
    .vjp = [](const VjpContext& c) -> Tensors { return {reshape(c.grad(), c.in(0).shape())}; },
});

void check_perm(const Shape& x, const Ints& perm) {
  bool seen[kMaxDims] = {};
  for (int64_t p : perm) {
    if (p < 0 || p >= x.rank() || seen[p])
      throw ValueError(cat("transpose: axes ", Shape(perm).str(), " are not a permutation of the ",
                           x.rank(), " dimensions of shape ", x, "; name each of 0 to ",
                           x.rank() - 1, " once"));
    seen[p] = true;
  }
}

const Register transpose_op({
    .name = "transpose",
    .attrs = {{"axes", AttrType::ints}},
    .infer = [](const Call& c) -> std::vector<Spec> {
      need_inputs(c, 1);
      const Shape& x = c.specs[0].shape;
      const Ints& perm = need_ints(c, "axes", static_cast<size_t>(x.rank()));
      check_perm(x, perm);
      Shape out;
      for (int64_t p : perm) out.push_back(x[static_cast<int>(p)]);
      return {{c.specs[0].dtype, out}};
    },
    .bind =
        [](BindContext& ctx) {
          const auto src = ctx.in[0].spec.shape.strides(), dst = ctx.out[0].spec.shape.strides();
          const Ints& perm = ctx.ints("axes");
          CopyDims dims;
          for (size_t i = 0; i < perm.size(); ++i)
            dims.add(ctx.out[0].spec.shape[static_cast<int>(i)], src[static_cast<size_t>(perm[i])],
                     dst[i]);
          return push_copy(ctx, dims, ctx.out[0].spec.dtype, ctx.in[0].data, ctx.out[0].data);
        },
    .vjp = [](const VjpContext& c) -> Tensors {
      const Ints& perm = c.ints("axes");
      Ints inverse(perm.size());
      for (size_t i = 0; i < perm.size(); ++i)
        inverse[static_cast<size_t>(perm[i])] = static_cast<int64_t>(i);
      return {transpose(c.grad(), inverse)};
    },
});
const RegisterPassRules transpose_rules("transpose", {.permutes = true});

}  // namespace

Tensor reshape(const Tensor& x, const Shape& shape) {
  static const OpDef& op = op_by_name("reshape");
  return x.shape() == shape ? x : apply1(op, {x}, {shape.vec()});
}
Tensor transpose(const Tensor& x, const Ints& perm) {
  static const OpDef& op = op_by_name("transpose");
  return apply1(op, {x}, {perm});
}

}  // namespace ph

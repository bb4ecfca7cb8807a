// Special functions (tan, arctan2, i0, ...) and bitwise operations of integers: one row an op.
// Kernels take operands of one shape and dtype; `compose` brings them there.
#include "common.h"

namespace ph {
namespace {

using Vjp = Tensors (*)(const VjpContext&);
struct Row {
  const char* name;
  SpecialOp op;
  int arity;
  bool integers;
  Vjp vjp;  // null: no gradient
};

Tensor unary(const char* name, const Tensor& x) { return apply1(op_by_name(name), {x}); }

// x the first input, y the second, o the output, g its gradient
#define PH_ONE(expr)                                                         \
  [](const VjpContext& c) -> Tensors {                                       \
    [[maybe_unused]] const Tensor &x = c.in(0), &o = c.out(), &g = c.grad(); \
    [[maybe_unused]] const Tensor one = like(x, 1);                          \
    return {expr};                                                           \
  }

constexpr double kHalfRootPi = 0.88622692545275801365;
constexpr double kLn2 = 0.69314718055994530942, kLn10 = 2.30258509299404568402;

// I1'(x) = I0(x) - I1(x) / x, and 1/2 at 0
Tensor i1_slope(const Tensor& x, const Tensor& o) {
  const Tensor zero = equal(x, like(x, 0));
  const Tensor ratio = div(o, where(zero, like(x, 1), x));
  return where(zero, like(x, 0.5), sub(unary("i0", x), ratio));
}

constexpr Row kRows[] = {
    {"tan", SpecialOp::tan, 1, false, PH_ONE(mul(g, add(one, square(o))))},
    {"arcsin", SpecialOp::asin, 1, false, PH_ONE(mul(g, rsqrt(sub(one, square(x)))))},
    {"arccos", SpecialOp::acos, 1, false, PH_ONE(neg(mul(g, rsqrt(sub(one, square(x))))))},
    {"arctan", SpecialOp::atan, 1, false, PH_ONE(div(g, add(one, square(x))))},
    {"sinh", SpecialOp::sinh, 1, false, PH_ONE(mul(g, unary("cosh", x)))},
    {"cosh", SpecialOp::cosh, 1, false, PH_ONE(mul(g, unary("sinh", x)))},
    {"arcsinh", SpecialOp::asinh, 1, false, PH_ONE(mul(g, rsqrt(add(square(x), one))))},
    {"arccosh", SpecialOp::acosh, 1, false, PH_ONE(mul(g, rsqrt(sub(square(x), one))))},
    {"arctanh", SpecialOp::atanh, 1, false, PH_ONE(div(g, sub(one, square(x))))},
    {"cbrt", SpecialOp::cbrt, 1, false, PH_ONE(div(g, mul(like(x, 3), square(o))))},
    {"log2", SpecialOp::log2, 1, false, PH_ONE(div(g, mul(x, like(x, kLn2))))},
    {"log10", SpecialOp::log10, 1, false, PH_ONE(div(g, mul(x, like(x, kLn10))))},
    {"erfinv", SpecialOp::erfinv, 1, false,
     PH_ONE(mul(g, mul(like(x, kHalfRootPi), exp(square(o)))))},
    {"i0", SpecialOp::i0, 1, false, PH_ONE(mul(g, unary("i1", x)))},
    {"i1", SpecialOp::i1, 1, false, PH_ONE(mul(g, i1_slope(x, o)))},
    {"arctan2", SpecialOp::atan2, 2, false,
     [](const VjpContext& c) -> Tensors {
       const Tensor &y = c.in(0), &x = c.in(1);
       const Tensor per = div(c.grad(), add(square(x), square(y)));
       return {mul(per, x), neg(mul(per, y))};
     }},
    {"nextafter", SpecialOp::nextafter, 2, false, nullptr},
    {"bitwise_and", SpecialOp::bit_and, 2, true, nullptr},
    {"bitwise_or", SpecialOp::bit_or, 2, true, nullptr},
    {"bitwise_xor", SpecialOp::bit_xor, 2, true, nullptr},
    {"bitwise_not", SpecialOp::bit_not, 1, true, nullptr},
    {"left_shift", SpecialOp::shift_left, 2, true, nullptr},
    {"right_shift", SpecialOp::shift_right, 2, true, nullptr},
    {"gcd", SpecialOp::gcd, 2, true, nullptr},
    {"lcm", SpecialOp::lcm, 2, true, nullptr},
};
constexpr int kCount = sizeof(kRows) / sizeof(kRows[0]);

const Row& row_of(const Call& c) { return kRows[c.op->row]; }

std::vector<Spec> infer(const Call& c) {
  const Row& row = row_of(c);
  need_inputs(c, static_cast<size_t>(row.arity));
  DType d = promote_all(c.specs);  // floats among integers are refused where it runs: see compose
  if (!row.integers) d = float_of(d);
  Shape shape = c.specs[0].shape;
  if (row.arity == 2) shape = broadcast(row.name, shape, c.specs[1].shape);
  return {checked(c, d, shape)};
}

bool bind(BindContext& ctx) {
  const Row& row = row_of(ctx);
  const Spec& out = ctx.out[0].spec;
  if (!row.integers && !native_float(out.dtype)) return false;
  if (out.dtype == DType::b8 || (row.integers && is_inexact(out.dtype))) return false;
  for (const Operand& in : ctx.in)
    if (in.spec.dtype != out.dtype || !(in.spec.shape == out.shape)) return false;
  SpecialArgs a;
  std::memset(&a, 0, sizeof a);
  a.op = row.op;
  a.dtype = out.dtype;
  a.count = out.shape.count();
  a.a = ctx.in[0].data;
  a.b = row.arity == 2 ? ctx.in[1].data : nullptr;
  a.y = ctx.out[0].data;
  return ctx.push<&Kernels::special>(a);
}

// Brings the operands to one shape and a dtype that has a kernel.
Tensors compose(const Call& c) {
  const Row& row = row_of(c);
  const Spec out = infer(c)[0];
  if (row.integers &&
      is_inexact(out.dtype))  // not in infer: symbolic tensors are floats by default
    throw TypeError(cat(row.name, ": expected integers; received ", out.dtype, "; cast it first"));
  DType work = row.integers ? out.dtype : working_float(out.dtype);
  if (work == DType::b8) work = DType::u8;
  Tensors wide = cast_all(c.inputs, work);
  for (Tensor& t : wide)
    if (!(t.shape() == out.shape)) t = broadcast_to(t, out.shape);
  if (out.dtype == DType::b8 && row.op == SpecialOp::bit_not) return {logical_not(c.inputs[0])};
  return {cast(ph::apply(*c.op, wide)[0], out.dtype)};
}

const bool defined = [] {
  for (int i = 0; i < kCount; ++i) {
    OpDef def;
    def.name = kRows[i].name;
    def.row = i;
    def.flags = kInPlace | (kRows[i].vjp ? 0u : kNoGrad);
    def.infer = infer;
    def.bind = bind;
    def.vjp = kRows[i].vjp;
    def.compose = compose;
    const Register reg(def);
  }
  return true;
}();

}  // namespace
}  // namespace ph

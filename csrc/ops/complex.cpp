// complex64: a record for each function of the family complex_math, and what calls of other ops
// stand for when an input is complex: one of these, the op on both parts, or the op itself where it
// only moves elements.
//
// The gradient of a real loss with respect to z = x + iy is dL/dx + i dL/dy, as in TensorFlow.
#include "../kernels/args_complex.h"

#include <map>

#include "common.h"

namespace ph {
namespace {

using Vjp = Tensors (*)(const VjpContext&);
struct Row {
  const char* name;
  ComplexOp op;
  Vjp vjp;  // null: no gradient
};

struct Kind {
  int arity;
  char in, out;  // C, R or B
};
constexpr Kind kKinds[] = {
#define PH_X(name, arity, in, out) {arity, #in[0], #out[0]},
    PH_COMPLEX_OPS(PH_X)
#undef PH_X
};

Tensor unary(const char* name, const Tensor& x) { return apply1(op_by_name(name), {x}); }
Tensor real(const Tensor& x) { return is_complex(x.dtype()) ? unary("complex_real", x) : x; }
Tensor imag(const Tensor& x) {
  return is_complex(x.dtype()) ? unary("complex_imag", x) : zeros_like(x);
}
Tensor conj(const Tensor& x) { return unary("complex_conj", x); }
Tensor make(const Tensor& re, const Tensor& im) {
  return apply1(op_by_name("complex_make"), {cast(re, DType::f32), cast(im, DType::f32)});
}
Tensor complex_of(const Tensor& x) {
  if (is_complex(x.dtype())) return x;
  const Tensor re = cast(x, DType::f32);
  return make(re, zeros_like(re));
}
Tensor turned(const Tensor& x) { return make(neg(imag(x)), real(x)); }  // i x

// g times the conjugate of the derivative d
Tensor through(const Tensor& g, const Tensor& d) { return mul(g, conj(d)); }

#define PH_ONE(expr)                                                         \
  [](const VjpContext& c) -> Tensors {                                       \
    [[maybe_unused]] const Tensor &x = c.in(0), &o = c.out(), &g = c.grad(); \
    return {expr};                                                           \
  }
#define PH_TWO(first, second)                                                              \
  [](const VjpContext& c) -> Tensors {                                                     \
    [[maybe_unused]] const Tensor &x = c.in(0), &y = c.in(1), &o = c.out(), &g = c.grad(); \
    return {c.needs[0] ? first : Tensor(), c.needs[1] ? second : Tensor()};                \
  }

constexpr Row kRows[] = {
    {"complex_make", ComplexOp::make, PH_TWO(real(g), imag(g))},
    {"complex_real", ComplexOp::real, PH_ONE(complex_of(g))},
    {"complex_imag", ComplexOp::imag, PH_ONE(make(zeros_like(g), g))},
    {"complex_abs", ComplexOp::abs, PH_ONE(mul(unary("complex_sign", x), g))},
    {"complex_angle", ComplexOp::angle, PH_ONE(mul(div(turned(x), real(mul(x, conj(x)))), g))},
    {"complex_conj", ComplexOp::conj, PH_ONE(conj(g))},
    {"complex_negative", ComplexOp::neg, PH_ONE(neg(g))},
    {"complex_square", ComplexOp::square, PH_ONE(through(g, add(x, x)))},
    {"complex_reciprocal", ComplexOp::recip, PH_ONE(through(g, neg(square(o))))},
    {"complex_sign", ComplexOp::sign, nullptr},
    {"complex_sqrt", ComplexOp::sqrt, PH_ONE(through(g, div(like(o, 0.5), o)))},
    {"complex_rsqrt", ComplexOp::rsqrt, PH_ONE(through(g, mul(like(o, -0.5), div(o, x))))},
    {"complex_exp", ComplexOp::exp, PH_ONE(through(g, o))},
    {"complex_expm1", ComplexOp::expm1, PH_ONE(through(g, add(o, like(o, 1))))},
    {"complex_log", ComplexOp::log, PH_ONE(through(g, unary("reciprocal", x)))},
    {"complex_log1p", ComplexOp::log1p,
     PH_ONE(through(g, unary("reciprocal", add(x, like(x, 1)))))},
    {"complex_sin", ComplexOp::sin, PH_ONE(through(g, cos(x)))},
    {"complex_cos", ComplexOp::cos, PH_ONE(through(g, neg(sin(x))))},
    {"complex_tan", ComplexOp::tan, PH_ONE(through(g, add(square(o), like(o, 1))))},
    {"complex_sinh", ComplexOp::sinh, PH_ONE(through(g, unary("cosh", x)))},
    {"complex_cosh", ComplexOp::cosh, PH_ONE(through(g, unary("sinh", x)))},
    {"complex_tanh", ComplexOp::tanh, PH_ONE(through(g, sub(like(o, 1), square(o))))},
    {"complex_add", ComplexOp::add, PH_TWO(g, g)},
    {"complex_subtract", ComplexOp::sub, PH_TWO(g, neg(g))},
    {"complex_multiply", ComplexOp::mul, PH_TWO(through(g, y), through(g, x))},
    {"complex_divide", ComplexOp::div,
     PH_TWO(through(g, unary("reciprocal", y)), through(g, neg(div(o, y))))},
    {"complex_power", ComplexOp::pow,
     PH_TWO(through(g, mul(y, power(x, sub(y, like(y, 1))))), through(g, mul(o, log(x))))},
    {"complex_equal", ComplexOp::eq, nullptr},
    {"complex_not_equal", ComplexOp::ne, nullptr},
    {"complex_isnan", ComplexOp::isnan, nullptr},
    {"complex_isinf", ComplexOp::isinf, nullptr},
    {"complex_isfinite", ComplexOp::isfinite, nullptr},
};

const Row& row_of(const Call& c) { return kRows[c.op->row]; }
const Kind& kind_of(const Row& row) { return kKinds[static_cast<int>(row.op)]; }
DType dtype_of(char c) { return c == 'C' ? DType::c64 : c == 'R' ? DType::f32 : DType::b8; }

std::vector<Spec> infer(const Call& c) {
  const Kind& kind = kind_of(row_of(c));
  need_inputs(c, static_cast<size_t>(kind.arity));
  for (const Spec& s : c.specs)
    if (s.dtype != dtype_of(kind.in))
      throw TypeError(cat(c.name(), ": expected ", dtype_of(kind.in), "; received ", s.dtype));
  Shape shape = c.specs[0].shape;
  if (kind.arity == 2) shape = broadcast(c.name(), shape, c.specs[1].shape);
  return {checked(c, dtype_of(kind.out), shape)};
}

bool bind(BindContext& ctx) {
  ComplexArgs a;
  std::memset(&a, 0, sizeof a);
  const Shape& out = ctx.out[0].spec.shape;
  const auto strides_of = [&](const Spec& in, int64_t* strides) {
    const auto dense = in.shape.strides();
    const int missing = out.rank() - in.shape.rank();
    for (int d = missing; d < out.rank(); ++d)
      strides[d] = in.shape[d - missing] == 1 ? 0 : dense[static_cast<size_t>(d - missing)];
  };
  a.op = row_of(ctx).op;
  a.ndim = out.rank();
  for (int d = 0; d < out.rank(); ++d) a.shape[d] = out[d];
  strides_of(ctx.in[0].spec, a.a_stride);
  a.a = ctx.in[0].data;
  if (ctx.in.size() == 2) {
    strides_of(ctx.in[1].spec, a.b_stride);
    a.b = ctx.in[1].data;
  }
  a.y = ctx.out[0].data;
  return ctx.push<&Kernels::complex_math>(a);
}

// ---- what stands for the calls of other ops
enum class Form { itself, function, planes, product, moves };

const std::map<std::string, Form>& forms() {
  static const auto* const all = [] {
    auto* m = new std::map<std::string, Form>;
    for (const Row& row : kRows) {
      (*m)[row.name] = Form::itself;
      (*m)[row.name + std::strlen("complex_")] = Form::function;
    }
    for (const char* name :
         {"broadcast_to", "where", "sum", "mean", "gather", "scatter_add", "cumsum"})
      (*m)[name] = Form::planes;
    for (const char* name :
         {"reshape", "transpose", "slice", "slice_grad", "concat", "pad", "stop_gradient"})
      (*m)[name] = Form::moves;
    (*m)["matmul"] = Form::product;
    return m;
  }();
  return *all;
}

std::optional<Tensors> form_of(const Call& c) {
  if (c.op->copies && std::strcmp(c.name(), "cast") == 0) {
    const DType to = c.dtype("dtype");
    if (is_complex(to)) return Tensors{complex_of(c.inputs[0])};
    if (to == DType::b8) {
      const Tensor zero = like(c.inputs[0], 0);
      return Tensors{apply1(op_by_name("complex_not_equal"), {c.inputs[0], zero})};
    }
    return Tensors{cast(real(c.inputs[0]), to)};
  }
  const auto found = forms().find(c.name());
  if (found == forms().end())
    throw TypeError(cat(c.name(),
                        ": complex64 is not supported here; compute with ops.real(x) and "
                        "ops.imag(x)"));
  const auto part = [&](Tensor (*of)(const Tensor&)) {
    Tensors in;
    for (const Tensor& t : c.inputs) {
      const bool branch = !in.empty() && std::strcmp(c.name(), "where") == 0;
      in.push_back(branch || is_inexact(t.dtype()) ? of(t) : t);
    }
    return ph::apply(*c.op, in, *c.attrs)[0];
  };
  switch (found->second) {
    case Form::itself: return std::nullopt;
    case Form::moves: {  // concat may have real parts among complex ones
      Tensors same;
      bool mixed = false;
      for (const Tensor& t : c.inputs) {
        same.push_back(complex_of(t));
        mixed = mixed || !is_complex(t.dtype());
      }
      if (!mixed) return std::nullopt;
      return ph::apply(*c.op, same, *c.attrs);
    }
    case Form::planes: return Tensors{make(part(real), part(imag))};
    case Form::product: {
      const auto times = [&](const Tensor& a, const Tensor& b) {
        return apply1(*c.op, {a, b}, *c.attrs);
      };
      const Tensor a = real(c.inputs[0]), b = imag(c.inputs[0]), x = real(c.inputs[1]),
                   y = imag(c.inputs[1]);
      return Tensors{make(sub(times(a, x), times(b, y)), add(times(a, y), times(b, x)))};
    }
    case Form::function: {
      Tensors in;
      for (const Tensor& t : c.inputs) in.push_back(complex_of(t));
      return ph::apply(op_by_name(std::string("complex_") + c.name()), in, {});
    }
  }
  return std::nullopt;
}

const bool defined = [] {
  for (size_t i = 0; i < std::size(kRows); ++i) {
    OpDef def;
    def.name = kRows[i].name;
    def.row = static_cast<int>(i);
    def.flags = kRows[i].vjp ? kNoFlags : kNoGrad;
    def.infer = infer;
    def.bind = bind;
    def.vjp = kRows[i].vjp;
    const Register reg(def);
  }
  complex_form = &form_of;
  return true;
}();

}  // namespace
}  // namespace ph

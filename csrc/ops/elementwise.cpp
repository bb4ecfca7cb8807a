// Elementwise ops: one row an op, with its opcode, its result type and its derivative. Inputs
// broadcast; the reverse sweep sums gradients back, so a derivative may have the broadcast shape.
#include "../core/eltwise.h"
#include "common.h"

namespace ph {
namespace {

enum class Result {
  promoted,  // the promotion of the inputs
  floating,  // that, or float32 for integers and bool
  boolean,
  branches,  // where: the promotion of inputs 1 and 2
};
using Vjp = Tensors (*)(const VjpContext&);
using Lower = uint8_t (*)(EltEmitter&, const uint8_t*);

struct Row {
  const char* name;
  int arity;
  EltOp op;
  Result result;
  Vjp vjp = nullptr;      // null: no gradient
  Lower lower = nullptr;  // null: the one opcode
  Act act = Act::none, gate = Act::none;
};

uint8_t relu_gate_lower(EltEmitter& e, const uint8_t* in) {
  const uint8_t zero = e.constant(0);
  return e.emit(EltOp::where, e.emit(EltOp::gt, in[1], zero), in[0], zero);
}
uint8_t relu6_lower(EltEmitter& e, const uint8_t* in) {
  return e.emit(EltOp::min, e.emit(EltOp::relu, in[0]), e.constant(6));
}
uint8_t relu6_gate_lower(EltEmitter& e, const uint8_t* in) {
  const uint8_t zero = e.constant(0), below = e.emit(EltOp::lt, in[1], e.constant(6));
  return e.emit(EltOp::where, e.emit(EltOp::gt, in[1], zero),
                e.emit(EltOp::where, below, in[0], zero), zero);
}
uint8_t tanh_gate_lower(EltEmitter& e, const uint8_t* in) {
  const uint8_t slope = e.emit(EltOp::sub, e.constant(1), e.emit(EltOp::square, in[1]));
  return e.emit(EltOp::mul, in[0], slope);
}
uint8_t sigmoid_gate_lower(EltEmitter& e, const uint8_t* in) {
  const uint8_t slope = e.emit(EltOp::mul, in[1], e.emit(EltOp::sub, e.constant(1), in[1]));
  return e.emit(EltOp::mul, in[0], slope);
}

// A gradient per input, computed only where needed. Short names for the table: x and y the inputs,
// o the output, g its gradient.
#define PH_ONE(expr)                                                         \
  [](const VjpContext& c) -> Tensors {                                       \
    [[maybe_unused]] const Tensor &x = c.in(0), &o = c.out(), &g = c.grad(); \
    return {expr};                                                           \
  }
#define PH_TWO(first, second)                                                              \
  [](const VjpContext& c) -> Tensors {                                                     \
    [[maybe_unused]] const Tensor &x = c.in(0), &y = c.in(1), &o = c.out(), &g = c.grad(); \
    return {c.needs[0] ? (first) : Tensor(), c.needs[1] ? (second) : Tensor()};            \
  }

// x^(y-1), safe where y is 0: the factor y then makes it 0 instead of 0 * inf.
Tensor power_below(const Tensor& x, const Tensor& y) {
  return power(x, where(equal(y, like(y, 0)), like(y, 1), sub(y, like(y, 1))));
}
Tensor log_positive(const Tensor& x) {
  const Tensor positive = greater(x, like(x, 0));
  return where(positive, log(where(positive, x, like(x, 1))), like(x, 0));
}

constexpr double kTwoOverSqrtPi = 1.1283791670955125739;
constexpr auto P = Result::promoted;
constexpr auto F = Result::floating;
constexpr auto B = Result::boolean;

constexpr Row kRows[] = {
    {"add", 2, EltOp::add, P, PH_TWO(g, g)},
    {"subtract", 2, EltOp::sub, P, PH_TWO(g, neg(g))},
    {"multiply", 2, EltOp::mul, P, PH_TWO(mul(g, y), mul(g, x))},
    {"divide", 2, EltOp::div, F, PH_TWO(div(g, y), neg(div(mul(g, o), y)))},
    {"floor_divide", 2, EltOp::floordiv, P},
    {"mod", 2, EltOp::mod, P, PH_TWO(g, neg(mul(g, floor_divide(x, y))))},
    {"power", 2, EltOp::pow, P,
     PH_TWO(mul(g, mul(y, power_below(x, y))), mul(g, mul(o, log_positive(x))))},
    // at a tie the first argument takes the whole gradient, as in TensorFlow
    {"minimum", 2, EltOp::min, P,
     PH_TWO(where(less_equal(x, y), g, like(g, 0)), where(less_equal(x, y), like(g, 0), g))},
    {"maximum", 2, EltOp::max, P,
     PH_TWO(where(greater_equal(x, y), g, like(g, 0)), where(greater_equal(x, y), like(g, 0), g))},
    {"equal", 2, EltOp::eq, B},
    {"not_equal", 2, EltOp::ne, B},
    {"less", 2, EltOp::lt, B},
    {"less_equal", 2, EltOp::le, B},
    {"greater", 2, EltOp::gt, B},
    {"greater_equal", 2, EltOp::ge, B},
    {"logical_and", 2, EltOp::logical_and, B},
    {"logical_or", 2, EltOp::logical_or, B},
    {"logical_xor", 2, EltOp::logical_xor, B},
    {"logical_not", 1, EltOp::logical_not, B},
    {"negative", 1, EltOp::neg, P, PH_ONE(neg(g))},
    {"abs", 1, EltOp::abs, P, PH_ONE(mul(g, sign(x)))},
    {"sign", 1, EltOp::sign, P},
    {"square", 1, EltOp::square, P, PH_ONE(mul(g, mul(x, like(x, 2))))},
    {"reciprocal", 1, EltOp::recip, F, PH_ONE(neg(mul(g, square(o))))},
    {"sqrt", 1, EltOp::sqrt, F, PH_ONE(div(mul(g, like(g, 0.5)), o))},
    {"rsqrt", 1, EltOp::rsqrt, F, PH_ONE(mul(mul(g, like(g, -0.5)), mul(o, square(o))))},
    {"exp", 1, EltOp::exp, F, PH_ONE(mul(g, o))},
    {"expm1", 1, EltOp::expm1, F, PH_ONE(mul(g, add(o, like(o, 1))))},
    {"log", 1, EltOp::log, F, PH_ONE(div(g, x))},
    {"log1p", 1, EltOp::log1p, F, PH_ONE(div(g, add(x, like(x, 1))))},
    {"sin", 1, EltOp::sin, F, PH_ONE(mul(g, cos(x)))},
    {"cos", 1, EltOp::cos, F, PH_ONE(neg(mul(g, sin(x))))},
    {"tanh", 1, EltOp::tanh, F, PH_ONE(gate(g, o, Act::tanh)), nullptr, Act::tanh},
    {"sigmoid", 1, EltOp::sigmoid, F, PH_ONE(gate(g, o, Act::sigmoid)), nullptr, Act::sigmoid},
    {"erf", 1, EltOp::erf, F, PH_ONE(mul(g, mul(exp(neg(square(x))), like(x, kTwoOverSqrtPi))))},
    {"softplus", 1, EltOp::softplus, F, PH_ONE(mul(g, sigmoid(x)))},
    {"floor", 1, EltOp::floor, F},
    {"ceil", 1, EltOp::ceil, F},
    {"round", 1, EltOp::round, F},
    {"relu", 1, EltOp::relu, P, PH_ONE(gate(g, o, Act::relu)), nullptr, Act::relu},
    {"relu6", 1, EltOp::relu, P, PH_ONE(gate(g, o, Act::relu6)), relu6_lower, Act::relu6},
    {"isnan", 1, EltOp::isnan, B},
    {"isinf", 1, EltOp::isinf, B},
    {"isfinite", 1, EltOp::isfinite, B},
    {"where", 3, EltOp::where, Result::branches,
     [](const VjpContext& c) -> Tensors {
       const Tensor &g = c.grad(), zero = like(g, 0);
       return {Tensor(), c.needs[1] ? where(c.in(0), g, zero) : Tensor(),
               c.needs[2] ? where(c.in(0), zero, g) : Tensor()};
     }},
    // dy * act'(x) by y = act(x): inputs (dy, y)
    {"relu_gate", 2, EltOp::mov, P, PH_TWO(gate(g, y, Act::relu), Tensor()), relu_gate_lower, Act::none,
     Act::relu},
    {"tanh_gate", 2, EltOp::mov, P,
     PH_TWO(gate(g, y, Act::tanh), mul(mul(g, x), mul(y, like(y, -2)))), tanh_gate_lower, Act::none,
     Act::tanh},
    {"sigmoid_gate", 2, EltOp::mov, P,
     PH_TWO(gate(g, y, Act::sigmoid), mul(mul(g, x), sub(like(y, 1), mul(y, like(y, 2))))),
     sigmoid_gate_lower, Act::none, Act::sigmoid},
    {"relu6_gate", 2, EltOp::mov, P, PH_TWO(gate(g, y, Act::relu6), Tensor()), relu6_gate_lower,
     Act::none, Act::relu6},
};
constexpr int kCount = sizeof(kRows) / sizeof(kRows[0]);

DType result_dtype(const Row& row, Specs in) {
  if (row.result == Result::branches) return promote(in[1].dtype, in[2].dtype);
  const DType d = promote_all(in);
  return row.result == Result::floating ? float_of(d) : d;
}

const Row& row_of(const Call& c) { return kRows[c.op->row]; }

std::vector<Spec> infer(const Call& c) {
  const Row& row = row_of(c);
  need_inputs(c, static_cast<size_t>(row.arity));
  const DType d = row.result == Result::boolean ? DType::b8 : result_dtype(row, c.specs);
  Shape shape = c.specs[0].shape;
  bool grown = false;
  for (size_t i = 1; i < c.specs.size(); ++i)
    if (!(c.specs[i].shape == shape)) {
      shape = broadcast(row.name, shape, c.specs[i].shape);
      grown = true;
    }
  return {grown ? checked(c, d, shape) : Spec{d, shape}};
}

uint8_t lower(EltEmitter& emit, const uint8_t* in, const Call& c) {
  const Row& row = row_of(c);
  if (row.lower) return row.lower(emit, in);
  return emit.emit(row.op, in[0], row.arity > 1 ? in[1] : uint8_t{0},
                   row.arity > 2 ? in[2] : uint8_t{0});
}

const bool defined = [] {
  for (int i = 0; i < kCount; ++i) {
    const Row& row = kRows[i];
    OpDef def;
    def.name = row.name;
    def.row = i;
    def.flags = kElementwise | kInPlace | (row.vjp ? 0u : kNoGrad);
    def.infer = infer;
    def.vjp = row.vjp;
    def.lower = lower;
    def.compute = [](const Call& c) { return compute_class(result_dtype(row_of(c), c.specs)); };
    def.act = row.act;
    def.gate = row.gate;
    def.bias_add = row.op == EltOp::add;
    const Register reg(def);
  }
  return true;
}();

Tensor unary(const OpDef& op, const Tensor& x) { return apply1(op, {x}); }
Tensor binary(const OpDef& op, const Tensor& a, const Tensor& b) { return apply1(op, {a, b}); }

}  // namespace

#define PH_UNARY(function, name)               \
  Tensor function(const Tensor& x) {           \
    static const OpDef& op = op_by_name(name); \
    return unary(op, x);                       \
  }
#define PH_BINARY(function, name)                     \
  Tensor function(const Tensor& a, const Tensor& b) { \
    static const OpDef& op = op_by_name(name);        \
    return binary(op, a, b);                          \
  }
PH_BINARY(add, "add")
PH_BINARY(sub, "subtract")
PH_BINARY(mul, "multiply")
PH_BINARY(div, "divide")
PH_BINARY(floor_divide, "floor_divide")
PH_BINARY(power, "power")
PH_BINARY(maximum, "maximum")
PH_BINARY(equal, "equal")
PH_BINARY(greater, "greater")
PH_BINARY(greater_equal, "greater_equal")
PH_BINARY(less_equal, "less_equal")
PH_BINARY(logical_and, "logical_and")
PH_BINARY(logical_or, "logical_or")
PH_UNARY(logical_not, "logical_not")
PH_UNARY(neg, "negative")
PH_UNARY(sign, "sign")
PH_UNARY(square, "square")
PH_UNARY(rsqrt, "rsqrt")
PH_UNARY(exp, "exp")
PH_UNARY(log, "log")
PH_UNARY(sin, "sin")
PH_UNARY(cos, "cos")
PH_UNARY(sigmoid, "sigmoid")

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  static const OpDef& op = op_by_name("where");
  return apply1(op, {condition, a, b});
}

Tensor activate(const Tensor& x, Act act) {
  static const OpDef* ops[] = {nullptr, &op_by_name("relu"), &op_by_name("tanh"),
                               &op_by_name("sigmoid"), &op_by_name("relu6")};
  return act == Act::none ? x : unary(*ops[static_cast<int>(act)], x);
}

Tensor gate(const Tensor& dy, const Tensor& y, Act act) {
  static const OpDef* ops[] = {nullptr, &op_by_name("relu_gate"), &op_by_name("tanh_gate"),
                               &op_by_name("sigmoid_gate"), &op_by_name("relu6_gate")};
  return act == Act::none ? dy : binary(*ops[static_cast<int>(act)], dy, y);
}

Tensor like(const Tensor& x, double value) { return Tensor::scalar(value, x.dtype()); }

}  // namespace ph

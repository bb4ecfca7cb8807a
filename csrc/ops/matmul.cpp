// matmul: a (..., m, k) @ b (..., k, n), batch dimensions broadcast. transpose_a, transpose_b: the
// last two dimensions swapped. matmul_epilogue: the same with an epilogue.
#include "epilogue.h"
#include "halves.h"

namespace ph {
namespace {

struct Dims {
  bool ta, tb;
  int64_t m, k, kb, n;
  Shape batch_a, batch_b;

  Dims(const Call& c, const Spec& a, const Spec& b)
      : ta(c.flag("transpose_a")), tb(c.flag("transpose_b")) {
    const int ra = a.shape.rank(), rb = b.shape.rank();
    m = a.shape[ta ? ra - 1 : ra - 2];
    k = a.shape[ta ? ra - 2 : ra - 1];
    kb = b.shape[tb ? rb - 1 : rb - 2];
    n = b.shape[tb ? rb - 2 : rb - 1];
    for (int i = 0; i < ra - 2; ++i) batch_a.push_back(a.shape[i]);
    for (int i = 0; i < rb - 2; ++i) batch_b.push_back(b.shape[i]);
  }
};

std::vector<Spec> infer_product(const Call& c) {
  const Epilogue e(c);
  need_inputs(c, e.inputs);
  const Spec &a = c.specs[0], &b = c.specs[1];
  if (a.shape.rank() < 2 || b.shape.rank() < 2)
    throw ValueError(cat(c.name(),
                         ": expected two tensors of at least 2 dimensions; received shapes ",
                         a.shape, " and ", b.shape, "; expand_dims the vector first"));
  const Dims d(c, a, b);
  if (!same_size(d.k, d.kb))
    throw ValueError(cat(c.name(), ": shapes ", a.shape, d.ta ? " (transposed)" : "", " and ",
                         b.shape, d.tb ? " (transposed)" : "",
                         " cannot be multiplied: the first sums over ", d.k,
                         " columns but the second has ", d.kb,
                         " rows; these must be equal (transpose or reshape one of them)"));
  Shape out = broadcast(c.name(), d.batch_a, d.batch_b);
  out.push_back(d.m);
  out.push_back(d.n);
  const Spec spec = checked(c, promote(a.dtype, b.dtype), out);
  check_epilogue(c, e, spec);
  return {spec};
}

// A batch dimension as both operands and the result walk it; 0 broadcasts.
struct Batch {
  int64_t size, a, b, c;
};

// The batch dimensions, merged where all three walk them as one.
std::vector<Batch> batches(const Dims& d, const Shape& out) {
  std::vector<Batch> dims;
  const int rank = out.rank() - 2;
  int64_t a_step = d.m * d.k, b_step = d.k * d.n, c_step = d.m * d.n;
  for (int i = rank - 1; i >= 0; --i) {
    const int ia = i - (rank - d.batch_a.rank()), ib = i - (rank - d.batch_b.rank());
    const int64_t na = ia < 0 ? 1 : d.batch_a[ia], nb = ib < 0 ? 1 : d.batch_b[ib];
    if (out[i] != 1) {
      const Batch next{out[i], na == 1 ? 0 : a_step, nb == 1 ? 0 : b_step, c_step};
      if (!dims.empty()) {
        Batch& p = dims.back();
        if (next.a == p.a * p.size && next.b == p.b * p.size && next.c == p.c * p.size) {
          p.size *= next.size;
          a_step *= na, b_step *= nb, c_step *= out[i];
          continue;
        }
      }
      dims.push_back(next);
    }
    a_step *= na, b_step *= nb, c_step *= out[i];
  }
  return dims;  // innermost first
}

bool bind_product(BindContext& ctx) {
  const Epilogue e(ctx);
  const Spec &a = ctx.in[0].spec, &b = ctx.in[1].spec, &out = ctx.out[0].spec;
  if (!native_here(ctx, out.dtype)) return false;
  for (const Operand& in : ctx.in)
    if (in.spec.dtype != out.dtype) return false;
  const Dims d(ctx, a, b);
  std::vector<Batch> dims = batches(d, out.shape);
  GemmArgs g;
  std::memset(&g, 0, sizeof g);
  g.dtype = out.dtype;
  g.m = d.m, g.n = d.n, g.k = d.k, g.batch = 1;
  g.a_rs = d.ta ? 1 : d.k, g.a_cs = d.ta ? d.m : 1;
  g.b_rs = d.tb ? 1 : d.n, g.b_cs = d.tb ? d.k : 1;
  g.ldc = d.n, g.ldgate = d.n;
  g.alpha = 1;
  g.act = e.act, g.gate_act = e.gate_act;
  if (e.has_bias) g.bias = ctx.in[e.bias_at].data;
  const bool rows =
      !dims.empty() && dims[0].b == 0 && dims[0].a == d.m * d.k && dims[0].c == d.m * d.n && !d.ta;
  if (rows) {  // one weight for the whole batch: more rows of one product
    g.m *= dims[0].size;
    dims.erase(dims.begin());
  } else if (!dims.empty()) {
    g.batch = dims[0].size;
    g.a_bs = dims[0].a, g.b_bs = dims[0].b, g.c_bs = dims[0].c, g.gate_bs = dims[0].c;
    dims.erase(dims.begin());
  }
  if (g.batch == 0 || g.m == 0 || g.n == 0) return ctx.kernels->gemm != nullptr;
  const size_t need = ctx.kernels->gemm_scratch ? ctx.kernels->gemm_scratch(g, ctx.threads) : 0;
  if (need) g.scratch = ctx.scratch(need);

  int64_t calls = 1;
  for (const Batch& dim : dims) calls *= dim.size;
  if (calls == 1 && native_float(g.dtype) && ctx.kernels->programs) g.program = ctx.take_program();
  const int64_t bytes = dtype_size(out.dtype);
  for (int64_t call = 0; call < calls; ++call) {
    int64_t rest = call, at_a = 0, at_b = 0, at_c = 0;
    for (const Batch& dim : dims) {
      const int64_t i = rest % dim.size;
      rest /= dim.size;
      at_a += i * dim.a, at_b += i * dim.b, at_c += i * dim.c;
    }
    g.a = at(ctx.in[0].data, at_a * bytes);
    g.b = at(ctx.in[1].data, at_b * bytes);
    g.c = at(ctx.out[0].data, at_c * bytes);
    if (e.has_gate) g.gate = at(ctx.in[e.gate_at].data, at_c * bytes);
    if (!ctx.push<&Kernels::gemm>(g)) return false;
  }
  return true;
}

constexpr int64_t kExactDepth = 1 << 21;  // of products below 2^32, summed in 53 bits

Tensor swap_last(const Tensor& x) {
  Ints perm = iota(x.shape().rank());
  std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  return transpose(x, perm);
}

// An integer of 32 or 64 bits is a sum of digits times powers of 2^16, whose products float64 sums
// exactly: the product modulo 2^32 (or 2^64) is 3 (or 10) products of digits.
Tensor digit_product(const Tensor& a, const Tensor& b, bool ta, bool tb) {
  static const OpDef &bits = op_by_name("bitwise_and"), &right = op_by_name("right_shift"),
                     &left = op_by_name("left_shift");
  const DType d = a.dtype();
  const int digits = static_cast<int>(dtype_size(d) / 2);
  const auto digit = [&](const Tensor& x, int i) {
    const Tensor moved = i ? apply1(right, {x, like(x, 16 * i)}) : x;
    const bool last = i + 1 == digits;  // with the sign
    return cast(last ? moved : apply1(bits, {moved, like(x, 65535)}), DType::f64);
  };
  std::vector<Tensor> as, bs;
  for (int i = 0; i < digits; ++i) {
    as.push_back(digit(a, i));
    bs.push_back(digit(b, i));
  }
  Tensor total;
  for (int power = 0; power < digits; ++power)
    for (int i = 0; i <= power; ++i) {
      const Tensor exact =
          matmul(as[static_cast<size_t>(i)], bs[static_cast<size_t>(power - i)], ta, tb);
      Tensor part = cast(cast(exact, DType::i64), d);
      if (power) part = apply1(left, {part, like(part, 16 * power)});
      total = total ? add(total, part) : part;
    }
  return total;
}

// What has no native product: halves in float32, small integers in float64 where sums are exact
// there, others digit by digit; a table without gemm, or a very long sum, by broadcasting and a
// sum.
Tensor compose_product(const Call& c) {
  const Tensor &a = c.inputs[0], &b = c.inputs[1];
  const bool ta = c.flag("transpose_a"), tb = c.flag("transpose_b");
  const DType d = promote(a.dtype(), b.dtype());
  if (is_float(d) && (!native_float(d) || a.dtype() != b.dtype())) {
    const DType w = working_float(d);
    return cast(matmul(cast(a, w), cast(b, w), ta, tb), d);
  }
  const int64_t k = a.shape()[a.shape().rank() - (ta ? 2 : 1)];
  if (!is_float(d) && dtype_size(d) <= 2 && k < kExactDepth) {
    const Tensor exact = matmul(cast(a, DType::f64), cast(b, DType::f64), ta, tb);
    return cast(cast(exact, DType::i64), d);
  }
  if (is_integer(d) && dtype_size(d) >= 4 && k < kExactDepth)
    return digit_product(cast(a, d), cast(b, d), ta, tb);
  const Tensor x = ta ? swap_last(a) : a;  // (..., m, k)
  const Tensor y = tb ? b : swap_last(b);  // (..., n, k)
  Shape xs = x.shape(), left, right;
  for (int i = 0; i < xs.rank() - 1; ++i) left.push_back(xs[i]);
  left.push_back(1);
  left.push_back(xs.back());  // (..., m, 1, k)
  for (int i = 0; i < y.shape().rank() - 2; ++i) right.push_back(y.shape()[i]);
  right.push_back(1);
  right.push_back(y.shape()[y.shape().rank() - 2]);
  right.push_back(y.shape().back());  // (..., 1, n, k)
  return cast(reduce_sum(mul(reshape(x, left), reshape(y, right)), {-1}, false), d);
}

Shape rows_of(const Shape& s) {
  int64_t rows = 1;
  for (int i = 0; i < s.rank() - 1; ++i) rows *= s[i];
  return {rows, s.back()};
}

// Gradients of a @ b for the gradient g of the product.
std::pair<Tensor, Tensor> product_grads(const VjpContext& c, const Tensor& g) {
  const Tensor &a = c.in(0), &b = c.in(1);
  const bool ta = c.flag("transpose_a"), tb = c.flag("transpose_b");
  Tensor da, db;
  if (c.needs[0]) da = ta ? matmul(b, g, tb, true) : matmul(g, b, false, !tb);
  if (c.needs[1]) {
    const bool shared = b.shape().rank() == 2 && a.shape().rank() > 2 && !ta;
    const Tensor x = shared ? reshape(a, rows_of(a.shape())) : a;
    const Tensor y = shared ? reshape(g, rows_of(g.shape())) : g;
    db = tb ? matmul(y, x, true, ta) : matmul(x, y, !ta, false);
  }
  return {da, db};
}

const std::vector<AttrDecl> kOwn = {{"transpose_a", AttrType::flag, false},
                                    {"transpose_b", AttrType::flag, false}};

const Register matmul_op({
    .name = "matmul",
    .attrs = kOwn,
    .flags = kProgram,
    .infer = infer_product,
    .bind = bind_product,
    .vjp = [](const VjpContext& c) -> Tensors {
      const auto [da, db] = product_grads(c, c.grad());
      return {da, db};
    },
    .compose = [](const Call& c) -> Tensors { return {compose_product(c)}; },
    .epilogue = "matmul_epilogue",
    .epilogue_gate = true,
    .epilogue_bias = true,
});

Tensor product(const Call& c) {
  return matmul(c.inputs[0], c.inputs[1], c.flag("transpose_a"), c.flag("transpose_b"));
}

const Register matmul_epilogue_op({
    .name = "matmul_epilogue",
    .attrs = with_epilogue(kOwn),
    .flags = kProgram,
    .infer = infer_product,
    .bind = bind_product,
    .vjp = [](const VjpContext& c) -> Tensors {
      const Epilogue e(c);
      const EpilogueGrad g = epilogue_grad(c, e, e.has_gate ? product(c) : Tensor());
      const auto [da, db] = product_grads(c, g.dz);
      Tensors out{da, db};
      if (e.has_bias) out.push_back(g.dbias);
      if (e.has_gate) out.push_back(g.dgate);
      return out;
    },
    .compose = [](const Call& c) -> Tensors { return {finish(product(c), c.inputs, Epilogue(c))}; },
});

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b) {
  static const OpDef& op = op_by_name("matmul");
  return apply1(op, {a, b}, {transpose_a, transpose_b});
}

}  // namespace ph

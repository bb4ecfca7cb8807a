// Softmax cross-entropy from logits (..., classes): xent_sparse(logits, labels) with integer labels
// (...), xent_dense(logits, labels) with probabilities (..., classes); one loss a row. Their
// gradients xent_sparse_grad and xent_dense_grad(logits, labels, dloss) give dlogits.
#include "halves.h"

namespace ph {
namespace {

template <bool sparse, bool grad>
struct Rules {
  static constexpr const char* name = sparse ? (grad ? "xent_sparse_grad" : "xent_sparse")
                                             : (grad ? "xent_dense_grad" : "xent_dense");
  static DType result(Specs in) {
    DType d = in[0].dtype;
    if (!sparse) d = promote(d, in[1].dtype);
    return grad ? promote(d, in[2].dtype) : d;
  }
  static std::vector<Spec> infer(const Call& c) {
    need_inputs(c, grad ? 3 : 2);
    const Shape &logits = c.specs[0].shape, &labels = c.specs[1].shape;
    need_float(c, c.specs[0]);
    if (logits.rank() == 0)
      throw ValueError(cat(c.name(), ": the logits have shape (); expected (..., classes)"));
    Shape rows;
    for (int d = 0; d < logits.rank() - 1; ++d) rows.push_back(logits[d]);
    if (sparse)
      need_integer(c, c.specs[1], "a sparse label");
    else
      need_float(c, c.specs[1]);
    match(c, sparse ? "the sparse labels" : "the labels", labels, sparse ? rows : logits, logits);
    if (grad) match(c, "the loss's gradient", c.specs[2].shape, rows, logits);
    return {{result(c.specs), grad ? logits : rows}};
  }
  static void match(const Call& c, const char* what, const Shape& have, const Shape& want,
                    const Shape& logits) {
    bool ok = have.rank() == want.rank();
    for (int d = 0; ok && d < have.rank(); ++d) ok = same_size(have[d], want[d]);
    if (!ok)
      throw ValueError(
          cat(c.name(), ": logits of shape ", logits, " need ", what, " in shape ", want,
              "; received ", have,
              sparse ? "; squeeze a last size of 1, or use the dense loss for one-hot labels"
                     : "; use the sparse loss for integer labels"));
  }
  static bool bind(BindContext& ctx) {
    const Spec& x = ctx.in[0].spec;
    if (!native_here(ctx, x.dtype) || ctx.out[0].spec.dtype != x.dtype) return false;
    if (!sparse && ctx.in[1].spec.dtype != x.dtype) return false;
    if (grad && ctx.in[2].spec.dtype != x.dtype) return false;
    XentArgs a;
    std::memset(&a, 0, sizeof a);
    a.dtype = x.dtype;
    a.label_dtype = ctx.in[1].spec.dtype;
    a.sparse = sparse;
    a.cols = x.shape.back();
    a.rows = 1;
    for (int d = 0; d < x.shape.rank() - 1; ++d) a.rows *= x.shape[d];
    a.logits = ctx.in[0].data;
    a.labels = ctx.in[1].data;
    a.status = ctx.status();
    if (!grad) {
      a.loss = ctx.out[0].data;
      return ctx.push<&Kernels::xent>(a);
    }
    a.dloss = ctx.in[2].data;
    a.dx = ctx.out[0].data;
    return ctx.push<&Kernels::xent_grad>(a);
  }
  // The labels as a row of probabilities each.
  static Tensor dense_labels(std::span<const Tensor> in) {
    return sparse ? one_hot(in[1], in[0].shape().back(), -1, in[0].dtype()) : in[1];
  }
  static Tensors compose(const Call& c) {
    const DType d = result(c.specs), w = working_float(d);
    bool mixed = d != w;
    Tensors same(c.inputs.begin(), c.inputs.end());
    for (size_t i = 0; i < same.size(); ++i) {
      if (sparse && i == 1) continue;
      mixed = mixed || same[i].dtype() != w;
      same[i] = cast(same[i], w);
    }
    if (mixed) return {cast(ph::apply(*c.op, same)[0], d)};
    const Tensor label = dense_labels(c.inputs);
    if (grad) {
      const Tensor p = softmax(c.inputs[0]);
      const Tensor dloss = reshape(c.inputs[2], column(c.inputs[2].shape()));
      return {mul(sub(mul(p, reduce_sum(label, {-1}, true)), label), dloss)};
    }
    return {neg(reduce_sum(mul(label, log_softmax(c.inputs[0])), {-1}, false))};
  }
  static Shape column(const Shape& rows) {
    Shape s = rows;
    s.push_back(1);
    return s;
  }
  static Tensors vjp(const VjpContext& c) {
    const Tensor &x = c.in(0), &g = c.grad();
    if (!grad) {
      Tensors out{
          apply1(op_by_name(sparse ? "xent_sparse_grad" : "xent_dense_grad"), {x, c.in(1), g}),
          Tensor()};
      if (!sparse && c.needs[1]) out[1] = neg(mul(log_softmax(x), reshape(g, column(g.shape()))));
      return out;
    }
    // dx = (p * s - label) * dloss with p = softmax(x), s = sum(label)
    const Tensor label = dense_labels(c.inputs), p = softmax(x);
    const Tensor s = reduce_sum(label, {-1}, true);
    const Tensor dloss = reshape(c.in(2), column(c.in(2).shape()));
    const Tensor scaled = mul(g, dloss);
    Tensors out(3);
    if (c.needs[0]) out[0] = softmax_grad(p, mul(scaled, s));
    if (!sparse && c.needs[1]) out[1] = sub(reduce_sum(mul(scaled, p), {-1}, true), scaled);
    if (c.needs[2]) out[2] = reduce_sum(mul(g, sub(mul(p, s), label)), {-1}, false);
    return out;
  }
  static void define() {
    OpDef def;
    def.name = name;
    // the forward op has checked the labels before the gradient runs
    def.flags = sparse && !grad ? kStatus : kNoFlags;
    def.infer = infer;
    def.bind = bind;
    def.vjp = vjp;
    def.compose = compose;
    const Register reg(def);
  }
};

const bool defined = [] {
  Rules<true, false>::define();
  Rules<true, true>::define();
  Rules<false, false>::define();
  Rules<false, true>::define();
  return true;
}();

}  // namespace
}  // namespace ph

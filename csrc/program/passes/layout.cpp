// move_transposes: a network with channels first is convolutions and pooling between transposes.
// Elementwise nodes, reductions, slices, padding and concatenation work in any order of dimensions:
//
//   f(transpose(u), transpose(v)) = transpose(f(u, v))
//
// so each transpose moves towards the outputs until it meets its inverse or what needs the order.
// Kept where the transposes that are left move fewer bytes.
#include <algorithm>

#include "../../core/pass_rules.h"
#include "../graph.h"

namespace ph {
namespace {

Ints inverse(const Ints& perm) {
  Ints out(perm.size());
  for (size_t i = 0; i < perm.size(); ++i)
    out[static_cast<size_t>(perm[i])] = static_cast<int64_t>(i);
  return out;
}
bool is_identity(const Ints& perm) { return std::is_sorted(perm.begin(), perm.end()); }
// Of the u that transpose(u, perm) gives this shape of.
Shape shape_before(const Shape& after, const Ints& perm) {
  Shape u = after;
  for (size_t i = 0; i < perm.size(); ++i)
    u[static_cast<int>(perm[i])] = after[static_cast<int>(i)];
  return u;
}

// Whether transpose(u, perm) of that shape moves nothing but sizes of 1.
bool moves_nothing(const Shape& after, const Ints& perm) {
  int64_t last = -1;
  for (size_t i = 0; i < perm.size(); ++i) {
    if (after[static_cast<int>(i)] == 1) continue;
    if (perm[i] < last) return false;
    last = perm[i];
  }
  return true;
}

class LayoutPass {
 public:
  explicit LayoutPass(Graph& g)
      : g_(g), from_(g.values.size()), same_(g.values.size()), maker_(g.values.size(), -1) {
    for (size_t v = 0; v < same_.size(); ++v) same_[v] = static_cast<int>(v);
  }

  void run() {
    for (GraphNode& node : g_.nodes) {
      for (int& v : node.in) v = same_[z(v)];
      if (!move(node)) push(node);
    }
    g_.nodes = std::move(out_);
    for (int& v : g_.outputs) v = same_[z(v)];
    for (GraphWrite& w : g_.writes) w.value = same_[z(w.value)];
    g_.renumber();
  }

 private:
  // A value is transpose(value, perm); perm is empty where it is not known to be one.
  struct From {
    int value = -1;
    Ints perm;
  };

  static size_t z(int i) { return static_cast<size_t>(i); }
  const Spec& spec(int v) const { return g_.values[z(v)].spec; }
  static bool is_elementwise(const GraphNode& n) {
    return n.op && (n.op->flags & kElementwise) && n.out.size() == 1;
  }
  bool is_full(int v, const Shape& out) const { return spec(v).shape == out; }

  void push(const GraphNode& node) {
    for (int v : node.out) maker_[z(v)] = static_cast<int>(out_.size());
    out_.push_back(node);
  }
  int add_value(const Spec& s) {
    from_.emplace_back();
    maker_.push_back(-1);
    same_.push_back(static_cast<int>(same_.size()));
    return g_.add_value({GraphValue::kComputed, s, -1});
  }
  int add_node(const OpDef& op, const Attrs& attrs, std::vector<int> in, const Spec& s) {
    const int v = add_value(s);
    push({&op, attrs, std::move(in), {v}, {}});
    return v;
  }

  bool move(const GraphNode& node) {
    if (!node.op) return false;
    if (pass_rules(*node.op).permutes) return move_permutation(node);
    if (is_elementwise(node)) return move_elementwise(node);
    return pass_rules(*node.op).permuted && move_other(node);
  }

  bool move_permutation(const GraphNode& node) {
    transpose_ = node.op;
    GraphNode t = node;
    Ints perm = std::get<Ints>(node.attrs[0]);
    const From& before = from_[z(t.in[0])];
    if (!before.perm.empty()) {
      for (int64_t& p : perm) p = before.perm[static_cast<size_t>(p)];
      t.in[0] = before.value;
    }
    const int out = t.out[0];
    if (is_identity(perm)) {
      same_[z(out)] = t.in[0];
      return true;
    }
    // what spreads small tensors is spread in the new order instead
    const int maker = maker_[z(t.in[0])];
    if (maker >= 0 && spreads(out_[z(maker)])) {
      const GraphNode spread = out_[z(maker)];
      push(reordered(spread, inverse(perm), out));
      from_[z(spread.out[0])] = {out, inverse(perm)};
      return true;
    }
    t.attrs[0] = perm;
    from_[z(out)] = {t.in[0], perm};
    push(t);
    return true;
  }
  bool spreads(const GraphNode& n) const {
    if (!is_elementwise(n)) return false;
    for (int v : n.in)
      if (is_full(v, spec(n.out[0]).shape)) return false;
    return true;
  }
  // The elementwise node with every input in u's order, where its output is transpose(u, perm).
  GraphNode reordered(const GraphNode& node, const Ints& perm, int out) {
    GraphNode moved = node;
    const Shape before = spec(node.out[0]).shape, after = spec(out).shape;
    for (int& v : moved.in)
      v = is_full(v, before) && !from_[z(v)].perm.empty() ? from_[z(v)].value : small(v, perm);
    for (size_t a = 0; a < moved.attrs.size(); ++a)  // the shape that it broadcasts to
      if (moved.attrs[a] == Attr(before.vec())) moved.attrs[a] = after.vec();
    moved.out = {out};
    return moved;
  }
  // A tensor that broadcasts, in u's order.
  int small(int v, const Ints& perm) {
    const Shape shape = spec(v).shape;
    if (shape.rank() == 0) return v;
    const int missing = static_cast<int>(perm.size()) - shape.rank();
    if (missing == 0 && from_[z(v)].perm == perm) return from_[z(v)].value;
    Shape padded;
    for (int i = 0; i < missing; ++i) padded.push_back(1);
    for (int64_t d : shape.vec()) padded.push_back(d);
    const Shape wanted = shape_before(padded, perm);
    static const OpDef& reshape = op_by_name("reshape");
    const DType dtype = spec(v).dtype;
    if (moves_nothing(padded, perm))
      return wanted == shape ? v : add_node(reshape, {wanted.vec()}, {v}, {dtype, wanted});
    if (missing) v = add_node(reshape, {padded.vec()}, {v}, {dtype, padded});
    return add_node(*transpose_, {inverse(perm)}, {v}, {dtype, wanted});
  }

  // Every input of the result's shape comes from one order, and there is one.
  bool move_elementwise(const GraphNode& node) {
    const Spec result = spec(node.out[0]);
    const Ints* perm = nullptr;
    for (int v : node.in) {
      if (!is_full(v, result.shape)) continue;
      const Ints& own = from_[z(v)].perm;
      if (own.empty() || (perm && *perm != own)) return false;
      perm = &own;
    }
    if (!perm) return false;
    const Ints order = *perm;
    const int u = add_value({result.dtype, shape_before(result.shape, order)});
    push(reordered(node, order, u));
    finish(node.out[0], u, order);
    return true;
  }
  bool move_other(const GraphNode& node) {
    if (node.in.empty() || node.out.size() != 1) return false;
    const Ints perm = from_[z(node.in[0])].perm;
    std::vector<Spec> specs;
    for (int v : node.in) {
      if (perm.empty() || from_[z(v)].perm != perm) return false;
      specs.push_back(spec(v));
    }
    GraphNode moved = node;
    Ints back;
    if (!pass_rules(*node.op).permuted({node.op, &node.attrs, specs, {}}, perm, moved.attrs, back))
      return false;
    for (int& v : moved.in) v = from_[z(v)].value;
    if (is_identity(back)) {
      push(moved);
      return true;
    }
    const Spec result = spec(node.out[0]);
    const int u = add_value({result.dtype, shape_before(result.shape, back)});
    moved.out = {u};
    push(moved);
    finish(node.out[0], u, back);
    return true;
  }
  // v is transpose(u, perm).
  void finish(int v, int u, const Ints& perm) {
    from_[z(v)] = {u, perm};
    const Shape& shape = spec(v).shape;
    if (moves_nothing(shape, perm))
      push({&op_by_name("reshape"), {shape.vec()}, {u}, {v}, {}});
    else
      push({transpose_, {perm}, {u}, {v}, {}});
  }

  Graph& g_;
  std::vector<From> from_;
  std::vector<int> same_, maker_;  // what replaces a value; which of out_ makes it
  std::vector<GraphNode> out_;
  const OpDef* transpose_ = nullptr;
};

int64_t transposed_bytes(const Graph& g) {
  int64_t bytes = 0;
  for (const GraphNode& n : g.nodes)
    if (n.op && pass_rules(*n.op).permutes)
      bytes += g.values[static_cast<size_t>(n.out[0])].spec.bytes();
  return bytes;
}

}  // namespace

void move_transposes(Graph& g) {
  const int64_t before = transposed_bytes(g);
  if (before == 0) return;
  Graph moved = g;
  LayoutPass(moved).run();
  share(moved);
  prune(moved);
  if (transposed_bytes(moved) < before) g = std::move(moved);
}

}  // namespace ph

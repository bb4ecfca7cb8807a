// fold: batch normalisation by given statistics is y = x * scale + shift, by channel. Of a
// convolution that it alone reads, the filter takes the scale and the shift is a bias; beside
// elementwise nodes it becomes some itself, which join them. Zeros around a convolution's input
// become its own padding.
#include <algorithm>

#include "../graph.h"

namespace ph {
namespace {

class FoldPass {
 public:
  explicit FoldPass(Graph& g)
      : g_(g),
        uses_(g.consumers()),
        outside_(g.values.size(), 0),
        steady_(steady_values(g)),
        before_(g.nodes.size()) {
    for (int v : g.outputs) outside_[z(v)] = 1;
    for (const GraphWrite& w : g.writes) outside_[z(w.value)] = 1;
  }

  void run() {
    bool changed = false;
    for (size_t n = 0; n < before_.size(); ++n) {
      const OpDef* op = g_.nodes[n].op;
      if (op && op->affine) changed = fold_norm(static_cast<int>(n)) || changed;
      if (op && op->pads) fold_pad(static_cast<int>(n));
    }
    if (!changed) return;
    std::vector<GraphNode> all;
    for (size_t n = 0; n < g_.nodes.size(); ++n) {
      for (GraphNode& extra : before_[n]) all.push_back(std::move(extra));
      all.push_back(std::move(g_.nodes[n]));
    }
    g_.nodes = std::move(all);
    g_.renumber();
  }

 private:
  static size_t z(int i) { return static_cast<size_t>(i); }
  const Spec& spec(int v) const { return g_.values[z(v)].spec; }
  int producer(int v) const {
    return g_.values[z(v)].kind == GraphValue::kComputed ? g_.values[z(v)].index : -1;
  }
  // The node that makes v, where one other node alone reads it.
  int sole_producer(int v) const {
    return z(v) < uses_.size() && uses_[z(v)].size() == 1 && !outside_[z(v)] ? producer(v) : -1;
  }

  bool is_steady(int v) const { return z(v) < steady_.size() && steady_[z(v)]; }

  // A node before `at` that computes `op` of `in`.
  int compute(int at, const char* op, std::vector<int> in) {
    const Spec* widest = &spec(in[0]);
    for (int v : in)
      if (spec(v).shape.rank() > widest->shape.rank()) widest = &spec(v);
    const int out = g_.add_value({GraphValue::kComputed, *widest, -1});
    before_[z(at)].push_back({&op_by_name(op), {}, std::move(in), {out}, {}});
    return out;
  }
  int literal(double x, DType dtype) {
    g_.constants.push_back(Tensor::scalar(x, dtype));
    const int index = static_cast<int>(g_.constants.size()) - 1;
    return g_.add_value({GraphValue::kConstant, g_.constants.back().spec(), index});
  }

  struct Target {
    int conv = -1, bias = -1;  // a node; the value added to what it gives, or -1
  };
  // The convolution whose filter may take the scale; x is the normalisation's input.
  Target target(int x, const std::vector<int>& parameters) const {
    Target t;
    int p = sole_producer(x);
    if (p < 0) return {};
    const OpDef* op = g_.nodes[z(p)].op;
    if (op && op->bias_add) {
      const std::vector<int>& in = g_.nodes[z(p)].in;
      const int b = spec(in[1]).shape.rank() == 1 ? 1 : 0;
      t.bias = in[z(b)];
      if (spec(t.bias) != spec(parameters[0]) || spec(in[z(1 - b)]) != spec(x)) return {};
      p = sole_producer(in[z(1 - b)]);
      op = p < 0 ? nullptr : g_.nodes[z(p)].op;
    }
    if (!op || op->filter < 0) return {};
    const int filter = g_.nodes[z(p)].in[z(op->filter)];
    if (spec(filter).dtype != spec(x).dtype) return {};
    // scaling a filter that is as large as the result saves nothing, unless it is done only once
    bool once = is_steady(filter) && (t.bias < 0 || is_steady(t.bias));
    for (int v : parameters) once = once && is_steady(v);
    if (!once && 2 * spec(filter).shape.count() > spec(x).shape.count()) return {};
    const auto known = [&](int v) { return producer(v) < p; };
    for (int v : parameters)
      if (!known(v)) return {};
    if (t.bias >= 0 && !known(t.bias)) return {};
    t.conv = p;
    return t;
  }

  // Whether its elementwise form becomes part of what comes before or after; its own kernel takes
  // less than a pass of that form alone.
  bool joins(const GraphNode& norm) const {
    const int p = producer(norm.in[0]);
    if (p >= 0 && g_.nodes[z(p)].op->flags & (kElementwise | kProgram)) return true;
    const std::vector<int>& readers = uses_[z(norm.out[0])];
    return std::any_of(readers.begin(), readers.end(),
                       [&](int u) { return (g_.nodes[z(u)].op->flags & kElementwise) != 0; });
  }

  bool fold_norm(int n) {
    const GraphNode norm = g_.nodes[z(n)];
    const AffineOps& ops = *norm.op->affine;
    const DType d = spec(norm.in[0]).dtype;
    if (d != DType::f32 && d != DType::f64) return false;
    for (int v : norm.in)
      if (spec(v).dtype != d) return false;
    const bool has_gamma = std::get<bool>(norm.attrs[1]), has_beta = std::get<bool>(norm.attrs[2]);
    const int gamma = has_gamma ? norm.in[1] : -1, beta = has_beta ? norm.in[1 + has_gamma] : -1;
    const int x = norm.in[0], mean = norm.in[norm.in.size() - 2], var = norm.in.back();
    const std::vector<int> parameters(norm.in.begin() + 1, norm.in.end());
    const Target t = target(x, parameters);
    if (t.conv < 0 && !joins(norm)) return false;
    const int at = t.conv >= 0 ? t.conv : n;
    int scale = compute(at, ops.rsqrt, {compute(at, ops.add, {var, literal(epsilon_of(norm), d)})});
    if (gamma >= 0) scale = compute(at, ops.multiply, {scale, gamma});
    int shift = t.conv >= 0 && t.bias >= 0 ? compute(at, ops.subtract, {mean, t.bias}) : mean;
    shift = compute(at, ops.multiply, {shift, scale});
    shift =
        beta >= 0 ? compute(at, ops.subtract, {beta, shift}) : compute(at, ops.negative, {shift});
    int scaled;
    if (t.conv >= 0) {
      GraphNode& conv = g_.nodes[z(t.conv)];
      int& filter = conv.in[z(conv.op->filter)];
      filter = compute(at, ops.multiply, {filter, scale});
      scaled = conv.out[0];
    } else {
      scaled = compute(at, ops.multiply, {x, scale});
    }
    g_.nodes[z(n)] = {&op_by_name(ops.add), {}, {scaled, shift}, norm.out, {}};
    return true;
  }
  static double epsilon_of(const GraphNode& norm) { return std::get<double>(norm.attrs[0]); }

  // Only where every reader may put zeros around it by itself.
  void fold_pad(int n) {
    const GraphNode& pad = g_.nodes[z(n)];
    const Ints &low = std::get<Ints>(pad.attrs[0]), &high = std::get<Ints>(pad.attrs[1]);
    const int out = pad.out[0];
    if (low.size() != 4 || low[0] || low[3] || high[0] || high[3] || outside_[z(out)]) return;
    const Attr& value = pad.attrs[2];
    const bool zero = std::holds_alternative<double>(value)
                          ? std::get<double>(value) == 0
                          : std::holds_alternative<int64_t>(value) && std::get<int64_t>(value) == 0;
    if (!zero) return;
    for (int u : uses_[z(out)]) {
      const GraphNode& c = g_.nodes[z(u)];
      if (!c.op || c.op->zero_pads < 0 || std::count(c.in.begin(), c.in.end(), out) != 1) return;
      if (c.in[0] != out) return;
    }
    const Ints more = {low[1], high[1], low[2], high[2]};
    const int from = pad.in[0];
    for (int u : uses_[z(out)]) {
      GraphNode& c = g_.nodes[z(u)];
      Attr& zeros = c.attrs[z(c.op->zero_pads)];
      Ints pads = std::get<Ints>(zeros);
      for (size_t i = 0; i < 4; ++i) pads[i] += more[i];
      zeros = pads;
      c.in[0] = from;
    }
  }

  Graph& g_;
  std::vector<std::vector<int>> uses_;
  std::vector<char> outside_, steady_;
  std::vector<std::vector<GraphNode>> before_;  // nodes to put before each
};

}  // namespace

void fold(Graph& g) { FoldPass(g).run(); }

}  // namespace ph

// keep_halves: normalisation in mixed precision computes in float32 between a cast of its input and
// one of its result. Kernels that take halves where they lie need neither.
#include "../../core/pass_rules.h"
#include "../graph.h"

namespace ph {
namespace {

bool is_half(DType d) { return d == DType::f16 || d == DType::bf16; }

class HalvesPass {
 public:
  explicit HalvesPass(Graph& g) : g_(g), uses_(g.consumers()), outside_(g.values.size(), 0) {
    for (int v : g.outputs) outside_[z(v)] = 1;
    for (const GraphWrite& w : g.writes) outside_[z(w.value)] = 1;
  }

  void run() {
    std::vector<GraphNode> kept;
    for (size_t n = 0; n < g_.nodes.size(); ++n) {
      GraphNode& node = g_.nodes[n];
      if (node.op && pass_rules(*node.op).halves && spec(node.in[0]).shape.rank() > 1)
        take(node, kept);
      kept.push_back(node);
    }
    std::erase_if(kept, [&](const GraphNode& n) { return n.out[0] == kGone; });
    g_.nodes = std::move(kept);
    g_.renumber();
  }

 private:
  static constexpr int kGone = -1;
  static size_t z(int i) { return static_cast<size_t>(i); }
  const Spec& spec(int v) const { return g_.values[z(v)].spec; }
  static bool is_cast(const GraphNode& n) { return n.op && n.op->copies && n.in.size() == 1; }
  static bool is_view(const GraphNode& n) { return n.op && (n.op->flags & kView); }
  const GraphNode* maker(int v) const {
    const GraphValue& value = g_.values[z(v)];
    return value.kind == GraphValue::kComputed ? &g_.nodes[z(value.index)] : nullptr;
  }
  int sole_reader(int v) const { return uses_[z(v)].size() == 1 ? uses_[z(v)][0] : -1; }

  // The half that v is a cast of, perhaps under another shape: by the view.
  struct Source {
    int half = -1;
    const GraphNode* view = nullptr;
  };
  Source source(int v) const {
    Source s;
    const GraphNode* made = maker(v);
    if (made && is_view(*made)) s.view = made, made = maker(made->in[0]);
    if (!made || !is_cast(*made) || spec(made->out[0]).dtype != DType::f32) return {};
    const Spec& from = spec(made->in[0]);
    if (is_half(from.dtype) && from.shape == spec(made->out[0]).shape) s.half = made->in[0];
    return s;
  }
  // Its value in the order of nodes: v's shape, the half's dtype.
  int place(const Source& s, int v, std::vector<GraphNode>& kept) {
    if (!s.view) return s.half;
    GraphNode view = *s.view;
    const Spec half{spec(s.half).dtype, spec(v).shape};
    view.in = {s.half};
    view.out = {g_.add_value({GraphValue::kComputed, half, -1})};
    kept.push_back(view);
    return view.out[0];
  }

  void take(GraphNode& node, std::vector<GraphNode>& kept) {
    const Shape shape = spec(node.in[0]).shape;
    const DType d = source(node.in[0]).half < 0 ? DType::f32 : spec(source(node.in[0]).half).dtype;
    if (!is_half(d)) return;
    std::vector<Source> sources(node.in.size());
    for (size_t i = 0; i < node.in.size(); ++i) {
      const Spec& s = spec(node.in[i]);
      if (s.shape == shape) sources[i] = source(node.in[i]);
      if (s.shape == shape ? sources[i].half < 0 || spec(sources[i].half).dtype != d
                           : s.dtype != DType::f32)
        return;
    }
    // the result: read by nobody, or by one cast, perhaps of a view
    const int out = node.out[0];
    if (outside_[z(out)] || uses_[z(out)].size() > 1) return;
    GraphNode *view = nullptr, *cast = nullptr;
    if (!uses_[z(out)].empty()) {
      cast = &g_.nodes[z(sole_reader(out))];
      if (is_view(*cast) && !outside_[z(cast->out[0])] && sole_reader(cast->out[0]) >= 0)
        view = cast, cast = &g_.nodes[z(sole_reader(view->out[0]))];
      if (!is_cast(*cast) || spec(cast->out[0]).dtype != d ||
          !(spec(cast->out[0]).shape == spec(cast->in[0]).shape))
        return;
    }
    for (size_t i = 0; i < node.in.size(); ++i)
      if (sources[i].half >= 0) node.in[i] = place(sources[i], node.in[i], kept);
    if (view) view->out[0] = cast->out[0];
    if (view || !cast)
      g_.values[z(out)].spec.dtype = d;
    else
      node.out[0] = cast->out[0];
    if (cast) cast->out[0] = kGone;
  }

  Graph& g_;
  std::vector<std::vector<int>> uses_;
  std::vector<char> outside_;
};

}  // namespace

void keep_halves(Graph& g) { HalvesPass(g).run(); }

}  // namespace ph

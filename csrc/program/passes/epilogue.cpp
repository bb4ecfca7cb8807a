// fuse_epilogues: product -> + bias -> activation, and product -> gate, become one call whose last
// step runs while the tile is in registers. Looks at OpDef fields only.
#include "../graph.h"

namespace ph {
namespace {

class EpiloguePass {
 public:
  explicit EpiloguePass(Graph& g) : g_(g), uses_(g.consumers()), outside_(g.values.size(), 0) {
    for (int v : g.outputs) outside_[static_cast<size_t>(v)] = 1;
    for (const GraphWrite& w : g.writes) outside_[static_cast<size_t>(w.value)] = 1;
  }

  void run() {
    std::vector<char> gone(g_.nodes.size(), 0);
    std::vector<int> moved_to(g_.nodes.size(), -1);  // the fused node takes its last member's place
    for (size_t n = 0; n < g_.nodes.size(); ++n) {
      GraphNode& product = g_.nodes[n];
      if (gone[n] || !product.op || !product.op->epilogue) continue;
      const OpDef& op = *product.op;
      int bias = -1, gate = -1, value = product.out[0], last = static_cast<int>(n);
      Act act = Act::none, gate_act = Act::none;
      std::vector<int> members;
      while (true) {
        const int next = sole_consumer(value);
        if (next < 0) break;
        const GraphNode& c = g_.nodes[static_cast<size_t>(next)];
        if (!c.op || c.out.size() != 1 || spec(c.out[0]) != spec(value)) break;
        if (op.epilogue_bias && c.op->bias_add && bias < 0 && act == Act::none && gate < 0) {
          const int other = c.in[0] == value ? c.in[1] : c.in[0];
          if (!is_bias(other, value)) break;
          bias = other;
        } else if (op.epilogue_bias && c.op->act != Act::none && act == Act::none && gate < 0) {
          act = c.op->act;
        } else if (op.epilogue_gate && c.op->gate != Act::none && gate < 0 && c.in[0] == value &&
                   c.in[1] != value && spec(c.in[1]) == spec(value)) {
          gate = c.in[1];
          gate_act = c.op->gate;
        } else {
          break;
        }
        members.push_back(next);
        last = next;
        value = c.out[0];
      }
      if (members.empty()) continue;
      GraphNode fused = product;
      fused.op = &op_by_name(op.epilogue);
      fused.attrs = product.attrs.and_then(
          {bias >= 0, static_cast<int64_t>(act), gate >= 0, static_cast<int64_t>(gate_act)});
      if (bias >= 0) fused.in.push_back(bias);
      if (gate >= 0) fused.in.push_back(gate);
      fused.out = {value};
      gone[n] = 1;
      for (int m : members) gone[static_cast<size_t>(m)] = 1;
      gone[static_cast<size_t>(last)] = 0;
      g_.nodes[static_cast<size_t>(last)] = std::move(fused);
    }
    g_.drop(gone);
  }

 private:
  const Spec& spec(int v) const { return g_.values[static_cast<size_t>(v)].spec; }
  int sole_consumer(int v) const {
    const auto& u = uses_[static_cast<size_t>(v)];
    return u.size() == 1 && !outside_[static_cast<size_t>(v)] ? u[0] : -1;
  }
  bool is_bias(int v, int product) const {
    const Spec& b = spec(v);
    const Spec& p = spec(product);
    if (b.dtype != p.dtype || b.shape.rank() == 0 || b.shape.back() != p.shape.back()) return false;
    return b.shape.count() == b.shape.back();
  }

  Graph& g_;
  std::vector<std::vector<int>> uses_;
  std::vector<char> outside_;
};

}  // namespace

void fuse_epilogues(Graph& g) { EpiloguePass(g).run(); }

}  // namespace ph

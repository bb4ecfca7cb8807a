// attach_programs: an elementwise program over a product's result becomes part of the product,
// which runs it on each part of the result while that lies in cache (GemmArgs::program). Other
// readers of the result keep it as an output.
#include <algorithm>

#include "../bind_node.h"

namespace ph {
namespace {

class AttachPass {
 public:
  AttachPass(Graph& g, Device& device)
      : g_(g), device_(device), uses_(g.consumers()), steady_(steady_values(g)) {
    outside_.assign(g.values.size(), 0), written_.assign(g.values.size(), 0);
    for (int v : g.outputs) outside_[z(v)] = 1;
    for (const GraphWrite& w : g.writes) outside_[z(w.value)] = written_[z(w.value)] = 1;
  }

  void run() {
    std::vector<char> gone(g_.nodes.size(), 0);
    bool changed = false;
    for (size_t n = 0; n < g_.nodes.size(); ++n) {
      if (!g_.nodes[n].chain) continue;
      const int p = product_before(static_cast<int>(n), gone);
      if (p < 0) continue;
      GraphNode joined;
      if (!join(g_.nodes[z(p)], g_.nodes[n], static_cast<int>(n), joined)) continue;
      gone[z(p)] = 1;
      g_.nodes[n] = std::move(joined);
      changed = true;
    }
    if (changed) g_.drop(gone);
  }

 private:
  static size_t z(int i) { return static_cast<size_t>(i); }
  const Spec& spec(int v) const { return g_.values[z(v)].spec; }

  // The last product among what feeds a chain, shortly before it, or -1.
  int product_before(int chain, const std::vector<char>& gone) const {
    int last = -1;
    for (int v : g_.nodes[z(chain)].in) {
      if (g_.values[z(v)].kind != GraphValue::kComputed) continue;
      const int p = g_.values[z(v)].index;
      const GraphNode& node = g_.nodes[z(p)];
      if (gone[z(p)] || !node.op || node.chain || node.then || node.out.size() != 1) continue;
      if (steady_[z(v)]) continue;  // it is kept from run to run
      if (node.op->flags & kProgram) last = std::max(last, p);
    }
    return chain - last <= kNear ? last : -1;
  }

  bool join(const GraphNode& product, const GraphNode& chain, int at, GraphNode& joined) const {
    const int value = product.out[0];
    const Spec& result = spec(value);
    if (chain.chain->compute != result.dtype) return false;
    for (int v : chain.out)
      if (written_[z(v)] || !(spec(v).shape == result.shape)) return false;
    bool kept = outside_[z(value)];
    for (int u : uses_[z(value)]) {
      if (u < at) return false;
      kept = kept || u > at;
    }
    const auto place = std::find(chain.in.begin(), chain.in.end(), value);
    GoOn then{*chain.chain,
              value,
              static_cast<int>(product.in.size()),
              static_cast<int>(place - chain.in.begin()),
              -1,
              kept};
    joined = product;
    if (!kept) joined.out.clear();
    for (int v : chain.in)
      if (v != value) joined.in.push_back(v);
    joined.out.insert(joined.out.end(), chain.out.begin(), chain.out.end());
    for (size_t o = 0; o < joined.out.size() && then.target < 0; ++o)
      if (spec(joined.out[o]) == result) then.target = static_cast<int>(o);
    if (then.target < 0) return false;
    joined.then = std::move(then);
    return accepted(joined);
  }

  // Whether the op and the device's table take it.
  bool accepted(const GraphNode& node) const {
    NodeOperands o;
    o.set(g_, node, [](int) { return nowhere(); });
    if (!o.fill(device_.kernels())) return false;
    DryBind dry(node.op, node.attrs, o.in, o.out, device_, device_.kernels(), 1);
    dry.program = &o.program;
    return node.op->bind(dry) && dry.program_taken;
  }

  static constexpr int kNear = 8;  // nodes: what it reads lives that much longer
  Graph& g_;
  Device& device_;
  std::vector<std::vector<int>> uses_;
  std::vector<char> steady_, outside_, written_;
};

}  // namespace

void attach_programs(Graph& g, Device& device) { AttachPass(g, device).run(); }

}  // namespace ph

// fuse_elementwise: chains of elementwise nodes of one shape and one compute type become one
// program of opcodes (EltwiseArgs). Two nodes join when one feeds the other (or their clusters meet
// in a third) and no path between them leaves the cluster.
#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "../../core/convert.h"
#include "../graph.h"

namespace ph {
namespace {

class FusePass {
 public:
  explicit FusePass(Graph& g) : g_(g), uses_(g.consumers()) {
    cluster_.resize(g.nodes.size());
    std::iota(cluster_.begin(), cluster_.end(), 0);
    members_.resize(g.nodes.size());
    for (size_t n = 0; n < g.nodes.size(); ++n) members_[n] = {static_cast<int>(n)};
    for (size_t n = 0; n < g.nodes.size(); ++n) rank_.push_back(static_cast<int64_t>(n) * kGap);
    outside_.assign(g.values.size(), 0);
    for (int v : g.outputs) outside_[static_cast<size_t>(v)] = 1;
    for (const GraphWrite& w : g.writes) outside_[static_cast<size_t>(w.value)] = 1;
    grow_trees();
  }

  void run() {
    for (size_t n = 0; n < g_.nodes.size(); ++n) {
      if (!candidate(static_cast<int>(n))) continue;
      for (int v : g_.nodes[n].in) {
        const int p = producer(v);
        if (p >= 0 && candidate(p) && edge_ok(v))
          try_merge(cluster_[static_cast<size_t>(p)], cluster_[n]);
      }
    }
    emit();
  }

 private:
  size_t z(int i) const { return static_cast<size_t>(i); }
  const Spec& spec(int v) const { return g_.values[z(v)].spec; }
  int producer(int v) const {
    return g_.values[z(v)].kind == GraphValue::kComputed ? g_.values[z(v)].index : -1;
  }
  bool candidate(int n) const {
    const GraphNode& node = g_.nodes[z(n)];
    return node.op && (node.op->flags & kElementwise) && node.out.size() == 1;
  }
  DType compute(int n) const {
    std::vector<Spec> in;
    for (int v : g_.nodes[z(n)].in) in.push_back(spec(v));
    return compute_type({g_.nodes[z(n)].op, &g_.nodes[z(n)].attrs, in, {}});
  }
  // A register must hold exactly what storage would: the compute type itself, or a 0/1 from a
  // comparison. (A cast to a narrower type rounds when it is stored, so it ends a chain.)
  bool edge_ok(int v) const {
    const int p = producer(v);
    const DType d = spec(v).dtype;
    if (d == compute(p)) return true;
    return d == DType::b8 && !g_.nodes[z(p)].op->copies;
  }

  // Every node in a tree of those that follow it, depth first: a node reaches those whose entry
  // lies within its own span. Most paths, forward to the loss and back, run along the trees.
  void grow_trees() {
    const size_t n = g_.nodes.size();
    enter_.assign(n, -1), leave_.assign(n, -1);
    int clock = 0;
    struct Visit {
      int node;
      size_t out, use;
    };
    std::vector<Visit> stack;
    for (size_t root = 0; root < n; ++root) {
      if (enter_[root] >= 0) continue;
      enter_[root] = clock++;
      stack.push_back({static_cast<int>(root), 0, 0});
      while (!stack.empty()) {
        Visit& at = stack.back();
        const std::vector<int>& outs = g_.nodes[z(at.node)].out;
        if (at.out == outs.size()) {
          leave_[z(at.node)] = clock;
          stack.pop_back();
          continue;
        }
        const std::vector<int>& uses = uses_[z(outs[at.out])];
        if (at.use == uses.size()) {
          ++at.out, at.use = 0;
          continue;
        }
        const int next = uses[at.use++];
        if (enter_[z(next)] >= 0) continue;
        enter_[z(next)] = clock++;
        stack.push_back({next, 0, 0});
      }
    }
  }
  // Whether a tree shows a path that leaves both clusters in between; false: not known.
  bool tree_outside(int from, int to) const {
    int looks = kTreeLooks;
    for (int m : members_[z(from)])
      for (int v : g_.nodes[z(m)].out)
        for (int u : uses_[z(v)]) {
          const int c = cluster_[z(u)];
          if (c == from || c == to) continue;
          for (int t : members_[z(to)])
            if (enter_[z(u)] <= enter_[z(t)] && enter_[z(t)] < leave_[z(u)]) return true;
          if (--looks == 0) return false;
        }
    return false;
  }

  // Is there a path from a member of `from` to a member of `to` that leaves `from`?
  // Only clusters ranked between the two can lie on one.
  bool path_outside(int from, int to) const {
    if (rank_[z(to)] <= rank_[z(from)]) return false;
    if (tree_outside(from, to)) return true;
    std::unordered_set<int> seen;
    std::vector<int> stack;
    // walk backwards over clusters from `to`, not through `from` directly
    const auto push_inputs = [&](int c, bool skip_from) {
      for (int m : members_[z(c)])
        for (int v : g_.nodes[z(m)].in) {
          const int p = producer(v);
          if (p < 0) continue;
          const int pc = cluster_[z(p)];
          if (pc == c || (skip_from && pc == from)) continue;
          if (pc != from && rank_[z(pc)] <= rank_[z(from)]) continue;
          if (seen.insert(pc).second) stack.push_back(pc);
        }
    };
    push_inputs(to, true);
    while (!stack.empty()) {
      const int c = stack.back();
      stack.pop_back();
      if (c == from) return true;
      push_inputs(c, false);
    }
    return false;
  }

  bool fits(const std::vector<int>& nodes) const {
    std::vector<int> inputs;
    int outputs = 0;
    for (int m : nodes) {
      for (int v : g_.nodes[z(m)].in) {
        const int p = producer(v);
        const bool internal = p >= 0 && std::find(nodes.begin(), nodes.end(), p) != nodes.end();
        if (!internal && std::find(inputs.begin(), inputs.end(), v) == inputs.end())
          inputs.push_back(v);
      }
      outputs += leaves(g_.nodes[z(m)].out[0], nodes);
    }
    // An op may lower to several instructions; the limit is checked for real in emit's dry
    // lowering.
    if (static_cast<int>(inputs.size()) > kEltMaxIn || outputs > kEltMaxOut) return false;
    EltProgram p;
    std::vector<int> in, out;
    return lower(nodes, &p, &in, &out);
  }
  bool leaves(int v, const std::vector<int>& nodes) const {
    if (outside_[z(v)]) return true;
    for (int u : uses_[z(v)])
      if (std::find(nodes.begin(), nodes.end(), u) == nodes.end()) return true;
    return uses_[z(v)].empty();
  }

  void try_merge(int a, int b) {
    if (a == b) return;
    const int na = members_[z(a)][0], nb = members_[z(b)][0];
    if (!(spec(g_.nodes[z(na)].out[0]).shape == spec(g_.nodes[z(nb)].out[0]).shape)) return;
    if (compute(na) != compute(nb)) return;
    if (path_outside(a, b) || path_outside(b, a)) return;
    std::vector<int> all = members_[z(a)];
    all.insert(all.end(), members_[z(b)].begin(), members_[z(b)].end());
    std::sort(all.begin(), all.end());
    if (!fits(all)) return;
    for (int m : members_[z(b)]) cluster_[z(m)] = a;
    members_[z(a)] = std::move(all);
    members_[z(b)].clear();
    rank_[z(a)] = std::max(rank_[z(a)], rank_[z(b)]);
    raise_followers(a);
  }

  // Keeps the rank of every cluster below those of the clusters that read it.
  void raise_followers(int c) {
    std::vector<int> stack{c};
    while (!stack.empty()) {
      const int k = stack.back();
      stack.pop_back();
      for (int m : members_[z(k)])
        for (int v : g_.nodes[z(m)].out)
          for (int u : uses_[z(v)]) {
            const int f = cluster_[z(u)];
            if (f == k || rank_[z(f)] > rank_[z(k)]) continue;
            rank_[z(f)] = rank_[z(k)] + 1;
            stack.push_back(f);
          }
    }
  }

  // A one-element constant becomes an immediate.
  bool immediate(int v, double* x) const {
    if (g_.values[z(v)].kind != GraphValue::kConstant || spec(v).shape.count() != 1) return false;
    const Tensor& t = g_.constants[z(g_.values[z(v)].index)];
    if (!t.is_literal() && !t.device().executes()) return false;
    *x = t.item();
    const bool wide = t.dtype() == DType::i64 || t.dtype() == DType::u64;
    return !wide || (*x < 9e15 && *x > -9e15);  // exact in a double
  }

  // Which register holds a value: of the few values of a cluster.
  class Registers {
   public:
    int operator[](int v) const {
      for (size_t i = held_.size(); i-- > 0;)
        if (held_[i].first == v) return held_[i].second;
      return -1;
    }
    void set(int v, int reg) { held_.push_back({v, reg}); }

   private:
    std::vector<std::pair<int, int>> held_;
  };

  bool lower(const std::vector<int>& nodes, EltProgram* program, std::vector<int>* in,
             std::vector<int>* out) const {
    // inputs first: their registers come before everything else
    for (int m : nodes)
      for (int v : g_.nodes[z(m)].in) {
        const int p = producer(v);
        double x;
        if (p >= 0 && std::find(nodes.begin(), nodes.end(), p) != nodes.end()) continue;
        if (!immediate(v, &x) && std::find(in->begin(), in->end(), v) == in->end())
          in->push_back(v);
      }
    if (static_cast<int>(in->size()) > kEltMaxIn) return false;
    EltBuilder builder(static_cast<int>(in->size()));
    Registers reg_of;
    for (size_t i = 0; i < in->size(); ++i) reg_of.set((*in)[i], static_cast<int>(i));
    std::vector<uint8_t> out_regs;
    try {
      for (int m : nodes) {
        const GraphNode& node = g_.nodes[z(m)];
        uint8_t regs[kEltMaxIn];
        for (size_t i = 0; i < node.in.size(); ++i) {
          const int v = node.in[i];
          double x;
          if (reg_of[v] < 0) {
            PH_CHECK(immediate(v, &x));
            reg_of.set(v, builder.constant(x));
          }
          regs[i] = static_cast<uint8_t>(reg_of[v]);
        }
        if (builder.size() + 8 > 96) return false;  // virtual registers are 8 bits
        reg_of.set(node.out[0], node.op->lower(builder, regs, {node.op, &node.attrs, {}, {}}));
        if (leaves(node.out[0], nodes)) {
          out->push_back(node.out[0]);
          out_regs.push_back(static_cast<uint8_t>(reg_of[node.out[0]]));
        }
      }
      *program = builder.finish(compute(nodes[0]), out_regs);
    } catch (const ValueError&) {
      return false;  // a limit of EltwiseArgs
    }
    return true;
  }

  void emit() {
    // Clusters in an order that runs: depth first over what each needs.
    std::vector<GraphNode> result;
    std::vector<char> done(g_.nodes.size(), 0);
    std::vector<std::pair<int, bool>> stack;
    for (size_t n = 0; n < g_.nodes.size(); ++n) {
      stack.push_back({cluster_[n], false});
      while (!stack.empty()) {
        auto [c, ready] = stack.back();
        stack.pop_back();
        if (done[z(c)]) continue;
        if (ready) {
          done[z(c)] = 1;
          result.push_back(make(c));
          continue;
        }
        stack.push_back({c, true});
        for (int m : members_[z(c)])
          for (int v : g_.nodes[z(m)].in) {
            const int p = producer(v);
            if (p >= 0 && cluster_[z(p)] != c && !done[z(cluster_[z(p)])])
              stack.push_back({cluster_[z(p)], false});
          }
      }
    }
    g_.nodes = std::move(result);
    g_.renumber();
  }

  GraphNode make(int c) const {
    const std::vector<int>& nodes = members_[z(c)];
    if (!candidate(nodes[0])) return g_.nodes[z(nodes[0])];
    GraphNode fused{nullptr, {}, {}, {}, EltProgram{}};
    PH_CHECK(lower(nodes, &*fused.chain, &fused.in, &fused.out));
    if (nodes.size() == 1) {
      fused.op = g_.nodes[z(nodes[0])].op;
      fused.attrs = g_.nodes[z(nodes[0])].attrs;
    }
    return fused;
  }

  Graph& g_;
  std::vector<std::vector<int>> uses_;
  std::vector<int> cluster_;               // node -> cluster
  std::vector<std::vector<int>> members_;  // cluster -> nodes, sorted
  std::vector<char> outside_;
  // Cluster -> its place in an order that runs, with room to move a few between two neighbours.
  static constexpr int64_t kGap = 1024;
  std::vector<int64_t> rank_;
  static constexpr int kTreeLooks = 64;
  std::vector<int> enter_, leave_;  // node -> when the walk of grow_trees came and left
};

}  // namespace

void fuse_elementwise(Graph& g) { FusePass(g).run(); }

}  // namespace ph

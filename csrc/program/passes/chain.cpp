// chain: calls of which each reads the one before and nobody else does become one, where their op
// says that this gains (PassRules::chained).
#include <algorithm>

#include "../../core/pass_rules.h"
#include "../graph.h"

namespace ph {
namespace {

class ChainPass {
 public:
  explicit ChainPass(Graph& g) : g_(g), uses_(g.consumers()), outside_(g.values.size(), 0) {
    for (int v : g.outputs) outside_[z(v)] = 1;
    for (const GraphWrite& w : g.writes) outside_[z(w.value)] = 1;
  }

  void run() {
    std::vector<char> gone(g_.nodes.size(), 0);
    bool changed = false;
    for (size_t n = 0; n < g_.nodes.size(); ++n) {
      if (gone[n] || !rule_of(static_cast<int>(n))) continue;
      std::vector<int> members = {static_cast<int>(n)};
      size_t taken = 0;
      const OpDef* op = nullptr;
      Attrs attrs;
      for (int next; (next = follower(members.back())) >= 0;) {
        members.push_back(next);
        const OpDef* longer = joined(members, attrs);
        if (!longer) break;
        op = longer, taken = members.size();
      }
      if (!op) continue;
      members.resize(taken);
      op = joined(members, attrs);
      GraphNode made = {op, attrs, g_.nodes[n].in, {}, {}};
      for (size_t m = 1; m < taken; ++m) {
        const std::vector<int>& in = g_.nodes[z(members[m])].in;
        made.in.insert(made.in.end(), in.begin() + 1, in.end());
      }
      made.out = g_.nodes[z(members.back())].out;
      for (int m : members) gone[z(m)] = 1;
      gone[z(members.back())] = 0;
      g_.nodes[z(members.back())] = std::move(made);
      changed = true;
    }
    if (changed) g_.drop(gone);
  }

 private:
  static size_t z(int i) { return static_cast<size_t>(i); }
  using Rule = const OpDef* (*)(std::span<const Call>, Attrs&);
  Rule rule_of(int n) const {
    const GraphNode& node = g_.nodes[z(n)];
    return node.op && !node.chain ? pass_rules(*node.op).chained : nullptr;
  }
  // The one node that reads what n makes, as its input 0, by the same rule; or -1.
  int follower(int n) const {
    const std::vector<int>& out = g_.nodes[z(n)].out;
    if (out.size() != 1 || outside_[z(out[0])] || uses_[z(out[0])].size() != 1) return -1;
    const int next = uses_[z(out[0])][0];
    return g_.nodes[z(next)].in[0] == out[0] && rule_of(next) == rule_of(n) ? next : -1;
  }
  const OpDef* joined(const std::vector<int>& members, Attrs& attrs) const {
    std::vector<std::vector<Spec>> specs(members.size());
    std::vector<Call> calls;
    for (size_t m = 0; m < members.size(); ++m) {
      const GraphNode& node = g_.nodes[z(members[m])];
      for (int v : node.in) specs[m].push_back(g_.values[z(v)].spec);
      calls.push_back({node.op, &node.attrs, specs[m], {}});
    }
    return rule_of(members[0])(calls, attrs);
  }

  Graph& g_;
  std::vector<std::vector<int>> uses_;
  std::vector<char> outside_;
};

}  // namespace

void chain(Graph& g) { ChainPass(g).run(); }

}  // namespace ph

// prune: drops nodes whose results nobody needs. share: merges equal nodes and skips nodes that
// change nothing.
#include <algorithm>
#include <functional>
#include <unordered_map>

#include "../graph.h"

namespace ph {

void prune(Graph& g) {
  std::vector<char> needed(g.values.size(), 0);
  for (int v : g.outputs) needed[static_cast<size_t>(v)] = 1;
  for (const GraphWrite& w : g.writes) needed[static_cast<size_t>(w.value)] = 1;
  std::vector<char> gone(g.nodes.size(), 0);
  for (size_t n = g.nodes.size(); n-- > 0;) {
    // An op that checks its indices stays: the error is part of the meaning.
    const GraphNode& node = g.nodes[n];
    gone[n] = !node.op || !(node.op->flags & kStatus);
    for (int v : node.out) gone[n] = gone[n] && !needed[static_cast<size_t>(v)];
    if (!gone[n])
      for (int v : node.in) needed[static_cast<size_t>(v)] = 1;
  }
  g.drop(gone);
}

namespace {
size_t hash_of(const Attr& attr) {
  return std::visit(
      [](const auto& x) -> size_t {
        using X = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<X, std::monostate>) {
          return 0;
        } else if constexpr (std::is_same_v<X, Ints> || std::is_same_v<X, Reals>) {
          size_t hash = x.size();
          for (const auto& one : x)
            hash = hash * 1000003 + std::hash<std::decay_t<decltype(one)>>()(one);
          return hash;
        } else {
          return std::hash<X>()(x);
        }
      },
      attr);
}
}  // namespace

void share(Graph& g) {
  std::vector<int> same(g.values.size());
  for (size_t v = 0; v < same.size(); ++v) same[v] = static_cast<int>(v);
  const auto resolve = [&](int& v) { v = same[static_cast<size_t>(v)]; };
  std::vector<GraphNode> kept;
  std::unordered_multimap<size_t, size_t> alike;  // hash of op and inputs -> place in kept
  for (GraphNode& node : g.nodes) {
    for (int& v : node.in) resolve(v);
    const Spec& in0 = node.in.empty() ? g.values[static_cast<size_t>(node.out[0])].spec
                                      : g.values[static_cast<size_t>(node.in[0])].spec;
    const bool identity = node.op && !node.in.empty() && node.in.size() == 1 &&
                          node.out.size() == 1 && ((node.op->flags & kView) || node.op->copies) &&
                          in0 == g.values[static_cast<size_t>(node.out[0])].spec;
    if (identity) {
      same[static_cast<size_t>(node.out[0])] = node.in[0];
      continue;
    }
    const GraphNode* twin = nullptr;
    size_t hash = std::hash<const void*>()(node.op);
    for (int v : node.in) hash = hash * 1000003 + static_cast<size_t>(v);
    for (size_t i = 0; i < node.attrs.size(); ++i) hash = hash * 1000003 + hash_of(node.attrs[i]);
    if (!(node.op->flags & kRandom))
      for (auto [it, end] = alike.equal_range(hash); it != end && !twin; ++it) {
        const GraphNode& k = kept[it->second];
        if (k.op == node.op && k.in == node.in && k.attrs == node.attrs) twin = &k;
      }
    if (twin) {
      for (size_t i = 0; i < node.out.size(); ++i)
        same[static_cast<size_t>(node.out[i])] = twin->out[i];
      continue;
    }
    alike.emplace(hash, kept.size());
    kept.push_back(std::move(node));
  }
  g.nodes = std::move(kept);
  for (int& v : g.outputs) resolve(v);
  for (GraphWrite& w : g.writes) resolve(w.value);
  std::erase_if(g.writes, [&](const GraphWrite& w) {
    return w.value == g.variable_values[static_cast<size_t>(w.variable)];
  });
  g.renumber();
}

}  // namespace ph

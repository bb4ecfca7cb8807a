// prepare: what follows from constants and from variables that the program only reads is computed
// before the rest and kept until one of those variables has another value: scaled filters, cast
// weights, shifts. Only what others read beside a run's own values is worth that, and only where it
// takes no more memory than what it is made of.
#include <algorithm>
#include <cstring>

#include "../graph.h"

namespace ph {
namespace {

constexpr int64_t kSmall = 4096;  // bytes that are kept whatever they are made of

size_t z(int i) { return static_cast<size_t>(i); }
bool is_view(const GraphNode& n) { return n.op && !n.chain && (n.op->flags & kView); }

bool may_be_kept(const Graph& g, const GraphNode& n) {
  if (n.op && (n.op->flags & (kStatus | kRandom | kHost))) return false;
  if (n.op && !n.op->attrs.empty() && std::strcmp(n.op->attrs[0].name, "regions") == 0)
    return false;
  if (n.op && (n.op->flags & kPacks)) return true;
  int64_t read = 0, made = 0;
  for (int v : n.in) read += g.values[z(v)].spec.bytes();
  for (int v : n.out) made += g.values[z(v)].spec.bytes();
  return made <= std::max(read, kSmall);
}

}  // namespace

std::vector<char> steady_values(const Graph& g) {
  std::vector<char> steady(g.values.size(), 0), written(g.variables.size(), 0);
  if (!g.keeps) return steady;
  std::vector<char> state(g.values.size(), 0);
  for (const GraphWrite& w : g.writes) written[z(w.variable)] = state[z(w.value)] = 1;
  for (size_t v = 0; v < g.values.size(); ++v) {
    const GraphValue& value = g.values[v];
    steady[v] = value.kind == GraphValue::kConstant ||
                (value.kind == GraphValue::kVariable && !written[z(value.index)]);
  }
  for (const GraphNode& n : g.nodes) {
    bool all = may_be_kept(g, n);
    for (int v : n.in) all = all && steady[z(v)];
    for (int v : n.out) all = all && !state[z(v)];
    for (int v : n.out) steady[z(v)] = all;
  }
  return steady;
}

void prepare(Graph& g, Device& device) {
  const std::vector<char> steady = steady_values(g);
  std::vector<char> wanted(g.values.size(), 0), kept(g.values.size(), 0);
  bool any = false;
  for (size_t n = g.nodes.size(); n-- > 0;) {
    GraphNode& node = g.nodes[n];
    if (node.out.empty() || !steady[z(node.out[0])]) {
      for (int v : node.in) wanted[z(v)] = steady[z(v)];
      continue;
    }
    for (int v : node.out) node.prepared = node.prepared || wanted[z(v)];
    if (node.prepared)
      for (int v : node.in) wanted[z(v)] = 1;
    any = any || (node.prepared && !is_view(node));
  }
  if (!any) return;
  for (int v : g.outputs) kept[z(v)] = 1;
  for (size_t n = g.nodes.size(); n-- > 0;) {
    const GraphNode& node = g.nodes[n];
    if (is_view(node))
      kept[z(node.in[0])] = kept[z(node.in[0])] || kept[z(node.out[0])];
    else if (!node.prepared)
      for (int v : node.in) kept[z(v)] = 1;
  }
  for (const GraphNode& node : g.nodes) {
    if (!node.prepared || is_view(node)) continue;
    for (int v : node.out)
      if (kept[z(v)]) {
        g.constants.push_back(Tensor::empty(g.values[z(v)].spec, device));
        g.values[z(v)].kept = static_cast<int>(g.constants.size()) - 1;
      }
  }
}

}  // namespace ph

// From a trace to a graph; ops without a kernel here are replaced by their plain definition.
#include "graph.h"

#include <cstring>
#include <unordered_map>

#include "../core/thunks.h"

namespace ph {

std::vector<std::vector<int>> Graph::consumers() const {
  std::vector<std::vector<int>> uses(values.size());
  for (size_t n = 0; n < nodes.size(); ++n)
    for (int v : nodes[n].in) uses[static_cast<size_t>(v)].push_back(static_cast<int>(n));
  return uses;
}

void Graph::renumber() {
  for (size_t n = 0; n < nodes.size(); ++n)
    for (int v : nodes[n].out) values[static_cast<size_t>(v)].index = static_cast<int>(n);
}

void Graph::drop(const std::vector<char>& gone) {
  std::vector<GraphNode> kept;
  for (size_t n = 0; n < nodes.size(); ++n)
    if (!gone[n]) kept.push_back(std::move(nodes[n]));
  nodes = std::move(kept);
  renumber();
}

namespace {

class Builder {
 public:
  Builder(Graph& g, Device& device) : g_(g), device_(device) {}

  int value_of(const Tensor& t) {
    const auto it = ids_.find(t.get());
    if (it != ids_.end()) return it->second;
    if (t.is_abstract())
      throw ValueError(cat("a tensor that stands for ", t.get()->origin,
                           " was made by another trace and cannot be used in this one"));
    g_.constants.push_back(t);
    const int id =
        g_.add_value({GraphValue::kConstant, t.spec(), static_cast<int>(g_.constants.size()) - 1});
    return ids_[t.get()] = id;
  }
  void define(const Tensor& t, int id) {
    ids_[t.get()] = id;
    keep_.push_back(t);
  }

  void add(const Node& given) {
    Node cheaper;
    const bool replaced = simplify(given, cheaper);
    const Node& node = replaced ? cheaper : given;
    if (!(node.op->flags & (kElementwise | kView)) && !has_kernel(node)) {
      expand(node);
      return;
    }
    GraphNode n{node.op, node.attrs, {}, {}, {}};
    for (const Tensor& t : node.inputs) n.in.push_back(value_of(t));
    for (const Tensor& t : node.outputs) {
      if (!t.spec().shape.known())
        throw ValueError(
            cat(node.op->name, ": the shape ", t.shape(), " has an unknown size in a program"));
      n.out.push_back(
          g_.add_value({GraphValue::kComputed, t.spec(), static_cast<int>(g_.nodes.size())}));
      define(t, n.out.back());
    }
    g_.nodes.push_back(std::move(n));
  }

 private:
  static bool simplify(const Node& node, Node& cheaper) {
    if (!node.op->instead || !node.outputs[0].spec().shape.known()) return false;
    std::vector<Spec> in;
    for (const Tensor& t : node.inputs) in.push_back(t.spec());
    cheaper = node;
    cheaper.op =
        node.op->instead({node.op, &node.attrs, in, {}}, node.outputs[0].spec(), cheaper.attrs);
    return cheaper.op != nullptr;
  }
  bool has_kernel(const Node& node) {
    if (!node.op->bind) return false;
    std::vector<Operand> in, out;
    for (const Tensor& t : node.inputs) in.push_back({nowhere(), t.spec()});
    for (const Tensor& t : node.outputs) out.push_back({nowhere(), t.spec()});
    DryBind dry(node.op, node.attrs, in, out, device_, device_.kernels(), 1);
    return node.op->bind(dry);
  }
  void expand(const Node& node) {
    PH_CHECK(node.op->compose);
    count_compose();
    Trace inner;
    std::vector<Tensor> inputs, results;
    {
      SuspendScope quiet;
      RecorderScope scope(inner);
      for (const Tensor& t : node.inputs)
        inputs.push_back(t.is_abstract() ? inner.input(t.spec(), t.get()->origin) : t);
      std::vector<Spec> specs;
      for (const Tensor& t : inputs) specs.push_back(t.spec());
      results = node.op->compose({node.op, &node.attrs, specs, inputs});
    }
    for (size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i].is_abstract()) define(inputs[i], value_of(node.inputs[i]));
    for (const Node& n : inner.nodes()) add(n);
    for (size_t i = 0; i < results.size(); ++i) define(node.outputs[i], value_of(results[i]));
  }

  Graph& g_;
  Device& device_;
  std::unordered_map<TensorImpl*, int> ids_;
  std::vector<Tensor> keep_;  // identities stay unique while ids_ lives
};

}  // namespace

Device& device_of(const Trace& trace, std::span<const Tensor> outputs) {
  Device* device = nullptr;
  const auto meet = [&](Device& other, const std::string& what) {
    if (device && device != &other)
      throw ValueError(cat("a traced step uses ", what, " on ", other.name(), " and others on ",
                           device->name(), "; make them all on one device"));
    device = &other;
  };
  const auto tensor = [&](const Tensor& t) {
    if (t.is_abstract() || t.is_literal()) return;
    meet(t.device(), cat("a tensor of shape ", t.shape()));
  };
  for (const Trace::Slot& s : trace.slots())
    meet(s.variable->device, cat("the variable '", s.variable->name, "'"));
  for (const Node& node : trace.nodes()) {
    const bool regions =
        !node.op->attrs.empty() && std::strcmp(node.op->attrs[0].name, "regions") == 0;
    for (size_t i = regions; i < node.inputs.size(); ++i)
      tensor(node.inputs[i]);  // 0: their handle
  }
  for (const Tensor& t : outputs) tensor(t);
  return device ? *device : default_device();
}

void place_literals(Graph& g, Device& device) {
  std::vector<char> used(g.values.size(), 0);
  const auto use = [&](int v) { used[static_cast<size_t>(v)] = 1; };
  for (const GraphNode& n : g.nodes)
    for (int v : n.in) use(v);
  for (int v : g.outputs) use(v);
  for (const GraphWrite& w : g.writes) use(w.value);
  for (size_t v = 0; v < g.values.size(); ++v) {
    if (g.values[v].kind != GraphValue::kConstant || !used[v]) continue;
    Tensor& t = g.constants[static_cast<size_t>(g.values[v].index)];
    t = t.on(device);
  }
}

namespace {
void add_inputs(Graph& g, Builder& b, std::span<const Tensor> inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    g.inputs.push_back(g.add_value({GraphValue::kInput, inputs[i].spec(), static_cast<int>(i)}));
    b.define(inputs[i], g.inputs.back());
  }
}
}  // namespace

Graph build_graph(std::span<const Tensor> inputs, std::span<const Node> nodes,
                  std::span<const Tensor> outputs, Device& device) {
  Graph g;
  Builder b(g, device);
  add_inputs(g, b, inputs);
  for (const Node& n : nodes) b.add(n);
  for (const Tensor& t : outputs) g.outputs.push_back(b.value_of(t));
  return g;
}

Graph build_graph(const Trace& trace, std::span<const Tensor> outputs, Device& device) {
  Graph g;
  Builder b(g, device);
  add_inputs(g, b, trace.inputs());
  for (size_t i = 0; i < trace.slots().size(); ++i) {
    const Trace::Slot& s = trace.slots()[i];
    g.variables.push_back(s.variable);
    g.variable_values.push_back(-1);
    if (!s.initial) continue;
    g.variable_values.back() =
        g.add_value({GraphValue::kVariable, s.initial.spec(), static_cast<int>(i)});
    b.define(s.initial, g.variable_values.back());
  }
  for (const Node& n : trace.nodes())
    if (!n.custom_vjp) b.add(n);  // a gradient written in Python; other nodes make its outputs
  for (const Tensor& t : outputs) g.outputs.push_back(b.value_of(t));
  for (size_t i = 0; i < trace.slots().size(); ++i) {
    const Trace::Slot& s = trace.slots()[i];
    if (!s.assigned) continue;
    const int v = b.value_of(s.current);
    if (v != g.variable_values[i]) g.writes.push_back({static_cast<int>(i), v});
  }
  return g;
}

}  // namespace ph

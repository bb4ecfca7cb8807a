// pack: weights that stay the same from run to run take the form that their readers like best
// (packed panels, Winograd's transform), made by a node of its own, which `prepare` then keeps.
// Where an op gains by it, its rule says so (PassRules::packed).
#include "../../core/pass_rules.h"
#include "../graph.h"

namespace ph {
namespace {

class PackPass {
 public:
  PackPass(Graph& g, Device& device)
      : g_(g), kernels_(device.kernels()), steady_(steady_values(g)), forms_(g.values.size()) {}

  void run() {
    std::vector<GraphNode> all;
    for (GraphNode& node : g_.nodes) {
      PackedForm form;
      if (gains(node, form)) {
        node.op = form.op, node.attrs = form.attrs;
        node.in[1] = packed(node.in[1], form, all);
      }
      all.push_back(std::move(node));
    }
    g_.nodes = std::move(all);
    g_.renumber();
  }

 private:
  static size_t z(int i) { return static_cast<size_t>(i); }

  bool gains(const GraphNode& node, PackedForm& form) const {
    if (!node.op || node.chain || node.in.size() < 2) return false;
    const auto rule = pass_rules(*node.op).packed;
    if (!rule || !steady_[z(node.in[1])] || steady_[z(node.out[0])]) return false;
    std::vector<Spec> specs;
    for (int v : node.in) specs.push_back(g_.values[z(v)].spec);
    return rule({node.op, &node.attrs, specs, {}}, kernels_, form);
  }

  // The value of `weight` in that form: one for all who want the same.
  int packed(int weight, const PackedForm& form, std::vector<GraphNode>& all) {
    for (const Made& made : forms_[z(weight)])
      if (made.op == form.pack && made.attrs == form.pack_attrs) return made.value;
    const Spec spec = g_.values[z(weight)].spec;
    const Spec made = form.pack->infer({form.pack, &form.pack_attrs, {&spec, 1}, {}})[0];
    const int value = g_.add_value({GraphValue::kComputed, made, -1});
    all.push_back({form.pack, form.pack_attrs, {weight}, {value}, {}});
    forms_[z(weight)].push_back({form.pack, form.pack_attrs, value});
    return value;
  }

  struct Made {
    const OpDef* op;
    Attrs attrs;
    int value;
  };
  Graph& g_;
  const Kernels& kernels_;
  std::vector<char> steady_;
  std::vector<std::vector<Made>> forms_;  // of each value that was there before
};

}  // namespace

void pack(Graph& g, Device& device) {
  if (g.keeps) PackPass(g, device).run();
}

}  // namespace ph

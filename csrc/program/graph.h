// Graph: what the passes work on. Values and nodes by index; nodes stay in an order that runs.
#pragma once
#include <optional>

#include "../core/eltwise.h"
#include "../core/recorder.h"

namespace ph {

struct GraphValue {
  enum Kind { kInput, kVariable, kConstant, kComputed } kind;
  Spec spec;
  int index = -1;  // input number, variable slot, constant number, or producing node
  int kept = -1;   // of a prepared node: the constant whose memory keeps it between runs
};

// What a product goes on with while its result is in cache (GemmArgs::program).
struct GoOn {
  EltProgram program;
  int value;     // the product's result; an output of the node where others read it
  int own;       // of the node's inputs the first are the product's, the others the program's ...
  int at;        // ... in their order, but for `value`, which is the program's input `at`
  int target;    // the output of the node that lies where the product's result does
  bool is_kept;  // output 0 is `value`; the program's follow
};

struct GraphNode {
  const OpDef* op;  // null for a fused elementwise chain
  Attrs attrs;
  std::vector<int> in, out;  // values
  std::optional<EltProgram> chain;
  bool prepared = false;  // runs only when a variable that it follows from has changed
  std::optional<GoOn> then = std::nullopt;
  bool elementwise() const { return chain || (op->flags & kElementwise); }
  const char* name() const { return op ? op->name : "elementwise"; }
};

struct GraphWrite {
  int variable;  // slot
  int value;
};

struct Graph {
  std::vector<GraphValue> values;
  std::vector<GraphNode> nodes;
  std::vector<int> inputs;           // one value per program input
  std::vector<Variable> variables;   // slots
  std::vector<int> variable_values;  // value of each slot's initial content, or -1 if never read
  std::vector<Tensor> constants;
  std::vector<int> outputs;
  std::vector<GraphWrite> writes;
  bool keeps = false;  // what `prepare` marks is kept between runs

  int add_value(GraphValue v) {
    values.push_back(std::move(v));
    return static_cast<int>(values.size()) - 1;
  }
  // Recomputed by callers after they edit nodes.
  std::vector<std::vector<int>> consumers() const;  // value -> nodes, one entry per use
  void renumber();                                  // refreshes the producers in values
  void drop(const std::vector<char>& gone);         // those nodes; and renumbers
};

// Where everything that a trace uses lives: the default where it uses nothing. Throws ValueError
// for things on two devices.
Device& device_of(const Trace& trace, std::span<const Tensor> outputs);
Graph build_graph(const Trace& trace, std::span<const Tensor> outputs, Device& device);
// The same of a region's nodes, whose inputs are all that comes from outside.
Graph build_graph(std::span<const Tensor> inputs, std::span<const Node> nodes,
                  std::span<const Tensor> outputs, Device& device);

void optimize(Graph& g, Device& device);  // all passes
// Literals that no pass made an immediate of get memory.
void place_literals(Graph& g, Device& device);

// Which values are the same in every run until some variable changes; none where nothing is kept.
std::vector<char> steady_values(const Graph& g);

// ---- passes: each keeps the meaning
void prune(Graph& g);             // drops what nothing needs
void share(Graph& g);             // merges equal nodes; drops views and casts that change nothing
void move_transposes(Graph& g);   // through what works in any order of dimensions, where that saves
void keep_halves(Graph& g);       // no casts around what takes halves beside float32
void fold(Graph& g);              // normalisation and padding into the convolution they surround
void fuse_epilogues(Graph& g);    // bias, activation and gate into the product that feeds them
void fuse_elementwise(Graph& g);  // chains into one program each
void chain(Graph& g);             // what only the next one reads, run by run of its rows
void attach_programs(Graph& g, Device& device);  // chains to the product that feeds them
void pack(Graph& g, Device& device);  // weights into the form their readers like, where that lasts
void prepare(Graph& g, Device& device);  // marks what need not be computed in every run

}  // namespace ph

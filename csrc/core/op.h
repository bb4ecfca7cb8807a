// OpDef: an op is a record of rules. Registered from ops/*.cpp by a static initialiser:
//   static const Register reg({.name = "relu", .infer = ..., .vjp = ...});
#pragma once
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "tensor.h"

namespace ph {

// ---- attributes: a positional list; each op's file names the positions.
using Attr = std::variant<std::monostate, bool, int64_t, double, DType, std::vector<int64_t>>;
class Attrs {
 public:
  Attrs() = default;
  Attrs(std::initializer_list<Attr> values) : values_(values) {}
  explicit Attrs(std::vector<Attr> values) : values_(std::move(values)) {}
  size_t size() const { return values_.size(); }
  bool has(size_t i) const {
    return i < values_.size() && !std::holds_alternative<std::monostate>(values_[i]);
  }
  bool flag(size_t i) const;  // bool, or an integer
  int64_t integer(size_t i) const;
  double real(size_t i) const;  // double, or an integer
  DType dtype(size_t i) const;
  const std::vector<int64_t>& ints(size_t i) const;
  const Attr& operator[](size_t i) const { return values_[i]; }
  void set(size_t i, Attr value);  // grows the list
  friend bool operator==(const Attrs&, const Attrs&) = default;

 private:
  std::vector<Attr> values_;
};

// ---- bind
// One bound kernel call.
struct Thunk {
  void (*run)(const Kernels& kernels, const void* args, const Team& team);
  const void* args;
};

template <auto Field>
struct KernelCall;  // KernelCall<&Kernels::gemm>::run forwards to that field
template <class Args, void (*Kernels::*Field)(const Args&, const Team&)>
struct KernelCall<Field> {
  using args_type = Args;
  static void run(const Kernels& kernels, const void* args, const Team& team) {
    (kernels.*Field)(*static_cast<const Args*>(args), team);
  }
};

struct Operand {
  void* data;
  Spec spec;
};

// What bind sees. It runs twice for a plan: once dry, with null data, to book scratch, and once
// per arena with real pointers; so it must not look through `data`.
class BindContext {
 public:
  virtual ~BindContext() = default;
  std::span<const Operand> in, out;
  const Attrs* attrs = nullptr;
  const Kernels* kernels = nullptr;
  int threads = 1;

  virtual void* scratch(size_t bytes) = 0;  // valid while this op runs
  virtual int32_t* status() = 0;            // the run's status word (kStatus*)
  // Appends a call of that kernel. Several are allowed; they run in order. Returns false where
  // the table lacks the kernel: `return ctx.push<&Kernels::gemm>(args);`
  template <auto Field>
  bool push(const typename KernelCall<Field>::args_type& args) {
    if (!(kernels->*Field)) return false;
    add(&KernelCall<Field>::run, &args, sizeof(args));
    return true;
  }

 protected:
  virtual void add(void (*run)(const Kernels&, const void*, const Team&), const void* args,
                   size_t bytes) = 0;
};

// ---- elementwise lowering: how an op becomes opcodes (see EltwiseArgs)
class EltEmitter {
 public:
  virtual ~EltEmitter() = default;
  virtual uint8_t emit(EltOp op, uint8_t a, uint8_t b = 0, uint8_t c = 0) = 0;  // result register
  virtual uint8_t constant(double value) = 0;
};

// ---- gradients
struct OpDef;
struct Node {
  const OpDef* op;
  Attrs attrs;
  std::vector<Tensor> inputs, outputs;
  // A gradient written in Python (custom_gradient): replaces op->vjp when set.
  std::function<std::vector<Tensor>(const Node&, std::span<const Tensor>)> custom_vjp;
};

struct VjpContext {
  const Node& node;
  std::span<const Tensor> grads;  // one per output; may be empty handles, never all
  std::span<const bool> needs;    // one per input
  const Tensor& in(size_t i) const { return node.inputs[i]; }
  const Tensor& out(size_t i = 0) const { return node.outputs[i]; }
  const Tensor& grad(size_t i = 0) const { return grads[i]; }
  const Attrs& attrs() const { return node.attrs; }
};

enum OpFlags : uint32_t {
  kNoFlags = 0,
  kElementwise = 1,  // `lower` is set; inputs broadcast; any dtype mix is converted on load
  kView = 2,         // output 0 is input 0's memory under another shape; no kernel
  kStatus = 4,       // may write the status word
  kRandom = 8,       // never merged with an equal node
  kNoGrad = 16,      // no gradient flows through (comparison, argmax, one_hot, floor ...)
  kInPlace = 32,     // output 0 may take input 0's memory when nobody else reads it
};

struct OpDef {
  const char* name = "";
  uint32_t flags = kNoFlags;
  // Output specs from input specs; -1 passes through. Throws ValueError/TypeError with the
  // documented message: op name, shapes, the rule.
  std::vector<Spec> (*infer)(std::span<const Spec> in, const Attrs& attrs) = nullptr;
  // False: "not here", compose runs instead. Null for elementwise ops (bound through `lower`).
  bool (*bind)(BindContext& ctx) = nullptr;
  // One gradient per input; an empty handle where none. It may have the broadcast shape and the
  // output's dtype: the sweep sums and casts. Null with kNoGrad.
  std::vector<Tensor> (*vjp)(const VjpContext& ctx) = nullptr;
  // The plain definition in other ops; required for a fused op.
  std::vector<Tensor> (*compose)(std::span<const Tensor> in, const Attrs& attrs) = nullptr;
  // Elementwise: emits opcodes for input registers `in`, returns the result's register.
  uint8_t (*lower)(EltEmitter& emit, const uint8_t* in, const Attrs& attrs) = nullptr;
  // Elementwise: the type the opcodes compute in; null: the promotion of the inputs (bool -> i64,
  // f16/bf16 -> f32, integers -> i64 or u64).
  DType (*compute)(std::span<const Spec> in, const Attrs& attrs) = nullptr;

  // The cheaper op that this one comes down to for these specs, whose attributes it sets (a sum
  // over axes of size 1 is a reshape); or null.
  const OpDef* (*instead)(std::span<const Spec> in, const Spec& out, Attrs& attrs) = nullptr;

  // ---- what the passes may look at
  bool copies = false;             // output equals input 0 when their specs are equal (cast)
  Act act = Act::none;             // this op IS relu, tanh or sigmoid
  Act gate = Act::none;            // this op is dy * act'(y): inputs (dy, y)
  bool bias_add = false;           // this op is x + y
  const char* epilogue = nullptr;  // name of the op that is this one with an epilogue: inputs
                                   // (..., bias?, gate?), attributes (..., has_bias, act,
                                   // has_gate, gate_act) after this op's own
  int own_attrs = 0;               // how many attributes precede those four
  bool epilogue_gate = false, epilogue_bias = false;  // which of the two the fused op takes
};

const OpDef& op_by_name(const std::string& name);  // ValueError lists near names
int op_id(const std::string& name);
const OpDef& op_by_id(int id);
std::vector<std::string> op_names();

struct Register {
  explicit Register(const OpDef& def);
};

// ---- the one door
// infer; record a node in every active recorder that wants it; if the inputs are concrete,
// allocate, bind and run (throwing ValueError where the status word says so).
std::vector<Tensor> apply(const OpDef& op, std::span<const Tensor> inputs, const Attrs& attrs = {});
inline Tensor apply1(const OpDef& op, std::initializer_list<Tensor> inputs,
                     const Attrs& attrs = {}) {
  return apply(op, std::span<const Tensor>(inputs.begin(), inputs.size()), attrs)[0];
}
// How often `compose` ran because a table lacked a kernel (process-wide).
int64_t compose_count();
void reset_compose_count();

}  // namespace ph

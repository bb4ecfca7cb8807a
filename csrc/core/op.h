// OpDef: an op is a record of rules. Registered from ops/*.cpp by a static initialiser:
//   static const Register reg({.name = "relu", .infer = ..., .vjp = ...});
#pragma once
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "attrs.h"
#include "tensor.h"

namespace ph {

// Names of elementwise ops.
struct AffineOps {
  const char *add, *subtract, *multiply, *negative, *rsqrt;
};

struct OpDef;

// ---- a call of an op, as its rules see it
struct Call {
  const OpDef* op;  // null for a fused chain
  const Attrs* attrs;
  std::span<const Spec> specs;     // of the inputs
  std::span<const Tensor> inputs;  // themselves, for rules that compute with them

  const char* name() const;
  // The attribute of that name, which the op declares.
  const Attr& attr(const char* name) const;
  bool has(const char* name) const { return !is_none(attr(name)); }  // not None
  bool flag(const char* name) const;
  int64_t integer(const char* name) const;
  double real(const char* name) const;
  DType dtype(const char* name) const;
  const Ints& ints(const char* name) const;
  const Reals& reals(const char* name) const;
  const std::string& text(const char* name) const;
  Attrs with(const char* name, Attr value) const;  // the attributes, one of them replaced
};

// ---- bind
// One bound kernel call.
struct Thunk {
  void (*run)(const Kernels& kernels, const void* args, const Launch& team);
  const void* args;
};

template <auto Field>
struct KernelCall;  // KernelCall<&Kernels::gemm>::run forwards to that field
template <class Args, void (*Kernels::*Field)(const Args&, const Launch&)>
struct KernelCall<Field> {
  using args_type = Args;
  static void run(const Kernels& kernels, const void* args, const Launch& team) {
    (kernels.*Field)(*static_cast<const Args*>(args), team);
  }
};

struct Operand {
  void* data;
  Spec spec;
};

// What bind sees. It runs twice for a plan: once dry, with made-up addresses, to book scratch, and
// once per arena with real ones; so it must not look through `data`. Null means "absent" alone.
class BindContext : public Call {
 public:
  BindContext(const OpDef* op_, const Attrs& attrs_, std::span<const Operand> ins,
              std::span<const Operand> outs, Device& where, const Kernels& table, int most_threads)
      : Call{op_, &attrs_, {}, {}},
        in(ins),
        out(outs),
        device(&where),
        kernels(&table),
        threads(most_threads) {}
  virtual ~BindContext() = default;
  const std::span<const Operand> in, out;
  Device* const device;
  const Kernels* const kernels;
  const int threads;

  virtual void* scratch(size_t bytes) = 0;  // valid while this op runs
  virtual int32_t* status() = 0;            // the run's status word (kStatus*), on the device
  // What goes on from the result within the kernel (GemmArgs), or null. An op that has kProgram
  // hands it to its one call, where the table can: else the program is not attached.
  const EltwiseArgs* take_program() {
    program_taken = program != nullptr;
    return program;
  }
  const EltwiseArgs* program = nullptr;
  bool program_taken = false;
  // What a kernel that writes state must look at first, or null where the host has looked.
  virtual const int32_t* guard() { return nullptr; }
  // Appends a call of that kernel. Several are allowed; they run in order. Returns false where
  // the table lacks the kernel: `return ctx.push<&Kernels::gemm>(args);`
  template <auto Field>
  bool push(const typename KernelCall<Field>::args_type& args) {
    if (!(kernels->*Field)) return false;
    add(&KernelCall<Field>::run, &args, sizeof(args));
    return true;
  }
  // Appends a call of what is no kernel: a library's work on the host (see host_call.h).
  void call_host(void (*run)(const Kernels&, const void*, const Launch&), const void* args,
                 size_t bytes) {
    add(run, args, bytes);
  }

 protected:
  virtual void add(void (*run)(const Kernels&, const void*, const Launch&), const void* args,
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
struct Node {
  const OpDef* op;
  Attrs attrs;
  std::vector<Tensor> inputs, outputs;
  // A gradient written in Python (custom_gradient): replaces op->vjp when set.
  std::function<std::vector<Tensor>(const Node&, std::span<const Tensor>)> custom_vjp;
};

struct VjpContext : Call {
  std::span<const Tensor> outputs;
  std::span<const Tensor> grads;  // one per output; may be empty handles, never all
  std::span<const bool> needs;    // one per input
  const Tensor& in(size_t i) const { return inputs[i]; }
  const Tensor& out(size_t i = 0) const { return outputs[i]; }
  const Tensor& grad(size_t i = 0) const { return grads[i]; }
};

enum OpFlags : uint32_t {
  kNoFlags = 0,
  kElementwise = 1,  // `lower` is set; inputs broadcast; any dtype mix is converted on load
  kView = 2,         // output 0 is input 0's memory under another shape; no kernel
  kStatus = 4,       // may write the status word
  kRandom = 8,       // never merged with an equal node
  kNoGrad = 16,      // no gradient flows through (comparison, argmax, one_hot, floor ...)
  kInPlace = 32,     // output 0 may take input 0's memory when nobody else reads it
  kHost = 64,        // calls out to a library on the host, which may run ops of its own
  kProgram = 128,    // output 0 may go on through an elementwise program (BindContext::program)
  kPacks = 256,      // another form of input 0, kept between runs whatever its size
};

struct OpDef {
  const char* name = "";
  std::vector<AttrDecl> attrs = {};
  uint32_t flags = kNoFlags;
  // Output specs from input specs; -1 passes through. Throws ValueError/TypeError with the
  // documented message: op name, shapes, the rule.
  std::vector<Spec> (*infer)(const Call& call) = nullptr;
  // False: "not here", compose runs instead. Null for elementwise ops (bound through `lower`).
  bool (*bind)(BindContext& ctx) = nullptr;
  // One gradient per input; an empty handle where none. It may have the broadcast shape and the
  // output's dtype: the sweep sums and casts. Null with kNoGrad.
  std::vector<Tensor> (*vjp)(const VjpContext& ctx) = nullptr;
  // The plain definition in other ops; required for a fused op.
  std::vector<Tensor> (*compose)(const Call& call) = nullptr;
  // Elementwise: emits opcodes for input registers `in`, returns the result's register.
  uint8_t (*lower)(EltEmitter& emit, const uint8_t* in, const Call& call) = nullptr;
  // Elementwise: the type the opcodes compute in; null: the promotion of the inputs (bool -> i64,
  // f16/bf16 -> f32, integers -> i64 or u64).
  DType (*compute)(const Call& call) = nullptr;

  // The cheaper op that this one comes down to for these specs, and its attributes (a sum over axes
  // of size 1 is a reshape); or null.
  const OpDef* (*instead)(const Call& call, const Spec& out, Attrs& attrs) = nullptr;

  int row = 0;  // where rules serve a table of ops: which row this one is

  // ---- what the passes may look at
  bool copies = false;             // output equals input 0 when their specs are equal (cast)
  Act act = Act::none;             // this op IS relu, tanh or sigmoid
  Act gate = Act::none;            // this op is dy * act'(y): inputs (dy, y)
  bool bias_add = false;           // this op is x + y
  const char* epilogue = nullptr;  // name of the op that is this one with an epilogue: inputs
                                   // (..., bias?, gate?), attributes (..., has_bias, act,
                                   // has_gate, gate_act) after this op's own
  bool epilogue_gate = false, epilogue_bias = false;  // which of the two the fused op takes
  // Of (x - mean) / sqrt(var + epsilon) * gamma + beta by the last axis, with inputs x, gamma?,
  // beta?, mean, var and attributes epsilon, has_gamma, has_beta: the ops of that formula.
  const AffineOps* affine = nullptr;
  int filter = -1;     // the input whose last axis is the result's, which is linear in it
  int zero_pads = -1;  // the attribute of zeros around input 0: top, bottom, left, right
  bool pads = false;   // this op is input 0 within a constant: attributes low, high, value
};

const OpDef& op_by_name(const std::string& name);  // ValueError lists near names
int op_id(const std::string& name);
const OpDef& op_by_id(int id);
std::vector<std::string> op_names();

struct Register {
  explicit Register(const OpDef& def);
};

// The values given, checked against what the op declares, and defaults for the rest. TypeError
// names the argument. apply() does it; rules see nothing else.
Attrs complete(const OpDef& op, Attrs given);
bool is_complete(const OpDef& op, const Attrs& given);

// ---- the one door
// infer; record a node in every active recorder that wants it; if the inputs are concrete,
// allocate, bind and run (throwing ValueError where the status word says so).
std::vector<Tensor> apply(const OpDef& op, std::span<const Tensor> inputs, const Attrs& attrs = {});
inline Tensor apply1(const OpDef& op, std::initializer_list<Tensor> inputs,
                     const Attrs& attrs = {}) {
  return apply(op, std::span<const Tensor>(inputs.begin(), inputs.size()), attrs)[0];
}
// What apply() would return the specs of, for inputs of these.
std::vector<Spec> output_specs(const OpDef& op, std::span<const Spec> inputs, const Attrs& attrs);
// Complex inputs: what stands for a call whose op knows real numbers only, in ops that know both;
// nothing where the op moves any element. Set by the ops.
using ComplexForm = std::optional<std::vector<Tensor>> (*)(const Call& call);
inline ComplexForm complex_form = nullptr;
// How often `compose` ran because a table lacked a kernel (process-wide).
int64_t compose_count();
void reset_compose_count();

}  // namespace ph

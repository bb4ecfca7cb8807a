// The one door: infer, run, record.
#include <algorithm>
#include <atomic>

#include "eltwise.h"
#include "recorder.h"
#include "thunks.h"
#include "waiting.h"

namespace ph {

void ThunkList::add(void (*run)(const Kernels&, const void*, const Launch&), const void* args,
                    size_t size) {
  thunks_.push_back({run, keep(args, size)});
}
const void* ThunkList::keep(const void* data, size_t size) {
  const size_t bytes = (size + 63) / 64 * 64;
  PH_CHECK(bytes <= kBlock);
  if (used_ + bytes > kBlock) {
    if (block_ == blocks_.size()) blocks_.push_back(std::make_unique<char[]>(kBlock));
    ++block_;
    used_ = 0;
  }
  char* p = blocks_[block_ - 1].get() + used_;
  std::memcpy(p, data, size);
  used_ += bytes;
  return p;
}
void ThunkList::clear() {
  thunks_.clear();
  block_ = 0;
  used_ = kBlock;
}

namespace {
std::atomic<int64_t> composed{0};
}
int64_t compose_count() { return composed; }
void reset_compose_count() { composed = 0; }
void count_compose() { ++composed; }

void check_status(int32_t status, const char* where) {
  if (status == kStatusOk) return;
  if (status == kStatusLabel)
    throw ValueError(
        cat(where, ": a label is out of range: sparse labels must lie in [0, number of classes)"));
  throw ValueError(
      cat(where,
          ": an index is out of range of the table it looks up (an Embedding's input must "
          "lie in [0, input_dim))"));
}

namespace {

Device& common_device(const OpDef& op, std::span<const Tensor> inputs) {
  Device* device = nullptr;
  for (const Tensor& t : inputs) {
    if (t.is_literal()) continue;
    if (device && device != &t.device())
      throw ValueError(cat(op.name, ": tensors live on different devices, ", device->name(),
                           " and ", t.device().name(), "; copy one of them first: with device(\"",
                           device->name(), "\"): ops.convert_to_tensor(x)"));
    device = &t.device();
  }
  return device ? *device : default_device();
}

// Whether literals among the inputs must be put into memory: constants of elementwise programs need
// none, beside at least one input.
bool needs_memory(std::span<const Tensor> inputs, bool elementwise) {
  size_t literals = 0;
  for (const Tensor& t : inputs) {
    if (!t.is_literal()) continue;
    if (!elementwise || !fits_register(t)) return true;
    ++literals;
  }
  return literals > 0 && literals == inputs.size();
}

// The status word of one call: the host's own where the device can write it there.
class StatusWord {
 public:
  explicit StatusWord(Device& device) : device_(device) {}
  ~StatusWord() {
    if (away_) device_.free(away_, kBytes);
  }
  StatusWord(const StatusWord&) = delete;
  int32_t* word(const Launch& launch) {
    if (device_.host_visible()) return &here_;
    away_ = static_cast<int32_t*>(device_.alloc(kBytes));
    device_.fill_async(away_, 0, kBytes, launch);
    return away_;
  }
  int32_t read() {
    if (away_) device_.download(&here_, away_, sizeof here_);
    return here_;
  }

 private:
  static constexpr size_t kBytes = 64;
  Device& device_;
  int32_t here_ = kStatusOk;
  int32_t* away_ = nullptr;
};

std::vector<Tensor> execute(const OpDef& op, std::span<const Tensor> inputs, const Attrs& attrs,
                            const std::vector<Spec>& in_specs, const std::vector<Spec>& out_specs) {
  Device& device = common_device(op, inputs);
  if (op.flags & kView) return {inputs[0].view(out_specs[0].shape)};
  const bool elementwise = op.flags & kElementwise;
  if (needs_memory(inputs, elementwise)) {
    std::vector<Tensor> placed;
    for (const Tensor& t : inputs) placed.push_back(t.on(device));
    return execute(op, placed, attrs, in_specs, out_specs);
  }

  std::vector<Tensor> outputs;
  std::vector<Operand> in, out;
  outputs.reserve(out_specs.size());
  for (const Spec& s : out_specs) {
    outputs.push_back(Tensor::empty(s, device));
    out.push_back({outputs.back().data(), s});
  }
  for (size_t i = 0; i < inputs.size(); ++i)
    if (!inputs[i].is_literal()) in.push_back({inputs[i].data(), in_specs[i]});
  if (!device.executes()) return outputs;

  int64_t touched = 0;
  for (const Operand& o : in) touched += o.spec.bytes();
  for (const Operand& o : out) touched += o.spec.bytes();
  const Launch& launch = device.launch();
  const Kernels& kernels = device.kernels();
  const auto run = [&](const ThunkList& thunks) {
    const Unlocked others(touched > kLongWork);
    thunks.run(kernels, launch);
  };
  static thread_local ThunkList shared;
  ThunkList own;  // of a call during which this thread may come by here again
  ThunkList& list = op.flags & kHost ? own : shared;
  list.clear();
  if (elementwise) {
    RealBind real(list, nullptr, 0, nullptr, &op, attrs, in, out, device, kernels, launch.threads);
    PH_CHECK(bind_eltwise(lower_one({&op, &attrs, in_specs, inputs}), real));
    run(list);
    return outputs;
  }
  DryBind dry(&op, attrs, in, out, device, kernels, launch.threads);
  if (!op.bind || !op.bind(dry)) {
    PH_CHECK(op.compose);
    count_compose();
    SuspendScope quiet;
    return op.compose({&op, &attrs, in_specs, inputs});
  }
  const size_t bytes = dry.scratch_bytes;
  void* scratch = bytes ? device.alloc(bytes) : nullptr;
  struct Release {
    Device& device;
    void* p;
    size_t bytes;
    ~Release() {
      if (p) device.free(p, bytes);
    }
  } release{device, scratch, bytes};
  StatusWord status(device);
  int32_t* const word = dry.wants_status ? status.word(launch) : nullptr;
  RealBind real(list, scratch, bytes, word, &op, attrs, in, out, device, kernels, launch.threads);
  op.bind(real);
  run(list);
  if (word) check_status(status.read(), op.name);
  return outputs;
}

void offer(const OpDef& op, std::span<const Tensor> inputs, const Attrs& attrs,
           const std::vector<Tensor>& outputs) {
  for (Recorder* r : listeners()) {
    if (!r->wants(inputs, outputs)) continue;
    r->record({&op, attrs, {inputs.begin(), inputs.end()}, outputs, nullptr});
    if (!r->is_trace()) static_cast<Tape*>(r)->track_outputs(r->nodes().back());
  }
}

// Promotion of a half with an integer of 16 bits or more rounds the integer to the half; registers
// would hold it exactly, so it is cast first. The dtype to cast integers to, or bool for none.
DType half_beside_integers(const std::vector<Spec>& specs) {
  bool integers = false;
  DType half = DType::b8;
  for (const Spec& s : specs) {
    if (is_integer(s.dtype)) integers = integers || dtype_size(s.dtype) > 1;
    if (!is_float(s.dtype) || s.dtype == half) continue;
    if (half != DType::b8 || dtype_size(s.dtype) > 2) return DType::b8;  // float32 or float64
    half = s.dtype;
  }
  return integers ? half : DType::b8;
}

bool needs_complex(const OpDef& op, std::span<const Spec> specs, const Attrs& attrs) {
  if (op.flags & kHost) return false;  // it judges for itself
  for (const Spec& s : specs)
    if (is_complex(s.dtype)) return true;
  if (!op.copies) return false;  // a cast to complex
  const auto* to = std::get_if<DType>(&attrs[0]);
  return to && is_complex(*to);
}

}  // namespace

std::vector<Spec> output_specs(const OpDef& op, std::span<const Spec> inputs, const Attrs& attrs) {
  if (!needs_complex(op, inputs, attrs)) return op.infer({&op, &attrs, inputs, {}});
  Trace trace;
  const SuspendScope quiet;
  const RecorderScope scope(trace);
  std::vector<Tensor> in;
  for (const Spec& s : inputs) in.push_back(trace.input(s, "an input"));
  std::vector<Spec> out;
  for (const Tensor& t : apply(op, in, attrs)) out.push_back(t.spec());
  return out;
}

std::vector<Tensor> apply(const OpDef& op, std::span<const Tensor> inputs, const Attrs& given) {
  const bool whole = is_complete(op, given);
  const Attrs completed = whole ? Attrs() : complete(op, given);
  const Attrs& attrs = whole ? given : completed;
  std::vector<Spec> in_specs;
  in_specs.reserve(inputs.size());
  bool abstract = false;
  for (const Tensor& t : inputs) {
    if (!t) throw TypeError(cat(op.name, ": an input is not a tensor"));
    if (t.is_abstract()) {
      abstract = true;
      if (!trace_is_active(t.get()->trace))
        throw ValueError(
            cat(op.name, ": a tensor that stands for ", t.get()->origin,
                " was used after the function that traced it had returned; return it from "
                "that function, or compile with run_eagerly=True"));
    }
    in_specs.push_back(t.spec());
  }
  if (needs_complex(op, in_specs, attrs)) {
    auto out = complex_form({&op, &attrs, in_specs, inputs});
    if (out) return std::move(*out);
  }
  if ((op.flags & kElementwise) && inputs.size() > 1) {
    const DType half = half_beside_integers(in_specs);
    if (half != DType::b8) {
      static const OpDef& cast = op_by_name("cast");
      std::vector<Tensor> same(inputs.begin(), inputs.end());
      for (Tensor& t : same)
        if (is_integer(t.dtype())) t = apply1(cast, {t}, {half});
      return apply(op, same, attrs);
    }
  }
  std::vector<Spec> out_specs = op.infer({&op, &attrs, in_specs, {}});

  std::vector<Tensor> outputs;
  const bool unsized = std::any_of(out_specs.begin(), out_specs.end(),
                                   [](const Spec& o) { return !o.shape.known(); });
  if (abstract || unsized) {
    Trace* trace = current_trace();
    if (!trace && unsized)
      throw ValueError(
          cat(op.name, ": the shape ", out_specs[0].shape, " has an unknown size; give a number"));
    if (!trace)
      throw ValueError(
          cat(op.name, ": abstract tensors need a trace; recording is suspended here"));
    for (const Spec& s : out_specs)
      outputs.push_back(
          Tensor::abstract(s, trace->serial(), std::string("the result of ") + op.name));
  } else {
    try {
      outputs = execute(op, inputs, attrs, in_specs, out_specs);
    } catch (const OutOfMemory& e) {
      throw OutOfMemory(cat(op.name, ": ", e.what()));
    } catch (const std::bad_alloc& refusal) {
      throw OutOfMemory(cat(op.name, ": no memory to compute a result of shape ",
                            out_specs[0].shape, " and dtype ", out_specs[0].dtype,
                            room_note(refusal)));
    }
  }
  if (may_listen()) offer(op, inputs, attrs, outputs);
  return outputs;
}

}  // namespace ph

// The library's matrices are column-major, ours have unit steps along either axis: c = a b of rows
// is c' = b' a' of columns, so b comes first and every operand is plain or transposed as it lies.
#include "cublas_lt.h"

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace ph {
namespace {

constexpr size_t kWorkspace = size_t{32} << 20;  // at most: what NVIDIA advises for large cards
constexpr size_t kMostPlans = 4096;
constexpr int64_t kLongest = INT32_MAX;
constexpr int kAligned = 16;  // bytes: what the widest loads want

const Kernels* own = nullptr;
std::atomic<bool> tf32{false};
std::atomic<int64_t> computed{0};

// ---------------------------------------------------------------- the library
// PRONGHORN_CUBLASLT names it; "" is none. Else that of the wheel nvidia-cublas beside this
// package, else the system's.
std::vector<std::string> places() {
  if (const char* given = std::getenv("PRONGHORN_CUBLASLT")) return {given};
  std::vector<std::string> all;
  Dl_info self;
  static const int here = 0;
  if (dladdr(&here, &self) && self.dli_fname) {
    const std::string path = self.dli_fname;
    all.push_back(path.substr(0, path.rfind('/') + 1) + "../nvidia/cu13/lib/libcublasLt.so.13");
  }
  all.push_back("libcublasLt.so.13");
  return all;
}

bool load(void* from, lt::Library& to) {
#define PH_X(field, name, arguments) \
  to.field = reinterpret_cast<decltype(to.field)>(dlsym(from, #name));
  PH_LT_CALLS(PH_X)
#undef PH_X
#define PH_X(field, name, arguments) to.field&&
  return PH_LT_CALLS(PH_X) true;
#undef PH_X
}

struct Opened {
  lt::Library calls = {};
  lt::Handle handle = nullptr;
};
// Null where it cannot be had. Opened once.
const Opened* library() {
  static const Opened* const opened = []() -> const Opened* {
    for (const std::string& place : places()) {
      if (place.empty()) continue;
      void* const from = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);  // never closed
      if (!from) continue;
      static Opened made;
      if (load(from, made.calls) && made.calls.create(&made.handle) == lt::kSuccess) return &made;
    }
    return nullptr;
  }();
  return opened;
}

// ---------------------------------------------------------------- what a product is
lt::DataType type_of(DType dtype) {
  return dtype == DType::f64    ? lt::kR64F
         : dtype == DType::f16  ? lt::kR16F
         : dtype == DType::bf16 ? lt::kR16BF
                                : lt::kR32F;
}
struct Matrix {
  lt::DataType dtype;
  uint64_t rows, columns;  // as the library sees them
  int64_t ld, step;        // step: of a batch
  bool transposed;
};
// Ours is rows x columns; the library then has a matrix of columns x rows where ours has unit steps
// along a row. False where neither step is 1.
bool lies(int64_t rows, int64_t columns, int64_t row_step, int64_t column_step, Matrix& m) {
  if (column_step == 1 || columns == 1) {
    m.ld = rows == 1 ? columns : row_step, m.transposed = false;
    m.rows = static_cast<uint64_t>(columns), m.columns = static_cast<uint64_t>(rows);
    if (m.ld >= columns && (columns == 1 || column_step == 1)) return true;
  }
  if (row_step == 1 || rows == 1) {
    m.ld = columns == 1 ? rows : column_step, m.transposed = true;
    m.rows = static_cast<uint64_t>(rows), m.columns = static_cast<uint64_t>(columns);
    return m.ld >= rows;
  }
  return false;
}

// All that a plan depends on, without padding: compared as bytes.
struct Key {
  int64_t m, n, k, batch, a_rs, a_cs, a_bs, b_rs, b_cs, b_bs, ldc, c_bs, workspace;
  int32_t dtype, compute, epilogue, alignment;
  bool operator<(const Key& other) const { return std::memcmp(this, &other, sizeof *this) < 0; }
};

int alignment_of(const GemmArgs& g, int64_t size) {
  const auto bits = [](const void* p) { return reinterpret_cast<uintptr_t>(p); };
  const uintptr_t all = bits(g.a) | bits(g.b) | bits(g.c) | bits(g.bias);
  return all % kAligned == 0 ? kAligned : static_cast<int>(size);
}

// What is known of a product before there is memory for it.
Key shape_of(const GemmArgs& g) {
  Key key;
  std::memset(&key, 0, sizeof key);
  key.m = g.m, key.n = g.n, key.k = g.k, key.batch = g.batch;
  key.a_rs = g.a_rs, key.a_cs = g.a_cs, key.a_bs = g.a_bs;
  key.b_rs = g.b_rs, key.b_cs = g.b_cs, key.b_bs = g.b_bs;
  key.ldc = g.ldc, key.c_bs = g.c_bs;
  key.dtype = static_cast<int32_t>(g.dtype);
  return key;
}
Key key_of(const GemmArgs& g, size_t workspace) {
  Key key = shape_of(g);
  key.workspace = static_cast<int64_t>(workspace);
  const bool wide = g.dtype == DType::f64;
  key.compute = wide                            ? lt::kCompute64F
                : tf32 && g.dtype == DType::f32 ? lt::kCompute32FFastTF32
                                                : lt::kCompute32F;
  if (g.bias) key.epilogue |= lt::kBias;
  // a relu with a gate after it is ours, as are tanh and sigmoid
  if (g.act == Act::relu) key.epilogue |= lt::kRelu;
  if (!key.epilogue) key.epilogue = lt::kDefault;
  key.alignment = alignment_of(g, g.dtype == DType::f32 ? 4 : wide ? 8 : 2);
  return key;
}

// Descriptors and the algorithm of one kind of product; `usable` where the library takes it.
struct Plan {
  lt::Product product = nullptr;
  lt::Layout a = nullptr, b = nullptr, c = nullptr;
  lt::Found found = {};
  bool usable = false;
};

class Planner {
 public:
  Planner(const Opened& opened, const Key& key) : calls_(opened.calls) {
    const lt::DataType dtype = type_of(static_cast<DType>(key.dtype));
    Matrix a = {}, b = {};
    if (!lies(key.m, key.k, key.a_rs, key.a_cs, a) || !lies(key.k, key.n, key.b_rs, key.b_cs, b))
      return;
    a.dtype = b.dtype = dtype, a.step = key.a_bs, b.step = key.b_bs;
    const Matrix c = {dtype,
                      static_cast<uint64_t>(key.n),
                      static_cast<uint64_t>(key.m),
                      key.m == 1 ? key.n : key.ldc,
                      key.c_bs,
                      false};
    const auto compute = static_cast<lt::ComputeType>(key.compute);
    const lt::DataType scale = dtype == lt::kR64F ? lt::kR64F : lt::kR32F;  // of alpha and beta
    done(calls_.product(&plan.product, compute, scale));
    const lt::Transpose first = b.transposed ? lt::kTransposed : lt::kPlain;
    const lt::Transpose second = a.transposed ? lt::kTransposed : lt::kPlain;
    set(lt::kTransA, first);
    set(lt::kTransB, second);
    set(lt::kEpilogue, static_cast<uint32_t>(key.epilogue));
    describe(plan.a, b, key.batch);
    describe(plan.b, a, key.batch);
    describe(plan.c, c, key.batch);
    if (good_) find(opened, key);
    plan.usable = good_;
  }
  Plan plan;

 private:
  void done(lt::Status status) { good_ = good_ && status == lt::kSuccess; }
  template <class T>
  void set(lt::ProductAttribute attribute, T value) {
    if (good_) done(calls_.set_product(plan.product, attribute, &value, sizeof value));
  }
  void describe(lt::Layout& layout, const Matrix& m, int64_t batch) {
    if (good_) done(calls_.layout(&layout, m.dtype, m.rows, m.columns, m.ld));
    if (!good_ || batch == 1) return;
    const auto count = static_cast<int32_t>(batch);
    done(calls_.set_layout(layout, lt::kBatchCount, &count, sizeof count));
    if (good_) done(calls_.set_layout(layout, lt::kBatchStep, &m.step, sizeof m.step));
  }
  void find(const Opened& opened, const Key& key) {
    lt::Preference wishes = nullptr;
    done(calls_.preference(&wishes));
    if (!good_) return;
    const auto workspace = static_cast<uint64_t>(key.workspace);
    done(calls_.set_preference(wishes, lt::kWorkspaceBytes, &workspace, sizeof workspace));
    const auto bytes = static_cast<uint32_t>(key.alignment);
    for (int operand = 0; operand < 4; ++operand)
      done(calls_.set_preference(wishes,
                                 static_cast<lt::PreferenceAttribute>(lt::kAlignmentA + operand),
                                 &bytes, sizeof bytes));
    int count = 0;
    if (good_)
      done(calls_.find(opened.handle, plan.product, plan.a, plan.b, plan.c, plan.c, wishes, 1,
                       &plan.found, &count));
    good_ = good_ && count > 0 && plan.found.status == lt::kSuccess;
    calls_.end_preference(wishes);
  }

  const lt::Library& calls_;
  bool good_ = true;
};

std::mutex plans_lock;  // also while a plan's bias is set and used
std::map<Key, Plan> plans;
std::map<Key, size_t> booked;  // by shape: what a product's scratch has, and its plans keep to

Plan& plan_of(const Opened& opened, const GemmArgs& g, size_t workspace) {
  const Key key = key_of(g, workspace);
  const auto known = plans.find(key);
  if (known != plans.end()) return known->second;
  if (plans.size() >= kMostPlans) {
    for (auto& [_, plan] : plans) {
      if (plan.product) opened.calls.end_product(plan.product);
      for (lt::Layout layout : {plan.a, plan.b, plan.c})
        if (layout) opened.calls.end_layout(layout);
    }
    plans.clear();
  }
  return plans[key] = Planner(opened, key).plan;
}

// For ever the same, so that what was planned before TF32 was allowed, or for other pointers, fits.
size_t workspace_of(const Opened& opened, const GemmArgs& g) {
  const Key shape = shape_of(g);
  const auto known = booked.find(shape);
  if (known != booked.end()) return known->second;
  const Plan& best = plan_of(opened, g, kWorkspace);
  const size_t bytes = best.usable ? best.found.workspace : 0;
  return booked[shape] = std::max(bytes, own->gemm_scratch(g, 1));
}

// ---------------------------------------------------------------- what the library does not do
// c = gate(act(c)) for what its epilogues lack, by one elementwise program.
void finish(const GemmArgs& g, const Launch& launch) {
  const bool relu6 = g.act == Act::relu6, gate6 = g.gate && g.gate_act == Act::relu6;
  const bool act = g.act == Act::tanh || g.act == Act::sigmoid || relu6;
  if (!act && !g.gate) return;
  EltwiseArgs e;
  std::memset(&e, 0, sizeof e);
  e.compute = g.dtype == DType::f64 ? DType::f64 : DType::f32, e.n_in = g.gate ? 2 : 1, e.n_out = 1,
  e.ndim = 3;
  e.shape[0] = g.batch, e.shape[1] = g.m, e.shape[2] = g.n;
  e.in[0] = {g.c, g.dtype, {g.c_bs, g.ldc, 1}};
  e.in[1] = {const_cast<void*>(g.gate), g.dtype, {g.gate_bs, g.ldgate, 1}};
  e.out[0] = e.in[0];
  const bool needs_one = g.gate && (g.gate_act == Act::tanh || g.gate_act == Act::sigmoid);
  const bool needs_zero = gate6 || (g.gate && g.gate_act == Act::relu);
  const auto constant = static_cast<uint8_t>(e.n_in);
  if (needs_one || needs_zero) e.constant[e.n_const++] = needs_one ? 1 : 0;
  const auto six = static_cast<uint8_t>(e.n_in + e.n_const);
  if (relu6 || gate6) e.constant[e.n_const++] = 6;
  auto next = static_cast<uint8_t>(e.n_in + e.n_const);
  uint8_t c = 0;
  const auto emit = [&](EltOp op, uint8_t x, uint8_t y = 0, uint8_t z = 0) {
    e.instr[e.n_instr++] = {op, next, x, y, z};
    return next++;
  };
  if (relu6)
    c = emit(EltOp::min, emit(EltOp::relu, c), six);
  else if (act)
    c = emit(g.act == Act::tanh ? EltOp::tanh : EltOp::sigmoid, c);
  if (gate6) c = emit(EltOp::where, emit(EltOp::lt, 1, six), c, constant);
  if (needs_zero) c = emit(EltOp::where, emit(EltOp::gt, 1, constant), c, constant);
  if (needs_one) {
    const uint8_t slope = g.gate_act == Act::tanh
                              ? emit(EltOp::sub, constant, emit(EltOp::square, 1))
                              : emit(EltOp::mul, 1, emit(EltOp::sub, constant, 1));
    c = emit(EltOp::mul, c, slope);
  }
  e.out_reg[0] = c;
  own->eltwise(e, launch);
}

bool takes(const GemmArgs& g) {
  for (const int64_t size : {g.m, g.n, g.k, g.batch})
    if (size < 1 || size > kLongest) return false;
  Matrix m;
  return (g.m == 1 || g.ldc >= g.n) && lies(g.m, g.k, g.a_rs, g.a_cs, m) &&
         lies(g.k, g.n, g.b_rs, g.b_cs, m);
}

bool multiply(const Opened& opened, const GemmArgs& g, const Launch& launch) {
  const std::lock_guard lock(plans_lock);
  const size_t workspace = g.scratch ? workspace_of(opened, g) : 0;
  Plan& plan = plan_of(opened, g, workspace);
  if (!plan.usable || plan.found.workspace > workspace) return false;
  if (g.bias && opened.calls.set_product(plan.product, lt::kBiasPointer, &g.bias, sizeof g.bias))
    return false;
  const double alpha = g.alpha, beta = g.accumulate ? 1 : 0;
  const auto alpha32 = static_cast<float>(alpha), beta32 = static_cast<float>(beta);
  const bool wide = g.dtype == DType::f64;
  const lt::Status status = opened.calls.run(
      opened.handle, plan.product, wide ? static_cast<const void*>(&alpha) : &alpha32, g.b, plan.a,
      g.a, plan.b, wide ? static_cast<const void*>(&beta) : &beta32, g.c, plan.c, g.c, plan.c,
      &plan.found.algorithm, g.scratch, workspace, launch.stream);
  plan.usable = status == lt::kSuccess;
  return plan.usable;
}

void gemm(const GemmArgs& g, const Launch& launch) {
  const Opened* const opened = takes(g) ? library() : nullptr;
  if (!opened || !multiply(*opened, g, launch)) return own->gemm(g, launch);
  ++computed;
  finish(g, launch);
}

size_t gemm_scratch(const GemmArgs& g, int threads) {
  const Opened* const opened = takes(g) ? library() : nullptr;
  if (!opened) return own->gemm_scratch(g, threads);
  const std::lock_guard lock(plans_lock);
  return workspace_of(*opened, g);
}

}  // namespace

Kernels with_cublas_lt(const Kernels& table) {
  own = &table;
  Kernels k = table;
  k.gemm = gemm;
  k.gemm_scratch = gemm_scratch;
  return k;
}

void allow_tf32(bool allowed) { tf32 = allowed; }
int64_t cublas_lt_count() { return computed; }

}  // namespace ph

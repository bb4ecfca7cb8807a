#include "counts.h"

#include <algorithm>

#include "../core/host_call.h"
#include "join.h"

namespace ph {
namespace {

using counting::product;
using counting::size_of;
using counting::width_of;
// Elements that strides reach: a broadcast dimension is read once.
double reached(int ndim, const int64_t* shape, const int64_t* stride) {
  double n = 1;
  for (int d = 0; d < ndim; ++d)
    if (stride[d] != 0 || shape[d] == 0) n *= static_cast<double>(shape[d]);
  return n;
}
bool transcendental(Act act) { return act == Act::tanh || act == Act::sigmoid; }
bool transcendental(EltOp op) {
  return (op >= EltOp::exp && op <= EltOp::softplus) || op == EltOp::pow;
}

// The families, in the order of table.h. Each fills all but `family`.
void count_eltwise(const EltwiseArgs& a, Counts& c) {
  const double n = reached(a.ndim, a.shape, a.out[0].stride);
  for (int i = 0; i < a.n_instr; ++i) {
    const EltOp op = a.instr[i].op;
    if (transcendental(op))
      c.transcendentals += n;
    else if (op != EltOp::mov)
      c.operations += op == EltOp::fma ? 2 * n : n;
  }
  for (int i = 0; i < a.n_in; ++i)
    c.bytes += reached(a.ndim, a.shape, a.in[i].stride) * size_of(a.in[i].dtype);
  for (int i = 0; i < a.n_out; ++i) c.bytes += n * size_of(a.out[i].dtype);
  c.width = size_of(a.compute) / 4;
}

// Of a program within a product, which is its epilogue: what it reads and writes beside the result,
// and transcendentals.
void count_program(const EltwiseArgs* program, double out, DType dtype, Counts& c) {
  if (!program) return;
  Counts own = {};
  count_eltwise(*program, own);
  c.transcendentals += own.transcendentals;
  c.bytes += std::max(0.0, own.bytes - 2 * out * size_of(dtype));
}

void count_gemm(const GemmArgs& a, Counts& c) {
  const double out = product({a.batch, a.m, a.n});
  c.operations = 2 * out * static_cast<double>(a.k);
  double elements = product({a.m, a.k}) * static_cast<double>(a.a_bs ? a.batch : 1) +
                    product({a.k, a.n}) * static_cast<double>(a.b_bs ? a.batch : 1) + out;
  if (a.accumulate) elements += out;
  if (a.bias) elements += static_cast<double>(a.n);
  if (a.gate) elements += out;
  c.bytes = elements * size_of(a.dtype);
  if (transcendental(a.act)) c.transcendentals = out;
  c.width = width_of(a.dtype);
  count_program(a.program, out, a.dtype, c);
}

void count_conv(const ConvArgs& a, Counts& c) {
  const int64_t depth = a.groups ? a.c / a.groups : 0;
  const double x = product({a.n, a.h, a.w, a.c}), y = product({a.n, a.oh, a.ow, a.k}),
               w = product({a.kh, a.kw, depth, a.k});
  c.operations = 2 * y * product({a.kh, a.kw, depth});
  double elements = x + y + w;
  const double written = a.mode == ConvMode::forward ? y : a.mode == ConvMode::grad_input ? x : w;
  if (a.accumulate) elements += written;
  if (a.bias) elements += static_cast<double>(a.k);
  if (a.gate) elements += written;
  c.bytes = elements * size_of(a.dtype);
  if (transcendental(a.act)) c.transcendentals = y;
  c.width = width_of(a.dtype);
  count_program(a.program, written, a.dtype, c);
}

void count_conv_pack(const ConvArgs& a, Counts& c) {
  c.bytes = 2 * product({a.kh, a.kw, a.c, a.k}) * size_of(a.dtype);
}

void count_pool(const PoolArgs& a, Counts& c) {
  const double x = product({a.n, a.h, a.w, a.c}), y = product({a.n, a.oh, a.ow, a.c});
  c.operations = y * product({a.kh, a.kw});
  c.bytes = (x + y) * size_of(a.dtype);
  c.width = width_of(a.dtype);
}
void count_pool_grad(const PoolArgs& a, Counts& c) {
  count_pool(a, c);                           // dy is read, dx written
  if (a.mode == PoolMode::max) c.bytes *= 2;  // x and y too
  if (a.gate && a.gate != a.x) c.bytes += product({a.n, a.h, a.w, a.c}) * size_of(a.dtype);
}

void count_reduce(const ReduceArgs& a, Counts& c) {
  double out = 1;
  for (int d = 0; d < a.ndim; ++d)
    if (!a.reduce[d]) out *= static_cast<double>(a.shape[d]);
  c.operations = 1;
  for (int d = 0; d < a.ndim; ++d) c.operations *= static_cast<double>(a.shape[d]);
  c.bytes = reached(a.ndim, a.shape, a.stride) * size_of(a.in_dtype) + out * size_of(a.out_dtype);
  c.width = size_of(a.in_dtype) / 4;
}

void count_softmax(const SoftmaxArgs& a, Counts& c) {
  const double n = product({a.rows, a.cols});
  c.operations = 4 * n;  // maximum, difference, sum, quotient
  c.transcendentals = n;
  c.bytes = 2 * n * size_of(a.dtype);
  c.width = width_of(a.dtype);
}
void count_softmax_grad(const SoftmaxArgs& a, Counts& c) {
  const double n = product({a.rows, a.cols});
  c.operations = 4 * n;  // sum(dy * y), a difference, a product
  if (a.log) c.transcendentals = n;
  c.bytes = 3 * n * size_of(a.dtype);
  c.width = width_of(a.dtype);
}

double label_bytes(const XentArgs& a) {
  return (a.sparse ? product({a.rows}) : product({a.rows, a.cols})) * size_of(a.label_dtype);
}
void count_xent(const XentArgs& a, Counts& c) {
  const double n = product({a.rows, a.cols});
  c.operations = 4 * n;
  c.transcendentals = n;
  c.bytes = (n + product({a.rows}) + (a.probs ? n : 0)) * size_of(a.dtype) + label_bytes(a);
  c.width = width_of(a.dtype);
}
void count_xent_grad(const XentArgs& a, Counts& c) {
  const double n = product({a.rows, a.cols});
  c.operations = 2 * n;
  if (!a.probs) c.transcendentals = n;
  c.bytes = (2 * n + product({a.rows})) * size_of(a.dtype) + label_bytes(a);
  c.width = width_of(a.dtype);
}

void count_norm(const NormArgs& a, Counts& c) {
  const double n = product({a.rows, a.channels});
  // sum, difference, square and sum; then scale and shift
  c.operations = (a.use_given ? 2 : 6) * n;
  c.bytes = 2 * n * size_of(a.dtype);
  c.width = width_of(a.dtype);
}
void count_norm_grad(const NormArgs& a, Counts& c) {
  const double n = product({a.rows, a.channels});
  c.operations = (a.dx ? 9 : 5) * n;  // two sums over dy and dy * xhat, then dx
  c.bytes = (a.dx ? 3 : 2) * n * size_of(a.dtype);
  c.width = width_of(a.dtype);
}

void count_copy(const CopyArgs& a, Counts& c) {
  c.bytes = (reached(a.ndim, a.shape, a.src_stride) + reached(a.ndim, a.shape, a.dst_stride)) *
            a.elem_size;
}
void count_fill(const FillArgs& a, Counts& c) { c.bytes = product({a.count}) * a.elem_size; }

void count_gather(const GatherArgs& a, Counts& c) {
  c.bytes = 2 * product({a.outer, a.n, a.inner}) * size_of(a.dtype) +
            product({a.n}) * size_of(a.index_dtype);
}
void count_scatter_add(const GatherArgs& a, Counts& c) {
  const double updates = product({a.outer, a.n, a.inner});
  c.operations = updates;
  // the rows that are hit are read and written, or all are written once
  c.bytes = (updates + (a.accumulate ? 2 * updates : product({a.outer, a.rows, a.inner}))) *
                size_of(a.dtype) +
            product({a.n}) * size_of(a.index_dtype);
}
void count_one_hot(const OneHotArgs& a, Counts& c) {
  c.bytes = product({a.outer, a.depth, a.inner}) * size_of(a.dtype) +
            product({a.outer, a.inner}) * size_of(a.index_dtype);
}
void count_range(const RangeArgs& a, Counts& c) {
  c.operations = 2 * product({a.count});
  c.bytes = product({a.count}) * size_of(a.dtype);
}
void count_random(const RandomArgs& a, Counts& c) {
  const double n = product({a.count});
  c.bytes = (a.kind == RandomKind::dropout ? 2 : 1) * n * size_of(a.dtype);
  if (a.kind == RandomKind::normal) c.transcendentals = 2 * n;
  if (a.kind == RandomKind::truncated_normal) c.transcendentals = n;
}

void count_special(const SpecialArgs& a, Counts& c) {
  c.transcendentals = product({a.count});
  c.bytes = (a.b ? 3 : 2) * product({a.count}) * size_of(a.dtype);
  c.width = width_of(a.dtype);
}
void count_cumulate(const CumulateArgs& a, Counts& c) {
  c.operations = product({a.outer, a.n, a.inner});
  c.bytes = (a.a ? 3 : 2) * c.operations * size_of(a.dtype);
}
void count_sort(const SortArgs& a, Counts& c) {
  c.bytes = product({a.rows, a.n}) * size_of(a.dtype) +
            product({a.rows, a.k}) * ((a.y ? size_of(a.dtype) : 0) + (a.index ? 4 : 0));
}
void count_search(const SearchArgs& a, Counts& c) {
  c.bytes = product({a.n}) * size_of(a.dtype) + product({a.count}) * (size_of(a.dtype) + 4);
}

}  // namespace

Counts count_call(const Thunk& thunk) {
  Counts c;
  if (thunk.run == &run_host_call) {
    const auto& call = *static_cast<const HostCallArgs*>(thunk.args);
    c.family = "host";
    for (int i = 0; i < call.n_in + call.n_out; ++i)
      c.bytes += static_cast<double>(call.operands[i].spec.bytes());
    return c;
  }
  for (const EltwiseArgs* const call : joined_calls(thunk)) {
    c.family = "eltwise";
    count_eltwise(*call, c);
  }
  if (!joined_calls(thunk).empty()) return c;
#define PH_X(name, Args)                                    \
  if (thunk.run == &KernelCall<&Kernels::name>::run) {      \
    c.family = #name;                                       \
    count_##name(*static_cast<const Args*>(thunk.args), c); \
    return c;                                               \
  }
  PH_ALL_FAMILIES(PH_X)
#undef PH_X
#define PH_X(name, Args)                               \
  if (thunk.run == &KernelCall<&Kernels::name>::run) { \
    c.family = #name;                                  \
    count_by_rule(thunk.run, thunk.args, c);           \
    return c;                                          \
  }
  PH_OWN_FAMILIES(PH_X)
  PH_OWN_COLD_FAMILIES(PH_X)
#undef PH_X
  return c;
}

}  // namespace ph

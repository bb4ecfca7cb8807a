// The argument struct of every kernel family. A struct's comment IS the contract:
// layout, alignment, aliasing, what is never read. Plain data only; no kernel
// allocates, throws, prints or keeps state. `scratch` is booked when planning, by
// the `*_scratch` field of the table (bytes; 64-byte aligned; contents undefined).
//
// Common rules: sizes and strides count elements, not bytes. Pointers need only element alignment.
// Outputs never alias inputs unless a comment allows it. An output's old contents are never read
// unless `accumulate` is set. Size 0 anywhere is legal: nothing is read, reductions write their
// neutral element. "Any float": float16 and bfloat16 where the table's takes_halves says so.
#pragma once
#include "../base/dtype.h"

namespace ph {

// What a kernel gets beside its arguments: where it runs.
// `parallel` runs body(ctx, chunk, thread) for every chunk in [0, chunks), on up to `threads`
// threads, and returns when all are done. thread is in [0, threads). How work is cut
// into chunks must depend on sizes alone, or leave every sum its order, so that results
// are bitwise the same for any number of threads. chunks == 1 runs inline.
// `stream`: the queue that the call joins, on devices that have queues; it may return before the
// work is done. Null on the CPU.
struct Launch {
  int threads;
  void* pool;
  void (*parallel)(void* pool, int64_t chunks, void (*body)(void* ctx, int64_t chunk, int thread),
                   void* ctx);
  void* stream = nullptr;
};

// ---------------------------------------------------------------- elementwise
// One opcode each; `arity` is the number of register operands it reads.
// X(name, arity). Comparisons and logic yield 0 or 1 in the compute type.
// clang-format off
#define PH_ELT_OPS(X)                                                                              \
  X(mov, 1)                                                                                        \
  X(neg, 1)                                                                                        \
  X(abs, 1)                                                                                        \
  X(sign, 1)                                                                                       \
  X(square, 1) X(recip, 1) X(sqrt, 1) X(rsqrt, 1) X(exp, 1) X(expm1, 1) X(log, 1) X(log1p, 1)      \
      X(sin, 1) X(cos, 1) X(tanh, 1) X(sigmoid, 1) X(erf, 1) X(softplus, 1) X(floor, 1) X(ceil, 1) \
          X(round, 1) X(relu, 1) X(logical_not, 1) X(isnan, 1) X(isinf, 1) X(isfinite, 1)          \
              X(add, 2) X(sub, 2) X(mul, 2) X(div, 2) X(floordiv, 2) X(mod, 2) X(pow, 2) X(min, 2) \
                  X(max, 2) X(eq, 2) X(ne, 2) X(lt, 2) X(le, 2) X(gt, 2) X(ge, 2)                  \
                      X(logical_and, 2) X(logical_or, 2) X(logical_xor, 2) X(where, 3) X(fma, 3)
// clang-format on

enum class EltOp : uint8_t {
#define PH_X(name, arity) name,
  PH_ELT_OPS(PH_X)
#undef PH_X
};

constexpr int kEltMaxIn = 16, kEltMaxOut = 8, kEltMaxConst = 16, kEltMaxInstr = 64;
constexpr int kEltMaxReg = 64;  // inputs + constants + live temporaries

// dst = op(a, b, c). round is half to even; sign(nan) = nan; relu(nan) = nan;
// min, max propagate nan; floordiv and mod agree and follow the divisor's sign (NumPy's divmod);
// integer division by 0 gives 0. where: a != 0 ? b : c. fma: a * b + c.
struct EltInstr {
  EltOp op;
  uint8_t dst, a, b, c;
};

struct EltOperand {
  void* data;
  DType dtype;               // converted to `compute` on load, from it on store
  int64_t stride[kMaxDims];  // 0 broadcasts (inputs only)
};

// A program of opcodes over blocks that fit L1. Registers: 0..n_in-1 are the inputs,
// then n_const constants, then temporaries (each instruction's dst is a temporary;
// temporaries may be reused). compute is f32, f64, i64 or u64. Loads widen exactly;
// float -> integer stores truncate toward zero (nan: 0, out of range saturates), integer
// stores wrap, bool stores are x != 0. f16/bf16 stores round to nearest even.
// Any dtype but c64. An output may alias an input exactly (same data, dtype and strides): each
// element is read before it is written. guard: a word, or null; nothing is written where it is not
// 0 (so that a step which met bad data leaves state alone without asking the host).
struct EltwiseArgs {
  DType compute;
  int32_t n_in, n_out, n_const, n_instr;
  int32_t ndim;             // collapsed by the caller; 0 means one element
  int64_t shape[kMaxDims];  // the last dimension is innermost
  EltOperand in[kEltMaxIn];
  EltOperand out[kEltMaxOut];
  uint8_t out_reg[kEltMaxOut];  // any register, input registers too
  double constant[kEltMaxConst];
  EltInstr instr[kEltMaxInstr];
  const int32_t* guard;
};

// ---------------------------------------------------------------- matrix product
// relu6 is min(relu(x), 6), its derivative in terms of the result g is 0 < g < 6.
enum class Act : uint8_t { none, relu, tanh, sigmoid, relu6 };

// c[b] = gate(act(alpha * a[b] @ b[b] + bias + (accumulate ? c[b] : 0)))
// Any float. a (batch, m, k), b (batch, k, n) with any row and column
// strides (a transpose is a swap of the two); c (batch, m, n), column stride 1.
// Without accumulate c is never read. bias (n) or null. gate (m, n, row stride ldgate,
// batch stride gate_bs) or null: the result is multiplied by the derivative of
// `gate_act` written in terms of its output g = gate[i][j]:
// relu g > 0, tanh 1 - g*g, sigmoid g * (1 - g). k == 0 gives act(bias).
// program, or null: what goes on from the result, over c as a matrix of batch * m rows (c_bs is
// m * ldc) and n columns: of 2 dimensions and float32 or float64, without guard. c is one of its
// inputs, and may be one of its outputs. It runs on each part of c once that is done, while it lies
// in cache, or on all of it at the end; only for tables that have `programs`.
struct GemmArgs {
  DType dtype;
  int64_t m, n, k, batch;
  const void* a;
  int64_t a_rs, a_cs, a_bs;  // row, column, batch strides
  const void* b;
  int64_t b_rs, b_cs, b_bs;
  void* c;
  int64_t ldc, c_bs;
  double alpha;
  bool accumulate;
  const void* bias;
  Act act;
  const void* gate;
  int64_t ldgate, gate_bs;
  Act gate_act;
  void* scratch;
  const EltwiseArgs* program;
};

// ---------------------------------------------------------------- convolution
enum class ConvMode : uint8_t { forward, grad_input, grad_filter };

// Any float. x (N, H, W, C), w (KH, KW, C / groups, K), y (N, OH, OW, K), all
// dense. y[n,oh,ow,k] = sum x[n, oh*stride_h + kh*dil_h - pad_top, ..., c] * w[kh,kw,c,k];
// x outside the image is 0 (bottom and right padding follow from OH, OW).
// Group g reads channels [g*C/groups, ...) and writes [g*K/groups, ...).
// forward writes y (then bias (K) or null, act); grad_input reads w and y (as dy) and
// writes x; grad_filter reads x and y (as dy) and writes w. The tensor written is
// added to when `accumulate` is set. Depthwise: groups == C.
// gate: as in GemmArgs, dense and of the written tensor's shape (forward, grad_input).
// winograd: allowed where it wins and keeps the bound that winograd.h states.
// program: as in GemmArgs, over the pixels and channels of the written tensor (forward,
// grad_input).
// packed: null, or what conv_pack made there of the filter for a call of the same sizes; the filter
// is then not read. conv_pack reads the filter and the sizes alone. conv_packed_bytes says how many
// bytes it takes, aligned to 64; 0: not of such a call, whose `packed` is null.
struct ConvArgs {
  DType dtype;
  ConvMode mode;
  int64_t n, h, w, c, k, kh, kw, oh, ow;
  int64_t stride_h, stride_w, dil_h, dil_w, pad_top, pad_left, groups;
  void* x;
  void* filter;
  void* y;
  bool accumulate;
  const void* bias;
  Act act;
  const void* gate;
  Act gate_act;
  bool winograd;
  void* scratch;
  const EltwiseArgs* program;
  void* packed;
};

// ---------------------------------------------------------------- pooling
enum class PoolMode : uint8_t { max, average };

// Any float. x (N, H, W, C), y (N, OH, OW, C). Padding is never counted: it is
// -inf for max and left out of the average's divisor. Backward (dy given) writes dx:
// max routes to the first maximum of the window in row-major order (x and y are
// read), average spreads evenly (x, y not read). Windows may overlap. gate, or null: like x; dx is
// multiplied by the derivative of gate_act in terms of its result.
struct PoolArgs {
  DType dtype;
  PoolMode mode;
  int64_t n, h, w, c, oh, ow, kh, kw, stride_h, stride_w, pad_top, pad_left;
  const void* x;
  void* y;
  const void* dy;
  void* dx;
  const void* gate;
  Act gate_act;
};

// ---------------------------------------------------------------- reductions
enum class ReduceOp : uint8_t { sum, prod, max, min, any, all, argmax, argmin };

// in: up to 8 dimensions with strides; dimensions with reduce[d] set are folded. out is
// dense over the kept dimensions in order. `scale` multiplies a floating sum (mean).
// Floats accumulate in their own type by blocked pairwise sums; f16, bf16 in float32;
// integer sums in int64 (wrapping into the out dtype). out dtype: that of in for sum,
// prod, max, min; b8 for any, all; i32 or i64 for argmax, argmin (the first extremum; nan
// counts as the extremum), which number the reduced elements in row-major order.
// max and min of nothing are -inf and +inf (or the integer extremes).
struct ReduceArgs {
  ReduceOp op;
  DType in_dtype, out_dtype;
  int32_t ndim;
  int64_t shape[kMaxDims], stride[kMaxDims];
  bool reduce[kMaxDims];
  const void* in;
  void* out;
  double scale;
  void* scratch;
};

// ---------------------------------------------------------------- softmax, cross-entropy
// Any float. x, y (rows, cols) dense. log: y = x - logsumexp(x). y may alias x.
// Backward (dy given; reads y, not x): softmax dx = y * (dy - sum(dy * y)),
// log dx = dy - exp(y) * sum(dy). dx may alias dy.
struct SoftmaxArgs {
  DType dtype;
  int64_t rows, cols;
  bool log;
  const void* x;
  void* y;
  const void* dy;
  void* dx;
};

// Softmax cross-entropy from logits (rows, cols) of any float. Labels are dense (rows, cols) of
// that dtype, or sparse: (rows) of an integer dtype. With halves probs is null.
// Forward: loss (rows) = logsumexp(x) * sum(label) - sum(label * x); probs (rows, cols) or
// null. Backward (dloss (rows) given): dx = (probs * sum(label) - label) * dloss;
// reads probs when not null, else recomputes from logits. A sparse label outside [0, cols)
// sets *status to kStatusLabel (its row is written as nan) and never reads out of range.
struct XentArgs {
  DType dtype, label_dtype;
  bool sparse;
  int64_t rows, cols;
  const void* logits;
  const void* labels;
  void* loss;
  void* probs;
  const void* dloss;
  void* dx;
  int32_t* status;
};

// ---------------------------------------------------------------- normalisation
// Batch normalisation (that of samples is in args_row_norm.h). Any float. x (rows, channels),
// statistics per channel over rows; with halves gamma, beta and statistics are float32.
// Forward: mean, rstd written (training) or read (inference: use_given set, `mean` and `var` are
// inputs); y = (x - mean) * rstd * gamma + beta. gamma and beta may be null. Training also writes
// var (biased) when not null. Backward (dy given; mean and rstd as the forward pass wrote them):
// dx, dgamma, dbeta (each may be null). The mean and variance use two passes or Welford blocks,
// never E[x^2] - E[x]^2.
struct NormArgs {
  DType dtype;
  bool use_given;
  int64_t rows, channels;
  double epsilon;
  const void* x;
  const void* gamma;
  const void* beta;
  void* mean;
  void* var;
  void* rstd;
  void* y;
  const void* dy;
  void* dx;
  void* dgamma;
  void* dbeta;
  void* scratch;
};

// ---------------------------------------------------------------- data movement
// dst[i] = src[i] over `shape` with strides (src strides may be 0 or negative, dst
// strides never 0); any dtype of elem_size bytes. Transpose, slice, pad, concatenate,
// flip and broadcast are this kernel. src and dst do not overlap. guard: as in EltwiseArgs.
struct CopyArgs {
  int32_t elem_size;  // 1, 2, 4 or 8
  int32_t ndim;
  int64_t shape[kMaxDims], src_stride[kMaxDims], dst_stride[kMaxDims];
  const void* src;
  void* dst;
  const int32_t* guard;
};

// dst[0..count) = the low elem_size bytes of `bits`.
struct FillArgs {
  int32_t elem_size;
  int64_t count;
  uint64_t bits;
  void* dst;
};

constexpr int32_t kStatusOk = 0, kStatusIndex = 1, kStatusLabel = 2;

// gather: out (outer, n, inner) = table (outer, rows, inner)[:, index]. scatter_add:
// out (outer, rows, inner) is first cleared unless accumulate, then out[:, index[i]] +=
// updates[:, i], in order of i for each row (deterministic for any thread count). Index dtype is
// any integer; negative counts from the end when `wrap`. An index out of range sets *status to
// kStatusIndex, is never dereferenced, and reads as 0. scatter_add: f32, f64, i32, i64.
struct GatherArgs {
  DType dtype, index_dtype;
  int64_t outer, rows, inner, n;
  bool wrap, accumulate;
  const void* table;  // gather's source
  const void* index;
  const void* updates;  // scatter_add's source
  void* out;
  int32_t* status;
  void* scratch;
};

// out (outer, depth, inner) = 1 where index (outer, inner) equals the depth position, else 0. Any
// dtype out; an index out of range leaves zeros.
struct OneHotArgs {
  DType dtype, index_dtype;
  int64_t outer, depth, inner;
  const void* index;
  void* out;
};

// out[i] = start + i * step, any dtype: of floats and bool in double, of integers first + i *
// stride modulo 2^64.
struct RangeArgs {
  DType dtype;
  int64_t count;
  double start, step;
  int64_t first, stride;
  void* out;
};

// ---------------------------------------------------------------- random numbers
enum class RandomKind : uint8_t { bits, uniform, normal, truncated_normal, randint, dropout };

// Philox 4x32-10 (Salmon et al., SC'11). key = seed (2 x uint32, read when run); the counter is
// the element index / 4, the lane index % 4 (8 bytes: two lanes, index / 2). uniform: [lo, hi) from
// the top 24 (53) bits, also where hi - lo overflows; normal: Box-Muller, mean lo, standard
// deviation hi; truncated_normal: redrawn outside 2 standard deviations by inverse transform;
// randint: first + [0, range), every value as likely (range 0 is 2^64), modulo 2^64; bits: uint32.
// uniform, randint and bits are the same on every width and device.
// dropout: out = keep ? x * scale : 0, keep where uniform >= lo (the rate); scale = hi.
struct RandomArgs {
  RandomKind kind;
  DType dtype;
  int64_t count;
  double lo, hi;
  uint64_t first, range;
  const uint32_t* seed;
  const void* x;  // dropout only; out may alias it
  void* out;
};

// ---------------------------------------------------------------- special functions
// One row an operation; `arity` counts its inputs. Floats: f32 and f64, by the C library or to its
// precision. Integers: every integer dtype; a shift by the width or more gives 0, or -1 where a
// negative number is shifted right; gcd and lcm are of absolute values and wrap.
// X(name, arity)
// clang-format off
#define PH_SPECIAL_FLOATS(X)                                                                       \
  X(tan, 1) X(asin, 1) X(acos, 1) X(atan, 1) X(sinh, 1) X(cosh, 1) X(asinh, 1) X(acosh, 1)         \
  X(atanh, 1) X(cbrt, 1) X(log2, 1) X(log10, 1) X(erfinv, 1) X(i0, 1) X(i1, 1) X(atan2, 2)         \
  X(nextafter, 2)
#define PH_SPECIAL_INTEGERS(X)                                                                     \
  X(bit_and, 2) X(bit_or, 2) X(bit_xor, 2) X(bit_not, 1) X(shift_left, 2) X(shift_right, 2)        \
  X(gcd, 2) X(lcm, 2)
// clang-format on

enum class SpecialOp : uint8_t {
#define PH_X(name, arity) name,
  PH_SPECIAL_FLOATS(PH_X) PH_SPECIAL_INTEGERS(PH_X)
#undef PH_X
};

// y[i] = op(a[i], b[i]), all dense and of one dtype; y may be a or b.
struct SpecialArgs {
  SpecialOp op;
  DType dtype;
  int64_t count;
  const void* a;
  const void* b;  // not read where arity is 1
  void* y;
};

// ---------------------------------------------------------------- running sums, order
enum class CumulateOp : uint8_t { sum, prod, linear };

// Along the middle axis of (outer, n, inner), from its start or, `reverse`, its end. sum, prod:
// y[i] of x[0..i]. linear: y[i] = a[i] * y[i - 1] + x[i], y[-1] = 0. f32, f64, i32, i64; f32
// accumulates in double, integers wrap. y may be x.
struct CumulateArgs {
  CumulateOp op;
  DType dtype;
  bool reverse;
  int64_t outer, n, inner;
  const void* a;  // linear only
  const void* x;
  void* y;
};

constexpr int64_t kSortScratch = 32;  // bytes an element of a row

// The first k of each row of x (rows, n) in ascending (or descending) order: their values to y
// (rows, k) and their places to index (rows, k), int32; either may be null. Stable: of equals the
// first comes first. nan counts as larger than every number. Any dtype but f16 and bf16. scratch:
// kSortScratch * n bytes for each thread. n is below 2^31.
struct SortArgs {
  DType dtype;
  bool descending;
  int64_t rows, n, k;
  const void* x;
  void* y;
  int32_t* index;
  void* scratch;
};

// out[i] = how many elements of the ascending sequence (n) are below values[i] (or, `right`, not
// above it), int32. nan counts as larger than every number. Any dtype but f16 and bf16.
struct SearchArgs {
  DType dtype;
  bool right;
  int64_t n, count;
  const void* sequence;
  const void* values;
  int32_t* out;
};

}  // namespace ph

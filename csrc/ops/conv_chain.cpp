// conv_chain: convolutions one after another, of which nobody else reads what lies between. Bound
// as calls over runs of rows, image by image: a run is still in cache when the next convolution
// reads it, and what lies between takes the memory of one image. Made by a pass alone.
#include <algorithm>

#include "conv.h"

namespace ph {
namespace {

constexpr size_t kMost = 3;                 // convolutions of a chain
constexpr int64_t kRunBytes = 256 << 10;    // of a run, for each thread: half of L2
constexpr int64_t kWorth = 1280 << 10;      // bytes of the first result, from which on chains pay
constexpr int64_t kFilterBytes = 64 << 10;  // larger filters cost more to read for every run
constexpr int64_t kFewChannels = 16;        // inputs of fewer have no Winograd

// What a stage has in `stages`: strides (2), pads (4), dilations (2), groups, has_bias, act.
constexpr size_t kNumbers = 11;

struct Stage {
  Attrs attrs;    // of conv2d_epilogue
  size_t filter;  // input
  size_t bias;    // input, or 0
  ConvDims dims;
};

const OpDef& stage_op() {
  static const OpDef& op = op_by_name("conv2d_epilogue");
  return op;
}

Attrs stage_attrs(const Ints& all, size_t stage) {
  const auto at = all.begin() + static_cast<long>(stage * kNumbers);
  return Attrs{Ints(at, at + 2),
               Ints(at + 2, at + 6),
               Ints(at + 6, at + 8),
               at[8],
               at[9] != 0,
               at[10],
               false,
               int64_t{0}};
}

ConvDims dims_of(const Attrs& attrs, const Spec& x, const Spec& filter) {
  const Spec pair[2] = {x, filter};
  return ConvDims(Call{&stage_op(), &attrs, pair, {}}, pair, ConvMode::forward);
}

std::vector<Stage> stages_of(const Call& c, Specs in) {
  const Ints& all = c.ints("stages");
  if (all.empty() || all.size() % kNumbers || all.size() > kMost * kNumbers)
    throw ValueError(cat(c.name(), ": stages has ", all.size(), " numbers; expected ", kNumbers,
                         " for each of up to ", kMost, " convolutions"));
  if (in.empty()) throw ValueError(cat(c.name(), ": no inputs; expected an image and filters"));
  std::vector<Stage> out;
  Spec x = in[0];
  size_t next = 1;
  for (size_t s = 0; s < all.size() / kNumbers; ++s) {
    const Attrs attrs = stage_attrs(all, s);
    const bool has_bias = std::get<bool>(attrs[4]);
    const size_t filter = next++, bias = has_bias ? next++ : 0;
    if (next > in.size()) break;
    out.push_back({attrs, filter, bias, dims_of(attrs, x, in[filter])});
    const ConvDims& d = out.back().dims;
    x.shape = Shape{d.n, d.oh, d.ow, d.k};
  }
  if (next != in.size())
    throw ValueError(cat(c.name(), ": ", in.size(), " inputs do not fit ", all.size() / kNumbers,
                         " convolutions; expected an image, then a filter and, where a stage has"
                         " one, a bias for each"));
  return out;
}

std::vector<Spec> infer_chain(const Call& c) {
  for (const Spec& s : c.specs) need_float(c, s);
  const ConvDims d = stages_of(c, c.specs).back().dims;
  return {checked(c, c.specs[0].dtype, Shape{d.n, d.oh, d.ow, d.k})};
}

ConvArgs args_of(const BindContext& ctx, const Stage& s) {
  ConvArgs a = conv_sizes(s.dims, ConvMode::forward, ctx.out[0].spec.dtype);
  a.n = 1, a.winograd = false;
  a.filter = ctx.in[s.filter].data;
  if (s.bias) a.bias = ctx.in[s.bias].data;
  a.act = static_cast<Act>(std::get<int64_t>(s.attrs[5]));
  return a;
}

// Rows of the input, from `first` on, that rows [.., end) of the result need.
int64_t first_row(const ConvArgs& a, int64_t row) {
  return std::clamp<int64_t>(row * a.stride_h - a.pad_top, 0, a.h);
}
int64_t end_row(const ConvArgs& a, int64_t end) {
  const int64_t last = (end - 1) * a.stride_h - a.pad_top + (a.kh - 1) * a.dil_h;
  return std::clamp<int64_t>(last + 1, 0, a.h);
}

// Where rows of an image lie: row r at data + (r - first) * bytes.
struct Rows {
  char* data;
  int64_t first, bytes;
  void* at(int64_t row) const { return data + (row - first) * bytes; }
};

ConvArgs rows_of(const ConvArgs& whole, int64_t begin, int64_t end, const Rows& x, const Rows& y) {
  ConvArgs a = whole;
  const int64_t lo = first_row(whole, begin), hi = std::max(lo, end_row(whole, end));
  a.h = hi - lo, a.oh = end - begin;
  a.pad_top = lo - (begin * whole.stride_h - whole.pad_top);
  a.x = x.at(lo), a.y = y.at(begin);
  return a;
}

bool bind_chain(BindContext& ctx) {
  const DType dtype = ctx.out[0].spec.dtype;
  if (dtype != DType::f32 && dtype != DType::f64) return false;
  std::vector<Spec> specs;
  for (const Operand& in : ctx.in) {
    if (in.spec.dtype != dtype) return false;
    specs.push_back(in.spec);
  }
  if (!ctx.kernels->conv || !ctx.kernels->conv_scratch) return false;
  const std::vector<Stage> stages = stages_of(ctx, specs);
  const size_t last = stages.size() - 1;
  const auto size = static_cast<int64_t>(dtype_size(dtype));
  std::vector<ConvArgs> whole;
  std::vector<int64_t> row_bytes;  // of each result
  for (const Stage& s : stages) {
    whole.push_back(args_of(ctx, s));
    row_bytes.push_back(whole.back().ow * whole.back().k * size);
  }
  const int64_t images = stages[0].dims.n, rows = whole[last].oh;
  if (images == 0 || rows == 0 || row_bytes[last] == 0) return true;
  // as many rows of the last result as make a run of the first one
  const int64_t of_first = std::max<int64_t>(1, kRunBytes * ctx.threads / row_bytes[0]);
  const int64_t run =
      std::clamp<int64_t>(of_first * rows / std::max<int64_t>(1, whole[0].oh), 1, rows);
  const int64_t runs = (rows + run - 1) / run;
  const auto start = [&](int64_t r) { return r * rows / runs; };
  // The rows of every stage that run r ends before.
  const auto ends = [&](int64_t r) {
    std::vector<int64_t> out(stages.size());
    out[last] = start(r + 1);
    for (size_t s = last; s-- > 0;)
      out[s] = r + 1 == runs ? whole[s].oh : end_row(whole[s + 1], out[s + 1]);
    return out;
  };
  // What lies between: where the next window is one row, the rows of a run; else a whole image.
  std::vector<int64_t> most(last, 0);
  std::vector<int64_t> before(stages.size(), 0);
  for (int64_t r = 0; r < runs; ++r) {
    const std::vector<int64_t> now = ends(r);
    for (size_t s = 0; s < last; ++s) most[s] = std::max(most[s], now[s] - before[s]);
    before = now;
  }
  std::vector<Rows> between;
  for (size_t s = 0; s < last; ++s) {
    const int64_t kept = whole[s + 1].kh == 1 ? most[s] : whole[s].oh;
    const auto bytes = static_cast<size_t>(std::max<int64_t>(kept * row_bytes[s], 1));
    between.push_back({static_cast<char*>(ctx.scratch(bytes)), 0, row_bytes[s]});
  }
  std::vector<ConvArgs> calls;
  size_t need = 0;
  for (int64_t image = 0; image < images; ++image) {
    const int64_t in_bytes = whole[0].w * whole[0].c * size;
    const Rows x = {static_cast<char*>(ctx.in[0].data) + image * whole[0].h * in_bytes, 0,
                    in_bytes};
    const Rows y = {static_cast<char*>(ctx.out[0].data) + image * rows * row_bytes[last], 0,
                    row_bytes[last]};
    std::fill(before.begin(), before.end(), 0);
    for (int64_t r = 0; r < runs; ++r) {
      const std::vector<int64_t> now = ends(r);
      for (size_t s = 0; s < stages.size(); ++s) {
        if (s < last && whole[s + 1].kh == 1) between[s].first = before[s];
        if (now[s] <= before[s]) continue;
        calls.push_back(rows_of(whole[s], before[s], now[s], s ? between[s - 1] : x,
                                s == last ? y : between[s]));
        need = std::max(need, ctx.kernels->conv_scratch(calls.back(), ctx.threads));
      }
      before = now;
    }
  }
  void* const scratch = need ? ctx.scratch(need) : nullptr;
  for (ConvArgs& a : calls) {
    a.scratch = scratch;
    if (!ctx.push<&Kernels::conv>(a)) return false;
  }
  return true;
}

Tensors chain_plainly(const Call& c) {
  const std::vector<Stage> stages = stages_of(c, c.specs);
  Tensor x = c.inputs[0];
  for (const Stage& s : stages) {
    std::vector<Tensor> in = {x, c.inputs[s.filter]};
    if (s.bias) in.push_back(c.inputs[s.bias]);
    x = apply(stage_op(), in, s.attrs)[0];
  }
  return {x};
}

const bool defined = [] {
  OpDef def;
  def.name = "conv_chain";
  def.flags = kNoGrad;
  def.attrs = {{"stages", AttrType::ints}};
  def.infer = infer_chain;
  def.bind = bind_chain;
  def.compose = chain_plainly;
  const Register made(def);
  return true;
}();

// Where a large result is read by a depthwise convolution alone, and that by a pointwise one.
const OpDef* chained(std::span<const Call> calls, Attrs& attrs) {
  if (calls.size() < 2 || calls.size() > kMost) return nullptr;
  Ints all;
  int64_t first = 0;
  for (size_t s = 0; s < calls.size(); ++s) {
    const Call& c = calls[s];
    for (const Spec& spec : c.specs)
      if (spec.dtype != DType::f32) return nullptr;
    const Epilogue e(c);
    const ConvDims d(c, c.specs, ConvMode::forward);
    const bool small = d.w.count() * 4 <= kFilterBytes, depthwise = d.groups > 1 && d.wc == 1;
    const bool pointwise = d.groups == 1 && d.window.kh == 1 && d.window.kw == 1 &&
                           d.window.top + d.window.bottom + d.window.left + d.window.right == 0;
    const bool few = d.groups == 1 && d.c < kFewChannels;
    if (e.has_gate || !small) return nullptr;
    if (s == 0 ? !(pointwise || few) : s == 1 ? !(depthwise && d.k == d.c) : !pointwise)
      return nullptr;
    if (s == 0) first = d.n * d.oh * d.ow * d.k * 4;
    const Window& w = d.window;
    all.insert(all.end(), {w.stride_h, w.stride_w, w.top, w.bottom, w.left, w.right, w.dil_h,
                           w.dil_w, d.groups, e.has_bias, static_cast<int64_t>(e.act)});
  }
  if (first < kWorth) return nullptr;
  attrs = Attrs{all};
  return &op_by_name("conv_chain");
}

const RegisterPassRules plain("conv2d", {.chained = chained, .packed = conv_packed});
const RegisterPassRules fused("conv2d_epilogue", {.chained = chained, .packed = conv_packed});

}  // namespace
}  // namespace ph

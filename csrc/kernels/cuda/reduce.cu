// Reductions. A group of threads (one, a warp or a block) folds one output, or one part of it where
// outputs are few; parts are folded by a second pass. Which, depends on sizes alone, and every fold
// has a fixed order. All floats fold in double.
#include "cuda.h"

namespace ph {
namespace cuda {
namespace {

// Kept and reduced dimensions, outermost first, merged where they run on.
struct Axes {
  int32_t ndim;
  int64_t shape[kMaxDims], stride[kMaxDims];
  int64_t count;
  void add(int64_t size, int64_t step) {
    count *= size;
    if (size == 1) return;
    if (ndim && stride[ndim - 1] == size * step) {
      shape[ndim - 1] *= size, stride[ndim - 1] = step;
    } else {
      shape[ndim] = size, stride[ndim++] = step;
    }
  }
  PH_DEVICE int64_t offset(int64_t i) const {
    if (ndim == 1) return i * stride[0];
    int64_t at = 0;
    for (int d = ndim - 1; d >= 0; --d) {
      const int64_t next = i / shape[d];
      at += (i - next * shape[d]) * stride[d];
      i = next;
    }
    return at;
  }
};

// ---------------------------------------------------------------- folds
// A is what is folded; extremes carry their place.
template <class C>
struct Placed {
  C value;
  int64_t place;  // -1: nothing yet
};
template <class C>
PH_DEVICE Placed<C> from_lane(Placed<C> x, int other) {
  return {__shfl_xor_sync(kAllLanes, x.value, other), __shfl_xor_sync(kAllLanes, x.place, other)};
}
template <class C>
PH_DEVICE C from_lane(C x, int other) {
  return __shfl_xor_sync(kAllLanes, x, other);
}

template <class C>
struct Values {
  using A = C;
  ReduceOp op;
  PH_DEVICE A nothing() const {
    if (op == ReduceOp::prod || op == ReduceOp::all) return C(1);
    if (op != ReduceOp::max && op != ReduceOp::min) return C(0);
    if constexpr (is_float<C>) {
      return op == ReduceOp::max ? -bit_cast<double>(uint64_t{0x7ff} << 52)
                                 : bit_cast<double>(uint64_t{0x7ff} << 52);
    } else {
      return op == ReduceOp::max ? Limits<C>::min : Limits<C>::max;
    }
  }
  PH_DEVICE A take(C x, int64_t) const {
    return op == ReduceOp::any || op == ReduceOp::all ? C(x != 0) : x;
  }
  PH_DEVICE A join(A a, A b) const {
    switch (op) {
      case ReduceOp::sum:
        if constexpr (is_float<C>)
          return a + b;
        else
          return static_cast<C>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
      case ReduceOp::prod:
        if constexpr (is_float<C>)
          return a * b;
        else
          return static_cast<C>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
      case ReduceOp::max: return b > a || b != b ? b : a;
      case ReduceOp::min: return b < a || b != b ? b : a;
      case ReduceOp::any: return C(a != 0 || b != 0);
      default: return C(a != 0 && b != 0);
    }
  }
  // Of an integer dtype: the smallest for max, the largest for min.
  PH_DEVICE C extreme(DType dtype) const {
    const int bits = 8 * dtype_size(dtype);
    const bool low = op == ReduceOp::max, with_sign = dtype >= DType::i8 && dtype <= DType::i64;
    const uint64_t ones = ~uint64_t{0} >> (64 - bits);
    if (with_sign) return static_cast<C>(low ? ~(ones >> 1) : ones >> 1);
    return static_cast<C>(low ? 0 : ones);
  }
  PH_DEVICE void put(void* out, DType dtype, int64_t i, A x, double scale) const {
    if constexpr (is_float<C>) {
      if (op == ReduceOp::sum) x *= scale;
    } else if ((op == ReduceOp::max || op == ReduceOp::min) && x == nothing()) {
      x = extreme(dtype);
    }
    store_as<C>(out, dtype, i, x);
  }
};
// The first extremum; nan is the best.
template <class C>
struct Places {
  using A = Placed<C>;
  ReduceOp op;
  PH_DEVICE A nothing() const { return {C(0), -1}; }
  PH_DEVICE A take(C x, int64_t place) const { return {x, place}; }
  PH_DEVICE A join(A a, A b) const {
    if (a.place < 0) return b;
    if (b.place < 0) return a;
    const bool nan_a = a.value != a.value, nan_b = b.value != b.value;
    if (nan_a != nan_b) return nan_a ? a : b;
    if (!nan_a && a.value != b.value)
      return (op == ReduceOp::argmax ? a.value > b.value : a.value < b.value) ? a : b;
    return a.place < b.place ? a : b;
  }
  PH_DEVICE void put(void* out, DType dtype, int64_t i, A x, double) const {
    store_as<int64_t>(out, dtype, i, x.place < 0 ? 0 : x.place);
  }
};

// ---------------------------------------------------------------- one pass
enum class From { any, f32, parts };  // what is read: of any dtype, float32, or an earlier pass's A

template <class Fold, class C, From from>
struct Pass {
  Fold fold;
  Axes kept, reduced;
  int64_t parts;  // of an output; more than 1: they go to `to` as A, (parts, outputs)
  DType in_dtype, out_dtype;
  const void* in;
  void* to;
  double scale;

  using A = typename Fold::A;
  // The fold of elements first, first + step ... below end.
  PH_DEVICE A walk(int64_t base, int64_t first, int64_t end, int64_t step) const {
    A a = fold.nothing();
    for (int64_t r = first; r < end; r += step) {
      const int64_t at = base + reduced.offset(r);
      if constexpr (from == From::parts)
        a = fold.join(a, static_cast<const A*>(in)[at]);
      else if constexpr (from == From::f32)
        a = fold.join(a, fold.take(static_cast<C>(static_cast<const float*>(in)[at]), r));
      else
        a = fold.join(a, fold.take(load_as<C>(in, in_dtype, at), r));
    }
    return a;
  }
  PH_DEVICE void finish(int64_t out, int64_t part, A a) const {
    if (parts > 1)
      static_cast<A*>(to)[part * kept.count + out] = a;
    else
      fold.put(to, out_dtype, out, a, scale);
  }
  PH_DEVICE int64_t begin_of(int64_t part) const { return reduced.count * part / parts; }
};

// A thread an output: neighbours read neighbours where the kept dimensions are the inner ones.
template <class P>
struct ByThread {
  P pass;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t part = i / pass.kept.count, out = i - part * pass.kept.count;
    pass.finish(out, part,
                pass.walk(pass.kept.offset(out), pass.begin_of(part), pass.begin_of(part + 1), 1));
  }
};
template <class P>
PH_DEVICE typename P::A fold_lanes(const P& pass, typename P::A a) {
  for (int other = 16; other; other /= 2) {
    const typename P::A b = from_lane(a, other);
    // the lower lane's first: the same result in both
    a = lane_id() & other ? pass.fold.join(b, a) : pass.fold.join(a, b);
  }
  return a;
}
// A warp an output.
template <class P>
struct ByWarp {
  P pass;
  PH_DEVICE void operator()(int64_t i) const {
    const int64_t out = i * (kBlock / 32) + warp_id();
    if (out >= pass.kept.count) return;
    const auto a =
        fold_lanes(pass, pass.walk(pass.kept.offset(out), lane_id(), pass.reduced.count, 32));
    if (lane_id() == 0) pass.finish(out, 0, a);
  }
};
// A block an output or a part of one.
template <class P>
struct ByBlock {
  P pass;
  PH_DEVICE void operator()(int64_t i) const {
    PH_SHARED(typename P::A, of_warp, kBlock / 32);
    const int64_t part = i / pass.kept.count, out = i - part * pass.kept.count;
    auto a = fold_lanes(pass, pass.walk(pass.kept.offset(out), pass.begin_of(part) + threadIdx.x,
                                        pass.begin_of(part + 1), kBlock));
    if (lane_id() == 0) of_warp[warp_id()] = a;
    __syncthreads();
    if (threadIdx.x == 0) {
      for (int w = 1; w < kBlock / 32; ++w)
        a = pass.fold.join(a, static_cast<typename P::A>(of_warp[w]));
      pass.finish(out, part, a);
    }
    __syncthreads();
  }
};

enum class By { thread, warp, block };
struct Plan {
  Axes kept, reduced;
  By by;
  int64_t parts;
};
Plan plan_of(const ReduceArgs& a) {
  Plan p = {};
  p.kept.count = p.reduced.count = 1;
  for (int d = 0; d < a.ndim; ++d) (a.reduce[d] ? p.reduced : p.kept).add(a.shape[d], a.stride[d]);
  const int64_t outs = p.kept.count, reds = p.reduced.count;
  const auto step = [](const Axes& axes) {
    const int64_t s = axes.ndim ? axes.stride[axes.ndim - 1] : INT64_MAX;
    return s < 0 ? -s : s;
  };
  p.parts = 1;
  if (step(p.kept) < step(p.reduced) || reds <= kReduceShort) {
    p.by = By::thread;
    if (outs > 0 && outs < kReduceThreads)
      p.parts = max_of<int64_t>(1, min_of(reds / kReduceThreadPart, kReduceThreads / outs));
  } else if (reds <= kReduceWarp && outs >= kReduceWarps) {
    p.by = By::warp;
  } else {
    p.by = By::block;
    if (outs > 0 && outs < kReduceBlocks)
      p.parts = max_of<int64_t>(1, min_of(reds / kReduceBlockPart, kReduceBlocks / outs));
  }
  return p;
}

template <class P>
void run_pass(By by, const P& pass, const Launch& team) {
  const int64_t outs = pass.kept.count;
  if (by == By::thread)
    each(outs * pass.parts, team, ByThread<P>{pass});
  else if (by == By::warp)
    each_block(ceil_div(outs, kBlock / 32), team, ByWarp<P>{pass});
  else
    each_block(outs * pass.parts, team, ByBlock<P>{pass});
}

template <class Fold, class C, From from>
void reduce_as(const ReduceArgs& a, const Plan& p, const Launch& team) {
  const Fold fold = {a.op};
  const bool split = p.parts > 1;
  run_pass(p.by,
           Pass<Fold, C, from>{fold, p.kept, p.reduced, p.parts, a.in_dtype, a.out_dtype, a.in,
                               split ? a.scratch : a.out, a.scale},
           team);
  if (!split) return;
  Axes outs = {}, parts = {};
  outs.count = parts.count = 1;
  outs.add(p.kept.count, 1), parts.add(p.parts, p.kept.count);
  run_pass(p.kept.count >= kReduceThreads / 32 ? By::thread : By::block,
           Pass<Fold, C, From::parts>{fold, outs, parts, 1, a.in_dtype, a.out_dtype, a.scratch,
                                      a.out, a.scale},
           team);
}

template <class C, From from>
void reduce_in(const ReduceArgs& a, const Plan& p, const Launch& team) {
  if (a.op >= ReduceOp::argmax) return reduce_as<Places<C>, C, from>(a, p, team);
  reduce_as<Values<C>, C, from>(a, p, team);
}

}  // namespace

size_t reduce_scratch(const ReduceArgs& a, int) {
  const Plan p = plan_of(a);
  return p.parts > 1 ? static_cast<size_t>(p.parts * p.kept.count) * sizeof(Placed<double>) : 0;
}

void reduce(const ReduceArgs& a, const Launch& team) {
  const Plan p = plan_of(a);
  if (a.in_dtype == DType::f32) return reduce_in<double, From::f32>(a, p, team);
  if (a.in_dtype >= DType::f16) return reduce_in<double, From::any>(a, p, team);
  if (a.in_dtype == DType::u64) return reduce_in<uint64_t, From::any>(a, p, team);
  reduce_in<int64_t, From::any>(a, p, team);
}

}  // namespace cuda
}  // namespace ph

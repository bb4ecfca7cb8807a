// complex_math: see args_complex.h.
#define PH_ISA    cold
#define PH_INLINE inline
#include "../../complex_ops.h"
#include "cold.h"

namespace ph {
namespace cold {
namespace {

constexpr int64_t kGrain = 2048;

template <class In, class Out, class F>
void each(const ComplexArgs& g, const Launch& team, const F& f) {
  int64_t count = 1;
  for (int d = 0; d < g.ndim; ++d) count *= g.shape[d];
  in_parts(team, count, kGrain, [&](int64_t begin, int64_t end, int) {
    const In* a = static_cast<const In*>(g.a);
    const In* b = static_cast<const In*>(g.b ? g.b : g.a);
    const int64_t* b_stride = g.b ? g.b_stride : g.a_stride;
    Out* y = static_cast<Out*>(g.y);
    int64_t index[kMaxDims], rest = begin;
    for (int d = g.ndim - 1; d >= 0; --d) {
      index[d] = rest % g.shape[d];
      rest /= g.shape[d];
      a += index[d] * g.a_stride[d];
      b += index[d] * b_stride[d];
    }
    for (int64_t i = begin; i < end; ++i) {
      store(y[i], f(load(*a), load(*b)));
      for (int d = g.ndim - 1; d >= 0; --d) {
        a += g.a_stride[d];
        b += b_stride[d];
        if (++index[d] < g.shape[d]) break;
        index[d] = 0;
        a -= g.shape[d] * g.a_stride[d];
        b -= g.shape[d] * b_stride[d];
      }
    }
  });
}

}  // namespace

void complex_math(const ComplexArgs& g, const Launch& team) {
  switch (g.op) {
#define PH_X(name, arity, in, out) \
  case ComplexOp::name: return each<in, out>(g, team, name##_of{});
    PH_COMPLEX_OPS(PH_X)
#undef PH_X
  }
}

}  // namespace cold
}  // namespace ph

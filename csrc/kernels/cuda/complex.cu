// Arithmetic of complex numbers (complex_ops.h), a thread an element.
#include "cuda.h"

#include "../complex_ops.h"

namespace ph {
namespace cuda {
namespace {

template <class In, class Out>
struct Element {
  ComplexArgs g;
  template <class F>
  PH_DEVICE void put(int64_t i, int64_t at_a, int64_t at_b, const F& f) const {
    const In *a = static_cast<const In*>(g.a), *b = static_cast<const In*>(g.b);
    const auto x = load(a[at_a]);
    store(static_cast<Out*>(g.y)[i], f(x, b ? load(b[at_b]) : x));
  }
  PH_DEVICE void operator()(int64_t i) const {
    int64_t rest = i, at_a = 0, at_b = 0;
    for (int d = g.ndim - 1; d >= 0; --d) {
      const int64_t next = rest / g.shape[d], at = rest - next * g.shape[d];
      at_a += at * g.a_stride[d], at_b += at * g.b_stride[d];
      rest = next;
    }
    switch (g.op) {
#define PH_X(name, arity, in, out)                                    \
  case ComplexOp::name:                                               \
    if constexpr (std::is_same_v<In, in> && std::is_same_v<Out, out>) \
      put(i, at_a, at_b, name##_of());                                \
    break;
      PH_COMPLEX_OPS(PH_X)
#undef PH_X
    }
  }
};

}  // namespace

void complex_math(const ComplexArgs& g, const Launch& team) {
  int64_t count = 1;
  for (int d = 0; d < g.ndim; ++d) count *= g.shape[d];
  switch (g.op) {
#define PH_X(name, arity, in, out) \
  case ComplexOp::name: return each(count, team, Element<in, out>{g});
    PH_COMPLEX_OPS(PH_X)
#undef PH_X
  }
}

}  // namespace cuda
}  // namespace ph

// Matrix products by our own tiles.
#include "product.h"

namespace ph {
namespace cuda {

size_t gemm_scratch(const GemmArgs& g, int) {
  return product_scratch(product_sizes(g.m, g.n, g.k, g.batch), g.dtype);
}

void gemm(const GemmArgs& g, const Launch& team) {
  with_stored(g.dtype, [&](auto t) {
    using T = decltype(t);
    const Strided<T> a = {static_cast<const T*>(g.a), g.a_rs, g.a_cs, g.a_bs, g.a_cs <= g.a_rs};
    const Strided<T> b = {static_cast<const T*>(g.b), g.b_cs, g.b_rs, g.b_bs, g.b_rs < g.b_cs};
    const Epilogue<T> finish = {static_cast<T*>(g.c),
                                g.ldc,
                                g.c_bs,
                                static_cast<Wide<T>>(g.alpha),
                                g.accumulate,
                                static_cast<const T*>(g.bias),
                                0,
                                g.act,
                                static_cast<const T*>(g.gate),
                                g.ldgate,
                                g.gate_bs,
                                g.gate_act};
    product(product_sizes(g.m, g.n, g.k, g.batch), a, b, finish, g.scratch, team);
  });
}

}  // namespace cuda
}  // namespace ph

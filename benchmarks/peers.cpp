// Which peers take part: those that CMake found (PRONGHORN_BENCH_PEERS).
#include "peers.h"

namespace ph::bench {

void set_peer_threads([[maybe_unused]] int threads) {
#ifdef PH_PEER_BLAS
  set_blas_threads(threads);
#endif
#ifdef PH_PEER_DNNL
  set_dnnl_threads(threads);
#endif
}

void calm_peers([[maybe_unused]] char** argv) {
#ifdef PH_PEER_BLAS
  calm_blas(argv);
#endif
}

void add_gemm_peers([[maybe_unused]] Case& c, [[maybe_unused]] const GemmArgs& a) {
#ifdef PH_PEER_BLAS
  add_blas_gemm(c, a);
#endif
#ifdef PH_PEER_DNNL
  add_dnnl_gemm(c, a);
#endif
}

void add_conv_peers([[maybe_unused]] Case& c, [[maybe_unused]] const ConvArgs& a) {
#ifdef PH_PEER_DNNL
  add_dnnl_conv(c, a);
#endif
}

}  // namespace ph::bench

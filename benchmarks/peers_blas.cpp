// OpenBLAS, from scipy-openblas32 (whose names carry a prefix) or from the system.
#include <cblas.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>

#include "peers.h"

#ifdef PH_BLAS_PREFIX
#define PH_PASTE(a, b)            a##b
#define PH_PREFIXED(prefix, name) PH_PASTE(prefix, name)
#define PH_BLAS_NAME(name)        PH_PREFIXED(PH_BLAS_PREFIX, name)
#else
#define PH_BLAS_NAME(name) name
#endif

extern "C" void PH_BLAS_NAME(openblas_set_num_threads)(int);

namespace ph::bench {

void set_blas_threads(int threads) { PH_BLAS_NAME(openblas_set_num_threads)(threads); }

// Its idle threads spin for 2^28 cycles, 0.1 s, and would take a core from whoever comes next. With
// 2^20 they sleep after 0.4 ms.
void calm_blas(char** argv) {
  constexpr const char* kName = "OPENBLAS_THREAD_TIMEOUT";
  if (getenv(kName)) return;
  setenv(kName, "20", 0);
  execvp(argv[0], argv);
}

void add_blas_gemm(Case& c, const GemmArgs& a) {
  const bool ta = a.a_cs != 1, tb = a.b_cs != 1;
  // of a single row or column the stride says nothing, but must cover what lies along it
  const auto lda = static_cast<int>(ta ? std::max(a.a_cs, a.m) : std::max(a.a_rs, a.k)),
             ldb = static_cast<int>(tb ? std::max(a.b_cs, a.k) : std::max(a.b_rs, a.n));
  c.peers.push_back(
      {"openblas", [=] {
         const int m = static_cast<int>(a.m), n = static_cast<int>(a.n), k = static_cast<int>(a.k);
         const auto ot = ta ? CblasTrans : CblasNoTrans, ob = tb ? CblasTrans : CblasNoTrans;
         for (int64_t i = 0; i < a.batch; ++i) {
           if (a.dtype == DType::f32) PH_BLAS_NAME(cblas_sgemm)
           (CblasRowMajor, ot, ob, m, n, k, 1, static_cast<const float*>(a.a) + i * a.a_bs, lda,
            static_cast<const float*>(a.b) + i * a.b_bs, ldb, 0,
            static_cast<float*>(a.c) + i * a.c_bs, static_cast<int>(a.ldc));
           else PH_BLAS_NAME(cblas_dgemm)(
               CblasRowMajor, ot, ob, m, n, k, 1, static_cast<const double*>(a.a) + i * a.a_bs, lda,
               static_cast<const double*>(a.b) + i * a.b_bs, ldb, 0,
               static_cast<double*>(a.c) + i * a.c_bs, static_cast<int>(a.ldc));
         }
       }});
}

}  // namespace ph::bench

// The register tile of pairs of bfloat16: an element of A or B is two neighbours along k in 32
// bits, and one instruction adds both products to a float32. The only file compiled for processors
// that have it, and with nothing in it but these tiles.
#include "gemm_micro_tile.h"

namespace ph {
namespace PH_ISA {
namespace {

struct DotPairs {
  static constexpr bool kHalves = true;
  template <class T>
  static PH_INLINE vf32 spread(T a) {
    return (vf32)_mm512_set1_ps(a);  // no arithmetic: these bits are no float
  }
  template <class T>
  static PH_INLINE vf32 add(vf32 sum, vf32 a, vf32 b) {
    return (vf32)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
  }
  static PH_INLINE void store_halves(uint16_t* to, vf32 sum, int n) {
    const auto mask = static_cast<__mmask16>((1u << n) - 1);
    _mm256_mask_storeu_epi16(to, mask, (__m256i)_mm512_cvtneps_pbh((__m512)sum));
  }
};

template <int V>
constexpr void fill_vectors(MicroTable<float>& table) {
  fill_rows<DotPairs, float, false, false, V, kMaxRows>(table);
  fill_rows<DotPairs, float, true, false, V, kMaxRows>(table);
  if constexpr (V > 1) fill_vectors<V - 1>(table);
}
constexpr MicroTable<float> make_table() {
  MicroTable<float> table = {};
  fill_vectors<kVectors>(table);
  return table;
}
constexpr MicroTable<float> kTable = make_table();

}  // namespace

const MicroTable<float>& pair_table() { return kTable; }

}  // namespace PH_ISA
}  // namespace ph

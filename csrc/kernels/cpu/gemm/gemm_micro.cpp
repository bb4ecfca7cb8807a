// Instances of the register tile, one for each height, width and operand layout.
#include "gemm_micro_tile.h"

namespace ph {
namespace PH_ISA {
namespace {

template <class T, int V>
constexpr void fill_vectors(MicroTable<T>& table) {
  fill_rows<MultiplyAdd, T, false, false, V, kMaxRows>(table);
  fill_rows<MultiplyAdd, T, false, true, V, kMaxRows>(table);
  fill_rows<MultiplyAdd, T, true, false, V, kMaxRows>(table);
  fill_rows<MultiplyAdd, T, true, true, V, kMaxRows>(table);
  if constexpr (V > 1) fill_vectors<T, V - 1>(table);
}
template <class T>
constexpr MicroTable<T> make_table() {
  MicroTable<T> table = {};
  fill_vectors<T, kVectors>(table);
  return table;
}
template <class T>
constexpr MicroTable<T> kTable = make_table<T>();

}  // namespace

template <>
const MicroTable<float>& micro_table<float>() {
  return kTable<float>;
}
template <>
const MicroTable<double>& micro_table<double>() {
  return kTable<double>;
}

}  // namespace PH_ISA
}  // namespace ph

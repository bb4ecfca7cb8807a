// What a bound kernel call must do at least, read from its argument struct. Families with a header
// of their own (args_*.h) have their CountRule beside the record of their op; program/counts.cpp
// counts the others.
#pragma once
#include <initializer_list>

#include "../device/rates.h"
#include "op.h"

namespace ph {

struct Counts {
  const char* family = "?";    // the field of Kernels
  double operations = 0;       // additions, multiplications, comparisons; a multiply-add is two
  double bytes = 0;            // each tensor once for being read, once for being written
  double transcendentals = 0;  // exp, log, tanh ...: elements, not among the operations
  double width = 1;            // operations of float64 count double against the peak
  // The least seconds for it: max(operations / peak, bytes / bandwidth of the level that holds
  // them), and the transcendentals.
  double floor(const Rates& rates) const;
};

using CallRun = void (*)(const Kernels&, const void*, const Launch&);
void add_count_rule(CallRun run, void (*count)(const void* args, Counts&));
void count_by_rule(CallRun run, const void* args, Counts& c);  // where there is a rule

// `const CountRule<&Kernels::rnn, count_rnn> counted;`: count fills all but `family`.
template <auto Field, void (*count)(const typename KernelCall<Field>::args_type&, Counts&)>
struct CountRule {
  CountRule() {
    add_count_rule(&KernelCall<Field>::run, [](const void* args, Counts& c) {
      count(*static_cast<const typename KernelCall<Field>::args_type*>(args), c);
    });
  }
};

// ---- for rules
namespace counting {
inline double size_of(DType d) { return kDTypeSize[static_cast<int>(d)]; }
// halves are computed in float32
inline double width_of(DType d) { return d == DType::f64 ? 2 : 1; }
inline double product(std::initializer_list<int64_t> sizes) {
  double n = 1;
  for (int64_t s : sizes) n *= static_cast<double>(s);
  return n;
}
}  // namespace counting

}  // namespace ph

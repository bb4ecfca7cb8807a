// Which kernel table runs: the widest that this processor supports, or the one asked for.
#include <atomic>
#include <cstdlib>
#include <stdexcept>

#include "device.h"

namespace ph {

// The widths that this build does not compile.
#if !defined(__x86_64__)
extern const Kernels* const kAvx2Kernels = nullptr;
extern const Kernels* const kAvx512Kernels = nullptr;
extern const Kernels* const kAvx512Bf16Kernels = nullptr;
#endif
#if !defined(__aarch64__)
extern const Kernels* const kNeonKernels = nullptr;
#endif

namespace {

std::atomic<const Kernels*> current{nullptr};

std::vector<const Kernels*> compiled_kernels() {
  std::vector<const Kernels*> tables;
  for (const Kernels* k :
       {kAvx512Bf16Kernels, kAvx512Kernels, kAvx2Kernels, kNeonKernels, kGenericKernels})
    if (k) tables.push_back(k);
  return tables;
}

std::string join_names(const std::vector<const Kernels*>& tables) {
  std::string names;
  for (const Kernels* k : tables) names += (names.empty() ? "" : ", ") + std::string(k->name);
  return names;
}

// `origin` says who asked: the variable or the function.
const Kernels& find_isa(const std::string& name, const std::string& origin) {
  const auto available = available_kernels();
  for (const Kernels* k : available)
    if (name == k->name) return *k;
  std::string why = "is not a width of this build";
  for (const Kernels* k : compiled_kernels())
    if (name == k->name) why = "is not supported by this processor";
  throw std::runtime_error(origin + ": width '" + name + "' " + why +
                           "; expected one of: " + join_names(available));
}

const Kernels& default_kernels() {
  const char* wanted = std::getenv("PRONGHORN_ISA");
  if (wanted && *wanted) return find_isa(wanted, "PRONGHORN_ISA");
  return *available_kernels().front();
}

}  // namespace

std::vector<const Kernels*> available_kernels() {
  std::vector<const Kernels*> tables;
  for (const Kernels* k : compiled_kernels())
    if (k->supported()) tables.push_back(k);
  return tables;
}

const Kernels& cpu_kernels() {
  if (const Kernels* k = current.load(std::memory_order_acquire)) return *k;
  const Kernels& k = default_kernels();
  current.store(&k, std::memory_order_release);
  return k;
}

void force_isa(const std::string& name) {
  current.store(name.empty() ? nullptr : &find_isa(name, "force_isa"), std::memory_order_release);
}

std::string compiler_name() {
#if defined(__clang__)
  return "Clang " __clang_version__;
#elif defined(__GNUC__)
  return "GCC " __VERSION__;
#else
  return "unknown";
#endif
}

}  // namespace ph

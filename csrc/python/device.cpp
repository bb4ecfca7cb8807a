// Devices, widths, threads and counters as Python sees them.
#include <optional>

#include "../device/rates.h"

#include "../core/waiting.h"
#include "../ops/functions.h"
#include "bind.h"

namespace ph {
void bind_device(py::module_& m) {
  m.def("isa", [] { return std::string(cpu_kernels().name); });
  m.def("available_isas", [] {
    std::vector<std::string> names;
    for (const Kernels* k : available_kernels()) names.emplace_back(k->name);
    return names;
  });
  m.def("force_isa", &force_isa);
  m.def("winograd_enabled", &winograd_enabled);
  m.def("enable_winograd", &enable_winograd);
  m.def("compiler", &compiler_name);
  m.def("num_threads", &num_threads);
  m.def("set_num_threads", &set_num_threads);
  m.def(
      "memory_stats",
      [](const std::string& device) {
        const MemoryStats s =
            memory_stats(device.empty() ? default_device() : device_by_name(device));
        py::dict d;
        d["live_bytes"] = s.live_bytes;
        d["peak_bytes"] = s.peak_bytes;
        d["cached_bytes"] = s.cached_bytes;
        d["arena_bytes"] = s.arena_bytes;
        return d;
      },
      py::arg("device") = "");
  m.def("default_device", [] { return default_device().name(); });
  m.def("gpu_device", [] {  // its name or None, and why there is none
    std::string reason;
    const Unlocked others;
    const Device* const device = gpu_device(&reason);
    return std::make_pair(device ? std::optional(device->name()) : std::nullopt, reason);
  });
  m.def("built_with_cuda", built_with_cuda);
  m.def("allow_tf32", [](bool allowed) {
    if (Device* const device = gpu_device()) device->allow_tf32(allowed);
  });
  m.def("library_calls", [] {
    const Device* const device = gpu_device();
    return device ? device->library_calls() : 0;
  });
  m.def("choose_device", [](const std::optional<std::string>& name) {
    Device* const before = choose_device(name ? &device_by_name(*name) : nullptr);
    return before ? std::optional(before->name()) : std::nullopt;
  });
  m.def("machine_rates", [] {
    const Rates r = [] {
      const Unlocked others;
      return machine_rates();
    }();
    py::dict d;
    d["threads"] = r.threads;
    d["peak"] = r.peak;
    d["transcendentals"] = r.transcendentals;
    py::list levels;
    for (const MemoryLevel& l : r.levels) levels.append(py::make_tuple(l.name, l.holds, l.rate));
    d["levels"] = levels;
    d["read"] = r.read;
    d["write"] = r.write;
    return d;
  });
  m.def("trim_caches", &trim_caches);
  m.def("compose_count", &compose_count);
  m.def("reset_compose_count", &reset_compose_count);
  m.attr("version") = PRONGHORN_VERSION;
}
}  // namespace ph

#include "profile.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>

namespace ph {
namespace {
struct Total {
  double seconds = 0;
  int64_t calls = 0;
};
struct Report {
  std::mutex mutex;
  std::map<std::string, Total> totals;
  ~Report() {
    std::vector<std::pair<std::string, Total>> rows(totals.begin(), totals.end());
    std::sort(rows.begin(), rows.end(),
              [](const auto& a, const auto& b) { return a.second.seconds > b.second.seconds; });
    double sum = 0;
    for (const auto& r : rows) sum += r.second.seconds;
    if (rows.empty()) return;
    std::fprintf(stderr, "%-52s %10s %12s %8s\n", "kernel call", "calls", "us each", "share");
    for (const auto& [name, t] : rows)
      std::fprintf(stderr, "%-52s %10lld %12.2f %7.1f%%\n", name.c_str(),
                   static_cast<long long>(t.calls), t.seconds * 1e6 / static_cast<double>(t.calls),
                   100 * t.seconds / sum);
  }
};
}  // namespace

bool profiling() {
  static const bool on = [] {
    const char* v = std::getenv("PRONGHORN_PROFILE");
    return v && *v && *v != '0';
  }();
  return on;
}

void profile_thunks(const ThunkList& list, const std::vector<std::string>& names, size_t from,
                    size_t to, const Kernels& kernels, const Team& team) {
  static Report report;
  for (size_t i = from; i < to; ++i) {
    const Thunk& t = list.thunks()[i];
    const auto begin = std::chrono::steady_clock::now();
    t.run(kernels, t.args, team);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    std::lock_guard guard(report.mutex);
    Total& total = report.totals[i < names.size() ? names[i] : "?"];
    total.seconds += spent.count();
    ++total.calls;
  }
}
}  // namespace ph

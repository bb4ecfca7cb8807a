#include "counts.h"

#include <algorithm>
#include <vector>

namespace ph {
namespace {

struct Rule {
  CallRun run;
  void (*count)(const void* args, Counts&);
};
std::vector<Rule>& rules() {
  static std::vector<Rule> all;
  return all;
}

}  // namespace

void add_count_rule(CallRun run, void (*count)(const void* args, Counts&)) {
  rules().push_back({run, count});
}
void count_by_rule(CallRun run, const void* args, Counts& c) {
  for (const Rule& rule : rules())
    if (rule.run == run) return rule.count(args, c);
}

double Counts::floor(const Rates& rates) const {
  return std::max(operations * width / rates.peak, bytes / rates.level(bytes).rate) +
         transcendentals * width / rates.transcendentals;
}

}  // namespace ph

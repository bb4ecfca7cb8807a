#include "pass_rules.h"

#include <map>
#include <string_view>

namespace ph {
namespace {

std::map<std::string_view, PassRules>& registry() {
  static auto* const all =
      new std::map<std::string_view, PassRules>;  // never destroyed: threads may outlive main
  return *all;
}

}  // namespace

RegisterPassRules::RegisterPassRules(const char* op, const PassRules& rules) {
  registry()[op] = rules;
}

const PassRules& pass_rules(const OpDef& op) {
  static const PassRules none;
  const auto found = registry().find(op.name);
  return found == registry().end() ? none : found->second;
}

}  // namespace ph

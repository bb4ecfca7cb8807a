// The registry.
#include "op.h"

#include <deque>
#include <map>

#include "../base/names.h"

namespace ph {
namespace {
struct Registry {
  std::deque<OpDef> defs;  // stable addresses
  std::map<std::string, int> ids;
};
Registry& registry() {
  static Registry* const r =
      new Registry;  // never destroyed: threads may run while the process ends
  return *r;
}
}  // namespace

Register::Register(const OpDef& def) {
  auto& r = registry();
  PH_CHECK(r.ids.count(def.name) == 0);
  r.ids[def.name] = static_cast<int>(r.defs.size());
  r.defs.push_back(def);
}

int op_id(const std::string& name) {
  auto& r = registry();
  const auto it = r.ids.find(name);
  if (it == r.ids.end())
    throw ValueError(cat("unknown op '", name, "'", near_names(name, op_names())));
  return it->second;
}
const OpDef& op_by_id(int id) {
  auto& defs = registry().defs;
  if (id < 0 || id >= static_cast<int>(defs.size())) throw ValueError(cat("unknown op id ", id));
  return defs[static_cast<size_t>(id)];
}
const OpDef& op_by_name(const std::string& name) { return op_by_id(op_id(name)); }
std::vector<std::string> op_names() {
  std::vector<std::string> names;
  for (const auto& [name, id] : registry().ids) names.push_back(name);
  return names;
}

}  // namespace ph

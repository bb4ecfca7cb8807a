// The registry and attribute access.
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

template <class T>
const T& attr_as(const Attr& a, size_t i, const char* kind) {
  if (const T* p = std::get_if<T>(&a)) return *p;
  throw TypeError(cat("attribute ", i, " should be ", kind));
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

const Attr& attr_at(const std::vector<Attr>& values, size_t i) {
  if (i >= values.size()) throw TypeError(cat("attribute ", i, " is missing"));
  return values[i];
}
bool Attrs::flag(size_t i) const {
  const Attr& a = attr_at(values_, i);
  if (const auto* n = std::get_if<int64_t>(&a)) return *n != 0;
  return attr_as<bool>(a, i, "a bool");
}
int64_t Attrs::integer(size_t i) const {
  const Attr& a = attr_at(values_, i);
  if (const auto* b = std::get_if<bool>(&a)) return *b;
  return attr_as<int64_t>(a, i, "an integer");
}
double Attrs::real(size_t i) const {
  const Attr& a = attr_at(values_, i);
  if (const auto* n = std::get_if<int64_t>(&a)) return static_cast<double>(*n);
  if (const auto* b = std::get_if<bool>(&a)) return *b;
  return attr_as<double>(a, i, "a number");
}
DType Attrs::dtype(size_t i) const { return attr_as<DType>(attr_at(values_, i), i, "a dtype"); }
const std::vector<int64_t>& Attrs::ints(size_t i) const {
  return attr_as<std::vector<int64_t>>(attr_at(values_, i), i, "a tuple of integers");
}
void Attrs::set(size_t i, Attr value) {
  if (i >= values_.size()) values_.resize(i + 1);
  values_[i] = std::move(value);
}

}  // namespace ph

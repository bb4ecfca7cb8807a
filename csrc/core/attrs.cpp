// Attributes by name, and the check of what a call was given.
#include "attrs.h"

#include "op.h"

namespace ph {
namespace {

const char* type_name(AttrType type) {
  switch (type) {
    case AttrType::flag: return "a bool";
    case AttrType::integer: return "an integer";
    case AttrType::real:
    case AttrType::number: return "a number";
    case AttrType::dtype: return "a dtype";
    case AttrType::ints: return "a tuple of integers";
    case AttrType::reals: return "a tuple of numbers";
    case AttrType::text: return "a string";
  }
  return "";
}

// The value as its declared type holds it; false where it is of another kind.
bool settle(AttrType type, Attr& value) {
  const auto whole = [&](int64_t n) {
    if (type == AttrType::flag) value = n != 0;
    if (type == AttrType::integer || type == AttrType::number) value = n;
    if (type == AttrType::real) value = static_cast<double>(n);
    return type <= AttrType::number;
  };
  if (const auto* b = std::get_if<bool>(&value)) return whole(*b);
  if (const auto* n = std::get_if<int64_t>(&value)) return whole(*n);
  if (std::get_if<double>(&value)) return type == AttrType::real || type == AttrType::number;
  if (std::get_if<DType>(&value)) return type == AttrType::dtype;
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (type == AttrType::dtype) value = dtype_by_name(*text);
    return type == AttrType::text || type == AttrType::dtype;
  }
  if (const auto* ints = std::get_if<Ints>(&value)) {
    if (type == AttrType::reals) value = Reals(ints->begin(), ints->end());
    return type == AttrType::ints || type == AttrType::reals;
  }
  return type == AttrType::reals;
}

std::string shown(const Attr& value) {
  std::ostringstream out;
  const auto list = [&](const auto& items) {
    out << "(";
    for (size_t i = 0; i < items.size(); ++i) out << (i ? ", " : "") << items[i];
    out << (items.size() == 1 ? ",)" : ")");
  };
  if (const auto* b = std::get_if<bool>(&value)) out << (*b ? "True" : "False");
  if (const auto* n = std::get_if<int64_t>(&value)) out << *n;
  if (const auto* x = std::get_if<double>(&value)) out << *x;
  if (const auto* d = std::get_if<DType>(&value)) out << *d;
  if (const auto* text = std::get_if<std::string>(&value)) out << "'" << *text << "'";
  if (const auto* ints = std::get_if<Ints>(&value)) list(*ints);
  if (const auto* reals = std::get_if<Reals>(&value)) list(*reals);
  return out.str();
}

// Which alternative of Attr holds each type; of a number it may also be an integer.
constexpr size_t kInteger = 2, kReal = 3;
constexpr size_t kKind[] = {1, kInteger, kReal, kReal, 4, 5, 6, 7};

template <class T>
const T& read(const Call& call, const char* name) {
  const T* value = std::get_if<T>(&call.attr(name));
  PH_CHECK(value);  // complete() saw to it, and None is asked for with has()
  return *value;
}

}  // namespace

bool is_complete(const OpDef& op, const Attrs& given) {
  if (given.size() != op.attrs.size()) return false;
  for (size_t i = 0; i < given.size(); ++i) {
    const AttrDecl& decl = op.attrs[i];
    const size_t kind = given[i].index();
    const bool number = decl.type == AttrType::number && (kind == kInteger || kind == kReal);
    const bool none = kind == 0 && !decl.required && is_none(decl.otherwise);
    if (!number && !none && kind != kKind[static_cast<size_t>(decl.type)]) return false;
  }
  return true;
}

Attrs complete(const OpDef& op, Attrs given) {
  if (is_complete(op, given)) return given;
  if (given.size() > op.attrs.size())
    throw TypeError(cat(op.name, ": expected at most ", op.attrs.size(),
                        " arguments beside its tensors; received ", given.size()));
  std::vector<Attr> values;
  values.reserve(op.attrs.size());
  for (size_t i = 0; i < op.attrs.size(); ++i) {
    const AttrDecl& decl = op.attrs[i];
    if (i >= given.size() || is_none(given[i])) {
      if (decl.required) throw TypeError(cat(op.name, ": `", decl.name, "` is missing"));
      values.push_back(decl.otherwise);
      continue;
    }
    if (!settle(decl.type, given[i]))
      throw TypeError(cat(op.name, ": `", decl.name, "` should be ", type_name(decl.type),
                          "; received ", shown(given[i])));
    values.push_back(std::move(given[i]));
  }
  return Attrs(std::move(values));
}

const char* Call::name() const { return op ? op->name : "elementwise"; }

const Attr& Call::attr(const char* name) const {
  for (size_t i = 0; i < op->attrs.size(); ++i)
    if (std::strcmp(op->attrs[i].name, name) == 0) return (*attrs)[i];
  throw std::logic_error(cat(op->name, " declares no attribute `", name, "`"));
}
bool Call::flag(const char* name) const { return read<bool>(*this, name); }
int64_t Call::integer(const char* name) const { return read<int64_t>(*this, name); }
double Call::real(const char* name) const {
  const Attr& value = attr(name);  // of a number too
  const auto* n = std::get_if<int64_t>(&value);
  return n ? static_cast<double>(*n) : read<double>(*this, name);
}
DType Call::dtype(const char* name) const { return read<DType>(*this, name); }
const Ints& Call::ints(const char* name) const { return read<Ints>(*this, name); }
const Reals& Call::reals(const char* name) const { return read<Reals>(*this, name); }
const std::string& Call::text(const char* name) const { return read<std::string>(*this, name); }

Attrs Call::with(const char* name, Attr value) const {
  Attrs out = *attrs;
  for (size_t i = 0; i < op->attrs.size(); ++i)
    if (std::strcmp(op->attrs[i].name, name) == 0) out[i] = std::move(value);
  return out;
}

}  // namespace ph

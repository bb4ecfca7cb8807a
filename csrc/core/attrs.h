// Attributes: what an op is told beside its input tensors. An op declares each one's name, type and
// default; a call holds their values in the declared order; rules read them by name (Call).
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "../base/shape.h"

namespace ph {

using Ints = std::vector<int64_t>;
using Reals = std::vector<double>;

// monostate: None, for an attribute whose absence means something (all axes).
using Attr = std::variant<std::monostate, bool, int64_t, double, DType, Ints, Reals, std::string>;

enum class AttrType : uint8_t {
  flag,
  integer,
  real,
  number,  // an integer or a float, of which no bit is lost
  dtype,
  ints,
  reals,
  text,
};

struct AttrDecl {
  const char* name;
  AttrType type;
  bool required = true;
  Attr otherwise = {};  // what a call gets that leaves it out or says None

  AttrDecl(const char* n, AttrType t) : name(n), type(t) {}
  AttrDecl(const char* n, AttrType t, Attr value)
      : name(n), type(t), required(false), otherwise(std::move(value)) {}
};
inline const Attr kNone{};

class Attrs {
 public:
  Attrs() = default;
  Attrs(std::initializer_list<Attr> values) : values_(values) {}
  explicit Attrs(std::vector<Attr> values) : values_(std::move(values)) {}
  size_t size() const { return values_.size(); }
  const Attr& operator[](size_t i) const { return values_[i]; }
  Attr& operator[](size_t i) { return values_[i]; }
  Attrs first(size_t count) const {
    return Attrs(std::vector<Attr>(values_.begin(), values_.begin() + static_cast<long>(count)));
  }
  Attrs and_then(std::initializer_list<Attr> more) const {
    Attrs out = *this;
    out.values_.insert(out.values_.end(), more);
    return out;
  }
  friend bool operator==(const Attrs&, const Attrs&) = default;

 private:
  std::vector<Attr> values_;
};

inline bool is_none(const Attr& a) { return a.index() == 0; }

}  // namespace ph

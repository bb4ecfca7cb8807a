// Shapes and dtypes: counts, broadcasting, names, promotion.
#include "shape.h"

#include <algorithm>

#include "names.h"

namespace ph {

int64_t Shape::count() const {
  int64_t n = 1;
  bool unknown = false;
  for (int64_t d : *this) {
    if (d == 0) return 0;
    if (d < 0)
      unknown = true;
    else if (__builtin_mul_overflow(n, d, &n))
      throw ValueError(cat("shape ", *this, " has more elements than 64 bits count"));
  }
  return unknown ? -1 : n;
}

std::array<int64_t, kMaxDims> Shape::strides() const {
  std::array<int64_t, kMaxDims> s{};
  int64_t step = 1;
  for (int i = rank_ - 1; i >= 0; --i) {
    s[static_cast<size_t>(i)] = step;
    step *= (*this)[i];
  }
  return s;
}

std::string Shape::str() const {
  std::string out = "(";
  for (int i = 0; i < rank_; ++i) {
    if (i) out += ", ";
    out += (*this)[i] < 0 ? std::string("None") : std::to_string((*this)[i]);
  }
  return out + (rank_ == 1 ? ",)" : ")");
}

Shape broadcast(const char* op, const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape out;
  for (int i = 0; i < rank; ++i) {
    const int ia = i - (rank - a.rank()), ib = i - (rank - b.rank());
    const int64_t da = ia < 0 ? 1 : a[ia], db = ib < 0 ? 1 : b[ib];
    if (da == db || db == 1)
      out.push_back(da);
    else if (da == 1)
      out.push_back(db);
    else if (da < 0 || db < 0)
      out.push_back(std::max(da, db));
    else
      throw ValueError(cat(op, ": shapes ", a, " and ", b,
                           " do not broadcast: aligned from the right, each pair of sizes must be "
                           "equal or one of them 1; dimension ",
                           i - rank, " has ", da, " and ", db));
  }
  return out;
}

int normalize_axis(const char* op, int64_t axis, int rank) {
  if (axis < -rank || axis >= rank)
    throw ValueError(cat(op, ": axis ", axis, " is out of bounds for a tensor of ", rank,
                         " dimensions; expected ", -rank, " <= axis < ", rank));
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

namespace {
constexpr const char* kNames[kDTypes] = {"bool",     "uint8",   "uint16",  "uint32",   "uint64",
                                         "int8",     "int16",   "int32",   "int64",    "float16",
                                         "bfloat16", "float32", "float64", "complex64"};
}

const char* dtype_name(DType d) { return kNames[static_cast<int>(d)]; }
std::ostream& operator<<(std::ostream& out, DType d) { return out << dtype_name(d); }

DType dtype_by_name(const std::string& name) {
  for (int i = 0; i < kDTypes; ++i)
    if (name == kNames[i]) return static_cast<DType>(i);
  if (name == "half") return DType::f16;
  if (name == "float") return DType::f32;
  if (name == "double") return DType::f64;
  if (name == "int") return DType::i32;
  if (name == "bool_") return DType::b8;
  throw ValueError(cat("unknown dtype '", name, "'",
                       near_names(name, std::vector<std::string>(kNames, kNames + kDTypes))));
}

// Keras's lattice (JAX's type promotion): floats absorb integers; unsigned with signed goes to the
// next wider signed; uint64 with a signed integer gives float32 (Keras has no wider integer).
DType promote(DType a, DType b) {
  if (a == b) return a;
  if (a > b) std::swap(a, b);
  if (a == DType::b8) return b;
  if (is_complex(b)) return b;
  if (is_float(b)) {
    if (!is_float(a)) return b;
    return b == DType::bf16 && a == DType::f16 ? DType::f32 : b;
  }
  // both integers, a before b in the enum: a unsigned, or both signed
  if (!is_unsigned(a) || is_unsigned(b)) return b;
  const int64_t wa = dtype_size(a), wb = dtype_size(b);
  if (wb > wa) return b;
  switch (wa) {
    case 1: return DType::i16;
    case 2: return DType::i32;
    case 4: return DType::i64;
    default: return DType::f32;
  }
}

}  // namespace ph

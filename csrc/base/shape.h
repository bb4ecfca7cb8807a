// Shape: up to kMaxDims sizes, inline. An unknown size is -1 (abstract tensors only).
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <string>
#include <vector>

#include "dtype.h"
#include "error.h"

namespace ph {

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) {
    for (int64_t d : dims) push_back(d);
  }
  explicit Shape(const std::vector<int64_t>& dims) {
    for (int64_t d : dims) push_back(d);
  }

  int rank() const { return rank_; }
  int64_t operator[](int i) const { return dims_[static_cast<size_t>(i)]; }
  int64_t& operator[](int i) { return dims_[static_cast<size_t>(i)]; }
  int64_t back() const { return dims_[static_cast<size_t>(rank_ - 1)]; }
  const int64_t* begin() const { return dims_.data(); }
  const int64_t* end() const { return dims_.data() + rank_; }
  void push_back(int64_t d) {
    if (rank_ == kMaxDims) throw ValueError(cat("a tensor has at most ", kMaxDims, " dimensions"));
    dims_[static_cast<size_t>(rank_++)] = d;
  }

  bool known() const {
    for (int64_t d : *this)
      if (d < 0) return false;
    return true;
  }
  // Elements; -1 where a size is unknown (and none is 0). Throws ValueError on overflow.
  int64_t count() const;
  std::array<int64_t, kMaxDims> strides() const;  // row-major, in elements
  std::vector<int64_t> vec() const { return {begin(), end()}; }
  std::string str() const;  // "(2, None, 3)"

  friend bool operator==(const Shape& a, const Shape& b) {
    if (a.rank_ != b.rank_) return false;
    for (int i = 0; i < a.rank_; ++i)
      if (a[i] != b[i]) return false;
    return true;
  }
  friend std::ostream& operator<<(std::ostream& out, const Shape& s) { return out << s.str(); }

 private:
  std::array<int64_t, kMaxDims> dims_{};
  int rank_ = 0;
};

// NumPy's broadcasting; an unknown size against 1 or unknown stays unknown, against n > 1 becomes
// n. Throws ValueError that names `op` and both shapes.
Shape broadcast(const char* op, const Shape& a, const Shape& b);
// axis in [-rank, rank) to [0, rank); ValueError otherwise.
int normalize_axis(const char* op, int64_t axis, int rank);

// ---- dtypes
const char* dtype_name(DType d);               // "float32", "bool"
DType dtype_by_name(const std::string& name);  // ValueError lists near names
inline int64_t dtype_size(DType d) { return kDTypeSize[static_cast<int>(d)]; }
inline bool is_float(DType d) { return d >= DType::f16 && d <= DType::f64; }
inline bool is_complex(DType d) { return d == DType::c64; }
inline bool is_inexact(DType d) { return d >= DType::f16; }  // what has gradients
inline bool is_integer(DType d) { return d >= DType::u8 && d <= DType::i64; }
inline bool is_unsigned(DType d) { return d >= DType::u8 && d <= DType::u64; }
// Keras's promotion lattice (that of JAX, with float32 as the widest implicit float of
// integers): bool < integers < float16/bfloat16 < float32 < float64 <
// complex64.
DType promote(DType a, DType b);
std::ostream& operator<<(std::ostream& out, DType d);

struct Spec {
  DType dtype = DType::f32;
  Shape shape;
  friend bool operator==(const Spec&, const Spec&) = default;
  int64_t bytes() const { return shape.count() * dtype_size(dtype); }
};

}  // namespace ph

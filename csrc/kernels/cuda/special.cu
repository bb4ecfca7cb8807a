// Special functions (special_ops.h), a thread an element.
#include "cuda.h"

#include "../special_ops.h"

namespace ph {
namespace cuda {
namespace {

template <class T>
struct Floats {
  SpecialArgs s;
  PH_DEVICE void operator()(int64_t i) const {
    const T a = static_cast<const T*>(s.a)[i], b = s.b ? static_cast<const T*>(s.b)[i] : a;
    T y = a;
    switch (s.op) {
#define PH_X(name, arity) \
  case SpecialOp::name: y = name##_of()(a, b); break;
      PH_SPECIAL_FLOATS(PH_X)
#undef PH_X
      default: break;
    }
    static_cast<T*>(s.y)[i] = y;
  }
};
template <class T>
struct Integers {
  SpecialArgs s;
  PH_DEVICE void operator()(int64_t i) const {
    const T a = static_cast<const T*>(s.a)[i], b = s.b ? static_cast<const T*>(s.b)[i] : a;
    T y = a;
    switch (s.op) {
#define PH_X(name, arity) \
  case SpecialOp::name: y = name##_of()(a, b); break;
      PH_SPECIAL_INTEGERS(PH_X)
#undef PH_X
      default: break;
    }
    static_cast<T*>(s.y)[i] = y;
  }
};

}  // namespace

void special(const SpecialArgs& s, const Launch& team) {
  with_type(s.dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (is_float<T>)
      each(s.count, team, Floats<T>{s});
    else if constexpr (std::is_arithmetic_v<T>)
      each(s.count, team, Integers<T>{s});
  });
}

}  // namespace cuda
}  // namespace ph

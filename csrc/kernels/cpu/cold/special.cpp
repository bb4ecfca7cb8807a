// Special functions (special_ops.h), one element after the other.
#define PH_ISA    cold
#define PH_INLINE inline
#include "../../special_ops.h"
#include "cold.h"

namespace ph {
namespace cold {
namespace {

constexpr int64_t kGrain = 1 << 13;
template <class T, class F>
void each(const SpecialArgs& s, const Launch& team, const F& f) {
  const T *a = static_cast<const T*>(s.a), *b = static_cast<const T*>(s.b ? s.b : s.a);
  T* y = static_cast<T*>(s.y);
  in_parts(team, s.count, kGrain, [=](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) y[i] = f(a[i], b[i]);
  });
}

template <class T>
void floats(const SpecialArgs& s, const Launch& team) {
  switch (s.op) {
#define PH_X(name, arity) \
  case SpecialOp::name: return each<T>(s, team, name##_of{});
    PH_SPECIAL_FLOATS(PH_X)
#undef PH_X
    default: return;
  }
}
template <class T>
void integers(const SpecialArgs& s, const Launch& team) {
  switch (s.op) {
#define PH_X(name, arity) \
  case SpecialOp::name: return each<T>(s, team, name##_of{});
    PH_SPECIAL_INTEGERS(PH_X)
#undef PH_X
    default: return;
  }
}

}  // namespace

void special(const SpecialArgs& s, const Launch& team) {
  switch (s.dtype) {
    case DType::f32: return floats<float>(s, team);
    case DType::f64: return floats<double>(s, team);
    case DType::u8: return integers<uint8_t>(s, team);
    case DType::u16: return integers<uint16_t>(s, team);
    case DType::u32: return integers<uint32_t>(s, team);
    case DType::u64: return integers<uint64_t>(s, team);
    case DType::i8: return integers<int8_t>(s, team);
    case DType::i16: return integers<int16_t>(s, team);
    case DType::i32: return integers<int32_t>(s, team);
    case DType::i64: return integers<int64_t>(s, team);
    default: return;
  }
}

}  // namespace cold
}  // namespace ph

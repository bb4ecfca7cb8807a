// relu6, an activation beside those that Act names in args.h: min(relu(x), 6), and its derivative
// in terms of the result g: 0 < g < 6.
#pragma once
#include "args.h"

namespace ph {

constexpr Act kRelu6 = static_cast<Act>(4);

}  // namespace ph

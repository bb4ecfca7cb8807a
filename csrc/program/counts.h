// Counts of every bound call, whatever the kernel does inside (core/counts.h).
#pragma once
#include "../core/counts.h"

namespace ph {

// Products and convolutions are counted as written out (2 m n k; 2 n oh ow k kh kw c / groups,
// padding included), without their epilogue's arithmetic, a program's over their result included.
Counts count_call(const Thunk& thunk);

}  // namespace ph

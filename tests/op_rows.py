"""What a row of the op table holds, and the tolerances.

A row names a function of the public ops through `call(o, *inputs)`, where o is `pronghorn.ops`, and
its oracle on NumPy float64 arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

FLOATS = ("float32", "float64")
ALL_FLOATS = ("float32", "float64", "float16", "bfloat16")
INTS = ("int32", "int64", "uint8", "int8")

# Relative tolerance in units of the dtype's epsilon.
#   exact       moves data or compares
#   rounded     one correctly rounded operation
#   elementary  2 ulp functions and short chains of them
#   special     4 ulp functions, and chains that amplify an error a little
#   sums        sums of products; relative to the largest result, for blocks of any order
TOLERANCE = {"exact": 0, "rounded": 1, "elementary": 4, "special": 16, "sums": 24}
EPSILON = {
    "float64": 2.0**-52,
    "float32": 2.0**-23,
    "float16": 2.0**-10,
    "bfloat16": 2.0**-7,
}


@dataclass(frozen=True)
class Arg:
    shape: tuple
    low: float = -2.0
    high: float = 2.0
    kind: str = "float"  # or "index": integers in [low, high), whatever the row's dtype; or "bool"
    avoid: tuple = ()  # kinks that finite differences must not straddle
    batch: bool = True  # axis 0 may be unknown


@dataclass(frozen=True)
class Row:
    name: str
    call: Callable
    oracle: Callable
    args: tuple[Arg, ...]
    tol: str = "rounded"
    dtypes: tuple = FLOATS
    grad: tuple | None = None  # inputs to differentiate; None: every float input; (): no gradient
    order2: bool = True
    kinks: dict = field(default_factory=dict)  # x -> the gradients allowed there
    sizes: tuple = ()  # tuples of shapes, one for each arg: 0, 1, odd sizes
    errors: tuple = ()  # (shapes, exception, message pattern)
    unknown_batch: bool = True

    def differentiable(self):
        if self.grad is not None:
            return self.grad
        return tuple(i for i, a in enumerate(self.args) if a.kind == "float")

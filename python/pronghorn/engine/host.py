"""Host calls: ops whose work a library does on the host, on NumPy arrays.

They behave as any op: eagerly, under tapes, inside compiled programs and on KerasTensors. Shapes
are inferred before; values exist only when they run.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _core


def host_op(name: str, run: Any, infer: Any, gradient: Any = None, attrs: Any = ()) -> Any:
    """The op of that name, which calls Python when it runs.

    Args:
        name: What it is called in programs, profiles and errors.
        run: `run(*arrays, **attrs)` returns the result, or a tuple of them, as arrays of the
            inferred shapes. It must be a pure function; it may not keep the arrays, whose memory
            goes on to others. What it raises ends the step before any state is written.
        infer: `infer(*specs, **attrs)` gets (shape, dtype) of each input, None for unknown sizes,
            and returns a list of them, one for each output. It judges the arguments.
        gradient: `gradient(inputs, outputs, grads, **attrs)` returns one tensor or None for each
            input, written with ops; `grads` may hold None. Without it no gradient flows.
        attrs: (name, type, default) of each attribute; types as in csrc/core/attrs.h.

    Returns:
        A callable as `dispatch.op` returns it.

    Raises:
        RuntimeError: when it runs, for results of other shapes than were inferred.
        numpy.linalg.LinAlgError: when it runs, with the op's name, where `run` raises one.

    Example:

    >>> run = lambda x: np.trapezoid(x) if hasattr(np, "trapezoid") else np.trapz(x)
    >>> area = host_op("area", run, lambda x: [((), x[1])])
    >>> float(area((ops.array([1.0, 2.0, 3.0]),)))
    4.0
    """
    names = tuple(a[0] for a in attrs)
    named = lambda values: dict(zip(names, values))

    def run_into(inputs, outputs, values):
        with np.errstate(all="ignore"):
            try:
                results = run(*inputs, **named(values))
            except np.linalg.LinAlgError as e:
                raise type(e)(f"{name}: {e}.") from None
        results = results if isinstance(results, tuple) else (results,)
        for out, result in zip(outputs, results, strict=True):
            if np.shape(result) != out.shape:
                raise RuntimeError(f"{name}: made {np.shape(result)} for a result of {out.shape}")
            np.copyto(out, result, casting="unsafe")

    _core.define_host_op(
        name,
        list(attrs),
        lambda specs, values: infer(*specs, **named(values)),
        run_into,
        gradient and (lambda ins, outs, grads, values: gradient(ins, outs, grads, **named(values))),
    )
    return _core.Op(name)

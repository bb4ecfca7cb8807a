"""Random state: every draw reads and advances a seed Variable, so that traced steps draw afresh."""

from __future__ import annotations

import random as python_random
from typing import TYPE_CHECKING, Any

from .. import _core
from . import placement
from .naming import auto_name, name_scope
from .tensor import Tensor, convert_to_tensor
from .variable import Variable

if TYPE_CHECKING:
    from typing_extensions import Self


_global = {"seed": None, "generator": None}
_step = None
_seeds = python_random  # where seeds that nobody gave come from


def make_default_seed() -> int:
    """A seed from Python's generator, which set_random_seed() seeds, or set_own_seed's."""
    return _seeds.randint(1, int(1e9))


class SeedGenerator:
    """A counter-based generator: its state is ``[seed, draws so far]``, two uint32.

    Args:
        seed: an integer >= 0, or None for a random one.
        name: the state variable's prefix.

    Raises:
        ValueError: Where the seed is no integer, is negative, or another argument is given.

    Example:
        >>> generator = keras.random.SeedGenerator(seed=7)
        >>> first, second = (keras.random.uniform((2,), seed=generator) for _ in range(2))
        >>> bool(ops.all(first == second))
        False
    """

    def __init__(self, seed: Any = None, name: str | None = None, **kwargs: Any) -> None:
        if kwargs:
            raise ValueError(f"Unrecognized keyword arguments: {kwargs}")
        self._initial_seed = seed
        if seed is None:
            seed = make_default_seed()
        if not isinstance(seed, int) or isinstance(seed, bool):
            raise ValueError(f"Argument `seed` must be an integer. Received: seed={seed!r}")
        if seed < 0:
            raise ValueError(f"Argument `seed` must not be negative. Received: seed={seed}")
        self.name = name or auto_name("SeedGenerator")
        with name_scope(self.name, caller=self):
            self.state = Variable(_state_of(seed), dtype="uint32", trainable=False,
                                  name="seed_generator_state")  # fmt: skip

    def next(self, ordered: bool = True) -> Tensor:
        """The state of this draw; the next one has another.

        Args:
            ordered: Not used: draws are always counted in order.

        Returns:
            Tensor (2,) of uint32.
        """
        global _step
        if _step is None:
            with _core.Suspend():
                _step = (_core.Op("add"), convert_to_tensor(_array([0, 1])))
        add, one = _step
        state = self.state.handle.read()
        if placement.used[0]:
            home = _core.default_device() if state.is_abstract else state.device
            one = one.moved_to(home)
        self.state.handle.assign(add((state, one)))
        return placement.here(state) if placement.live else state

    def get_config(self) -> dict[str, Any]:
        """The configuration that from_config() takes."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: Any) -> Self:
        """A generator from get_config()'s result.

        Args:
            config: What `get_config` gave.

        Returns:
            A SeedGenerator at its start.
        """
        return cls(**config)


def _array(values):
    import numpy as np

    return np.asarray(values, dtype="uint32")


def _state_of(seed):
    return _array([seed & 0xFFFFFFFF, 0])


def global_seed_generator() -> SeedGenerator:
    """The generator of draws without a seed."""
    if _global["generator"] is None:
        seed = _global["seed"]
        seed = make_default_seed() if seed is None else seed
        _global["generator"] = SeedGenerator(seed, name="global_seed_generator")
    return _global["generator"]  # type: ignore[return-value]


def draw_seed(seed: Any) -> Tensor:
    """The state of one draw.

    Args:
        seed: An int, which always gives the same numbers; a SeedGenerator, which goes on; None for
            the global generator.

    Returns:
        Tensor (2,) of uint32.

    Raises:
        ValueError: Where it is none of these.

    Example:
        >>> draw_seed(7).dtype
        'uint32'
    """
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if isinstance(seed, int) and not isinstance(seed, bool):
        return convert_to_tensor(_state_of(seed))
    if seed is None:
        return global_seed_generator().next()
    raise ValueError(
        "Argument `seed` must be either an integer or an instance of SeedGenerator. "
        f"Received: seed={seed!r} (of type {type(seed)})"
    )


def set_random_seed(seed: int) -> None:
    """Seeds Python's, NumPy's and Pronghorn's generators, so that a program repeats itself.

    Args:
        seed: An int, not negative.

    Raises:
        ValueError: Where it is not.

    Example:
        >>> keras.utils.set_random_seed(1)
        >>> first = keras.random.uniform((3,))
        >>> keras.utils.set_random_seed(1)
        >>> bool(ops.all(first == keras.random.uniform((3,))))
        True
    """
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise ValueError(f"set_random_seed needs an integer >= 0. Received: seed={seed!r}")
    import numpy as np

    python_random.seed(seed)
    np.random.seed(seed % 2**32)
    _restart(seed, python_random)


def set_own_seed(seed: int) -> None:
    """As set_random_seed, but leaves Python's and NumPy's generators alone."""
    _restart(seed, python_random.Random(seed))


def _restart(seed, seeds):
    global _seeds
    _seeds = seeds
    _global["seed"] = seed
    if _global["generator"] is not None:
        _global["generator"].state.assign(_state_of(seed))


def random_state() -> dict:
    """Where Python's, NumPy's and our global generator are, as values that JSON can hold."""
    import numpy as np

    kind, keys, *rest = np.random.get_state()
    own, generator = _seeds is not python_random, _global["generator"]
    return {
        "python": python_random.getstate(),
        "numpy": [kind, keys.tolist(), *rest],
        "own": _seeds.getstate() if own else None,
        "seed": _global["seed"],
        "generator": None if generator is None else generator.state.numpy().tolist(),
    }


def set_random_state(state: dict) -> None:
    """Takes the generators back to where `random_state` found them."""
    global _seeds
    import numpy as np

    python_random.setstate(_as_tuple(state["python"]))
    kind, keys, *rest = state["numpy"]
    np.random.set_state((kind, np.asarray(keys, dtype="uint32"), *rest))
    if state["own"] is not None:
        _seeds = python_random.Random()
        _seeds.setstate(_as_tuple(state["own"]))
    _global["seed"] = state["seed"]
    if state["generator"] is not None:
        if _global["generator"] is None:
            _global["generator"] = SeedGenerator(0)
        global_seed_generator().state.assign(_array(state["generator"]))


def _as_tuple(state):
    return tuple(tuple(part) if isinstance(part, list) else part for part in state)

"""Configs of layers: `get_config` made from the constructor's arguments where none is written."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ..engine import nest
from ..engine.refusal import UnsafeConfig

if TYPE_CHECKING:
    from typing_extensions import Self


_PLAIN = (str, int, float, bool, type(None))


class Configurable:
    """Remembers the constructor's arguments of classes without a `get_config` of their own."""

    def __new__(cls, *args, **kwargs):
        obj = object.__new__(cls)
        obj.__dict__["_init_arguments"] = (args, kwargs)
        return obj

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again (without weights)."""
        self._check_super_called()
        config = {"name": self.name}
        cls = type(self)
        if _has_own_get_config(cls):
            return {**config, **self._base_config()}
        auto = _automatic(self)
        if auto is None:
            raise NotImplementedError(
                f"Object {cls.__name__} was created by passing arguments that cannot be put into a "
                "config (or positional-only or `*args` ones), so it must override `get_config()`: "
                "return {**super().get_config(), 'argument': self.argument}."
            )
        parameters = inspect.signature(cls.__init__).parameters
        takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        if "name" not in parameters and not takes_any:
            config.pop("name")
        base = self._base_config()
        config.update({k: v for k, v in base.items() if takes_any or k in parameters})
        return {**config, **auto}

    @classmethod
    def _writes_own_config(cls):
        """Whether its configs need no constructor's arguments."""
        return _has_own_get_config(cls)

    def _base_config(self):
        from .. import dtype_policies, regularizers

        config = {"trainable": self.trainable, "dtype": dtype_policies.serialize(self.dtype_policy)}
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """A new layer from what `get_config` returned.

        Args:
            config: Dict of the constructor's arguments.

        Returns:
            A new object of this class.

        Raises:
            TypeError: where the constructor does not take the config.
        """
        config = dict(config)
        dtype = config.get("dtype")
        if isinstance(dtype, dict):
            from .. import dtype_policies

            policy = dtype_policies.deserialize(dtype)
            if type(policy) is dtype_policies.DTypePolicy:
                policy = policy.name  # constructors may expect what programs write
            config["dtype"] = policy
        try:
            return cls(**config)
        except UnsafeConfig:
            raise
        except Exception as e:
            raise TypeError(
                f"Error when deserializing class '{cls.__name__}' using config={config}.\n\n"
                f"Exception encountered: {e}"
            ) from e


def _has_own_get_config(cls):
    return cls.get_config is not Configurable.get_config


def _automatic(layer):
    """The constructor's arguments by name, or None where they cannot be put into a config."""
    args, kwargs = layer._init_arguments
    signature = inspect.signature(type(layer).__init__)
    try:
        bound = signature.bind(layer, *args, **kwargs)
    except TypeError:
        return None
    if any(p.kind is p.POSITIONAL_ONLY for p in list(signature.parameters.values())[1:]):
        return None
    bound.apply_defaults()
    values = dict(bound.arguments)
    values.pop(next(iter(values)))
    for name, p in signature.parameters.items():
        if p.kind is p.VAR_KEYWORD:
            values.update(values.pop(name, {}))
        elif p.kind is p.VAR_POSITIONAL and values.pop(name, ()):
            return None
    for name in ("name", "trainable", "dtype", "activity_regularizer"):
        values.pop(name, None)
    if not all(isinstance(x, _PLAIN) for x in nest.flatten(values)):
        return None
    return values

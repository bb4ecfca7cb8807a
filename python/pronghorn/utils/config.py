"""Config: named values, as attributes and as items, that can be frozen."""

from __future__ import annotations

import difflib
import json
from typing import Any

_OWN = ("_config", "_frozen")


class Config:
    """Named values that read as attributes and as items.

    Args:
        **kwargs: First values.

    Example:

    >>> config = Config(rate=0.1)
    >>> config.seed = 3
    >>> config["seed"], config.rate
    (3, 0.1)
    """

    def __init__(self, **kwargs: Any) -> None:
        self._config = kwargs
        self._frozen = False

    @property
    def frozen(self) -> Any:
        """Whether values can no longer be changed."""
        return self._frozen

    def freeze(self) -> None:
        """From now on a change is a ValueError."""
        self._frozen = True

    def unfreeze(self) -> None:
        """Allows changes again."""
        self._frozen = False

    def _changes(self):
        if self._frozen:
            raise ValueError("Cannot mutate attribute(s) because the config is frozen.")
        return self._config

    def as_dict(self) -> dict[Any, Any]:
        """The values as a dict of the caller's own."""
        return dict(self._config)

    def to_json(self) -> Any:
        """The values as JSON text."""
        return json.dumps(self._config)

    def keys(self) -> Any:
        """The names."""
        return self._config.keys()

    def values(self) -> Any:
        """The values."""
        return self._config.values()

    def items(self) -> Any:
        """Pairs of names and values."""
        return self._config.items()

    def get(self, keyname: Any, value: Any = None) -> Any:
        """The value of that name, or `value`.

        Args:
            keyname: The name.
            value: What is returned where there is no such name.

        Returns:
            The value.
        """
        return self._config.get(keyname, value)

    def pop(self, *args: Any) -> Any:
        """Takes a value out.

        Args:
            *args: The name, and what is returned where there is none.

        Returns:
            The value.

        Raises:
            ValueError: when frozen.
            KeyError: for an unknown name, without a second argument.
        """
        return self._changes().pop(*args)

    def update(self, *args: Any, **kwargs: Any) -> Any:
        """Sets several values.

        Args:
            *args, **kwargs: What `dict.update` takes.

        Returns:
            None.

        Raises:
            ValueError: when frozen.
        """
        return self._changes().update(*args, **kwargs)

    def __getattr__(self, name):
        if name.startswith("__") or name in _OWN:  # while it is unpickled
            raise AttributeError(name)
        if name in self._config:
            return self._config[name]
        near = difflib.get_close_matches(name, self._config, n=1, cutoff=0.7)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise AttributeError(f"Unknown attribute: '{name}'.{hint}")

    def __setattr__(self, name, value):
        if name in _OWN or hasattr(type(self), name):
            object.__setattr__(self, name, value)
        else:
            self._changes()[name] = value

    def __getitem__(self, key):
        return self._config[key]

    def __setitem__(self, key, item):
        self._changes()[key] = item

    def __delitem__(self, key):
        del self._changes()[key]

    def __contains__(self, item):
        return item in self._config

    def __iter__(self):
        return iter(sorted(self._config))

    def __len__(self):
        return len(self._config)

    def __repr__(self):
        return f"<Config {self._config}>"

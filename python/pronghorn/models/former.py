"""Configurations of models as YAML, which Keras had up to 2.5."""

from __future__ import annotations

import json
from typing import Any


def to_yaml(model: Any, **kwargs: Any) -> str:
    """A model's config as YAML, for `model_from_yaml`.

    Args:
        model: The model.
        **kwargs: For `yaml.safe_dump`.
    """
    return _yaml().safe_dump(json.loads(model.to_json()), **kwargs)


def model_from_yaml(yaml_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """A model (without weights) from what `to_yaml` returned, here or in Keras 1 and 2.

    Only plain data is read: YAML's tags that make objects of Python are refused, but for the
    tuples and strings of Python 2 that Keras wrote.

    Args:
        yaml_string: The text, or an open file.
        custom_objects: Dict of names to classes and functions that the model needs.

    Raises:
        ImportError: if PyYAML is not installed.
        ValueError: for a text that is no configuration of a model.
    """
    from .model import model_from_json

    yaml = _yaml()
    try:
        config = yaml.load(yaml_string, _loader(yaml))
    except yaml.YAMLError as error:
        raise ValueError(f"This is no YAML of plain data: {error}") from error
    if not isinstance(config, dict) or "class_name" not in config:
        raise ValueError(
            "A model's YAML is a mapping with `class_name` and `config`. Received: "
            f"{type(config).__name__}"
        )
    return model_from_json(json.dumps(config), custom_objects)


def _loader(yaml):
    """SafeLoader, and the plain types of Python that Keras wrote with a tag."""
    Loader: Any = type("Loader", (yaml.SafeLoader,), {})
    prefix = "tag:yaml.org,2002:python/"
    for tag in ("str", "unicode"):
        Loader.add_constructor(prefix + tag, yaml.SafeLoader.construct_yaml_str)
    Loader.add_constructor(prefix + "tuple", lambda loader, node: loader.construct_sequence(node))
    Loader.add_constructor(prefix + "long", yaml.SafeLoader.construct_yaml_int)
    return Loader


def _yaml():
    try:
        import yaml
    except ImportError:
        raise ImportError(
            "YAML of models is read and written by PyYAML: pip install pyyaml. JSON needs "
            "nothing: model.to_json(), model_from_json."
        ) from None
    return yaml

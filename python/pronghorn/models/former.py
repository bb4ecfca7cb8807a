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


def _collect_previous_mask(input_tensors: Any) -> Any:
    """The mask of a symbolic tensor, or a list of those of a list; None where there is none."""
    from ..layers.masking import get_keras_mask

    if isinstance(input_tensors, (list, tuple)):
        return [get_keras_mask(x) for x in input_tensors]
    return get_keras_mask(input_tensors)


def _standardize_input_data(
    data: Any, names: Any, shapes: Any = None, check_batch_axis: bool = True,
    exception_prefix: str = "",
) -> Any:  # fmt: skip
    """Data for a model as a list of arrays in the order of its names; vectors become columns.

    Args:
        data: An array, a list of them, or a dict of them by name; None for none.
        names: Names of the inputs or targets.
        shapes: The shape that each must have, None for any size.
        check_batch_axis: Whether the first size is compared as well.
        exception_prefix: What messages begin with, such as "model input".

    Raises:
        ValueError: for missing or superfluous arrays, and for other shapes.
    """
    import numpy as np

    if not names or data is None:
        return [] if not names else [None] * len(names)
    what = exception_prefix
    if isinstance(data, dict):
        missing = [name for name in names if name not in data]
        if missing:
            raise ValueError(f'No data provided for "{missing[0]}". Need data for each of: {names}')
        data = [data[name] for name in names]
    elif not isinstance(data, (list, tuple)):
        data = [data]
    if len(data) != len(names):
        raise ValueError(
            f"Error when checking {what}: {len(names)} arrays are expected, for {names}. "
            f"Received: {len(data)} arrays"
        )
    arrays = [None if x is None else np.asarray(x) for x in data]
    arrays = [x[:, None] if x is not None and x.ndim == 1 else x for x in arrays]
    for x, name, shape in zip(arrays, names, shapes or [None] * len(names)):
        if x is None or shape is None:
            continue
        first = 0 if check_batch_axis else 1
        fits = len(x.shape) == len(shape) and all(
            size is None or size == found for size, found in list(zip(shape, x.shape))[first:]
        )
        if not fits:
            raise ValueError(
                f"Error when checking {what}: expected {name} to have shape {tuple(shape)} but "
                f"got array with shape {x.shape}"
            )
    return arrays

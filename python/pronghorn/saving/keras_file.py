"""`.keras` files: a zip file or folder of config.json, metadata.json, model.weights.h5, assets/.

The layout is that of Keras 3, which reads ours as we read its own.
"""

import contextlib
import io
import json
import os
import tempfile
import warnings
import zipfile

from .._atomic import replacing, replacing_file, scratch
from ..engine import limited_sizes
from ..layers.base import Layer
from ..legacy.telling import quietly
from ..serialization import ObjectSharingScope, deserialize_keras_object, serialize_keras_object
from .archive import Archive
from .hdf5 import File, room_for
from .state import collect
from .walk import walk
from .weights_file import Groups, load_groups, write_groups

CONFIG, METADATA, WEIGHTS, ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets"
KERAS_VERSION = "3.15.1"  # whose layout this is


def _texts(model):
    from datetime import datetime

    with ObjectSharingScope():
        config = serialize_keras_object(model)
    metadata = {
        "keras_version": KERAS_VERSION,
        "date_saved": datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
        "written_by": "pronghorn",
    }
    return json.dumps(config), json.dumps(metadata)


def save_model(model, target, zipped=True):
    """Writes a model, its weights, and the state of its optimizer where it is compiled.

    Args:
        model: The model.
        target: Path, or a file object that can seek.
        zipped: Whether to write a zip file; otherwise a folder.
    """
    if not model.built:
        warnings.warn(
            "You are saving a model that has not yet been built. It might not contain any weights "
            "yet. Consider building the model first by calling it on some data.",
            stacklevel=4,
        )
    config, metadata = _texts(model)
    groups = collect(model)
    if not zipped:
        _write_folder(model, target, config, metadata, groups)
    elif isinstance(target, io.IOBase):
        with tempfile.TemporaryFile() as weights:
            write_groups(weights, groups)
            weights.seek(0)
            _write_zip(model, target, config, metadata, weights)
    else:
        with replacing(target) as temporary, scratch(target) as weights:
            write_groups(weights, groups)
            with open(weights, "rb") as f:
                _write_zip(model, temporary, config, metadata, f)


def _write_zip(model, target, config, metadata, weights):
    import shutil

    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(METADATA, metadata)
        archive.writestr(CONFIG, config)
        with archive.open(WEIGHTS, "w", force_zip64=True) as f:
            shutil.copyfileobj(weights, f, 1 << 20)
        if _with_assets(model):
            with tempfile.TemporaryDirectory() as folder:
                _save_assets(model, folder)
                for path in _files(folder):
                    archive.write(os.path.join(folder, path), f"{ASSETS}/{path}")


def _write_folder(model, folder, config, metadata, groups):
    folder = os.fspath(folder)
    os.makedirs(folder, exist_ok=True)
    with replacing(os.path.join(folder, WEIGHTS)) as temporary:
        write_groups(temporary, groups)
    if _with_assets(model):
        _save_assets(model, os.path.join(folder, ASSETS))
    for name, text in ((METADATA, metadata), (CONFIG, config)):
        with replacing_file(os.path.join(folder, name), "w") as f:
            f.write(text)


def _places(model):
    steps, answer = walk(model), None
    with contextlib.suppress(StopIteration):
        while True:
            yield steps.send(answer)
            answer = True


def _with_assets(model):
    return [place for place in _places(model) if hasattr(place.owner, "save_assets")]


def _save_assets(model, folder):
    for place in _with_assets(model):
        inner = os.path.join(folder, place.path)
        os.makedirs(inner, exist_ok=True)
        place.owner.save_assets(inner)


def _files(folder):
    for here, _, names in os.walk(folder):
        for name in sorted(names):
            yield os.path.relpath(os.path.join(here, name), folder).replace(os.sep, "/")


class Assets:
    """The folders of files that layers keep beside their weights."""

    def __init__(self, folder):
        self._root = os.path.realpath(folder)

    def get(self, path):
        """The folder of the object at a path; None where it has none."""
        found = os.path.realpath(os.path.join(self._root, path))
        if found != self._root and not found.startswith(self._root + os.sep):
            raise ValueError(f"Invalid asset path: {path!r} leads elsewhere.")
        return found if os.path.isdir(found) else None


def load_model(source, custom_objects=None, compile=True, safe_mode=True):
    """Reads a model from a zip file, a folder or a file object.

    Raises:
        ValueError: for a damaged file, or one whose weights do not fit its configuration.
        TypeError: for a class or function that is not known.
    """
    if not isinstance(source, io.IOBase) and os.path.isdir(source):
        return _load_folder(source, custom_objects, compile, safe_mode)
    name = "the file object" if isinstance(source, io.IOBase) else str(source)
    with Archive(source, name) as archive:
        version = _version(archive.read(METADATA)) if METADATA in archive.names() else None
        size = archive.size(_weights_member(archive))
        maker = _Maker(
            archive.read(CONFIG), name, custom_objects, compile, safe_mode, version, size
        )
        with contextlib.ExitStack() as stack:
            assets = None
            if any(member.startswith(f"{ASSETS}/") for member in archive.names()):
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                archive.extract(f"{ASSETS}/", folder)
                assets = Assets(os.path.join(folder, ASSETS))
            weights = stack.enter_context(archive.opened(_weights_member(archive)))
            return _loaded(maker, weights, f"{name}:{WEIGHTS}", assets)


def _weights_member(archive):
    if WEIGHTS not in archive.names() and "model.weights.npz" in archive.names():
        raise ValueError(
            f"{archive.name} holds its weights as model.weights.npz, which early versions of "
            "Keras 3 could write as pickles; they are not read. Save it again with Keras."
        )
    return WEIGHTS


def _load_folder(folder, custom_objects, compile, safe_mode):
    folder = os.fspath(folder)
    path = os.path.join(folder, WEIGHTS)
    if not os.path.exists(path):
        raise FileNotFoundError(f"There is no file {path}.")
    with open(os.path.join(folder, CONFIG), "rb") as f:
        text = f.read()
    maker = _Maker(text, folder, custom_objects, compile, safe_mode, None, os.path.getsize(path))
    assets = os.path.join(folder, ASSETS)
    return _loaded(maker, path, path, Assets(assets) if os.path.isdir(assets) else None)


def _version(text):
    """The "2" or "3" of the Keras that wrote a file; None where it does not say."""
    try:
        return str(json.loads(text)["keras_version"]).partition(".")[0]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


class _Maker:
    """Makes the model of a configuration, without its weights.

    Args:
        text: The JSON text.
        name: What messages call the file.
        custom_objects, compile, safe_mode: As of load_model.
        version: What _version found.
        size: How many bytes the file has for weights.
    """

    def __init__(self, text, name, custom_objects, compile, safe_mode, version, size):
        try:
            config = json.loads(text)
        except (ValueError, RecursionError) as e:
            raise ValueError(f"{name} is damaged: its {CONFIG} is no JSON ({e}).") from None
        if not isinstance(config, dict) or "class_name" not in config:
            raise ValueError(f"{name}: {CONFIG} holds no configuration of a model.")
        if not compile:
            config["compile_config"] = None
        self._name, self._version, self._size = name, version, size
        self._custom_objects, self._safe_mode = custom_objects, safe_mode
        self._config = config

    def model(self):
        return self._of(self._config)

    def model_with_missing_numbers(self):
        """The model whose shared layers are one again; None where none is missing a number."""
        from .sharing import with_missing_numbers

        config = with_missing_numbers(self._config)
        return None if config is None else self._of(config)

    def _of(self, config):
        try:
            with ObjectSharingScope(), quietly(), limited_sizes(room_for(self._size)):
                if self._version == "2":
                    config = _to_new(config)
                model = deserialize_keras_object(
                    config, self._custom_objects, safe_mode=self._safe_mode
                )
        except (LookupError, AttributeError, ArithmeticError, RecursionError) as e:
            raise ValueError(
                f"The configuration in {self._name} does not describe a model "
                f"({type(e).__name__}: {e})."
            ) from e
        if not isinstance(model, Layer):
            raise ValueError(f"{self._name} holds no model, but {type(model).__name__}.")
        return model


def _to_new(config):
    """Today's form of what tf-keras wrote."""
    from .old_reading import to_new
    from .old_training import compile_config_to_new

    new = to_new(config)
    if new.get("compile_config"):
        new["compile_config"] = compile_config_to_new(new["compile_config"])
    return new


def load_weights(model, path, skip_mismatch=False):
    """Reads the weights of a `.keras` file into a model."""
    with Archive(path) as archive, archive.opened(_weights_member(archive)) as weights:
        with File(weights, f"{path}:{WEIGHTS}") as f:
            load_groups(model, Groups(f), skip_mismatch)


def _loaded(maker, source, name, assets):
    """The model with its weights, of which either all fit or none is given."""
    model = maker.model()
    with File(source, name) as f:
        try:
            load_groups(model, Groups(f), assets=assets)
        except ValueError:
            model = maker.model_with_missing_numbers()
            if model is None:
                raise
            load_groups(model, Groups(f), assets=assets)
    return model

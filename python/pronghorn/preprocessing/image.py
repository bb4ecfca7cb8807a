"""keras.preprocessing.image: pictures as arrays; augmentation as Keras 2 has it."""

_WHERE = {
    "augmentation": (
        "apply_affine_transform", "apply_brightness_shift", "apply_channel_shift",
        "random_brightness", "random_channel_shift", "random_rotation", "random_shear",
        "random_shift", "random_zoom",
    ),
    "directory_iterator": ("DirectoryIterator",),
    "frame_iterator": ("DataFrameIterator",),
    "image_data_generator": ("ImageDataGenerator",),
    "image_iterators": ("Iterator", "NumpyArrayIterator"),
    "pictures": ("array_to_img", "img_to_array", "load_img", "save_img", "smart_resize"),
}  # fmt: skip
_ROOM_OF = {name: room for room, names in _WHERE.items() for name in names}
__all__ = [*_ROOM_OF]  # noqa: PLE0604


def __getattr__(name):
    if name not in _ROOM_OF:
        from ..legacy.missing import old_or_absent

        return old_or_absent(__name__, name, _ROOM_OF)
    import importlib

    value = getattr(importlib.import_module(f".{_ROOM_OF[name]}", __package__), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__

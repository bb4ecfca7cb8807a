"""Utilities by name, loaded when first asked for."""

_WHERE = {
    "serialization": (
        "CustomObjectScope", "custom_object_scope", "deserialize_keras_object",
        "get_custom_objects", "get_registered_name", "get_registered_object",
        "register_keras_serializable", "serialize_keras_object",
    ),
    "engine": ("set_random_seed",),
    "engine.config": (
        "disable_interactive_logging", "enable_interactive_logging",
        "is_interactive_logging_enabled", "standardize_dtype",
    ),
    "callbacks.progbar": ("Progbar",),
    "training.data": (
        "PyDataset", "Sequence", "pack_x_y_sample_weight", "unpack_x_y_sample_weight",
    ),
    "utils.arrays": ("normalize", "to_categorical"),
    "utils.config": ("Config",),
    "utils.feature_space": ("FeatureSpace",),
    "engine.sources": ("get_source_inputs",),
    "engine.session": ("clear_session",),
    "utils.session": ("is_keras_tensor",),
    "files.get_file": ("get_file",),
    "models.plot": ("model_to_dot", "plot_model"),
    "preprocessing.sequence": ("pad_sequences",),
    "preprocessing.audio_dataset": ("audio_dataset_from_directory",),
    "preprocessing.image_dataset": ("image_dataset_from_directory",),
    "preprocessing.pictures": ("array_to_img", "img_to_array", "load_img", "save_img"),
    "preprocessing.split": ("split_dataset",),
    "preprocessing.text_dataset": ("text_dataset_from_directory",),
    "preprocessing.timeseries": ("timeseries_dataset_from_array",),
}  # fmt: skip
_ROOM_OF = {name: room for room, names in _WHERE.items() for name in names}
__all__ = [*_ROOM_OF]  # noqa: PLE0604


def __getattr__(name):
    if name in ("bounding_boxes", "legacy"):
        import importlib

        return importlib.import_module(f".{name}", __name__)
    if name not in _ROOM_OF:
        from ..legacy.missing import old_or_absent

        return old_or_absent(__name__, name, _ROOM_OF)
    import importlib

    value = getattr(importlib.import_module(f"..{_ROOM_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return [*__all__, "bounding_boxes"]

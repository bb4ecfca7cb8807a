"""Pictures of images with boxes and masks, and galleries of them, loaded when first asked for."""

_WHERE = {
    "boxes": ("draw_bounding_boxes", "plot_bounding_box_gallery"),
    "gallery": ("plot_image_gallery",),
    "masks": ("draw_segmentation_masks", "plot_segmentation_mask_gallery"),
}
_ROOM_OF = {name: room for room, names in _WHERE.items() for name in names}
__all__ = [*_ROOM_OF]  # noqa: PLE0604


def __getattr__(name):
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f".{_ROOM_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__

# Written by tools/stubs.py; `make stubs` writes it anew.
# ruff: noqa
# fmt: off
from .boxes import draw_bounding_boxes as draw_bounding_boxes
from .boxes import plot_bounding_box_gallery as plot_bounding_box_gallery
from .gallery import plot_image_gallery as plot_image_gallery
from .masks import draw_segmentation_masks as draw_segmentation_masks
from .masks import plot_segmentation_mask_gallery as plot_segmentation_mask_gallery

"""keras.ops.image: sizes, colours, maps, windows and patches of images."""

from .. import _operations
from .color import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv
from .crop import crop_images, pad_images
from .filters import gaussian_blur, sobel_edges, ssim
from .patches import extract_patches, extract_patches_3d
from .resize import resize, scale_and_translate
from .warp import affine_transform, elastic_transform, map_coordinates, perspective_transform

__all__ = [
    "affine_transform", "crop_images", "elastic_transform", "extract_patches",
    "extract_patches_3d", "gaussian_blur", "hsv_to_rgb", "map_coordinates", "pad_images",
    "perspective_transform", "resize", "rgb_to_grayscale", "rgb_to_hsv", "scale_and_translate",
    "sobel_edges", "ssim",
]  # fmt: skip

_operations.install("image", globals())

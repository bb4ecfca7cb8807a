"""tf.image: pictures (height, width, channels), or batches of them."""

from ... import ops as _ops


class ResizeMethod:
    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"


def resize(
    images, size, method="bilinear", preserve_aspect_ratio=False, antialias=False, name=None
):
    if preserve_aspect_ratio:
        raise ValueError("tf.image.resize: `preserve_aspect_ratio=True` is not served.")
    images = _ops.convert_to_tensor(images)
    if method != "nearest":
        images = _ops.cast(images, "float32")
    size = tuple(int(n) for n in size)
    resized = _ops.image.resize(
        images, size, interpolation=method, antialias=antialias, data_format="channels_last"
    )
    return resized


resize_images = resize


def resize_bilinear(images, size, align_corners=False, name=None, half_pixel_centers=True):
    return resize(images, size)


def resize_nearest_neighbor(images, size, align_corners=False, name=None, half_pixel_centers=True):
    return resize(images, size, "nearest")


def extract_patches(images, sizes, strides, rates, padding, name=None):
    from .former import extract_image_patches

    return extract_image_patches(images, sizes, strides, rates, padding)


def psnr(a, b, max_val, name=None):
    error = _ops.mean(_ops.square(_ops.subtract(a, b)), axis=(-3, -2, -1))
    return 20 * _ops.log10(_ops.cast(max_val, "float32")) - 10 * _ops.log10(error)


def flip_left_right(image):
    return _ops.flip(image, axis=-2)


def flip_up_down(image):
    return _ops.flip(image, axis=-3)


def transpose(image, name=None):
    return _ops.swapaxes(image, -2, -3)


def rot90(image, k=1, name=None):
    return _ops.rot90(image, k=k, axes=(-3, -2))


def rgb_to_grayscale(images, name=None):
    return _ops.image.rgb_to_grayscale(images, data_format="channels_last")


def grayscale_to_rgb(images, name=None):
    return _ops.repeat(images, 3, axis=-1)


def adjust_brightness(image, delta):
    return image + delta


def adjust_contrast(images, contrast_factor):
    mean = _ops.mean(images, axis=(-3, -2), keepdims=True)
    return (images - mean) * contrast_factor + mean


def per_image_standardization(image):
    image = _ops.cast(image, "float32")
    axes = (-3, -2, -1)
    count = 1
    for axis in axes:
        count *= image.shape[axis]
    spread = _ops.maximum(_ops.std(image, axis=axes, keepdims=True), count**-0.5)
    return (image - _ops.mean(image, axis=axes, keepdims=True)) / spread


def ssim(img1, img2, max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03):
    return _ops.image.ssim(img1, img2, max_val, filter_size, filter_sigma, k1, k2)


def total_variation(images, name=None):
    down = _ops.abs(images[..., 1:, :, :] - images[..., :-1, :, :])
    across = _ops.abs(images[..., :, 1:, :] - images[..., :, :-1, :])
    axes = (-3, -2, -1)
    return _ops.sum(down, axis=axes) + _ops.sum(across, axis=axes)

"""unfold and fold: the windows of pictures as columns, and the sum of such columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._args import shape_of, tensor
from ._windows import per_axis, spread
from .array import pad, reshape, stack
from .math import add

if TYPE_CHECKING:
    from ..engine.types import Axis, Tensor, TensorLike


def _windows_of(kernel_size, dilation, padding, stride, where):
    return (
        per_axis(kernel_size, 2, "kernel_size", where),
        per_axis(dilation, 2, "dilation", where),
        per_axis(padding, 2, "padding", where, least=0),
        per_axis(stride, 2, "stride", where),
    )


def unfold(
    x: TensorLike, kernel_size: Any, dilation: Axis = 1, padding: Any = 0, stride: Axis = 1
) -> Tensor:
    """The windows of pictures, each as a column.

    Args:
        x: Tensor (N, C, H, W), of known sizes.
        kernel_size, dilation, stride: An int, or (vertical, horizontal).
        padding: Zeros at both ends, an int or (vertical, horizontal).

    Returns:
        A tensor (N, C * KH * KW, number of windows).

    Raises:
        ValueError: another rank, or a window larger than the padded picture.

    Example:
        >>> ops.shape(ops.unfold(ops.ones((1, 2, 4, 4)), 2, stride=2))
        (1, 8, 4)
    """
    x = tensor(x)
    if len(x.shape) != 4:
        raise ValueError(f"Input must be a 4D tensor. Received: input.shape={tuple(x.shape)}")
    (kh, kw), (dh, dw), (ph, pw), (sh, sw) = _windows_of(
        kernel_size, dilation, padding, stride, "unfold"
    )
    x = pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    batch, channels, height, width = shape_of(x)
    span_h, span_w = (kh - 1) * dh, (kw - 1) * dw
    if height <= span_h or width <= span_w:
        raise ValueError(
            f"unfold: a window of ({span_h + 1}, {span_w + 1}) (with dilation) does not fit "
            f"pictures of ({height}, {width}) (with padding)."
        )
    taken = [
        x[:, :, i * dh : height - span_h + i * dh : sh, j * dw : width - span_w + j * dw : sw]
        for i in range(kh)
        for j in range(kw)
    ]
    count = taken[0].shape[2] * taken[0].shape[3]
    return reshape(stack(taken, axis=2), (batch, channels * kh * kw, count))


def fold(
    x: TensorLike,
    output_size: Any,
    kernel_size: Any,
    dilation: Axis = 1,
    padding: Any = 0,
    stride: Axis = 1,
) -> Tensor:
    """Pictures summed up from columns of their windows: the transpose of `unfold`.

    Args:
        x: Tensor (N, C * KH * KW, number of windows).
        output_size: Size of the pictures, an int or (H, W).
        kernel_size, dilation, padding, stride: As `unfold` had them.

    Returns:
        A tensor (N, C, H, W).

    Raises:
        ValueError: another rank, or sizes that do not match.

    Example:
        >>> ops.shape(ops.fold(ops.ones((1, 8, 4)), 4, 2, stride=2))
        (1, 2, 4, 4)
    """
    x = tensor(x)
    if len(x.shape) != 3:
        raise ValueError(f"Input must be a 3D tensor. Received: input.shape={tuple(x.shape)}")
    (kh, kw), (dh, dw), (ph, pw), (sh, sw) = _windows_of(
        kernel_size, dilation, padding, stride, "fold"
    )
    height, width = per_axis(output_size, 2, "output_size", "fold")
    batch, rows, count = shape_of(x)
    across = (height + 2 * ph - (kh - 1) * dh - 1) // sh + 1
    along = (width + 2 * pw - (kw - 1) * dw - 1) // sw + 1
    if x.shape[1] is not None and x.shape[1] % (kh * kw):
        raise ValueError(
            f"fold: the second size of the input ({x.shape[1]}) must be divisible by the number of "
            f"elements of a window ({kh * kw})."
        )
    if x.shape[2] not in (None, across * along):
        raise ValueError(
            f"fold: pictures of ({height}, {width}) have {across * along} windows; the input has "
            f"{x.shape[2]} columns."
        )
    channels = rows // (kh * kw)
    x = reshape(x, (batch, channels, kh * kw, across, along))
    total = None
    for i in range(kh):
        for j in range(kw):
            part = spread(x[:, :, i * kw + j], 2, sh, i * dh, height + 2 * ph)
            part = spread(part, 3, sw, j * dw, width + 2 * pw)
            total = part if total is None else add(total, part)
    return total[:, :, ph : ph + height, pw : pw + width]  # type: ignore[index]


__all__ = ["fold", "unfold"]

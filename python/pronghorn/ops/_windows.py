"""What convolution and pooling share: layouts, arguments, padding as TensorFlow computes it."""

from ..engine import config
from ..engine.sized import sized_by_inputs
from ..engine.symdim import SymDim
from ._args import KerasTensor, op, shape_of, tensor
from .array import expand_dims, pad, reshape, squeeze, transpose


def per_axis(value, count, name, where, least=1):
    """One int or `count` of them, as a tuple."""
    values = (value,) * count if isinstance(value, int) else tuple(value)
    if len(values) != count or any(not isinstance(v, int) or v < least for v in values):
        raise ValueError(
            f"{where}: `{name}` must be an integer of at least {least}, or {count} of them. "
            f"Received: {value!r}"
        )
    return values


def padding_name(padding, where, causal=False):
    name = padding.lower() if isinstance(padding, str) else padding
    if name == "causal" and causal:
        return name
    if name not in ("valid", "same"):
        raise ValueError(f"{where}: padding must be 'valid' or 'same'. Received: {padding!r}")
    return name


def pads_of(padding, sizes, spans, strides):
    """(before, after) of each spatial axis, flat. The spans are those of dilated windows."""
    pads = []
    for size, span, stride in zip(sizes, spans, strides):
        if padding == "valid":
            pads += [0, 0]
        elif padding == "causal":
            pads += [span - 1, 0]
        else:
            if stride == 1 or size is None:  # unknown in a pass over shapes: as good as any
                total = span - 1
            elif isinstance(size, SymDim):
                total = (-(-size // stride) - 1) * stride + span - size
                total = SymDim(function="max", operands=(total, 0))
            else:
                total = max((-(-size // stride) - 1) * stride + span - size, 0)
            pads += [total // 2, total - total // 2]
    return tuple(pads)


class Layout:
    """An input with channels last; one of sequences as pictures of height 1.

    `x` is (N, H, W, C), or (N, D, H, W, C) for three spatial axes.
    """

    def __init__(self, x, data_format, where):
        x = tensor(x)
        self.rank = len(x.shape)
        self.spatial = self.rank - 2
        if self.spatial not in (1, 2, 3):
            raise ValueError(
                f"{where}: expected an input of 3 to 5 axes (batch, spatial axes, channels). "
                f"Received shape {tuple(x.shape)}"
            )
        data_format = data_format or config.image_data_format()
        if data_format not in ("channels_last", "channels_first"):
            raise ValueError(
                f"{where}: data_format must be 'channels_last' or 'channels_first'. "
                f"Received: {data_format!r}"
            )
        self.first = data_format == "channels_first"
        if self.first:
            x = transpose(x, (0, *range(2, self.rank), 1))
        self.x = expand_dims(x, 1) if self.spatial == 1 else x
        self.count = len(self.x.shape) - 2  # spatial axes of self.x

    def per_axis(self, value, name, where):
        values = per_axis(value, self.spatial, name, where)
        return (1, *values) if self.spatial == 1 else values

    def flat(self, values, unit):
        """One value an axis of the input, as one an axis of `x`."""
        return (unit, *values) if self.spatial == 1 else tuple(values)

    def sizes(self):
        """The spatial sizes: an int, a SymDim of a symbolic input, or None."""
        x = self.x
        return shape_of(x)[1:-1] if isinstance(x, KerasTensor) else tuple(x.shape[1:-1])

    def back(self, y):
        """A result in the input's layout."""
        if self.spatial == 1:
            y = squeeze(y, 1)
        return transpose(y, (0, self.rank - 1, *range(1, self.rank - 1))) if self.first else y


def with_pads(native, x, kernel, window, strides, pads, dilation=(1, 1), groups=1):
    """A native op over the windows of pictures; padding may wait for sizes that are unknown yet."""
    if any(isinstance(p, SymDim) for p in pads):
        return _same_windows(native.name, x, kernel, window, strides, dilation, groups)
    return _windows(native, x, kernel, window, strides, pads, dilation, groups)


def _windows(native, x, kernel, window, strides, pads, dilation, groups):
    if kernel is None:
        return native((x,), (window, strides, pads))
    return native((x, kernel), (strides, pads, dilation, groups))


def _same_spec(name, x, kernel, window, strides, dilation, groups):
    if None not in x.shape[1:3]:
        return None
    sizes = [None if s is None else -(-s // t) for s, t in zip(x.shape[1:3], strides)]
    return (x.shape[0], *sizes, x.shape[3] if kernel is None else kernel.shape[-1]), x.dtype


@sized_by_inputs(_same_spec)
def _same_windows(name, x, kernel, window, strides, dilation, groups):
    spans = [(w - 1) * d + 1 for w, d in zip(window, dilation)]
    pads = pads_of("same", x.shape[1:3], spans, strides)
    return _windows(op(name), x, kernel, window, strides, pads, dilation, groups)


def merge_depth(x):
    """Volumes (N, D, H, W, C) as pictures (N * D, H, W, C), and what takes pictures back."""
    head = shape_of(x)
    flat = reshape(x, (-1 if None in x.shape[:2] else head[0] * head[1], *head[2:]))
    return flat, lambda y: reshape(y, (*head[:2], *shape_of(y)[1:]))


def spread(x, axis, stride, before, total):
    """x with its elements along an axis at before, before + stride, ... of `total` zeros."""
    if stride > 1:
        dims = shape_of(x)
        x = expand_dims(x, axis + 1)
        x = pad(x, tuple((0, stride - 1 if i == axis + 1 else 0) for i in range(len(x.shape))))
        x = reshape(x, (*dims[:axis], dims[axis] * stride, *dims[axis + 1 :]))
    length = x.shape[axis]
    after = 0 if length is None else total - before - length
    if after < 0:
        key = (slice(None),) * axis
        x, after = x[(*key, slice(0, total - before))], 0
    widths = [(0, 0)] * len(x.shape)
    widths[axis] = (before, after)
    return pad(x, widths)


__all__ = ["Layout", "merge_depth", "pads_of", "padding_name", "per_axis", "spread", "with_pads"]

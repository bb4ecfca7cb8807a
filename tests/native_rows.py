"""Rows of native ops that the public functions reach only through gradients and fusion: an op's
name, its inputs and its attributes. test_native_ops.py checks them."""

import itertools
from dataclasses import dataclass

import numpy as np
from pronghorn import engine


@dataclass(frozen=True)
class Native:
    name: str
    inputs: tuple  # NumPy arrays
    attrs: tuple = ()
    linear: tuple | None = None  # the inputs to differentiate; None: every float input
    plain: bool = True  # compare with the op's plain definition
    order2: bool = True

    def __str__(self):
        shapes = "x".join("_".join(map(str, i.shape)) or "scalar" for i in self.inputs)
        return f"{self.name}-{shapes}-{self.attrs}".replace(" ", "")


rng = np.random.default_rng(7)


def r(*shape, low=-1.5, high=1.5):
    return rng.uniform(low, high, shape)


def index(*shape, n=5):
    return rng.integers(0, n, shape).astype("int32")


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def products():
    shapes = [
        ((3, 4), (4, 5), ()),
        ((2, 3, 4), (4, 5), (False, False)),
        ((2, 3, 4), (2, 4, 5), ()),
        ((4, 3), (4, 5), (True, False)),
        ((3, 4), (5, 4), (False, True)),
        ((4, 3), (5, 4), (True, True)),
        ((2, 1, 3, 4), (6, 4, 5), ()),
        ((2, 1, 2, 3, 4), (2, 3, 1, 4, 5), ()),
        ((2, 6, 4, 3), (1, 1, 4, 5), (True, False)),
        ((2, 3, 4), (5, 4), (False, True)),
        ((3, 4), (2, 4, 5), ()),
        ((2, 3, 3, 4), (3, 5, 4), (False, True)),
        ((7, 0, 3), (3, 5), ()),
        ((2, 3, 0), (0, 5), ()),
    ]
    rows = [Native("matmul", (r(*a), r(*b)), attrs) for a, b, attrs in shapes]
    for act, bias, gate_act in itertools.product(range(4), (False, True), range(4)):
        inputs = [r(3, 4), r(4, 5)] + [r(5)] * bias + [r(3, 5, low=-0.9, high=0.9)] * (gate_act > 0)
        attrs = (False, False, bias, act, gate_act > 0, gate_act)
        rows.append(Native("matmul_epilogue", tuple(inputs), attrs))
    for b, transposed in (((4, 5), False), ((2, 5, 4), True)):
        attrs = (False, transposed, True, 2, True, 2)
        rows.append(Native("matmul_epilogue", (r(2, 3, 4), r(*b), r(5), r(2, 3, 5)), attrs))
    return rows


def convolutions():
    rows = []
    height, width, channels, filters, kh, kw = 6, 7, 4, 4, 2, 3
    for groups, stride, pads, dilation in (
        (1, (1, 1), (0, 0, 0, 0), (1, 1)),
        (1, (2, 1), (1, 1, 0, 1), (1, 1)),
        (1, (2, 2), (0, 1, 1, 2), (1, 2)),
        (2, (1, 2), (1, 0, 0, 1), (1, 1)),
        (4, (1, 1), (1, 1, 1, 1), (1, 1)),
    ):
        oh = (height + pads[0] + pads[1] - (kh - 1) * dilation[0] - 1) // stride[0] + 1
        ow = (width + pads[2] + pads[3] - (kw - 1) * dilation[1] - 1) // stride[1] + 1
        x, w = r(2, height, width, channels), r(kh, kw, channels // groups, filters)
        dy, other = r(2, oh, ow, filters), r(2, height, width, channels)
        own, sizes = (stride, pads, dilation, groups), (height, width)
        rows += [
            Native("conv2d", (x, w), own),
            Native("conv2d_grad_input", (w, dy), own + sizes),
            Native("conv2d_grad_filter", (x, dy), own + (kh, kw)),
            Native("conv2d_epilogue", (x, w, r(filters)), own + (True, 2, False, 0)),
            Native("conv2d_epilogue", (x, w, r(filters), dy), own + (True, 1, True, 2)),
            Native("conv2d_grad_input_epilogue", (w, dy, other), own + sizes + (False, 0, True, 1)),
            Native("conv2d_grad_input_epilogue", (w, dy, other), own + sizes + (False, 0, True, 3)),
        ]
    return rows


def pools():
    rows = []
    for stride, pads in (((2, 2), (0, 0, 0, 0)), ((1, 2), (1, 0, 0, 1)), ((3, 1), (1, 1, 1, 1))):
        x = rng.permutation(2 * 5 * 6 * 3).reshape(2, 5, 6, 3) / 30.0  # no ties
        attrs = ((2, 3), stride, pads)
        y = engine.dispatch.op("max_pool")((engine.convert_to_tensor(x),), attrs).numpy()
        rows += [
            Native("max_pool", (x,), attrs),
            Native("avg_pool", (x,), attrs),
            Native("max_pool_grad", (x, y, r(*y.shape)), attrs, linear=(2,)),
            Native("max_pool_pick", (x, y, r(*x.shape)), attrs, linear=(2,)),
            *(
                Native(
                    "max_pool_grad_epilogue",
                    (x, y, r(*y.shape), r(*x.shape, low=-0.9)),
                    attrs + (False, 0, True, act),
                    linear=(2, 3) if act > 1 else (2,),
                )
                for act in (1, 2, 3)
            ),
            Native("avg_pool_grad", (r(*y.shape),), attrs + (5, 6)),
        ]
    return rows


def probabilities():
    x = r(4, 5)
    return [
        Native("softmax", (x,)),
        Native("log_softmax", (r(2, 3, 4),)),
        Native("softmax_grad", (softmax(x), r(4, 5))),
        Native("log_softmax_grad", (x, r(4, 5))),
        Native("xent_sparse", (x, index(4))),
        Native("xent_sparse", (r(2, 3, 5), index(2, 3))),
        Native("xent_dense", (x, softmax(r(4, 5)))),
        Native("xent_dense", (r(2, 3, 5), r(2, 3, 5, low=0.1))),
        Native("xent_sparse_grad", (x, index(4), r(4))),
        Native("xent_dense_grad", (x, softmax(r(4, 5)), r(4))),
    ]


def normalisations():
    rows = []
    for gamma, beta in itertools.product((False, True), (False, True)):
        x, attrs = r(5, 2, 3), (1e-3, gamma, beta)
        params = (r(3),) * gamma + (r(3),) * beta
        rows.append(Native("batch_norm_train", (x, *params), attrs))
        rows.append(Native("batch_norm_infer", (x, *params, r(3), r(3, low=0.5)), attrs))
        inputs = (x, *((r(3),) * gamma), r(3), r(3, low=0.5), r(5, 2, 3))
        rows.append(Native("batch_norm_grad", inputs, (gamma,)))
    return rows


def movements():
    seed = np.array([3, 4], "uint32")
    cut = ((1, 5), (5, -10), (2, -2))
    return [
        Native("slice", (r(5, 6),), cut, plain=False),
        Native("slice_grad", (r(2, 3),), cut + ((5, 6),), plain=False),
        Native("gather", (r(2, 5, 3), index(4)), (1, True, True), plain=False),
        Native("scatter_add", (index(2, 4) - 5, r(2, 4, 3)), (5, 0, True)),
        Native("scatter_add", (index(4), r(2, 4, 3)), (5, 1, True)),
        Native("dropout", (r(40), seed), (0.3,)),
        Native("relu_gate", (r(3, 4), r(3, 4)), linear=(0,), plain=False),
        Native("relu6_gate", (r(3, 4), 8 * r(3, 4)), linear=(0,), plain=False),
        Native("tanh_gate", (r(3, 4), r(3, 4)), plain=False),
        Native("sigmoid_gate", (r(3, 4), r(3, 4)), plain=False),
    ]


def chains():
    """Pointwise, depthwise, pointwise; strides, pads, dilations, groups, has_bias, act of each."""
    one, same = (1, 1, 0, 0, 0, 0, 1, 1, 1), (1, 1, 1, 1, 1, 1, 1, 1, 6)
    odd, wide = (2, 2, 0, 1, 0, 1, 1, 1, 6), (1, 1, 2, 2, 2, 2, 2, 2, 6)
    stem = (2, 2, 0, 1, 0, 1, 1, 1, 1)
    first, middle, last = (r(1, 1, 3, 6), r(6)), (r(3, 3, 1, 6), r(6)), (r(1, 1, 6, 4), r(4))
    x, small, images, filters = r(2, 9, 7, 3), r(1, 2, 2, 3), r(2, 11, 9, 3), r(3, 3, 3, 6)
    cases = [
        ((x, *first, *middle, *last), (*one, 1, 1, *same, 1, 4, *one, 1, 0)),
        ((x, *first, *middle), (*one, 1, 4, *odd, 1, 1)),
        ((x, first[0], middle[0], last[0]), (*one, 0, 0, *wide, 0, 0, *one, 0, 1)),
        ((small, first[0], middle[0]), (*one, 0, 0, *same, 0, 0)),
        ((images, filters, *middle, last[0]), (*stem, 0, 1, *same, 1, 1, *one, 0, 0)),
    ]
    return [Native("conv_chain", x, (stages,), linear=(), order2=False) for x, stages in cases]


ROWS = [
    *products(), *convolutions(), *pools(), *probabilities(), *normalisations(), *movements(),
    *chains(),
]  # fmt: skip

# (op, shapes, attributes, words of the message)
ERRORS = [
    ("add", [(2, 3)], (), "expected 2 input tensors; received 1"),
    ("add", [(2, 3), (4, 3)], (), r"add: shapes \(2, 3\) and \(4, 3\) do not broadcast"),
    ("matmul", [(3,), (3, 4)], (), r"at least 2 dimensions; received shapes \(3,\)"),
    ("matmul", [(2, 3), (4, 5)], (), r"\(2, 3\) and \(4, 5\) cannot be multiplied.* 3 .* 4 "),
    ("matmul_epilogue", [(2, 3), (3, 5), (4,)], (False, False, True, 0, False, 0), "bias"),
    ("conv2d", [(2, 5, 5, 3), (2, 2, 2, 4)], ((1, 1), (0, 0, 0, 0), (1, 1), 1), "channels"),
    ("conv2d", [(2, 5, 5, 3), (2, 2, 3, 4)], ((0, 1), (0, 0, 0, 0), (1, 1), 1), "a stride is 0"),
    ("conv2d", [(2, 5, 5, 3), (2, 2, 3, 4)], ((1, 1), (0, 0, 0), (1, 1), 1), "4 integers"),
    ("conv2d", [(2, 5, 5, 3), (7, 2, 3, 4)], ((1, 1), (0, 0, 0, 0), (1, 1), 1), "does not fit"),
    ("conv2d", [(5, 5, 3), (2, 2, 3, 4)], ((1, 1), (0, 0, 0, 0), (1, 1), 1), "4 dimensions"),
    ("conv_chain", [(1, 3, 3, 2), (1, 1, 2, 2)], ((1, 1),), "2 numbers; expected 11 for each"),
    ("max_pool", [(2, 5, 5, 3)], ((2, 2), (1, 1), (2, 0, 0, 0)), "smaller than the window"),
    ("max_pool", [(2, 5, 5, 3)], ((0, 2), (1, 1), (0, 0, 0, 0)), "window's height is 0"),
    ("sum", [(2, 3)], ((2,), False), r"axis 2 is out of bounds for a tensor of 2 dimensions"),
    ("sum", [(2, 3)], ((0, -2), False), "given twice"),
    ("argmax", [(2, 0)], (1, False), "0 elements to choose from"),
    ("softmax", [()], (), "no axis"),
    ("xent_dense", [(2, 3), (3, 2)], (), r"\(2, 3\).*received \(3, 2\)"),
    ("batch_norm_train", [(4, 3), (2,), (3,)], (1e-3, True, True), r"\(3,\); received.*\(2,\)"),
    ("batch_norm_train", [(4, 3), (3,), (3,)], (-1.0, True, True), "epsilon is -1"),
    ("reshape", [(2, 3)], ((4, 2),), r"\(2, 3\) cannot take the shape \(4, 2\)"),
    ("reshape", [(2, 3)], ((-1, -1),), "at most one"),
    ("reshape", [(2, 3)], ((-1, 0),), "divide"),
    ("transpose", [(2, 3)], ((0, 0),), "permutation"),
    ("transpose", [(2, 3)], ((0, 5),), "permutation"),
    ("broadcast_to", [(2, 3)], ((2, 4),), r"\(2, 3\) does not broadcast to \(2, 4\)"),
    ("slice", [(4,)], ((0,), (4,), (0,)), "step is 0"),
    ("slice", [(4,)], ((0, 0), (4, 4), (1, 1)), "1 integers"),
    ("concat", [], (0,), "at least one"),
    ("concat", [(2, 3), (3, 2)], (0,), r"\(2, 3\) and \(3, 2\)"),
    ("pad", [(2,)], ((-1,), (0,), 0.0), "negative padding"),
    ("pad", [(2,)], ((2**62,), (2**62,), 0.0), "too large|addressed|elements"),
    ("gather", [(2, 3), (2,)], (0, True, True), "integer dtype"),
    ("fill", [], ((2**40, 2**40), 0.0, "float32"), "elements|addressed"),
    ("fill", [], ((-3,), 0.0, "float32"), "negative size"),
    ("arange", [], (0.0, 1.0, -2, "int32"), "0 or more"),
    ("dropout", [(4,), (2,)], (0.5,), "uint32"),
    # arguments of another kind, too many, too few
    ("conv2d", [(2, 5, 5, 3), (2, 2, 3, 4)], ("same", (0, 0, 0, 0), (1, 1)),
     "conv2d: `strides` should be a tuple of integers; received 'same'"),
    ("max_pool", [(2, 5, 5, 3)], ((2, 2), (1, 1), 2), "max_pool: `pads` should be .*; received 2"),
    ("sum", [(2, 3)], ((0,), (1, 2)), r"sum: `keepdims` should be a bool; received \(1, 2\)"),
    ("argmax", [(2, 3)], (1.5,), "argmax: `axis` should be an integer; received 1.5"),
    ("cast", [(2, 3)], (7,), "cast: `dtype` should be a dtype; received 7"),
    ("pad", [(2,)], ((0.5,), (0,)), r"pad: `low` should be a tuple of integers; received \(0.5,\)"),
    ("dropout", [(4,), (2,)], (), "dropout: `rate` is missing"),
    ("gather", [(2, 3), (2,)], (None,), "gather: `axis` is missing"),
    ("matmul", [(2, 3), (3, 2)], (False, False, True), "at most 2 arguments beside its tensors"),
]  # fmt: skip

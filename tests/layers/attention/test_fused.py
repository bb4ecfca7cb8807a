"""The fused attention op: where it runs, its memory, threads, PyTorch as another oracle."""

import os

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, ops
from pronghorn.engine import device
from pronghorn.engine.trace import Function

HERE = os.path.dirname(os.path.abspath(__file__))
TORCH = np.load(os.path.join(HERE, "torch_values.npz"))


def arrays(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype("float32") for shape in shapes]


def gradients(q, k, v, dy, **options):
    tensors = [ops.convert_to_tensor(x) for x in (q, k, v)]
    with ph.GradientTape() as tape:
        for x in tensors:
            tape.watch(x)
        y = ops.dot_product_attention(*tensors, **options)
        loss = ops.sum(y * dy)
    return [np.array(x) for x in (y, *tape.gradient(loss, tensors))]


@pytest.mark.parametrize("case", ["plain", "causal", "mask", "bias", "long"])
def test_values_and_gradients_are_pytorchs(case, width):
    stored = {k.partition("/")[2]: TORCH[k] for k in TORCH.files if k.startswith(case + "/")}
    options = {k: stored[k] for k in ("mask", "bias") if k in stored}
    found = gradients(
        *(stored[n] for n in ("q", "k", "v", "dy")), is_causal=case == "causal", **options
    )
    for name, value in zip(("y", "dq", "dk", "dv"), found):
        np.testing.assert_allclose(value, stored[name], rtol=2e-5, atol=2e-5, err_msg=name)


@pytest.mark.parametrize("shape", [(1, 300, 1, 8), (3, 300, 4, 8)])
def test_threads_change_no_bit(shape, threads):
    q, k, v, dy = arrays(shape, shape, shape, shape)
    found = []
    for count in (1, 2, 3):
        threads(count)
        found.append(gradients(q, k, v, dy, is_causal=True))
    for other in found[1:]:
        for a, b in zip(found[0], other):
            np.testing.assert_array_equal(a, b)


def by_definition(q, k, v, dy, causal):
    """Values and gradients in float64, each head of keys shared by as many heads of queries."""
    share = q.shape[2] // k.shape[2]
    q, dy = (x.astype("float64") for x in (q, dy))
    wide_k, wide_v = (np.repeat(x.astype("float64"), share, axis=2) for x in (k, v))
    scale = q.shape[-1] ** -0.5
    s = np.einsum("bihd,bjhd->bhij", q, wide_k) * scale
    if causal:
        s = np.where(np.arange(s.shape[3]) > np.arange(s.shape[2])[:, None], -np.inf, s)
    p = np.exp(s - s.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    dp = np.einsum("bihd,bjhd->bhij", dy, wide_v)
    ds = p * (dp - (p * dp).sum(-1, keepdims=True)) * scale
    found = [np.einsum("bhij,bjhd->bihd", p, wide_v), np.einsum("bhij,bjhd->bihd", ds, wide_k)]
    for wide in (np.einsum("bhij,bihd->bjhd", ds, q), np.einsum("bhij,bihd->bjhd", p, dy)):
        b, j, h, d = wide.shape
        found.append(wide.reshape(b, j, h // share, share, d).sum(3))
    return found


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(
    ("queries", "keys", "heads", "shared", "sizes"),
    [(70, 600, 8, 8, (32, 32)), (200, 300, 16, 8, (40, 33)), (90, 300, 4, 2, (33, 40))],
    ids=["wide", "shared", "few"],
)
def test_more_keys_than_stay_in_cache(queries, keys, heads, shared, sizes, causal, width):
    size, value_size = sizes
    q, k, v, dy = arrays(
        (1, queries, heads, size), (1, keys, shared, size), (1, keys, shared, value_size),
        (1, queries, heads, value_size), seed=4,
    )  # fmt: skip
    found = gradients(q, k, v, dy, is_causal=causal)
    for name, value, right in zip(
        ("y", "dq", "dk", "dv"), found, by_definition(q, k, v, dy, causal)
    ):
        np.testing.assert_allclose(value, right, rtol=1e-4, atol=2e-5, err_msg=name)


def test_infinite_biases_hide_keys():
    q, k, v = arrays((1, 3, 2, 4), (1, 300, 2, 4), (1, 300, 2, 4))
    bias = np.where(np.arange(300) < 200, -np.inf, 0.0).astype("float32").reshape(1, 1, 1, 300)
    y = ops.dot_product_attention(q, k, v, bias=bias)
    alone = ops.dot_product_attention(q, k[:, 200:], v[:, 200:])
    np.testing.assert_allclose(np.array(y), np.array(alone), rtol=1e-5, atol=1e-6)


def training_step(length, heads=2, size=8):
    """The program of a gradient of attention, and its calls."""

    def step(x):
        with ph.GradientTape() as tape:
            tape.watch(x)
            loss = ops.sum(ops.square(ops.dot_product_attention(x, x, x, is_causal=True)))
        return tape.gradient(loss, x)

    function = Function(step)
    function(np.zeros((1, length, heads, size), "float32"))
    (program,) = function.programs
    return program


def test_memory_grows_with_the_length_alone():
    short, long = training_step(512), training_step(4096)
    assert long.arena_bytes < 12 * short.arena_bytes
    assert long.arena_bytes < 4096 * 4096  # one matrix of scores would take eight times that


MASKS = {
    "none": {},
    "causal": {"use_causal_mask": True},
    "mask": {"attention_mask": np.tril(np.ones((1, 6, 6), bool))},
}


@pytest.mark.parametrize("layer", ["MultiHeadAttention", "GroupQueryAttention"])
@pytest.mark.parametrize("masks", MASKS)
def test_training_steps_use_the_kernel(layer, masks):
    inputs = ph.Input((6, 8))
    make = getattr(layers, layer)
    attention = make(2, 4) if layer == "MultiHeadAttention" else make(4, 4, 2)
    model = ph.Model(inputs, attention(inputs, inputs, **MASKS[masks]))
    model.compile("sgd", "mse")
    (x,) = arrays((4, 6, 8))
    device.reset_compose_count()
    model.fit(x, x, verbose=0)
    assert device.compose_count() == 0
    (program,) = model.train_function.function.programs
    kernels = [call["kernel"] for call in program.calls()]
    assert kernels.count("attention") == kernels.count("attention_grad") == 1
    assert "softmax" not in kernels


def test_scores_dropout_and_the_fused_kernel_agree():
    (x,) = arrays((2, 9, 8))
    layer = layers.MultiHeadAttention(2, 4)
    fused = layer(x, x, use_causal_mask=True)
    plain, scores = layer(x, x, use_causal_mask=True, return_attention_scores=True)
    np.testing.assert_allclose(np.array(fused), np.array(plain), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(np.array(scores).sum(-1), 1, rtol=1e-5)
    dropping = layers.MultiHeadAttention(2, 4, dropout=0.5, seed=1)
    dropping(x, x)
    dropping.set_weights(layer.get_weights())
    np.testing.assert_allclose(
        np.array(dropping(x, x, use_causal_mask=True)), np.array(fused), rtol=1e-5, atol=1e-5
    )
    assert not np.allclose(np.array(dropping(x, x, training=True)), np.array(dropping(x, x)))


def test_masks_of_inputs_are_heeded_and_stay():
    ids = np.array([[1, 2, 0, 0], [3, 1, 2, 0]])
    embedded = layers.Embedding(5, 8, mask_zero=True)(ids)
    layer = layers.MultiHeadAttention(2, 4)
    y = layer(embedded, embedded)
    np.testing.assert_array_equal(np.array(y._keras_mask), ids != 0)
    np.testing.assert_array_equal(np.array(embedded._keras_mask), ids != 0)
    alone = layer(np.array(embedded)[:1, :2], np.array(embedded)[:1, :2])
    np.testing.assert_allclose(np.array(y)[0, :2], np.array(alone)[0], rtol=1e-5, atol=1e-6)


def test_flash_attention_refuses_what_it_cannot_do():
    with pytest.raises(ValueError, match="Dropout is not supported"):
        layers.MultiHeadAttention(2, 4, dropout=0.1, flash_attention=True)
    (x,) = arrays((2, 3, 8))
    layer = layers.MultiHeadAttention(2, 4, flash_attention=True)
    layer(x, x)
    with pytest.raises(ValueError, match="scores is not supported"):
        layer(x, x, return_attention_scores=True)
    ph.config.enable_flash_attention()
    try:
        assert ph.config.is_flash_attention_enabled()
        with pytest.raises(ValueError, match="Dropout is not supported"):
            layers.GroupQueryAttention(4, 2, 2, dropout=0.1)
    finally:
        ph.config.disable_flash_attention()
    assert not ph.config.is_flash_attention_enabled()

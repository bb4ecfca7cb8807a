"""A Transformer encoder and decoder as programs write them: they train and are saved."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, ops

# as Keras warns where layers without a build() are made from a file, before the model is called
pytestmark = pytest.mark.filterwarnings("ignore:.build... was called on layer:UserWarning")


@ph.saving.register_keras_serializable("tests")
class PositionalEmbedding(layers.Layer):
    def __init__(self, sequence_length, input_dim, output_dim, **kwargs):
        super().__init__(**kwargs)
        self.token_embeddings = layers.Embedding(input_dim, output_dim)
        self.position_embeddings = layers.Embedding(sequence_length, output_dim)
        self.sizes = (sequence_length, input_dim, output_dim)

    def call(self, inputs):
        positions = ops.cumsum(ops.ones_like(inputs), axis=-1) - 1
        return self.token_embeddings(inputs) + self.position_embeddings(positions)

    def compute_mask(self, inputs, mask=None):
        return ops.not_equal(inputs, 0)

    def get_config(self):
        names = ("sequence_length", "input_dim", "output_dim")
        return {**super().get_config(), **dict(zip(names, self.sizes))}


@ph.saving.register_keras_serializable("tests")
class TransformerEncoder(layers.Layer):
    def __init__(self, embed_dim, dense_dim, num_heads, **kwargs):
        super().__init__(**kwargs)
        self.embed_dim, self.dense_dim, self.num_heads = embed_dim, dense_dim, num_heads
        self.attention = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
        self.dense_proj = ph.Sequential(
            [layers.Dense(dense_dim, activation="relu"), layers.Dense(embed_dim)]
        )
        self.layernorm_1 = layers.LayerNormalization()
        self.layernorm_2 = layers.LayerNormalization()
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is not None:
            mask = mask[:, None, :]
        attention_output = self.attention(inputs, inputs, attention_mask=mask)
        proj_input = self.layernorm_1(inputs + attention_output)
        return self.layernorm_2(proj_input + self.dense_proj(proj_input))

    def get_config(self):
        own = {"embed_dim": self.embed_dim, "dense_dim": self.dense_dim}
        return {**super().get_config(), **own, "num_heads": self.num_heads}


@ph.saving.register_keras_serializable("tests")
class TransformerDecoder(layers.Layer):
    def __init__(self, embed_dim, dense_dim, num_heads, **kwargs):
        super().__init__(**kwargs)
        self.embed_dim, self.dense_dim, self.num_heads = embed_dim, dense_dim, num_heads
        self.attention_1 = layers.MultiHeadAttention(num_heads, embed_dim)
        self.attention_2 = layers.MultiHeadAttention(num_heads, embed_dim)
        self.dense_proj = ph.Sequential(
            [layers.Dense(dense_dim, activation="relu"), layers.Dense(embed_dim)]
        )
        self.norms = [layers.LayerNormalization() for _ in range(3)]
        self.supports_masking = True

    def call(self, inputs, source, source_mask=None):
        attended = self.norms[0](inputs + self.attention_1(inputs, inputs, use_causal_mask=True))
        mask = None if source_mask is None else source_mask[:, None, :]
        crossed = self.attention_2(query=attended, value=source, key=source, attention_mask=mask)
        crossed = self.norms[1](attended + crossed)
        return self.norms[2](crossed + self.dense_proj(crossed))

    def get_config(self):
        own = {"embed_dim": self.embed_dim, "dense_dim": self.dense_dim}
        return {**super().get_config(), **own, "num_heads": self.num_heads}


def classifier():
    inputs = ph.Input((None,), dtype="int64")
    x = PositionalEmbedding(12, 20, 8)(inputs)
    x = TransformerEncoder(8, 16, 2)(x)
    x = layers.Dropout(0.1)(ops.max(x, axis=1))
    return ph.Model(inputs, layers.Dense(1, activation="sigmoid")(x))


def test_an_encoder_learns_and_is_saved(tmp_path):
    ph.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    ids = rng.integers(1, 20, (256, 12))
    labels = (ids == 7).any(1).astype("float32")[:, None]
    model = classifier()
    model.compile(ph.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(ids, labels, epochs=12, verbose=0).history
    assert history["loss"][-1] < 0.6 * history["loss"][0]
    path = str(tmp_path / "model.keras")
    model.save(path)
    again = ph.models.load_model(path)
    np.testing.assert_array_equal(
        again.predict(ids[:8], verbose=0), model.predict(ids[:8], verbose=0)
    )


def test_padding_changes_nothing():
    ids = np.array([[3, 5, 7, 0, 0, 0]])
    embedding, encoder = PositionalEmbedding(12, 20, 8), TransformerEncoder(8, 16, 2)
    padded = encoder(embedding(ids))
    alone = encoder(embedding(ids[:, :3]))
    np.testing.assert_allclose(np.array(padded)[:, :3], np.array(alone), rtol=1e-4, atol=1e-5)


def test_an_encoder_and_decoder_translate(tmp_path):
    """Sequences backwards: the decoder reads the source and the words so far."""
    ph.utils.set_random_seed(1)
    rng = np.random.default_rng(1)
    source = rng.integers(2, 12, (256, 5))
    target = np.concatenate([np.ones((256, 1), int), source[:, ::-1]], axis=1)
    english, spanish = ph.Input((None,), dtype="int64"), ph.Input((None,), dtype="int64")
    encoded = TransformerEncoder(16, 32, 2)(PositionalEmbedding(8, 12, 16)(english))
    decoded = TransformerDecoder(16, 32, 2)(PositionalEmbedding(8, 12, 16)(spanish), encoded)
    model = ph.Model([english, spanish], layers.Dense(12, activation="softmax")(decoded))
    model.compile(ph.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    history = model.fit(
        [source, target[:, :-1]], target[:, 1:], epochs=15, batch_size=32, verbose=0
    ).history
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    path = str(tmp_path / "model.keras")
    model.save(path)
    again = ph.models.load_model(path)
    inputs = [source[:4], target[:4, :-1]]
    np.testing.assert_array_equal(
        again.predict(inputs, verbose=0), model.predict(inputs, verbose=0)
    )


@pytest.mark.parametrize("length", [3, 6])
def test_a_decoder_sees_no_later_word(length):
    decoder = TransformerDecoder(8, 16, 2)
    rng = np.random.default_rng(2)
    words, source = rng.random((1, 6, 8)), rng.random((1, 4, 8))
    whole = np.array(decoder(words, source))
    part = np.array(decoder(words[:, :length], source))
    np.testing.assert_allclose(whole[:, :length], part, rtol=1e-4, atol=1e-5)

"""What sequences.py reads from KERAS_HOME: reviews, weather, Nietzsche, word vectors."""

import gzip
import os

import numpy as np
import pronghorn as keras

HOME = os.environ.get("KERAS_HOME", os.path.expanduser("~/.keras"))
TEMPERATURE = 1  # column of the weather


def imdb(words):
    (x, y), _ = keras.datasets.imdb.load_data(num_words=10000)
    return keras.utils.pad_sequences(x, maxlen=words), y.astype("float32")


def raw_reviews_with_glove(words=100, most=10000):
    """Reviews as words, in a fixed random order, and the table of their vectors."""
    texts, labels = [], []
    for label, folder in enumerate(("neg", "pos")):
        folder = os.path.join(HOME, "aclImdb", "train", folder)
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                texts.append(f.read())
            labels.append(label)
    tokenizer = keras.preprocessing.text.Tokenizer(num_words=most)
    tokenizer.fit_on_texts(texts)
    x = keras.utils.pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=words)
    order = np.random.default_rng(0).permutation(len(x))
    matrix = np.zeros((most, 50), "float32")
    with gzip.open(os.path.join(HOME, "glove.6B/glove.6B.50d.top40000.txt.gz"), "rt") as f:
        for line in f:
            word, *vector = line.split()
            index = tokenizer.word_index.get(word, most)
            if index < most:
                matrix[index] = np.asarray(vector, "float32")
    return x[order], np.asarray(labels, "float32")[order], matrix


def jena(train=12000):
    """The readings, standardised by the first of them, and the spread of the temperature."""
    path = os.path.join(HOME, "jena", "jena_climate_2009_10min_20002rows_7cols.csv")
    series = np.genfromtxt(path, delimiter=",", skip_header=1, dtype="float32")[:, 1:]
    spread = series[:train].std(0)
    return (series - series[:train].mean(0)) / spread, float(spread[TEMPERATURE])


def windows(series, first, last, shuffle=False, lookback=1440, delay=144, batch=128, every=6):
    """Batches without end: `lookback` readings, of which each sixth, and the warmth a day later."""
    rng = np.random.default_rng(0)
    at = first + lookback
    while True:
        if shuffle:
            rows = rng.integers(first + lookback, last - delay, batch)
        else:
            if at + batch >= last - delay:
                at = first + lookback
            rows = np.arange(at, at + batch)
            at += batch
        steps = rows[:, None] + np.arange(-lookback, 0, every)
        yield series[steps], series[rows + delay, TEMPERATURE]


def one_hot(text, alphabet):
    places = {c: i for i, c in enumerate(alphabet)}
    return np.eye(len(alphabet), dtype="float32")[[places[c] for c in text]]


def nietzsche(length=40, step=3):
    with open(os.path.join(HOME, "nietzsche.txt"), encoding="utf-8") as f:
        text = f.read().lower()
    alphabet = sorted(set(text))
    hot = one_hot(text, alphabet)
    starts = np.arange(0, len(text) - length, step)
    return text, alphabet, hot[starts[:, None] + np.arange(length)], hot[starts + length]

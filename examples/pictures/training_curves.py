"""Loss and accuracy over the epochs of a small network, on the digits of the package."""

from drawing import curves, options, save, stacked, titled
from pronghorn import Sequential, datasets, layers

found = options(__doc__, "training_curves.png")
(x, y), test = datasets.digits.load_data()
model = Sequential([layers.Flatten(), layers.Dense(32, "relu"), layers.Dense(10, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    x / 16.0, y, epochs=2 if found.quick else 30, validation_data=(test[0] / 16.0, test[1]),
    verbose=0,
).history  # fmt: skip
plots = [
    titled(curves({"training": history[name], "validation": history["val_" + name]}), name)
    for name in ("loss", "accuracy")
]
save(stacked(plots, across=True), found.out)

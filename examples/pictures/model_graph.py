"""A model as a picture of its layers, their shapes and activations."""

from drawing import options
from pronghorn import Input, Model, layers, utils

found = options(__doc__, "model_graph.png")
inputs = Input((32, 32, 3), name="picture")
x = layers.Conv2D(16, 3, padding="same", activation="relu")(inputs)
y = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
y = layers.Conv2D(16, 3, padding="same")(y)
x = layers.Activation("relu")(layers.add([x, y]))
x = layers.GlobalAveragePooling2D()(x)
kind = layers.Dense(10, activation="softmax", name="kind")(x)
place = layers.Dense(2, name="place")(x)
model = Model(inputs, [kind, place])
utils.plot_model(model, found.out, show_shapes=True, show_layer_activations=True, dpi=60)
print(f"wrote {found.out}")

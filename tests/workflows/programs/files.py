# Models and weights in .h5 files: saved, loaded, looked at, gone on with.
import json
import os

import numpy as np
from keras import layers, models, optimizers
from keras.models import load_model, model_from_json
from keras.utils import set_random_seed

set_random_seed(1)
rng = np.random.RandomState(0)
x = rng.standard_normal((120, 10, 10, 1))
y = (x.mean((1, 2, 3)) > 0).astype("float32")

model = models.Sequential()
model.add(layers.Conv2D(4, (3, 3), activation="relu", input_shape=(10, 10, 1), name="first"))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Flatten())
model.add(layers.Dropout(0.1))
model.add(layers.Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer=optimizers.RMSprop(lr=1e-3), metrics=["acc"])
model.fit(x, y, epochs=2, batch_size=20, verbose=0)
model.save("small.h5")
model.save_weights("weights.h5")

again = load_model("small.h5")
again.summary()
assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
np.testing.assert_array_equal(again.predict(x), model.predict(x))
np.testing.assert_allclose(
    again.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0), rtol=1e-6
)
outputs = [layer.output for layer in again.layers[:2]]
shown = models.Model(inputs=again.input, outputs=outputs).predict(x[:1])
assert [part.shape for part in shown] == [(1, 8, 8, 4), (1, 4, 4, 4)]
history = again.fit(x, y, epochs=1, batch_size=20, verbose=0)
assert set(history.history) == {"acc", "loss"} and again.optimizer.iterations.numpy() == 18

# weights into a model from JSON
other = model_from_json(model.to_json())
assert json.loads(model.to_json())["class_name"] == "Sequential"
other.load_weights("weights.h5")
np.testing.assert_array_equal(other.predict(x), model.predict(x))

assert os.path.getsize("small.h5") > 1000
print("good")

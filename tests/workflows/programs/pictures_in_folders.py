# Pictures in folders, read and augmented as they are trained on.
import os

import numpy as np
from keras import layers, models, optimizers
from keras.preprocessing import image
from keras.preprocessing.image import ImageDataGenerator
from keras.utils import set_random_seed
from PIL import Image

set_random_seed(2)
rng = np.random.RandomState(0)
for part, count in (("train", 24), ("validation", 8)):
    for kind in ("bright", "dark"):
        folder = os.path.join("base_dir", part, kind)
        os.makedirs(folder)
        for i in range(count):
            low = 130 if kind == "bright" else 0
            pixels = rng.randint(low, low + 120, (40, 30, 3)).astype("uint8")
            Image.fromarray(pixels).save(os.path.join(folder, f"{kind}.{i}.png"))

train_datagen = ImageDataGenerator(
    rescale=1.0 / 255, rotation_range=40, width_shift_range=0.2, height_shift_range=0.2,
    shear_range=0.2, zoom_range=0.2, horizontal_flip=True, fill_mode="nearest",
)  # fmt: skip
test_datagen = ImageDataGenerator(rescale=1.0 / 255)
train_generator = train_datagen.flow_from_directory(
    os.path.join("base_dir", "train"), target_size=(20, 20), batch_size=8, class_mode="binary"
)
validation_generator = test_datagen.flow_from_directory(
    os.path.join("base_dir", "validation"), target_size=(20, 20), batch_size=8, class_mode="binary"
)
assert train_generator.class_indices == {"bright": 0, "dark": 1}
for data_batch, labels_batch in train_generator:
    assert data_batch.shape == (8, 20, 20, 3) and labels_batch.shape == (8,)
    assert 0 <= data_batch.min() and data_batch.max() <= 1
    break

model = models.Sequential()
model.add(layers.Conv2D(4, (3, 3), activation="relu", input_shape=(20, 20, 3)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Flatten())
model.add(layers.Dropout(0.2))
model.add(layers.Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer=optimizers.RMSprop(lr=1e-2), metrics=["acc"])
history = model.fit_generator(
    train_generator, steps_per_epoch=6, epochs=6, validation_data=validation_generator,
    validation_steps=2, verbose=0,
)  # fmt: skip
assert history.history["val_acc"][-1] > 0.9, history.history["val_acc"]

img = image.load_img(os.path.join("base_dir", "train", "dark", "dark.3.png"), target_size=(20, 20))
x = image.img_to_array(img)
assert x.shape == (20, 20, 3) and x.dtype == np.float32
x = x.reshape((1,) + x.shape)
changed = [batch[0] for batch, _ in zip(train_datagen.flow(x, batch_size=1), range(4))]
assert all(not np.array_equal(a, b) for a, b in zip(changed, changed[1:]))
assert model.predict(x / 255.0, verbose=0)[0, 0] > 0.5
print("good")

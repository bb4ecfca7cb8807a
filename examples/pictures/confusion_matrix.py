"""Which digits a network takes for which others."""

import numpy as np
from drawing import heat, letters, options, save, titled
from PIL import Image, ImageDraw
from pronghorn import Sequential, datasets, layers

found = options(__doc__, "confusion_matrix.png")
(x, y), (x_test, y_test) = datasets.digits.load_data()
model = Sequential([layers.Flatten(), layers.Dense(10, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x / 16.0, y, epochs=1 if found.quick else 20, verbose=0)
guess = model.predict(x_test / 16.0, verbose=0).argmax(-1)
counts = np.zeros((10, 10), int)
np.add.at(counts, (np.asarray(y_test).reshape(-1), guess), 1)
cell = 30
colors = heat(np.sqrt(counts))
picture = Image.fromarray(colors).resize((10 * cell, 10 * cell), Image.Resampling.NEAREST)
whole = Image.new("RGB", (11 * cell, 11 * cell), "white")
whole.paste(picture, (cell, 0))
draw, font = ImageDraw.Draw(whole), letters(12)
for i in range(10):
    draw.text((10, i * cell + 8), str(i), fill="black", font=font)
    draw.text((cell * (i + 1) + 11, 10 * cell + 8), str(i), fill="black", font=font)
    for j in range(10):
        if counts[i, j]:
            ink = "black" if colors[i, j].mean() > 120 else "white"
            draw.text((cell * (j + 1) + 7, i * cell + 8), str(counts[i, j]), fill=ink, font=font)
share = (guess == np.asarray(y_test).reshape(-1)).mean()
save(titled(whole, f"rows: digit, columns: guess ({share:.1%} right)"), found.out)

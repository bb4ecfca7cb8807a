# House prices: standardised features, a model for each of four folds, batches of one.
import numpy as np
from keras import layers, models
from keras.datasets import boston_housing
from keras.utils import set_random_seed

set_random_seed(1)

(x, prices), (x_test, test_prices) = boston_housing.load_data()
mean = x.mean(axis=0)
x -= mean
deviation = x.std(axis=0)
x /= deviation
x_test -= mean
x_test /= deviation


def new_model():
    model = models.Sequential()
    model.add(layers.Dense(32, activation="relu", input_shape=(x.shape[1],)))
    model.add(layers.Dense(32, activation="relu"))
    model.add(layers.Dense(1))
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return model


folds, size = 4, len(x) // 4
scores, curves = [], []
for fold in range(folds):
    held = slice(fold * size, (fold + 1) * size)
    rest_x = np.concatenate([x[: held.start], x[held.stop :]], axis=0)
    rest_y = np.concatenate([prices[: held.start], prices[held.stop :]], axis=0)
    model = new_model()
    history = model.fit(
        rest_x,
        rest_y,
        nb_epoch=20,
        batch_size=1,
        verbose=0,
        validation_data=(x[held], prices[held]),
    )
    curves.append(
        history.history[
            "val_mean_absolute_error" if "val_mean_absolute_error" in history.history else "val_mae"
        ]
    )
    mse, mae = model.evaluate(x[held], prices[held], verbose=0)
    p = model.predict(x[held])[:, 0]
    np.testing.assert_allclose(
        [mse, mae], [np.mean((p - prices[held]) ** 2), np.mean(np.abs(p - prices[held]))], rtol=1e-4
    )
    scores.append(mae)
means = [np.mean([curve[i] for curve in curves]) for i in range(20)]


def smooth(points, factor=0.9):
    out = []
    for point in points:
        out.append(out[-1] * factor + point * (1 - factor) if out else point)
    return out


assert smooth(means)[-1] < smooth(means)[0]
assert np.mean(scores) < np.std(prices) / 2, scores
final = new_model()
final.fit(x, prices, epochs=100, batch_size=16, verbose=0)
assert final.evaluate(x_test, test_prices, verbose=0)[1] < np.std(prices) / 2
print("good")

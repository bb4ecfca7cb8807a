"""A training run for test_backup.py: `python training_run.py FOLDER EPOCHS WEIGHTS`.

Dropout, shuffling, Adam and a metric, so that everything a backup must hold matters.
"""

import sys
import time

import numpy as np
import pronghorn as ph

folder, epochs, weights = sys.argv[1], int(sys.argv[2]), sys.argv[3]
ph.utils.set_random_seed(7)
rng = np.random.RandomState(0)
x, y = rng.standard_normal((64, 5)).astype("float32"), rng.standard_normal((64, 1))
model = ph.Sequential(
    [ph.Input((5,)), ph.layers.Dense(8, "tanh"), ph.layers.Dropout(0.3), ph.layers.Dense(1)]
)
model.compile("adam", "mse", metrics=["mae"])
watchers = [ph.callbacks.BackupAndRestore(folder)] if folder != "none" else []


class Report(ph.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print("epoch", epoch, flush=True)
        if folder != "none":
            time.sleep(0.05)  # time to be killed in


model.fit(x, y, epochs=epochs, batch_size=8, verbose=0, callbacks=[*watchers, Report()])
results = model.evaluate(x, y, verbose=0)
np.savez(weights, *model.get_weights(), results=np.asarray(results))

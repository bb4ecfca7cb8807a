"""A search with Optuna, which stops trials that fall behind.

python examples/search_optuna.py [--trials 20] [--epochs 12]      (needs optuna)
"""

import argparse

import optuna
import pronghorn as keras
from pronghorn import layers
from pronghorn.datasets import digits


class Pruning(keras.callbacks.Callback):
    """Reports a value after each epoch and ends the trial where Optuna sees no hope in it.

    Args:
        trial: The trial.
        monitor: Name of the value in `logs`.
    """

    def __init__(self, trial, monitor="val_accuracy"):
        super().__init__()
        self.trial, self.monitor = trial, monitor

    def on_epoch_end(self, epoch, logs=None):
        self.trial.report(logs[self.monitor], step=epoch)
        if self.trial.should_prune():
            raise optuna.TrialPruned(f"after epoch {epoch}, {self.monitor} {logs[self.monitor]}")


def objective(trial, epochs):
    keras.backend.clear_session()
    keras.utils.set_random_seed(trial.number)
    (x, y), _ = digits.load_data()
    model = keras.Sequential([keras.Input((8, 8)), layers.Flatten(), layers.Rescaling(1 / 16)])
    for i in range(trial.suggest_int("layers", 1, 3)):
        model.add(layers.Dense(trial.suggest_int(f"units_{i}", 8, 64, log=True), "relu"))
    model.add(layers.Dropout(trial.suggest_float("dropout", 0.0, 0.5)))
    model.add(layers.Dense(10, activation="softmax"))
    rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
    model.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    history = model.fit(
        x, y, epochs=epochs, batch_size=64, validation_split=0.25, verbose=0,
        callbacks=[Pruning(trial)],
    )  # fmt: skip
    return history.history["val_accuracy"][-1]


def main(trials=20, epochs=12):
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=0),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=3, n_warmup_steps=1),
    )
    study.optimize(lambda trial: objective(trial, epochs), n_trials=trials)
    states = [trial.state.name for trial in study.trials]
    print("best:", study.best_value, study.best_params, "pruned:", states.count("PRUNED"))
    return study


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=12)
    main(**vars(parser.parse_args()))

"""MNIST: 70,000 handwritten digits of 28x28 (LeCun, Cortes and Burges)."""

from pronghorn.datasets._files import load_arrays


def load_data(path="mnist.npz"):
    """Loads MNIST from `KERAS_HOME/datasets`.

    Args:
        path: the file's name in that folder, or an absolute path.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 (60000, 28, 28) and
        (10000, 28, 28), 0 to 255; labels uint8 (60000,) and (10000,), 0 to 9.

    Raises:
        FileNotFoundError: if the file is absent (nothing is downloaded).

    Example:
        >>> (x_train, y_train), (x_test, y_test) = mnist.load_data()  # doctest: +SKIP
    """
    names = ("x_train", "y_train", "x_test", "y_test")
    x_train, y_train, x_test, y_test = load_arrays(path, names)
    return (x_train, y_train), (x_test, y_test)

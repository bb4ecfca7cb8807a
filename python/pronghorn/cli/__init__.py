"""The command `pronghorn`: `run` runs Keras programs, `inspect` and `convert` read model files of
every Keras, `demo` trains on handwritten digits, `info` tells what is here."""

import argparse
import os
import sys

import pronghorn


def _parser():
    parser = argparse.ArgumentParser(prog="pronghorn", description=__doc__.split(":")[0] + ".")
    parser.add_argument("--version", action="version", version=f"pronghorn {pronghorn.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser(
        "run",
        help="run a Keras program as it stands",
        usage="pronghorn run [--also PACKAGE] script.py [arguments]\n"
        "       pronghorn run [--also PACKAGE] -m module [arguments]",
        description="Runs a Python program in which keras, tf_keras, tensorflow.keras and the few "
        "names of tensorflow that Keras programs use come from Pronghorn.",
    )
    run.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="an installed package that shall get Pronghorn for Keras too; several with commas, "
        "or one after another",
    )
    run.add_argument(
        "-m",
        dest="module",
        action="store_true",
        help="run a module, as `python -m` does",
    )
    run.add_argument("script", help="path of the program (or name of the module)")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="the program's own arguments")

    demo = commands.add_parser(
        "demo",
        help="train a small convolutional network on handwritten digits",
        description="Trains a small convolutional network, tells its test accuracy and the time "
        "of a step, and draws one picture.",
    )
    demo.add_argument(
        "--data",
        choices=("digits", "mnist"),
        default="digits",
        help="digits: 1,797 images that come with the package (default); mnist: 70,000 images "
        "from KERAS_HOME/datasets/mnist.npz",
    )
    demo.add_argument("--epochs", type=_positive, help="default: 30 for digits, 5 for mnist")
    demo.add_argument("--batch-size", type=_positive, help="default: 32 for digits, 64 for mnist")
    demo.add_argument("--seed", type=int, default=1, help="of weights and shuffling (default: 1)")
    demo.add_argument(
        "--picture",
        default="demo.png",
        metavar="FILE",
        help="where to write the picture (default: demo.png; '' for none)",
    )
    _add_file_commands(commands)
    info = commands.add_parser("info", help="version, compiler, widths, threads and devices")
    info.add_argument(
        "--missing", action="store_true", help="the public names of Keras that are not here yet"
    )
    return parser


def _add_file_commands(commands):
    inspect = commands.add_parser(
        "inspect",
        help="what is in a model file, and what of it is read by older rules",
        description="Prints which Keras wrote a file, its layers, shapes, sizes and compile state. "
        "No model is made and no code of the file runs.",
    )
    inspect.add_argument("file", help="a .keras, .h5, .weights.h5 or .weights.json file or folder")
    convert = commands.add_parser(
        "convert",
        help="an old model file into one that today's Keras loads and predicts the same from",
        description="Reads a model file of any Keras by the rules of its writer and writes one in "
        "Keras 3's format. The new file is read back and its predictions are compared with those "
        "of the original; it stays only if they agree.",
    )
    convert.add_argument("old", help="the file of a model, or of weights with --config")
    convert.add_argument("new", help="the new file, which ends in .keras")
    convert.add_argument(
        "--config", metavar="JSON", help="the model's configuration, for a file of weights alone"
    )
    convert.add_argument(
        "--objects",
        metavar="FILE.py",
        help="a Python file, which is run, with the classes and functions that the model needs by "
        "name (or a dict custom_objects of them); a Lambda's function under its layer's name",
    )
    convert.add_argument(
        "--unsafe", action="store_true", help="run code of lambdas that is in the old file"
    )


def _positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {value}")
    return value


def main(arguments=None):
    """Runs the command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    wrong = _wrong_setting()
    if wrong:
        print(f"pronghorn {options.command}: {wrong}", file=sys.stderr)
        return 2
    if options.command == "run":
        return _run(options)
    try:
        if options.command == "info":
            from pronghorn.cli import info

            print(info.missing() if options.missing else info.text())
        elif options.command in ("inspect", "convert"):
            from pronghorn.cli import model_files

            getattr(model_files, options.command)(options)
        else:
            from pronghorn.cli import demo

            demo.run(
                options.data, options.epochs, options.batch_size, options.seed, options.picture
            )
    except (OSError, TypeError, ValueError) as error:
        print(f"pronghorn {options.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    return 0


def _wrong_setting():
    """What is wrong with the environment's settings of the core; "" where all is well."""
    if not any(os.environ.get(name) for name in ("PRONGHORN_ISA", "PRONGHORN_NUM_THREADS")):
        return ""
    from pronghorn import engine

    try:
        engine.device.info()
    except RuntimeError as error:
        return str(error)
    return ""


def _run(options):
    from .run import run

    try:
        return run(options.script, options.arguments, options.also, options.module)
    except OSError as error:
        print(f"pronghorn run: {error}", file=sys.stderr)
        return 2

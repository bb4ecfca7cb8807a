# Written by tools/stubs.py; `make stubs` writes it anew.
# ruff: noqa
# fmt: off
from . import image as image
from . import sequence as sequence
from . import text as text
from .image_dataset import image_dataset_from_directory as image_dataset_from_directory
from .text_dataset import text_dataset_from_directory as text_dataset_from_directory
from .timeseries import timeseries_dataset_from_array as timeseries_dataset_from_array

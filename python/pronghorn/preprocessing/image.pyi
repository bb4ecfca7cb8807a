# Written by tools/stubs.py; `make stubs` writes it anew.
# ruff: noqa
# fmt: off
from .augmentation import apply_affine_transform as apply_affine_transform
from .augmentation import apply_brightness_shift as apply_brightness_shift
from .augmentation import apply_channel_shift as apply_channel_shift
from .augmentation import random_brightness as random_brightness
from .augmentation import random_channel_shift as random_channel_shift
from .augmentation import random_rotation as random_rotation
from .augmentation import random_shear as random_shear
from .augmentation import random_shift as random_shift
from .augmentation import random_zoom as random_zoom
from .directory_iterator import DirectoryIterator as DirectoryIterator
from .frame_iterator import DataFrameIterator as DataFrameIterator
from .image_data_generator import ImageDataGenerator as ImageDataGenerator
from .image_iterators import Iterator as Iterator
from .image_iterators import NumpyArrayIterator as NumpyArrayIterator
from .pictures import array_to_img as array_to_img
from .pictures import img_to_array as img_to_array
from .pictures import load_img as load_img
from .pictures import save_img as save_img
from .pictures import smart_resize as smart_resize

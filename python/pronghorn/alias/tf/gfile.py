"""tf.io.gfile: files by Python's own functions."""

import glob as _glob
import os as _os
import shutil as _shutil

exists = _os.path.exists
isdir = _os.path.isdir
listdir = _os.listdir
mkdir = _os.mkdir
remove = _os.remove
rmtree = _shutil.rmtree
walk = _os.walk


def makedirs(path):
    _os.makedirs(path, exist_ok=True)


def glob(pattern):
    patterns = pattern if isinstance(pattern, (list, tuple)) else [pattern]
    return [path for p in patterns for path in _glob.glob(_os.fspath(p))]


def copy(src, dst, overwrite=False):
    if not overwrite and _os.path.exists(dst):
        raise FileExistsError(f"{dst} exists; pass overwrite=True to replace it.")
    _shutil.copyfile(src, dst)


def rename(src, dst, overwrite=False):
    if not overwrite and _os.path.exists(dst):
        raise FileExistsError(f"{dst} exists; pass overwrite=True to replace it.")
    _os.replace(src, dst)


def GFile(name, mode="r"):
    return open(name, mode)

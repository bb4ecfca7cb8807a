# Written by tools/stubs.py; `make stubs` writes it anew.
# ruff: noqa
# fmt: off
from .cloning import clone_model as clone_model
from .functional import Functional as Functional
from .model import Model as Model
from .model import load_model as load_model
from .model import model_from_json as model_from_json
from .model import save_model as save_model
from .sequential import Sequential as Sequential

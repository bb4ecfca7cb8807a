"""Writes pipeline_values.npz: the cases of pipeline_cases.py by TensorFlow (2.21)."""

import pathlib

import numpy as np
import pipeline_cases
import tensorflow as tf

values = {}
for name, case in pipeline_cases.CASES.items():
    value = case(tf).numpy()
    text = isinstance(value, bytes) or value.dtype == object
    values[name] = np.array(value, "S") if text else value
np.savez_compressed(pathlib.Path(__file__).with_name("pipeline_values.npz"), **values)

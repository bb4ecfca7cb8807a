"""`import pronghorn.as_keras` as a program's first line: its `import keras` gets Pronghorn."""

from .alias import serve

serve()

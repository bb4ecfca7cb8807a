"""CUDA's part of Pronghorn: a library that `pronghorn` opens itself; nothing to import here."""

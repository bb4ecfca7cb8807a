"""Text on the host: words, n-grams, hashes and vocabularies, in arrays of bytes.

What preprocessing layers, and nothing else, compute with; texts are UTF-8.
"""

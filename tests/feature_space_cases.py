"""Feature spaces as functions of the class, so that they run on Keras's and on ours."""

TABLE = {
    "age": [20.0, 31.0, 44.5, 52.0, 61.0, 18.0],
    "size": [0.1, 0.4, 0.2, 0.9, 0.5, 0.7],
    "kind": [1, 2, 1, 3, 2, 1],
    "code": [100, 7, 100, 23, 42, 7],
    "word": ["a", "b", "a", "c", "d", "b"],
    "tag": ["x", "y", "z", "x", "x", "y"],
}
KINDS = {
    "age": "float_normalized",
    "size": "float_discretized",
    "kind": "integer_categorical",
    "code": "integer_hashed",
    "word": "string_categorical",
    "tag": "string_hashed",
}
SPACES = {
    "concat": lambda cls: cls(KINDS, crosses=[("kind", "code"), ("word", "tag")], crossing_dim=8),
    "dict": lambda cls: cls(KINDS, output_mode="dict", crosses=[("size", "word")]),
    "options": lambda cls: cls(
        {
            "age": cls.float_rescaled(scale=0.5, offset=1.0),
            "size": cls.float_discretized(num_bins=3, output_mode="int"),
            "kind": cls.integer_categorical(max_tokens=3, num_oov_indices=1, output_mode="int"),
            "code": cls.integer_hashed(num_bins=5, output_mode="int"),
            "tag": cls.string_hashed(num_bins=4),
        },
        output_mode="dict",
        crosses=[cls.cross(("kind", "tag"), crossing_dim=6, output_mode="int")],
    ),
}

"""The base of initializers."""


class Initializer:
    """Makes the first value of a weight.

    A subclass defines `__call__(shape, dtype=None)`, which returns a tensor, and `get_config`.
    """

    def __call__(self, shape, dtype=None):
        raise NotImplementedError(f"{type(self).__name__} does not define `__call__`.")

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def clone(self):
        return type(self).from_config(self.get_config())

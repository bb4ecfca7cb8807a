"""The strategy of training on one device: what programs ask `tf.distribute` and a model for."""

import contextlib


class OneDevice:
    """A strategy of one replica, with the attributes and methods of `tf.distribute.Strategy`."""

    num_replicas_in_sync = 1

    @property
    def extended(self):
        return self

    should_checkpoint = should_save_summary = True

    def _in_multi_worker_mode(self):
        return False

    def scope(self):
        """A context in which models are made as everywhere else."""
        return contextlib.nullcontext(self)

    def run(self, fn, args=(), kwargs=None, options=None):
        """fn's result, of the one replica."""
        return fn(*args, **(kwargs or {}))

    def reduce(self, reduce_op, value, axis=None):
        """The value of the one replica, summed or averaged along `axis` where that is given."""
        from .. import ops

        if axis is None:
            return value
        fold = ops.mean if "mean" in str(reduce_op).lower() else ops.sum
        return fold(value, axis=axis)

    def experimental_local_results(self, value):
        return (value,)

    def experimental_distribute_dataset(self, dataset, options=None):
        return dataset


THE_ONE = OneDevice()

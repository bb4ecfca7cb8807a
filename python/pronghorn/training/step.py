"""Steps: the pure functions of one batch, compiled, and what Keras calls train_function.

A StepFunction runs `model.train_step` (or test_step, predict_step) through one engine Function: it
is traced once for each shape of batch, then each batch is a native call.
"""

import itertools
import weakref

from ..engine import Function, TensorSpec, config, convert_to_tensor, eval_shape, nest
from ..engine.stateless import active
from ..engine.strings import StringTensor, is_text
from ..engine.trace import is_tracing
from .data import unpack_x_y_sample_weight


class StepFunction:
    """One kind of step of a model.

    Args:
        model: The model; only a weak reference is kept, so that programs die with it.
        kind: "train", "test" or "predict".
    """

    def __init__(self, model, kind):
        model_ref = weakref.ref(model)
        method = f"{kind}_step"

        def step(data):
            outputs = getattr(model_ref(), method)(data)
            if outputs is None:
                expected = "the model's outputs" if kind == "predict" else "a dict of logs"
                raise ValueError(
                    f"`{method}()` returned None; expected {expected}. Does it end without "
                    "`return`?"
                )
            return outputs

        self.kind = kind
        self.eager = bool(model.run_eagerly)
        self._model_ref = model_ref
        self._step = step
        # The stack of layers that the programs were traced from, where that can change.
        self.graph = None
        self.function = Function(step, name=f"{model.name}.{method}")
        self._runner = self._runner_generation = None

    def batch(self, data):
        """Runs one batch; data is the nest that the step receives."""
        try:
            if self.eager:
                return self._run_eagerly(data)
            return self.function(data)
        except ValueError as error:
            raise self._explained(error, data) from None
        except TypeError:
            if not self.runs_text_eagerly(data):
                raise
        return self.batch(data)

    def runs_text_eagerly(self, data):
        """Makes the step eager where a batch has text, which enters no program.

        Returns:
            Whether it was compiled until now and is no longer.
        """
        if self.eager or not any(map(is_text, nest.flatten(data))):
            return False
        self.eager = True
        return True

    def quick(self, x, graph):
        """The result for one array like the last one, without a look at anything else.

        Args:
            x: NumPy array.
            graph: The stack of layers as it is now.

        Returns:
            A NumPy array; None where `batch` must do it, and says what is wrong with x.
        """
        if (
            self._runner is None
            or self.graph is not graph
            or self._runner_generation != config.generation
            or is_tracing()
            or active.depth
        ):
            return None
        try:
            return self._runner(x)
        except ValueError:
            return None

    def keep_runner(self, x):
        """Makes `quick` ready for arrays like x."""
        self._runner = None if self.eager else self.function.runner_for(x)
        self._runner_generation = config.generation

    def run_batches(self, source, start, stop, collect=None):
        """Runs batches start..stop-1 of an ArraySource natively; may stop early."""
        try:
            return self.function.run_batches(
                (source.data,), source.order, source.batch_size, start, stop, 0.05, collect
            )
        except ValueError as error:
            raise self._explained(error, source.data, whole=True) from None

    def _run_eagerly(self, data):
        """The step as Python; one that fails changes nothing, as a compiled one."""
        model = self._model_ref()
        variables = model.variables + [v for m in model.metrics for v in m.variables]
        if model.optimizer is not None:
            variables = variables + model.optimizer.variables
        before = [(variable, variable.value) for variable in variables]
        try:
            return self._step(nest.map_structure(_to_tensor, data))
        except BaseException:
            for variable, value in before:
                variable.assign(value)
            raise

    def _explained(self, error, data, whole=False):
        from .explain import bad_data

        return bad_data(error, self._model_ref(), self.kind, data, whole)

    def __call__(self, iterator):
        """Keras's form: runs `steps_per_execution` batches from an iterator."""
        outputs = None
        for data in itertools.islice(iterator, self._model_ref().steps_per_execution):
            outputs = self.batch(data)
        if outputs is None:
            raise StopIteration
        return outputs


def _to_tensor(leaf):
    if is_text(leaf):
        return StringTensor(leaf)
    return None if leaf is None else convert_to_tensor(leaf)


def _without_batch_size(leaf):
    return None if leaf is None else TensorSpec((None, *leaf.shape[1:]), str(leaf.dtype))


def build_by_shapes(model, data, own_step=None):
    """Makes the weights of a model that has none yet, by a run on shapes alone.

    The batch axis is unknown in it, so that the model accepts any batch size afterwards.

    Args:
        model: The model.
        data: A batch, for its shapes and dtypes.
        own_step: The user's step, where it calls layers in its own way.
    """
    if own_step is not None:
        eval_shape(own_step, nest.map_structure(_as_spec, data))
        return
    x, _, _ = unpack_x_y_sample_weight(data)
    eval_shape(model, nest.map_structure(_without_batch_size, x))


def output_shape_of(model, x):
    """The shape of a model's one output for inputs x, with an unknown batch; None if not known.

    What is wrong with x or the model is left for the step to say.
    """
    try:
        output = eval_shape(model, nest.map_structure(_without_batch_size, x))
    except Exception:
        return None
    return None if nest.is_nested(output) else tuple(output.shape)


def _as_spec(leaf):
    return None if leaf is None else TensorSpec(tuple(leaf.shape), str(leaf.dtype))

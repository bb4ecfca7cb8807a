"""Low-rank adaptation (Hu et al. 2021): a frozen weight plus a trained product of two thin ones."""

from __future__ import annotations

from typing import Any

from .. import initializers, ops


class AdaptedWeight:
    """The attribute of a layer's main weight: the weight, or with adaptation the sum that is used.

    The weight itself is under the same name with an underscore.
    """

    def __set_name__(self, owner, name):
        self.name = name
        self.key = f"_{name}"

    def __get__(self, layer, owner=None):
        if layer is None:
            return self
        state = layer.__dict__
        weight = state.get(self.key)
        if weight is None:
            raise AttributeError(
                f"You must build the layer before accessing `{self.name}` of layer "
                f"'{state.get('name')}'."
            )
        return layer._adapted() if state.get("lora_enabled") else weight

    def __set__(self, layer, value):
        setattr(layer, self.key, value)


class Adaptable:
    """A base of layers with one large weight, named by `_adapted_name`."""

    _adapted_name = "kernel"

    def _take_lora(self, rank, alpha, quantization_config):
        if quantization_config is not None:
            raise ValueError(
                "Argument `quantization_config` is part of Keras, not yet of Pronghorn; leave it "
                f"None. Received: quantization_config={quantization_config}"
            )
        self.lora_rank = rank
        self.lora_alpha = rank if alpha is None else alpha
        self.lora_enabled = False

    def enable_lora(
        self,
        rank: Any,
        lora_alpha: Any = None,
        a_initializer: str = "he_uniform",
        b_initializer: str = "zeros",
    ) -> None:
        """Freezes the layer's weight W and trains A and B instead: W + lora_alpha / rank * A @ B.

        Args:
            rank: int, the inner size of A @ B.
            lora_alpha: Number; `rank` where None.
            a_initializer, b_initializer: First values of A and B, which are float32.

        Raises:
            ValueError: where the layer is not built, has a constraint on the weight, or is adapted
                already.
        """
        name = self._adapted_name
        if getattr(self, f"{name}_constraint"):
            kind = "embedding" if name == "embeddings" else name
            raise ValueError(
                f"Lora is incompatible with {kind} constraints. Make layer '{self.name}' without "
                f"`{name}_constraint` to adapt it."
            )
        if not (self.built or self._building):
            raise ValueError("Cannot enable lora on a layer that isn't yet built.")
        if self.lora_enabled:
            raise ValueError(
                f"lora is already enabled in layer '{self.name}'; that can be done once a layer."
            )
        weight = getattr(self, name)
        was_locked, self._tracker.locked = self._tracker.locked, False
        shapes = {"a": (*weight.shape[:-1], rank), "b": (rank, weight.shape[-1])}
        for part, first in (("a", a_initializer), ("b", b_initializer)):
            made = self.add_weight(
                name=f"lora_{name}_{part}",
                shape=shapes[part],
                initializer=initializers.get(first),
                dtype="float32",
                regularizer=getattr(self, f"{name}_regularizer"),
            )
            setattr(self, f"lora_{name}_{part}", made)
        weight.trainable = False
        self._tracker.locked = was_locked
        self.lora_enabled = True
        self.lora_rank = rank
        self.lora_alpha = rank if lora_alpha is None else lora_alpha

    def _enable_lora_if_asked(self):
        if self.lora_rank and not self.lora_enabled:
            self.enable_lora(self.lora_rank, lora_alpha=self.lora_alpha)

    def _lora_parts(self):
        return [getattr(self, f"lora_{self._adapted_name}_{part}") for part in "ab"]

    def _adapted(self):
        a, b = self._lora_parts()
        change = ops.multiply(ops.matmul(a, b), self.lora_alpha / self.lora_rank)
        weight = self.__dict__[f"_{self._adapted_name}"]
        return ops.cast(ops.add(weight, change), self.compute_dtype)

    # Files hold the sum, so that they load into layers with and without adaptation.

    def _own_variables(self):
        own = super()._own_variables()
        if not self.lora_enabled:
            return own
        parts = self._lora_parts()
        return [v for v in own if not any(v is part for part in parts)]

    def _value_for_files(self, variable):
        if self.lora_enabled and variable is self.__dict__[f"_{self._adapted_name}"]:
            return ops.convert_to_numpy(self._adapted())
        return variable

    def _after_loading(self):
        if self.lora_enabled:
            for part in self._lora_parts():
                part.assign(ops.zeros_like(part))

    def _lora_config(self):
        if not self.lora_rank:
            return {}
        return {"lora_rank": self.lora_rank, "lora_alpha": self.lora_alpha}

"""Call-context arguments: what a layer's caller says once and layers inside get, as `training` is.

A layer registers names. A value that it is called with is seen by all layers that it calls and that
registered the name too, unless a call in between says another.
"""

from ..engine.call_context import call_context


class LayerContext:
    """A base of Layer, through LayerShapes."""

    _context_names = ()

    @property
    def _call_context_args(self):
        """The names of the arguments that this layer hands on."""
        return {"training", *self._context_names}

    def _register_call_context_args(self, *names):
        """Makes arguments of calls go on to the layers inside, and to this one from outside.

        Args:
            *names: Names of arguments. `call` need not take them.

        Raises:
            RuntimeError: once the layer has been called.
        """
        if self._called:
            raise RuntimeError(
                "Cannot add call-context args after the layer has been called. Register them in "
                f"`__init__`. Received: {names}, for layer '{self.name}'."
            )
        known = dict.fromkeys((*self._context_names, *(n for n in names if n != "training")))
        self.__dict__["_context_names"] = tuple(known)

    def _take_context_args(self, args, kwargs):
        """The keywords for `call`, with those from outside and without those that it does not take;
        and what `call_context.extra` is inside."""
        kwargs, extra = dict(kwargs), dict(call_context.extra)
        info = self._call_info
        for name in self._context_names:
            if kwargs.get(name) is not None:
                extra[name] = kwargs[name]
                if not (info.takes_any_keyword or name in info.names):
                    del kwargs[name]
            elif name in info.names and len(args) <= info.names.index(name) and name in extra:
                kwargs[name] = extra[name]
        return kwargs, extra

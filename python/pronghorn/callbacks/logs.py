"""Logs as callbacks see them: sorted by name, nested dicts flattened, scalars as floats."""


def plain_logs(logs):
    """A new dict of Python floats; what is no scalar stays as it is."""
    if not logs:
        return {}
    plain = {}
    for key in sorted(logs):
        value = logs[key]
        if isinstance(value, dict):
            plain.update(plain_logs(value))
            continue
        if type(value) is not float:
            try:
                value = float(value)
            except (TypeError, ValueError):
                pass
        plain[key] = value
    return plain

"""Numbers of shared objects that a configuration lacks.

Keras numbers an object from its second occurrence on, and also the first one where it still can: a
Sequential has copied its layers' configs by then. Read as written, such a layer becomes two, and
the file has weights for the first alone. Only where that is seen the numbers are put in here.
"""

import copy
import json

_NUMBER = "shared_object_id"
_OF_THE_PLACE = ("name", "inbound_nodes", _NUMBER)  # what an entry of a functional model adds


def with_missing_numbers(config):
    """The config with a number wherever exactly one earlier layer is the same but for numbers.

    Args:
        config: JSON value of a whole model.

    Returns:
        A copy, or None where no number is missing.
    """
    config = copy.deepcopy(config)
    entries = list(_layers(config))
    wanted = {_title(entry) for entry in entries if _NUMBER in entry}
    without, known, found = {}, set(), False
    for entry in entries:
        if _title(entry) not in wanted:
            continue
        text = json.dumps(_bare(entry, _OF_THE_PLACE), sort_keys=True)
        number = entry.get(_NUMBER)
        if number is None:
            without.setdefault(text, []).append(entry)
        elif number not in known:
            known.add(number)
            twins = without.get(text, ())
            if len(twins) == 1:
                twins[0][_NUMBER] = number
                found = True
    return config if found else None


def _layers(x):
    """Entries of objects that have names, in the order of the file."""
    if isinstance(x, dict):
        if isinstance(x.get("config"), dict) and isinstance(x["config"].get("name"), str):
            yield x
        for value in x.values():
            yield from _layers(value)
    elif isinstance(x, list):
        for value in x:
            yield from _layers(value)


def _title(entry):
    return str(entry.get("class_name")), entry["config"]["name"]


def _bare(x, without=(_NUMBER,)):
    if isinstance(x, dict):
        return {key: _bare(value) for key, value in x.items() if key not in without}
    return [_bare(value) for value in x] if isinstance(x, list) else x

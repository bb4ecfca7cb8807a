"""Writes keras_signatures.json: every public signature of real Keras, and how configs name classes.

python make_signatures.py            (an environment with keras 3.15 and tensorflow-cpu)
"""

import inspect
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    from keras.src import api_export

    sys.path.insert(0, HERE)
    from reading import methods_of, public_paths, signature

    paths = public_paths(keras, "keras")
    functions, classes, names, written = {}, {}, {}, {}
    for path, found in paths.items():
        if not inspect.isclass(found):
            functions[path] = signature(found)
            continue
        canonical = api_export.get_name_from_symbol(found)
        names[path] = canonical
        own = {"__init__": signature(found.__init__)}
        for name, method in methods_of(found, "keras").items():
            inherited = any(
                inspect.getattr_static(base, name, None) is inspect.getattr_static(found, name)
                and api_export.get_name_from_symbol(base)
                for base in found.__mro__[1:]
            )
            if not inherited:
                own[name] = signature(method)
        if written.setdefault(canonical, path) == path:
            classes[path] = own
        else:
            classes[path] = written[canonical]  # the same class under another path
    content = {
        "keras": keras.version(),
        "functions": functions,
        "classes": classes,
        "canonical": names,
    }
    with open(os.path.join(HERE, "keras_signatures.json"), "w") as f:
        f.write("{\n")
        for i, (key, value) in enumerate(content.items()):
            f.write(f"{json.dumps(key)}: ")
            if isinstance(value, dict):
                rows = (f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
                f.write("{\n" + ",\n".join(rows) + "\n}")
            else:
                f.write(json.dumps(value))
            f.write(",\n" if i + 1 < len(content) else "\n")
        f.write("}\n")


if __name__ == "__main__":
    main()

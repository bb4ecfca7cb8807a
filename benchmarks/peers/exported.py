"""ONNX Runtime and OpenVINO on what Keras's `model.export` writes of a workload, in float32.

A process of its own exports (Keras on TensorFlow); the file is kept for later rounds.
"""

import os
import subprocess
import sys
import tempfile

runtime, count = None, 0
SUFFIX = {"onnxruntime": "onnx", "openvino": "xml"}
EXPORT = """
import os, sys
os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3")
sys.path.insert(0, sys.argv[1])
import keras, numpy, workloads
model = workloads.BY_NAME[sys.argv[2]].build(keras)
model.predict(numpy.zeros((1, *model.input_shape[1:]), "float32"), verbose=0)  # export asks for it
model.export(sys.argv[3], format=sys.argv[4], verbose=False)
"""


def load(peer, threads):
    global runtime, count
    count = threads
    if peer == "onnxruntime":
        import onnxruntime as runtime
    else:
        import openvino as runtime


def exported(peer, workload):
    """The path of the file, which it writes where there is none."""
    home = os.path.join(tempfile.gettempdir(), f"pronghorn_exports_{os.getuid()}")
    os.makedirs(home, exist_ok=True)
    path = os.path.join(home, f"{workload.build.__qualname__.split('.')[0]}_{workload.name}")
    path = f"{path}.{SUFFIX[peer]}"
    if not os.path.exists(path):
        here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        kind = "onnx" if peer == "onnxruntime" else "openvino"
        with tempfile.TemporaryDirectory(dir=home) as part:
            new = os.path.join(part, os.path.basename(path))
            subprocess.run(
                [sys.executable, "-c", EXPORT, here, workload.name, new, kind], check=True
            )
            for name in sorted(os.listdir(part), key=lambda n: n == os.path.basename(path)):
                os.replace(os.path.join(part, name), os.path.join(home, name))
    return path


class OnnxRuntime:
    def __init__(self, path):
        options = runtime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = count, 1
        self.session = runtime.InferenceSession(path, options, ["CPUExecutionProvider"])
        self.name = self.session.get_inputs()[0].name

    def predict_on_batch(self, x):
        return self.session.run(None, {self.name: x})[0]

    predict = predict_on_batch


class OpenVino:
    def __init__(self, path):
        settings = {
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": count,
            "PERFORMANCE_HINT": "LATENCY",
        }
        model = runtime.Core().compile_model(path, "CPU", settings)
        self.request = model.create_infer_request()

    def predict_on_batch(self, x):
        return self.request.infer([x])[0]

    predict = predict_on_batch


def prepare(peer, workload):
    if workload.trains:
        raise ValueError(f"{peer} only predicts, and {workload.name} trains")
    return (OnnxRuntime if peer == "onnxruntime" else OpenVino)(exported(peer, workload))

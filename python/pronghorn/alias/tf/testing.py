"""tf.test: TestCase with TensorFlow's comparisons; what there is of devices."""

import unittest as _unittest

import numpy as _np

from .settings import gpu_device_name, is_built_with_cuda, is_gpu_available  # noqa: F401


class TestCase(_unittest.TestCase):
    def assertAllClose(self, a, b, rtol=1e-6, atol=1e-6, msg=None):
        if isinstance(a, dict):
            self.assertEqual(set(a), set(b), msg)
            for key, value in a.items():
                self.assertAllClose(value, b[key], rtol, atol, msg)
            return
        _np.testing.assert_allclose(_np.asarray(a), _np.asarray(b), rtol, atol, err_msg=msg or "")

    def assertAllEqual(self, a, b, msg=None):
        _np.testing.assert_array_equal(_np.asarray(a), _np.asarray(b), err_msg=msg or "")

    def assertShapeEqual(self, input_a, input_b, msg=None):
        self.assertEqual(tuple(input_a.shape), tuple(input_b.shape), msg)

    def evaluate(self, tensors):
        from ...engine import nest

        return nest.map_structure(_np.asarray, tensors)

    def cached_session(self, *args, **kwargs):
        from .sessions import Session

        return Session()

    session = cached_session

    def get_temp_dir(self):
        import tempfile

        if not hasattr(self, "_folder"):
            self._folder = tempfile.TemporaryDirectory()
            self.addCleanup(self._folder.cleanup)
        return self._folder.name


def main(argv=None):
    _unittest.main(argv=argv)

"""tf.errors: the errors that are raised here under TensorFlow's names."""

OpError = Exception
InvalidArgumentError = FailedPreconditionError = ValueError
NotFoundError = FileNotFoundError
AlreadyExistsError = FileExistsError
PermissionDeniedError = PermissionError
UnimplementedError = NotImplementedError
ResourceExhaustedError = MemoryError
OutOfRangeError = StopIteration

"""tf.io: the module gfile alone."""

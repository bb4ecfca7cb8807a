"""TensorFlow's private modules, from which programs import all the same, by what is public."""

_ARRAYS = (
    "array_ops check_ops clip_ops constant_op control_flow_ops functional_ops gen_array_ops "
    "gen_math_ops gradients gradients_impl init_ops logging_ops map_fn math_ops "
    "partitioned_variables resource_variable_ops state_ops tensor_array_ops variable_scope "
    "variables while_v2"
)
_NN = "gen_nn_ops nn nn_impl nn_ops rnn ctc_ops embedding_ops"
_OTHERS = {
    "python.framework.constant_op": "core",
    "python.framework.dtypes": "dtypes",
    "python.framework.errors": "errors",
    "python.framework.errors_impl": "errors",
    "python.framework.ops": "core",
    "python.framework.tensor_shape": "core",
    "python.framework.tensor_spec": "core",
    "python.framework.tensor_util": "core",
    "python.ops.image_ops": "image",
    "python.ops.linalg_ops": "linalg",
    "python.ops.random_ops": "random",
    "python.ops.string_ops": "strings",
    "python.platform.gfile": "gfile",
    "python.platform.tf_logging": "logs",
    "python.util.nest": "nest",
    "contrib.ctc": "ctc",
}

MODULES = {
    **dict.fromkeys(("python.ops", "python.framework", "python.platform", "python.util"), "compat"),
    "contrib": "compat",
    **{f"python.ops.{name}": "core" for name in _ARRAYS.split()},
    **{f"python.ops.{name}": "nn" for name in _NN.split()},
    **_OTHERS,
}

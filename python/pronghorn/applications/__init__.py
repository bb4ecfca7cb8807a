"""Architectures of the papers, with weights of ImageNet on demand; loaded when asked for."""

_MODULES = {
    "convnext": "ConvNeXtTiny ConvNeXtSmall ConvNeXtBase ConvNeXtLarge ConvNeXtXLarge",
    "densenet": "DenseNet121 DenseNet169 DenseNet201",
    "efficientnet": " ".join(f"EfficientNetB{i}" for i in range(8)),
    "efficientnet_v2": " ".join(f"EfficientNetV2{size}" for size in "B0 B1 B2 B3 S M L".split()),
    "inception_resnet_v2": "InceptionResNetV2",
    "inception_v3": "InceptionV3",
    "mobilenet": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    "mobilenet_v3": "MobileNetV3Small MobileNetV3Large",
    "nasnet": "NASNetMobile NASNetLarge",
    "resnet": "ResNet50 ResNet101 ResNet152",
    "resnet_v2": "ResNet50V2 ResNet101V2 ResNet152V2",
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "xception": "Xception",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}
__all__ = [*_MODULES, "resnet50", "imagenet_utils", *_MODULE_OF]  # noqa: PLE0604


def __getattr__(name):
    import importlib

    if name in _MODULE_OF:
        module = importlib.import_module(f".{_MODULE_OF[name]}", __name__)
        value = getattr(module, name)
        globals()[name] = value
        return value
    if name in __all__:
        return importlib.import_module(f".{name}", __name__)
    from ..legacy.missing import absent

    raise absent(__name__, name, __all__)


def __dir__():
    return __all__

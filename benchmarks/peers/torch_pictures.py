"""ResNet50, MobileNetV2 and EfficientNetB0 in plain PyTorch, as Keras's applications have them."""


def normed(torch, a, b, kernel, stride=1, groups=1, act=None, bias=False):
    """Convolution, batch normalisation, and an activation where one is given."""
    nn = torch.nn
    conv = nn.Conv2d(a, b, kernel, stride, kernel // 2, groups=groups, bias=bias)
    return nn.Sequential(conv, nn.BatchNorm2d(b), *([act(inplace=True)] if act else []))


def classified(torch, features, width, *between):
    nn = torch.nn
    return nn.Sequential(
        *features, nn.AdaptiveAvgPool2d(1), nn.Flatten(), *between, nn.Linear(width, 1000)
    )


def resnet50(torch):
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self, a, b, stride, projects):
            super().__init__()
            relu = nn.ReLU
            self.main = nn.Sequential(
                normed(torch, a, b, 1, stride, act=relu, bias=True),
                normed(torch, b, b, 3, act=relu, bias=True),
                normed(torch, b, 4 * b, 1, bias=True),
            )
            self.short = normed(torch, a, 4 * b, 1, stride, bias=True) if projects else None

        def forward(self, x):
            return torch.relu_(self.main(x) + (self.short(x) if self.short else x))

    features = [normed(torch, 3, 64, 7, 2, act=nn.ReLU, bias=True), nn.MaxPool2d(3, 2, 1)]
    width = 64
    for b, repeats, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for i in range(repeats):
            features.append(Block(width, b, 1 if i else stride, i == 0))
            width = 4 * b
    return classified(torch, features, width)


def bottleneck(torch, a, b, kernel, stride, expansion, act, squeezed=0):
    """1x1 to more channels, depthwise, perhaps squeeze and excitation, 1x1 back."""
    nn, wide = torch.nn, a * expansion

    class Excite(nn.Module):
        def __init__(self):
            super().__init__()
            self.reduce, self.expand = nn.Conv2d(wide, squeezed, 1), nn.Conv2d(squeezed, wide, 1)

        def forward(self, x):
            s = nn.functional.silu(self.reduce(x.mean((2, 3), keepdim=True)))
            return x * torch.sigmoid(self.expand(s))

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            parts = [normed(torch, a, wide, 1, act=act)] if expansion != 1 else []
            parts.append(normed(torch, wide, wide, kernel, stride, groups=wide, act=act))
            parts += [Excite()] if squeezed else []
            self.main = nn.Sequential(*parts, normed(torch, wide, b, 1))

        def forward(self, x):
            y = self.main(x)
            return x + y if y.shape == x.shape else y

    return Block()


def mobilenet_v2(torch):
    act, width = torch.nn.ReLU6, 32
    features = [normed(torch, 3, width, 3, 2, act=act)]
    stages = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
              (6, 160, 3, 2), (6, 320, 1, 1))  # fmt: skip
    for expansion, b, repeats, stride in stages:
        for i in range(repeats):
            features.append(bottleneck(torch, width, b, 3, 1 if i else stride, expansion, act))
            width = b
    return classified(torch, [*features, normed(torch, width, 1280, 1, act=act)], 1280)


def efficientnet_b0(torch):
    nn, width = torch.nn, 32
    act = nn.SiLU
    features = [normed(torch, 3, width, 3, 2, act=act)]
    stages = ((3, 1, 16, 1, 1), (3, 2, 24, 6, 2), (5, 2, 40, 6, 2), (3, 3, 80, 6, 2),
              (5, 3, 112, 6, 1), (5, 4, 192, 6, 2), (3, 1, 320, 6, 1))  # fmt: skip
    for kernel, repeats, b, expansion, stride in stages:
        for i in range(repeats):
            step = 1 if i else stride
            features.append(
                bottleneck(torch, width, b, kernel, step, expansion, act, max(1, width // 4))
            )
            width = b
    top = normed(torch, width, 1280, 1, act=act)
    return classified(torch, [*features, top], 1280, nn.Dropout(0.2))

"""Plain PyTorch: eager modules, channels_last images, batches gathered from a shuffled set."""

import torch_pictures
import workloads

torch = None


def load(peer, threads):
    global torch
    import torch

    torch.set_num_threads(threads)


def conv_stack(channels, filters, size, padding=0):
    nn, layers = torch.nn, []
    for f in filters:
        layers += [nn.Conv2d(channels, f, 3, padding=padding), nn.ReLU(), nn.MaxPool2d(2)]
        channels = f
        size = (size - (0 if padding else 2)) // 2
    return layers, channels * size * size


def dense(*sizes):
    nn, layers = torch.nn, []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def mnist():
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3), nn.ReLU(),
        nn.Flatten(), nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


def catsdogs():
    nn = torch.nn
    layers, flat = conv_stack(3, (32, 64, 128, 128), 150)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(flat, 512), nn.ReLU(), nn.Linear(512, 1))


def embedding():
    nn = torch.nn
    return nn.Sequential(nn.Embedding(10000, 8), nn.Flatten(), nn.Linear(160, 1))


def residual():
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self, a, b, stride):
            super().__init__()
            self.c1 = nn.Conv2d(a, b, 3, stride, 1, bias=False)
            self.n1 = nn.BatchNorm2d(b)
            self.c2 = nn.Conv2d(b, b, 3, 1, 1, bias=False)
            self.n2 = nn.BatchNorm2d(b)
            self.short = nn.Conv2d(a, b, 1, stride, bias=False)

        def forward(self, x):
            y = self.n2(self.c2(torch.relu(self.n1(self.c1(x)))))
            return torch.relu(y + self.short(x))

    blocks = [Block(3, 32, 1), Block(32, 64, 2), Block(64, 128, 2)]
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))


def sepconv():
    nn, layers, channels = torch.nn, [], 3
    for filters in (32, 64, 128):
        layers += [
            nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
            nn.Conv2d(channels, filters, 1, bias=False),
            nn.BatchNorm2d(filters),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
        channels = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))


def transformer():
    nn = torch.nn

    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.words = nn.Embedding(10000, 128)
            self.attention = nn.MultiheadAttention(128, 4, batch_first=True)
            self.norm_1, self.norm_2 = nn.LayerNorm(128), nn.LayerNorm(128)
            self.wide, self.back = nn.Linear(128, 256), nn.Linear(256, 128)
            self.last = nn.Linear(128, 1)

        def forward(self, x):
            x = self.words(x)
            x = self.norm_1(x + self.attention(x, x, x, need_weights=False)[0])
            x = self.norm_2(x + self.back(torch.relu(self.wide(x))))
            return self.last(x.mean(1))

    return Encoder()


def over_words(width, make, last):
    """Layers over embedded words; of a recurrent one the last output counts."""
    nn = torch.nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.over, self.last = (
                nn.Embedding(10000, width),
                make(),
                nn.Linear(last, 1),
            )

        def forward(self, x):
            x = self.words(x)
            if isinstance(self.over, nn.RNNBase):
                _, h = self.over(x)
                h = h[0] if isinstance(h, tuple) else h
                return self.last(h.transpose(0, 1).flatten(1))
            return self.last(self.over(x.transpose(1, 2)).amax(-1))

    return Model()


def convolutions():
    nn = torch.nn
    return nn.Sequential(
        nn.Conv1d(128, 32, 7), nn.ReLU(), nn.MaxPool1d(5), nn.Conv1d(32, 32, 7), nn.ReLU()
    )


def after_last(last, *layers):
    """A linear layer on the last output of recurrent layers, one after the other."""
    nn = torch.nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers, self.last = nn.ModuleList(layers), nn.Linear(*last)

        def forward(self, x):
            for layer in self.layers:
                x, _ = layer(x)
            return self.last(x[:, -1])

    return Model()


def recurrent(kind, inputs, units, **options):
    return getattr(torch.nn, kind)(inputs, units, batch_first=True, **options)


def vgg16():
    nn, layers, channels = torch.nn, [], 3
    for filters, repeats in workloads.VGG16:
        for _ in range(repeats):
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


BUILDERS = {
    "dense1": lambda: dense(13, 64, 64, 1),
    "dense784": lambda: dense(784, 512, 10),
    "dense10000": lambda: dense(10000, 16, 16, 1),
    "mnist": mnist,
    "catsdogs": catsdogs,
    "embedding": embedding,
    "residual": residual,
    "sepconv": sepconv,
    "vgg16": vgg16,
    "simplernn": lambda: over_words(32, lambda: recurrent("RNN", 32, 32), 32),
    "lstm": lambda: over_words(32, lambda: recurrent("LSTM", 32, 32), 32),
    "bilstm": lambda: over_words(32, lambda: recurrent("LSTM", 32, 32, bidirectional=True), 64),
    "gru": lambda: after_last((64, 1), recurrent("GRU", 14, 32), recurrent("GRU", 32, 64)),
    "lstm_text": lambda: after_last((128, 58), recurrent("LSTM", 58, 128)),
    "conv1d": lambda: over_words(128, convolutions, 32),
    "transformer": transformer,
    "long": transformer,
    "resnet50": lambda: torch_pictures.resnet50(torch),
    "resnet50_predict": lambda: torch_pictures.resnet50(torch),
    "resnet50_1": lambda: torch_pictures.resnet50(torch),
    "mobilenet_1": lambda: torch_pictures.mobilenet_v2(torch),
    "mobilenet_32": lambda: torch_pictures.mobilenet_v2(torch),
    "efficientnet_1": lambda: torch_pictures.efficientnet_b0(torch),
}


class Subject:
    def __init__(self, workload):
        self.model = BUILDERS[workload.name]()
        self.optimizer = torch.optim.RMSprop(self.model.parameters(), lr=0.001, alpha=0.9)
        functional = torch.nn.functional
        self.loss = {
            "mse": functional.mse_loss,
            "mae": functional.l1_loss,
            "categorical_crossentropy": functional.cross_entropy,
            "binary_crossentropy": functional.binary_cross_entropy_with_logits,
            "sparse_categorical_crossentropy": lambda p, y: functional.cross_entropy(p, y.long()),
        }[workload.loss]
        self.model = self.model.to(memory_format=torch.channels_last)

    def tensor(self, x):
        t = torch.from_numpy(x)
        return t.permute(0, 3, 1, 2) if t.ndim == 4 else t  # NHWC memory is channels_last

    def fit(self, x, y, batch, epochs):
        x, y = self.tensor(x), torch.from_numpy(y)
        self.model.train()
        for _ in range(epochs):
            order = torch.randperm(len(x))
            total = torch.zeros(())
            for i in range(0, len(x), batch):
                rows = order[i : i + batch]
                self.optimizer.zero_grad()
                loss = self.loss(self.model(x[rows]), y[rows])
                loss.backward()
                self.optimizer.step()
                total += loss.detach()
            float(total)

    def predict_on_batch(self, x):
        self.model.eval()
        with torch.inference_mode():
            return self.model(self.tensor(x)).numpy()

    predict = predict_on_batch


def prepare(peer, workload):
    return Subject(workload)

"""A small canvas with antialiased lines, text and images, saved as PNG, so that the demo's
picture needs NumPy and nothing else. Positions are pixels, x to the right, y down."""

import struct
import zlib

import numpy as np

from pronghorn._atomic import replacing_file
from pronghorn.cli.font import pixels


class Canvas:
    """A picture of `width` x `height` pixels; colours are (red, green, blue), 0 to 255."""

    def __init__(self, width, height, background=(255, 255, 255)):
        self.data = np.empty((height, width, 3), np.float64)
        self.data[:] = background

    def _blend(self, top, left, cover, colour):
        part = self.data[top : top + cover.shape[0], left : left + cover.shape[1]]
        part += cover[..., None] * (np.asarray(colour, np.float64) - part)

    def rectangle(self, x, y, width, height, colour):
        """Fills a rectangle on whole pixels."""
        x, y = int(round(x)), int(round(y))
        self.data[max(y, 0) : y + int(round(height)), max(x, 0) : x + int(round(width))] = colour

    def segments(self, ends, colour, width=1.0):
        """Draws lines (x0, y0, x1, y1) with round ends as one stroke. What covers a pixel is
        `radius + 0.5 - distance`, cut to [0, 1]; the nearest line counts."""
        ends = np.asarray(ends, np.float64).reshape(-1, 4)
        if not len(ends):
            return
        height, full_width = self.data.shape[:2]
        reach = width / 2 + 1
        xs, ys = ends[:, 0::2], ends[:, 1::2]
        left, right = int(max(xs.min() - reach, 0)), int(min(xs.max() + reach + 1, full_width))
        top, bottom = int(max(ys.min() - reach, 0)), int(min(ys.max() + reach + 1, height))
        if left >= right or top >= bottom:
            return
        cover = np.zeros((bottom - top, right - left))
        for x0, y0, x1, y1 in ends:
            # only the box around this line can change
            l = int(max(min(x0, x1) - reach - left, 0))
            r = int(max(max(x0, x1) + reach + 1 - left, 0))
            t = int(max(min(y0, y1) - reach - top, 0))
            b = int(max(max(y0, y1) + reach + 1 - top, 0))
            box = cover[t:b, l:r]
            px = np.arange(box.shape[1]) + left + l + 0.5 - x0
            py = (np.arange(box.shape[0]) + top + t + 0.5 - y0)[:, None]
            dx, dy = x1 - x0, y1 - y0
            along = np.clip((px * dx + py * dy) / max(dx * dx + dy * dy, 1e-12), 0, 1)
            distance = np.hypot(px - along * dx, py - along * dy)
            np.maximum(box, np.clip(width / 2 + 0.5 - distance, 0, 1), out=box)
        self._blend(top, left, cover, colour)

    def line(self, points, colour, width=1.0):
        """Draws one line through `points` [(x, y), ...]; a single point is a dot."""
        points = [tuple(point) for point in points]
        if len(points) == 1:
            points *= 2
        self.segments([a + b for a, b in zip(points, points[1:])], colour, width)

    def text(self, x, y, text, colour=(40, 40, 40), size=14.0, align="left", weight=1.0):
        """Writes `text` with its top left corner at (x, y), or its top centre or right corner
        (`align`). `size` is the height of a capital. Lit neighbours of the glyph's grid are
        joined by strokes, which makes the letters smooth at any size."""
        step = size / 7
        x -= {"left": 0, "center": 0.5, "right": 1}[align] * self.text_width(text, size)
        for character in text:
            lit = set(pixels(character))
            strokes = []
            for column, row in lit:
                strokes.append((column, row, column, row))
                for dx, dy in ((1, 0), (0, 1), (1, 1), (-1, 1)):
                    end = column + dx, row + dy
                    corner = dx and dy and {(end[0], row), (column, end[1])} & lit
                    if end in lit and not corner:
                        strokes.append((column, row, *end))
            scaled = np.array(strokes, np.float64).reshape(-1, 4) * step + step / 2
            self.segments(scaled + [x, y, x, y], colour, max(step * 0.75, 1.0) * weight)
            x += 6 * step

    @staticmethod
    def text_width(text, size=14.0):
        return max(6 * len(text) - 1, 0) * size / 7

    def image(self, x, y, image, scale, ink=(20, 24, 40), paper=(255, 255, 255)):
        """Draws a (height, width) array of 0 (paper) to 1 (ink), each value a square of
        `scale` pixels."""
        big = np.kron(np.clip(np.asarray(image, np.float64), 0, 1), np.ones((scale, scale)))
        self.rectangle(x, y, big.shape[1], big.shape[0], paper)
        self._blend(int(y), int(x), big, ink)

    def png(self):
        """The picture as the bytes of a PNG file."""
        rows = np.clip(np.rint(self.data), 0, 255).astype(np.uint8)
        height, width = rows.shape[:2]
        filtered = np.zeros((height, 1 + width * 3), np.uint8)  # filter 0 before each row
        filtered[:, 1:] = rows.reshape(height, -1)

        def chunk(kind, body):
            check = zlib.crc32(kind + body)
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

        header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header)]
        parts += [chunk(b"IDAT", zlib.compress(filtered.tobytes(), 9)), chunk(b"IEND", b"")]
        return b"".join(parts)

    def save(self, path):
        """Writes the picture to `path` as PNG."""
        with replacing_file(path) as file:
            file.write(self.png())

"""A real HTTP server on 127.0.0.1 that misbehaves in one named way at a time."""

import contextlib
import socket
import threading
import time

BODY = bytes(range(256)) * 2000  # 512,000 bytes
SIZE = len(BODY)
TAG = '"v1"'


class Request:
    """One request: its headers in lower case, its number among those of its path."""

    def __init__(self, connection, number):
        self.connection = connection
        self.number = number
        lines = _read_head(connection).decode("latin1").split("\r\n")
        self.path = lines[0].split(" ")[1] if " " in lines[0] else "/"
        self.headers = {
            key.lower(): value for key, _, value in (line.partition(": ") for line in lines[1:])
        }

    @property
    def start(self):
        """First byte asked for, if the file is still the one that was meant."""
        value = self.headers.get("range", "bytes=0-")
        return int(value.removeprefix("bytes=").rstrip("-"))

    def send(self, *parts):
        for part in parts:
            self.connection.sendall(part)

    def head(self, status="200 OK", length=SIZE, tag=TAG, ranges=True, **more):
        fields = {"Content-Length": length, "ETag": tag}
        if ranges:
            fields["Accept-Ranges"] = "bytes"
        fields.update({key.replace("_", "-"): value for key, value in more.items()})
        lines = [f"{key}: {value}" for key, value in fields.items() if value is not None]
        self.send("\r\n".join([f"HTTP/1.1 {status}", *lines, "Connection: close", "", ""]).encode())

    def rest(self, body=BODY, upto=None):
        """The usual answer: from where it was asked, up to byte `upto` of the body."""
        start = self.start
        if start:
            self.head("206 Partial Content", len(body) - start,
                      Content_Range=f"bytes {start}-{len(body) - 1}/{len(body)}")  # fmt: skip
        else:
            self.head(length=len(body))
        self.send(body[start:upto])


def _read_head(connection):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        data = connection.recv(1)
        if not data:
            break
        head += data
    return head


@contextlib.contextmanager
def serving(behaviour):
    """Serves with `behaviour(request)`.

    Yields:
        The address, and the list of requests so far.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    requests, open_connections = [], []
    closing = threading.Event()

    def answer(connection):
        open_connections.append(connection)
        with connection, contextlib.suppress(OSError):
            request = Request(connection, len(requests))
            request.closing = closing
            requests.append(request)
            behaviour(request)

    def loop():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/file.bin", requests
    finally:
        closing.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in open_connections:
            with contextlib.suppress(OSError):
                connection.close()
        thread.join(5)


# ---- behaviours that end in a whole file -----------------------------------------------------


def honest(request):
    request.rest()


def drops_once(request):
    request.rest(upto=300_000 if request.number == 0 else None)


def drops_often(request):
    request.rest(upto=min(request.start + 100_000, len(BODY)))


def drops_once_without_ranges(request):
    request.head(ranges=False)
    request.send(BODY[: 300_000 if request.number == 0 else None])


def ignores_ranges(request):
    request.head()
    request.send(BODY[: 300_000 if request.number == 0 else None])


def answers_another_range(request):
    if request.start:
        request.head("206 Partial Content", len(BODY) - 5, Content_Range="bytes 5-511999/512000")
        request.send(BODY[5:])
    elif request.number == 0:
        request.rest(upto=300_000)
    else:
        request.rest()


def changes_the_file(request):
    """The first file breaks off; a second, longer one takes its place."""
    if request.number == 0:
        request.head(length=len(BODY) + 1000)
        request.send(b"\xff" * 300_000)
    else:
        request.head(tag='"v2"')
        request.send(BODY)


def stalls_once(request):
    request.rest(upto=300_000 if request.number == 0 else None)
    if request.number == 0:
        request.closing.wait(10)


def stumbles_first(request):
    if request.number < 2:
        request.head("503 Busy", 0)
    else:
        request.rest()


def hangs_up_first(request):
    if request.number:
        request.rest()


def no_length(request):
    request.head(length=None)
    request.send(BODY)


def odd_length(request):
    request.head(length="many")
    request.send(BODY)


def chunked(request):
    request.head(length=None, Transfer_Encoding="chunked")
    for start in range(0, len(BODY), 100_000):
        part = BODY[start : start + 100_000]
        request.send(f"{len(part):x}\r\n".encode(), part, b"\r\n")
    request.send(b"0\r\n\r\n")


def redirects(request):
    if request.path == "/file.bin":
        request.head("302 Found", 0, Location="/elsewhere")
    else:
        request.rest()


# ---- behaviours that end in an error ---------------------------------------------------------


def drops_always(request):
    request.head(ranges=False)
    request.send(BODY[:300_000])


def never_ends_a_range(request):
    """Offers ranges, but brings not one byte more."""
    request.rest(upto=max(request.start, 300_000))


def says_too_much(request):
    request.head(length=len(BODY) + 1)
    request.send(BODY)


def says_too_little(request):
    request.head(length=len(BODY) - 1)
    request.send(BODY)


def says_nothing_comes(request):
    request.head(length=0)
    request.send(BODY)


def negative_length(request):
    request.head(length=-5)
    request.send(BODY[:100])


def wrong_bytes(request):
    request.head()
    request.send(b"\0" * len(BODY))


def one_wrong_byte(request):
    request.rest(BODY[:-1] + b"!")


def not_found(request):
    request.head("404 Not Found", 0)


def forbids(request):
    request.head("403 Forbidden", 0)


def always_busy(request):
    request.head("503 Busy", 0)


def redirects_for_ever(request):
    request.head("302 Found", 0, Location="/file.bin")


def redirects_to_a_file(request):
    request.head("302 Found", 0, Location="file:///etc/passwd")


def redirects_nowhere(request):
    request.head("302 Found", 0, Location="http://127.0.0.1:1/")


def hangs_up(request):
    pass


def says_nothing(request):
    request.closing.wait(10)


def stalls_always(request):
    request.head(ranges=False)
    request.send(BODY[:1000])
    request.closing.wait(10)


def drips(request):
    request.head()
    for byte in BODY:
        request.send(bytes([byte]))
        time.sleep(0.02)


def never_ends(request):
    request.head(length=None)
    while True:
        request.send(BODY)


def never_ends_its_head(request):
    request.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        request.send(b"X-More: 1\r\n")


def one_long_line(request):
    request.send(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        request.send(b"x" * 65536)


def speaks_nonsense(request):
    request.send(b"\x00\xff\xfeSSH-2.0-OpenSSH\r\n" * 3)


def chunks_cut_short(request):
    request.head(length=None, Transfer_Encoding="chunked")
    request.send(b"186a0\r\n", BODY[:50_000])


def chunks_of_nonsense(request):
    request.head(length=None, Transfer_Encoding="chunked")
    request.send(b"zz\r\n", BODY[:50_000])


def squeezes(request):
    import gzip

    data = gzip.compress(BODY)
    request.head(length=len(data), Content_Encoding="gzip")
    request.send(data)


def switches_protocol(request):
    request.head("101 Switching Protocols", None)


def sends_nothing_new(request):
    request.head("304 Not Modified", None)


WHOLE = [
    honest, drops_once, drops_often, drops_once_without_ranges, ignores_ranges,
    answers_another_range, changes_the_file, stalls_once, stumbles_first, hangs_up_first,
    no_length, odd_length, chunked, redirects,
]  # fmt: skip
BROKEN = [
    drops_always, never_ends_a_range, says_too_much, not_found, forbids, always_busy,
    redirects_for_ever, redirects_to_a_file, redirects_nowhere, hangs_up, says_nothing,
    stalls_always, drips, never_ends, never_ends_its_head, one_long_line, speaks_nonsense,
    chunks_cut_short, chunks_of_nonsense, switches_protocol, sends_nothing_new,
]  # fmt: skip
FALSE = [
    wrong_bytes, one_wrong_byte, says_too_little, says_nothing_comes, negative_length, squeezes,
]  # fmt: skip

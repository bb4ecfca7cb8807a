"""get_file against a server that drops the line, lies about lengths and sends other bytes."""

import hashlib
import os
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import pytest
from pronghorn.files import download
from pronghorn.files import get_file as files
from pronghorn.utils import get_file

from .faulty_server import BODY, BROKEN, FALSE, WHOLE, drops_once, honest, serving, wrong_bytes

HASH = hashlib.sha256(BODY).hexdigest()
CLOSED = "http://127.0.0.1:1/file.bin"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Time limits of a test, not of the world."""
    monkeypatch.setattr(download, "TIMEOUT", 0.5)
    monkeypatch.setattr(download, "WINDOW", 0.5)
    monkeypatch.setattr(download, "PAUSE", 0.01)
    monkeypatch.setattr(download, "LARGEST_UNKNOWN", 20 << 20)
    monkeypatch.setattr(files, "_taken_as_they_are", set())


def contents(folder):
    """Every file below a folder, hidden ones too, with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("behaviour", WHOLE)
def test_a_whole_file_comes_through(behaviour, tmp_path, capsys):
    with serving(behaviour) as (url, _):
        path = get_file(origin=url, file_hash=HASH, cache_dir=tmp_path)
    assert path == str(tmp_path / "datasets" / "file.bin")
    assert contents(tmp_path) == {"datasets/file.bin": BODY}
    assert f"Downloading data from {url}" in capsys.readouterr().out


@pytest.mark.parametrize("behaviour", BROKEN)
def test_a_broken_server_is_an_error_in_time(behaviour, tmp_path):
    start = time.monotonic()
    with serving(behaviour) as (url, _):
        with pytest.raises(FileNotFoundError, match="URL fetch failure on") as caught:
            get_file(origin=url, file_hash=HASH, cache_dir=tmp_path)
    assert time.monotonic() - start < 20
    assert str(tmp_path / "datasets" / "file.bin") in str(caught.value)  # which file, where
    assert not (tmp_path / "datasets" / "file.bin").exists()


@pytest.mark.parametrize("behaviour", FALSE)
def test_other_bytes_are_refused(behaviour, tmp_path):
    with serving(behaviour) as (url, _):
        with pytest.raises(ValueError, match="Incomplete or corrupted file"):
            get_file(origin=url, file_hash=HASH, cache_dir=tmp_path)
    assert contents(tmp_path) == {}


def test_a_dropped_line_is_continued_not_begun_again(tmp_path):
    with serving(drops_once) as (url, requests):
        get_file(origin=url, file_hash=HASH, cache_dir=tmp_path)
    assert [r.start for r in requests] == [0, 300_000]
    assert requests[1].headers["if-range"] == '"v1"'


def test_a_later_call_continues_what_an_earlier_one_left(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "ATTEMPTS", 1)

    def drops_ranges(request):
        if request.number == 0:
            request.rest(upto=300_000)
        elif not repaired:
            request.head("503 Busy", 0)
        else:
            request.rest()

    repaired = False
    with serving(drops_ranges) as (url, requests):
        with pytest.raises(FileNotFoundError):
            get_file(origin=url, file_hash=HASH, cache_dir=tmp_path)
        (part,) = contents(tmp_path)
        assert part.endswith(".part") and len(contents(tmp_path)[part]) == 300_000
        repaired = True
        get_file(origin=url, file_hash=HASH, cache_dir=tmp_path)
        assert [r.start for r in requests][-1] == 300_000
    assert contents(tmp_path) == {"datasets/file.bin": BODY}


def test_pieces_that_do_not_fit_are_begun_again(tmp_path):
    def lies_first(request):
        if request.number == 0:
            request.head()
            request.send(b"\xee" * 300_000)
        else:
            request.rest()

    with serving(lies_first) as (url, requests):
        get_file(origin=url, file_hash=HASH, cache_dir=tmp_path)
    assert [r.start for r in requests] == [0, 300_000, 0]
    assert contents(tmp_path) == {"datasets/file.bin": BODY}


def test_two_at_once_do_not_mix(tmp_path):
    def slow(request):
        request.head()
        for start in range(0, len(BODY), 100_000):
            request.send(BODY[start : start + 100_000])
            time.sleep(0.02)

    found = []
    with serving(slow) as (url, _):
        threads = [
            threading.Thread(
                target=lambda: found.append(
                    get_file(origin=url, file_hash=HASH, cache_dir=tmp_path)
                )
            )
            for _ in range(4)
        ]
        [t.start() for t in threads]
        [t.join(20) for t in threads]
    assert len(found) == 4
    assert contents(tmp_path) == {"datasets/file.bin": BODY}


# ---- the cache -------------------------------------------------------------------------------


def test_a_cached_file_asks_nobody(tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "file.bin").write_bytes(BODY)
    with serving(honest) as (url, requests):
        get_file("file.bin", url, file_hash=HASH, cache_dir=tmp_path)
        get_file("file.bin", url, md5_hash=hashlib.md5(BODY).hexdigest(), cache_dir=tmp_path)
        get_file("file.bin", url, cache_dir=tmp_path)
        assert not requests
        get_file("file.bin", url, cache_dir=tmp_path, force_download=True)
        assert len(requests) == 1


def test_a_cached_file_with_another_hash_is_fetched_again(tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "file.bin").write_bytes(b"old")
    with serving(honest) as (url, _):
        get_file("file.bin", url, file_hash=HASH, cache_dir=tmp_path)
    assert contents(tmp_path) == {"datasets/file.bin": BODY}


def test_without_a_network_it_is_used_with_one_warning(tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "file.bin").write_bytes(b"rebuilt")
    with pytest.warns(UserWarning, match="does not have the published hash"):
        path = get_file("file.bin", CLOSED, file_hash=HASH, cache_dir=tmp_path)
    assert Path(path).read_bytes() == b"rebuilt"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert get_file("file.bin", CLOSED, file_hash=HASH, cache_dir=tmp_path) == path


def test_wrong_bytes_from_the_network_leave_the_cache_alone(tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "file.bin").write_bytes(b"rebuilt")
    with serving(wrong_bytes) as (url, _), pytest.raises(ValueError, match="corrupted"):
        get_file("file.bin", url, file_hash=HASH, cache_dir=tmp_path)
    assert contents(tmp_path) == {"datasets/file.bin": b"rebuilt"}


def test_without_a_network_or_a_file_it_says_what_to_put_where(tmp_path):
    with pytest.raises(FileNotFoundError, match="put the file at") as caught:
        get_file("file.bin", CLOSED, file_hash=HASH, cache_dir=tmp_path)
    assert str(tmp_path / "datasets" / "file.bin") in str(caught.value)
    assert CLOSED in str(caught.value)


def test_a_read_only_cache_is_read_and_not_written(tmp_path, monkeypatch):
    home, spare = tmp_path / "home", tmp_path / "spare"
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / "there.bin").write_bytes(BODY)
    spare.mkdir()
    monkeypatch.setattr(files.tempfile, "gettempdir", lambda: str(spare))
    monkeypatch.setattr(files.os, "access", lambda path, mode: not str(path).startswith(str(home)))
    with serving(honest) as (url, requests):
        assert get_file("there.bin", url, cache_dir=home) == str(home / "datasets" / "there.bin")
        first = get_file("file.bin", url, file_hash=HASH, cache_dir=home)
        assert first.startswith(str(spare))
        assert get_file("file.bin", url, file_hash=HASH, cache_dir=home) == first
        assert len(requests) == 1


def test_keras_home_decides(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    with serving(honest) as (url, _):
        path = get_file("a.bin", url, cache_subdir="models")
    assert path == str(tmp_path / "home" / "models" / "a.bin")


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({}, "origin"),
        ({"origin": "http://127.0.0.1:1/"}, "file name"),
        ({"fname": "a/b", "origin": CLOSED}, "Paths are no longer accepted"),
        ({"fname": "..", "origin": CLOSED}, "file name"),
        ({"origin": CLOSED, "file_hash": "0", "hash_algorithm": "crc"}, "hash algorithm"),
    ],
)
def test_bad_arguments(kwargs, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        get_file(cache_dir=tmp_path, **kwargs)
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("url", ["gopher://x/file.bin", "http://[::bad/file.bin", "nonsense"])
def test_odd_addresses(url, tmp_path):
    with pytest.raises((FileNotFoundError, ValueError)):
        get_file("file.bin", url, cache_dir=tmp_path)


def test_interrupting_leaves_no_half_file(tmp_path):
    """Ctrl-C while the server stalls: the process ends at once, the cache holds no file.bin."""
    code = (
        "import sys; from pronghorn.utils import get_file; "
        f"print('go', flush=True); get_file('file.bin', sys.argv[1], cache_dir={str(tmp_path)!r})"
    )

    def stalls(request):
        request.rest(upto=300_000)
        request.closing.wait(20)

    with serving(stalls) as (url, requests):
        process = subprocess.Popen(
            [sys.executable, "-c", code, url], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdout.readline() == b"go\n"
        deadline = time.monotonic() + 20
        while not requests and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.2)
        process.send_signal(2)
        assert process.wait(20) != 0
        process.stdout.close()
    assert not os.path.exists(tmp_path / "datasets" / "file.bin")

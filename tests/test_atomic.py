"""Files that are written whole or not at all."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest
from pronghorn._atomic import replacing, replacing_file


def write(path, content):
    with replacing_file(path) as f:
        f.write(content)


def test_a_new_file_gets_the_usual_mode(tmp_path):
    path = tmp_path / "a"
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    write(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode == plain.stat().st_mode
    assert sorted(os.listdir(tmp_path)) == ["a", "plain"]


def test_mode_and_link_are_kept(tmp_path):
    real = tmp_path / "real"
    real.write_bytes(b"old")
    real.chmod(0o600)
    link = tmp_path / "link"
    link.symlink_to("real")
    far = tmp_path / "far"
    far.symlink_to(link)
    write(far, b"new")
    assert link.is_symlink() and far.is_symlink() and real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_a_link_to_nothing_makes_its_target(tmp_path):
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "later")
    write(link, b"new")
    assert link.is_symlink() and (tmp_path / "later").read_bytes() == b"new"


def test_a_failure_leaves_the_old_file(tmp_path):
    path = tmp_path / "a"
    write(path, b"old")
    with pytest.raises(KeyboardInterrupt):
        with replacing_file(path) as f:
            f.write(b"half")
            raise KeyboardInterrupt
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["a"]


def test_places_that_cannot_be_written(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        write(tmp_path / "none" / "a", b"")
    with pytest.raises(IsADirectoryError):
        write(tmp_path, b"")
    assert os.listdir(tmp_path) == []


def test_a_read_only_file_is_not_replaced(tmp_path, monkeypatch):
    path = tmp_path / "a"
    write(path, b"old")
    monkeypatch.setattr(os, "access", lambda *args: False)  # root may write everything
    with pytest.raises(PermissionError, match="read-only"):
        write(path, b"new")
    assert path.read_bytes() == b"old"


def test_what_is_no_regular_file_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write(pipe, b"through")
    reader.join()
    assert got == [b"through"] and stat.S_ISFIFO(pipe.stat().st_mode)
    write(os.devnull, b"gone")


def test_threads_that_write_one_file(tmp_path):
    path = tmp_path / "a"
    contents = [bytes([i]) * 100_000 for i in range(8)]
    failed = []

    def work(content):
        try:
            for _ in range(20):
                write(path, content)
                assert path.read_bytes() in contents
        except BaseException as e:
            failed.append(e)

    threads = [threading.Thread(target=work, args=(c,)) for c in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and os.listdir(tmp_path) == ["a"]


KILLED = """
import sys, time
from pronghorn._atomic import replacing_file
for i in range(10 ** 9):
    with replacing_file(sys.argv[1]) as f:
        f.write(bytes([i % 256]) * 50_000); f.flush()
        f.write(bytes([i % 256]) * 50_000)
    print(flush=True)
"""


def test_killed_writers_leave_a_whole_file_and_nothing_else_for_long(tmp_path):
    path = tmp_path / "a"
    write(path, b"\xff" * 100_000)
    for i in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE
        )
        process.stdout.readline()
        time.sleep(0.003 * i)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        content = path.read_bytes()
        assert len(content) == 100_000 and len(set(content)) == 1
    write(path, b"last")
    assert os.listdir(tmp_path) == ["a"]


def test_a_living_writer_s_file_is_left_alone(tmp_path):
    path = tmp_path / "a"
    with replacing(path) as temporary:
        write(path, b"other")
        assert os.path.exists(temporary)
        with open(temporary, "wb") as f:
            f.write(b"mine")
    assert path.read_bytes() == b"mine"
    for name in (".a.deadbeef-1-2.aa.tmp", ".a.tmp", ".a.note", ".b.x-1-2.aa.tmp"):
        (tmp_path / name).write_bytes(b"of others")
    write(path, b"new")
    assert len(os.listdir(tmp_path)) == 5  # of another machine, or no temporary files

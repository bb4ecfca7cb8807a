"""extract_archive: what it unpacks, and what it refuses whole."""

import io
import os
import stat
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from pronghorn.files import archives
from pronghorn.files.archives import extract_archive
from pronghorn.utils import get_file

from .hostile_archives import HARD, HOSTILE, LINK, _tar

MODES = {"tar": "w", "tar.gz": "w:gz", "tar.bz2": "w:bz2", "tar.xz": "w:xz"}


def tree(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archives_are_refused_whole(name, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 1000)
    monkeypatch.setattr(archives, "FLOOR_BYTES", 64 << 20)
    box = tmp_path / "box"
    box.mkdir()
    path = box / "archive"
    HOSTILE[name](path)
    start = time.monotonic()
    with pytest.raises(ValueError, match="refused|damaged"):
        extract_archive(path, box / "out")
    assert time.monotonic() - start < 20
    assert tree(tmp_path) == ["box", "box/archive"]
    assert not os.path.exists("/tmp/pronghorn-evil")


@pytest.mark.parametrize("form", [*MODES, "zip"])
def test_unpacks(form, tmp_path):
    path = tmp_path / f"a.{form}"
    if form == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("d/", "")
            archive.writestr("d/x.txt", "one")
            archive.writestr("naïve.txt", b"two" * 100_000)
    else:
        members = [("d", tarfile.DIRTYPE, None), ("d/x.txt", "file", b"one")]
        _tar(path, *members, ("naïve.txt", "file", b"two" * 100_000), mode=MODES[form])
    assert extract_archive(path, tmp_path / "out")
    assert tree(tmp_path / "out") == ["d", "d/x.txt", "naïve.txt"]
    assert (tmp_path / "out" / "d" / "x.txt").read_bytes() == b"one"
    assert (tmp_path / "out" / "naïve.txt").read_bytes() == b"two" * 100_000
    assert not stat.S_IMODE((tmp_path / "out" / "naïve.txt").stat().st_mode) & stat.S_ISUID
    assert not extract_archive(path, tmp_path / "no", "tar" if form == "zip" else "zip")
    assert not extract_archive(path, tmp_path / "no", None)


def test_links_inside_are_kept(tmp_path):
    path = tmp_path / "a.tar"
    _tar(
        path,
        ("d/x", "file", b"one"),
        ("l", LINK, "d/x"),
        ("d/up", LINK, "../d/x"),
        ("h", HARD, "d/x"),
    )
    assert extract_archive(path, tmp_path / "out")
    for name in ("l", "d/up", "h"):
        assert (tmp_path / "out" / name).read_bytes() == b"one"


def test_files_that_are_no_archives(tmp_path):
    import gzip

    for name, data in (("t", b"hello " * 200), ("e", b""), ("g", gzip.compress(b"hello" * 300))):
        (tmp_path / name).write_bytes(data)
        assert not extract_archive(tmp_path / name, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(NotImplementedError, match="rar"):
        extract_archive(tmp_path / "t", tmp_path / "out", "rar")


def test_what_is_there_stays_where_nothing_takes_its_place(tmp_path):
    out = tmp_path / "out"
    (out / "d").mkdir(parents=True)
    (out / "d" / "mine").write_text("mine")
    (out / "d" / "x").write_text("old")
    path = tmp_path / "a.tar"
    _tar(path, ("d/x", "file", b"new"), ("d/y", "file", b"new"))
    assert extract_archive(path, out)
    assert tree(out) == ["d", "d/mine", "d/x", "d/y"]
    assert (out / "d" / "x").read_bytes() == b"new"


def test_long_names_and_sparse_holes(tmp_path):
    name = "n" * 90 + "/" + "m" * 200
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo(name)
        info.size = 3
        archive.addfile(info, io.BytesIO(b"abc"))
    assert extract_archive(path, tmp_path / "out")
    assert (tmp_path / "out" / name).read_bytes() == b"abc"


def test_get_file_unpacks_as_keras_names_it(tmp_path):
    source = tmp_path / "source.tar.gz"
    _tar(source, ("x", "file", b"one"), mode="w:gz")
    url = source.as_uri()
    out = tmp_path / "cache"
    for kwargs, folder, file in (
        ({"fname": "some", "extract": True}, "some", "some_archive"),
        ({"fname": "some.tar.gz", "untar": True}, "some_extracted", "some.tar.gz"),
        ({"extract": True}, "source.tar.gz", "source.tar.gz_archive"),
    ):
        path = get_file(origin=url, cache_dir=out, **kwargs)
        assert path == str(out / "datasets" / folder)
        assert (out / "datasets" / folder / "x").read_bytes() == b"one"
        assert (out / "datasets" / file).is_file()


def test_what_get_file_unpacks_shows_where_keras_2_unpacked_it(tmp_path):
    source = tmp_path / "source.tar"
    _tar(source, ("cats/x", "file", b"one"), ("mine/x", "file", b"theirs"))
    folder = tmp_path / "cache" / "datasets"
    (folder / "mine").mkdir(parents=True)
    path = get_file("cats.tar", source.as_uri(), extract=True, cache_dir=tmp_path / "cache")
    beside = Path(path).parent / "cats"
    assert (beside / "x").read_bytes() == b"one" and beside.is_symlink()
    assert not (folder / "mine" / "x").exists()  # what was there stays
    assert not Path(os.readlink(beside)).is_absolute()  # the cache can be moved


def test_get_file_unpacks_once_and_again_after_a_newer_file(tmp_path):
    source = tmp_path / "source.tar"
    _tar(source, ("x", "file", b"one"))
    path = get_file("some", source.as_uri(), extract=True, cache_dir=tmp_path)
    mine = tmp_path / "datasets" / "some" / "mine"
    mine.write_text("mine")
    (tmp_path / "datasets" / "some" / "x").write_text("edited")
    get_file("some", source.as_uri(), extract=True, cache_dir=tmp_path)
    assert (tmp_path / "datasets" / "some" / "x").read_text() == "edited"
    os.utime(tmp_path / "datasets" / "some_archive", (time.time() + 100,) * 2)
    get_file("some", source.as_uri(), extract=True, cache_dir=tmp_path)
    assert Path(path, "x").read_bytes() == b"one" and mine.exists()


def test_get_file_says_when_it_is_no_archive(tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    with pytest.warns(UserWarning, match="Could not extract"):
        get_file("some", (tmp_path / "a.txt").as_uri(), extract=True, cache_dir=tmp_path)


def test_get_file_takes_a_folder_whose_archive_is_gone(tmp_path):
    (tmp_path / "datasets" / "some").mkdir(parents=True)
    path = get_file("some", "http://127.0.0.1:1/x", extract=True, cache_dir=tmp_path)
    assert path == str(tmp_path / "datasets" / "some")

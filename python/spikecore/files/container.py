"""Arrays and a description in one file: the container of results, an uncompressed ``.npz`` of known layout.

``numpy.load(file, allow_pickle=False)`` reads all of it. The member ``description`` is JSON as bytes: the kind of
content and its schema, the version that wrote it, and of every array the type, the shape and the SHA-256 of its bytes.
The comment of the archive holds the SHA-256 of the description. Equal contents give equal files.

Reading believes nothing: no member is compressed, so a file is never larger than it is; a shape is compared with the
bytes that are there before memory is taken; every type is one of those below; every value is covered by a hash.
Whatever is wrong raises `FileError` before the caller gets anything.
"""

import hashlib
import json
import os
import re
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Never

import numpy as np
from numpy.typing import NDArray

from spikecore import printed
from spikecore._native import __version__
from spikecore.errors import FileError, NetworkError
from spikecore.files import json_text, reading, writing

__all__ = ["Contents", "read", "read_any", "write"]

TYPES = ("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f4", "<f8")
"""What an array may consist of."""
MOST_ARRAYS = 100_000
MOST_DESCRIPTION = 16 * 2**20
"""Bytes of a description; a network of 100,000 populations has some 8 MB."""
MOST_VALUES = 4_000_000
"""Values in a description."""
_DESCRIPTION = "description"
_COMMENT = re.compile(rb"spikecore (\w{1,40}) schema (\d{1,9}) sha256 ([0-9a-f]{64})")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    LookupError,
    ValueError,
    RuntimeError,
    SyntaxError,
    tokenize.TokenError,
)
"""What `zipfile` and numpy raise about a file that is not what they expect."""
_PIECE = 2**22


@dataclass(frozen=True)
class Contents:
    """What a container holds.

    Attributes
    ----------
    description : dict
        Values of JSON.
    arrays : dict of str to ndarray
        By name; the caller's own, writable.
    """

    description: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


def write(path: Path, kind: str, schema: int, contents: Contents) -> Path:
    """Write a container and return its path; it appears whole or not at all.

    Parameters
    ----------
    path : Path
        Where.
    kind : str
        What it is, a word: "result".
    schema : int
        Version of the description and the names of arrays.
    contents : Contents
        Arrays of `TYPES`, under names without a leading slash, and values of JSON.

    Raises
    ------
    OSError, NetworkError
        If the file cannot be written.
    """
    return writing.in_place(path, lambda file: _fill(file, kind, schema, contents))


def _fill(file: BinaryIO, kind: str, schema: int, contents: Contents) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        arrays = {name: _add(archive, name, array) for name, array in contents.arrays.items()}
        head = {"kind": kind, "schema": schema, "spikecore": __version__, "arrays": arrays, **contents.description}
        text = json.dumps(head, allow_nan=False).encode("utf-8")
        _add(archive, _DESCRIPTION, np.frombuffer(text, dtype=np.uint8))
        archive.comment = f"spikecore {kind} schema {schema} sha256 {hashlib.sha256(text).hexdigest()}".encode("ascii")


def _add(archive: zipfile.ZipFile, name: str, array: NDArray[Any]) -> list[Any]:
    """Write an array and return its type, shape and hash."""
    whole = np.ascontiguousarray(array).reshape(array.shape)
    content = memoryview(whole.reshape(-1).view(np.uint8))  # type: ignore[arg-type]
    digest = hashlib.sha256()
    member = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
    with archive.open(member, "w", force_zip64=whole.nbytes > 2**31) as file:
        header = {"descr": whole.dtype.str, "fortran_order": False, "shape": whole.shape}
        np.lib.format.write_array_header_1_0(file, header)
        for begin in range(0, whole.nbytes, _PIECE):
            digest.update(content[begin : begin + _PIECE])
            file.write(content[begin : begin + _PIECE])
    return [whole.dtype.str, list(whole.shape), digest.hexdigest()]


def read(path: Path, kind: str, schema: int) -> Contents:
    """Return what a container of this kind and schema holds; see `read_any`."""
    return read_any(path, {kind: schema})[1]


def read_any(path: Path, schemas: Mapping[str, int]) -> tuple[str, Contents]:
    """Return the kind of a container, and what it holds.

    Parameters
    ----------
    path : Path
        Where; a link is followed.
    schemas : mapping of str to int
        The kinds that it may be of, and of each the only schema that the caller reads.

    Raises
    ------
    FileError
        If it is no container, of another kind or schema, damaged, truncated, or not what its description says.
    OSError
        If it cannot be opened or read.
    """
    subject = f"the file {printed.shown(path.name)!r}"
    try:
        with reading.opened(path, subject, "file") as file:
            return _Reader(file, subject).contents(schemas)
    except NetworkError as error:  # what stands there is no file
        raise FileError(str(error), parameter="file", value=str(path)) from None
    except _BROKEN as error:
        msg = f"{subject} is damaged, or no file of spikecore: {printed.shortened(printed.shown(str(error)), 200)}"
        raise FileError(msg, parameter="file", value=str(path)) from error


class _Reader:
    """An open container."""

    def __init__(self, file: BinaryIO, subject: str) -> None:
        self._subject = subject
        self._bytes = os.fstat(file.fileno()).st_size
        self._archive = zipfile.ZipFile(file)
        self._members = {member.filename: member for member in self._archive.infolist()}

    def contents(self, schemas: Mapping[str, int]) -> tuple[str, Contents]:
        kind, digest = self._checked_comment(schemas)
        self._check_members()
        description = self._description(digest)
        if [description.get("kind"), description.get("schema")] != [kind, schemas[kind]]:
            self._refuse("has a comment and a description of different kinds")
        listed = description.pop("arrays", None)
        if not isinstance(listed, dict) or set(self._members) != {f"{name}.npy" for name in [*listed, _DESCRIPTION]}:
            self._refuse("has other arrays than its description lists")
        return kind, Contents(description, {name: self._array(name, entry) for name, entry in listed.items()})

    def _checked_comment(self, schemas: Mapping[str, int]) -> tuple[str, str]:
        """Return the kind and the hash of the description, if kind and schema are right."""
        parts = _COMMENT.fullmatch(self._archive.comment)
        if parts is None:
            self._refuse("is an archive that spikecore has not written")
        kind, schema = parts[1].decode(), int(parts[2])
        if kind not in schemas:
            self._refuse(f"holds a {kind}, allowed: a {' or a '.join(schemas)}")
        if schema != schemas[kind]:
            self._refuse(f"has schema {schema}, allowed: {schemas[kind]}, which is what spikecore {__version__} reads")
        return kind, parts[3].decode()

    def _check_members(self) -> None:
        """Refuse members that are compressed, encrypted, named twice, or that together exceed the file."""
        members = self._archive.infolist()
        if not 0 < len(members) <= MOST_ARRAYS + 1:
            self._refuse(f"has {len(members):,} members, allowed: 1 … {MOST_ARRAYS + 1:,}")
        if len(self._members) != len(members):
            self._refuse("has two members of one name")
        if any(each.compress_type != zipfile.ZIP_STORED or each.flag_bits & 1 for each in members):
            self._refuse("has a member that is compressed or encrypted")
        if any(each.file_size != each.compress_size for each in members):
            self._refuse("has a member whose two sizes differ")
        if sum(each.file_size for each in members) > self._bytes:
            self._refuse("has members that are larger than the file")

    def _description(self, digest: str) -> dict[str, Any]:
        name = f"{_DESCRIPTION}.npy"
        if name not in self._members or self._members[name].file_size > MOST_DESCRIPTION:
            self._refuse(f"has no description, or one above {MOST_DESCRIPTION:,} bytes")
        with self._archive.open(name) as member:
            kind, shape = _header(member)
            text = member.read()
        if kind != "|u1" or shape != (len(text),) or hashlib.sha256(text).hexdigest() != digest:
            self._refuse("has a description that is not the one that was written")
        value = json_text.parse(text.decode("utf-8"), "description", self._subject, "file", most_values=MOST_VALUES)
        if not isinstance(value, dict):
            self._refuse("has a description that is no object")
        return value

    def _array(self, name: str, entry: Any) -> NDArray[Any]:
        """Return an array, if type, shape, number of bytes and hash are those of its entry."""
        member = self._members[f"{name}.npy"]
        with self._archive.open(member) as file:
            kind, shape = _header(file)
            if kind not in TYPES or not isinstance(entry, list) or entry[:2] != [kind, list(shape)]:
                self._refuse(f"has an array {printed.value(name)} of another type or shape than it was written with")
            needed = np.dtype(kind).itemsize * int(np.prod(shape, dtype=object))
            if file.tell() + needed != member.file_size:
                self._refuse(f"has an array {printed.value(name)} with more or fewer bytes than its shape needs")
            array = np.empty(shape, dtype=kind)
            digest = _taken(file, array)
        if entry[2:] != [digest]:
            self._refuse(f"has an array {printed.value(name)} that is not the one that was written")
        return array

    def _refuse(self, why: str) -> Never:
        msg = f"{self._subject} {why}"
        raise FileError(msg, parameter="file")


def _header(file: Any) -> tuple[str, tuple[int, ...]]:
    """Return type and shape of an array, from the beginning of its member."""
    if np.lib.format.read_magic(file) != (1, 0):
        msg = "an array of another version than 1.0"
        raise ValueError(msg)
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    if fortran and len(shape) > 1:
        msg = "an array by columns"
        raise ValueError(msg)
    return dtype.str, shape


def _taken(file: Any, array: NDArray[Any]) -> str:
    """Fill an array from a file and return the hash of its bytes."""
    digest = hashlib.sha256()
    left = memoryview(array.reshape(-1).view(np.uint8))  # type: ignore[arg-type]
    while len(left):
        size = file.readinto(left[:_PIECE])
        if not size:
            msg = "an array ends early"
            raise EOFError(msg)
        digest.update(left[:size])
        left = left[size:]
    return digest.hexdigest()

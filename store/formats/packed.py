"""Office files and books are ZIP archives: looked at before anything is unpacked."""

from __future__ import annotations

import io
import zipfile

from store.formats.extract import Source
from store.formats.limits import MEGABYTE

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_SMALL = MEGABYTE  # unpacked: however dense, it does no harm
_HEAD = 4096  # bytes of a part in which a document type would be declared
_XML = (".xml", ".rels", ".opf", ".ncx")
_ENCRYPTED_FLAG = 0x1


def open_packed(source: Source, *, plain_xml: bool = True) -> zipfile.ZipFile:
    """The archive, once it is known to be harmless.

    Raises IngestError "encrypted", "damaged", "bomb" (more than it may unpack to; with `plain_xml`,
    also XML that declares entities, which no office program writes).
    """
    if source.data.startswith(_OLD_OFFICE):
        locked = _LOCKED in source.data
        raise source.refuse("encrypted") if locked else source.refuse("old_office")
    archive = zipfile.ZipFile(io.BytesIO(source.data))
    parts = archive.infolist()
    if any(part.flag_bits & _ENCRYPTED_FLAG for part in parts):
        raise source.refuse("encrypted")
    _check_sizes(source, parts)
    if plain_xml and any(_declares_type(archive, part) for part in parts):
        raise source.refuse("bomb")
    return archive


def _check_sizes(source: Source, parts: list[zipfile.ZipInfo]) -> None:
    """The sizes that the archive states are those at which unpacking stops."""
    limits = source.limits
    total = sum(part.file_size for part in parts)
    dense = (
        part.file_size > _SMALL and part.file_size > limits.ratio * max(part.compress_size, 1)
        for part in parts
    )
    if total > limits.unpacked_mb * MEGABYTE or len(parts) > limits.parts or any(dense):
        raise source.refuse("bomb")


def _declares_type(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    if not part.filename.lower().endswith(_XML):
        return False
    with archive.open(part) as stream:
        head = stream.read(_HEAD).replace(b"\0", b"")
    return b"<!DOCTYPE" in head or b"<!ENTITY" in head

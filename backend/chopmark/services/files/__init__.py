"""A file from disk, as evidence: its bytes' digest, what it is, and whether it can be opened at all."""

from chopmark.services.files.anatomy import Anatomy, Trouble
from chopmark.services.files.archive import Allowance, ArchiveLimits, Unpacked, is_archive, unpack
from chopmark.services.files.digest import FileRead, TooLarge, read_file
from chopmark.services.files.media_type import OCTETS, media_type
from chopmark.services.files.sandbox import Sandbox

__all__ = [
    "OCTETS",
    "Allowance",
    "Anatomy",
    "ArchiveLimits",
    "FileRead",
    "Sandbox",
    "TooLarge",
    "Trouble",
    "Unpacked",
    "is_archive",
    "media_type",
    "read_file",
    "unpack",
]

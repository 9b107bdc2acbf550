"""A file from disk, as evidence: its bytes' digest, what it is, and whether it can be opened at all."""

from chopmark.services.files.anatomy import Anatomy, Trouble
from chopmark.services.files.digest import FileRead, TooLarge, read_file
from chopmark.services.files.media_type import OCTETS, media_type
from chopmark.services.files.sandbox import Sandbox

__all__ = ["OCTETS", "Anatomy", "FileRead", "Sandbox", "TooLarge", "Trouble", "media_type", "read_file"]

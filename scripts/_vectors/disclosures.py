"""Disclosures and their digests (FORMAT §2)."""

from __future__ import annotations

import json
from collections.abc import Callable

from _vectors.seeded import Stream
from chopmark.core.digest import b64
from chopmark.core.disclosure import BoundFile, ClaimValue, digest_of, make_disclosure

ABOUT = "Disclosures (FORMAT §2): the digest is over the encoded characters, whether or not the disclosure is ours."
SOURCE = (
    "Own; cases named RFC 9901 are that RFC's own disclosures and digests (sections 4.2.1 to 4.2.3 and 5.1). They are "
    "refused here because FORMAT §2 demands canonical JSON and salts of 16 bytes."
)

#: Disclosure, digest, and why the stricter format refuses it.
RFC_9901 = {
    "RFC 9901 4.2.1: family_name": (
        "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0",
        "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0",
        "spaces stand between the elements",
    ),
    "RFC 9901 4.2.2: an array element": (
        "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0",
        "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs",
        "an array element's disclosure has no name",
    ),
    "RFC 9901 5.1: given_name": (
        "WyIyR0xDNDJzS1F2ZUNmR2ZyeU5STjl3IiwgImdpdmVuX25hbWUiLCAiSm9obiJd",
        "jsu9yVulwQQlhFlM_3JlzMaSFzglhQG0DpfayQwLUK4",
        "spaces stand between the elements",
    ),
    "RFC 9901 5.1: family_name": (
        "WyJlbHVWNU9nM2dTTklJOEVZbnN4QV9BIiwgImZhbWlseV9uYW1lIiwgIkRvZSJd",
        "TGf4oLbgwd5JQaHyKVQZU9UdGE0w5rtDsrZzfUaomLo",
        "spaces stand between the elements",
    ),
}

#: The other spellings that RFC 9901 §4.2.1 gives for the first one.
RFC_9901_SPELLINGS = {
    "RFC 9901 4.2.1: with an escaped letter": (
        "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNXHUwMGY2Yml1cyJd",
        "an escape is used where none is needed",
    ),
    "RFC 9901 4.2.1: without white space": (
        "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsImZhbWlseV9uYW1lIiwiTcO2Yml1cyJd",
        "the salt's last character has unused bits that are not zero",
    ),
    "RFC 9901 4.2.1: with line feeds": (
        "WwoiXzI2YmM0TFQtYWM2cTJLSTZjQlc1ZXMiLAoiZmFtaWx5X25hbWUiLAoiTcO2Yml1cyIKXQ",
        "line feeds stand between the elements",
    ),
}

FILE = BoundFile(52_114, "application/pdf", bytes(range(32)))

GOOD: dict[str, tuple[str, ClaimValue | BoundFile | bytes]] = {
    "a text": ("school", "东方理工大学"),
    "an empty text": ("major", ""),
    "a text as given, not normalised": ("holder_name", " 买买提•艾力　"),
    "a rare character beyond the BMP": ("holder_name", "𠮷野"),
    "control characters and quotes": ("title", 'a"b\\c\n\u0001\u007f\u2028'),
    "a text of 10,000 characters": ("title", "x" * 10_000),
    "an integer": ("year", 2026),
    "a negative integer": ("offset", -1),
    "the greatest integer": ("number", 2**53 - 1),
    "a list": ("authors", ("王莉", "买买提·艾力", "J. Müller")),
    "a list of 500": ("articles", ("",) * 500),
    "the longest field name": ("a" + "b" * 63, "x"),
    "a twin": ("norm:holder_name", "买买提·艾力"),
    "a file": ("file:1", FILE),
    "the file of the greatest number": ("file:999", BoundFile(2**53 - 1, "application/vnd.ms-excel.12+xml", bytes(32))),
    "the link to what it replaces": ("replaces", bytes(range(32, 64))),
}


def cases() -> list[dict[str, object]]:
    """RFC 9901's own, then ours, then what is refused."""
    found: list[dict[str, object]] = []
    for name, (encoded, digest, why) in RFC_9901.items():
        assert digest_of(encoded) == digest  # a vector that somebody else published
        found.append(_bad(name, encoded, why))
    found += [_bad(name, encoded, why) for name, (encoded, why) in RFC_9901_SPELLINGS.items()]
    entropy = Stream("disclosures")
    for name, (claim, value) in GOOD.items():
        disclosure = make_disclosure(claim, value, entropy(16))
        good = {"name": name, "encoded": disclosure.encoded, "digest": disclosure.digest, "valid": True}
        found.append(good | {"claim": claim, "value": json_value(value)})
    return found + _refused(entropy)


def json_value(value: ClaimValue | BoundFile | bytes) -> object:
    """A claim's value as its disclosure writes it."""
    if isinstance(value, BoundFile):
        return value.as_json()
    if isinstance(value, bytes):
        return value.hex()
    return list(value) if isinstance(value, tuple) else value


def raw(salt: object, *rest: object) -> str:
    """A disclosure of anything, in canonical JSON as far as it is JSON."""
    return b64(json.dumps([salt, *rest], ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode())


def _bad(name: str, encoded: str, why: str) -> dict[str, object]:
    return {"name": name, "encoded": encoded, "digest": digest_of(encoded), "valid": False, "why": why}


def _refused(entropy: Callable[[int], bytes]) -> list[dict[str, object]]:
    salt = b64(entropy(16))
    good = raw(salt, "school", "东方理工大学")
    file = FILE.as_json()
    bad: dict[str, tuple[str, str]] = {
        "empty": ("", "it is not a disclosure"),
        "padded base64": (good + "=" * (-len(good) % 4 or 4), "base64url is written without padding"),
        "the alphabet of standard base64": (b64(b'["\xfb\xff'), "the text inside is not JSON"),
        "a plus sign": (good[:-1] + "+", "the plus sign is not of base64url"),
        "a line feed inside": (good[:8] + "\n" + good[8:], "white space is not of base64url"),
        "unused bits set": (raw(salt, "a", "12")[:-1] + _next(raw(salt, "a", "12")[-1]), "unused bits are not zero"),
        "an impossible length": (good + "A" * ((1 - len(good)) % 4), "no bytes have a base64url of this length"),
        "not JSON": (b64(b"salt.name.value"), "it is not JSON"),
        "an object": (b64(b'{"a":1}'), "it is not an array"),
        "two elements": (raw(salt, "FR"), "array elements are not disclosed one by one"),
        "four elements": (raw(salt, "school", "x", "y"), "it has four elements"),
        "spaces between the elements": (b64(f'["{salt}", "school", "x"]'.encode()), "it is not canonical"),
        "an escape that is not needed": (b64(f'["{salt}","school","\\u0041"]'.encode()), "it is not canonical"),
        "an escaped solidus": (b64(f'["{salt}","school","\\/"]'.encode()), "it is not canonical"),
        "a lone surrogate": (b64(f'["{salt}","school","\\ud800"]'.encode()), "it holds a lone surrogate"),
        "Latin-1": (b64(f'["{salt}","school","é"]'.encode("latin-1")), "it is not UTF-8"),
        "a salt of 15 bytes": (raw(b64(bytes(15)), "school", "x"), "a salt has 16 bytes"),
        "a salt of 17 bytes": (raw(b64(bytes(17)), "school", "x"), "a salt has 16 bytes"),
        "an empty salt": (raw("", "school", "x"), "a salt has 16 bytes"),
        "a salt with unused bits set": (raw(salt[:-1] + "B", "school", "x"), "the salt is not canonical base64url"),
        "a padded salt": (raw(salt + "==", "school", "x"), "the salt is not canonical base64url"),
        "a number as salt": (raw(1, "school", "x"), "the salt is not text"),
        "a number as name": (raw(salt, 1, "x"), "the name is not text"),
        "the name _sd": (raw(salt, "_sd", "x"), "nested digests are not of the format"),
        "the name ...": (raw(salt, "...", "x"), "array elements are not disclosed one by one"),
        "an empty name": (raw(salt, "", "x"), "a field's name begins with a letter"),
        "a name in upper case": (raw(salt, "School", "x"), "names are lower case"),
        "a name that begins with a digit": (raw(salt, "1st", "x"), "a field's name begins with a letter"),
        "a name in Chinese": (raw(salt, "学校", "x"), "names are ASCII"),
        "a name with a line feed": (raw(salt, "school\n", "x"), "names are letters, digits and underscores"),
        "a name of 65 characters": (raw(salt, "a" * 65, "x"), "a name has at most 64 characters"),
        "an unknown prefix": (raw(salt, "hash:school", "x"), "the format has the prefixes norm and file only"),
        "a twin without a name": (raw(salt, "norm:", "x"), "the twin of nothing"),
        "a twin of a twin": (raw(salt, "norm:norm:a", "x"), "the twin of a twin"),
        "a fraction": (b64(f'["{salt}","score","1.5"]'.encode().replace(b'"1.5"', b"1.5")), "a number has a fraction"),
        "an exponent": (b64(f'["{salt}","score",1e2]'.encode()), "a number has an exponent"),
        "a negative zero": (b64(f'["{salt}","score",-0]'.encode()), "a negative zero"),
        "an integer beyond 53 bits": (raw(salt, "number", 2**53), "an integer is out of range"),
        "an integer beyond 64 bits": (raw(salt, "number", 2**70), "an integer is out of range"),
        "true": (raw(salt, "flag", True), "a boolean is not a claim's value"),
        "null": (raw(salt, "flag", None), "null is not a claim's value"),
        "an object as a claim": (raw(salt, "school", {"name": "x"}), "an object is not a claim's value"),
        "an empty list": (raw(salt, "authors", []), "a list has at least one text"),
        "a list of 501": (raw(salt, "authors", [""] * 501), "a list has at most 500 texts"),
        "a number in a list": (raw(salt, "authors", ["a", 1]), "a list holds texts only"),
        "a list nested 300 deep": (b64(f'["{salt}","a",{"[" * 300}{"]" * 300}]'.encode()), "it nests too deep"),
        "a list in a list": (raw(salt, "authors", [["a"]]), "a list holds texts only"),
        "a text of 10,001 characters": (raw(salt, "title", "x" * 10_001), "a text has at most 10,000 characters"),
        "more than 16,384 bytes": (raw(salt, "title", "王" * 5_500), "a disclosure has at most 16,384 bytes"),
        "a list as a twin": (raw(salt, "norm:authors", ["a"]), "a twin is text"),
        "an integer as a twin": (raw(salt, "norm:year", 2026), "a twin is text"),
        "a file as text": (raw(salt, "file:1", "x"), "a file is an object"),
        "file 0": (raw(salt, "file:0", file), "files are counted from 1"),
        "file 01": (raw(salt, "file:01", file), "a number has no leading zeros"),
        "file 1000": (raw(salt, "file:1000", file), "there are at most 999 files"),
        "a file under a field's name": (raw(salt, "school", file), "an object is not a claim's value"),
        "a file with another member": (raw(salt, "file:1", file | {"name": "a.pdf"}), "a file has three members"),
        "a file without its type": (
            raw(salt, "file:1", {"bytes": 1, "sha-256": "00" * 32}),
            "a file has three members",
        ),
        "a file of no bytes": (raw(salt, "file:1", file | {"bytes": 0}), "a file has at least one byte"),
        "a file's length as text": (raw(salt, "file:1", file | {"bytes": "1"}), "the length is a number"),
        "a file's length as true": (raw(salt, "file:1", file | {"bytes": True}), "the length is a number"),
        "a file's type in upper case": (raw(salt, "file:1", file | {"mediaType": "Image/PNG"}), "types are lower case"),
        "a file's type with parameters": (
            raw(salt, "file:1", file | {"mediaType": "text/plain; charset=utf-8"}),
            "a type has no parameters",
        ),
        "a file's digest in upper case": (raw(salt, "file:1", file | {"sha-256": "AB" * 32}), "hex is lower case"),
        "a file's digest cut": (raw(salt, "file:1", file | {"sha-256": "ab" * 31}), "SHA-256 has 32 bytes"),
        "a file's members in another order": (
            b64(f'["{salt}","file:1",{{"sha-256":"{"00" * 32}","mediaType":"a/b","bytes":1}}]'.encode()),
            "it is not canonical",
        ),
        "replaces in upper case": (raw(salt, "replaces", "AB" * 32), "hex is lower case"),
        "replaces of 31 bytes": (raw(salt, "replaces", "ab" * 31), "a commitment has 32 bytes"),
        "replaces as a list": (raw(salt, "replaces", ["ab" * 32]), "replaces is text"),
    }
    return [_bad(name, encoded, why) for name, (encoded, why) in bad.items()]


def _next(character: str) -> str:
    """The next character of the alphabet: the same bytes with one unused bit set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(character) + 1]

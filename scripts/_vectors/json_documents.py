"""Strict JSON: documents that every verifier must take or refuse (FORMAT §1)."""

from __future__ import annotations

from _vectors.seeded import base64
from chopmark.core.strictjson import canonical, read

ABOUT = "Strict JSON (FORMAT §1), read with a limit of 1,048,576 bytes and a depth of 16."
SOURCE = "Own; the case 'RFC 8785 section 3.2.3' is that RFC's sorting example, the escapes are those of its section 3.2.2.2."

GOOD: dict[str, str | bytes] = {
    "empty object": "{}",
    "empty array": "[]",
    "a text alone": '"a"',
    "an integer alone": "7",
    "true alone": "true",
    "null alone": "null",
    "white space outside and inside": ' \t\r\n{ "b" : [ 1 , 2 ] , "a" : null } \n',
    "members in another order": '{"b":1,"a":2}',
    "the greatest integer": "9007199254740991",
    "the least integer": "-9007199254740991",
    "zero": "0",
    "sixteen arrays": "[" * 16 + "]" * 16,
    "sixteen arrays around a number": "[" * 16 + "1" + "]" * 16,
    "sixteen objects": '{"a":' * 15 + "{}" + "}" * 15,
    "text in Chinese": '{"姓名":"王丽"}',
    "a character beyond the BMP": '"𠮷"',
    "a character beyond the BMP as a surrogate pair": r'"\ud842\udfb7"',
    "every short escape": r'"\b\t\n\f\r\"\\"',
    "an escaped solidus": r'"\/"',
    "control characters as escapes": r'"\u0000\u001f"',
    "escapes in upper case": r'"\u001F\u00E9"',
    "U+007F, U+2028 and U+FEFF in a text": '"\x7f\u2028\ufeff"',
    "a noncharacter": '"\uffff"',
    "an empty name": '{"":1}',
    "names that differ in case": '{"a":1,"A":2}',
    "names that differ in normal form": '{"é":1,"e\u0301":2}',
    "RFC 8785 section 3.2.3": (
        r'{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",'
        r'"\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}'
    ),
    "names whose order by code point is another one": '{"\ufb33":1,"😀":2}',
}

BAD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "it is not one JSON value"),
    "white space only": (" \n", "it is not one JSON value"),
    "two values": ("{} {}", "something follows the value"),
    "a comma behind the value": ("{},", "something follows the value"),
    "a zero byte behind the value": (b"{}\x00", "something follows the value"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "it begins with a byte order mark"),
    "UTF-16": ("{}".encode("utf-16-le"), "it is not UTF-8"),
    "Latin-1": ('"é"'.encode("latin-1"), "it is not UTF-8"),
    "an overlong encoding": (b'"\xc0\xaf"', "it is not UTF-8"),
    "a surrogate in UTF-8": (b'"\xed\xa0\x80"', "it is not UTF-8"),
    "beyond U+10FFFF": (b'"\xf4\x90\x80\x80"', "it is not UTF-8"),
    "a cut character": (b'"\xe7\x8e"', "it is not UTF-8"),
    "the same name twice": ('{"a":1,"a":2}', "a name occurs twice"),
    "the same name and value twice": ('{"a":1,"a":1}', "a name occurs twice"),
    "the same name twice, once escaped": (r'{"a":1,"\u0061":2}', "a name occurs twice"),
    "the same name twice, deep inside": ('[{"x":{"a":1,"a":2}}]', "a name occurs twice"),
    "__proto__ twice": ('{"__proto__":1,"__proto__":2}', "a name occurs twice"),
    "a fraction": ("[1.5]", "a number has a fraction"),
    "a fraction of zero": ("1.0", "a number has a fraction"),
    "an exponent": ("1e2", "a number has an exponent"),
    "an exponent in upper case": ("1E2", "a number has an exponent"),
    "a negative zero": ("-0", "it holds a negative zero"),
    "an integer beyond 53 bits": ("9007199254740992", "an integer is out of range"),
    "a negative integer beyond 53 bits": ("-9007199254740992", "an integer is out of range"),
    "an integer of 64 bits": ("18446744073709551615", "an integer is out of range"),
    "an integer of 400 digits": ("1" * 400, "an integer is out of range"),
    "NaN": ("NaN", "it is not JSON"),
    "Infinity": ("[Infinity]", "it is not JSON"),
    "negative infinity": ("-Infinity", "it is not JSON"),
    "a plus sign": ("+1", "it is not JSON"),
    "a leading zero": ("01", "it is not JSON"),
    "a point without digits": ("1.", "it is not JSON"),
    "a hexadecimal number": ("0x10", "it is not JSON"),
    "digits of another script": ("१", "it is not JSON"),
    "seventeen arrays": ("[" * 17 + "]" * 17, "it nests too deep"),
    "seventeen, objects and arrays": ('[{"a":' * 8 + "[]" + "}]" * 8, "it nests too deep"),
    "ten thousand arrays": ("[" * 10_000 + "]" * 10_000, "it nests too deep"),
    "a lone high surrogate": (r'"\ud800"', "it holds a lone surrogate"),
    "a lone low surrogate": (r'"\udc00"', "it holds a lone surrogate"),
    "surrogates in the wrong order": (r'"\udc00\ud800"', "it holds a lone surrogate"),
    "a lone surrogate in a name": (r'{"\ud800":1}', "it holds a lone surrogate"),
    "a single-quoted text": ("'a'", "it is not JSON"),
    "a name without quotes": ("{a:1}", "it is not JSON"),
    "a comment": ("{}//", "it is not JSON"),
    "a comma before the end of an array": ("[1,]", "it is not JSON"),
    "a comma before the end of an object": ('{"a":1,}', "it is not JSON"),
    "two commas": ("[1,,2]", "it is not JSON"),
    "an open array": ("[1", "it is not JSON"),
    "an open text": ('"a', "it is not JSON"),
    "a raw line feed in a text": ('"a\nb"', "a control character stands unescaped"),
    "a raw tab in a text": ('"a\tb"', "a control character stands unescaped"),
    "a raw zero byte in a text": (b'"a\x00b"', "a control character stands unescaped"),
    "an unknown escape": (r'"\x41"', "it is not JSON"),
    "a short escape": (r'"\u12"', "it is not JSON"),
    "an escape with a plus sign": (r'"\u+123"', "it is not JSON"),
    "TRUE in upper case": ("TRUE", "it is not JSON"),
    "a no-break space": ("\u00a0{}", "only four characters are white space"),
    "a form feed": ("\f{}", "only four characters are white space"),
}


def cases() -> list[dict[str, object]]:
    """All cases; valid ones with their canonical form."""
    return [_good(name, _bytes(text)) for name, text in GOOD.items()] + [
        {"name": name, "document_b64": base64(_bytes(text)), "valid": False, "why": why}
        for name, (text, why) in BAD.items()
    ]


def _good(name: str, document: bytes) -> dict[str, object]:
    form = canonical(read(document, what=name, limit=1_048_576))
    return {
        "name": name,
        "document_b64": base64(document),
        "valid": True,
        "canonical": form == document,
        "canonical_form_b64": base64(form),
    }


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8")

"""What is handed in."""

from __future__ import annotations

import pytest

from chopmark.core.subject import FileFacts, Subject


@pytest.mark.parametrize(
    ("media_type", "looks_scanned", "scan"),
    [
        ("image/jpeg", False, True),
        ("image/png", False, True),
        ("image/svg+xml", False, False),
        ("application/pdf", False, False),
        ("application/pdf", True, True),
        ("application/octet-stream", False, False),
    ],
)
def test_a_scan_is_a_raster_image_or_a_document_of_images(media_type, looks_scanned, scan):
    assert FileFacts("x", 1, bytes(32), media_type, looks_scanned=looks_scanned).is_scan is scan


def test_a_subject_has_something_to_verify_and_a_name():
    file = FileFacts("a.pdf", 1, bytes(32), "application/pdf")
    with pytest.raises(ValueError, match="a file, a bundle, or both"):
        Subject()
    assert Subject(file=file, bundle_name="b").name == "a.pdf"
    assert Subject(bundle=b"", bundle_name="b").name == "b"


def test_nobody_is_trusted_and_no_kind_is_known_unless_somebody_says_so():
    plain = Subject(bundle=b"")
    assert plain.trust is None
    assert plain.kind_of("degree") is None
    assert plain.declared == {}

"""Write the OpenAPI document of the service: ``python3 scripts/make_api.py [--check]`` (``docs/api/openapi.json``).

``--check`` writes nothing and ends with 1 if the file would change.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import _setup

FILE = _setup.ROOT / "docs" / "api" / "openapi.json"


def document() -> str:
    """The document as the service answers it, in the form in which it is kept."""
    from chopmark.http.app import make_app
    from chopmark.settings import load_settings
    from chopmark.wiring import Site

    def nobody(name: str, *, new: bool = False) -> str:
        raise AssertionError(f"the document needs no key, not even {name} (new: {new})")

    with tempfile.TemporaryDirectory() as home:
        app = make_app(Site(load_settings(home=Path(home)), nobody))
        return json.dumps(app.openapi(), ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    """Write or compare the file."""
    options = argparse.ArgumentParser(description="Write the OpenAPI document of the service.")
    options.add_argument("--check", action="store_true", help="write nothing; end with 1 if the file would change")
    check = options.parse_args().check
    made = document()
    changed = not FILE.exists() or FILE.read_text(encoding="utf-8") != made
    if changed and not check:
        FILE.parent.mkdir(parents=True, exist_ok=True)
        FILE.write_text(made, encoding="utf-8")
    print(f"{FILE.relative_to(_setup.ROOT)}: {'changed' if changed else 'as it was'}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    _setup.enter("run")
    sys.exit(main())

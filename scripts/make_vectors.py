"""Write the test vectors: ``python3 scripts/make_vectors.py [--check]`` (``tests/vectors/*.json``, FORMAT §14).

Seeds are fixed, so that a run that changes a file shows a change of the format. ``--check`` writes nothing and ends
with 1 if a file would change.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

import _setup

FOLDER = _setup.ROOT / "tests" / "vectors"


def documents() -> dict[str, dict[str, object]]:
    """File name → its content."""
    from _vectors import (
        bundles,
        chain_words,
        delegation,
        disclosures,
        json_documents,
        normal_forms,
        payloads,
        trees,
        trust_files,
        verification,
    )

    def document(about: str, source: str, cases: Callable[[], object], **more: object) -> dict[str, object]:
        return {"about": about, "source": source, **more, "cases": cases()}

    judged = {"trust": verification.trust(), "kind": verification.KIND}
    return {
        "strict_json": document(json_documents.ABOUT, json_documents.SOURCE, json_documents.cases),
        "disclosures": document(disclosures.ABOUT, disclosures.SOURCE, disclosures.cases),
        "payloads": document(payloads.ABOUT, payloads.SOURCE, payloads.cases),
        "leaf_entries": document(trees.ENTRIES_ABOUT, trees.SOURCE, trees.entry_cases),
        "trees": document(trees.TREES_ABOUT, trees.TREES_SOURCE, trees.tree_cases),
        "inclusion": document(trees.INCLUSION_ABOUT, trees.SOURCE, trees.inclusion_cases),
        "bundles": document(bundles.ABOUT, bundles.SOURCE, bundles.cases),
        "words": document(chain_words.WORDS_ABOUT, chain_words.SOURCE, chain_words.word_cases),
        "storage": document(chain_words.STORAGE_ABOUT, chain_words.SOURCE, chain_words.storage_cases),
        "histories": document(chain_words.HISTORIES_ABOUT, chain_words.SOURCE, chain_words.history_cases),
        "trust_files": document(trust_files.ABOUT, trust_files.SOURCE, trust_files.cases),
        "delegation": document(delegation.ABOUT, delegation.SOURCE, delegation.cases),
        "normalisation": document(normal_forms.ABOUT, normal_forms.SOURCE, normal_forms.cases),
        "verification": document(verification.ABOUT, verification.SOURCE, verification.cases, **judged),
    }


def main() -> int:
    """Write or compare all files."""
    options = argparse.ArgumentParser(description="Write the test vectors of FORMAT §14.")
    options.add_argument("--check", action="store_true", help="write nothing; end with 1 if a file would change")
    check = options.parse_args().check
    changed = []
    for name, document in documents().items():
        path = FOLDER / f"{name}.json"
        # ASCII: an editor or a copy that touches the encoding of a vector changes nothing.
        text = json.dumps(document, indent=1) + "\n"
        if not path.exists() or path.read_text(encoding="ascii") != text:
            changed.append(path.name)
            if not check:
                FOLDER.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="ascii")
        print(f"{path.name}: {len(document['cases'])} cases")  # type: ignore[arg-type]  # a list
    print(f"changed: {', '.join(changed) or 'nothing'}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    _setup.enter("run")
    sys.exit(main())

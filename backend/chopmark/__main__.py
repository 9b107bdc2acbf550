"""``python -m chopmark``."""

from chopmark.cli import main

if __name__ == "__main__":
    main()

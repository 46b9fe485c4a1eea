"""``python -m p24tui``."""

from p24tui.cli import main

if __name__ == "__main__":
    main()

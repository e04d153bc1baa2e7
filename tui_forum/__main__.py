"""``python -m tui_forum``."""

from tui_forum.cli import main

if __name__ == "__main__":
    main()

"""``python -m nanonet`` is the command ``nanonet``."""

from nanonet.cli import main

if __name__ == "__main__":
    main()

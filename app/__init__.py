"""The desktop program and its command line: the only package that may import PySide6."""

VERSION = "0.1.0"
"""What `--version` and the hello say; the same as in `pyproject.toml`, held together by a test."""

"""Run the server's command line: ``python -m sync.server``, installed as ``commonplace-server``."""

from __future__ import annotations

from sync.server.commands import main

if __name__ == "__main__":
    main(prog_name="commonplace-server")

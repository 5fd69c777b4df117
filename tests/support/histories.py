"""
A digest of what random histories become, to compare builds, Pythons and hash seeds with one another.

    python -P -c "…" with the folder of a build first on the path; prints the build and the digest.

Standard library and the core only, so that any interpreter can run it. The digest covers each op and delta
as it was sent, each state as it is saved, and what is shown.
"""

from __future__ import annotations

import hashlib
import sys

from crdt import BUILD, encode_ops
from tests.support.document_world import DocumentWorld
from tests.support.text_world import TextWorld


def of_texts(seeds: range, steps: int) -> bytes:
    """What random histories of texts become."""
    found = hashlib.sha256()
    for seed in seeds:
        world = TextWorld(seed)
        for _ in range(steps):
            world.step()
        world.settle()
        found.update(repr(world.sent).encode())
        for sent in world.sent.values():
            found.update(b"".join(encode_ops(ops) for ops in sent))
        text = world.replicas[0].text
        found.update(text.encode() + repr((text.blocks(), text.authors(), text.version().encode())).encode())
    return found.digest()


def of_documents(seeds: range, steps: int) -> bytes:
    """What random histories of documents become."""
    found = hashlib.sha256()
    for seed in seeds:
        world = DocumentWorld(seed)
        world.run(steps)
        for rid in sorted(world.sent):
            found.update(b"".join(world.sent[rid]))
        document = world.holders[0].document
        found.update(document.encode() + repr(document.to_value()).encode())
    return found.digest()


def main() -> None:
    """Print one line: the build and the digest, in hexadecimal."""
    histories = int(sys.argv[1])
    whole = hashlib.sha256(of_texts(range(histories), 80) + of_documents(range(histories), 60))
    print(BUILD, whole.hexdigest())


if __name__ == "__main__":
    main()

"""A connection for attachments in tests of the server: says exactly what it is told to."""

from __future__ import annotations

import hashlib
from typing import Any

from sync.limits import BLOB_CHUNK_SIZE_MAX
from sync.protocol import blobs as b
from tests.support.peer import Peer
from tests.support.running_server import RunningServer


class Picture:
    """Some bytes and their names."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.hash = hashlib.sha256(body).digest()
        self.sha256 = self.hash.hex()

    def chunks(self, start: int = 0) -> list[b.BlobPut]:
        """The puts that send it from an offset on."""
        size = BLOB_CHUNK_SIZE_MAX
        places = range(start, len(self.body), size)
        return [b.BlobPut(self.hash, at, self.body[at : at + size]) for at in places]


async def blob_peer(server: RunningServer, person: Peer, **hello: Any) -> Peer:
    """Open the second connection of a person."""
    peer = await Peer.silent(server.url, person.author, "/v1/blobs")
    server.peers.append(peer)
    welcome = await peer.hello(**{"token": person.token, **hello})
    assert welcome.auth.state == "ok" or hello
    return peer


async def name_in_note(person: Peer, picture: Picture, stream: str | None = None) -> str:
    """Make a note that names a picture; its id."""
    stream = stream or person.notes
    note, made = person.author.note(stream, "With a picture")
    edit = person.author.edit(stream, note, lambda e: e.make(("attachments", picture.sha256), "map"))
    answer = await person.push(stream, made, edit)
    assert not getattr(answer, "rejected", ("nack",)), answer
    return note


async def send(peer: Peer, picture: Picture, stream: str, note: str) -> Any:
    """Send a picture as a client does, from wherever the server stands; the last answer."""
    await peer.say(b.BlobOffer(picture.hash, len(picture.body), stream, note))
    answer = await peer.wait((b.BlobHave, b.BlobError))
    if isinstance(answer, b.BlobError) or answer.stored:
        return answer
    for put in picture.chunks(answer.offset):
        await peer.say(put)
        answer = await peer.wait((b.BlobHave, b.BlobError))
        if isinstance(answer, b.BlobError):
            return answer
    await peer.say(b.BlobDone(picture.hash))
    return await peer.wait((b.BlobHave, b.BlobError))


async def fetch(peer: Peer, picture: Picture, stream: str, note: str, offset: int = 0) -> bytes | str:
    """Fetch a picture; its bytes from offset on, or the code of the refusal."""
    await peer.say(b.BlobGet(picture.hash, stream, note, offset))
    body = b""
    while True:
        answer = await peer.wait((b.BlobChunk, b.BlobError))
        if isinstance(answer, b.BlobError):
            return answer.code
        assert answer.offset == offset + len(body)
        body += answer.chunk
        if answer.offset + len(answer.chunk) == answer.size:
            return body

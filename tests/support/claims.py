"""
What tests say that they cover, and what they are seen to say: so that nothing of the protocol goes untested.

A test of a code, a kind of message, a call or a limit claims it: ``@pytest.mark.covers("nack gap")``.
`claims` reads all of them off the sources; `Heard` is what one test made the two ends say, and a claim that
was not heard fails the test that made it. What there is to claim comes from the program's own tables
(tests/sync/protocol/test_codes.py).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from sync.protocol import blobs as b
from sync.protocol import messages as m
from sync.server.core import Core, Written
from sync.server.people import CallRefused
from sync.server.session import Close

MARKER = "covers"
UNHEARD = ("limit ",)
"""Claims that nothing is said of: the test's module must at least name what it claims."""


def claims(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Every claim below a folder, the test that makes it, and the file that it stands in."""
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for claim in _claimed(node):
                    yield claim, node.name, path


def _claimed(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for node in (node for decorator in function.decorator_list for node in ast.walk(decorator)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"pytest.mark.{MARKER}":
            yield from (str(ast.literal_eval(argument)) for argument in node.args)


def names(path: Path) -> set[str]:
    """Every name that a file uses, those in texts (of what is patched) included."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    used |= {
        node.value.rpartition(".")[2]
        for node in nodes
        if isinstance(node, ast.Constant) and type(node.value) is str
    }
    return used | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


class Heard(set[str]):
    """What was said during one test, in the words of claims."""

    def listen(self, patch: pytest.MonkeyPatch) -> None:
        """Hear every message and refusal that is made, and every close, until the patch is undone."""
        encode, begin, close = m.encode, Close.__init__, ServerConnection.close
        write, refuse = Core.write, CallRefused.__init__

        def encoded(message: m.Message) -> Any:
            self.update(facts(message))
            return encode(message)

        def closing(effect: Close, code: int, reason: Any) -> None:
            self.add(f"close {reason}")
            begin(effect, code, reason)

        async def closed(connection: ServerConnection, code: int = 1000, reason: str = "") -> None:
            self.add(f"close {reason}")
            await close(connection, code, reason)

        def written(core: Core, *arguments: Any) -> Written:
            came = write(core, *arguments)
            self.update(fact for answer in came.answers for fact in facts(answer.message))
            return came

        def refusing(refused: CallRefused, code: Any, message: str = "") -> None:
            self.add(f"refusal {code}")
            refuse(refused, code, message)

        patch.setattr(m, "encode", encoded)
        patch.setattr(Core, "write", written)
        patch.setattr(CallRefused, "__init__", refusing)
        patch.setattr(Close, "__init__", closing)
        patch.setattr(ServerConnection, "close", closed)


def facts(message: m.Message) -> Iterator[str]:
    """What a message says, in the words of claims."""
    yield f"message {type(message).__name__}"
    match message:
        case m.Ack():
            yield from (f"reject {rejected.code}" for rejected in message.rejected)
        case m.Nack():
            yield f"nack {message.code}"
        case m.Error():
            yield from (f"error {message.code}", f"retry {message.retry}")
        case m.Welcome():
            yield from (f"sign_in {message.auth.state}", f"mode {message.model.mode}")
        case m.AuthState():
            yield f"sign_in {message.state}"
        case m.Unsubscribe() if message.why:
            yield f"end {message.why}"
        case m.Reset():
            yield f"reset {message.why}"
        case m.Bye():
            yield f"bye {message.code}"
        case m.Call():
            yield f"call {message.name}"
        case m.Result() if message.code:
            yield f"refusal {message.code}"
        case m.Subscribed():
            for granted in message.streams:
                yield from (f"status {granted.status}", f"via {granted.via}")
        case b.BlobError():
            yield f"blob {message.code}"

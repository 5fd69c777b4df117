"""What an installation says of itself."""

from sync.client.about import About
from sync.model.versions import NEWEST
from sync.protocol import wire


def test_hello_names_the_replica_the_program_and_the_model_of_the_store():
    about = About(app="commonplace 1", os="Linux", inst="i1")
    hello = about.hello(7, "1.0", "token", 123)
    assert (hello.rid, hello.model, hello.token, hello.t0) == (7, "1.0", "token", 123)
    assert about.newest == NEWEST
    assert wire.decode(wire.encode(hello)) == hello

"""
Sync: streams, the wire protocol, both stores, the client engine and the server. README.md is the
specification.
"""

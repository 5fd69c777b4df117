"""
Sync: streams, the wire protocol, both stores, the client engine and the server. README.md is the
specification.
"""

VERSION = "0.1.0"

"""
The server: one write path (ingest), delivery (hub), one state machine per connection (session), I/O
(service).
"""

"""Where things are kept: SQLite files of clients and of the server."""

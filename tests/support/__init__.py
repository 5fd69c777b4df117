"""Code that tests share: oracles, makers of documents, watchers of logs and leftovers. Nothing here ships."""

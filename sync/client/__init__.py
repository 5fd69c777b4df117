"""The client's side of syncing: decisions (engine and its parts), and the thin I/O that carries them out."""

"""Import and export: files of other programs to our blocks and back. No Qt, no network."""

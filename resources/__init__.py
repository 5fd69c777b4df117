"""Icons, themes and fonts that ship with the program; read through `app.resources`, never by file path."""

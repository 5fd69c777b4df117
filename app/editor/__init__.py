"""The text of a note on screen: the widget, its binding to the CRDT, and what a person types with."""

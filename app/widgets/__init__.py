"""The parts of the main window. They know roles of the theme, never colours."""

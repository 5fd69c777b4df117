"""Windows that stand beside the main window. None of them opens by itself while a person types."""

"""Item models between the library's rows and the lists that show them."""

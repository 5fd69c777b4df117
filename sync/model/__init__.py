"""The data model of the collections, version by version, and what is read out of their documents."""

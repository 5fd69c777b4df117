"""
The house rules, as functions from sources to complaints.

tests/test_tidy.py applies them to the tree, and proves on a tiny bad source that each bites.
"""

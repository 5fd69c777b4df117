"""
The wire protocol: what is said (messages), as which bytes (pack, wire), and how deltas are chained (chain).
"""

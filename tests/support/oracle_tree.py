"""
The folder tree, slow and obviously right: after each move, look whether anybody is his own ancestor.
"""


def tree_by_replay(moves):
    """{child: parent or None} after all (time, rid, child, parent) in order, without what closes a circle."""
    parents = {}
    for _, _, child, parent in sorted(moves, key=lambda move: (move[0], move[1])):
        tried = dict(parents)
        tried[child] = parent
        if not _has_circle(tried):
            parents = tried
    return {child: parent if parent in parents else None for child, parent in parents.items()}


def _has_circle(parents):
    for child in parents:
        at = child
        for _ in range(len(parents) + 1):
            at = parents.get(at)
            if at is None:
                break
            if at == child:
                return True
    return False

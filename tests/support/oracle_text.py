"""
The rich text as the papers define it, slow and obviously right: a function of the set of ops.

Order: FugueMax on its tree (Weidner & Kleppmann, arXiv 2305.00583v3, Algorithm 1 with the sibling order of
    section 5), one node per element, traversed whole for every insertion, without recursion. Visibility,
    marks and blocks: worked out anew from all ops each time they are asked for.
"""

from __future__ import annotations

from crdt.ops import BLOCK, EDGE, EMBED, ERASE, FLIP, INSERT, MARK, SELF, TYPE

Id = tuple[int, int]
ROOT: Id = (-1, 0)
END: Id = (-1, 1)


class Node:
    """One element of the tree; ``left`` and ``right`` are its children on either side, in order."""

    def __init__(self, id: Id, character: str, origins: tuple[Id, Id], parent: Node | None) -> None:
        self.id, self.character, self.origins, self.parent = id, character, origins, parent
        self.left: list[Node] = []
        self.right: list[Node] = []
        self.payload: dict | None = None
        self.group: Id = ROOT


class OracleText:
    """All ops given to it, in any causal order."""

    def __init__(self) -> None:
        self.root = Node(ROOT, "", (ROOT, END), None)
        self.nodes: dict[Id, Node] = {ROOT: self.root}
        self.ops: list[list] = []
        self.groups: dict[int, int] = {}
        self.siblings_with_other_origins = 0

    def add(self, op) -> None:
        """Take in one op that is new and whose predecessors are here."""
        kind, rid, counter = op[0], op[1], op[2]
        if kind not in (FLIP, TYPE) and op[3]:
            self.groups[rid] = counter
        op = list(op)
        self.ops.append([*op, (rid, self.groups.get(rid, -1))])
        if kind == TYPE:
            left, right = (rid, counter - 1), self.nodes[rid, counter - 1].origins[1]
            self.insert_all(rid, counter, op[3], left, right)
        elif kind == INSERT:
            self.insert_all(rid, counter, op[4], self.id(op, 5), self.id(op, 7))
        elif kind == EMBED:
            self.insert_all(rid, counter, "\ufffc", self.id(op, 5), self.id(op, 7))
            self.nodes[rid, counter].payload = op[4]

    def id(self, op, place: int) -> Id:
        rid, counter = op[place], op[place + 1]
        if rid == EDGE:
            return END if counter else ROOT
        return (op[1] if rid == SELF else rid, counter)

    def insert_all(self, rid: int, counter: int, text: str, left: Id, right: Id) -> None:
        for offset, character in enumerate(text):
            self.insert((rid, counter + offset), character, left, right)
            left = (rid, counter + offset)

    def insert(self, id: Id, character: str, left: Id, right: Id) -> None:
        """
        The author saw ``left`` and ``right`` side by side: right child of the one or left child of the other.
        """
        if right != END and self.is_ancestor(left, right):
            parent, node = self.nodes[right], Node(id, character, (left, right), self.nodes[right])
            place = sum(1 for sibling in parent.left if sibling.id < id)
            parent.left.insert(place, node)
        else:
            parent, node = self.nodes[left], Node(id, character, (left, right), self.nodes[left])
            order = {other: place for place, other in enumerate(self.order())}
            order[END] = len(order)

            def rank(sibling: Node) -> tuple[int, Id]:
                return (-order[sibling.origins[1]], sibling.id)

            if any(sibling.origins[1] != right for sibling in parent.right):
                self.siblings_with_other_origins += 1
            place = sum(1 for sibling in parent.right if rank(sibling) < rank(node))
            parent.right.insert(place, node)
        node.group = (id[0], self.groups[id[0]])
        self.nodes[id] = node

    def is_ancestor(self, above: Id, below: Id) -> bool:
        node: Node | None = self.nodes[below]
        while node is not None:
            if node.id == above:
                return True
            node = node.parent
        return False

    def order(self) -> list[Id]:
        """The in-order traversal, the root included."""
        found: list[Id] = []
        stack: list[tuple[Node, bool]] = [(self.root, False)]
        while stack:
            node, entered = stack.pop()
            if entered:
                found.append(node.id)
                continue
            stack.extend((child, False) for child in reversed(node.right))
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(node.left))
        return found

    def is_live(self, group: Id, counter: int) -> bool:
        reaching = [
            (op[3], op[1], op[2], bool(op[7]))
            for op in self.ops
            if op[0] == FLIP and (op[4], op[5]) == group and op[6] > counter
        ]
        return max(reaching)[3] if reaching else True

    def hidden(self) -> set[Id]:
        """The elements whose own group is off, or that an op of a live group erases."""
        found = {id for id, node in self.nodes.items() if id != ROOT and not self.is_live(node.group, id[1])}
        for op in self.ops:
            if op[0] == ERASE and self.is_live(op[-1], op[2]):
                rid, counter = self.id(op, 4)
                found.update((rid, counter + offset) for offset in range(op[6]))
        return found

    def visible(self) -> list[Id]:
        hidden = self.hidden()
        return [id for id in self.order() if id != ROOT and id not in hidden]

    def text(self) -> str:
        return "".join(self.nodes[id].character for id in self.visible())

    def marks(self, id: Id, places: dict[Id, int]) -> dict:
        """A scan of all marks: for each kind the live covering one with the greatest stamp."""
        best: dict[str, tuple] = {}
        for op in self.ops:
            if op[0] == MARK and self.is_live(op[-1], op[2]):
                start = 2 * places[self.id(op, 7)] + (1 if op[9] else -1)
                end = 2 * places[self.id(op, 10)] + (1 if op[12] else -1)
                if start < 2 * places[id] < end:
                    best[op[5]] = max(best.get(op[5], (-1,)), (op[4], op[1], op[2], id, op))
        return {kind: best[kind][4][6] for kind in sorted(best) if best[kind][4][6] is not None}

    def characters(self) -> list[tuple[Id, str, dict]]:
        """Each visible element with what it shows."""
        order = self.order()
        places = {id: place for place, id in enumerate(order)}
        places[END] = len(order)
        hidden = self.hidden()
        found = []
        for id in order:
            if id != ROOT and id not in hidden:
                node, marks = self.nodes[id], self.marks(id, places)
                found.append((id, node.character, marks | ({"embed": node.payload} if node.payload else {})))
        return found

    def spans(self) -> list[tuple[str, dict]]:
        return join_spans([(character, marks) for _, character, marks in self.characters()])

    def attributes(self, id: Id) -> dict:
        writes = [
            (op[4], op[1], op[2], op)
            for op in self.ops
            if op[0] == BLOCK and self.id(op, 5) == id and self.is_live(op[-1], op[2])
        ]
        shown: dict = {}
        for write in sorted(writes, key=lambda write: write[:3]):
            shown.update(write[3][7])
        return {name: shown[name] for name in sorted(shown) if shown[name] is not None}

    def blocks(self) -> list[tuple[list, dict]]:
        found, line = [], []
        for id, character, marks in self.characters():
            if character == "\n":
                found.append((join_spans(line), self.attributes(id)))
                line = []
            else:
                line.append((character, marks))
        return [*found, (join_spans(line), self.attributes(END))]


def join_spans(characters: list[tuple[str, dict]]) -> list[tuple[str, dict]]:
    """Neighbours that show the same become one span; embeds stay alone."""
    spans: list[tuple[str, dict]] = []
    for character, marks in characters:
        if spans and spans[-1][1] == marks and "embed" not in marks:
            spans[-1] = (spans[-1][0] + character, marks)
        else:
            spans.append((character, marks))
    return spans

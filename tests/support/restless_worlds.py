"""
Worlds that look for trouble: people who type at the same few places, and people who undo each other.

Both are `TextWorld`s, so each step is held against the oracle and a view built from patches.
"""

from __future__ import annotations

from tests.support.text_world import Replica, TextWorld


class SamePlaceWorld(TextWorld):
    """
    People go on with what they typed or squeeze in between what two people typed, and hear of some others.

    In a `TextWorld` about one history in ten has siblings with different right origins, the case in which
    FugueMax differs from Fugue and from simpler orders. It takes somebody who goes on typing at an element
    behind which another, who knew more, has typed too; so that is what everybody does here.
    """

    HEARING = 0.2
    """Share of steps that are deliveries. With more or fewer, fewer people type at one place."""

    def step(self) -> None:
        replica = self.random.choice(self.replicas)
        if self.random.random() < self.HEARING:
            self.deliver(replica)
            return
        ops = self.type_here(replica)
        replica.local(ops)
        self.sent[replica.rid].append(ops)

    def type_here(self, replica: Replica) -> list:
        """Type a letter or two, or delete one, where two authors meet; the view hears of it as another's."""
        text, random = replica.text, self.random
        twin = type(text).decode(text.encode(), 1000)
        length = len(text)
        seams = [0, length, *[end for _, end, _ in text.authors()]]
        place = random.choice(seams)
        if random.random() < 0.1:
            text.new_group()
        if length and random.random() < 0.1:
            ops = text.delete(min(place, length - 1), 1)
        else:
            word = "".join(random.choice("abcdefgh") for _ in range(random.choice((1, 1, 2))))
            ops = text.insert(place, word)
        replica.shadow.apply(twin.apply(ops))
        return ops


class MeddlingWorld(TextWorld):
    """Now and then somebody switches an edit group of anybody off or on."""

    MEDDLING = 0.2

    def edit(self, replica: Replica, roll: float) -> list:
        """As everywhere, or a switch of a random group that this replica knows."""
        text, random = replica.text, self.random
        groups = [
            (rid, start)
            for rid, starts in zip(text._replicas.rids, text._replicas.group_starts, strict=True)
            for start in starts
        ]
        if not groups or random.random() >= self.MEDDLING:
            return super().edit(replica, roll)
        twin = type(text).decode(text.encode(), 1000)
        ops = text.switch_group(*random.choice(groups), random.random() < 0.4)
        replica.shadow.apply(twin.apply(ops))
        return ops

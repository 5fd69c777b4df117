"""The rich text as a whole: random histories against the oracle, convergence, canonical bytes."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.text_world import TextWorld

seeds = st.integers(0, 2**32)


def run(world: TextWorld, steps: int, every: int = 1) -> None:
    for number in range(steps):
        world.step()
        if number % every == 0:
            for replica in world.replicas:
                world.check(replica)
    world.settle()


@given(seeds)
def test_the_fast_text_agrees_with_the_oracle_at_every_step(seed):
    run(TextWorld(seed, 2), 25)


@given(seeds)
def test_three_replicas_converge_to_the_same_bytes(seed):
    run(TextWorld(seed, 3), 60, every=15)


@given(seeds)
def test_saving_and_loading_at_any_step_changes_nothing(seed):
    world = TextWorld(seed, 2)
    for _ in range(30):
        world.step()
        world.reload(world.random.choice(world.replicas))
    world.settle()

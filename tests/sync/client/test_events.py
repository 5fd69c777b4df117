"""Events and effects are plain immutable values."""

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from sync.client import events


def test_every_event_and_effect_is_immutable():
    for kind in (*get_args(events.Event), *get_args(events.Effect)):
        assert kind.__dataclass_params__.frozen, kind
    with pytest.raises(FrozenInstanceError):
        events.Lost("x").fault = "y"


def test_events_and_effects_are_told_apart():
    assert not set(get_args(events.Event)) & set(get_args(events.Effect))
    assert [field.name for field in fields(events.Heard)] == ["message", "size"]

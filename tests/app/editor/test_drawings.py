"""Drawings: what they show is shown, and what they may not do is not done."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.editor import drawings
from app.editor.decoding import SIDE_PX_MAX, decoded
from app.editor.drawings import DEPTH_MAX, ELEMENTS_MAX, SIZE_MAX, cleaned, drawn

pytestmark = pytest.mark.usefixtures("qt_app")

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'width="40" height="20" viewBox="0 0 40 20"'
)


def svg(inside, head=HEAD):
    return f"{head}>{inside}</svg>".encode()


def colours(picture):
    """The colours in a picture."""
    return {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}


def test_a_drawing_is_drawn_on_white_and_through_its_own_door():
    body = svg('<rect x="0" y="0" width="20" height="20" fill="#ff0000"/>')
    picture = drawn(body, 100)
    assert picture.size().toTuple() == (40, 20)
    assert colours(picture) == {"#ff0000", "#ffffff"}
    assert decoded(body).size() == picture.size()


def test_prologues_of_other_programs_gradients_text_and_what_is_drawn_again_are_taken():
    body = b'<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">\n' + svg(
        "<style>.a { fill: #00ff00 }</style><title>T</title>"
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#0000ff"/>'
        '<stop offset="1" stop-color="#0000ff"/></linearGradient>'
        '<rect id="r" width="10" height="20" fill="url(#g)"/></defs>'
        '<use xlink:href="#r" x="30"/><rect class="a" width="10" height="20"/><text x="12" y="15">x</text>'
    )
    assert {"#0000ff", "#00ff00"} <= colours(drawn(body, 100))


@pytest.mark.parametrize(
    "inside",
    [
        '<image href="{file}" width="40" height="20"/>',
        '<image xlink:href="{file}" width="40" height="20"/>',
        '<use xlink:href="{file}#r"/>',
        '<rect width="40" height="20" fill="url({file}#g)"/>',
        '<rect width="40" height="20" style="fill:url( \'{file}#g\')"/>',
        '<style>@import "{file}";</style><style>rect {{ fill: url({file}) }}</style>',
        '<style>rect {{ fill: u\\72l({file}) }}</style>',
        '<foreignObject width="40" height="20"><img src="{file}"/></foreignObject>',
        '<script>alert(1)</script><a href="javascript:x"><rect/></a>',
        '<rect width="1" height="1" onclick="x()"><animate attributeName="width" to="{file}"/></rect>',
        '<rect filter="url(#f)" mask="url(#m)" style="filter:url(#f)" width="1" height="1"/>',
        '<line x2="40" stroke-dasharray="0.0000001" style="stroke-dasharray: 0.0000001"/>',
        '<text>&file;</text>',
        '<x:rect xmlns:x="http://other.example.org/"/>',
    ],
)  # fmt: skip
def test_nothing_that_names_anything_outside_or_never_ends_goes_through(tmp_path, inside):
    file = tmp_path / "secret.svg"
    file.write_bytes(svg('<rect id="r" width="40" height="20" fill="#ff0000"/>'))
    body = svg(inside.format(file=file.as_uri()))
    clean = cleaned(body)
    if clean is None:
        return
    for word in (b"secret", b"script", b"onclick", b"animate", b"filter", b"dasharray", b"foreign", b"other"):
        assert word not in clean, clean
    assert "#ff0000" not in colours(drawn(body, 100))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"text", b"<svg/>", b"<html/>", b"<svg xmlns='http://www.w3.org/2000/svg'>", b"\xff\xfe<svg",
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("<text>&a;</text>"),
        '<!DOCTYPE svg [<!ENTITY a "b">]>'.encode("utf-16") + svg("").decode().encode("utf-16-le"),
        b'<?xml version="1.0" encoding="nonsense"?>' + svg(""),
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_none(body):
    assert cleaned(body) is None
    assert drawn(body, 100) is None


def test_a_drawing_without_a_size_is_none():
    assert drawn(svg("", head='<svg xmlns="http://www.w3.org/2000/svg"'), 100) is None


def test_limits_are_taken_and_one_past_is_not():
    assert cleaned(svg("<g/>" * (ELEMENTS_MAX - 1))) is not None
    assert cleaned(svg("<g/>" * ELEMENTS_MAX)) is None
    assert cleaned(svg("<g>" * (DEPTH_MAX - 1) + "</g>" * (DEPTH_MAX - 1))) is not None
    assert cleaned(svg("<g>" * DEPTH_MAX + "</g>" * DEPTH_MAX)) is None
    assert cleaned(svg("<g>" * 100_000 + "</g>" * 100_000)) is None
    assert cleaned(svg(" " * (SIZE_MAX - len(svg(""))))) is not None
    assert cleaned(svg(" " * (SIZE_MAX - len(svg("")) + 1))) is None


def test_what_is_drawn_again_is_counted_and_does_not_double():
    twice = "".join(
        f'<g id="g{n}"><use xlink:href="#g{n - 1}"/><use xlink:href="#g{n - 1}"/></g>' for n in range(1, 30)
    )
    clean = ElementTree.fromstring(cleaned(svg('<g id="g0"><rect width="1" height="1"/></g>' + twice)))
    space = "{http://www.w3.org/2000/svg}"
    by_id = {group.get("id"): group for group in clean.iter(space + "g")}
    for use in clean.iter(space + "use"):
        again = by_id[use.get("{http://www.w3.org/1999/xlink}href")[1:]]
        assert next(again.iter(space + "use"), None) is None
    assert cleaned(svg('<use xlink:href="#me" id="me"/><use xlink:href="#none"/>')).count(b"use") == 0
    group = '<g id="g">' + "<rect/>" * 999 + "</g>"
    again = (ELEMENTS_MAX - 1_001) // 1_001
    assert cleaned(svg(group + '<use xlink:href="#g"/>' * again)) is not None
    assert cleaned(svg(group + '<use xlink:href="#g"/>' * (again + 1))) is None


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ('width="4000" height="1000"', (SIDE_PX_MAX, SIDE_PX_MAX // 4)),
        ('width="1000000000" height="1"', (SIDE_PX_MAX, 1)),
        (f'width="{SIDE_PX_MAX}" height="10"', (SIDE_PX_MAX, 10)),
        ('viewBox="0 0 30 60"', (30, 60)),
    ],
)
def test_a_picture_is_as_large_as_the_drawing_and_no_larger_than_is_useful(size, expected):
    body = svg("<rect/>", head=f'<svg xmlns="http://www.w3.org/2000/svg" {size}')
    assert drawn(body, SIDE_PX_MAX).size().toTuple() == expected


def test_what_takes_too_long_is_drawn_smaller(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(drawings.time, "thread_time", lambda: next(clock))
    body = svg("<rect/>", head='<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="500"')
    assert drawn(body, SIDE_PX_MAX).size().toTuple() == (64, 32)


@given(st.text(alphabet='<>/="#svgrectuxlinkhf:&; 0123@{}', max_size=120))
def test_whatever_stands_inside_is_drawn_or_refused(text):
    clean = cleaned(svg(text))
    if clean is not None:
        ElementTree.fromstring(clean)

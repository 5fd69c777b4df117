"""A link on the screen that a camera can read."""

from app.dialogs.qr import BORDER, qr_pixmap


def test_a_code_is_dark_on_light_with_a_quiet_border(appearance):
    image = qr_pixmap("https://notes.example.org/i/" + "A" * 22 + "#" + "s" * 32, 132).toImage()
    assert image.width() == image.height() >= 132
    module = image.width() // (image.width() // (image.width() // 40))
    assert {image.pixelColor(x, 0).name() for x in range(image.width())} == {"#ffffff"}
    inside = {image.pixelColor(x, image.height() // 2).name() for x in range(image.width())}
    assert inside == {"#ffffff", "#000000"}
    assert module > BORDER

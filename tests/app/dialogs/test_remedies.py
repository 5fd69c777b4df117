"""The buttons of banners lead somewhere."""

from app.models.notices import Act
from tests.support.waiting import wait_for


def test_exporting_from_a_banner_exports_the_trash_too(desk, tmp_path):
    made = desk.call(lambda library: library.new_note(title="in the trash"))
    desk.call(lambda library: library.set_trashed(made, True))
    desk.window.transfer.choose = lambda window, title: str(tmp_path / "out")
    desk.window.remedies.act(Act.EXPORT)
    wait_for(lambda: (tmp_path / "out" / "Trash" / "in the trash.md").exists())
    wait_for(lambda: not desk.window.transfer.dialog._running)
    desk.window.transfer.dialog.close()


def test_a_separate_profile_is_opened_from_a_banner(desk):
    opened = []
    desk.window.account.start_window = lambda profile: opened.append(profile) or True
    desk.window.remedies.act(Act.SEPARATE_PROFILE)
    wait_for(lambda: opened)
    wait_for(lambda: "separate profile" in desk.view.banners.first().text)

"""
Share a notebook: who is in it with which role, somebody more by e-mail, and links for others.

It shows what the server said and tells what is wanted; who asks the server is `dialogs.sharing_flow`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.form import Form
from app.dialogs.qr import qr_pixmap
from app.labels import Label
from app.models.people import Person, number_of
from app.theme import Appearance
from app.widgets.names import named
from app.widgets.presence_strip import PresenceStrip

WIDTH_PX = 500
ROW_HEIGHT_PX = 42
LINKS_HEIGHT_PX = 120
MEMBERS_HEIGHT_PX = 4 * ROW_HEIGHT_PX
QR_PX = 132
DAY_SECONDS = 24 * 3600
LIVES = (1, 7, 30, 0)
"""Days that a link may live; 0: for ever."""


@dataclass(frozen=True)
class Member:
    """One member of a notebook."""

    account: str
    email: str
    role: str
    name: str = ""


@dataclass(frozen=True)
class Standing:
    """Who is in a notebook, as the server said."""

    me: str
    """This account."""
    members: Sequence[Member] = ()
    links: Sequence[dict[str, Any]] = field(default_factory=tuple)
    is_planned: bool = False
    """Nothing is shared yet: a note gets a notebook of its own with the first person or link."""
    shared_in: str = ""
    """The notebook whose members have the note until then; empty where nobody else has it."""

    @property
    def is_owner(self) -> bool:
        """Whether this account may change anything."""
        return any(member.account == self.me and member.role == "owner" for member in self.members)


class FirmBox(QComboBox):
    """A choice that the wheel only scrolls past: Qt would choose, and give a member another role."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt: left to the list that it is in."""
        event.ignore()


class ShareDialog(Form):
    """One notebook's members and links."""

    role_chosen = Signal(str, str)
    """An account and its new role; "none": take it out."""
    person_added = Signal(str, str)
    """An e-mail and a role."""
    link_wanted = Signal(str, object)
    """A role, and seconds to live."""
    link_ended = Signal(str)
    leave_wanted = Signal()

    def __init__(self, parent: QWidget | None, appearance: Appearance, name: str) -> None:
        """Ask nothing yet; `show_standing` fills it."""
        title = QCoreApplication.translate("ShareDialog", "Share “{name}”").format(name=name)
        super().__init__(parent, title, QCoreApplication.translate("ShareDialog", "Asking the server…"))
        self.setFixedWidth(WIDTH_PX)
        self._appearance = appearance
        self.add_page(WIDTH_PX)
        self._build_members()
        self._build_adding()
        self._build_link()
        self.add_problem()
        self.leave = QPushButton(self.tr("Leave…"))
        self.leave.clicked.connect(self._ask_leave)
        self.leave.hide()
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        close.setDefault(True)
        self.add_buttons(self.leave, close)
        self._show_owner(False)

    # ---- putting together -------------------------------------------------------------------------------

    def _build_members(self) -> None:
        self.members = QWidget()
        self._rows = QVBoxLayout(self.members)
        self._boxes: dict[QWidget | None, str] = {}  # whose role each shows
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        self._area = _scrolled(self.members, MEMBERS_HEIGHT_PX, self.tr("Members"))
        self.part.addWidget(self._area)

    def _build_adding(self) -> None:
        self.adding = QWidget()
        row = QHBoxLayout(self.adding)
        row.setContentsMargins(0, 6, 0, 6)
        self.email = QLineEdit()
        self.email.setPlaceholderText(self.tr("Somebody's e-mail"))
        self.email.setAccessibleName(self.tr("E-mail"))
        self.email.returnPressed.connect(self._add)
        self.email_role = self._roles(("editor", "commenter", "viewer", "owner"))
        self.add = QPushButton(self.tr("Add"))
        self.add.setAutoDefault(False)
        self.add.clicked.connect(self._add)
        row.addWidget(self.email, 1)
        row.addWidget(self.email_role)
        row.addWidget(self.add)
        self.part.addWidget(self.adding)

    def _build_link(self) -> None:
        self.linking = QWidget()
        column = QVBoxLayout(self.linking)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(named(Label(self.tr("Or send a link")), "fieldLabel"))
        row = QHBoxLayout()
        self.link_role = self._roles(("editor", "commenter", "viewer"))
        self.life = FirmBox()
        self.life.setAccessibleName(self.tr("How long the link can be used"))
        for days in LIVES:
            text = self.tr("for ever") if not days else self.tr("1 day") if days == 1 else self.tr("{n} days")
            self.life.addItem(text.format(n=days), days)
        self.life.setCurrentIndex(1)
        self.make_link = QPushButton(self.tr("Create link"))
        self.make_link.setAutoDefault(False)
        self.make_link.clicked.connect(self._want_link)
        row.addWidget(self.link_role)
        row.addWidget(self.life)
        row.addStretch()
        row.addWidget(self.make_link)
        column.addLayout(row)
        self.made = QWidget()
        self.made.hide()
        shown = QHBoxLayout(self.made)
        shown.setContentsMargins(0, 6, 0, 0)
        self.link = QLineEdit(readOnly=True)
        self.link.setAccessibleName(self.tr("The link"))
        self.copy = QPushButton(self.tr("Copy"))
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        self.qr = Label()
        self.qr.setAccessibleName(self.tr("The link as a QR code"))
        beside = QVBoxLayout()
        beside.addWidget(self.link)
        beside.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        beside.addStretch()
        shown.addLayout(beside, 1)
        shown.addWidget(self.qr)
        column.addWidget(self.made)
        self.links = QWidget()
        self._links = QVBoxLayout(self.links)
        self._links.setContentsMargins(0, 4, 0, 0)
        self._links_area = _scrolled(self.links, LINKS_HEIGHT_PX, self.tr("Links"))
        column.addWidget(self._links_area)
        self.part.addWidget(self.linking)

    def _roles(self, roles: Sequence[str]) -> QComboBox:
        box = FirmBox()
        box.setAccessibleName(self.tr("Role"))
        for role in roles:
            box.addItem(self.role_name(role), role)
        return box

    def role_name(self, role: str) -> str:
        """What a role is called."""
        return {
            "owner": self.tr("Owner"),
            "editor": self.tr("Can edit"),
            "commenter": self.tr("Can comment"),
            "viewer": self.tr("Can read"),
            "none": self.tr("Remove"),
        }.get(role, role)

    # ---- what the server said ---------------------------------------------------------------------------

    def show_standing(self, standing: Standing) -> None:
        """Show who is in the notebook, and what may be done about it."""
        self.hint.setText(self._plan(standing.shared_in))
        self.hint.setVisible(standing.is_planned)
        self.say_problem("")
        self._show_members(standing)
        self._area.setMinimumHeight(min(MEMBERS_HEIGHT_PX, ROW_HEIGHT_PX * len(standing.members)))
        _clear(self._links)
        links = [link for link in standing.links if standing.is_owner and link["state"] == "ok"]
        for link in links:
            self._links.addLayout(self._link_row(link))
        self._links_area.setFixedHeight(min(LINKS_HEIGHT_PX, ROW_HEIGHT_PX * len(links)))
        self.leave.setVisible(len(standing.members) > 1)
        self._show_owner(standing.is_owner)
        self.fit()

    def _plan(self, shared_in: str) -> str:
        """What becomes of a note with the first person or link."""
        if not shared_in:
            return self.tr("Only you have it. Once you add somebody, it gets a notebook of its own.")
        text = self.tr(
            "Everybody in “{name}” has it now. With the first person or link you add here, it moves to a "
            "notebook of its own, and they have it no more."
        )
        return text.format(name=shared_in)

    def _show_members(self, standing: Standing) -> None:
        """The members anew; the list and the focus stay where they are."""
        bar = self._area.verticalScrollBar()
        top, focused = bar.value(), self._boxes.get(self.focusWidget())
        _clear(self._rows)
        self._boxes.clear()
        for member in standing.members:
            self._rows.addLayout(self._member_row(member, standing))
        self._rows.addStretch()
        for part in _widgets(self._rows):
            part.show()  # at once: what is hidden takes no room, and the list would have nothing to scroll
        for box, account in self._boxes.items():
            if account == focused and box is not None:
                box.setFocus()
        bar.setValue(top)

    def show_link(self, link: str) -> None:
        """Show a link that was just made; its secret is shown this once."""
        self.link.setText(link)
        self.link.setCursorPosition(0)
        code = qr_pixmap(link, QR_PX)
        self.qr.setPixmap(code)
        self.qr.setFixedSize(code.size())  # a code that is cut cannot be read
        self.made.show()
        self.copy.setFocus()
        self.fit()
        self.bring_into_sight(self.made)

    def refuse(self, text: str) -> None:
        """The server said no, or cannot be asked."""
        self.hint.setVisible(False)
        self.say_problem(text)

    def _show_owner(self, is_owner: bool) -> None:
        self.adding.setVisible(is_owner)
        self.linking.setVisible(is_owner)

    def _member_row(self, member: Member, standing: Standing) -> QHBoxLayout:
        row = QHBoxLayout()
        who = member.name or member.email
        avatar = PresenceStrip(self._appearance)
        avatar.show_people([Person(who, number_of(member.account))])
        avatar.setAccessibleName(who)
        text = who if member.account != standing.me else self.tr("{name} (you)").format(name=who)
        row.addWidget(avatar)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(Label(text))
        if member.email != who:
            names.addWidget(named(Label(member.email), "hint"))
        row.addLayout(names, 1)
        if standing.is_owner and member.account != standing.me:
            box = self._roles(("owner", "editor", "commenter", "viewer", "none"))
            box.setAccessibleName(self.tr("Role of {name}").format(name=who))
            box.setCurrentIndex(box.findData(member.role))
            box.activated.connect(
                lambda _, box=box: self.role_chosen.emit(member.account, str(box.currentData()))
            )
            self._boxes[box] = member.account
            row.addWidget(box)
        else:
            row.addWidget(named(Label(self.role_name(member.role)), "hint"))
        return row

    def _link_row(self, link: dict[str, Any]) -> QHBoxLayout:
        row = QHBoxLayout()
        text = self.tr("Link: {role}, used {n} ×").format(
            role=self.role_name(link["role"]).lower(), n=link["used"]
        )
        end = QPushButton(self.tr("End"))
        end.setProperty("look", "link")
        end.setAutoDefault(False)
        end.setAccessibleName(self.tr("End this link"))
        end.clicked.connect(lambda: self.link_ended.emit(link["id"]))
        row.addWidget(named(Label(text), "hint"), 1)
        row.addWidget(end)
        return row

    # ---- what the person wants --------------------------------------------------------------------------

    def _add(self) -> None:
        email = self.email.text().strip()
        if "@" not in email:
            self.say_problem(self.tr("An e-mail address has an @ in it."))
            self.email.setFocus()
            return
        self.say_problem("")
        self.person_added.emit(email, str(self.email_role.currentData()))
        self.email.clear()

    def _want_link(self) -> None:
        self.link_wanted.emit(str(self.link_role.currentData()), int(self.life.currentData()) * DAY_SECONDS)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.link.text())
        self.copy.setText(self.tr("Copied"))

    def _ask_leave(self) -> None:
        """The second press means it."""
        if self.leave.property("asked"):
            self.leave_wanted.emit()
            return
        self.leave.setProperty("asked", True)
        self.leave.setText(self.tr("Leave the notebook"))


def _scrolled(rows: QWidget, height_max: int, name: str) -> QScrollArea:
    """Rows that scroll where they are more than fit."""
    area = named(QScrollArea(widgetResizable=True), "plainArea")
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidget(rows)
    area.setMaximumHeight(height_max)
    area.setAccessibleName(name)
    return area


def _clear(layout: QVBoxLayout) -> None:
    """Take everything out of a layout of rows."""
    take: Callable[[int], Any] = layout.takeAt
    while (item := take(0)) is not None:
        inner = item.layout()
        for part in _widgets(inner) if inner is not None else ():
            part.setParent(None)
            part.deleteLater()


def _widgets(layout: Any) -> list[QWidget]:
    """The widgets of a layout and of those in it."""
    found: list[QWidget] = []
    for number in range(layout.count()):
        item = layout.itemAt(number)
        if item.widget() is not None:
            found.append(item.widget())
        elif item.layout() is not None:
            found += _widgets(item.layout())
    return found

"""
The window: three panes, the menus, and who is connected to whom.

It assembles and connects; what the panes show is `widgets.browsing`, which of them are on screen
`widgets.panes`, signing in `dialogs.account_flow`, import and export `dialogs.transfer_flow`. Its size, the
panes and the last note are remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QMenu, QWidget

from app.actions import Actions, Menu, fill
from app.bridge import Bridge
from app.dialogs.about import AboutDialog
from app.dialogs.account_flow import AccountFlow
from app.dialogs.adornments import Adornments
from app.dialogs.errands import Errands
from app.dialogs.first_steps import FirstSteps
from app.dialogs.going import Going
from app.dialogs.looking import Looking
from app.dialogs.moving import Moving
from app.dialogs.places import Places
from app.dialogs.preferences import PreferencesDialog
from app.dialogs.printing import Printing
from app.dialogs.refused import RefusedFlow
from app.dialogs.remedies import Remedies
from app.dialogs.sharing_flow import SharingFlow
from app.dialogs.side_panels import SidePanels
from app.dialogs.tagging import Tagging
from app.dialogs.together import Together
from app.dialogs.transfer_flow import TransferFlow
from app.dialogs.trash_question import TrashAnswer
from app.dialogs.upgrade import UpgradeFlow
from app.engine_room import client_of
from app.models.note_list import NoteListModel, Order
from app.models.notebook_tree import NotebookTree
from app.models.recents import Recents
from app.models.scope import Kind, Scope
from app.models.shortcuts import Shortcuts
from app.models.titles import Titles
from app.open_note import OpenNote
from app.paths import Profile
from app.separate import SIGN_IN
from app.settings import Settings
from app.theme import Appearance, Mode
from app.widgets.browsing import Browsing
from app.widgets.drawer import Drawer
from app.widgets.files import Files
from app.widgets.format_actions import FormatActions
from app.widgets.list_pane import ListPane
from app.widgets.names import resize_within_screen
from app.widgets.note_view import NoteView
from app.widgets.panes import WIDTH_PX_MIN, Panes
from app.widgets.pictures import Pictures
from app.widgets.sidebar import Sidebar
from app.widgets.status import StatusRoom
from app.widgets.toast import Toast
from app.widgets.window_looks import keep_looks, restore_looks
from app.wording import sentence
from app.workspace import Workspace
from sync.errors import StoreUnavailable

# Reasons of StoreUnavailable for which there is something that can be done about the file.
DAMAGED = ("damaged", "empty", "not_a_store")

SIZE_PX = (1180, 760)
ALONE_SIZE_PX = (760, 720)
SIZE_PX_MIN = (WIDTH_PX_MIN, 300)


class MainWindow(QMainWindow):
    """A window of a profile."""

    recovery_asked = Signal(str)
    """The library cannot be opened, for the reason said, and the person wants it back."""
    closed = Signal()
    """The person closed it; nothing of it is on screen any more."""
    window_asked = Signal(str)
    """Another window, with this note alone, or ("") like this one."""
    quit_asked = Signal()
    """All windows shall close."""

    def __init__(
        self,
        bridge: Bridge,
        workspace: Workspace,
        appearance: Appearance,
        settings: Settings,
        alone: str | None = None,
    ) -> None:
        """
        Build the window; the library may not be open yet.

        Args:
            alone: The note that it is for, without lists, or "" for a further window; None for the first.
        """
        super().__init__()
        self._alone = alone
        self._bridge = bridge
        self._workspace = workspace
        self._appearance = appearance
        self._settings = settings
        self.setWindowTitle("Commonplace")
        self.setMinimumSize(*SIZE_PX_MIN)
        self.actions_ = Actions(self)
        self.sidebar = Sidebar(appearance, NotebookTree(self))
        self.pane = ListPane(appearance, NoteListModel(self))
        self.view = NoteView(appearance)
        self.view.edit.spelling.set_enabled(settings.get("spelling", True))
        self.browsing = Browsing(bridge, workspace, self.sidebar, self.pane, self.view)
        self.titles = Titles(bridge, self)
        self.recents = Recents(settings.get("recent", []))
        self.going = Going(self, appearance, self.browsing, self.titles, self.recents)
        self.drawer = Drawer(appearance)
        self.panels = SidePanels(
            bridge, workspace, appearance, self.browsing, self.drawer, self.titles, self.recents
        )
        self.looking = Looking(bridge, self.browsing, self.panels.show_since)
        self.toast = Toast(self, self.view.banners)
        self._build_places()
        self.together = Together(
            self, appearance, self.actions_, workspace, self.browsing, self.going, self.toast
        )
        self.pictures = Pictures(bridge, self.view)
        self.panels.serve = self.pictures.serve
        self.files = Files(bridge, self.view)
        self.adornments = Adornments(self, appearance, self.actions_, workspace, self.browsing)
        self.account = AccountFlow(bridge, self, self.view.banners)
        self.sharing = SharingFlow(bridge, self, self.view.banners, appearance)
        self.transfer = TransferFlow(bridge, self, lambda: self.browsing.target_notebook(), settings)
        self.errands = Errands(bridge, self.browsing, self.transfer, self.sharing, self.toast.say)
        self.printing = Printing(bridge, self, appearance, lambda: self.view.note, settings)
        self.refused = RefusedFlow(bridge, workspace, self)
        self.upgrade = UpgradeFlow(bridge, self, appearance)
        self.remedies = Remedies(self.account, self.transfer, self.upgrade, self.view.banners)
        self.status = StatusRoom(bridge, self.sidebar, self.view.banners, self)
        self.trash_answer = TrashAnswer(bridge, workspace, self.status, self.toast)
        self.panes = Panes(self.sidebar, self.pane, self.view, self.drawer)
        self.setCentralWidget(self.panes)
        self.format = FormatActions(self.view.edit)
        self.shortcuts = Shortcuts({**self.actions_.named(), **self.format.named}, settings, self)
        self.format.follow(self.shortcuts)
        self.first_steps = FirstSteps(workspace, self.browsing, self.shortcuts, settings)
        self.going.menus = self._menus
        fill(self.menuBar(), self._menus())
        self._connect_actions()
        self._connect_panes()
        self._restore_looks()
        if workspace.is_ready:
            self.begin_beside(alone or "")
        else:
            workspace.ready.connect(self._begin)
        self.setTabOrder(self.sidebar.tree, self.pane.search)

    # ---- putting together -------------------------------------------------------------------------------

    def _build_places(self) -> None:
        """What is done with places, tags and notes among them."""
        self.tagging = Tagging(self._bridge, self._workspace, self.browsing, self.toast)
        self.places = Places(
            self._bridge,
            self._workspace,
            self.browsing,
            self.sidebar,
            self.toast,
            lambda *which: self.sharing.ask_share(*which),
            self.tagging.delete,
        )
        self.moving = Moving(
            self._bridge, self._workspace, self.browsing, self.going, self.places, self.toast
        )

    def _menus(self) -> list[Menu]:
        """Every command there is, by menu."""
        file, edit, note, *others = self.actions_.menus()
        return [file, edit, self.format.menu(), note, *others]

    def _connect_actions(self) -> None:
        actions, browsing = self.actions_, self.browsing
        wiring: list[tuple[QAction, Callable[[], object]]] = [
            (actions.new_note, lambda: browsing.new_note()),
            (actions.quick_open, self.going.ask_note),
            (actions.palette, self.going.ask_command),
            (actions.shortcuts, self._show_shortcuts),
            (actions.new_folder, self.places.make_folder),
            (actions.new_notebook, self.places.make_notebook),
            (actions.import_folder, self.transfer.ask_import),
            (actions.import_files, self.transfer.ask_import_files),
            (actions.export_library, self._export),
            (actions.print_note, self.printing.ask),
            (actions.share_notebook, self._share_notebook),
            (actions.share_note, self._share_note),
            (actions.join, lambda: self.sharing.ask_join()),
            (actions.devices, lambda: self.sharing.ask_devices(self.sidebar.account.text().strip())),
            (actions.sign_in, self.account.ask_sign_in),
            (actions.sign_out, self.account.ask_sign_out),
            (actions.check_now, self.account.sync_now),
            (actions.upgrade, self.remedies.ask_upgrade),
            (actions.quit, self.quit_asked.emit),
            (actions.close_window, self.close),
            (actions.new_window, lambda: self.window_asked.emit("")),
            (actions.open_window, self._ask_window),
            (actions.undo, self._undo),
            (actions.redo, self.view.redo),
            (actions.search, self._go_to_search),
            (actions.find_in_note, self.view.edit.find_wanted.emit),
            (actions.pin, self._toggle_pin),
            (actions.copy_link, browsing.copy_links),
            (actions.rename, self.places.rename),
            (actions.move_to, self.moving.ask_move),
            (actions.tag, self.moving.ask_tag),
            (actions.trash, lambda: self.moving.trash(browsing.targets())),
            (actions.restore, lambda: self.moving.restore(browsing.targets())),
            (actions.delete_place, self.places.delete),
            (actions.next_note, lambda: browsing.step(1)),
            (actions.previous_note, lambda: browsing.step(-1)),
            (actions.focus_places, lambda: self._go_to(self.sidebar, self.sidebar.tree)),
            (actions.focus_list, lambda: self._go_to(self.pane, self.pane.list)),
            (actions.focus_note, self.view.focus_text),
            (actions.show_sidebar, lambda: self.panes.toggle(self.sidebar)),
            (actions.preferences, self._show_preferences),
            (actions.first_steps, self.first_steps.show),
            (actions.about, self._show_about),
        ]
        for action, work in wiring:
            action.triggered.connect(lambda _=False, work=work: work())
        self.panels.connect_commands(
            [
                (actions.show_links, self.panels.references),
                (actions.show_history, self.panels.history),
                (actions.show_lens, self.panels.lens),
            ]
        )
        for mode, action in actions.modes.items():
            action.triggered.connect(lambda _=False, mode=mode: self._choose_mode(mode))

    def _connect_panes(self) -> None:
        self.panes.changed.connect(self._show_panes)
        self.browsing.shown.connect(self._note_shown)
        self.pane.menu_asked.connect(self._show_note_menu)
        for view, action in (
            (self.pane.list, self.actions_.trash),
            (self.sidebar.tree, self.actions_.delete_place),
        ):
            delete = QShortcut(Qt.Key.Key_Delete, view)
            delete.setContext(Qt.ShortcutContext.WidgetShortcut)
            delete.activated.connect(action.trigger)
        self.pane.sort.setMenu(self._sort_menu())
        self.sidebar.menu_asked.connect(self._show_place_menu)
        self.sidebar.account_asked.connect(lambda: self.account.show_account(self.sidebar.account))
        self.status.sign_in_asked.connect(self.account.ask_sign_in)
        self.status.refused_asked.connect(self.refused.show)
        self.status.changed.connect(self.refused.take_status)
        self.status.changed.connect(self.remedies.take_status)
        self.status.changed.connect(self.files.states.take_status)
        self.status.changed.connect(self.view.company.take_status)
        self.status.asked.connect(self.remedies.act)
        self.status.check_asked.connect(self.account.sync_now)
        self.status.note_asked.connect(self.browsing.open)
        self.view.icon_asked.connect(self.adornments.ask_icon)
        self.view.remarked.connect(self.toast.say)
        self._workspace.failed.connect(lambda error: self.toast.say(sentence(error)))
        self.format.attach_wanted.connect(self.files.ask)
        self.view.tag_asked.connect(self.adornments.show_colours)
        self.status.changed.connect(self.account.take_status)
        self.account.signed_in.connect(self.actions_.sign_out.setEnabled)
        self.account.signed_in.connect(self.pane.show_unsent)
        with_account = (self.actions_.sign_out, self.actions_.devices, self.actions_.join)
        for action in (*with_account, self.actions_.share_notebook, self.actions_.share_note):
            self.account.signed_in.connect(action.setEnabled)
            action.setEnabled(False)

    def _sort_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        texts: dict[Order, str] = {
            "updated": self.tr("Last edited first"),
            "created": self.tr("Newest first"),
            "title": self.tr("By title"),
        }
        chosen = self._settings.get("sort", "updated")
        for order, text in texts.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setActionGroup(group)
            action.setChecked(order == chosen)
            action.triggered.connect(lambda _=False, order=order: self._sort(order))
            if order == chosen:
                self.browsing.notes.order = order
        return menu

    # ---- beginning and end ------------------------------------------------------------------------------

    def begin_beside(self, note: str) -> None:
        """The library is open and other windows are there: show a note alone, or ("") the whole library."""
        self._workspace.shelf_changed.emit(self._workspace.shelf)
        self._bridge.call(lambda library: client_of(library).status(), self.status.take)
        self.panes.want(self.sidebar, not note)
        self.panes.want(self.pane, not note)
        resize_within_screen(self, *(ALONE_SIZE_PX if note else SIZE_PX))
        self.browsing.show_place(Scope())
        if note:
            self.browsing.open(note, write=True)
        else:
            self.browsing.show_nothing()

    def _ask_window(self) -> None:
        if self.browsing.note is not None and not self.browsing.note.draft:
            self.window_asked.emit(self.browsing.note.id)

    def _begin(self) -> None:
        """The library is open: show the last note first, then the list."""
        last = self._settings.get("last_note", "")
        scope = Scope.from_text(self._settings.get("place", ""))
        if last:
            self._workspace.open(last, self.browsing.show_note, lambda error: self._begin_first())
            self.view.focus_text()
        self.browsing.show_place(scope)
        if not last:
            self._begin_first()
        wanted = self._settings.get(SIGN_IN, {})
        if wanted:
            self._settings.set(SIGN_IN, None)
            self.account.ask_first_sign_in(wanted)

    def _begin_first(self) -> None:
        """No note was open, or it is gone: in an empty library an editable one is on screen."""
        if not any(row.notes for row in self._workspace.shelf.notebooks):
            self.first_steps.begin()
        else:
            self.browsing.show_nothing()

    def _restore_looks(self) -> None:
        resize_within_screen(self, *SIZE_PX)
        restore_looks(self, self.panes, self._settings)
        self.panes.want(self.sidebar, bool(self._settings.get("sidebar", True)))
        self._show_panes()
        self._show_mode()
        self._appearance.changed.connect(self._show_mode)

    def remember(self) -> None:
        """Keep size, panes, place and note for the next start; what a further window shows is not kept."""
        if self._alone is not None:
            return
        note = self.browsing.note
        keep_looks(self, self.panes, self._settings)
        self._settings.set("sidebar", self.panes.wants(self.sidebar))
        self._settings.set("place", self.browsing.scope.to_text())
        self._settings.set("recent", self.recents.ids or None)
        self._settings.set("last_note", note.id if note is not None and not note.draft else "")

    def changeEvent(self, event: QEvent) -> None:
        """Coming to the front, ask the server for news; going to the back, let it have what waits."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self._workspace.is_ready:
            self.account.come_back() if self.isActiveWindow() else self.account.send_now()
            self.status.show_again()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Everything typed is stored already: close at once, the rest happens without a window."""
        self.view.settle()
        self.looking.leave()
        self.remember()
        for dialog in self.findChildren(QDialog):
            dialog.close()
            dialog.hide()  # one that shows a job which is being stopped
        super().closeEvent(event)
        self.hide()
        if self._alone is not None:
            # The first window stays as it is until the end; this one goes for good.
            self.browsing.show_nothing()
        self.closed.emit()

    def show_unopened(self, error: Exception) -> None:
        """The library stays shut: say why, and what can be done."""
        damaged = isinstance(error, StoreUnavailable) and error.reason in DAMAGED
        self.view.show_nothing(
            "triangle-alert",
            self.tr("The library cannot be opened"),
            sentence(error),
            self.tr("Recover…") if damaged else self.tr("Quit"),
            partial(self.recovery_asked.emit, sentence(error)) if damaged else self._quit,
        )
        self.sidebar.setEnabled(False)
        self.pane.setEnabled(False)

    def _quit(self) -> None:
        self.quit_asked.emit()

    def raise_window(self) -> None:
        """Come to the front: somebody started the program again."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        QApplication.alert(self)

    # ---- commands ---------------------------------------------------------------------------------------

    def _note_shown(self, note: OpenNote | None) -> None:
        actions = self.actions_
        for action in (actions.pin, actions.tag, actions.move_to, actions.trash):
            action.setEnabled(note is not None)
        if note is not None:
            self.recents.note_shown(note.id)
        row = self.browsing.row(note.id) if note is not None else None
        self.actions_.restore.setEnabled(row is not None and row.trashed_ms is not None)

    def _undo(self) -> None:
        """What was done last: a move while its toast is there, and in the text what was written."""
        focus = self.focusWidget()
        if self.toast.can_undo and not (focus is not None and self.view.isAncestorOf(focus)):
            self.toast.undo()
        else:
            self.view.undo()

    def _toggle_pin(self) -> None:
        ids = self.browsing.targets()
        rows = [row for row in map(self.browsing.row, ids) if row is not None]
        self._workspace.set_pinned(ids, not all(row.pinned for row in rows))

    def _export(self) -> None:
        shown = self.view.note
        self.transfer.ask_export(shown.id if shown is not None else None)

    def _go_to(self, pane: QWidget, control: QWidget) -> None:
        self.panes.call(pane)
        control.setFocus()

    def _go_to_search(self) -> None:
        self._go_to(self.pane, self.pane.search)
        self.pane.search.selectAll()

    def _show_about(self) -> None:
        AboutDialog(self, self._workspace.model.MODEL, Profile(self._settings.folder).library).show()

    def _show_preferences(self) -> None:
        dialog = PreferencesDialog(self, self._appearance, self._settings)
        dialog.spelling_chosen.connect(self.view.edit.spelling.set_enabled)
        self.account.ask_driver(dialog.syncing)
        dialog.show()

    def _show_shortcuts(self) -> None:
        from app.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog(self, self._appearance, self.shortcuts, self._menus()).show()

    @property
    def has_lists(self) -> bool:
        """Whether it is a window of the whole library, and not of one note."""
        return self.panes.wants(self.pane)

    def _show_panes(self) -> None:
        self.actions_.show_sidebar.setChecked(not self.sidebar.isHidden())

    def _show_mode(self) -> None:
        self.actions_.modes[self._appearance.mode].setChecked(True)

    def _choose_mode(self, mode: Mode) -> None:
        self._appearance.set_mode(mode)
        self._settings.set("theme", mode)

    def _sort(self, order: Order) -> None:
        self._settings.set("sort", order)
        self.browsing.sort(order)

    def _show_note_menu(self, note_ids: list[str], at: QPoint) -> None:
        rows = [row for row in map(self.browsing.row, note_ids) if row is not None]
        self.actions_.restore.setEnabled(any(row.trashed_ms is not None for row in rows))
        self.adornments.offer()
        self.actions_.note_menu(self.adornments.colour_menus(note_ids)).popup(at)

    def _share_notebook(self) -> None:
        notebook = self.sidebar.current_scope().notebook or self.browsing.target_notebook()
        self.sharing.ask_share(notebook, self._workspace.shelf.name_of(notebook or ""))

    def _share_note(self) -> None:
        note = next(iter(self.browsing.targets()), None)
        row = self.browsing.row(note) if note is not None else None
        self.sharing.ask_share_note(note, (row.title or row.preview[:80]) if row is not None else "")

    def _show_place_menu(self, scope: Scope | None, at: QPoint) -> None:
        kind = scope.kind if scope is not None else None
        if scope is not None:
            self.browsing.show_place(scope)
        share = kind in (Kind.NOTEBOOK, Kind.FOLDER)
        self.actions_.place_menu(rename=share or kind is Kind.TAG, share=share).popup(at)

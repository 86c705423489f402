"""The style sheet, written from the tones."""

from ganstudio.gui.theme.tokens import RADIUS, SMALL_PX, Tones


def style_sheet(tones: Tones) -> str:
    """The style sheet that every part of the window wears, for one set of tones."""
    return "\n".join((_surfaces(tones), _text(tones), _buttons(tones), _fields(tones), _lists(tones), _rest(tones)))


def _surfaces(t: Tones) -> str:
    return f"""
    #surface-base {{ background: {t.base}; }}
    #surface-raised {{ background: {t.raised}; }}
    #topbar {{ background: {t.raised}; border: none; border-bottom: 1px solid {t.line}; }}
    #modelline {{ background: {t.base}; border: none; border-bottom: 1px solid {t.line}; }}
    #tabstrip {{ background: {t.base}; border: none; border-bottom: 1px solid {t.line}; }}
    #offer {{ background: {t.accent_soft}; border: 1px solid {t.accent}; border-radius: {RADIUS}px; }}
    #statusline {{ background: {t.raised}; border: none; border-top: 1px solid {t.line}; }}
    #dock-left {{ background: {t.raised}; border: none; }}
    #dock-right {{ background: {t.raised}; border: none; }}
    #shelf {{ background: {t.raised}; border: none; }}
    #notice {{ background: {t.backdrop}; border: none; }}
    #section {{ background: {t.raised}; border: none; border-bottom: 1px solid {t.line}; }}
    #overlay {{ background: {t.raised}; border: 1px solid {t.line_strong}; border-radius: {RADIUS}px; }}
    #banner {{ background: {t.danger_soft}; border: 1px solid {t.danger}; border-radius: {RADIUS}px; }}
    #drophint {{ border: 1px dashed {t.line_strong}; border-radius: {RADIUS}px; color: {t.muted}; padding: 8px; }}
    #card {{ background: {t.field}; border: 1px solid {t.line}; border-radius: {RADIUS}px; }}
    #card:hover {{ border-color: {t.line_strong}; }}
    #card[current="true"] {{ background: {t.accent_soft}; border-color: {t.accent}; }}
    #card:focus {{ border: 2px solid {t.accent}; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
    """


def _text(t: Tones) -> str:
    return f"""
    QLabel {{ background: transparent; border: none; }}
    QLabel[tone="muted"] {{ color: {t.muted}; }}
    QLabel[tone="small"] {{ color: {t.muted}; font-size: {SMALL_PX}px; }}
    QLabel[tone="strong"] {{ font-weight: 600; }}
    QLabel[tone="title"] {{ font-size: 17px; font-weight: 600; }}
    QLabel[tone="danger"] {{ color: {t.danger}; }}
    QLabel[tone="backdrop"] {{ color: {t.on_backdrop}; }}
    QLabel[tone="backdrop-title"] {{ color: {t.on_backdrop}; font-size: 17px; font-weight: 600; }}
    QToolTip {{ background: {t.field}; color: {t.text}; border: 1px solid {t.line_strong}; padding: 5px 7px; }}
    """


def _buttons(t: Tones) -> str:
    return f"""
    QPushButton, QToolButton {{ background: {t.field}; border: 1px solid {t.line}; border-radius: {RADIUS}px;
        padding: 3px 10px; min-height: 20px; outline: none; }}
    QPushButton:hover, QToolButton:hover {{ border-color: {t.line_strong}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {t.accent_soft}; }}
    QPushButton:focus, QToolButton:focus {{ border: 2px solid {t.accent}; padding: 2px 9px; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {t.line_strong}; }}
    QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent};
        font-weight: 600; padding: 5px 16px; }}
    QPushButton[kind="primary"]:focus {{ border: 2px solid {t.text}; padding: 4px 15px; }}
    QPushButton[kind="primary"]:disabled {{ background: {t.field}; color: {t.line_strong}; border-color: {t.line}; }}
    QToolButton[kind="quiet"], QPushButton[kind="quiet"] {{ background: transparent; border: 1px solid transparent;
        padding: 3px; }}
    QToolButton[kind="quiet"]:hover, QPushButton[kind="quiet"]:hover {{ background: {t.field};
        border-color: {t.line}; }}
    QToolButton[kind="quiet"]:checked {{ background: {t.accent_soft}; border-color: {t.accent}; }}
    QToolButton[kind="quiet"]:focus, QPushButton[kind="quiet"]:focus {{ border: 2px solid {t.accent};
        padding: 2px; }}
    QPushButton[kind="tab"] {{ background: transparent; border: 1px solid transparent; color: {t.muted};
        font-weight: 600; padding: 3px 10px; }}
    QPushButton[kind="tab"]:checked {{ background: {t.accent_soft}; color: {t.text}; }}
    QPushButton[kind="tab"]:focus {{ border: 2px solid {t.accent}; padding: 2px 9px; }}
    QPushButton[kind="search"] {{ color: {t.muted}; text-align: left; padding: 3px 10px; }}
    QPushButton[kind="link"] {{ background: transparent; border: 1px solid transparent; color: {t.accent};
        padding: 3px 4px; text-align: left; }}
    QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
    QPushButton[kind="link"]:focus {{ border: 2px solid {t.accent}; padding: 2px 3px; }}
    QPushButton[kind="keys"] {{ background: {t.field}; border: 1px solid {t.line}; color: {t.muted};
        text-align: left; padding: 1px 8px; min-height: 18px; }}
    QPushButton[kind="keys"]:hover {{ border-color: {t.line_strong}; color: {t.text}; }}
    QPushButton[kind="keys"]:focus {{ border: 2px solid {t.accent}; padding: 0 7px; }}
    QPushButton[kind="header"] {{ background: transparent; border: 1px solid transparent; text-align: left;
        font-weight: 600; padding: 3px 0; }}
    QPushButton[kind="header"]:focus {{ border: 2px solid {t.accent}; padding: 2px 0 2px -1px; }}
    QPushButton[kind="fold"] {{ background: transparent; border: 1px solid transparent; text-align: left;
        padding: 3px 0; }}
    QPushButton[kind="fold"]:hover {{ color: {t.accent}; }}
    QPushButton[kind="fold"]:focus {{ border: 2px solid {t.accent}; padding: 2px 0 2px -1px; }}
    QPushButton[kind="model"] {{ background: transparent; border: 1px solid transparent; font-weight: 600;
        padding: 2px 8px; }}
    QPushButton[kind="model"]:hover {{ background: {t.field}; border-color: {t.line}; }}
    QPushButton[kind="model"]:focus {{ border: 2px solid {t.accent}; padding: 1px 7px; }}
    QToolButton::menu-indicator, QPushButton::menu-indicator {{ image: none; width: 0; }}
    QTabBar {{ background: transparent; outline: none; }}
    QTabBar::tab {{ background: transparent; color: {t.muted}; border: 1px solid transparent; padding: 4px 4px 4px 10px;
        min-height: 22px; border-top-left-radius: {RADIUS}px; border-top-right-radius: {RADIUS}px; }}
    QTabBar::tab:hover {{ color: {t.text}; }}
    QTabBar::tab:selected {{ background: {t.raised}; border-color: {t.line}; border-bottom-color: {t.raised};
        color: {t.text}; }}
    QTabBar::tab:focus {{ border: 2px solid {t.accent}; }}
    #choice {{ background: {t.base}; border: 1px solid {t.line}; border-radius: {RADIUS}px; }}
    #choice QPushButton {{ background: transparent; border: 1px solid transparent; border-radius: 5px;
        color: {t.muted}; padding: 2px; }}
    #choice QPushButton:hover {{ color: {t.text}; }}
    #choice QPushButton:checked {{ background: {t.field}; border: 1px solid {t.line_strong}; color: {t.text};
        font-weight: 600; }}
    #choice QPushButton:disabled {{ color: {t.line_strong}; }}
    #choice QPushButton:focus {{ border: 2px solid {t.accent}; padding: 1px; }}
    """


def _fields(t: Tones) -> str:
    return f"""
    QLineEdit, QPlainTextEdit {{ background: {t.field}; border: 1px solid {t.line_strong};
        border-radius: {RADIUS}px; padding: 2px 6px; min-height: 20px; selection-background-color: {t.accent};
        selection-color: {t.on_accent}; placeholder-text-color: {t.muted}; }}
    QLineEdit:focus, QPlainTextEdit:focus {{ border: 2px solid {t.accent}; padding: 1px 5px; }}
    QLineEdit[kind="plain"] {{ border: none; background: transparent; font-size: 15px; }}
    QLineEdit[invalid="true"] {{ border: 2px solid {t.danger}; padding: 1px 5px; }}
    """


def _lists(t: Tones) -> str:
    return f"""
    QListView {{ background: {t.field}; border: 1px solid {t.line}; border-radius: {RADIUS}px; outline: none;
        padding: 2px; }}
    QListView[kind="plain"] {{ background: transparent; border: none; }}
    QListView:focus {{ border: 2px solid {t.accent}; padding: 1px; }}
    QListView[kind="plain"]:focus {{ border: none; padding: 2px; }}
    QListView::item {{ min-height: 26px; padding: 0 6px; border-radius: 4px; color: {t.text}; }}
    QListView[kind="strip"] {{ font-size: {SMALL_PX}px; }}
    QListView[kind="strip"]::item {{ padding: 0 2px; }}
    QListView::item:hover {{ background: {t.base}; }}
    QListView::item:selected {{ background: {t.accent_soft}; color: {t.text}; }}
    QMenu {{ background: {t.raised}; border: 1px solid {t.line_strong}; padding: 4px; }}
    QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {t.accent_soft}; color: {t.text}; }}
    QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}
    """


def _rest(t: Tones) -> str:
    return f"""
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle {{ background: {t.line}; border-radius: 3px; margin: 2px; }}
    QScrollBar::handle:hover {{ background: {t.line_strong}; }}
    QScrollBar::handle:vertical {{ min-height: 32px; }}
    QScrollBar::handle:horizontal {{ min-width: 32px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QProgressBar {{ background: {t.base}; border: 1px solid {t.line_strong}; border-radius: 4px; height: 8px;
        max-height: 8px; min-height: 8px; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
    """

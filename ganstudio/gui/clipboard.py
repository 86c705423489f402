"""Pictures on the clipboard, with the recipe that brings their state back."""

from pathlib import Path

from PyQt6.QtCore import QByteArray, QMimeData
from PyQt6.QtGui import QImage

from ganstudio.core.document import Document
from ganstudio.core.frame import Problem
from ganstudio.gui.drop import dropped_files
from ganstudio.studio.opening import open_file
from ganstudio.studio.recipe_file import recipe_of
from ganstudio.studio.recipes import paste_recipe
from ganstudio.studio.session import Session

RECIPE_MIME = "application/x-ganstudio-recipe"
NOTHING = (
    "The clipboard holds no picture of GAN Studio and no file; copy a picture here with Ctrl+C first, or drop the "
    "exported file on the window."
)


def picture_data(picture: QImage, document: Document, session: Session) -> QMimeData:
    """A picture as other programs take it, with its recipe for this one."""
    data = QMimeData()
    data.setImageData(picture)
    data.setData(RECIPE_MIME, QByteArray(recipe_of(document, session.store)))
    return data


def paste_data(data: QMimeData | None, session: Session) -> None:
    """Open a recipe, or files; else say what could be pasted."""
    if data is not None and data.hasFormat(RECIPE_MIME):
        paste_recipe(session, data.data(RECIPE_MIME).data())
        return
    files: tuple[Path, ...] = dropped_files(data)
    if files:
        open_file(session, files[0])
    else:
        session.failed.emit(Problem(NOTHING))

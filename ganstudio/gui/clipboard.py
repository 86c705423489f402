"""Pictures on the clipboard, with the recipe that brings their state back."""

from pathlib import Path

from PyQt6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PyQt6.QtGui import QImage

from ganstudio.core.document import Document
from ganstudio.core.frame import Problem
from ganstudio.gui.drop import dropped_files
from ganstudio.studio.opening import open_file, open_pasted
from ganstudio.studio.recipe_file import recipe_of
from ganstudio.studio.recipes import paste_recipe
from ganstudio.studio.session import Session

RECIPE_MIME = "application/x-ganstudio-recipe"
NOTHING = "The clipboard holds no picture and no file; copy a picture here or in another program first, then paste it."


def picture_data(picture: QImage, document: Document, session: Session) -> QMimeData:
    """A picture as other programs take it, with its recipe for this one."""
    data = QMimeData()
    data.setImageData(picture)
    data.setData(RECIPE_MIME, QByteArray(recipe_of(document, session.store)))
    return data


def paste_data(data: QMimeData | None, session: Session) -> None:
    """Open a recipe, files, or another program's picture as a photo; else say what could be pasted."""
    if data is not None and data.hasFormat(RECIPE_MIME):
        paste_recipe(session, data.data(RECIPE_MIME).data())
        return
    files: tuple[Path, ...] = dropped_files(data)
    picture = QImage(data.imageData()) if data is not None and data.hasImage() else QImage()
    if files:
        open_file(session, files[0])
    elif not picture.isNull():
        open_pasted(session, png_of(picture))
    else:
        session.failed.emit(Problem(NOTHING))


def png_of(picture: QImage) -> bytes:
    """Return a picture as a PNG file's bytes."""
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    return bytes(held.data())

"""A page in one of its languages: what is marked as the other's is left out, all else stands as it was."""

from html.parser import HTMLParser

from markupsafe import escape

_VOID = frozenset(("br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"))
_OTHERS = {"en": frozenset(("ar", "ar-text")), "ar": frozenset(("en", "en-text"))}


def one_language(page: str, language: str) -> str:
    """The page without the elements of the other language.

    >>> one_language('<p><span class="en">One</span><span class="ar">واحد</span> &lt;1&gt;</p>', "en")
    '<p><span class="en">One</span> &lt;1&gt;</p>'
    """
    reader = _Reader(_OTHERS[language])
    reader.feed(page)
    reader.close()
    return "".join(reader.kept)


class _Reader(HTMLParser):
    """Copies what it reads, but for elements of one of those classes."""

    def __init__(self, left_out: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self._left_out = left_out
        self._depth = 0
        """Elements that are open and left out."""

    def handle_decl(self, decl: str) -> None:
        self.kept.append(f"<!{decl}>")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = next((value or "" for name, value in attrs if name == "class"), "")
        if self._depth or self._left_out.intersection(classes.split()):
            self._depth += tag not in _VOID
        else:
            self.kept.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._depth:
            self.kept.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if not self._depth:
            self.kept.append(f"</{tag}>")
        elif tag not in _VOID:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if not self._depth:
            self.kept.append(data if self.cdata_elem else str(escape(data)))

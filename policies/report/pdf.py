"""A page as a PDF in one language: sheets of paper, fonts that come along, nothing fetched, equal bytes."""

import hashlib
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from policies.report.one_language import one_language

if TYPE_CHECKING:
    from weasyprint import Document  # type: ignore[import-untyped]

FONTS = ("Cairo-Regular.ttf", "Cairo-Bold.ttf")
"""What a PDF may load, out of `policies/report/fonts`, and all that it may."""
SCHEME = "bundled:"
SIZES = ("9pt", "8.2pt", "7.4pt", "6.6pt", "5.8pt", "5pt")
"""Sizes of letters that are tried, the largest first, where all has to stand on one sheet."""

_DRAWING = re.compile(r"<svg\b[^>]*>")


class PrintingMissing(Exception):
    """WeasyPrint cannot be loaded: what is missing, and how to have it."""

    def __init__(self, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.mend = mend


def as_pdf(page: str, language: str, *, one_sheet: bool = False) -> bytes:
    """The PDF of a page that was rendered for printing, in one of its languages.

    With `one_sheet`, letters shrink until all stands on one sheet, down to the least that can be read.
    Raises `PrintingMissing` where the system has not what WeasyPrint draws with.
    """
    said = _DRAWING.sub(_styled, one_language(page, language))
    for size in SIZES if one_sheet else SIZES[:1]:
        drawn = _drawn(said, size)
        if not one_sheet or len(drawn.pages) == 1:
            break
    identifier = hashlib.sha256(f"{size} {said}".encode()).digest()[:16]
    made: bytes = drawn.write_pdf(pdf_identifier=identifier)
    return made


def _styled(drawing: re.Match[str]) -> str:
    """A drawing begins with its own style: that of the page does not reach into it on paper."""
    return f"{drawing.group()}<style>{_asset('print-svg.css')}</style>"


def _drawn(page: str, size: str) -> "Document":
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
    except OSError as fault:
        raise PrintingMissing(
            f"no PDF can be made: {str(fault).splitlines()[0]}",
            "install Pango (on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)",
        ) from fault
    fetch = _fetcher()
    fonts = FontConfiguration()
    style = CSS(
        string=f":root, body, table {{ font-size: {size} }}" if size != SIZES[0] else "",
        url_fetcher=fetch,
        font_config=fonts,
    )
    document = HTML(string=page, base_url=None, url_fetcher=fetch)
    return document.render(stylesheets=[style], font_config=fonts)


def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

    class Bundled(URLFetcher):  # type: ignore[misc]
        """Gives the fonts that come along; refuses all else, whatever names it."""

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            name = url.removeprefix(SCHEME)
            if not url.startswith(SCHEME) or name not in FONTS:
                raise ValueError(f"nothing but the bundled fonts is loaded, and this is none: {url[:200]}")
            content = files("policies.report").joinpath("fonts", name).read_bytes()
            return URLFetcherResponse(url, content, {"Content-Type": "font/ttf"})

    return Bundled(allowed_protocols=(SCHEME.rstrip(":"),), allow_redirects=False)


def _asset(name: str) -> str:
    return files("policies.report").joinpath("templates", name).read_text("utf-8")

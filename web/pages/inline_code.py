"""Plain text with `code` between backticks as HTML."""

import re

from markupsafe import Markup, escape

_CODE = re.compile(r"(`{1,2})(?P<code>[^`]+)\1")
_AS_HTML = r'<code class="code">\g<code></code>'


def render_inline_code(text: str | None) -> Markup:
    """The text as safe HTML; text between (double) backticks becomes ``<code>``."""
    return Markup(_CODE.sub(_AS_HTML, str(escape(text or ""))))  # noqa: S704  escaped before

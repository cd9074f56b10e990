"""Code between backticks is shown as code, and markup in a text stays text."""

import pytest

from web.pages.inline_code import render_inline_code


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Every answer repeats `at`.", 'Every answer repeats <code class="code">at</code>.'),
        ("``periods`` has them.", '<code class="code">periods</code> has them.'),
        ("`a` and `b`", '<code class="code">a</code> and <code class="code">b</code>'),
        ("one ` alone", "one ` alone"),
        ("`<b>` & more", '<code class="code">&lt;b&gt;</code> &amp; more'),
        (None, ""),
    ],
)
def test_code_spans(text: str | None, html: str) -> None:
    assert str(render_inline_code(text)) == html

"""What a style sheet asks for, and the sheet with other addresses."""

import time

import pytest

from bot.assets.css import is_for, references, rewritten


def asked(css):
    return [(one.kind.value, one.url) for one in references(css)]


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ('a{background:url( "c d.png" )}', [("picture", "c d.png")]),
        ("a{b:URL(x.png),url('y.png')}", [("picture", "x.png"), ("picture", "y.png")]),
        (r"a{b:url(e\29 .png)}", [("picture", "e).png")]),
        (r'a{b:url("q\".png")}', [("picture", 'q".png')]),
        ('@import "a.css" screen;', [("sheet", "a.css")]),
        ("@import url(a.css);b{c:url(d)}", [("sheet", "a.css"), ("picture", "d")]),
        ("/* url(no) */ a{b:c}", []),
        ('a{content:"url(no)"}', []),
        ("a{b:url(data:image/png;base64,AA==);c:url(#d)}", []),
        ("@namespace url(http://ns);", []),
        (
            'a{b:image-set("1.png" type("image/png") 1x,url(2.png) 2x);c:url(d)}',
            [("picture", "1.png"), ("picture", "d")],
        ),
        ("a{b:url(", []),
    ],
)
def test_a_sheet_asks_for_what_a_browser_would_ask_for(css, expected):
    assert asked(css) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "url(a.eot);src:url(a.eot?#x) format('embedded-opentype'),url(a.woff)",
            "a.woff",
        ),
        ("url(a.ttf),url(a.woff2),url(a.woff)", "a.woff2"),
        ("local(x),url(a) format('woff2-variations'),url(b.woff)", "a"),
        ("url(data:font/woff2;base64,AA==)", None),
        ("url(a.svg#f) format(svg)", None),
    ],
)
def test_of_a_font_s_files_one_is_asked_for(source, expected):
    found = asked(f"@font-face{{font-family:X;src:{source}}}a{{b:url(p.png)}}")
    assert found == [("font", expected)] * bool(expected) + [("picture", "p.png")]


@pytest.mark.parametrize(
    ("characters", "expected"),
    [
        ("U+0-FF", True),
        ("U+4??", False),
        ("U+400-4FF, U+62", True),
        ("u+263A", False),
        ("u+f003", True),
        ("whatever", True),
    ],
)
def test_a_font_is_for_the_characters_of_its_range(characters, expected):
    face = f"@font-face{{src:url(a.woff2);unicode-range:{characters};}}"
    [font] = references(face)
    assert not font.characters or is_for(font.characters, sorted(b"abc")) is expected


def test_a_rewritten_sheet_has_every_address_in_full_and_no_comment():
    css = '/*x*/@import "a.css";a{b:url(c.png);content:"/*"}@namespace url(n);'
    assert rewritten(css, lambda url: f"http://h/{url}") == (
        ' @import url("http://h/a.css");a{b:url("http://h/c.png");content:"/*"}'
        "@namespace url(n);"
    )


def test_no_address_gets_out_of_its_quotes():
    assert rewritten("a{b:url(x)}", lambda _: 'y")}evil{z:url("') == (
        'a{b:url("y%22%29}evil{z:url%28%22")}'
    )


@pytest.mark.parametrize(
    "piece",
    ["url(", 'url("', "url( ", '"', "/*", "@import ", "@font-face{", "\\", "format("],
)
def test_half_a_megabyte_of_anything_is_read_in_well_under_a_second(piece):
    css = f"a{{b:c}}{piece * (500_000 // len(piece))}"
    before = time.monotonic()
    list(references(css))
    rewritten(css, str)
    assert time.monotonic() - before < 1

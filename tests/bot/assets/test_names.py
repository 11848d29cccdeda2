"""Which assets events name: in every place that the viewer shows them from."""

import pytest

from bot.assets.names import Names, chosen, named
from bot.recording.rrweb import RrwebEvent
from tests import recorded


def event(kind, data):
    return RrwebEvent("w", {"type": kind, "timestamp": 1, "data": data})


def found(*events):
    names = Names()
    return [
        (asset.kind.value, asset.url)
        for one in events
        for place, text in names.places(one)
        for asset in named(place, text)
    ]


def page(tag, attributes, *children):
    node = {"type": 2, "id": 2, "tagName": tag, "attributes": attributes}
    node["childNodes"] = list(children)
    return event(2, {"node": {"type": 0, "id": 1, "childNodes": [node]}})


def changed(source, data):
    return event(3, {"source": source, **data})


def test_a_real_recording_names_its_assets():
    names = set(found(*recorded.events("checkout")))
    shop = "http://shop.acme.test"
    assert names == {
        ("sheet", "http://cdn.acme.test/promo.css"),
        ("font", f"{shop}/inter.woff2"),
        *(("picture", f"{shop}/img/product{n}.jpg") for n in range(4)),
        *(
            ("picture", f"{shop}/img/{name}.png")
            for name in ("bg", "hero", "missing-banner")
        ),
    }


PNG = [("picture", "a.png")]


@pytest.mark.parametrize(
    ("tag", "attributes", "expected"),
    [
        ("img", {"src": " a.png "}, PNG),
        ("IMG", {"SRC": "a.png"}, PNG),
        ("img", {"srcset": "a.png 1x, b.png 2x"}, PNG),
        ("input", {"src": "a.png"}, PNG),
        ("video", {"poster": "a.png", "src": "v.mp4"}, PNG),
        ("body", {"background": "a.png"}, PNG),
        ("image", {"xlink:href": "a.png"}, PNG),
        ("image", {"href": "a.png"}, PNG),
        ("div", {"style": "background:url(a.png)"}, PNG),
        ("style", {"_cssText": "b{c:url(a.png)}"}, PNG),
        ("link", {"_cssText": "b{c:url(a.png)}", "rel": "stylesheet"}, PNG),
        ("link", {"rel": "StyleSheet", "href": "a.css"}, [("sheet", "a.css")]),
        ("link", {"rel": "alternate stylesheet", "href": "a.css"}, []),
        ("link", {"rel": "preload", "href": "a.css"}, []),
        ("img", {"src": "data:image/png;base64,AA=="}, []),
        ("script", {"src": "a.js"}, []),
        ("iframe", {"src": "a.html"}, []),
        ("use", {"href": "a.svg#b"}, []),
        ("a", {"href": "a.png"}, []),
        ("img", {"src": 5, "srcset": None}, []),
    ],
)
def test_an_element_names_what_is_shown_of_it(tag, attributes, expected):
    assert found(page(tag, attributes)) == expected


def test_a_style_element_s_text_is_a_sheet_and_other_text_is_not():
    text = {"type": 3, "id": 3, "textContent": "b{c:url(a.png)}"}
    assert found(page("style", {}, text)) == PNG
    assert found(page("p", {}, text)) == []
    assert found(page("p", {}, text | {"isStyle": True})) == PNG


def test_a_change_is_read_as_what_it_changes():
    change = lambda **attributes: changed(  # noqa: E731
        0, {"attributes": [{"id": 2, "attributes": attributes}]}
    )
    assert found(page("img", {}), change(src="a.png")) == PNG
    assert found(page("iframe", {}), change(src="a.html")) == []
    link = page("link", {"rel": "stylesheet"})
    assert found(link, change(href="a.css")) == [("sheet", "a.css")]
    style = {"background": ["url(a.png)", "important"], "color": "red"}
    assert found(change(style=style)) == PNG
    text = {"type": 3, "id": 3, "textContent": "x{}"}
    texts = changed(0, {"texts": [{"id": 3, "value": "b{c:url(a.png)}"}]})
    assert found(page("style", {}, text), texts) == PNG
    assert found(page("p", {}, text), texts) == []


@pytest.mark.parametrize(
    ("source", "data"),
    [
        (0, {"adds": [{"node": {"tagName": "img", "attributes": {"src": "a.png"}}}]}),
        (8, {"adds": [{"rule": "b{c:url(a.png)}"}]}),
        (8, {"replaceSync": "b{c:url(a.png)}"}),
        (13, {"set": {"property": "c", "value": "url(a.png)"}}),
        (15, {"styles": [{"rules": [{"rule": "b{c:url(a.png)}"}]}]}),
    ],
)
def test_later_events_name_assets_too(source, data):
    assert found(changed(source, data)) == PNG


def test_a_font_that_a_script_loads_is_a_font():
    font = {"family": "X", "fontSource": "url(a.woff2)", "buffer": False}
    assert found(changed(10, font)) == [("font", "a.woff2")]
    assert found(changed(10, font | {"buffer": True})) == []


@pytest.mark.parametrize(
    "data", [None, 5, [], {"node": 5}, {"node": {"childNodes": [None, {"id": []}]}}]
)
def test_an_event_of_another_shape_names_nothing(data):
    assert found(event(2, data), changed(0, {"adds": 5, "texts": [[]]})) == []


def test_a_page_may_nest_deeper_than_python_calls():
    node = {"tagName": "img", "attributes": {"src": "a.png"}}
    for _ in range(5000):
        node = {"tagName": "div", "childNodes": [node]}
    assert found(event(2, {"node": node})) == PNG


@pytest.mark.parametrize(
    ("srcset", "expected"),
    [
        ("a.png", "a.png"),
        ("a.png, b.png 2x", "a.png"),
        ("b.png 2x, a.png 1x", "a.png"),
        ("b.png 2x, c.png 3x", "b.png"),
        ("a.png 300w, b.png 900w, c.png 2000w", "b.png"),
        ("a.png 300w, b.png 500w", "b.png"),
        ("https://a/x,y.png 1x", "https://a/x,y.png"),
        (" , ", ""),
    ],
)
def test_of_a_set_the_candidate_for_an_ordinary_screen_is_chosen(srcset, expected):
    assert chosen(srcset) == expected

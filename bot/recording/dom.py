"""A recorded page as it stands: one full snapshot, and the changes made to it.

Mirrors what rrweb's replayer does with mutations (``applyMutation`` of @rrweb/replay),
so that the page of any moment can be written as one full snapshot again, without what
was on it before. What a snapshot cannot say is left to ``state``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

from bot.recording.nodes import (
    DOCTYPE,
    DOCUMENT,
    ELEMENT,
    Node,
    change_attributes,
    dicts,
    is_inside,
    is_text,
    set_texts_of_style,
)

# Readers and writers of JSON give up on deeper ones; real pages have some thirty.
_MAX_LEVELS = 100
# Where a document's root and doctype are, and a text field's text.
_FIRST_FEW = 16
_CHECKABLE = ("checkbox", "radio")


class Page:
    """The nodes of one window by id; ``snapshot`` writes them as they stand."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._nodes: dict[int, Node] = {}
        offset = data.get("initialOffset")
        self.offset: dict[str, Any] = offset if isinstance(offset, dict) else {}
        self.root = self._build(data.get("node"))

    def get(self, node_id: Any) -> Node | None:
        return self._nodes.get(node_id) if isinstance(node_id, int) else None

    def nodes(self) -> Iterator[Node]:
        """All nodes, parents first, siblings in order."""
        if self.root is None:
            return
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(list(node.children())))

    def _build(self, tree: Any) -> Node | None:
        """The nodes of a serialized tree, or None where it is none."""
        root = self._made(tree)
        waiting = [(root, tree)] if root else []
        while waiting:
            parent, serialized = waiting.pop()
            for child in dicts(serialized.get("childNodes")):
                node = self._made(child)
                if node is not None:
                    parent.insert(node, None)
                    waiting.append((node, child))
        return root

    def _made(self, serialized: Any) -> Node | None:
        if not isinstance(serialized, dict) or not isinstance(
            serialized.get("id"), int
        ):
            return None
        known = self._nodes.get(serialized["id"])
        if known is not None:
            self._forget(known)
        node = self._nodes[serialized["id"]] = Node(_own(serialized))
        return node

    def _forget(self, node: Node) -> None:
        node.detach()
        waiting = [node]
        while waiting:
            gone = waiting.pop()
            if self._nodes.get(gone.id) is gone:
                del self._nodes[gone.id]
            waiting.extend(gone.children())

    def mutate(self, data: dict[str, Any]) -> None:
        """Removes, then adds, texts and attributes, as the replayer does."""
        for one in dicts(data.get("removes")):
            node, parent = self.get(one.get("id")), self.get(one.get("parentId"))
            if node is not None and parent is not None:
                set_texts_of_style(parent, node)
                self._forget(node)
        self._add_all(dicts(data.get("adds")))
        for one in dicts(data.get("texts")):
            node = self.get(one.get("id"))
            if node is not None:
                if node.parent is not None:
                    set_texts_of_style(node.parent, node)
                node.own["textContent"] = one.get("value")
        for one in dicts(data.get("attributes")):
            node, changes = self.get(one.get("id")), one.get("attributes")
            if node is not None and isinstance(changes, dict):
                change_attributes(node, changes)

    def _add_all(self, adds: Iterator[dict[str, Any]]) -> None:
        """What comes before its parent or its next sibling waits for that."""
        waiting: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for given in adds:
            ready = [given]
            while ready:
                add = ready.pop()
                missing = next(
                    (
                        one
                        for one in (add.get("parentId"), add.get("nextId"))
                        if isinstance(one, int) and one != -1 and not self.get(one)
                    ),
                    None,
                )
                if missing is not None:
                    waiting[missing].append(add)
                    continue
                node = self._add(add)
                if node is not None and node.id in waiting:
                    ready.extend(reversed(waiting.pop(node.id)))

    def _add(self, add: dict[str, Any]) -> Node | None:
        parent, serialized = self.get(add.get("parentId")), add.get("node")
        if parent is None or not isinstance(serialized, dict):
            return None
        known = self.get(serialized.get("id"))
        if known is not None and is_inside(parent, known):
            return None
        if known is not None and known.own == _own(serialized):
            known.detach()  # moved, with what is in it
            node: Node | None = known
        elif serialized.get("type") == DOCUMENT:
            # Only a frame's document comes with its children; others' are added each.
            node = self._build(serialized)
        else:
            node = self._made(serialized)
        if node is None:
            return None
        if serialized.get("isShadow"):
            parent.own["isShadowHost"] = True
        _make_room(parent, node)
        previous = self.get(add.get("previousId"))
        before = self.get(add.get("nextId"))
        if previous and previous.parent is parent and previous.next:
            before = previous.next
        set_texts_of_style(parent, node)
        parent.insert(node, before if before and before.parent is parent else None)
        set_texts_of_style(parent, node)
        return node

    def enter(self, data: dict[str, Any]) -> bool:
        """What the user wrote, ticked or chose, in the attributes that show it; False
        where no attribute can."""
        node = self.get(data.get("id"))
        attributes = node.own.get("attributes") if node else None
        text = data.get("text")
        if node is None or not isinstance(attributes, dict):
            return False
        if node.tag == "select":
            return _choose(node, text)
        if node.tag == "input" and attributes.get("type") in _CHECKABLE:
            # Any value of this attribute is a tick, false too.
            attributes.pop("checked", None)
            if data.get("isChecked") is True:
                attributes["checked"] = True
            return True
        if node.tag not in ("input", "textarea") or not isinstance(text, str):
            return False
        attributes["value"] = text
        return True

    def snapshot(self) -> tuple[dict[str, Any], list[list[dict[str, Any]]]]:
        """The data of a full snapshot, and lists of additions to make afterwards.

        Documents of frames are added, as recorders do; so are nodes too deep for JSON.
        """
        if self.root is None:
            return {"node": None, "initialOffset": self.offset}, []
        deep: list[dict[str, Any]] = []
        frames: list[tuple[Node, Node]] = []
        top = _written(self.root, deep, frames)
        later = []
        for frame, inside in frames:  # grows while frames hold frames
            later.append([_addition(frame, _written(inside, deep, frames))])
        if deep:
            later.append(deep)
        return {"node": top, "initialOffset": self.offset}, later


def _choose(select: Node, value: Any) -> bool:
    options = [
        option
        for child in select.children()
        for option in (child, *child.children())
        if option.tag == "option" and isinstance(option.own.get("attributes"), dict)
    ]
    chosen = [one for one in options if one.own["attributes"].get("value") == value]
    if len(chosen) != 1:
        return False
    for option in options:
        option.own["attributes"].pop("selected", None)
    chosen[0].own["attributes"]["selected"] = True
    return True


def _written(
    root: Node, deep: list[dict[str, Any]], frames: list[tuple[Node, Node]]
) -> dict[str, Any]:
    top = _bare(root)
    waiting = [(root, top, 0)]
    while waiting:
        node, written, level = waiting.pop()
        for child in node.children():
            if child.own.get("type") == DOCUMENT:
                frames.append((node, child))
                continue
            bare = _bare(child)
            if level < _MAX_LEVELS:
                written["childNodes"].append(bare)
            else:
                deep.append(_addition(node, bare))
            waiting.append((child, bare, level + 1))
    return top


def _own(serialized: dict[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in serialized.items() if key != "childNodes"}
    if isinstance(own.get("attributes"), dict):
        own["attributes"] = dict(own["attributes"])
    return own


def _bare(node: Node) -> dict[str, Any]:
    # What holds children says so even where it has none.
    if node.first is not None or node.own.get("type") in (DOCUMENT, ELEMENT):
        return {**node.own, "childNodes": []}
    return dict(node.own)


def _addition(parent: Node, written: dict[str, Any]) -> dict[str, Any]:
    return {"parentId": parent.id, "nextId": None, "node": written}


def _make_room(parent: Node, node: Node) -> None:
    """A document has one root and one doctype, and a text field one text."""
    if parent.own.get("type") == DOCUMENT:
        kind = node.own.get("type")
        if kind != DOCTYPE and node.tag != "html":
            return
        same = [
            one
            for one in islice(parent.children(), _FIRST_FEW)
            if one.own.get("type") == kind and one.tag == node.tag
        ]
    elif parent.tag == "textarea" and is_text(node):
        same = list(filter(is_text, islice(parent.children(), _FIRST_FEW)))
    else:
        return
    for one in same:
        one.detach()

"""Pages as somebody without script has them: what they say, and the forms that are drawn on them.

A form takes only what is drawn: a field that is not there, a choice that is not offered and a
required field that was left empty fail the story.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

EMPTY = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input"}
    | {"link", "meta", "source", "track", "wbr"}
)
UNSEEN = frozenset({"script", "style", "head", "template"})


@dataclass
class Control:
    """A field of a form. options: value → words of a select's or a group's choices."""

    name: str
    kind: str
    value: str = ""
    values: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    required: bool = False
    most: int = 0

    def chosen(self, wanted: str) -> str:
        """The value of the choice with this value or these words."""
        if wanted in self.options:
            return wanted
        found = [value for value, words in self.options.items() if wanted and wanted in words]
        assert found, f"{self.name}: {wanted!r} is not among {list(self.options.values())}"
        return found[0]


@dataclass
class Form:
    """A form on a page. inside: the ids of everything that it stands in."""

    action: str
    method: str
    with_files: bool
    inside: frozenset[str]
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def filled(
        self, given: dict[str, Any], button: tuple[str, str] | None = None
    ) -> dict[str, Any]:
        """What a browser sends: what stands in the form, what was filled in, and the button."""
        sent: dict[str, Any] = {}
        for name, control in self.controls.items():
            if control.kind in ("file", "image"):
                continue
            if control.kind in ("checkbox", "radio", "select"):
                sent[name] = list(control.values)
            else:
                sent[name] = [control.value]
        for name, value in given.items():
            assert name in self.controls, f"{self.action}: no field {name!r} in {[*self.controls]}"
            control = self.controls[name]
            values = value if isinstance(value, list) else [value]
            if control.options:
                values = [control.chosen(each) for each in values]
            elif control.kind == "file":
                assert self.with_files, f"{self.action}: files, but the form sends none"
            sent[name] = values
        for name, control in self.controls.items():
            here = [each for each in sent.get(name, []) if each != ""]
            assert here or not control.required, f"{self.action}: {name} is required"
        chosen = button or (self.buttons[0] if self.buttons else None)
        if chosen and chosen[0]:
            sent[chosen[0]] = [chosen[1]]
        return {name: values for name, values in sent.items() if values}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.said: list[str] = []
        self.form: Form | None = None
        self.control: Control | None = None
        self.option: str | None = None
        self.radio: tuple[Control, str] | None = None
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in EMPTY:
            self.open.append((tag, given.get("id", "")))
        if tag in UNSEEN:
            self.unseen += 1
        if tag == "form":
            self.form = Form(
                given.get("action", ""),
                given.get("method", "get"),
                given.get("enctype", "") == "multipart/form-data",
                frozenset(id for _tag, id in self.open if id),
            )
            self.forms.append(self.form)
        elif tag == "a" and given.get("href"):
            self.links.append((given["href"], ""))
        elif self.form is not None:
            self._in_form(tag, given)

    def _in_form(self, tag: str, given: dict[str, str]) -> None:
        assert self.form is not None
        name = given.get("name", "")
        if tag == "button":
            if given.get("type", "submit") == "submit":
                self.form.buttons.append((name, given.get("value", "")))
        elif tag == "option" and self.control is not None:
            self.option = given.get("value", "")
            self.control.options[self.option] = ""
            if "selected" in given:
                self.control.values = [self.option]
        elif tag in ("input", "select", "textarea") and name:
            kind = given.get("type", "text") if tag == "input" else tag
            control = self.form.controls.setdefault(name, Control(name, kind))
            control.required |= "required" in given
            if kind in ("radio", "checkbox"):
                value = given.get("value", "on")
                control.options[value] = ""
                self.radio = (control, value)
                if "checked" in given:
                    control.values.append(value)
            else:
                control.value = given.get("value", "")
            if tag != "input":
                self.control = control

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN and self.unseen:
            self.unseen -= 1
        if tag == "form":
            self.form = None
        elif tag == "select" and self.control is not None:
            if not self.control.values and self.control.options:
                self.control.values = [next(iter(self.control.options))]
            self.control = None
        elif tag == "textarea":
            self.control = None
        elif tag == "option":
            self.option = None
        elif tag == "label":
            self.radio = None
        while self.open:
            last, _id = self.open.pop()
            if last == tag:
                break

    def handle_data(self, data: str) -> None:
        if self.unseen:
            return
        self.said.append(data)
        if self.control is not None and self.option is not None:
            self.control.options[self.option] += data
        elif self.control is not None and self.control.kind == "textarea":
            self.control.value += data
        if self.radio is not None:
            control, value = self.radio
            control.options[value] += data
        if self.links and self.open and any(tag == "a" for tag, _id in self.open):
            href, words = self.links[-1]
            self.links[-1] = (href, words + data)


class Page:
    """A page that was opened: its address, status, words, links and forms."""

    def __init__(self, address: str, status: int, html: str) -> None:
        self.address, self.status, self.html = address, status, html
        reader = _Reader()
        reader.feed(html)
        self.forms = reader.forms
        self.links = [(href, " ".join(words.split())) for href, words in reader.links]
        self.words = re.sub(r"\s+", " ", " ".join(reader.said))

    def form(self, key: str) -> Form:
        """The form of this step, of this id, or that is sent to an address ending so."""
        found = [
            form
            for form in self.forms
            if {f"step-{key}", key} & form.inside or form.action.rstrip("/").endswith(f"/{key}")
        ]
        drawn = [form.action for form in self.forms]
        assert found, f"{self.address}: no form {key!r}; there are {drawn}"
        return found[0]

    def offers(self, key: str) -> bool:
        """Whether there is a form of this step."""
        return any(f"step-{key}" in form.inside for form in self.forms)

    def link(self, part: str) -> str:
        """The first address on the page that holds `part`, in itself or in its words."""
        found = [href for href, words in self.links if part in href or part in words]
        assert found, f"{self.address}: no link {part!r}"
        return found[0]

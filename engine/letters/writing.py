"""A letter from a template that staff edit in Word: its faults, the letter of its fields, or why there is none, go out.

A template prints fields, repeats and leaves out. Nothing else is let through: its expressions are read before any runs,
and what runs does so in a sandbox, where a field without a value stops it.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from engine.errors import InputFault, Location, Problem, fault, nearest, warning
from engine.letters.content import values
from engine.letters.fields import FIELDS, Fields, People, blanks
from engine.letters.matter import KINDS, Matter, stops
from engine.policy.places import shipped
from engine.policy.registry import Registry
from engine.report import timeline_data
from engine.report.decision_page import case_object
from engine.report.formats import json_text
from engine.report.objects import as_json
from engine.report.say import Say
from engine.report.timeline_page import ToldLife

LANG = "fr"  # of the letters: what a fund writes to its doctors
MAX_BYTES, MAX_UNPACKED = 2 << 20, 20 << 20
SHOWN = 60
MADE = (1980, 1, 1, 0, 0, 0)  # of every part of a letter, so that the same inputs give the same bytes
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_PRINTED = re.compile(r"\{\{\s*(\w+(?:\.\w+)?)\s*\}\}")
_ELSEWHERE = re.compile(rb'TargetMode\s*=\s*"External"', re.IGNORECASE)
_MISSHAPEN = (SyntaxError, LookupError, ValueError, TypeError, AttributeError)  # the reader of XML says the first
_HEADERS = (DocxTemplate.HEADER_URI, DocxTemplate.FOOTER_URI)


def environment() -> SandboxedEnvironment:
    """Where templates run: no attribute of Python, texts escaped, a missing field is an error."""
    return SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def faults(path: Path, fields: Fields = FIELDS) -> list[Problem]:
    """What is wrong with a template: its form, its expressions, fields that do not exist; with their places."""
    place = Location(str(path))
    if (unsafe := _unsafe(path)) is not None:
        return [Problem(place, "letter-unsafe", {"reason": unsafe})]
    found: list[Problem] = []
    template = DocxTemplate(str(path))
    try:
        sources = [*_sources(template)]
        cells = (cell.text for table in template.docx.tables for row in table.rows for cell in row.cells)
        paragraphs = [*(paragraph.text for paragraph in template.docx.paragraphs), *cells]  # as a reader sees them
        _ = template.docx.core_properties.comments  # filled in, too
    except _MISSHAPEN as error:
        return [Problem(place, "letter-unsafe", {"reason": str(error)[:SHOWN]})]
    for source in sources:
        try:
            tree = environment().parse(source)
        except TemplateSyntaxError as error:
            found.append(Problem(place, "letter-template", {"text": str(error.message)[:SHOWN]}))
            continue
        for code, text, near in _wrong(tree.body, fields):
            number, tag = _placed(text, paragraphs)
            found.append(Problem(place, code, {"text": tag[:SHOWN], "name": text[:SHOWN], "number": number}, near))
    return found


def printed(path: Path) -> frozenset[str]:
    """The names of the fields that a template prints."""
    return frozenset(name for source in _sources(DocxTemplate(str(path))) for name in _PRINTED.findall(source))


def filled(path: Path, values: Mapping[str, Any], comments: str = "") -> bytes:
    """The letter, as a Word file, of a template whose faults were looked for; ``comments`` are a property of it.

    Raises:
        InputFault: a template that the sandbox stops all the same.
    """
    template = DocxTemplate(str(path))
    try:
        template.render(dict(values), environment(), autoescape=True)
    except TemplateError as error:
        raise fault(Location(str(path)), "letter-template", text=str(error)[:SHOWN]) from None
    template.docx.core_properties.comments = comments
    made = io.BytesIO()
    template.save(made)
    return with_fixed_times(made)


def with_fixed_times(made: io.BytesIO) -> bytes:
    """A Word file whose parts have no time of their own."""
    kept = io.BytesIO()
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(kept, "w") as archive:
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, MADE)
            archive.writestr(entry, parts.read(name), zipfile.ZIP_DEFLATED)
    return kept.getvalue()


def _unsafe(path: Path) -> str | None:
    """Why a file is not opened at all: it is no Word file, is too large, runs, or reaches elsewhere."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return f"> {MAX_BYTES >> 20} MB"
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                return f"> {MAX_UNPACKED >> 20} MB"
            for name in archive.namelist():
                if name.endswith(("vbaProject.bin", ".dotm")) or name.startswith("word/embeddings/"):
                    return name
                if name.endswith(".rels") and _ELSEWHERE.search(archive.read(name)):
                    return f"{name}: TargetMode"
                if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(name):
                    return "DOCTYPE"
            if "word/document.xml" not in archive.namelist():
                return "word/document.xml"
    # NotImplementedError is what zipfile raises for a compression that it lacks.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        return str(error)[:SHOWN]
    return None


def _sources(template: Any) -> Iterator[str]:
    """The template language of the body, headers and footers, as it will run."""
    template.init_docx()
    yield template.patch_xml(template.get_xml())
    for uri in _HEADERS:
        for _, part in template.get_headers_footers(uri):
            yield template.patch_xml(template.get_part_xml(part))


Wrong = tuple[str, str, str | None]  # the code of the message, what is written, and the nearest name


def _wrong(body: Iterable[nodes.Node], scope: Mapping[str, Any]) -> Iterator[Wrong]:
    """What is wrong with the expressions of a template; ``scope`` has the fields that are visible, also of loops."""
    for node in body:
        match node:
            case nodes.Output(nodes=parts):
                for part in parts:
                    if not isinstance(part, nodes.TemplateData):
                        yield from _entry(part, scope, str)[1]
            case nodes.For(target=nodes.Name(name=name), test=None, recursive=False):
                entries, wrong = _entry(node.iter, scope, list)
                yield from wrong
                yield from _wrong([*node.body, *node.else_], {**scope, name: entries and entries[0]})
            case nodes.If(test=test):
                yield from _entry(test.node if isinstance(test, nodes.Not) else test, scope, object)[1]
                yield from _wrong([*node.body, *node.elif_, *node.else_], scope)
            case _:
                yield _refused(node)


def _entry(node: nodes.Node, scope: Mapping[str, Any], wanted: type) -> tuple[Any, Sequence[Wrong]]:
    """The field that an expression names, or None with what is wrong with it; nothing, where that was told before."""
    match node:
        case nodes.Name(name=name):
            path = [name]
        case nodes.Getattr(node=nodes.Name(name=group), attr=name):
            path = [group, name]
        case _:
            return None, [_refused(node)]
    entry: Any = scope
    for name in path:
        if isinstance(entry, Mapping) and name not in entry:
            return None, [("letter-field", ".".join(path), nearest(name, entry))]
        if not isinstance(entry, Mapping):
            return None, [] if entry is None else [_refused(node)]
        entry = entry[name]
    return (entry, []) if entry is None or isinstance(entry, wanted) else (None, [_refused(node)])


def _refused(node: nodes.Node) -> Wrong:
    """An expression that does something, by the first name in it, or by a word for what has none."""
    name = next(iter(node.find_all(nodes.Name)), None)
    return "letter-expression", type(node).__name__ if name is None else name.name, None


def _placed(text: str, paragraphs: Sequence[str]) -> tuple[int, str]:
    """The paragraph where a name stands, and the tag around it."""
    for number, paragraph in enumerate(paragraphs, 1):
        for tag in _TAG.findall(paragraph):
            if text and re.search(rf"(?<![\w.]){re.escape(text)}(?![\w.])", tag):
                return number, tag
    return 0, text


def letters_folder(explicit: str | None, policies: Path) -> Path:
    """The folder of templates: as named, beside the policies, or shipped; raises InputFault: it does not exist."""
    if explicit is not None:
        if not Path(explicit).is_dir():
            raise fault(Location(explicit), "folder-missing")
        return Path(explicit)
    beside = policies.parent / "letters"
    return beside if beside.is_dir() else shipped("letters")


def sender_file(folder: Path) -> Path | None:
    """What the folder of a fund says of the fund itself, for all its letters."""
    return folder / "caisse.yaml" if (folder / "caisse.yaml").is_file() else None


def template_of(kind: str, folder: Path) -> Path:
    """The template of a kind of letter; raises InputFault: the folder has none."""
    path = folder / f"{kind}.docx"
    if not path.is_file():
        raise fault(Location(str(path)), "file-missing")
    return path


def check_letters(folder: Path) -> list[Problem]:
    """What is wrong with the templates of a folder; a kind without a template is left to who asks for it."""
    found = []
    for path in (each for each in sorted(folder.glob("*.docx")) if not each.name.startswith("~$")):  # Word's own mark
        values = {"name": path.stem, "allowed": ", ".join(KINDS)}
        found += faults(path) if path.stem in KINDS else [Problem(Location(str(path)), "letter-kind", values)]
    return found


class LetterFiles(NamedTuple):
    """A letter as a Word file, why it cannot be sent as it is, and the decision that it states with what made it."""

    content: bytes
    lacks: list[Problem]
    record: str


def letter_of(
    kind: str, matter: Matter, registry: Registry, template: Path, *, people: People, place: str
) -> LetterFiles:
    """The letter; ``place`` is the file of the case, for messages.

    What it lacks of people and of the day is marked in it; its record says nothing of the people that it names.

    Raises:
        InputFault: the letter would say more than the decision, or its template is at fault.
    """
    problems = stops(kind, matter, registry, place) or faults(template)
    if problems:
        raise InputFault(problems)
    say, told = Say(registry, LANG), matter.told
    sha = hashlib.sha256(template.read_bytes()).hexdigest()
    origin = {"avenant": version("avenant"), "digest": matter.decision.digest, "template": f"sha256:{sha}"}
    made = " ".join(f"{name} {text}" for name, text in origin.items())
    content = filled(template, values(kind, matter, say, people), made)
    blank, shown = blanks(matter, people), printed(template)
    fields = say.listed(f"{name} ({means})" for name, means in blank.items() if name in shown)
    lacks = [warning(Location(place), "letter-lacks", kind=kind, fields=fields)] if fields else []
    decision = timeline_data.data(told, say) if isinstance(told, ToldLife) else case_object(told, say)
    record = {"kind": kind, **as_json(matter, say, "day year"), **origin, "decision": decision}
    return LetterFiles(content, lacks, json_text(record))

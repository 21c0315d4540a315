"""The one reader of templates."""

from __future__ import annotations

import pytest

from pegasus_classify.errors import SettingsError
from pegasus_classify.package_files import packaged_prompts
from pegasus_classify.prompting.label_data import labelled
from pegasus_classify.prompting.template_book import TemplateBook

CLASSES = labelled([{"id": "c1", "name": "R&B"}])


def book(**texts: str) -> TemplateBook:
    return TemplateBook({f"{name.replace('_', '.')}.j2": text for name, text in texts.items()})


def test_versions_are_sorted_by_purpose_and_number() -> None:
    found = TemplateBook(
        {"b.v10.j2": "", "b.v9.j2": "", "a.v1.j2": "", "part.j2": "", "curves.json": "", "README.md": ""}
    )
    assert found.versions() == ("a.v1", "b.v9", "b.v10")


def test_the_packaged_book_has_the_four_purposes() -> None:
    packaged = TemplateBook(packaged_prompts())
    assert packaged.versions() == ("again.v1", "classify.v1", "schema_in_prompt.v1", "segments.v1")
    assert packaged.source("classify.v1") == packaged_prompts()["classify.v1.j2"]


def test_an_unknown_version_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"^prompt 'x.v1' is not known; there are: a.v1$"):
        book(a_v1="").source("x.v1")
    with pytest.raises(SettingsError, match=r"there are: none$"):
        book().render("x.v1", {})
    with pytest.raises(SettingsError, match=r"is not known"):
        book().hash("x.v1")


def test_a_hash_changes_with_every_text_it_is_built_on_and_with_no_other() -> None:
    texts = {"a_v1": '{% include "part.j2" %}', "part": "x", "b_v1": "y"}
    first = book(**texts).hash("a.v1")
    assert len(first) == 16
    assert book(**{**texts, "b_v1": "z"}).hash("a.v1") == first
    assert book(**{**texts, "part": "z"}).hash("a.v1") != first
    assert book(**{**texts, "a_v1": '{% include "part.j2" %}.'}).hash("a.v1") != first


def test_a_hash_is_the_same_with_the_line_ends_of_any_system() -> None:
    assert book(a_v1="x\r\ny\rz\n").hash("a.v1") == book(a_v1="x\ny\nz\n").hash("a.v1")


def test_a_hash_is_worked_out_once() -> None:
    one = book(a_v1="x")
    assert one.hash("a.v1") is one.hash("a.v1")


def test_texts_that_extend_each_other_have_a_hash() -> None:
    looped = book(a_v1='{% extends "b.v1.j2" %}', b_v1='{% extends "a.v1.j2" %}')
    assert looped.hash("a.v1") != looped.hash("b.v1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ oops }}", "'oops' is undefined"),
        ("{{ classes[0].oops }}", "no attribute 'oops'"),
        ("{% if %}", "line 1"),
        ("fine\n{{ 1 +", "line 2"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ classes[0].__class__.__mro__ }}", "unsafe"),
        ("{{ classes.append(1) }}", "unsafe"),
        ("{{ range(10000000) | list }}", "Range too big"),
        ('{% include "gone.j2" %}', "built on 'gone.j2', which is not there"),
        ("{{ classes[0].name }}", "written through the json filter alone"),
        ("{{ classes }}", "written through the json filter alone"),
        ("{{ 'a' | nofilter }}", "nofilter"),
    ],
)
def test_a_template_that_fails_is_one_clear_line(text: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        book(a_v1=text).render("a.v1", {"classes": CLASSES})
    assert str(caught.value).startswith("prompt 'a.v1' ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{% include "gone.j2" %}', "built on 'gone.j2', which is not there"),
        ("{% include which %}", "built on None"),
        ("{% if %}", "line 1"),
    ],
)
def test_a_text_that_cannot_be_followed_has_no_hash(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match="'a.v1'.*" + words):
        book(a_v1=text).hash("a.v1")


def test_words_and_numbers_of_a_template_are_printed_and_labels_through_json() -> None:
    shown = book(a_v1=" {{ 'x' }}{{ classes | length }} {{ classes[0].name | json }}\n")
    assert shown.render("a.v1", {"classes": CLASSES}) == 'x1 "R&B"'

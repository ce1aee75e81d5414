"""One text: folding, units, comparison; and what cannot work."""

import pytest

import mukarrar


def test_parameters_that_cannot_work_are_value_errors_that_say_what_would():
    with pytest.raises(mukarrar.ParameterError, match="one of none, light, standard, aggressive") as raised:
        mukarrar.normalize("نص", profile="strong")
    assert isinstance(raised.value, ValueError) and isinstance(raised.value, mukarrar.Error)
    assert (raised.value.name, raised.value.value) == ("profile", "strong")
    with pytest.raises(TypeError, match="unexpected keyword argument 'lang'"):
        mukarrar.tokens("نص", lang="ar")
    with pytest.raises(TypeError):
        mukarrar.normalize(None)
    with pytest.raises(UnicodeEncodeError):
        mukarrar.normalize("\ud800")


def test_characters_of_a_long_text_are_counted_right():
    text = "😀 café أعلنت " * 500
    for token in mukarrar.tokens(text):
        assert text[token.char_start : token.char_end].encode() == text.encode()[token.start : token.end]
    plain = "plain words " * 100
    assert all(token.start == token.char_start and token.end == token.char_end for token in mukarrar.tokens(plain))
    assert mukarrar.tokens("") == []


def test_units_stand_where_they_say():
    page = "عنوان الصفحة\n\nفتح المتحف أبوابه أمس بعد ترميم دام سنتين.\nالمصدر: صحيفة المدينة\n"
    for level in ("document", "story", "paragraph", "line"):
        for number, unit in enumerate(mukarrar.units(page, level)):
            assert unit.number == number
            assert page.encode()[unit.start : unit.end].decode() == unit.text
    with pytest.raises(mukarrar.ParameterError, match="document, story, paragraph, line"):
        mukarrar.units(page, "page")


def test_a_comparison_explains_itself():
    a, b = "قال الوزيرُ إن الأمر انتهى أمس", "قال الوزير إن الأمر بدأ أمس"
    found = mukarrar.compare(a, b)
    assert found.a.language == found.b.language == "ar"
    assert (found.a.tokens, found.a.shingles, found.shared) == (6, 4, 2)
    assert found.runs[0].a.text == "قال الوزيرُ إن الأمر"
    assert found.runs[1].b is None
    assert a.encode()[found.runs[1].a.start : found.runs[1].a.end].decode() == "انتهى"
    assert mukarrar.compare(a, a).relation == "exact"
    assert mukarrar.compare(a, b, threshold=0.3, facts="off").relation == "near"
    # As in a run of the two texts: each short text tells a word of its own.
    assert mukarrar.compare(a, b, threshold=0.3).relation == "variant"
    assert mukarrar.compare("", "…").relation is None
    with pytest.raises(TypeError, match="'keep'"):
        mukarrar.compare(a, b, keep="last")


def test_a_comparison_leaves_out_what_a_source_puts_on_all_its_pages(tmp_path):
    """The same lines as ``mukarrar compare --boilerplate-rules`` with records of these sources."""
    line = "مجلة المدينة تخرج كل صباح من قلب العاصمة إلى قرائها في القرى البعيدة"
    pages = [(f"https://news.example/{n}", f"خبر {n} لا يشبه غيره\n{line}") for n in range(300)]
    rules = mukarrar.learn_boilerplate(pages)
    rules.save(tmp_path / "rules.jsonl")
    source = rules[0]["source"]
    a = f"قال الوزير إن الأمر انتهى أمس بعد اجتماع طويل حضره عدد كبير من المسؤولين في المدينة\n{line}"
    b = f"فاز الفريق الأول بالمباراة النهائية في وقت إضافي أمام جمهور كبير جاء من المدن القريبة كلها\n{line}"

    assert mukarrar.compare(a, b).shared > 0
    assert mukarrar.compare(a, b, boilerplate_rules=rules).shared > 0, "no source is named"
    for given in (rules, tmp_path / "rules.jsonl"):
        found = mukarrar.compare(a, b, boilerplate_rules=given, source=source)
        assert found.shared == 0 and [piece.text for piece in found.a.left_out] == [line]
    one = mukarrar.compare(a, b, boilerplate_rules=rules, source=(source, None))
    assert (len(one.a.left_out), len(one.b.left_out), one.shared) == (1, 0, 0)
    assert mukarrar.compare(a, b, boilerplate_rules=rules, source=source, boilerplate="keep").shared > 0
    found.report(tmp_path / "page.html")
    assert line in (tmp_path / "page.html").read_text("utf-8")
    with pytest.raises(mukarrar.ParameterError, match="two texts teach no rules"):
        mukarrar.compare(a, b, boilerplate_rules="learn")
    with pytest.raises(TypeError, match="source of both texts"):
        mukarrar.compare(a, b, source=7)

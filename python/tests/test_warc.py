"""Revisit records, written and read with warcio."""

from io import BytesIO

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import mukarrar
from mukarrar.warc import NEAR_PROFILE, RevisitWriter

FIRST = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية جديدة في المدينة أمس بحضور عدد من المسؤولين"
COPY = "اعلنت وزاره الصحة عن إفتتاح ثلاثة مراكز صحيّة جديدة في المدينة أمس بحضور عدد من المسئولين"
OTHER = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل أمام جمهور كبير في الملعب"
IDENTICAL_PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


def archive(pages, index, **options):
    """The records of an archive of these pages, by their addresses, and what was counted."""
    out = BytesIO()
    warc = WARCWriter(out, gzip=True, warc_version="1.1")
    writer = RevisitWriter(warc, index, text=lambda record: record.content_stream().read().decode("utf-8"), **options)
    writer.write_record(warc.create_warcinfo_record("crawl.warc.gz", {"software": "test"}))
    for uri, text in pages:
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/plain; charset=utf-8")], protocol="HTTP/1.1")
        writer.write_record(warc.create_warc_record(uri, "response", payload=BytesIO(text.encode()), http_headers=headers))
    out.seek(0)
    records = {}
    for record in ArchiveIterator(out, check_digests="raise"):
        body = record.content_stream().read().decode("utf-8")
        records[record.rec_headers.get_header("WARC-Target-URI")] = (record.rec_type, record.rec_headers, record.http_headers, body)
    return records, writer.written


PAGES = [("http://a.example/1", FIRST), ("http://b.example/1", FIRST), ("http://c.example/1", COPY), ("http://d.example/1", OTHER)]


def test_equal_pages_become_revisits_that_say_what_they_refer_to():
    records, written = archive(PAGES, mukarrar.Index())
    assert written == {"response": 3, "identical": 1, "near": 0, "other": 1}
    kind, headers, http, body = records["http://b.example/1"]
    keeper = records["http://a.example/1"][1]
    assert (kind, body) == ("revisit", "")
    assert http.get_statuscode() == "200"
    assert headers.protocol == "WARC/1.1"
    assert headers.get_header("WARC-Profile") == IDENTICAL_PROFILE
    assert headers.get_header("WARC-Refers-To") == keeper.get_header("WARC-Record-ID")
    assert headers.get_header("WARC-Refers-To-Target-URI") == "http://a.example/1"
    assert headers.get_header("WARC-Refers-To-Date") == keeper.get_header("WARC-Date")
    assert headers.get_header("WARC-Payload-Digest") == keeper.get_header("WARC-Payload-Digest")
    assert records["http://c.example/1"][3] == COPY, "other bytes stay"


def test_near_copies_become_revisits_on_request_under_a_profile_of_their_own():
    records, written = archive(PAGES, mukarrar.Index(), near=True)
    assert written == {"response": 2, "identical": 1, "near": 1, "other": 1}
    kind, headers, _, _ = records["http://c.example/1"]
    assert kind == "revisit"
    assert headers.get_header("WARC-Profile") == NEAR_PROFILE
    assert headers.get_header("WARC-Refers-To-Target-URI") == "http://a.example/1"
    assert 0.6 <= float(headers.get_header("X-Mukarrar-Jaccard")) <= 1
    assert headers.get_header("WARC-Payload-Digest") != records["http://a.example/1"][1].get_header("WARC-Payload-Digest")
    assert records["http://d.example/1"][3] == OTHER


def test_the_index_goes_on_where_an_earlier_archive_ended(tmp_path):
    with mukarrar.Index.open(tmp_path / "seen") as index:
        archive(PAGES[:1], index)
    with mukarrar.Index.open(tmp_path / "seen") as index:
        records, written = archive(PAGES[1:], index)
    assert written["identical"] == 1
    assert records["http://b.example/1"][1].get_header("WARC-Refers-To-Target-URI") == "http://a.example/1"


def test_a_page_without_text_and_one_known_by_another_key_are_written_whole():
    index = mukarrar.Index()
    index.insert("by hand", FIRST)
    out = BytesIO()
    warc = WARCWriter(out, warc_version="1.1")
    texts = iter([None, FIRST])
    writer = RevisitWriter(warc, index, text=lambda record: next(texts), near=True)
    for uri in ("http://a.example/", "http://b.example/"):
        headers = StatusAndHeaders("200 OK", [], protocol="HTTP/1.1")
        writer.write_record(warc.create_warc_record(uri, "response", payload=BytesIO(b"page"), http_headers=headers))
    assert writer.written == {"response": 1, "identical": 0, "near": 0, "other": 1}
    out.seek(0)
    assert [record.content_stream().read() for record in ArchiveIterator(out)] == [b"page", b"page"]


def test_errors_of_the_text_function_are_raised():
    warc = WARCWriter(BytesIO(), warc_version="1.1")
    writer = RevisitWriter(warc, mukarrar.Index(), text=lambda record: record.content_stream().read().decode("ascii"))
    headers = StatusAndHeaders("200 OK", [], protocol="HTTP/1.1")
    with pytest.raises(UnicodeDecodeError):
        writer.write_record(warc.create_warc_record("http://a.example/", "response", payload=BytesIO(FIRST.encode()), http_headers=headers))

"""Rows for the engines, and what one run finds in them."""

import json
import random

import mukarrar

WORDS = """الوزير المدينة المجلس السوق الطريق المطار الجامعة المستشفى الشركة البنك الميناء الحديقة القرية النهر الجسر المصنع
العمال الطلاب الأطباء السكان الزوار التجار الخبراء اللاعبون الجمهور افتتح أعلن أكد زار ناقش وقع أطلق رحب شارك تابع بدأ انتهى
جديد كبير قديم سريع واسع مهم كثير قليل طويل قصير أمس اليوم غدا صباحا مساء خلال بعد قبل أمام خلف حول عند منذ حتى""".split()
PERSIAN = "آموزش آغاز آزمون آرامش آسمان آتش آهن آینده آواز آرزو آشنا آرام".split()
COLUMNS = ("id", "text", "title", "site", "source", "date")
TELLING = "که این کار در هر شهر انجام شد و از همه خواست"


def rows():
    """Families of copies, longer texts around some, forms with other numbers, texts that do not tell their language."""
    chance = random.Random(5)
    made = []

    def add(text, title=None, site=None, source=None, day=None):
        number = len(made)
        day = day or 1 + number % 28
        site = site or source or f"site{number % 3}"
        values = (f"r{number:05}", text, title, site, source, f"2025-03-{day:02}T10:00:00Z")
        made.append(dict(zip(COLUMNS, values)))

    for family in range(60):
        words = [chance.choice(WORDS) + str(chance.randrange(40)) for _ in range(70 + family)]
        add(" ".join(words), title=f"خبر {family}")
        for copy in range(family % 4):
            edited = [word if chance.random() > 0.01 * copy else chance.choice(WORDS) for word in words]
            add(" ".join(edited), title=f"خبر {family}")
        if family % 5 == 0:
            more = [chance.choice(WORDS) + str(chance.randrange(40)) for _ in range(120)]
            add(" ".join(more + words))
        add(f"سجلت محطة الرصد رقم {family} في هذا اليوم درجة حرارة بلغت {family % 13} درجة وفق نشرة المركز الوطني للأرصاد الجوية")
    for _ in range(15):
        words = [chance.choice(PERSIAN) for _ in range(40)]
        add(" ".join(words) + " " + TELLING, site="parsi")
        add(" ".join(words), site="parsi")
    for family in range(24):
        # Reports that two papers print under one title, edited so much that only the title shows it.
        words = [chance.choice(WORDS) + str(chance.randrange(40)) for _ in range(90)]
        title = " ".join(chance.sample(WORDS, 6))
        add(" ".join(words), title, source="agency", day=3)
        if family % 3 != 1:
            edited = [word if chance.random() > 0.2 else chance.choice(WORDS) for word in words]
            add(" ".join(edited), title, source="paper", day=20 if family % 6 == 5 else 5)
        else:
            # A part of fewer shingles than probes look for.
            add(" ".join(words[:45:10] + words[2:40]), title, source="paper", day=4)
        for _ in range(4 * (family % 8 == 7)):
            # A title that returns is a form.
            add(" ".join(chance.choice(WORDS) for _ in range(50)), title, source="paper", day=6)
        if family % 4 == 0:
            # Of equal texts the first one tells the title.
            add(" ".join(words), "عنوان آخر لا علاقة له بالأول", source="journal", day=3)
    # A paper that names the title alone has no twin, however often others without tokens have it.
    add(" ".join(chance.choice(WORDS) for _ in range(50)), "عنوان في صحيفة واحدة فقط", source="paper")
    add("!!!", "عنوان في صحيفة واحدة فقط", source="agency")
    add("")
    add("!!!")
    return made


ROWS = rows()


def one_run(tmp_path, options):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), "utf-8")
    found = mukarrar.clusters(path, **options)
    return {
        (member.id, cluster.keeper, member.relation, member.reason, member.jaccard, member.containment)
        for cluster in found
        for member in cluster.members
        if member.relation != "keeper"
    }


def one_run_against(tmp_path, against):
    """The copies that one run finds against references: row, keeper, relation, score, whether the keeper is a reference."""
    paths = [tmp_path / "rows.jsonl", tmp_path / "references.jsonl"]
    for path, rows in zip(paths, (ROWS, against)):
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    removed = mukarrar.dedup(paths[0], against=paths[1]).removed
    return {(row.id, row.keeper, row.relation, row.jaccard, row.reference is not None) for row in removed}

"""A local news site of Arabic pages with known copies."""

import html
import random
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

WORDS = """
الوزارة المدينة الرئيس المجلس الشركة الجامعة المستشفى المحافظة الفريق المباراة الاقتصاد السوق الأسعار النفط الطاقة التعليم الصحة
الثقافة المتحف المسرح الكتاب الشاعر الباحث الدراسة التقرير المشروع الطريق الجسر المطار الميناء السفينة القطار الحافلة السيارة
المصنع العامل المزارع القمح الزيتون النخيل البحر النهر الجبل الصحراء المطر الرياح الحرارة الشتاء الصيف الخريف الربيع الصباح
المساء أعلن افتتح أكد أوضح قال أضاف ذكر بدأ انتهى وصل غادر زار شارك نظم قدم طلب رفض قبل وقع أطلق استقبل ناقش بحث درس كتب قرأ
رسم بنى زرع حصد باع اشترى ربح خسر فاز تعادل سجل جديد قديم كبير صغير طويل قصير سريع بطيء قوي ضعيف غني فقير جميل بعيد قريب عميق
واسع ضيق أول ثان ثالث رابع خامس سادس سابع ثامن تاسع عاشر خلال بعد قبل أثناء عبر نحو ضمن بين تحت فوق أمام خلف يمين يسار شمال جنوب
شرق غرب داخل خارج حول دون ضد مثل غير سوى كل بعض معظم جميع عدة مئات آلاف ملايين نسبة عدد حجم قيمة كمية مسافة سرعة درجة مستوى
""".split()

RESPELLED = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ى": "ي", "ك": "ک", "ي": "ی"})

STORIES, EXACT, NEAR, TEMPLATES = 180, 80, 70, 12


def story(number):
    """Words of its own order, in paragraphs."""
    choice = random.Random(number)
    return [" ".join(choice.choices(WORDS, k=45)) + "." for _ in range(3)]


def respelled(paragraphs):
    """The same story as another site has it: other letters, diacritics, a byline; the tail is cut."""
    head, *rest = [paragraph.translate(RESPELLED).replace("لم", "لَمْ") for paragraph in paragraphs]
    last = " ".join(rest[-1].split()[:35])
    return ["كتب مراسلنا الخاص " + head, *rest[:-1], last]


def report(number, place, player):
    """One template for two matches: the same words, other facts."""
    opening, middle, _ = story(10_000 + number)
    return [f"{opening} في مدينة {place} حيث أحرز اللاعب {player} هدف الفوز. {middle}"]


FACTS = [("تطوان", "بوعزيزي"), ("أسيوط", "الشرقاوي"), ("حضرموت", "باوزير"), ("نواكشوط", "ولدحبيب")]


def pages():
    """Each page's path, the story it tells, its site and paragraphs; in an order that mixes them."""
    made = [(f"/story/{n}", f"story {n}", "alpha", story(n)) for n in range(STORIES)]
    made += [(f"/exact/{n}", f"story {n}", "beta", story(n)) for n in range(EXACT)]
    made += [(f"/near/{n}", f"story {n}", "gamma", respelled(story(n))) for n in range(40, 40 + NEAR)]
    for n in range(TEMPLATES):
        for side in (0, 1):
            place, player = FACTS[(2 * n + side) % len(FACTS)]
            made.append((f"/match/{n}/{side}", f"match {n} {side}", "delta", report(n, place, player)))
    random.Random(7).shuffle(made)
    return made


class Site:
    """Serves the pages on a free port; lists of forty link to them. Each links to more, which is not there."""

    def __init__(self):
        self.pages = pages()
        self.asked = Counter()
        found = {path: _article(site, path, paragraphs) for path, _, site, paragraphs in self.pages}
        paths = [path for path, *_ in self.pages]
        lists = range(0, len(paths), 40)
        for start in lists:
            links = [*paths[start : start + 40], *(f"/list/{other}" for other in lists)]
            found[f"/list/{start}"] = "<nav>" + "".join(f'<a href="{link}">…</a>' for link in links) + "</nav>"
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked[self.path] += 1
                body = f"<!doctype html><meta charset=utf-8>{found.get(self.path, '')}".encode()
                self.send_response(200 if self.path in found else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.root = f"http://127.0.0.1:{self._server.server_port}"
        self.story_of = {self.root + path: story for path, story, *_ in self.pages}

    def __enter__(self):
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def _article(site, path, paragraphs):
    text = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
    return f'<article data-site="{site}">{text}</article><a class="more" href="/more{path}">…</a>'

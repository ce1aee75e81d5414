//! The index over HTTP: routes and verdicts, limits, tokens, durability, stopping, hostile clients.

#![allow(clippy::print_stdout, reason = "a test may print")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mukarrar::Index;
use mukarrar::story::StoryOptions;
use mukarrar_server::{BearerToken, OPENAPI, ROUTES, Server, ServerLimits};
use serde_json::{Value, json};

use crate::common::text;
use crate::http::{Answer, Served, kind};
use crate::schema;

const STORY: &str = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية جديدة في المدينة أمس بحضور عدد من المسؤولين والأهالي";
const COPY: &str = "اعلنت وزاره الصحة عن إفتتاح ثلاثة مراكز صحيّة جديدة في المدينة أمس بحضور عدد من المسئولين والأهالي";
const OTHER: &str = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل أمام جمهور كبير ملأ المدرجات";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn limits(set: impl FnOnce(&mut ServerLimits)) -> mukarrar_server::ServerBuilder {
    let mut limits = ServerLimits::default();
    set(&mut limits);
    Server::builder().limits(limits)
}

fn keyed(key: &str, text: &str) -> String {
    json!({ "key": key, "text": text }).to_string()
}

fn asked(text: &str) -> String {
    json!({ "text": text }).to_string()
}

/// Texts of which none repeats another.
fn texts(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| text::spelled(&(0..30).map(|word| number * 30 + word).collect::<Vec<_>>()))
}

#[test]
fn single_items_get_single_verdicts() {
    let served = Served::empty(Server::builder());
    let new = served.json("/v1/check-and-insert", &keyed("https://a.example/1?x=ب", STORY));
    assert_eq!((new.status, new.json()), (200, json!({ "verdict": "new" })));
    assert_eq!(new.header("content-type"), Some("application/json"));
    let copy = served.json("/v1/check", &asked(COPY)).json();
    assert_eq!((&copy["verdict"], &copy["match"]["key"]), (&json!("duplicate"), &json!("https://a.example/1?x=ب")));
    assert_eq!((&copy["match"]["jaccard"], &copy["match"]["relation"]), (&json!(1.0), &json!("exact")));
    assert!(copy["match"]["seen"].as_str().unwrap().ends_with('Z'), "{copy}");
    assert_eq!(served.json("/v1/check", &asked("،؛")).json(), json!({ "verdict": "empty" }));
    assert_eq!(served.json("/v1/check", &asked(OTHER)).json(), json!({ "verdict": "new" }), "a check stores nothing");

    assert_eq!(served.json("/v1/insert", &keyed("b", COPY)).json(), json!({ "stored": true }));
    assert_eq!(served.json("/v1/insert", &keyed("e", "")).json(), json!({ "stored": false }));
    let taken = served.json("/v1/insert", &keyed("b", OTHER));
    assert_eq!((taken.status, &*taken.problem().0), (409, "key-exists"));

    let item = json!({ "text": STORY, "source": "spa", "date": "2015-07-21", "top": 1, "by": "containment" });
    let found = served.json("/v1/query", &item.to_string()).json();
    assert_eq!(found["matches"].as_array().unwrap().len(), 1);
    assert_eq!(found["matches"][0]["key"], "https://a.example/1?x=ب");
}

#[test]
fn a_crawl_that_is_played_back_keeps_its_dates() {
    let served = Served::empty(Server::builder());
    for (key, seen) in [("text", json!("2015-07-21T02:51:32+03:00")), ("number", json!(1_437_436_292))] {
        let item = json!({ "key": key, "text": STORY, "seen": seen }).to_string();
        assert_eq!(served.json("/v1/check-and-insert", &item).status, 200);
        let copy = served.json("/v1/check", &asked(COPY)).json();
        assert_eq!(copy["match"]["seen"], "2015-07-20T23:51:32Z");
        assert_eq!(served.delete(&format!("/v1/documents/{key}")).status, 204);
    }
}

#[test]
fn batches_are_answered_in_order_and_one_bad_item_loses_nothing_else() {
    let served = Served::empty(Server::builder());
    let items = [
        keyed("a", STORY),
        json!({ "key": "x", "text": 5 }).to_string(),
        keyed("b", COPY),
        keyed("a", OTHER),
        json!({ "key": "", "text": OTHER }).to_string(),
        keyed("c", OTHER),
    ];
    let expect = |answers: &[Value], places: [&str; 2]| {
        let verdict = |place: usize| answers[place]["verdict"].as_str();
        assert_eq!((verdict(0), verdict(2), verdict(5)), (Some("new"), Some("duplicate"), Some("new")), "{answers:?}");
        let problem = |place: usize| {
            let error = &answers[place]["error"];
            (kind(error), error["status"].as_u64().unwrap(), error["detail"].as_str().unwrap().to_owned())
        };
        let (bad, taken, empty) = (problem(1), problem(3), problem(4));
        assert_eq!((&*bad.0, bad.1), ("bad-item", 400));
        assert_eq!(bad.2, format!("{}: invalid type: integer `5`, expected a string", places[0]));
        assert_eq!((&*taken.0, taken.1), ("key-exists", 409));
        assert_eq!(empty.2, format!("{}: the key is empty", places[1]));
    };
    let array = served.json("/v1/check-and-insert", &format!("[\n{}\n]", items.join(",\n")));
    assert_eq!((array.status, array.header("content-type")), (200, Some("application/json")));
    expect(array.json().as_array().unwrap(), ["item 1, line 3, column 19", "item 4, line 6, column 9"]);

    for key in ["a", "c"] {
        assert_eq!(served.delete(&format!("/v1/documents/{key}")).status, 204);
    }
    // An empty line is no item, but a line.
    let lines = served.lines("/v1/check-and-insert", &format!("\n{}\r\n", items.join("\n")));
    assert_eq!((lines.status, lines.header("content-type")), (200, Some("application/x-ndjson")));
    expect(&lines.lines(), ["line 3, column 19", "line 6, column 9"]);

    let torn = served.lines("/v1/check", &format!("{}\n{{\"text\": \"\n{}", asked(COPY), asked("")));
    let torn = torn.lines();
    assert_eq!((&torn[0]["verdict"], &torn[2]["verdict"]), (&json!("duplicate"), &json!("empty")));
    assert_eq!((kind(&torn[1]["error"]), torn.len()), ("bad-json".to_owned(), 3));

    assert_eq!(served.json("/v1/check", "[]").json(), json!([]));
    assert_eq!(served.lines("/v1/check", "\n").body, "");
    assert_eq!(served.json("/v1/insert", &format!("[{}]", keyed("d", OTHER))).json(), json!([{ "stored": true }]));
    let found = served.lines("/v1/query", &format!("{}\n{}\n{}\n", asked(STORY), asked(""), asked(OTHER))).lines();
    let best = |place: usize| found[place]["matches"][0]["key"].as_str();
    assert_eq!((best(0), &found[1], best(2)), (Some("a"), &json!({ "matches": [] }), Some("c")));
}

#[test]
fn what_is_no_item_is_refused_with_its_place() {
    let served = Served::empty(Server::builder());
    for (path, body, name, detail) in [
        ("/v1/check", "", "bad-json", "line 1, column 0: EOF while parsing a value"),
        ("/v1/check", "{\n\"text\": \"a\",\n}", "bad-json", "line 3, column 1: trailing comma"),
        ("/v1/check", "{\"text\": \"a\"} x", "bad-json", "line 1, column 15: trailing characters"),
        ("/v1/check", "[{\"text\": \"a\"}, {]", "bad-json", "line 1, column 18: key must be a string"),
        (
            "/v1/check",
            "\"a\"",
            "bad-item",
            "line 1, column 3: invalid type: string \"a\", expected an object with a text",
        ),
        ("/v1/check", "{}", "bad-item", "line 1, column 2: missing field `text`"),
        ("/v1/check", "{\"text\": \"a\", \"text\": \"b\"}", "bad-item", "line 1, column 20: duplicate field `text`"),
        (
            "/v1/check",
            "{\"text\": \"a\", \"key\": \"k\"}",
            "bad-item",
            "line 1, column 19: unknown field `key`, expected one of `text`, `source`, `title`, `date`, `seen`",
        ),
        (
            "/v1/check",
            "{\"text\": \"a\", \"date\": \"3/4/2015\"}",
            "bad-item",
            "line 1, column 32: invalid value: string \"3/4/2015\", expected a date such as \"2015-07-21T02:51:32Z\", or \
             seconds since 1970",
        ),
        (
            "/v1/query",
            "{\"text\": \"a\", \"top\": 0}",
            "bad-item",
            "line 1, column 23: top cannot be 0: a whole number from 1 to 1000",
        ),
        (
            "/v1/query",
            "{\"text\": \"a\", \"by\": \"size\"}",
            "bad-item",
            "line 1, column 26: unknown variant `size`, expected `jaccard` or `containment`",
        ),
        ("/v1/insert", "{\"text\": \"a\"}", "bad-item", "line 1, column 13: missing field `key`"),
    ] {
        let answer = served.json(path, body);
        assert_eq!((answer.status, answer.problem()), (400, (name.to_owned(), detail.to_owned())), "{body}");
    }
    let deep = "[".repeat(1 << 20);
    assert_eq!(served.json("/v1/check", &deep).problem().0, "bad-json", "and no stack was used up");
    let mut client = served.connect();
    client.write(
        "POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n",
    );
    client.try_write(b"{\"text\":\"\xD8 \"}").unwrap();
    assert_eq!(client.answer().problem().0, "bad-json", "half a letter");

    let long = served.json("/v1/insert", &keyed(&"k".repeat(20_000), STORY));
    assert_eq!(long.problem().1, "line 1, column 20009: the key has 20000 bytes; at most 16384");
    for path in ["/v1/check?durable=true", "/v1/insert?durable=yes", "/v1/insert?sync"] {
        assert_eq!(served.json(path, &keyed("a", STORY)).problem().0, "bad-option", "{path}");
    }
    for headers in [&[][..], &["content-type: text/plain"], &["content-type: application/x-www-form-urlencoded"]] {
        let answer = served.send("POST", "/v1/check", headers, &asked(STORY));
        assert_eq!((answer.status, &*answer.problem().0), (415, "media-type"));
    }
    assert_eq!(served.get("/v2/check").problem().0, "not-found");
    let charset = served.send("POST", "/v1/check", &["content-type: application/JSON; charset=utf-8"], &asked(STORY));
    assert_eq!(charset.status, 200);
}

#[test]
fn keys_are_deleted_as_they_are_encoded() {
    let served = Served::empty(Server::builder());
    let key = "https://a.example/x/1?q=أ&b=1#c";
    for path in ["https%3A%2F%2Fa.example%2Fx%2F1%3Fq%3D%D8%A3%26b%3D1%23c", "https://a.example/x/1%3Fq=%D8%A3&b=1%23c"]
    {
        assert_eq!(served.json("/v1/insert", &keyed(key, STORY)).status, 200);
        assert_eq!(served.delete(&format!("/v1/documents/{path}")).status, 204, "{path}");
        let gone = served.delete(&format!("/v1/documents/{path}"));
        assert_eq!(gone.problem(), ("not-found".to_owned(), format!("no document has the key {key:?}")));
    }
    assert_eq!(served.delete("/v1/documents/%FF").problem().0, "bad-key");
    assert_eq!(served.delete("/v1/documents/").status, 404);
    assert_eq!(served.json("/v1/check", &asked(STORY)).json()["verdict"], "new");
}

#[test]
fn what_comes_again_is_counted() {
    let served = Served::empty(Server::builder());
    for (key, text) in [("a", STORY), ("b", COPY), ("c", OTHER), ("d", COPY)] {
        served.json("/v1/check-and-insert", &keyed(key, text));
    }
    let top = served.get("/v1/top?top=1").json();
    assert_eq!((&top["documents"], &top["copies"], &top["repeated"][0]["key"]), (&json!(2), &json!(2), &json!("a")));

    for query in ["top=", "top=0", "top=1001", "top=-1", "top=+1", "top=1&top=1", "most=1"] {
        assert_eq!(served.get(&format!("/v1/top?{query}")).problem().0, "bad-option", "{query}");
    }
    assert_eq!(served.get("/v1/top?").status, 200);
}

#[test]
fn the_document_names_every_route_and_every_answer_is_as_it_says() {
    let served = Served::empty(Server::builder());
    let document = served.get("/openapi.json").json();
    assert_eq!(document, serde_json::from_str::<Value>(OPENAPI).unwrap());

    let paths = document["paths"].as_object().unwrap();
    let described = paths.iter().flat_map(|(path, methods)| {
        methods.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
    });
    let mut described: Vec<(String, String)> = described.collect();
    let mut routes: Vec<_> = ROUTES.iter().map(|&(method, path)| (method.to_owned(), path.to_owned())).collect();
    described.sort();
    routes.sort();
    assert_eq!(described, routes);
    // The router has these methods, and no other.
    for path in paths.keys() {
        for method in ["GET", "PUT", "POST", "PATCH", "DELETE"] {
            let answer = served.send(method, &path.replace("{key}", "no/key"), &[], "");
            let known = routes.contains(&(method.to_owned(), path.clone()));
            assert_eq!(answer.status != 405, known, "{method} {path}");
            assert!(answer.status != 404 || answer.problem().1.contains("no/key"), "{method} {path}");
        }
    }

    let fits = |method: &str, path: &str, answer: &Answer| {
        let operation = &document["paths"][path][method];
        let mut response = &operation["responses"][answer.status.to_string()];
        if let Some(reference) = response["$ref"].as_str() {
            response = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
        }
        assert!(response.is_object(), "{path} does not tell of {}", answer.status);
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            let value = Value::from(answer.header(name).unwrap());
            schema::check(&document, &header["schema"], &value).unwrap();
        }
        let Some(content) = response.get("content") else {
            return assert_eq!(answer.body, "");
        };
        let media = answer.header("content-type").unwrap().split(';').next().unwrap();
        let schema = &content[media]["schema"];
        let value =
            if media.ends_with("json") && !media.ends_with("ndjson") { answer.json() } else { json!(answer.body) };
        schema::check(&document, schema, &value).unwrap_or_else(|error| panic!("{path}: {error}"));
    };
    for (path, body) in [
        ("/v1/check-and-insert", keyed("a", STORY)),
        ("/v1/check-and-insert", keyed("a", STORY)),
        ("/v1/check-and-insert", format!("[{},{},{}]", keyed("c", STORY), keyed("a", STORY), keyed("d", ""))),
        ("/v1/insert", keyed("b", COPY)),
        ("/v1/insert", format!("[{},{{}}]", keyed("e", OTHER))),
        ("/v1/check", asked(COPY)),
        ("/v1/check", "{".to_owned()),
        ("/v1/query", asked(COPY)),
        ("/v1/query", format!("[{}]", asked(OTHER))),
    ] {
        fits("post", path, &served.json(path, &body));
        if body.starts_with('[') {
            fits("post", path, &served.lines(path, &body));
        }
        fits("post", path, &served.send("POST", path, &[], ""));
    }
    for (path, key) in [("/v1/documents/{key}", "a"), ("/v1/documents/{key}", "none")] {
        fits("delete", path, &served.delete(&path.replace("{key}", key)));
    }
    fits("get", "/v1/top", &served.get("/v1/top?top=0"));
    for path in ["/v1/top", "/v1/stories", "/healthz", "/readyz", "/metrics", "/openapi.json"] {
        fits("get", path, &served.get(path));
    }

    // A request without a fault, which this index cannot answer.
    let answer = served.get("/v1/stories");
    assert_eq!((answer.status, &answer.json()["type"]), (409, &json!("urn:mukarrar:problem:no-stories")));

    // Of an index with stories.
    let index = Index::builder().stories(StoryOptions::default()).build().unwrap();
    let served = Served::new(Server::builder(), index);
    for (key, text) in [("fire", FIRE), ("again", FIRE_AGAIN), ("copy", FIRE)] {
        let item = json!({ "key": key, "text": text, "title": "حريق في سوق الأقمشة", "source": key });
        let answer = served.json("/v1/check-and-insert", &item.to_string());
        fits("post", "/v1/check-and-insert", &answer);
        let story = &answer.json()["story"];
        assert_eq!((&story["leader"], &story["joined"]), (&json!("fire"), &json!(key == "again")), "{key}");
    }
    for (text, leader, joined) in [
        (FIRE, json!("fire"), false),
        (&*FIRE_AGAIN.replace("أوضح", "ذكر"), json!("fire"), true),
        (SNOW, json!(null), false),
    ] {
        let item = json!({ "text": text, "title": "خبر", "source": "d" });
        let answer = served.json("/v1/check", &item.to_string());
        fits("post", "/v1/check", &answer);
        let story = &answer.json()["story"];
        assert_eq!((&story["leader"], &story["joined"]), (&leader, &json!(joined)), "{text}");
    }
    for (query, size) in [("", 1), ("?since=2024-03-05T10:00:00Z", 1), ("?since=4102444800", 0)] {
        let answer = served.get(&format!("/v1/stories{query}"));
        fits("get", "/v1/stories", &answer);
        assert_eq!(answer.json()["stories"].as_array().unwrap().len(), size, "{query}");
    }
    for query in ["?since=lately", "?top=3", "?since=1425549600000", "?since=-8546893288858961.0"] {
        let answer = served.get(&format!("/v1/stories{query}"));
        fits("get", "/v1/stories", &answer);
        assert_eq!(answer.status, 400, "{query}");
    }
}

const FIRE: &str = "اندلع حريق كبير فجر اليوم في سوق الأقمشة القديم بحي الزهور، وهرعت ست فرق من الدفاع المدني إلى المكان. وقال المقدم \
سالم الحربي إن النيران التهمت أربعين محلا قبل أن يسيطر عليها رجال الإطفاء، ولم تسجل إصابات بين التجار.";
const FIRE_AGAIN: &str = "أتت النيران على أربعين محلا تجاريا في سوق الأقمشة بحي الزهور، بحسب المقدم سالم الحربي الناطق باسم الدفاع المدني. \
وأوضح الحربي أن ست فرق إطفاء شاركت في إخماد حريق السوق القديم، وأن التجار غادروا المكان سالمين دون إصابات.";

/// A report of something else.
const SNOW: &str = "غطت الثلوج صباح الأحد قمم الجبال في شمال البلاد وأغلقت ثلاث طرق رئيسة أمام المركبات، وطلبت إدارة المرور من السائقين استعمال السلاسل المعدنية، وتوقع خبراء الطقس أن تستمر العاصفة حتى مساء الثلاثاء مع انخفاض كبير في درجات الحرارة.";

#[test]
fn with_a_token_nothing_but_health_is_told_without_it() {
    let served = Served::empty(Server::builder().token(BearerToken::new(TOKEN).unwrap()));
    for (method, path) in ROUTES {
        let path = path.replace("{key}", "a");
        for headers in [&[][..], &["authorization: Bearer 0123456789abcdef"], &["authorization: Basic x"]] {
            let answer = served.send(method, &path, headers, "");
            if path == "/healthz" || path == "/readyz" {
                assert_eq!(answer.status, 200);
            } else {
                assert_eq!((answer.status, &*answer.problem().0), (401, "unauthorized"), "{path}");
                assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            }
        }
        let bearer = format!("authorization: Bearer {TOKEN}");
        let answer = served.send(method, &path, &[&bearer], "");
        assert!(answer.status != 401, "{path}");
    }
}

#[test]
fn beyond_loopback_there_is_no_server_without_a_token() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let error = Server::builder().listen(address).unwrap_err().to_string();
        assert!(error.starts_with(&format!("listen cannot be {address}: without a token")), "{error}");
    }
    let server = Server::builder().token(BearerToken::new(TOKEN).unwrap()).listen("0.0.0.0:0").unwrap();
    assert_ne!(server.address().port(), 0);
    let taken = Server::builder().listen(format!("127.0.0.1:{}", server.address().port())).unwrap_err();
    assert!(taken.to_string().starts_with("cannot listen on 127.0.0.1:"), "{taken}");
}

#[test]
fn limits_that_cannot_work_are_refused() {
    let error = limits(|limits| limits.batch = 0).listen("127.0.0.1:0").unwrap_err();
    assert_eq!(error.to_string(), "max_batch cannot be 0: a whole number from 1 to 536870911");
    let error = limits(|limits| limits.bodies = 5).listen("127.0.0.1:0").unwrap_err();
    assert_eq!(error.to_string(), "max_bodies cannot be 5: at least 16777216, the largest body");
    let error = limits(|limits| limits.body_timeout = Duration::ZERO).listen("127.0.0.1:0").unwrap_err();
    assert_eq!(error.to_string(), "body_timeout cannot be 0s: a time above 0");
}

#[test]
fn pages_of_other_sites_cannot_ask_through_a_browser() {
    let served = Served::empty(Server::builder());
    let mut client = served.connect();
    client.write("GET /metrics HTTP/1.1\r\nhost: bent.example:8077\r\n\r\n");
    assert_eq!(client.answer().problem().0, "foreign-host");
}

#[test]
fn a_server_that_reads_refuses_to_write() {
    let index = Index::builder().build().unwrap();
    index.insert("a", STORY).unwrap();
    let served = Served::new(Server::builder().read_only(true), index);
    assert_eq!(served.json("/v1/check", &asked(COPY)).json()["verdict"], "duplicate");
    assert_eq!(served.json("/v1/query", &asked(COPY)).status, 200);
    assert_eq!(served.get("/v1/top").json()["documents"], 1);
    for path in ["/v1/insert", "/v1/check-and-insert"] {
        let answer = served.json(path, &keyed("b", OTHER));
        assert_eq!((answer.status, &*answer.problem().0), (403, "read-only"));
    }
    assert_eq!(served.delete("/v1/documents/a").problem().0, "read-only");
}

#[test]
fn batches_and_bodies_beyond_their_limits_are_refused_by_the_limit() {
    let served = Served::empty(limits(|limits| (limits.batch, limits.body) = (2, 1_000)));
    let items = |count: usize| vec![asked(""); count];
    assert_eq!(served.json("/v1/check", &format!("[{}]", items(2).join(","))).status, 200);
    let detail = "3 items; at most 2 in one batch: send several";
    for answer in [
        served.json("/v1/check", &format!("[{}]", items(3).join(","))),
        served.lines("/v1/check", &items(3).join("\n")),
    ] {
        assert_eq!((answer.status, answer.problem()), (413, ("batch-too-large".to_owned(), detail.to_owned())));
    }
    let served = Served::empty(limits(|limits| (limits.matches, limits.body) = (20, 1_000)));
    let wanted = |top: usize| json!({ "text": STORY, "top": top }).to_string();
    assert_eq!(served.lines("/v1/query", &[wanted(10), wanted(10)].join("\n")).status, 200);
    let detail = "21 matches asked for; at most 20 in one batch: send several, or ask for a smaller top";
    let answer = served.lines("/v1/query", &[wanted(10), wanted(11)].join("\n"));
    assert_eq!((answer.status, answer.problem()), (413, ("batch-too-large".to_owned(), detail.to_owned())));
    let large = served.json("/v1/check", &asked(&"a".repeat(1_000)));
    let detail = "at most 1000 bytes; send batches of fewer items";
    assert_eq!((large.status, large.problem()), (413, ("body-too-large".to_owned(), detail.to_owned())));
}

#[test]
fn metrics_tell_what_happened() {
    let served = Served::empty(Server::builder());
    served.json("/v1/check-and-insert", &keyed("a", STORY));
    served.json("/v1/check-and-insert", &keyed("b", COPY));
    served.json("/v1/check", "{");
    served.lines("/v1/check", "{\n{}");
    served.delete("/v1/documents/none");
    let scraped = served.get("/metrics");
    assert_eq!(scraped.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in [
        "mukarrar_requests_total{route=\"/v1/check-and-insert\",method=\"POST\",status=\"200\"} 2",
        "mukarrar_requests_total{route=\"/v1/check\",method=\"POST\",status=\"400\"} 1",
        "mukarrar_requests_total{route=\"/v1/documents/{key}\",method=\"DELETE\",status=\"404\"} 1",
        "mukarrar_request_duration_seconds_count{route=\"/v1/check-and-insert\"} 2",
        "mukarrar_rejected_total{reason=\"bad-json\"} 2",
        "mukarrar_rejected_total{reason=\"bad-item\"} 1",
        "mukarrar_verdicts_total{verdict=\"new\"} 1",
        "mukarrar_verdicts_total{verdict=\"duplicate\"} 1",
        "mukarrar_requests_in_flight 1",
        "mukarrar_documents 1",
        "mukarrar_index_uncommitted 0",
    ] {
        assert!(scraped.body.lines().any(|given| given == line), "{line}\nis not in\n{}", scraped.body);
    }
}

#[test]
fn durable_answers_are_committed_before_they_are_given() {
    let directory = tempfile::tempdir().unwrap();
    // The clock of this server commits nothing in the time of a test.
    let served = Served::on_disk(Server::builder().commit_interval(Duration::from_secs(3_600)), directory.path());
    let answer = served.json("/v1/check-and-insert?durable=true", &keyed("a", STORY));
    assert_eq!(answer.json()["verdict"], "new");
    // Readers see commits alone.
    let reader = Index::builder().open_read_only(directory.path()).unwrap();
    assert!(reader.contains("a").unwrap());
    assert_eq!(served.json("/v1/insert?durable=true", &keyed("b", OTHER)).status, 200);
    assert_eq!(served.delete("/v1/documents/a?durable=true").status, 204);
    assert_eq!((reader.contains("a").unwrap(), reader.contains("b").unwrap()), (false, true));
    // Whoever heard nothing of a first try takes "it is there" for "it is safe".
    for (key, path) in [("c", "/v1/insert"), ("d", "/v1/check-and-insert")] {
        assert_eq!(served.json("/v1/insert", &keyed(key, STORY)).status, 200);
        assert!(!reader.contains(key).unwrap());
        let taken = served.json(&format!("{path}?durable=true"), &keyed(key, STORY));
        assert_eq!((taken.status, &*taken.problem().0), (409, "key-exists"));
        assert!(reader.contains(key).unwrap(), "{path}");
    }
}

#[test]
fn the_clock_commits_what_no_client_asked_to_be_durable() {
    let directory = tempfile::tempdir().unwrap();
    let served = Served::on_disk(Server::builder().commit_interval(Duration::from_millis(10)), directory.path());
    assert_eq!(served.json("/v1/insert", &keyed("a", STORY)).status, 200);
    let reader = Index::builder().open_read_only(directory.path()).unwrap();
    while !reader.contains("a").unwrap() {
        std::thread::yield_now();
    }
}

#[test]
fn stopping_finishes_what_is_in_progress_and_commits_all_that_was_answered() {
    let directory = tempfile::tempdir().unwrap();
    let served = Served::on_disk(Server::builder().commit_interval(Duration::from_secs(3_600)), directory.path());
    let texts: Vec<String> = texts(50).collect();
    let mut client = served.connect();
    for (place, text) in texts.iter().enumerate() {
        client.send(
            "POST",
            "/v1/check-and-insert",
            &["content-type: application/json"],
            &keyed(&place.to_string(), text),
        );
        assert_eq!(client.answer().json()["verdict"], "new");
    }
    // The server has begun with this request: it asks for the body.
    let last = keyed("last", STORY);
    client.write(&format!(
        "POST /v1/insert HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\n\r\n",
        last.len()
    ));
    assert_eq!(client.answer().status, 100);
    let idle = served.connect();
    served.handle.stop();
    client.write(&last);
    let answer = client.answer();
    assert_eq!((answer.status, answer.json()), (200, json!({ "stored": true })));
    assert!(client.try_answer().is_none(), "the connection ends after it");
    served.stop().unwrap();
    drop(idle);

    let index = Index::open(directory.path()).unwrap();
    assert_eq!(index.len(), 51);
    assert!((0..50).all(|key| index.contains(&key.to_string()).unwrap()) && index.contains("last").unwrap());
}

#[test]
fn a_client_that_never_ends_does_not_hold_up_stopping() {
    let served = Served::empty(limits(|limits| limits.stop_timeout = Duration::from_millis(100)));
    let mut client = served.connect();
    client.write(
        "POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\
         expect: 100-continue\r\n\r\n",
    );
    assert_eq!(client.answer().status, 100);
    served.stop().unwrap();
    assert!(client.try_answer().is_none());
}

#[test]
fn huge_bodies_are_refused_before_they_are_read() {
    let served = Served::empty(Server::builder());
    let mut client = served.connect();
    client.write(
        "POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: 1000000000000\r\n\r\n",
    );
    assert_eq!(client.answer().problem().0, "body-too-large", "not a byte of it was sent");

    // One that does not tell its length is cut off where it is too long.
    let mut client = served.connect();
    client.write(
        "POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    let chunk = [b"10000\r\n".to_vec(), vec![b' '; 1 << 16], b"\r\n".to_vec()].concat();
    let sent = (0..100_000).find(|_| client.try_write(&chunk).is_err()).expect("the server stops reading");
    assert!(sent < 50_000, "of 6.5 GB");
    assert_eq!(served.json("/v1/check", &asked(STORY)).status, 200);
}

#[test]
fn memory_for_bodies_is_bounded_over_all_clients() {
    let served = Served::empty(limits(|limits| {
        (limits.body, limits.bodies, limits.stop_timeout) = (1_000, 1_500, Duration::from_millis(100));
    }));
    let head = "POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\
                expect: 100-continue\r\n\r\n";
    let half = " ".repeat(900);
    let mut clients: Vec<_> = (0..2).map(|_| served.connect()).collect();
    for client in &mut clients {
        client.write(head);
        assert_eq!(client.answer().status, 100);
        client.write(&half);
    }
    // One of the two does not fit beside the other; which, the network decides.
    let (first, second) = clients.split_at_mut(1);
    let (first, second) = (&mut first[0], &mut second[0]);
    let answers = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for client in [first, second] {
            let answers = &answers;
            scope.spawn(move || {
                let answer = client.try_answer();
                answers.lock().unwrap().push(answer);
            });
        }
        while answers.lock().unwrap().is_empty() {
            std::thread::yield_now();
        }
        served.handle.stop();
    });
    let refused = answers.into_inner().unwrap().swap_remove(0).unwrap();
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
}

/// An index of 256 copies under keys that are as long as keys may be, and a batch of queries whose answer has some 40 MB: more
/// than the system takes off the server's hands before the client reads.
fn large_answers() -> (Index, String) {
    let index = Index::builder().build().unwrap();
    for number in 0..256 {
        index.insert(&format!("{number:016384}"), STORY).unwrap();
    }
    (index, vec![json!({ "text": STORY, "top": 256 }).to_string(); 10].join("\n"))
}

#[test]
fn memory_for_answers_that_nobody_reads_is_bounded_over_all_clients() {
    let (index, batch) = large_answers();
    let served = Served::new(limits(|limits| limits.bodies = 64 << 20), index);
    let mut slow = served.connect();
    slow.send("POST", "/v1/query", &["content-type: application/x-ndjson"], &batch);
    slow.wait();
    let refused = served.lines("/v1/query", &batch);
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    assert_eq!(refused.problem(), ("overloaded".to_owned(), "the memory for bodies is full; try again".to_owned()));
    assert_eq!(served.json("/v1/check", &asked(OTHER)).status, 200, "there is room for a small one");

    let read = slow.answer();
    let answers = read.lines();
    assert!(answers.len() == 10 && answers.iter().all(|answer| answer["matches"].as_array().unwrap().len() == 256));
    while served.lines("/v1/query", &batch).status != 200 {
        std::thread::yield_now();
    }
}

#[test]
fn an_answer_that_nobody_reads_is_given_up() {
    let (index, batch) = large_answers();
    let server = limits(|limits| (limits.bodies, limits.body_timeout) = (64 << 20, Duration::from_millis(500)));
    let served = Served::new(server, index);
    let mut slow = served.connect();
    slow.send("POST", "/v1/query", &["content-type: application/x-ndjson"], &batch);
    slow.wait();
    while served.lines("/v1/query", &batch).status != 200 {
        std::thread::yield_now();
    }
    assert!(slow.try_answer().is_none(), "it breaks off");
}

#[test]
fn an_answer_that_fits_in_no_memory_is_refused_by_the_limit() {
    let (index, batch) = large_answers();
    let served = Served::new(limits(|limits| (limits.body, limits.bodies) = (10_000, 1 << 20)), index);
    let detail = "the answer has more than 1048576 bytes; ask about fewer texts, or for fewer matches";
    let answer = served.lines("/v1/query", &batch);
    assert_eq!((answer.status, answer.problem()), (413, ("batch-too-large".to_owned(), detail.to_owned())));
}

#[test]
fn slow_clients_are_cut_off() {
    let served = Served::empty(limits(|limits| {
        (limits.head_timeout, limits.body_timeout) = (Duration::from_millis(200), Duration::from_millis(200));
    }));
    let mut slow_body = served.connect();
    slow_body.write(
        "POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
    );
    let answer = slow_body.answer();
    assert_eq!((answer.status, &*answer.problem().0), (408, "body-timeout"));
    let mut slow_head = served.connect();
    slow_head.write("POST /v1/check HTTP/1.1\r\nhost: loc");
    assert!(slow_head.try_answer().is_none());
    let mut silent = served.connect();
    assert!(silent.try_answer().is_none());
}

#[test]
fn under_overload_some_are_told_to_come_back_and_nobody_waits_in_line() {
    let served = Served::empty(limits(|limits| limits.requests = 1));
    let batch: Vec<String> = texts(200).map(|text| asked(&text)).collect();
    let batch = batch.join("\n");
    let refused = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while refused.load(Ordering::Relaxed) == 0 {
                    let answer = served.lines("/v1/check", &batch);
                    match answer.status {
                        200 => assert_eq!(answer.lines().len(), 200),
                        503 => {
                            assert_eq!(answer.problem().0, "overloaded");
                            assert_eq!(answer.header("retry-after"), Some("1"));
                            refused.fetch_add(1, Ordering::Relaxed);
                        }
                        _ => panic!("{answer:?}"),
                    }
                }
            });
        }
    });
    let answer = served.get("/metrics");
    assert!(answer.body.contains("mukarrar_rejected_total{reason=\"overloaded\"}"), "{}", answer.body);
    assert_eq!(served.lines("/v1/check", &batch).status, 200);
}

#[test]
fn ten_thousand_connections_that_say_nothing_keep_nobody_out() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    // Both ends of every connection are in this process, of which the server keeps no more than its limit.
    let granted = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: granted.maximum, ..granted });
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let count = usize::try_from(files.saturating_sub(2_000)).unwrap_or(usize::MAX).min(10_000);
    if count < 10_000 {
        println!("{count} connections, not 10,000: this process may have {files} open files");
    }
    let noted: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = Arc::clone(&noted);
    let server =
        limits(|limits| limits.connections = 256).note(move |note| notes.lock().unwrap().push(note.to_owned()));
    let served = Served::empty(server);
    let mut patient = served.connect();
    patient.send("POST", "/v1/insert", &["content-type: application/json"], &keyed("a", STORY));
    assert_eq!(patient.answer().status, 200);

    let mut silent = Vec::with_capacity(count);
    for number in 0..count {
        let mut client = served.connect();
        if number % 2 == 0 {
            // Half of them say something, and never the rest.
            let _ = client.try_write(b"POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n");
        }
        silent.push(client);
        if number % 1_000 == 0 {
            assert_eq!(served.json("/v1/check", &asked(COPY)).json()["verdict"], "duplicate");
        }
    }
    assert_eq!(served.json("/v1/check", &asked(COPY)).json()["verdict"], "duplicate");
    let metrics = served.get("/metrics").body;
    let value = |name: &str| -> usize {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().parse().unwrap()
    };
    assert!(value("mukarrar_connections ") <= 256);
    assert!(value("mukarrar_connections_evicted_total ") >= count - 256);
    assert_eq!(*noted.lock().unwrap(), [""; 0], "the process did not run out of files");
}

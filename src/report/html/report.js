"use strict";
(() => {
  // All texts are set as text, never as markup.
  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== "" && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };
  const data = (id) => JSON.parse(document.getElementById(id).textContent);

  const index = data("index");
  const rows = index.rows;
  const isPairs = index.kind === "pair";
  const PAGE = 25;
  const REASONS = { all: "", largest: "one of the largest", doubtful: "near the threshold", random: "from the sample" };
  const CLASSES = ["", "gone", "new", "out", "gone num", "new num", "gap"];

  // Parts of the data are read when they are needed; the last few are kept.
  const parts = new Map();
  const detail = (place) => {
    const number = Math.floor(place / index.part);
    if (!parts.has(number)) {
      if (parts.size > 8) parts.delete(parts.keys().next().value);
      parts.set(number, data("part-" + number));
    }
    return parts.get(number)[place % index.part];
  };

  // Spelling that differs between sites must not hide a result.
  const fold = (text) => text.toLowerCase().normalize("NFKD")
    .replace(/[\u0300-\u036f\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200c\u200d]/g, "")
    .replace(/[أإآٱ]/g, "ا").replace(/[ىیئ]/g, "ي").replace(/[ؤ]/g, "و").replace(/ک/g, "ك").replace(/[ةہھە]/g, "ه");
  rows.forEach((row, place) => {
    row.place = place;
    row.words = fold([row.t, ...row.ids, ...row.src, "#" + row.n].join("\n"));
    row.doubt = row.hi === 0 || row.lo === 1 ? 2 : Math.abs(row.lo - index.threshold);
  });

  const count = (n, one, many) => n.toLocaleString("en") + " " + (n === 1 ? one : many);
  const facts = (row) => {
    const relations = Object.entries(row.rel).map(([name, n]) => (isPairs ? name : n.toLocaleString("en") + " " + name));
    const list = isPairs ? relations : [count(row.size, "text", "texts"), ...relations];
    if (row.hi > 0) list.push("Jaccard " + (row.lo === row.hi ? row.lo : row.lo + " to " + row.hi));
    if (row.date) list.push(row.date.slice(0, 10));
    if (REASONS[row.why]) list.push(REASONS[row.why]);
    return list.join(" · ");
  };

  const text = (member) => {
    const paragraph = make("p", { class: "text", dir: "auto", lang: member.lang });
    for (const [mark, piece] of member.text) {
      if (mark === 0) paragraph.append(piece);
      else if (mark === 6) paragraph.append(make("bdi", { class: "gap", dir: "ltr", lang: "en" }, "… " + piece + " words …"));
      else {
        const tag = mark === 1 || mark === 4 ? "del" : mark === 3 ? "span" : "ins";
        paragraph.append(make(tag, { class: CLASSES[mark] }, piece));
      }
    }
    return paragraph;
  };

  const card = (member) => {
    const isKeeper = member.relation === "keeper";
    const name = isKeeper && isPairs ? "first" : member.relation;
    const line = make("p", { class: "facts" }, make("bdi", null, member.id));
    for (const part of [member.source, member.place]) if (part) line.append(" · ", make("bdi", null, part));
    for (const part of [member.date, member.kind]) if (part) line.append(" · " + part);
    if (!isKeeper) line.append(" · Jaccard " + member.jaccard + " · containment " + member.containment);
    const sentence = isKeeper && isPairs ? "The first text of the pair." : member.sentence;
    const article = make("article", { class: isKeeper ? "member keeper" : "member" },
      make("h3", null, make("span", { class: "relation" }, name), " ", make("bdi", { lang: member.lang }, member.title)),
      line, make("p", { class: "why" }, sentence));
    if (member.text.length) article.append(text(member));
    return article;
  };

  const fill = (box, row) => {
    if (box.dataset.filled) return;
    box.dataset.filled = "yes";
    const cluster = detail(row.place);
    box.append(...cluster.members.map(card));
    if (cluster.more) box.append(make("p", null, count(cluster.more, "more member is", "more members are") + " not shown."));
    if (cluster.members.every((member) => !member.text.length)) {
      box.append(make("p", null, "The texts are left out to keep this file small."));
    }
  };

  const item = (row) => {
    const box = make("details", { class: "cluster" },
      make("summary", null, make("span", { class: "number" }, "#" + row.n), " ",
        make("bdi", { class: "title", lang: row.lang }, row.t || "no title"), " ",
        make("span", { class: "facts" }, facts(row)), " ",
        ...row.src.slice(0, 4).flatMap((source) => [make("bdi", { class: "facts" }, source), " "])));
    box.addEventListener("toggle", () => { if (box.open) fill(box, row); });
    return box;
  };

  // The controls.
  const field = (label, control, cls) => make("label", { class: cls }, label, control);
  const option = (value, label) => {
    const element = make("option", null, label || value);
    // Also if it is empty: without a value, the label would be the value.
    element.value = value;
    return element;
  };
  const select = (...options) => make("select", null, ...options);
  const number = (value, min, max, step) => make("input", { type: "number", value, min, max, step });
  const names = (key) => {
    const counts = new Map();
    for (const row of rows) for (const name of key(row)) counts.set(name, (counts.get(name) || 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 500).map(([name]) => name);
  };

  const search = make("input", { type: "search", placeholder: "words, ids, sources", dir: "auto" });
  const relation = select(option("", "any"), ...names((row) => Object.keys(row.rel)).map((name) => option(name)));
  const source = select(option("", "any"), ...names((row) => row.src).map((name) => option(name)));
  const low = number("0", "0", "1", "0.05");
  const high = number("1", "0", "1", "0.05");
  const least = number("1", "1", "", "1");
  const order = select(option("n", isPairs ? "as in the results" : "largest first"), option("doubt", "nearest to the threshold"),
    option("lo", "least alike"), option("date", "by date"));
  const status = make("p", { role: "status" });
  const back = make("button", { type: "button" }, "Previous");
  const next = make("button", { type: "button" }, "Next");
  const where = make("span");
  const form = make("form", { role: "search", "aria-label": "Find " + index.kind + "s" },
    field("Search titles, ids and sources", search, "search"), field("Relation", relation), field("Source", source),
    field("Jaccard from", low), field("Jaccard to", high));
  if (!isPairs) form.append(field("Texts, at least", least));
  form.append(field("Order", order));
  const list = document.getElementById("clusters");
  document.getElementById("controls").append(form, status);
  list.after(make("nav", { class: "pager", "aria-label": "Pages" }, back, where, next));

  let found = rows;
  let page = 0;
  const show = () => {
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    page = Math.min(Math.max(page, 0), pages - 1);
    list.replaceChildren(...found.slice(page * PAGE, (page + 1) * PAGE).map(item));
    where.textContent = "Page " + (page + 1) + " of " + pages;
    back.disabled = page === 0;
    next.disabled = page === pages - 1;
    status.textContent = count(found.length, index.kind + " found.", index.kind + "s found.");
  };
  const value = (input, other) => (input.value.trim() === "" || Number.isNaN(Number(input.value)) ? other : Number(input.value));
  const filter = () => {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    const [from, to, size] = [value(low, 0), value(high, 1), value(least, 1)];
    found = rows.filter((row) => words.every((word) => row.words.includes(word))
      && (!relation.value || relation.value in row.rel)
      && (!source.value || row.src.includes(source.value))
      && row.lo <= to && (row.hi || 1) >= from && (isPairs || row.size >= size));
    const key = order.value;
    if (key !== "n") found.sort((a, b) => (a[key] || "~") < (b[key] || "~") ? -1 : (a[key] || "~") > (b[key] || "~") ? 1 : a.place - b.place);
    page = 0;
    show();
  };
  let timer = 0;
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 120); });
  form.addEventListener("submit", (event) => event.preventDefault());
  const turn = (step) => { page += step; show(); document.getElementById("list").scrollIntoView(); };
  back.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));
  addEventListener("beforeprint", () => { for (const box of list.querySelectorAll("details")) box.open = true; });
  show();
  const first = list.querySelector("details");
  if (first) { first.open = true; }
})();

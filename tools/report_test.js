// Opens reports and the page for labelling in headless Chromium, at the width of a desk and of a phone: what is shown, found
// and filtered, axe-core's findings, and what hostile text can do.
//
//     npm install puppeteer-core axe-core
//     NODE_PATH=node_modules node tools/report_test.js target/debug/mukarrar
//
// The environment variable CHROMIUM names the browser (default: /usr/bin/chromium). Exits 1 if a check fails.

"use strict";
const { execFileSync, spawn } = require("node:child_process");
const { once } = require("node:events");
const readline = require("node:readline");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const puppeteer = require("puppeteer-core");

const program = path.resolve(process.argv[2]);
const home = fs.mkdtempSync(path.join(os.tmpdir(), "report-"));
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const failures = [];

const check = (holds, what) => {
  console.log((holds ? "ok    " : "FAILED ") + what);
  if (!holds) failures.push(what);
};

/// A file of JSON Lines in the home directory.
const input = (name, records) => fs.writeFileSync(path.join(home, name), records.map((r) => JSON.stringify(r) + "\n").join(""));

/// Runs a command with `--report`; the path of the report.
const report = (name, ...words) => {
  // A comparison has nothing to be quiet about.
  const quiet = words[0] === "compare" ? [] : ["-q"];
  execFileSync(program, [...words, ...quiet, "--report", name], { cwd: home, stdio: ["ignore", "ignore", "inherit"] });
  return path.join(home, name);
};

/// Opens a report in a page that notes everything that it must not do.
const open = async (browser, file, width) => {
  const page = await browser.newPage();
  page.noted = [];
  page.on("dialog", (dialog) => { page.noted.push("dialog"); dialog.dismiss(); });
  page.on("console", (message) => page.noted.push("console: " + message.text()));
  page.on("pageerror", (error) => page.noted.push("error: " + error.message));
  page.on("request", (request) => { if (!request.url().startsWith("file:")) page.noted.push("request: " + request.url()); });
  await page.setViewport({ width, height: 900 });
  await page.goto("file://" + file);
  return page;
};

/// Changes a control, and waits until the list has followed.
const found = async (page, selector, value) => page.evaluate(async (selector, value) => {
  const control = document.querySelector(selector);
  control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((done) => setTimeout(done, 400));
  return parseInt(document.querySelector("[role=status]").textContent.replace(/,/g, ""), 10);
}, selector, value);

/// axe-core's findings, which runs in a world of its own because the report lets no foreign script run.
const accessible = async (page) => {
  const client = await page.createCDPSession();
  const { frameTree } = await client.send("Page.getFrameTree");
  const { executionContextId: contextId } =
    await client.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "axe" });
  await client.send("Runtime.evaluate", { expression: axe, contextId });
  const expression = "axe.run().then((found) => JSON.stringify(found.violations.map((v) => [v.id, v.impact, v.nodes[0].html])))";
  const answer = await client.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true, contextId });
  return JSON.parse(answer.result.value);
};

/// Starts `label`; the process, and the address that it prints.
const labelling = async (...words) => {
  const child = spawn(program, ["label", ...words], { cwd: home, stdio: ["ignore", "ignore", "pipe"] });
  for await (const line of readline.createInterface({ input: child.stderr })) {
    const found = /http:\S+/.exec(line);
    if (found) return { child, url: found[0] };
  }
  throw new Error("label ended without an address");
};

/// Waits until the page for labelling shows this status.
const shows = (page, text) =>
  page.waitForFunction((text) => document.getElementById("progress").textContent.startsWith(text), { timeout: 10_000 }, text);

(async () => {
  // The words of each story are its own.
  const letters = "بتثجحخدذرز";
  const word = (n) => "ل" + String(n).replace(/\d/g, (digit) => letters[digit]);
  const story = (n) => Array.from({ length: 30 }, (_, place) => word(1000 + 30 * n + place)).join(" ");
  const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(1)> "\'`${alert(1)}` &lt; ';
  const records = [];
  for (let n = 1; n <= 60; n += 1) {
    for (const source of ["first.example", "second.example"]) {
      records.push({ id: `${source}-${n}`, text: hostile + n + story(n), title: hostile + n, url: `https://${source}/${n}` });
    }
  }
  input("stories.jsonl", records);
  const clusters = report("clusters.html", "clusters", "stories.jsonl", "--facts", "off", "-o", "clusters.jsonl", "-f", "jsonl");
  const expected = fs.readFileSync(path.join(home, "clusters.jsonl"), "utf8").trimEnd().split("\n").length;

  check(expected === 60, `60 clusters were written: ${expected}`);

  const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";
  const browser = await puppeteer.launch({ executablePath, headless: true, args: ["--no-sandbox"] });

  for (const width of [1280, 390]) {
    const page = await open(browser, clusters, width);
    const at = ` at ${width} px`;
    check(await found(page, "input[type=search]", "") === expected, `all ${expected} clusters are found` + at);
    check(await found(page, "input[type=search]", "first.example-7") >= 1, "an id is found" + at);
    check(await found(page, "input[type=search]", "no such words") === 0, "what is not there is not found" + at);
    await found(page, "input[type=search]", "");
    check(await found(page, "#controls select", "near") <= expected, "a relation filters" + at);
    check(await found(page, "#controls select", "") === expected, "any relation is all" + at);

    check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the page" + at);
    const findings = await accessible(page);
    check(findings.length === 0, "axe-core finds nothing" + at + " " + JSON.stringify(findings));
    check(page.noted.length === 0, "no dialog, message or request" + at + " " + page.noted.join("; "));

    await page.pdf({ path: path.join(home, "printed.pdf") });
    check(fs.statSync(path.join(home, "printed.pdf")).size > 10000, "the report is printed" + at);
    await page.close();
  }

  // Pages without lists.
  fs.writeFileSync(path.join(home, "a.txt"), hostile + story(1));
  fs.writeFileSync(path.join(home, "b.txt"), hostile + story(1) + " 2");
  const others = [
    report("preview.html", "preview", "stories.jsonl", "--facts", "off"),
    report("describe.html", "describe", "stories.jsonl"),
    report("compare.html", "compare", "a.txt", "b.txt"),
  ];
  for (const file of others) {
    for (const width of [1280, 390]) {
      const page = await open(browser, file, width);
      const at = ` in ${path.basename(file)} at ${width} px`;
      check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the page" + at);
      const findings = await accessible(page);
      check(findings.length === 0, "axe-core finds nothing" + at + " " + JSON.stringify(findings));
      check(page.noted.length === 0, "no dialog, message or request" + at + " " + page.noted.join("; "));
      await page.close();
    }
  }

  // The page for labelling, by its keys.
  execFileSync(program, ["pairs", "stories.jsonl", "--facts", "off", "-q", "-o", "pairs.jsonl"], { cwd: home });
  const { child, url } = await labelling("pairs.jsonl", "stories.jsonl", "--labels", "labels.tsv", "--sample", "6");
  for (const width of [1280, 390]) {
    const page = await browser.newPage();
    const at = ` on the page for labelling at ${width} px`;
    const noted = [];
    page.on("dialog", (dialog) => { noted.push("dialog"); dialog.dismiss(); });
    page.on("pageerror", (error) => noted.push("error: " + error.message));
    await page.setViewport({ width, height: 900 });
    await page.goto(url);

    const before = width === 1280 ? 0 : 3;
    await page.waitForSelector("#texts[aria-busy=false] .member + .member", { timeout: 10_000 });
    await shows(page, `${before} of 6`);
    for (const [place, key] of ["c", "f", "ArrowLeft", "o", "n", "p"].entries()) {
      await page.keyboard.press(key);
      // While a pair is being loaded, keys do nothing.
      await page.waitForSelector("#texts[aria-busy=false] .member + .member", { timeout: 10_000 });
      // Answers count; other keys only move, and one answer is changed.
      const answered = [1, 2, 2, 2, 2, 3][place];
      await shows(page, `${before + answered} of 6`);
    }
    check(await page.evaluate(() => document.getElementById("problem").hidden), "all answers are stored" + at);
    check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the page" + at);
    const findings = await accessible(page);
    check(findings.length === 0, "axe-core finds nothing" + at + " " + JSON.stringify(findings));
    check(noted.length === 0, "hostile text does nothing" + at + " " + noted.join("; "));
    if (process.env.SCREENSHOTS) {
      await page.screenshot({ path: path.join(process.env.SCREENSHOTS, `label-${width}.png`) });
    }
    await page.close();
  }
  child.kill("SIGINT");
  await once(child, "exit");
  const labels = fs.readFileSync(path.join(home, "labels.tsv"), "utf8").trimEnd().split("\n").map((line) => line.split("\t")[2]);
  check(labels.length === 6 && labels.every((label) => ["copy", "part", "form", "other"].includes(label)), `labels ${labels}`);

  const page = await browser.newPage();
  await page.setJavaScriptEnabled(false);
  await page.goto("file://" + clusters);
  const shown = await page.evaluate(() => document.body.innerText);
  check(shown.includes("120"), "without scripts the counts are shown");

  await browser.close();
  fs.rmSync(home, { recursive: true });
  if (failures.length > 0) {
    console.log(`${failures.length} checks failed`);
    process.exitCode = 1;
  }
})();

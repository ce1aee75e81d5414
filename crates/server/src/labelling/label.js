"use strict";

// The token is in the fragment, which browsers do not send.
const token = location.hash.slice(1);
const byId = (id) => document.getElementById(id);
const buttons = [...document.querySelectorAll("[data-label]")];
const keys = { c: "copy", p: "part", f: "form", o: "other" };
let place = 0;
let pairs = 0;
// While an answer is being stored or a pair is being loaded, keys do nothing: nobody labels a pair that is not yet shown.
let busy = false;

function setBusy(is) {
  busy = is;
  byId("texts").setAttribute("aria-busy", String(is));
}

async function ask(path, label) {
  const options = { headers: { Authorization: `Bearer ${token}` } };
  if (label) {
    options.method = "POST";
    options.body = JSON.stringify({ label });
  }
  const response = await fetch(path, options).catch(() => {
    throw new Error("The program does not answer. Is it still running?");
  });
  if (!response.ok) {
    throw new Error(await response.text());
  }
  return response.json();
}

function showProgress(progress) {
  pairs = progress.pairs;
  const rest = progress.next === null ? "All have a label; end the program with Ctrl-C." : "";
  byId("progress").textContent = `${progress.labelled} of ${pairs} pairs have a label. ${rest}`;
}

async function show(number) {
  place = number;
  const pair = await ask(`pairs/${number}`);
  byId("facts").textContent =
    `Pair ${number + 1}: ${pair.relation}, Jaccard ${pair.jaccard.toFixed(3)}, containment ${pair.containment.toFixed(3)}`;
  // The program escapes all text of the input, and the policy of the page forbids other scripts.
  byId("texts").innerHTML = pair.html;
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset.label === pair.label));
  }
  scrollTo(0, 0);
}

async function answer(label) {
  const progress = await ask(`pairs/${place}`, label);
  showProgress(progress);
  await show(progress.next ?? place);
}

// Runs one step at a time, and shows what went wrong.
async function run(step) {
  if (busy) {
    return;
  }
  setBusy(true);
  try {
    await step();
    byId("problem").hidden = true;
  } catch (error) {
    byId("problem").textContent = error.message;
    byId("problem").hidden = false;
  } finally {
    setBusy(false);
  }
}

const move = (step) => run(() => show(Math.min(Math.max(place + step, 0), pairs - 1)));

async function open() {
  const progress = await ask("pairs");
  showProgress(progress);
  await show(progress.next ?? 0);
}

for (const button of buttons) {
  button.addEventListener("click", () => run(() => answer(button.dataset.label)));
}
byId("back").addEventListener("click", () => move(-1));
byId("skip").addEventListener("click", () => move(1));
byId("open").addEventListener("click", () => run(open));

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
    return;
  }
  // An Arabic keyboard gives Arabic letters; then the place of the key counts.
  const typed = event.key.toLowerCase();
  const key = /^[a-z]$/.test(typed) ? typed : event.code.replace(/^Key/, "").toLowerCase();
  if (keys[key]) {
    run(() => answer(keys[key]));
  } else if (event.key === "ArrowLeft") {
    move(-1);
  } else if (event.key === "ArrowRight") {
    move(1);
  } else if (key === "n") {
    run(open);
  }
});

run(open);

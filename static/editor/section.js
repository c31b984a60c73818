// The page of one section: rich text, live rendering, autosave, drafts kept in this browser, who else is here.
// Every one of them may fail, and the plain form still saves.

import { Drafts, fieldsOf, fill } from "./drafts.js";
import { Facts } from "./facts.js";
import { open } from "./rich.js";

const form = document.getElementById("section-form");
const TYPING = 120; // ms of quiet before the sheet is drawn again
const RESTING = 1500; // before the text is saved
const AGAIN = 10_000; // after which a save that failed is tried again
const HERE = 20_000;
const PATIENCE = 4000; // how long another form waits for the text to be saved

class Page {
  constructor() {
    this.drafts = new Drafts(form.dataset.person, form.dataset.section);
    this.rich = null;
    this.textChanged = false; // the rich editor holds something that the text area does not
    this.unsaved = false;
    this.version = 0; // grows with every change
    this.saving = null; // while it is being saved: the promise of it
    this.facts = null; // the form of facts beside this one
    this.blocked = ""; // why autosaving has stopped: "changed"
    this.saved = document.getElementById("saved");
    this.timers = {};
  }

  // --- What is sent ---------------------------------------------------------------------------------------------

  data() {
    const data = new FormData(form);
    if (this.rich && this.textChanged) data.set("body_html", this.rich.html);
    data.delete("next");
    data.delete("save");
    return data;
  }

  async post(address, data) {
    const answer = await fetch(address, {
      method: "POST",
      body: data,
      redirect: "manual",
      headers: { "X-CSRFToken": token() },
    });
    if (answer.type === "opaqueredirect" || answer.status === 403) throw new SignedOut();
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  // --- Changes --------------------------------------------------------------------------------------------------

  changed() {
    this.version += 1;
    this.unsaved = true;
    this.keep();
    if (!this.blocked) this.tell("", "");
    this.later("render", TYPING, () => this.render());
    if (!this.blocked) this.later("save", RESTING, () => this.save());
  }

  later(name, wait, what) {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(what, wait);
  }

  keep() {
    this.later("keep", 50, () => this.keepNow());
  }

  keepNow() {
    clearTimeout(this.timers.keep);
    this.drafts.keep({ fields: fieldsOf(form), rich: this.rich && this.textChanged ? this.rich.state : null });
  }

  tell(state, text, link = null) {
    this.saved.className = `saved ${state}`;
    this.saved.replaceChildren(text);
    if (link) this.saved.append(" ", link);
  }

  // --- The sheet beside the form --------------------------------------------------------------------------------

  async render() {
    const version = this.version;
    this.rendering?.abort();
    this.rendering = new AbortController();
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST",
        body: this.data(),
        redirect: "manual",
        headers: { "X-CSRFToken": token() },
        signal: this.rendering.signal,
      });
      if (!answer.ok) return;
      const shown = await answer.json();
      if (version !== this.version) return;
      document.getElementById("sheet").innerHTML = shown.html;
      const points = document.getElementById("points");
      const isOpen = points.querySelector("details")?.open;
      points.innerHTML = shown.points;
      if (isOpen) points.querySelector("details")?.setAttribute("open", "");
      document.getElementById("findings").innerHTML = shown.findings;
      problems(shown.problems);
    } catch {
      // without a connection the sheet stays as it was
    }
  }

  // --- Saving ---------------------------------------------------------------------------------------------------

  save() {
    if (!this.saving && this.unsaved && !this.blocked) {
      this.saving = this.send().finally(() => {
        this.saving = null;
      });
    }
    return this.saving;
  }

  // Before the page goes away by another form: everything typed is saved, or else kept in this browser.
  async settle() {
    clearTimeout(this.timers.save);
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
    await Promise.race([patience, (async () => (await this.saving, await this.save()))()]);
    if (this.unsaved) this.keepNow();
    return !this.unsaved;
  }

  async send() {
    const version = this.version;
    this.tell("busy", "保存中");
    try {
      const answer = await this.post(form.dataset.autosave, this.data());
      if (answer.state === "saved") {
        form.elements.counter.value = answer.counter;
        form.elements.opened.value = answer.opened;
        if (version === this.version) {
          this.unsaved = false;
          clearTimeout(this.timers.keep);
          this.drafts.drop();
        }
        this.tell("ok", `✓ 保存済み ${answer.time}`);
      } else if (answer.state === "changed") {
        this.blocked = "changed";
        this.tell("bad", "保存できません：ほかの人がこの節を先に保存しました。", this.button("両方を見る"));
      } else {
        problems(answer.problems);
        this.tell("bad", "保存できません：入力を確かめてください。入力した内容はこのブラウザーに残っています。");
      }
    } catch (error) {
      if (error instanceof SignedOut) {
        this.tell("bad", "保存できません：サインインの期限が切れました。内容はこのブラウザーに残っています。", this.signIn());
      } else {
        this.tell("bad", "保存できません：サーバーに接続できません。内容はこのブラウザーに残っています。");
      }
      this.later("save", AGAIN, () => this.save());
    }
    if (this.unsaved && version !== this.version) this.later("save", RESTING, () => this.save());
  }

  button(text) {
    const button = document.createElement("button");
    button.type = "submit";
    button.setAttribute("form", form.id);
    button.name = "save";
    button.value = "1";
    button.className = "btn btn-small";
    button.textContent = text;
    return button;
  }

  signIn() {
    const link = document.createElement("a");
    link.href = form.dataset.signIn;
    link.target = "_blank";
    link.textContent = "別のタブでサインインする";
    return link;
  }

  // --- What was kept in this browser ----------------------------------------------------------------------------

  async offer() {
    const kept = this.drafts.read();
    if (!kept?.fields) return;
    if (form.hasAttribute("data-unsaved")) return; // the page already shows it
    const data = new FormData(form);
    const before = [...data].filter(([name]) => !["csrfmiddlewaretoken", "counter", "opened"].includes(name));
    const same = (fields) => JSON.stringify(fields) === JSON.stringify(before);
    const fields = kept.fields.filter(([name]) => !["counter", "opened"].includes(name));
    if (!kept.rich && same(fields)) return this.drafts.drop();
    if (kept.rich && this.rich && (await this.isSaved(kept, fields, before))) return this.drafts.drop();
    const note = document.getElementById("kept");
    const at = new Date(kept.at).toLocaleString("ja-JP", { dateStyle: "short", timeStyle: "short" });
    note.querySelector("[data-text]").textContent =
      `${at} に入力した、まだ保存されていない内容がこのブラウザーに残っています。`;
    note.hidden = false;
    note.querySelector("[data-restore]").addEventListener("click", () => {
      note.hidden = true;
      fill(form, kept.fields); // with its counter: whoever saved meanwhile is not overwritten
      if (kept.rich && this.rich) {
        this.textChanged = true;
        this.rich.show(kept.rich);
      } else if (this.rich) this.plainAgain();
      this.changed();
    });
    note.querySelector("[data-drop]").addEventListener("click", () => {
      note.hidden = true;
      this.drafts.drop();
    });
  }

  // Whether what was kept is what the server has, which only the server can tell of rich text.
  async isSaved(kept, fields, before) {
    const data = new FormData();
    for (const [name, value] of kept.fields) data.append(name, value);
    data.set("body_html", this.rich.htmlOf(kept.rich));
    try {
      const shown = await this.post(form.dataset.draft, data);
      const lines = (pairs) => JSON.stringify(pairs.filter(([name]) => name !== "body"));
      const body = form.elements.body.value.replaceAll("\r\n", "\n").trimEnd();
      return shown.body.trimEnd() === body && lines(fields) === lines(before);
    } catch {
      return false;
    }
  }

  // The text area holds what counts: the rich editor makes way for it.
  plainAgain() {
    document.getElementById("plain").hidden = false;
    document.getElementById("rich").hidden = true;
    this.rich = null;
  }

  // --- Who else is here -----------------------------------------------------------------------------------------

  async presence() {
    try {
      const answer = await this.post(form.dataset.presence, new FormData());
      const others = document.getElementById("others");
      if (others.textContent !== answer.others) others.textContent = answer.others;
    } catch {
      // told again in a while
    }
  }

  leave() {
    const data = new FormData();
    data.set("leave", "1");
    data.set("csrfmiddlewaretoken", token());
    navigator.sendBeacon(form.dataset.presence, data);
  }
}

class SignedOut extends Error {}

function token() {
  // Signing in again gives a new one, in the cookie.
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie);
  return cookie ? cookie[1] : form.elements.csrfmiddlewaretoken.value;
}

function problems(found = {}) {
  const sentences = [found.body, found[""]].filter(Boolean).join(" ");
  const place = document.getElementById("rich-problems");
  if (place.textContent !== sentences) place.textContent = sentences;
}

// --- Toolbar, pickers, phrases --------------------------------------------------------------------------------------

function tools(page, options) {
  const { rich } = page;
  const buttons = [...document.querySelectorAll("[data-do]")];
  const linkDialog = document.getElementById("link-dialog");
  const update = () => {
    for (const button of buttons) {
      if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", rich.isOn(button.dataset.do));
    }
    document.getElementById("table-tools").hidden = !rich.inTable;
  };
  rich.editor.on("transaction", update);
  for (const button of buttons) {
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps the focus
    button.addEventListener("click", () => {
      if (button.dataset.do !== "link") return rich.do(button.dataset.do);
      linkDialog.querySelector("input").value = rich.linked;
      linkDialog.showModal();
    });
  }
  const apply = () => {
    if (rich.link(linkDialog.querySelector("input").value.trim()) !== false) linkDialog.close();
    else linkDialog.querySelector("input").setAttribute("aria-invalid", "true");
  };
  linkDialog.querySelector("[data-apply]").addEventListener("click", apply);
  linkDialog.querySelector("input").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    apply();
  });
  for (const button of document.querySelectorAll("[data-pick]")) {
    const dialog = document.getElementById(`pick-${button.dataset.pick}`);
    picker(dialog, options[button.dataset.pick], (option) => rich.chip(option.placeholder, option.says));
    button.addEventListener("click", () => {
      dialog.querySelector("input").value = "";
      dialog.dispatchEvent(new Event("draw"));
      dialog.showModal();
    });
  }
  for (const close of document.querySelectorAll("dialog [data-close]")) {
    close.addEventListener("click", () => close.closest("dialog").close());
  }
  for (const button of form.querySelectorAll("button[name=insert]")) {
    button.addEventListener("click", (event) => {
      const phrase = options.phrases[button.value];
      if (!phrase || !page.rich) return;
      event.preventDefault();
      rich.phrase(phrase.html);
      const stance = form.elements["stances-0-stance"];
      if (stance && !stance.value) stance.value = phrase.stance;
      page.changed();
    });
  }
}

function picker(dialog, options, choose) {
  const list = dialog.querySelector("ul");
  const input = dialog.querySelector("input");
  const draw = () => {
    const words = input.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    const found = options.filter((option) => {
      const text = `${option.label} ${option.says} ${option.placeholder}`.normalize("NFKC").toLowerCase();
      return words.every((word) => text.includes(word));
    });
    list.replaceChildren(
      ...found.slice(0, 60).map((option) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        const label = document.createElement("span");
        label.textContent = option.label;
        button.append(label);
        if (option.says !== option.label) {
          const says = document.createElement("span");
          says.className = "muted small";
          says.textContent = option.says;
          button.append(" ", says);
        }
        button.addEventListener("click", () => {
          dialog.close();
          choose(option);
        });
        item.append(button);
        return item;
      }),
    );
    dialog.querySelector("[data-count]").textContent =
      found.length > 60 ? `${found.length}件のうち60件を表示しています。` : `${found.length}件`;
  };
  dialog.addEventListener("draw", draw);
  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    list.querySelector("button")?.click();
  });
}

// --- Beginning ------------------------------------------------------------------------------------------------------

async function begin() {
  const page = new Page();
  const options = JSON.parse(document.getElementById("editor-data").textContent);
  try {
    page.rich = await open(form.dataset.engine, {
      element: document.getElementById("rich-text"),
      label: "rich-label",
      html: options.html,
      onChange: () => {
        page.textChanged = true;
        page.changed();
      },
    });
    document.getElementById("plain").hidden = true;
    document.getElementById("rich").hidden = false;
    tools(page, options);
  } catch (error) {
    console.warn(error);
    page.rich = null; // the text area stays
  }
  for (const part of form.querySelectorAll(".scripted")) part.hidden = false;

  form.addEventListener("input", (event) => {
    if (!event.target.closest("#rich-text, dialog")) page.changed();
  });
  const factsForm = document.getElementById("facts-form");
  if (factsForm) page.facts = new Facts(factsForm, page, options.facts, token);

  form.addEventListener("submit", async (event) => {
    const way = event.submitter?.name;
    if (page.facts?.changed && !page.facts.stays && !page.blocked && (way === "next" || way === "save")) {
      // Facts typed beside the text are not left behind: the text is saved first, then they are.
      event.preventDefault();
      if (await page.settle()) return page.facts.send(way === "next" ? "next" : "");
      page.facts.stays = true; // kept in this browser: what is wrong with the text comes first
      return form.requestSubmit(event.submitter);
    }
    form.elements.csrfmiddlewaretoken.value = token();
    if (page.unsaved) page.keepNow(); // should the connection be gone just now
    page.leaving = true;
    form.querySelector("input[name=body_html]")?.remove();
    if (page.rich && page.textChanged) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = "body_html";
      input.value = page.rich.html;
      form.append(input);
    }
  });
  document.getElementById("sheet").addEventListener("click", (event) => {
    const target = /^#s(\d+)$/.exec(event.target.closest("a.reference")?.getAttribute("href") ?? "");
    if (!target) return;
    event.preventDefault();
    location.assign(`../${target[1]}/`); // the sheet holds this section alone
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.stopPropagation();
    form.requestSubmit(form.querySelector("button[name=next]"));
  }, true);

  window.addEventListener("beforeunload", (event) => {
    if ((page.unsaved || page.facts?.changed) && !page.leaving) event.preventDefault();
  });
  window.addEventListener("pagehide", () => {
    if (page.unsaved) page.keepNow();
    page.leave();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) page.leaving = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") page.save();
    else page.presence();
  });
  window.addEventListener("online", () => page.save());
  window.addEventListener("focus", () => page.unsaved && page.save());

  if (form.hasAttribute("data-unsaved")) {
    page.unsaved = true; // what the server refused, or proposes
    page.keepNow();
  }
  await page.offer();
  page.facts?.offer();
  await page.presence();
  setInterval(() => document.visibilityState === "visible" && page.presence(), HERE);
  form.dataset.ready = "";
}

if (form) begin();

// The facts beside the text: what is typed in them is kept too, and the text is saved before they are.

import { Drafts, fieldsOf, fill } from "./drafts.js";

export class Facts {
  constructor(form, page, options, token) {
    this.form = form;
    this.page = page;
    this.drafts = new Drafts(page.drafts.key.replace(/^hakusho\.draft\./, ""), "facts");
    this.changed = form.hasAttribute("data-unsaved");
    this.stays = false; // the text goes without them: they are kept here
    form.addEventListener("input", () => {
      this.changed = true;
      this.stays = false;
      this.keep(false);
    });
    form.addEventListener("submit", (event) => this.submitted(event, token));
    for (const button of form.querySelectorAll("[data-insert]")) {
      const option = options.find((each) => each.placeholder === `{{ ${button.dataset.insert} }}`);
      if (!option || !page.rich) continue;
      button.hidden = false;
      button.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps its cursor
      button.addEventListener("click", () => page.rich?.chip(option.placeholder, option.says));
    }
  }

  keep(isSent) {
    this.drafts.keep({ fields: fieldsOf(this.form), isSent });
  }

  // Saves the facts; then the page of the next section comes, or of this one again.
  send(then) {
    this.form.elements.then.value = then;
    this.form.requestSubmit();
  }

  async submitted(event, token) {
    const { form, page } = this;
    if (page.unsaved && !this.isSettled) {
      event.preventDefault();
      if (this.isSettling) return;
      this.isSettling = true;
      await page.settle();
      this.isSettling = false;
      this.isSettled = true; // saved, or kept in this browser and offered when the page comes back
      form.requestSubmit();
      return;
    }
    this.isSettled = false;
    form.elements.csrfmiddlewaretoken.value = token();
    if (this.changed) this.keep(true);
    page.leaving = true;
  }

  // What was typed and never saved. A field whose fact has changed since it was sent has been saved.
  offer() {
    const kept = this.drafts.read();
    if (!kept?.fields || this.form.hasAttribute("data-unsaved")) return;
    const now = valuesOf(fieldsOf(this.form));
    const then = valuesOf(kept.fields);
    const typed = [...then.keys()].filter((name) => /^[fn]_/.test(name));
    const lost = typed.filter((name) => {
      const marks = `d_${slotOf(name, now)}`;
      const isSaved = kept.isSent && now.get(marks) !== then.get(marks);
      return then.get(name) !== now.get(name) && !isSaved;
    });
    if (!lost.length) return this.drafts.drop();
    const note = this.form.querySelector("[data-kept]");
    note.hidden = false;
    note.querySelector("[data-restore]").addEventListener("click", () => {
      note.hidden = true;
      fill(this.form, kept.fields);
      this.form.elements.then.value = "";
      this.changed = true;
      for (const name of lost) this.unfold(name);
    });
    note.querySelector("[data-drop]").addEventListener("click", () => {
      note.hidden = true;
      this.drafts.drop();
    });
  }

  unfold(name) {
    const input = [...this.form.elements].find((element) => element.name === name);
    for (let fold = input?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }
}

function valuesOf(fields) {
  const values = new Map();
  for (const [name, value] of fields) values.set(name, JSON.stringify([values.get(name) ?? "", value]));
  return values;
}

// f_retention-unit → retention: the longest name that the form has marks for.
function slotOf(name, values) {
  let slot = name.slice(2);
  while (slot && !values.has(`d_${slot}`) && slot.includes("-")) slot = slot.slice(0, slot.lastIndexOf("-"));
  return slot;
}

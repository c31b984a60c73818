// What is typed and not yet saved, kept in this browser per person and section.

export class Drafts {
  constructor(person, section) {
    this.key = `hakusho.draft.${person}.${section}`;
  }

  // What was kept: {at, fields, html}, or null.
  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  keep(draft) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ ...draft, at: Date.now() }));
      return true;
    } catch {
      return false; // no room, or a browser that keeps nothing
    }
  }

  drop() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // nothing was kept either
    }
  }
}

const UNKEPT = new Set(["csrfmiddlewaretoken", "body_html"]);

export function fieldsOf(form) {
  return [...new FormData(form)].filter(([name]) => !UNKEPT.has(name));
}

// Puts kept fields back into the form; a stance's row that is no longer there cannot be filled.
export function fill(form, fields) {
  const values = new Map();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const control of form.elements) {
    if (!control.name || UNKEPT.has(control.name) || control.type === "submit") continue;
    const kept = values.get(control.name) ?? [];
    if (control.type === "checkbox" || control.type === "radio") control.checked = kept.includes(control.value);
    else if (kept.length) control.value = kept[0];
  }
}

// What Word, Excel and browsers put on the clipboard, made into the few elements that the editor knows.
// Works on a detached document in which styles are only read: nothing of them reaches the page.

const JAPANESE = /[\u3000-\u9fff\uff00-\uffef]/;
const LEVEL = /mso-list:[^;"]*?\blevel(\d)/i;

export function cleaned(html) {
  // Style attributes are renamed before anything is parsed: the page's policy refuses them, and their text is needed.
  const renamed = html
    .replace(/<!--\[if[\s\S]*?<!\[endif\]-->/gi, "")
    .replace(/<!\[(?:if|endif)[^>]*>/gi, "")
    .replace(/<(style|script|xml|title)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<\/?(?:meta|link|style|script)\b[^>]*>/gi, "")
    .replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, " data-look="));
  const page = new DOMParser().parseFromString(renamed, "text/html");
  wordLists(page);
  for (const element of page.querySelectorAll("style, script, o\\:p:empty, colgroup, col")) element.remove();
  for (const bold of page.querySelectorAll("b, strong")) {
    if (/font-weight:\s*(?:normal|400)/i.test(bold.dataset.look ?? "")) bold.replaceWith(...bold.childNodes);
  }
  for (const span of page.querySelectorAll("span")) {
    if (/font-weight:\s*(?:bold|[6-9]00)/i.test(span.dataset.look ?? "") && !span.dataset.placeholder) {
      const bold = page.createElement("strong");
      bold.append(...span.childNodes);
      span.replaceWith(bold);
    }
  }
  for (const table of page.querySelectorAll("table")) headed(page, table);
  for (const element of page.body.querySelectorAll("*")) {
    for (const { name } of [...element.attributes]) {
      if (!["href", "start", "colspan", "rowspan", "data-placeholder", "data-align"].includes(name)) {
        element.removeAttribute(name);
      }
    }
  }
  // Word breaks its lines in the middle of sentences; Japanese has no space there.
  const texts = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  let last = "";
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const joined = text.data.replace(/[\t ]*[\r\n][\r\n\t ]*/g, (gap, place, whole) => {
      const before = whole[place - 1] ?? last;
      const behind = whole[place + gap.length] ?? before;
      return JAPANESE.test(before) && JAPANESE.test(behind) ? "" : " ";
    });
    text.data = joined.replace(/[\t ]+/g, " ").replace(/\u00a0/g, " ");
    if (!text.data.trim() && /^(?:UL|OL|TABLE|TBODY|THEAD|TR|BODY)$/.test(text.parentNode.nodeName)) text.data = "";
    last = text.data.at(-1) ?? last;
  }
  return page.body.innerHTML;
}

// Word writes a list as paragraphs whose style says "mso-list: l0 level2 lfo1", each with its mark in a span.
function wordLists(page) {
  let open = []; // the lists from the outermost to that of the last item
  for (const paragraph of page.querySelectorAll("p, h1, h2, h3, h4, h5, h6")) {
    const level = Number(LEVEL.exec(paragraph.dataset.look ?? "")?.[1] ?? 0);
    const previous = paragraph.previousElementSibling;
    if (!level) {
      open = [];
      continue;
    }
    if (open.length && previous !== open[0]) open = [];
    const mark = [...paragraph.querySelectorAll("span")].find((span) =>
      /mso-list:\s*ignore/i.test(span.dataset.look ?? ""),
    );
    const sign = (mark?.textContent ?? "").trim();
    mark?.remove();
    const kind = /^[(（]?[0-9０-９a-zA-Z]{1,3}[.)）．]/.test(sign) ? "ol" : "ul";
    open.length = Math.min(open.length, level);
    while (open.length < level) {
      const list = page.createElement(kind);
      const outer = open.at(-1);
      if (!outer) paragraph.before(list);
      else (outer.lastElementChild ?? outer.appendChild(page.createElement("li"))).append(list);
      open.push(list);
    }
    const item = page.createElement("li");
    const text = page.createElement("p");
    text.append(...paragraph.childNodes);
    item.append(text);
    open.at(-1).append(item);
    paragraph.remove();
  }
}

// A table's first row is its head: the paper knows no other tables. Cells over several rows are parted again.
function headed(page, table) {
  const rows = [...table.rows];
  for (const [number, row] of rows.entries()) {
    for (const cell of [...row.cells]) {
      for (let below = 1; below < Math.min(cell.rowSpan, rows.length - number); below += 1) {
        const place = [...row.cells].indexOf(cell);
        rows[number + below].insertBefore(page.createElement("td"), rows[number + below].cells[place] ?? null);
      }
      cell.removeAttribute("rowspan");
      const others = Array.from({ length: Math.min(cell.colSpan, 50) - 1 }, () => page.createElement("td"));
      cell.removeAttribute("colspan");
      cell.after(...others);
    }
  }
  for (const cell of [...(rows[0]?.cells ?? [])]) {
    if (cell.nodeName === "TH") continue;
    const head = page.createElement("th");
    head.append(...cell.childNodes);
    cell.replaceWith(head);
  }
}

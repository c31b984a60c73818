// The reviewer's page: a sentence that is selected becomes what a comment is on. Without this the form has fields for both.

const content = document.querySelector(".review-content");
const form = document.getElementById("comment-form");

if (content && form) {
  const section = form.elements.anchor;
  const quote = form.elements.quote;
  const offer = document.createElement("button");
  offer.type = "button";
  offer.className = "btn btn-primary btn-small comment-offer";
  offer.textContent = "選んだ文にコメント";
  offer.hidden = true;
  document.body.append(offer);

  const known = new Set([...section.options].map((option) => option.value));

  // The section that a place of the page belongs to: the innermost element that names one.
  const anchorOf = (node) => {
    for (let element = node.nodeType === 1 ? node : node.parentElement; element && content.contains(element); element = element.parentElement) {
      const anchor = element.dataset.anchor || element.id;
      if (anchor && known.has(anchor)) return anchor;
    }
    return "";
  };

  const selected = () => {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    if (!content.contains(range.commonAncestorContainer)) return null;
    const text = selection.toString().replace(/\s+/g, " ").trim().slice(0, 1000);
    return text ? { text, range, anchor: anchorOf(range.startContainer) } : null;
  };

  const place = () => {
    const found = selected();
    offer.hidden = !found;
    if (!found) return;
    const box = found.range.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left), document.documentElement.clientWidth - offer.offsetWidth - 8);
    offer.style.left = `${left + window.scrollX}px`;
    offer.style.top = `${box.bottom + window.scrollY + 6}px`;
  };

  offer.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
  offer.addEventListener("click", () => {
    const found = selected();
    if (!found) return;
    section.value = found.anchor;
    quote.value = found.text;
    offer.hidden = true;
    form.scrollIntoView({ block: "center" });
    form.elements.body.focus();
  });
  document.addEventListener("selectionchange", place);
  window.addEventListener("resize", place);
}

// What is written for the decision grows with it.
const decision = document.querySelector(".decide textarea");
if (decision) {
  const grow = () => {
    decision.style.height = "auto";
    decision.style.height = `${Math.min(decision.scrollHeight + 2, window.innerHeight / 3)}px`;
  };
  decision.addEventListener("input", grow);
  grow();
}

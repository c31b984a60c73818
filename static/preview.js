// A click on a paragraph of the preview leads to the page of its section. Without it, the link beside does.

const EDITABLE = "p, li, td, th, h2, h3, h4, h5, h6, figure";
const OTHER = "a, button, summary, details, input";

const paper = document.querySelector(".preview .paper");
if (paper?.querySelector(".edit-section")) {
  paper.classList.add("is-editable");
  paper.addEventListener("click", (event) => {
    const text = event.target.closest(EDITABLE);
    if (!text || event.target.closest(OTHER) || event.button !== 0) return;
    if (!document.getSelection().isCollapsed) return; // somebody marks words to copy them
    const link = text.closest("section[data-anchor]")?.querySelector(":scope > .remarks > .edit-section");
    if (!link) return;
    if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
    else link.click();
  });
}

// A table wider than the screen scrolls; the keyboard must reach it too.
for (const table of document.querySelectorAll(".preview table")) {
  if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
}

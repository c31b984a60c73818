// Pleasant, never needed: every page works without it.

// A long outline opens where the work is.
const current = document.querySelector(".outline [aria-current]");
if (current) {
  const outline = current.closest(".outline");
  outline.scrollTop = current.offsetTop - outline.clientHeight / 2;
}

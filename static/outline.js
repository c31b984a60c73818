// Sections of an outline are moved by dragging, and with Alt and the arrow keys. Pleasant, never needed: both press the
// buttons, or post the form, that stand in the page anyway.

const list = document.querySelector("[data-outline] ol");
const placing = document.querySelector("[data-outline-place]");
const INDENT = 24; // pixels of sideways movement that make one level

const rows = () => [...list.querySelectorAll("[data-section]")];
const levelOf = (row) => Number(row.dataset.level);

/** The row and every row below it in the tree. */
function branch(row) {
  const found = [row];
  for (let next = row.nextElementSibling; next && levelOf(next) > levelOf(row); next = next.nextElementSibling) found.push(next);
  return found;
}

/** Where a section comes to stand behind `above` (null: first of all) at about `level`, as the server counts. */
function placeBehind(above, level, moving) {
  if (!above) return { parent: "", position: 0, level: 1 };
  const wanted = Math.max(1, Math.min(level, levelOf(above) + 1));
  if (wanted === levelOf(above) + 1) return { parent: above.dataset.section, position: 0, level: wanted };
  let sibling = above;
  while (levelOf(sibling) > wanted) sibling = list.querySelector(`[data-section="${sibling.dataset.parent}"]`);
  let position = Number(sibling.dataset.position) + 1;
  const goesBefore = moving.dataset.parent === sibling.dataset.parent && Number(moving.dataset.position) < position;
  if (goesBefore) position -= 1;
  return { parent: sibling.dataset.parent, position, level: wanted };
}

function post(row, place) {
  placing.elements.place.value = row.dataset.section;
  placing.elements.parent.value = place.parent;
  placing.elements.position.value = place.position;
  placing.submit();
}

// --- keys

const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" };

list?.addEventListener("keydown", (event) => {
  const row = event.target.closest("[data-section]");
  if (!event.altKey || !(event.key in KEYS) || !row) return;
  event.preventDefault();
  row.querySelector(`button[name="${KEYS[event.key]}"]:not([disabled])`)?.click();
});

// --- dragging

let drag = null;

list?.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest(".outline-grip");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  const row = grip.closest("[data-section]");
  drag = { row, branch: branch(row), x: event.clientX, place: null };
  list.setPointerCapture(event.pointerId);
  for (const each of drag.branch) each.classList.add("dragged");
});

list?.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const others = rows().filter((row) => !drag.branch.includes(row));
  const passed = others.filter((row) => {
    const box = row.getBoundingClientRect();
    return event.clientY > box.top + box.height / 2;
  });
  const above = passed.at(-1) ?? null;
  // What hangs below the row above is not torn apart: the next row that stays says how far out one may go.
  const next = others[passed.length];
  const level = levelOf(drag.row) + Math.round((event.clientX - drag.x) / INDENT);
  drag.place = placeBehind(above, Math.max(level, next ? levelOf(next) : 1), drag.row);
  mark(above, drag.place.level);
  const edge = 60;
  if (event.clientY < edge) window.scrollBy(0, -12);
  if (event.clientY > window.innerHeight - edge) window.scrollBy(0, 12);
});

list?.addEventListener("pointerup", () => end(true));
list?.addEventListener("pointercancel", () => end(false));
document.addEventListener("keydown", (event) => event.key === "Escape" && end(false));

function end(isWanted) {
  if (!drag) return;
  const { row, place, branch: dragged } = drag;
  drag = null;
  mark(null, 0);
  for (const each of dragged) each.classList.remove("dragged");
  const stays = place && place.parent === row.dataset.parent && place.position === Number(row.dataset.position);
  if (isWanted && place && !stays) post(row, place);
}

/** The line that shows where the section would stand; level 0 takes it away. */
function mark(above, level) {
  list.querySelector(".outline-mark")?.remove();
  if (!level) return;
  const line = document.createElement("li");
  line.className = `outline-mark level-${level}`;
  line.setAttribute("aria-hidden", "true");
  if (above) above.after(line);
  else list.prepend(line);
}

if (list) {
  document.documentElement.classList.add("can-drag");
  document.querySelector(".outline-with-script")?.removeAttribute("hidden");
}

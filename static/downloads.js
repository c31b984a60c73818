// A PDF that takes longer than a second shows that it is being made. Without it, the link is a plain download.

const PATIENCE = 1000; // milliseconds until the dialog opens
const dialog = document.querySelector("dialog.making");

function nameIn(disposition, fallback) {
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? "");
  return encoded ? decodeURIComponent(encoded[1]) : fallback;
}

function keep(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function show(state) {
  dialog.dataset.state = state;
  for (const part of dialog.querySelectorAll("[data-while]")) part.hidden = part.dataset.while !== state;
}

async function download(link) {
  const stop = new AbortController();
  const began = performance.now();
  const seconds = dialog.querySelector("output");
  const tick = () => {
    seconds.value = Math.floor((performance.now() - began) / 1000);
  };
  const opening = setTimeout(() => {
    show("busy");
    dialog.showModal();
  }, PATIENCE);
  const ticking = setInterval(tick, 1000);
  const onClose = () => stop.abort();
  dialog.addEventListener("close", onClose);
  try {
    const response = await fetch(link.href, { signal: stop.signal, credentials: "same-origin" });
    // A page instead of a file: the sign-in page after the session ended, or an error.
    if (!response.ok || (response.headers.get("Content-Type") ?? "").startsWith("text/html")) {
      throw new Error(response.redirected ? "signed-out" : "refused");
    }
    const blob = await response.blob();
    keep(blob, nameIn(response.headers.get("Content-Disposition"), "paper.pdf"));
    dialog.removeEventListener("close", onClose);
    dialog.close();
  } catch (error) {
    if (error.name === "AbortError") return;
    show(["signed-out", "refused"].includes(error.message) ? error.message : "offline");
    if (!dialog.open) dialog.showModal();
  } finally {
    clearTimeout(opening);
    clearInterval(ticking);
    dialog.removeEventListener("close", onClose);
    delete link.dataset.busy;
  }
}

if (dialog) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-download]");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (link.dataset.busy) return;
    link.dataset.busy = "true";
    download(link);
  });
}

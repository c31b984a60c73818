// An issue takes seconds: the page says so, and takes one click only. Without it, the form is a plain form.

const form = document.querySelector("form[data-issue]");

function rest() {
  form.querySelector("[role=status]").hidden = true;
  form.querySelector("button").disabled = false;
}

if (form) {
  form.addEventListener("submit", () => {
    form.querySelector("[role=status]").hidden = false;
    form.querySelector("button").disabled = true;
  });
  window.addEventListener("pageshow", rest); // also when it comes back from the browser's memory
}

// A scanner types and presses Enter: that leads to the next empty field, and sends the form from the
// last one. A digit opens what it stands for, where nobody is typing.
const scan = document.getElementById("scan");
if (scan) {
  const fields = [...scan.querySelectorAll("input[type=text]")];
  scan.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !fields.includes(event.target)) return;
    const next = fields.slice(fields.indexOf(event.target) + 1).find((each) => !each.value);
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });
  scan.addEventListener("submit", (event) => {
    if (scan.dataset.sent) event.preventDefault();
    scan.dataset.sent = "yes";
  });
  // The page may come back as it was left.
  addEventListener("pageshow", () => delete scan.dataset.sent);
  (scan.querySelector("[aria-invalid]") || fields[0]).focus();
}
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  const link = /^[1-9]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
  if (link) link.click();
});

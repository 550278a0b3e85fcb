// Says that the ten minutes with a case are nearly over, while there is time to ask for more (WCAG 2.2.1).
const WARNED = 120; // s before the end
const ending = document.getElementById("ending");
if (ending) {
  const say = () => ending.append(ending.querySelector("template").content.cloneNode(true));
  setTimeout(say, Math.max(0, ending.dataset.left - WARNED) * 1000);
}

// Asks now and then where the case stands, and shows the page anew when it moved. Without a
// connection it waits longer each time, and the button, which does the same by hand, is there.
const live = document.getElementById("live"), look = document.getElementById("look");
const LEAST = 3000, MOST = 30000;
let wait = LEAST;
live.textContent = live.dataset.said;
look.hidden = true;

async function ask() {
  try {
    const answer = await fetch("/c/status", { headers: { Accept: "application/json" } });
    if (answer.status === 403) return location.assign("/c/case");
    const told = answer.ok ? await answer.json() : null;
    if (told && String(told.version) !== live.dataset.version) return location.replace("/c/case");
    look.hidden = Boolean(told);
    wait = Math.min(wait * (told ? 1.2 : 2), MOST);
  } catch {
    look.hidden = false;
    wait = Math.min(wait * 2, MOST);
  }
  setTimeout(ask, wait);
}

setTimeout(ask, wait);

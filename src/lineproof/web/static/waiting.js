// Asks now and then where the case stands, and shows the page anew when it moved. Without a
// connection it waits longer each time; the button does the same by hand.
const live = document.getElementById("live");
const LEAST = 3000, MOST = 30000;
let wait = LEAST;
live.textContent = live.dataset.said;

async function ask() {
  try {
    const answer = await fetch("/c/status", { headers: { Accept: "application/json" } });
    if (answer.status === 403) return location.assign("/c/case");
    const told = answer.ok ? await answer.json() : null;
    if (told && String(told.version) !== live.dataset.version) return location.replace("/c/case");
    wait = told ? Math.min(wait * 1.2, MOST) : Math.min(wait * 2, MOST);
  } catch {
    wait = Math.min(wait * 2, MOST);
  }
  setTimeout(ask, wait);
}

setTimeout(ask, wait);

// Asks now and then whether a case moved, and shows its page anew when it did.
const live = document.getElementById("live");
if (live) {
  const LEAST = 2000, MOST = 20000;
  let wait = LEAST;
  const say = (sentence) => {
    if (live.textContent !== sentence) live.textContent = sentence;
  };

  // While a passkey is asked for, the page stays: it would take the question away.
  const signing = () => document.querySelector("#passkey [aria-disabled]");

  const ask = async () => {
    try {
      const answer = await fetch(live.dataset.status, { headers: { Accept: "application/json" } });
      if (answer.status === 401 || answer.status === 404) return location.reload();
      const told = answer.ok ? await answer.json() : null;
      if (told && told.stands !== live.dataset.stands && !signing()) return location.reload();
      wait = told ? LEAST : Math.min(wait * 2, MOST);
      say(told ? live.dataset.said : live.dataset.lost);
    } catch {
      wait = Math.min(wait * 2, MOST);
      say(live.dataset.lost);
    }
    setTimeout(ask, wait);
  };

  say(live.dataset.said);
  setTimeout(ask, wait);
}

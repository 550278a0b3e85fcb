// Writes each time as the reader's own clock and language have it. Without scripts it stays in UTC.
const written = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
for (const each of document.querySelectorAll("time[datetime]")) {
  each.textContent = written.format(new Date(each.dateTime));
}

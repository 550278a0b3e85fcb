// The secret stands after the #, which no server's log and no Referer ever sees. It goes into the
// form and out of the address, and the form opens the request.
const secret = location.hash.slice(1);
if (secret) {
  history.replaceState(null, "", location.pathname + location.search);
  const form = document.getElementById("open");
  const opening = document.getElementById("opening");
  form.client_secret.value = secret;
  form.hidden = true;
  opening.textContent = opening.dataset.opening;
  form.submit();
}

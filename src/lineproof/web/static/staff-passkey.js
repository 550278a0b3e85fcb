// Makes a passkey, signs in with one, or confirms a sentence with one (WebAuthn Level 3). What stands
// after the # of an enrolment link goes into the request's body and out of the address.
const form = document.getElementById("passkey");
const said = document.getElementById("said");
const deed = form.dataset.deed;
const link = location.hash.slice(1);
if (link) history.replaceState(null, "", location.pathname + location.search);

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

class Said extends Error {}

async function post(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Said("lost");
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok && !told.next) throw new Said(told.code);
  return told;
}

const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

// Asks for a signature at one address and gives it at another; `more` goes with both.
async function sign(from, to, more) {
  const { options, state, next } = await post(from, more);
  if (next) return location.assign(next);
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) };
  const credential = await navigator.credentials.get({ publicKey });
  const told = await post(to, { ...more, state, credential: written(credential) });
  location.assign(told.next);
}

const signIn = () => sign("/v1/staff/sign-in/options", "/staff/sign-in", {});
const confirmWords = () => sign(form.dataset.options, form.dataset.answer, { form: form.elements.form.value });

async function enrol() {
  const { options, state } = await post("/v1/staff/enrolment/options", { token: link });
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
  };
  const credential = await navigator.credentials.create({ publicKey });
  await post("/v1/staff/enrolment", { state, credential: written(credential) });
  form.hidden = true;
  document.getElementById("done").textContent = form.dataset.done;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  if (button.getAttribute("aria-disabled")) return;
  said.textContent = "";
  button.setAttribute("aria-disabled", "true");
  try {
    if (!navigator.credentials || !window.PublicKeyCredential) throw new Said("none");
    await { enrol, confirm: confirmWords, "sign-in": signIn }[deed]();
  } catch (error) {
    said.textContent = form.dataset[error instanceof Said ? error.message : "stopped"] || form.dataset.stopped;
  }
  button.removeAttribute("aria-disabled");
});

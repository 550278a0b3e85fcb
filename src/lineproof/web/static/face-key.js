// The key that signs this session's captures: P-256, made here, and its private half leaves this
// browser by no way (WebCrypto: not extractable). A session binds one key for good, so the key is
// kept as a CryptoKey in IndexedDB: a reload finds it again. After a day it is thrown away.

const DAY = 24 * 3600 * 1000;
const EC = { name: "ECDSA", namedCurve: "P-256" };
const inMemory = new Map(); // where a browser keeps nothing: until the page is left

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = (event) => {
    event.preventDefault();
    reject(request.error);
  };
});

async function shelf(mode) {
  const opening = indexedDB.open("lineproof", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
  const database = await done(opening);
  return { database, keys: database.transaction("keys", mode).objectStore("keys") };
}

async function kept(name) {
  const { database, keys } = await shelf("readonly");
  try {
    return (await done(keys.get(name)))?.pair;
  } finally {
    database.close();
  }
}

// Two tabs of one session may come at once: the first one's key is both's.
async function keep(name, pair) {
  const { database, keys } = await shelf("readwrite");
  try {
    const cursor = keys.openCursor(), now = Date.now();
    cursor.onsuccess = () => {
      if (!cursor.result) return;
      if (cursor.result.value.at < now - DAY) cursor.result.delete();
      cursor.result.continue();
    };
    const there = await done(keys.get(name));
    if (!there) await done(keys.put({ pair, at: now }, name));
    return there ? there.pair : pair;
  } finally {
    database.close();
  }
}

// Gives {publicKey, privateKey} of a session; `name` stands for the session.
export async function sessionKey(name) {
  let found = inMemory.get(name);
  try {
    found ??= await kept(name);
  } catch {
    // Some browsers keep nothing when nothing shall stay.
  }
  if (!found) {
    found = await crypto.subtle.generateKey(EC, false, ["sign", "verify"]);
    found = await keep(name, found).catch(() => found);
  }
  inMemory.set(name, found);
  return found;
}

export const hex = (bytes) => Array.from(new Uint8Array(bytes), (each) => each.toString(16).padStart(2, "0")).join("");

export const sha256 = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes));

// The public half as it is registered: the uncompressed point, base64url.
export async function pointOf({ publicKey }) {
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  return btoa(String.fromCharCode(...point)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export const signature = ({ privateKey }, bytes) => crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, bytes);

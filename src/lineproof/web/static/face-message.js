// The capture message: frames and film of at most a megabyte, and the manifest that binds them to question,
// case, key and camera, signed. Its form stands in docs/liveness.md; the server holds it against all it knows.
import { jpeg, smaller } from "./face-frames.js";
import { sha256, signature } from "./face-key.js";

const MOST_BYTES = 1_000_000; // of all frames and the film
const MOST_FILM = 200_000; // bytes of the film
const MOST_LABEL = 200;
const SIZES = [[640, 0.85], [640, 0.75], [640, 0.6], [480, 0.7], [360, 0.7], [240, 0.6]]; // px tall, quality
const QUALITIES = [0.98, 0.95, 0.9, 0.8, 0.6]; // of the film

const text = new TextEncoder();

// SHA-256 over each part with its length before it: no two lists of parts are written alike.
function link(...parts) {
  const written = parts.map((part) => text.encode(part));
  const bytes = new Uint8Array(written.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of written) {
    view.setUint32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return sha256(bytes);
}

// A short line of text, as it may stand in a manifest.
const line = (label) => [...label.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, "")].slice(0, MOST_LABEL).join("");

// The film in the best quality in which it is light enough.
async function filmed(sheet) {
  for (const quality of QUALITIES) {
    const blob = await jpeg(sheet, quality);
    if (blob.size <= MOST_FILM) return blob;
  }
  throw new Error("film too large");
}

// The best of the sizes and qualities in which all frames together are light enough; one for all.
async function light(canvases, most) {
  let blobs = [];
  for (const [height, quality] of SIZES) {
    const first = await jpeg(smaller(canvases[0], height), quality);
    if (first.size * canvases.length > 1.2 * most) continue;
    blobs = await Promise.all(canvases.map((each) => jpeg(smaller(each, height), quality)));
    if (blobs.reduce((sum, each) => sum + each.size, 0) <= most) return { blobs, size: smaller(canvases[0], height) };
  }
  throw new Error("frames too large");
}

// `taken`: [{frame: canvas, at: ms since the script began}]; `film`: {sheet: canvas, times} or null. Gives the form
// that is posted.
export async function message({ taken, film, label, nonce, caseId, thumbprint, key }) {
  const sheet = film && (await filmed(film.sheet));
  const { blobs, size: { width, height } } = await light(taken.map(({ frame }) => frame), MOST_BYTES - (sheet?.size ?? 0));
  const camera = { label: line(label), width, height };
  const frames = [];
  let chain = await link("lineproof/capture/2", nonce, caseId, thumbprint, camera.label, `${width}`, `${height}`);
  for (const [index, { at }] of taken.entries()) {
    const digest = await sha256(await blobs[index].arrayBuffer());
    frames.push({ index, client_ms: at, digest });
    chain = await link(chain, `${index}`, `${at}`, digest);
  }
  let told = null;
  if (sheet) {
    told = { client_ms: film.times, digest: await sha256(await sheet.arrayBuffer()) };
    chain = await link(chain, "film", told.client_ms.join(","), told.digest);
  }
  const manifest = text.encode(JSON.stringify({ nonce, case: caseId, key: thumbprint, camera, frames, film: told, chain }));
  const form = new FormData();
  for (const blob of blobs) form.append("frame", blob, "frame.jpg");
  if (sheet) form.append("film", sheet, "film.jpg");
  form.append("nonce", nonce);
  form.append("manifest", new Blob([manifest]), "manifest.json");
  form.append("signature", new Blob([await signature(key, manifest)]), "signature");
  return form;
}

// The film: a small picture of the face in each frame that the camera gave round a change of the screen's colour. A
// camera reads its rows one after the other, so what it reads meanwhile shows how far the change has come.
import { canvasOf, middle } from "./face-frames.js";
import { ACROSS, MOST, sheetOf, TALL, WIDE } from "./face-tiles.js";

const LEFT = 0.2, TOP = 0.17, SHARE = 0.6; // where in a frame the face is, in shares of its width and height
const BEFORE = 120, UNTIL = 250; // ms round a change
const APART = 25; // ms between two tiles at least
const OF_ONE = 12; // tiles of one change at most
const TRIALS = 3; // frames drawn before the first change, to know what a tile costs
const COSTLY = 5; // ms of the page's time for a tile, from which on tiles are drawn beside it
const WAITING = 3; // frames that may wait there: a camera has but a few to lend

// Whether a frame of this time belongs to the film of these changes, which has tiles of these times so far.
function belongs(at, changes, times) {
  const change = changes.find((start) => at >= start - BEFORE && at < start + UNTIL);
  if (change === undefined || times.length >= MOST || at < times.at(-1) + APART) return false;
  return times.filter((each) => each >= change - BEFORE).length < OF_ONE;
}

const face = ([left, top, wide, tall]) => [left + LEFT * wide, top + TOP * tall, SHARE * wide, SHARE * tall];

// A worker, where this browser has one and lends it what the video shows, the right way up; else null: nobody needs a film
// to be heard, so what goes wrong here ends nothing.
function besideOf(video) {
  try {
    const frame = new VideoFrame(video), { displayWidth, displayHeight } = frame;
    frame.close();
    const upright = displayWidth === video.videoWidth && displayHeight === video.videoHeight;
    return upright && globalThis.OffscreenCanvas ? startBeside() : null;
  } catch {
    return null;
  }
}

// A worker that draws tiles: `take` says whether it took a frame, `end` gives its sheet or rejects.
function startBeside() {
  const worker = new Worker(new URL("face-tiles-worker.js", import.meta.url), { type: "module" });
  const made = { ready: false, used: false, take, end, stop: () => worker.terminate() };
  let waiting = 0;
  const sheet = new Promise((resolve, reject) => {
    worker.onerror = reject;
    worker.onmessage = ({ data }) => {
      if (data.sheet) resolve(data.sheet);
      else if (data.drawn) waiting -= 1;
      else made.ready = true;
    };
  });
  sheet.catch(() => { made.ready = false; });

  function take(video, part, place) {
    if (waiting >= WAITING) return false;
    const frame = new VideoFrame(video);
    worker.postMessage({ frame, part, place }, [frame]);
    waiting += 1;
    made.used = true;
    return true;
  }

  function end() {
    worker.postMessage({});
    return sheet;
  }

  return made;
}

// Gives null where a script has no colours. `see` is offered each frame of the video, when it was caught, in whole ms
// since the script began, and the canvas that it was cut to, if it was: by then the video may show the next one.
// `end` gives {sheet: canvas, times}, or null where there is no tile.
export function startFilm(steps) {
  const changes = steps.filter(({ do: what }) => what === "screen").map(({ start_ms: start }) => start);
  if (!changes.length) return null;
  const here = sheetOf(canvasOf), times = [];
  let drawn = 0, cheapest = Infinity, beside = null;

  function draw(video, place) {
    const began = performance.now();
    here.draw(video, face(middle(video)), place);
    cheapest = Math.min(cheapest, performance.now() - began);
    drawn += 1;
    if (drawn === TRIALS && cheapest >= COSTLY) beside = besideOf(video);
  }

  function see(video, at, frame) {
    const place = times.length;
    if (belongs(at, changes, times)) {
      if (frame) here.draw(frame, face([0, 0, frame.width, frame.height]), place);
      else if (!beside?.ready) draw(video, place);
      else if (!beside.take(video, face(middle(video)), place)) return;
      times.push(at);
    } else if (!place && drawn < TRIALS) draw(video, place);
  }

  async function end() {
    try {
      const other = beside?.used ? await beside.end() : null;
      if (!times.length) return null;
      const sheet = canvasOf(WIDE * ACROSS, Math.ceil(times.length / ACROSS) * TALL), context = sheet.getContext("2d");
      context.drawImage(here.canvas, 0, 0);
      if (other) context.drawImage(other, 0, 0);
      return { sheet, times };
    } catch {
      return null; // the worker ended, and what it drew with it
    } finally {
      stop();
    }
  }

  const stop = () => beside?.stop();

  return { see, end, stop };
}

// Plays a script before the person and films them meanwhile: 12 to 24 frames, each of its own moment, and the small
// pictures of face-film.js.
import { startFilm } from "./face-film.js";
import { cut } from "./face-frames.js";
import { Ended } from "./face-live.js";

export const FEWEST = 12;
const MOST = 24;
const TALL = 640; // px: the height of a frame
const LATE = 400; // ms that the last frame may come after the script's end
const TOO_OLD = 500; // ms: a frame's time further back than this is not believed
const HALF = 1000 / 60; // ms: half of the time from one frame of most cameras to the next

// When to take frames, in ms since the beginning. Of a colour late rather than early: a camera shows what
// was a tenth of a second ago.
export function moments(steps) {
  const asks = (what) => steps.some((step) => step.do === what);
  const both = asks("screen") && asks("turn"), found = [];
  for (const { do: what, start_ms: start, ms } of steps) {
    const colour = what === "screen";
    const often = both ? 360 : steps.length === 1 ? 150 : 250;
    const count = colour ? (both ? 2 : 3) : Math.max(1, Math.round(ms / often));
    for (let each = 0; each < count; each += 1) {
      found.push(start + ms * (colour ? 0.4 + (0.5 * each) / (count - 1) : (each + 0.5) / count));
    }
  }
  return found.slice(0, MOST);
}

// Whether a step is shown, so long after the beginning. Colours come by turns in the first and in the second half of a
// camera's frame, 33 ms late at most: otherwise each might come while its shutter is closed, and no frame show a change.
export function due(steps, index, since) {
  const { do: what, start_ms: start } = steps[index];
  const half = Math.floor(since / HALF + 0.01);
  return since >= start && (what !== "screen" || half % 2 !== index % 2 || since >= start + 2 * HALF);
}

// When the light of a frame was caught, where the browser tells it believably.
function timeOf(now, told) {
  const known = [told?.captureTime, told?.presentationTime].find((each) => each <= now && each > now - TOO_OLD);
  return known ?? now;
}

// Calls seen(time) for each new frame until it gives false.
function eachFrame(video, seen) {
  let last = -1;
  const next = () => {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback((now, told) => seen(timeOf(now, told)) && next());
    else {
      requestAnimationFrame((now) => {
        const fresh = video.currentTime !== last;
        last = video.currentTime;
        if (!fresh || seen(now)) next();
      });
    }
  };
  next();
}

// Gives {taken: [{frame: canvas, at: whole ms since the script began}], film}; `show(step)` lets the person see a step,
// `soon(step)` tells it `ahead` ms before. Rejects with the signal's reason, or where the camera's picture changes its size.
export function play({ video, steps, show, soon, ahead, signal }) {
  const planned = moments(steps), { start_ms, ms } = steps.at(-1), end = start_ms + ms;
  const taken = [], filmed = startFilm(steps);
  let begun = null, shown = -1, told = 0, next = 0;
  return new Promise((resolve, reject) => {
    let over = false;
    const finish = async () => {
      over = true;
      resolve({ taken, film: (await filmed?.end()) ?? null });
    };
    const fail = (reason) => {
      over = true;
      filmed?.stop();
      reject(reason);
    };
    if (signal.aborted) return fail(signal.reason);
    signal.addEventListener("abort", () => fail(signal.reason), { once: true });

    function tick(now) {
      if (over) return;
      begun ??= now;
      const since = now - begun;
      while (steps[shown + 1] && due(steps, shown + 1, since)) show(steps[++shown], shown);
      while (steps[told + 1]?.start_ms - ahead <= since) soon(steps[++told]);
      if (since >= end + LATE || (since >= end && next >= planned.length)) finish();
      else requestAnimationFrame(tick);
    }

    function seen(time) {
      if (over) return false;
      const at = begun === null ? -1 : Math.round(time - begun);
      if (at < 0) return true;
      const frame = at >= planned[next] ? cut(video, TALL) : null;
      if (frame) {
        while (planned[next] <= at) next += 1;
        const first = taken[0]?.frame ?? frame;
        if (frame.width !== first.width || frame.height !== first.height) {
          fail(new Ended("stopped"));
          return false;
        }
        taken.push({ frame, at });
      }
      filmed?.see(video, at, frame);
      return true;
    }

    requestAnimationFrame(tick);
    eachFrame(video, seen);
  });
}

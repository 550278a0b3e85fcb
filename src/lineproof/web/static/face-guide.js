// Guidance at the open camera: by the pack's detector in a worker of this page; where that does not
// run, by a small frame to our own host now and then; where neither is to be had, by the light alone.
// Loaded when the camera opens. Whatever it says, the server decides from other frames.
import { jpeg } from "./face-frames.js";
import { light } from "./face-hints.js";

const ASK_EVERY = 1500; // ms between two frames for the server
const REST = 15000; // ms of silence after the server did not answer

// Who saves data gets the server's hints: the detector weighs as much as seventy of their frames.
const saving = () => navigator.connection?.saveData === true;

// A module with one vector in it: whether it would be taken is known before anything is fetched.
const ONE_VECTOR = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);
const vectors = () => typeof WebAssembly === "object" && WebAssembly.validate(ONE_VECTOR);

// Gives {by, guide(frame), stop()}; `send(form)` posts a frame and gives the answer or null.
export function startGuide({ detector, send }) {
  const made = { by: "light", took: 0, guide, stop };
  let worker = null, answered = null, hint = null, next = 0, over = false;

  function serverInstead() {
    worker?.terminate();
    worker = null;
    answered?.(null);
    made.by = send ? "server" : "light";
  }

  if (detector && !saving() && vectors()) {
    try {
      worker = new Worker(new URL("face-worker.js", import.meta.url), { type: "module" });
      worker.onerror = serverInstead;
      worker.onmessage = ({ data }) => {
        if (data.failed) return serverInstead();
        if (data.ready) made.by = "detector";
        else {
          made.took = data.took;
          answered?.(data.hint);
        }
      };
      worker.postMessage({ detector: new URL(detector, location.href).href });
    } catch {
      serverInstead();
    }
  } else serverInstead();

  async function byServer(frame) {
    if (performance.now() < next) return hint;
    next = performance.now() + ASK_EVERY;
    const form = new FormData();
    form.append("frame", await jpeg(frame, 0.7), "frame.jpg");
    const told = await send(form);
    if (!told) next = performance.now() + REST;
    hint = told ? told.hint : null;
    return hint;
  }

  async function guide(frame) {
    const { data } = frame.getContext("2d").getImageData(0, 0, frame.width, frame.height);
    const dim = light(data);
    if (dim || over) return dim;
    if (made.by === "server") return byServer(frame);
    if (made.by !== "detector") return null;
    return new Promise((done) => {
      answered = done;
      worker.postMessage({ pixels: new Uint8Array(data.buffer), width: frame.width, height: frame.height }, [data.buffer]);
    });
  }

  function stop() {
    over = true;
    worker?.terminate();
    worker = null;
    answered?.(null);
  }

  return made;
}

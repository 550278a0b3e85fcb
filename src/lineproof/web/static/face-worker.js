// Beside the page: the pack's detector on small frames. Frames come in, one word goes out.
import { decode, SIDE } from "./face-detect.js";
import { guidance } from "./face-hints.js";
import { startNetwork } from "./face-network.js";
import { readOnnx } from "./face-onnx.js";

async function bytes(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

let run;

async function start(address) {
  const kernel = new URL("face-kernel.wasm", import.meta.url);
  const [network, wasm] = await Promise.all([bytes(address), bytes(kernel)]);
  run = await startNetwork(readOnnx(network), wasm, SIDE);
}

// The frame stands at the top left of the network's square, black where there is none of it.
function look({ pixels, width, height }) {
  const square = new Uint8ClampedArray(SIDE * SIDE * 4);
  for (let y = 0; y < height; y += 1) square.set(pixels.subarray(y * width * 4, (y + 1) * width * 4), y * SIDE * 4);
  return guidance(decode(run(square)), width);
}

addEventListener("message", async ({ data }) => {
  try {
    if (data.detector) {
      await start(data.detector);
      postMessage({ ready: true });
    } else {
      const began = performance.now(), hint = look(data);
      postMessage({ hint, took: performance.now() - began });
    }
  } catch (error) {
    postMessage({ failed: String(error) });
  }
});

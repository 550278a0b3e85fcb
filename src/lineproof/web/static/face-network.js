// Runs a small convolutional network on face-kernel.wasm: the seven kinds of node that BlazeFace has.
//
// A value is (height, width, channels) float32 at `at` in the kernel's memory, its channels padded
// with zeros to `row`, a multiple of 8. Pictures stand that way already, so ONNX's transposes to
// (height, width, channels) and its reshapes move nothing.

const eights = (count) => Math.ceil(count / 8) * 8;

// Memory that is used again when a value was read for the last time.
class Shelf {
  #free = new Map();
  #end = 1024;

  take(floats) {
    const kept = this.#free.get(floats);
    if (kept?.length) return kept.pop();
    const at = this.#end;
    this.#end += Math.ceil(floats / 4) * 16;
    return at;
  }

  give(at, floats) {
    this.#free.set(floats, [...(this.#free.get(floats) ?? []), at]);
  }

  get bytes() { return this.#end; }
}

// Gives run(pixels): Uint8ClampedArray of side x side RGBA in, Map of output name to Float32Array out.
export async function startNetwork(model, wasm, side) {
  const { instance } = await WebAssembly.instantiate(wasm);
  const kernel = instance.exports, shelf = new Shelf(), put = [], steps = [];
  const constant = (values) => {
    const at = shelf.take(values.length);
    put.push([at, values]);
    return at;
  };
  const make = (height, width, channels) => {
    const row = eights(channels), size = height * width * row;
    return { height, width, channels, row, size, at: shelf.take(size) };
  };
  const input = make(side, side, 3), values = new Map([[model.input, input]]);
  const last = new Map();
  model.nodes.forEach((node, index) => node.inputs.forEach((name) => last.set(name, index)));
  model.outputs.forEach((name) => last.set(name, Infinity));
  const same = new Map();
  const whose = (name) => (same.has(name) ? whose(same.get(name)) : name);
  model.nodes.forEach(({ kind, inputs, outputs }, index) => {
    if (kind === "Transpose" || kind === "Reshape") {
      same.set(outputs[0], inputs[0]);
      last.set(whose(inputs[0]), Math.max(last.get(whose(inputs[0])), last.get(outputs[0]) ?? index));
    }
  });
  model.nodes.forEach((node, index) => {
    const seen = values.get(node.inputs[0]);
    const build = KINDS[node.kind];
    if (!build) throw new Error(`no node ${node.kind}`);
    const made = build({ node, seen, values, weights: model.weights, make, constant, shelf, kernel, steps });
    values.set(node.outputs[0], made);
    for (const name of new Set(node.inputs)) {
      const read = values.get(name);
      if (read && read !== made && last.get(whose(name)) === index) shelf.give(read.at, read.size);
    }
  });
  kernel.reserve(shelf.bytes);
  const memory = new Float32Array(kernel.memory.buffer);
  for (const [at, each] of put) memory.set(each, at / 4);
  return (pixels) => {
    const start = input.at / 4;
    for (let from = 0, to = start; from < pixels.length; from += 4, to += input.row) {
      for (let channel = 0; channel < 3; channel += 1) memory[to + channel] = (pixels[from + channel] - 127.5) / 127.5;
      memory.fill(0, to + 3, to + input.row);
    }
    for (const step of steps) step();
    return new Map(model.outputs.map((name) => [name, compact(memory, values.get(name))]));
  };
}

function compact(memory, { at, height, width, channels, row }) {
  const found = new Float32Array(height * width * channels);
  for (let pixel = 0; pixel < height * width; pixel += 1) {
    const from = at / 4 + pixel * row;
    found.set(memory.subarray(from, from + channels), pixel * channels);
  }
  return found;
}

// ONNX has weights as (outs, ins, side, side); the kernel wants (side, side, ins, outs), padded.
function turned({ dims: [outs, ins, high, wide], values }, inRow, outRow) {
  const found = new Float32Array(high * wide * inRow * outRow);
  for (let o = 0; o < outs; o += 1)
    for (let i = 0; i < ins; i += 1)
      for (let k = 0; k < high * wide; k += 1) found[(k * inRow + i) * outRow + o] = values[(o * ins + i) * high * wide + k];
  return found;
}

function padded(values, row) {
  const found = new Float32Array(row);
  found.set(values);
  return found;
}

const KINDS = {
  Conv({ node, seen, weights, make, constant, shelf, kernel, steps }) {
    const filter = weights.get(node.inputs[1]), [outs, , side] = filter.dims;
    const [top, left, bottom, right] = node.has.pads, stride = node.has.strides[0];
    const height = Math.floor((seen.height + top + bottom - side) / stride) + 1;
    const width = Math.floor((seen.width + left + right - side) / stride) + 1;
    const row = eights(outs);
    const bias = constant(padded(node.inputs[2] ? weights.get(node.inputs[2]).values : [], row));
    const place = [seen.height, seen.width, seen.row, side, stride, top, left, height, width];
    if (node.has.group > 1) {
      const at = constant(turned(filter, 1, row)), made = make(height, width, outs);
      steps.push(() => kernel.depthwise(seen.at, at, bias, made.at, ...place));
      return made;
    }
    const at = constant(turned(filter, seen.row, row)), ins = side * side * seen.row;
    if (side === 1 && stride === 1) {
      const made = make(height, width, outs);
      steps.push(() => kernel.pointwise(seen.at, at, bias, made.at, height * width, ins, row));
      return made;
    }
    const room = height * width * ins, laid = shelf.take(room), made = make(height, width, outs);
    steps.push(() => kernel.unfold(seen.at, laid, ...place));
    steps.push(() => kernel.pointwise(laid, at, bias, made.at, height * width, ins, row));
    shelf.give(laid, room);
    return made;
  },

  Add({ node, seen, values, make, kernel, steps }) {
    const other = values.get(node.inputs[1]), made = make(seen.height, seen.width, seen.channels);
    steps.push(() => kernel.add(seen.at, other.at, made.at, made.size));
    return made;
  },

  Relu({ seen, make, kernel, steps }) {
    const made = make(seen.height, seen.width, seen.channels);
    steps.push(() => kernel.relu(seen.at, made.at, made.size));
    return made;
  },

  MaxPool({ seen, make, kernel, steps }) {
    const made = make(seen.height / 2, seen.width / 2, seen.channels);
    steps.push(() => kernel.halve(seen.at, made.at, seen.height, seen.width, seen.row));
    return made;
  },

  // Of channels only, as (before, after) of each of (n, c, h, w).
  Pad({ node, seen, weights, make, kernel, steps }) {
    const made = make(seen.height, seen.width, seen.channels + weights.get(node.inputs[1]).values[5]);
    steps.push(() => kernel.widen(seen.at, made.at, seen.height * seen.width, seen.row, made.row));
    return made;
  },

  Transpose: ({ seen }) => seen,
  Reshape: ({ seen }) => seen,
};

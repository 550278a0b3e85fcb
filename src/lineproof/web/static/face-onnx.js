// Reads what guidance needs of an ONNX file: nodes, weights and names (onnx.proto3, ModelProto).
// The file is the pack's own, byte by byte; nothing is converted on the way.

const VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5;
const text = new TextDecoder();

// Gives [field, value] of one protobuf message: a number, or bytes that are read when asked for.
function* fields(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = () => {
    let value = 0, weight = 1, byte;
    do {
      byte = view.getUint8(at++);
      value += (byte & 127) * weight;
      weight *= 128;
    } while (byte & 128);
    return value;
  };
  while (at < bytes.length) {
    const key = varint(), field = key >>> 3, kind = key & 7;
    if (kind === VARINT) yield [field, varint()];
    else if (kind === FIXED32) { yield [field, view.getFloat32(at, true)]; at += 4; }
    else if (kind === FIXED64) at += 8;
    else if (kind === BYTES) {
      const length = varint();
      yield [field, bytes.subarray(at, at + length)];
      at += length;
    } else throw new Error(`wire type ${kind}`);
  }
}

const all = (bytes, wanted) => [...fields(bytes)].filter(([field]) => field === wanted).map(([, value]) => value);

// Packed or one by one: writers differ.
const numbers = (bytes, wanted) => all(bytes, wanted).flatMap((value) => (typeof value === "number" ? value : varints(value)));

function varints(bytes) {
  const found = [];
  for (let at = 0; at < bytes.length;) {
    let value = 0, weight = 1, byte;
    do {
      byte = bytes[at++];
      value += (byte & 127) * weight;
      weight *= 128;
    } while (byte & 128);
    found.push(value);
  }
  return found;
}

function tensor(bytes) {
  const raw = all(bytes, 9)[0] ?? new Uint8Array();
  // A copy: typed arrays of floats begin at a multiple of four.
  const own = raw.slice().buffer, kind = all(bytes, 2)[0];
  const values = kind === 1 ? new Float32Array(own) : Array.from(new BigInt64Array(own), Number);
  return { name: text.decode(all(bytes, 8)[0]), dims: numbers(bytes, 1), values };
}

function node(bytes) {
  const has = {};
  for (const each of all(bytes, 5)) {
    const ints = numbers(each, 8);
    has[text.decode(all(each, 1)[0])] = ints.length ? ints : all(each, 3)[0];
  }
  const names = (field) => all(bytes, field).map((name) => text.decode(name));
  return { kind: names(4)[0], inputs: names(1), outputs: names(2), has };
}

// Gives {nodes, weights: Map of name to {dims, values}, input, outputs}.
export function readOnnx(bytes) {
  const graph = all(bytes, 7)[0];
  const weights = new Map(all(graph, 5).map(tensor).map((each) => [each.name, each]));
  const named = (field) => all(graph, field).map((each) => text.decode(all(each, 1)[0]));
  return { nodes: all(graph, 1).map(node), weights, input: named(11)[0], outputs: named(12) };
}

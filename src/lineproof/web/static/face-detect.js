// What BlazeFace's numbers mean, as face/detect.py reads them: boxes and points in shares of a frame.

export const SIDE = 256;
const MIN_SCORE = 0.5, MOST_OVERLAP = 0.5;

const ANCHORS = [];
for (const [cells, repeats] of [[16, 2], [8, 6]])
  for (let y = 0; y < cells; y += 1)
    for (let x = 0; x < cells; x += 1)
      for (let again = 0; again < repeats; again += 1) ANCHORS.push([(x + 0.5) / cells, (y + 0.5) / cells]);

// Outputs of one width, the finer grid before the coarser.
function joined(outputs, width) {
  const parts = [512, 384].map((rows) => [...outputs.values()].find((each) => each.length === rows * width));
  const found = new Float32Array(896 * width);
  found.set(parts[0]);
  found.set(parts[1], parts[0].length);
  return found;
}

// Gives [{box: [left, top, right, bottom], points: [[x, y] x 6], score}] in pixels of the network's square.
export function decode(outputs) {
  const logits = joined(outputs, 1), raw = joined(outputs, 16), found = [];
  const least = Math.log(MIN_SCORE / (1 - MIN_SCORE));
  ANCHORS.forEach(([x, y], row) => {
    if (logits[row] <= least) return;
    const at = (point) => [raw[row * 16 + point * 2] + x * SIDE, raw[row * 16 + point * 2 + 1] + y * SIDE];
    const [cx, cy] = at(0), width = raw[row * 16 + 2], height = raw[row * 16 + 3];
    const box = [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2];
    found.push({ box, points: [2, 3, 4, 5, 6, 7].map(at), score: 1 / (1 + Math.exp(-logits[row])) });
  });
  const kept = [];
  for (const face of found.sort((one, other) => other.score - one.score))
    if (kept.every((other) => overlap(face.box, other.box) <= MOST_OVERLAP)) kept.push(face);
  return kept;
}

const area = ([left, top, right, bottom]) => Math.max(0, right - left) * Math.max(0, bottom - top);

function overlap(one, other) {
  const shared = [Math.max(one[0], other[0]), Math.max(one[1], other[1]), Math.min(one[2], other[2]), Math.min(one[3], other[3])];
  return area(shared) / Math.max(Math.min(area(one), area(other)), 1e-9);
}

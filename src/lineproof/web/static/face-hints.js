// One word on how to stand: the rule of face/guidance.py, which says where its limits come from.

const DARK = 45, BRIGHT = 225, FAR = 0.16, CLOSE = 0.42, TURNED = 0.25, OTHER = 0.25;

// Too dark or too bright to see anybody, or null; `data` are RGBA bytes.
export function light(data) {
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
  const mean = sum / (data.length / 4);
  if (mean < DARK) return "too_dark";
  return mean > BRIGHT ? "too_bright" : null;
}

const area = ({ box: [left, top, right, bottom] }) => Math.max(0, right - left) * Math.max(0, bottom - top);

// What to change, the gravest first, or null; `width` is the frame's, in pixels of the points.
export function guidance(faces, width) {
  if (!faces.length) return "no_face";
  const [first, ...others] = [...faces].sort((one, other) => area(other) - area(one));
  if (others.some((face) => area(face) >= OTHER * area(first))) return "two_faces";
  const [[lx, ly], [rx, ry], [nx, ny]] = first.points;
  const dx = rx - lx, dy = ry - ly, apart = Math.hypot(dx, dy);
  const along = ((nx - (lx + rx) / 2) * dx + (ny - (ly + ry) / 2) * dy) / Math.max(dx * dx + dy * dy, 1e-9);
  const turned = Math.abs(along) > TURNED;
  if (apart < FAR * width && !turned) return "too_far";
  if (apart > CLOSE * width) return "too_close";
  return turned ? "turn" : null;
}

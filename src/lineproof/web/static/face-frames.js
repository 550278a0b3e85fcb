// Frames of the camera: the face region and not the room.

const SHAPE = 3 / 4; // width to height

export function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

// The middle of what the camera sees, in the shape of a face: [left, top, wide, tall].
export function middle({ videoWidth, videoHeight }) {
  const tall = Math.min(videoHeight, videoWidth / SHAPE), wide = tall * SHAPE;
  return [(videoWidth - wide) / 2, (videoHeight - tall) / 2, wide, tall];
}

// That middle, at most `height` pixels tall.
export function cut(video, height) {
  const part = middle(video), tall = Math.round(Math.min(height, part[3])), canvas = canvasOf(Math.round(tall * SHAPE), tall);
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, ...part, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export const jpeg = (frame, quality) => new Promise((done) => frame.toBlob(done, "image/jpeg", quality));

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// The same picture, at most `height` pixels tall.
export function smaller(canvas, height) {
  if (canvas.height <= height) return canvas;
  const made = canvasOf(Math.round(height * SHAPE), height);
  made.getContext("2d").drawImage(canvas, 0, 0, made.width, made.height);
  return made;
}

// What is drawn over the camera's picture: an oval, and two arrows that a script shows. `small`
// leaves room for the oval to grow.
export function oval(small = false) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", "0 0 75 100");
  drawing.setAttribute("aria-hidden", "true");
  const inside = small ? "M37.5 20.5a20 26.5 0 1 0 .01 0z" : "M37.5 14a25 33 0 1 0 .01 0z";
  const parts = [["shade", `M-75-100h225v300h-225z${inside}`], ["oval", inside]];
  if (small) parts.push(["arrow left", "M2 47l8-8v5h5v6h-5v5z"], ["arrow right", "M73 47l-8-8v5h-5v6h5v5z"]);
  for (const [kind, path] of parts) {
    const part = document.createElementNS(space, "path");
    part.setAttribute("class", kind);
    part.setAttribute("d", path);
    part.setAttribute("fill-rule", "evenodd");
    drawing.append(part);
  }
  return drawing;
}

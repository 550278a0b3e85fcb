// Frames of the camera: the face region and not the room.

const SHAPE = 3 / 4; // width to height

// The middle of what the camera sees, in the shape of a face, at most `height` pixels tall.
export function cut(video, height) {
  const tall = Math.min(video.videoHeight, video.videoWidth / SHAPE), wide = tall * SHAPE;
  const canvas = document.createElement("canvas");
  canvas.height = Math.round(Math.min(height, tall));
  canvas.width = Math.round(canvas.height * SHAPE);
  const left = (video.videoWidth - wide) / 2, top = (video.videoHeight - tall) / 2;
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, left, top, wide, tall, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export const jpeg = (frame, quality) => new Promise((done) => frame.toBlob(done, "image/jpeg", quality));

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// What is drawn over the camera's picture.
export function oval() {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", "0 0 75 100");
  drawing.setAttribute("aria-hidden", "true");
  const around = "M0 0h75v100h-75z", inside = "M37.5 14a25 33 0 1 0 .01 0z";
  for (const [kind, path] of [["shade", around + inside], ["oval", inside]]) {
    const part = document.createElementNS(space, "path");
    part.setAttribute("class", kind);
    part.setAttribute("d", path);
    part.setAttribute("fill-rule", "evenodd");
    drawing.append(part);
  }
  return drawing;
}

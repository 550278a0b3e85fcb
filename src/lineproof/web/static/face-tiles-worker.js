// Beside the page: frames come in and are drawn as tiles, and the sheet goes out.
import { sheetOf, TALL, WIDE } from "./face-tiles.js";

const made = (wide, tall) => new OffscreenCanvas(wide, tall), { canvas, draw } = sheetOf(made);

addEventListener("message", ({ data: { frame, part, place } }) => {
  if (!frame) {
    const sheet = canvas.transferToImageBitmap();
    return postMessage({ sheet }, [sheet]);
  }
  draw(frame, part, place);
  frame.close();
  postMessage({ drawn: true });
});

// The first of all takes long, so it is of nothing: a canvas that shows none.
draw(made(8 * WIDE, 8 * TALL), [0, 0, 8 * WIDE, 8 * TALL], 0);
postMessage({ ready: true });

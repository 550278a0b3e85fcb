// Beside the page: frames come in and are drawn as tiles, and the sheet goes out.
import { sheetOf } from "./face-tiles.js";

const { canvas, draw } = sheetOf((wide, tall) => new OffscreenCanvas(wide, tall));

addEventListener("message", ({ data: { frame, part, place } }) => {
  if (!frame) {
    const sheet = canvas.transferToImageBitmap();
    return postMessage({ sheet }, [sheet]);
  }
  draw(frame, part, place);
  frame.close();
  postMessage({ drawn: true });
});

postMessage({ ready: true });

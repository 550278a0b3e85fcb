// Draws small pictures side by side on one sheet; in the page, or in a worker.
export const WIDE = 48, TALL = 64; // px of a tile: the shape of a frame
export const ACROSS = 8; // tiles in a row
export const MOST = 72; // tiles of a sheet

// `made(wide, tall)` gives a canvas. They are read once and at the end, so a graphics processor may hold them.
export function sheetOf(made) {
  const context = (wide, tall) => {
    const found = made(wide, tall).getContext("2d");
    found.imageSmoothingQuality = "high";
    return found;
  };
  // Halved again and again: a browser that shrinks at once, as Firefox does, leaves most of the picture out.
  const halves = [8, 4, 2].map((times) => context(WIDE * times, TALL * times));
  const sheet = context(WIDE * ACROSS, Math.ceil(MOST / ACROSS) * TALL);

  // `part`: [left, top, wide, tall] of the picture; `place`: the tile's number.
  function draw(picture, part, place) {
    for (const half of halves) {
      const { width, height } = half.canvas;
      if (height > part[3]) continue;
      half.drawImage(picture, ...part, 0, 0, width, height);
      picture = half.canvas;
      part = [0, 0, width, height];
    }
    sheet.drawImage(picture, ...part, (place % ACROSS) * WIDE, Math.floor(place / ACROSS) * TALL, WIDE, TALL);
  }

  return { canvas: sheet.canvas, draw };
}

// Zooms both pictures alike, by the slider, the keys + and -, or the wheel with Ctrl; the arrows move
// the one that has the focus, and the other one with it.
const zoom = document.getElementById("zoom");
if (zoom) {
  const slider = document.getElementById("zoomed");
  const frames = [...document.querySelectorAll(".frame")];
  let moving = null;
  zoom.hidden = false;

  const show = () => {
    for (const frame of frames) {
      const middle = [
        (frame.scrollLeft + frame.clientWidth / 2) / frame.scrollWidth,
        (frame.scrollTop + frame.clientHeight / 2) / frame.scrollHeight,
      ];
      frame.firstElementChild.style.inlineSize = `${slider.value * 100}%`;
      frame.scrollLeft = middle[0] * frame.scrollWidth - frame.clientWidth / 2;
      frame.scrollTop = middle[1] * frame.scrollHeight - frame.clientHeight / 2;
    }
  };
  const by = (step) => {
    slider.value = Number(slider.value) + step;
    show();
  };
  slider.addEventListener("input", show);
  for (const frame of frames) {
    frame.addEventListener("keydown", (event) => {
      const step = { "+": 0.5, "=": 0.5, "-": -0.5 }[event.key];
      if (step) {
        event.preventDefault();
        by(step);
      }
    });
    frame.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      by(event.deltaY < 0 ? 0.5 : -0.5);
    }, { passive: false });
    frame.addEventListener("pointerenter", () => (moving = frame));
    frame.addEventListener("focus", () => (moving = frame));
    frame.addEventListener("scroll", () => {
      if (moving !== frame) return;
      for (const other of frames.filter((each) => each !== frame)) {
        other.scrollLeft = (frame.scrollLeft / frame.scrollWidth) * other.scrollWidth;
        other.scrollTop = (frame.scrollTop / frame.scrollHeight) * other.scrollHeight;
      }
    });
  }
}

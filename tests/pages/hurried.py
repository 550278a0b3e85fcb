"""A page's clock that a test can hurry: a script is played step by step, without the waiting.

The page's own code is as served. What it asks for the time, and what it leaves to be called later,
goes by a clock that runs as the wall's does until somebody hurries it; then every frame of the
screen comes as soon as the one before it was drawn. No frame of it is left out on a busy machine.
"""

from __future__ import annotations

HURRIED = """(() => {
  const FRAME = 25; // ms of the page's time from one frame of its screen to the next
  const wall = { now: performance.now.bind(performance), later: setTimeout.bind(window),
    drawn: requestAnimationFrame.bind(window) };
  const timers = new Map(), drawings = new Set(), views = new Set();
  let ahead = 0, named = 0;
  const now = () => wall.now() + ahead;
  performance.now = now;

  window.setTimeout = (act, ms = 0, ...more) => {
    const id = named += 1, due = () => timers.delete(id) && act(...more);
    timers.set(id, { at: now() + ms, due });
    wall.later(due, ms);
    return id;
  };
  window.clearTimeout = (id) => { timers.delete(id); };

  window.requestAnimationFrame = (act) => {
    const draw = (at) => drawings.delete(draw) && act(at + ahead);
    drawings.add(draw);
    return wall.drawn(draw);
  };

  const filmed = HTMLVideoElement.prototype.requestVideoFrameCallback;
  HTMLVideoElement.prototype.requestVideoFrameCallback = function (act) {
    const see = (at) => views.delete(see) && act(at + ahead, {});
    views.add(see);
    return filmed.call(this, see);
  };

  function frame() {
    ahead += FRAME;
    const since = now(), due = [...timers.values()].filter(({ at }) => at <= since);
    for (const each of due.sort((one, other) => one.at - other.at)) each.due();
    for (const each of [...drawings, ...views]) each(wall.now());
  }

  // Until something is shown, or the camera is closed.
  window.hurry = async (until) => {
    while (document.querySelector(".face-room") && !(until && document.querySelector(until))) {
      frame();
      await new Promise((done) => { wall.later(done, 0); });
    }
  };
})()"""
"""Comes before a page's own scripts; ``hurry(selector)`` is the test's."""

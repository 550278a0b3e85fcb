// What the person sees where a script is asked for: a choice before it, and the whole screen during it.
import { oval } from "./face-frames.js";

const VARIANTS = ["full", "calm", "still", "assisted"];
const COLOURED = ["full", "still"];
const USUAL = "full";
const CHOSEN = "face-variant";
const SAID_FOR = 2000; // ms that a movement is known of before it begins

// A capture that ended before anything was sent; `why` is the key of the words that say so.
export class Ended extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Whoever chose calm once is not shown colours after a reload. Nobody is led to another way than the usual one without
// having chosen it: to want less motion on a page is not to want a slower answer.
function before(offered) {
  try {
    const kept = sessionStorage.getItem(CHOSEN);
    if (offered.includes(kept)) return kept;
  } catch {
    // Nothing may be kept in this browser.
  }
  return USUAL;
}

// A radio for each variant; assisted where somebody is there to help. Nobody is asked why. They stand in a fold, which
// is open where another than the usual one was chosen before, where less motion is wanted, or somebody is there to help.
// Above it stands whether the screen changes colour in what is chosen, and it is read out where that changes.
export function choices(words, assisted) {
  const offered = VARIANTS.filter((each) => assisted || each !== "assisted");
  const chosen = before(offered), fields = element("fieldset", { "aria-label": words.or_without });
  const how = element("p", { role: "status", "aria-live": "polite" });
  const tell = (variant) => {
    const sentence = COLOURED.includes(variant) ? words.how : words.no_colours;
    if (how.textContent !== sentence) how.textContent = sentence;
  };
  tell(chosen);
  for (const each of offered) {
    const radio = element("input", { type: "radio", name: "variant", value: each });
    radio.checked = each === chosen;
    fields.append(element("label", {}, radio, element("span", {}, words[each])));
  }
  fields.addEventListener("change", ({ target }) => {
    tell(target.value);
    try {
      sessionStorage.setItem(CHOSEN, target.value);
    } catch {
      // Then it holds until the page is left.
    }
  });
  const fold = element("details", { class: "more" }, element("summary", {}, words.or_without), fields);
  fold.open = assisted || chosen !== USUAL || matchMedia("(prefers-reduced-motion: reduce)").matches;
  return element("div", { class: "face-choice" }, how, fold);
}

// A dialog over all the page, so that as much of the screen as there is gives light.
export function makeRoom(words, variant, video) {
  const said = element("p", { class: "face-said", role: "status", "aria-live": "polite" });
  const deeds = element("div", { class: "face-deeds" }), dots = element("div", { class: "face-dots", "aria-hidden": "true" });
  const stage = element("div", { class: "face-stage" }, video, oval(true));
  const dialog = element("dialog", { class: "face-room", "aria-label": words.view, "data-variant": variant }, said, stage, dots, deeds);
  return { dialog, said, deeds, stage, dots };
}

export function openRoom({ dialog }) {
  if (dialog.showModal) dialog.showModal();
  else dialog.setAttribute("open", "");
}

const moves = (steps) => steps.filter(({ do: what }) => what === "turn" || what === "approach");

// What is asked, said before it is asked: the order of the turns is known once the question is.
export const ahead = (words, steps) => [words.look, words[`then_${moves(steps)[0]?.side}`]].filter(Boolean).join(" ");

export const named = (words, step) => words[{ turn: step.side, approach: "nearer" }[step.do]];

// How long to wait before a script whose first movement comes soon.
export const patience = (steps) => Math.max(0, moves(steps).length ? SAID_FOR - moves(steps)[0].start_ms : 0);

// Relative luminance (WCAG 2), below which white is read more easily than black.
const DARK = 0.179;
const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
const isDark = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) < DARK;

export function show({ dialog, dots }, step, index) {
  dialog.dataset.do = step.do;
  dialog.dataset.side = step.side ?? "";
  if (step.rgb) dialog.style.setProperty("--screen", `rgb(${step.rgb.join(" ")})`);
  else dialog.style.removeProperty("--screen");
  dialog.classList.toggle("dark", Boolean(step.rgb && isDark(step.rgb)));
  dots.children[index]?.classList.add("done");
}

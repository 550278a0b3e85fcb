// <face-capture>: opens the camera when it is asked to, guides the person, sends a few frames.
//
// Attributes: question (POST: gives {nonce}), answer (POST multipart: frame..., nonce), next (where
// the page goes afterwards), words (JSON of sentences), frames (how many, 4). What proves the caller:
// token (of a page's form, sent as "form") or session (of /v1/sessions, sent as Bearer).
// Guidance: detector (address of the pack's ONNX file, for the browser's own), hints (POST: a small
// frame to {hint}, where the browser cannot). Both are asked for when the camera is open, not before.
// Properties: guide(frame) -> key of a hint, null, or a promise of one, in place of both; frames()
// -> the blobs that are sent.
// Events: face-decided (detail: the answer; preventDefault() stays here), face-unseen (detail: why).

import { cut, jpeg, oval, pause } from "./face-frames.js";

export const WORDS = {
  open: "Open the camera", take: "Take the pictures", close: "Close the camera",
  view: "What the camera shows", opening: "The camera is opening. Your browser may ask you to allow it.",
  ready: "Put your face into the oval. Then take the pictures.", hold: "Hold still.",
  sending: "Sending the pictures.", deciding: "Looking at the pictures. This takes a few seconds.",
  refused: "The camera is not allowed.", none: "No camera was found here.",
  busy: "Another program uses the camera.", lost: "The connection was lost.", retry: "Go on",
  too_dark: "It is too dark. Turn to the light.", too_bright: "It is too bright.",
  too_far: "Come closer.", too_close: "Move back a little.", turn: "Look straight into the camera.",
  two_faces: "Only one person, please.", no_face: "No face is seen. Put your face into the oval.",
};

const LOOK_EVERY = 400; // ms between two looks of guide()
const BETWEEN = 180; // ms between two frames of one capture
const TALL = 960; // px: the height of a frame that is sent
const SMALL = 256; // px: the height of a frame that guide() sees

const UNSEEN = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none" };

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export class FaceCapture extends HTMLElement {
  guide = null;
  #stream = null;
  #guidance = null;
  #timer = 0;
  #under = false;

  connectedCallback() {
    if (this.firstChild) return;
    this.words = { ...WORDS, ...JSON.parse(this.getAttribute("words") || "{}") };
    this.said = element("p", { class: "face-said", role: "status", "aria-live": "polite" });
    this.deeds = element("div", { class: "face-deeds" });
    this.append(this.said, this.deeds);
    this.#offer(["open", () => this.open()]);
    addEventListener("pagehide", this.#leave);
  }

  disconnectedCallback() {
    removeEventListener("pagehide", this.#leave);
    this.close();
  }

  #leave = () => this.close();

  async open() {
    if (this.#stream || this.#under) return;
    this.#under = true;
    this.#say("opening");
    try {
      if (!navigator.mediaDevices) throw new DOMException("", "NotAllowedError");
      const video = { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } };
      this.#stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    } catch (error) {
      return this.#unseen(UNSEEN[error.name] || "busy");
    } finally {
      this.#under = false;
    }
    if (!this.isConnected) return this.close();
    this.video = element("video", { "aria-label": this.words.view, playsinline: "", muted: "" });
    this.video.muted = true;
    this.video.srcObject = this.#stream;
    this.stage = element("div", { class: "face-stage" }, this.video, oval());
    this.prepend(this.stage);
    await this.video.play();
    this.#stream.getVideoTracks()[0].addEventListener("ended", () => this.#unseen("busy"));
    this.#offer(["take", () => this.take()], ["close", () => this.close(true)]);
    this.deeds.firstChild.focus({ preventScroll: true });
    this.scrollIntoView({ block: "start" });
    this.#look();
    if (!this.guide) this.#startGuide();
  }

  close(offer = false) {
    clearTimeout(this.#timer);
    this.#guidance?.stop();
    this.#guidance = null;
    for (const track of this.#stream ? this.#stream.getTracks() : []) track.stop();
    this.#stream = null;
    if (this.stage) this.stage.remove();
    if (offer) {
      this.said.textContent = "";
      this.#offer(["open", () => this.open()]);
      this.deeds.firstChild.focus();
    }
  }

  // One capture: the question first, so that the frames are newer than it.
  async take() {
    if (this.#under || !this.#stream) return;
    this.#under = true;
    clearTimeout(this.#timer);
    this.deeds.replaceChildren();
    this.#say("hold");
    try {
      const { nonce, next } = await this.#post(this.getAttribute("question"), new FormData());
      if (!nonce) return this.#go({ next });
      const form = new FormData();
      for (const frame of await this.frames()) form.append("frame", frame, "frame.jpg");
      this.close();
      this.#say("sending");
      form.append("nonce", nonce);
      const slow = setTimeout(() => this.#say("deciding"), 1500);
      const told = await this.#post(this.getAttribute("answer"), form).finally(() => clearTimeout(slow));
      this.#go(told);
    } catch {
      // It may have arrived all the same: the next page shows where the request stands.
      this.close();
      this.#say("lost");
      this.#offer(["retry", () => this.#go({})]);
      this.deeds.firstChild.focus();
    } finally {
      this.#under = false;
    }
  }

  // What one capture sends, in order.
  async frames() {
    const taken = [];
    for (let count = Number(this.getAttribute("frames") || 4); count > 0; count -= 1) {
      taken.push(await jpeg(cut(this.video, TALL), 0.9));
      if (count > 1) await pause(BETWEEN);
    }
    return taken;
  }

  async #startGuide() {
    const stream = this.#stream, hints = this.getAttribute("hints");
    const send = hints && ((form) => this.#post(hints, form).then((told) => (told.problem ? null : told), () => null));
    try {
      const { startGuide } = await import("./face-guide.js");
      if (stream && stream === this.#stream) this.#guidance = startGuide({ detector: this.getAttribute("detector"), send });
    } catch {
      // The connection was lost: the pictures can be taken without guidance.
    }
  }

  async #post(path, body) {
    const headers = { Accept: "application/json" };
    if (this.hasAttribute("session")) headers.Authorization = `Bearer ${this.getAttribute("session")}`;
    if (this.hasAttribute("token")) body.append("form", this.getAttribute("token"));
    const answer = await fetch(path, { method: "POST", body, headers });
    return answer.ok ? answer.json() : { problem: answer.status };
  }

  #go(told) {
    const event = new CustomEvent("face-decided", { detail: told, bubbles: true, cancelable: true });
    if (this.dispatchEvent(event)) location.assign(told.next || this.getAttribute("next") || location.href);
  }

  async #look() {
    const stream = this.#stream, frame = cut(this.video, SMALL);
    const hint = await (this.guide ? this.guide(frame) : this.#guidance?.guide(frame));
    if (this.#under || !stream || stream !== this.#stream) return;
    this.stage.dataset.state = hint ? "mend" : "good";
    this.stage.dataset.by = this.#guidance?.by ?? "";
    this.stage.dataset.took = Math.round(this.#guidance?.took ?? 0);
    this.#say(hint || "ready");
    this.#timer = setTimeout(() => this.#look(), LOOK_EVERY);
  }

  #say(key) {
    const sentence = this.words[key] || "";
    // The same words again would be read out again.
    if (this.said.textContent !== sentence) this.said.textContent = sentence;
  }

  #offer(...deeds) {
    this.deeds.replaceChildren(...deeds.map(([key, act]) => {
      const button = element("button", { type: "button", class: key === "close" ? "button even" : "button" }, this.words[key]);
      button.addEventListener("click", act);
      return button;
    }));
  }

  #unseen(why) {
    this.close();
    this.#say(why);
    this.#offer(["open", () => this.open()]);
    this.dispatchEvent(new CustomEvent("face-unseen", { detail: why, bubbles: true }));
  }
}

customElements.define("face-capture", FaceCapture);

// <face-capture>: opens the camera when it is asked to, guides the person, sends a few frames.
//
// Attributes: question (POST: gives {nonce}), answer (POST multipart: frame..., nonce), next (where
// the page goes afterwards), words (JSON of sentences), frames (how many, 4). What proves the caller:
// token (of a page's form, sent as "form") or session (of /v1/sessions, sent as Bearer).
// Properties: guide(frame) -> hint or null, looked at a few times a second; nothing of it is sent.
// Events: face-decided (detail: the answer; preventDefault() stays here), face-unseen (detail: why).

export const WORDS = {
  open: "Open the camera", take: "Take the pictures", close: "Close the camera",
  view: "What the camera shows", opening: "The camera is opening. Your browser may ask you to allow it.",
  ready: "Put your face into the oval. Then take the pictures.", hold: "Hold still.",
  sending: "Sending the pictures.", deciding: "Looking at the pictures. This takes a few seconds.",
  refused: "The camera is not allowed.", none: "No camera was found here.",
  busy: "Another program uses the camera.", lost: "The connection was lost.", retry: "Go on",
  too_dark: "It is too dark. Turn to the light.", too_bright: "It is too bright.",
};

const LOOK_EVERY = 400; // ms between two looks of guide()
const BETWEEN = 180; // ms between two frames of one capture
const TALL = 960; // px: the height of a frame that is sent
const SHAPE = 3 / 4; // width to height: the face region, not the room

const UNSEEN = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none" };

// The default guide: light only, from the middle of a small frame. A detector may take its place.
export function light(frame) {
  const { data } = frame.getContext("2d").getImageData(0, 0, frame.width, frame.height);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
  const mean = sum / (data.length / 4);
  if (mean < 45) return "too_dark";
  return mean > 225 ? "too_bright" : null;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function oval() {
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

// The middle of what the camera sees, in the shape of a face.
function cut(video, height) {
  const tall = Math.min(video.videoHeight, video.videoWidth / SHAPE), wide = tall * SHAPE;
  const canvas = document.createElement("canvas");
  canvas.height = Math.round(Math.min(height, tall));
  canvas.width = Math.round(canvas.height * SHAPE);
  const left = (video.videoWidth - wide) / 2, top = (video.videoHeight - tall) / 2;
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, left, top, wide, tall, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export class FaceCapture extends HTMLElement {
  guide = light;
  #stream = null;
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
  }

  close(offer = false) {
    clearTimeout(this.#timer);
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
      for (let count = Number(this.getAttribute("frames") || 4); count > 0; count -= 1) {
        const frame = cut(this.video, TALL);
        form.append("frame", await new Promise((done) => frame.toBlob(done, "image/jpeg", 0.9)), "frame.jpg");
        if (count > 1) await pause(BETWEEN);
      }
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

  #look() {
    const frame = cut(this.video, 96);
    const hint = this.guide(frame);
    this.stage.dataset.state = hint ? "mend" : "good";
    this.#say(hint || "ready");
    this.#timer = setTimeout(() => this.#stream && this.#look(), LOOK_EVERY);
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

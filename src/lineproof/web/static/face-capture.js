// <face-capture>: opens the camera when it is asked to, guides the person, sends a few frames.
//
// Attributes: question (POST: gives {nonce}), answer (POST multipart: frame..., nonce), next (where
// the page goes afterwards), words (JSON of sentences), frames (how many, 4). What proves the caller:
// token (of a page's form, sent as "form") or session (of /v1/sessions, sent as Bearer). wait: seconds
// before the next question is given out.
// A living person: with key (POST: binds the key made here) and case (its id) the question is asked with
// ?variant=, gives {nonce, script}, and the answer is signed (film, manifest, signature); assisted: somebody
// at a counter is there to help.
// Guidance: detector (address of the pack's ONNX file, for the browser's own), hints (POST: a small
// frame to {hint}, where the browser cannot). Both are asked for when the camera is open, not before.
// Properties: guide(frame) -> key of a hint, null, or a promise of one, in place of both; frames()
// -> the blobs that are sent where no script is asked for.
// Events: face-decided (detail: the answer; preventDefault() stays here), face-unseen (detail: why).

import { cut, jpeg, oval, pause } from "./face-frames.js";
import { ahead, choices, element, Ended, makeRoom, named, openRoom, patience, show } from "./face-live.js";
import { WORDS } from "./face-words.js";

const LOOK_EVERY = 400; // ms between two looks of guide()
const BETWEEN = 180; // ms between two frames of one capture
const TALL = 960; // px: the height of a frame that is sent
const SMALL = 256; // px: the height of a frame that guide() sees
const LONGEST_WAIT = 20000; // ms that somebody is kept before an open camera
const DOUBLE = 800; // ms in which two presses are one
const EARLY = 400; // ms that a movement is told before it begins

const UNSEEN = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none" };

export class FaceCapture extends HTMLElement {
  guide = null;
  #stream = null;
  #guidance = null;
  #timer = 0;
  #under = false;
  #room = null;
  #bound = null;
  #from = 0;
  #stopping = new AbortController();

  connectedCallback() {
    addEventListener("pagehide", this.#leave);
    document.addEventListener("visibilitychange", this.#hide);
    if (this.firstChild) return;
    this.#from = performance.now() + 1000 * Number(this.getAttribute("wait") || 0);
    this.words = { ...WORDS, ...JSON.parse(this.getAttribute("words") || "{}") };
    this.said = element("p", { class: "face-said", role: "status", "aria-live": "polite" });
    this.deeds = element("div", { class: "face-deeds" });
    if (this.#live) this.append(choices(this.words, this.hasAttribute("assisted")));
    this.append(this.said, this.deeds);
    this.#offerToOpen();
  }

  disconnectedCallback() {
    removeEventListener("pagehide", this.#leave);
    document.removeEventListener("visibilitychange", this.#hide);
    this.#leave();
  }

  get #live() { return Boolean(this.getAttribute("key")); }

  get variant() { return this.querySelector("[name=variant]:checked")?.value; }

  // Whoever comes back to the page finds it as it was before the camera was opened.
  #leave = () => {
    const opened = this.#stream !== null;
    this.#stop();
    this.close();
    if (opened) this.#offerToOpen();
  };

  #hide = () => {
    if (document.hidden) this.#stop();
  };

  async open() {
    if (this.#stream || this.#under) return;
    this.#under = true;
    this.#say("opening");
    try {
      if (!navigator.mediaDevices) throw new DOMException("", "NotAllowedError");
      // Left to themselves some cameras give fifteen frames a second where it is dark.
      const video = { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 }, frameRate: { ideal: 30 } };
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
    this.#stage();
    const stream = this.#stream, plays = await this.video.play().then(() => true, () => false);
    if (stream !== this.#stream) return; // closed meanwhile
    if (!plays) return this.#unseen("busy");
    this.#track.addEventListener("ended", () => this.#gone());
    this.#offer([this.#live ? "begin" : "take", () => this.take()], ["close", () => this.close(true)]);
    this.#at.deeds.firstChild.focus({ preventScroll: true });
    if (!this.#live) this.scrollIntoView({ block: "start" });
    this.#look();
    if (!this.guide) this.#startGuide();
  }

  // Where the camera's picture stands: over all the page where a script is asked for, else in it.
  #stage() {
    if (this.#live) {
      this.#bind().catch(() => {}); // whoever begins hears of it
      this.#room = makeRoom(this.words, this.variant, this.video);
      this.stage = this.#room.stage;
      this.#room.dialog.addEventListener("cancel", (event) => {
        event.preventDefault();
        if (this.#under) this.#stop();
        else this.close(true);
      });
      this.said.textContent = "";
      this.deeds.replaceChildren();
      this.append(this.#room.dialog);
      openRoom(this.#room);
    } else {
      this.stage = element("div", { class: "face-stage" }, this.video, oval());
      this.prepend(this.stage);
    }
  }

  // Where words and buttons stand now.
  get #at() { return this.#room ?? this; }

  get #track() { return this.#stream.getVideoTracks()[0]; }

  close(offer = false) {
    clearTimeout(this.#timer);
    this.#guidance?.stop();
    this.#guidance = null;
    for (const track of this.#stream ? this.#stream.getTracks() : []) track.stop();
    this.#stream = null;
    this.stage?.remove();
    this.#room?.dialog.remove();
    this.#room = null;
    if (offer) {
      this.said.textContent = "";
      this.#offerToOpen();
      this.deeds.firstChild.focus();
    }
  }

  // One capture: the question first, so that the frames are newer than it.
  async take() {
    if (this.#under || !this.#stream) return;
    this.#under = true;
    clearTimeout(this.#timer);
    this.#at.deeds.replaceChildren();
    this.#stopping = new AbortController();
    try {
      const left = this.#from - performance.now();
      if (left > 0 && left < LONGEST_WAIT) {
        this.#say("wait");
        await pause(left);
      }
      const told = await (this.#live ? this.#takeSigned(this.#stopping.signal) : this.#takePlain());
      if (told) this.#go(told);
    } catch (error) {
      if (!(error instanceof Ended)) this.#lost();
      else if (error.why === "stopped") this.#stopped();
      else this.#unseen(error.why);
    } finally {
      this.#under = false;
    }
  }

  async #takePlain() {
    this.#say("hold");
    const { nonce, next } = await this.#post(this.getAttribute("question"), new FormData());
    if (!nonce) return { next };
    const form = new FormData();
    for (const frame of await this.frames()) form.append("frame", frame, "frame.jpg");
    this.close();
    form.append("nonce", nonce);
    return this.#send(form);
  }

  async #takeSigned(signal) {
    this.#say("look");
    const [{ FEWEST, play }, { message }, { key, thumbprint }] = await Promise.all(
      [import("./face-script.js"), import("./face-message.js"), this.#bind()]);
    const { nonce, script, next } = await this.#post(`${this.getAttribute("question")}?variant=${this.variant}`, new FormData());
    if (!nonce) return { next };
    if (signal.aborted) throw signal.reason;
    const { taken, film } = await this.#play(play, script.steps, signal), { label } = this.#track;
    if (taken.length < FEWEST) throw new Ended("slow");
    this.close();
    this.#say("sending");
    this.focus();
    return this.#send(await message({ taken, film, label, nonce, caseId: this.getAttribute("case"), thumbprint, key }));
  }

  async #play(play, steps, signal) {
    const room = this.#room;
    room.dots.replaceChildren(...steps.map(() => element("i", {})));
    room.dialog.dataset.do = "ahead";
    const since = performance.now();
    // Not by the second half of a double click.
    this.#offer(["stop", () => performance.now() > since + DOUBLE && this.#stop()]);
    room.deeds.firstChild.focus({ preventScroll: true });
    room.said.setAttribute("aria-live", "assertive");
    room.said.textContent = ahead(this.words, steps);
    await pause(patience(steps));
    const soon = (step) => {
      const word = named(this.words, step);
      if (!word) return;
      room.said.textContent = word;
      navigator.vibrate?.(60);
    };
    return play({ video: this.video, steps, show: (step, index) => show(room, step, index), soon, ahead: EARLY, signal });
  }

  async #send(form) {
    this.#say("sending");
    const slow = setTimeout(() => this.#say("deciding"), 1500);
    return this.#post(this.getAttribute("answer"), form).finally(() => clearTimeout(slow));
  }

  // Binds this session's key, once; rejects where this browser cannot or may not.
  #bind() {
    this.#bound ??= this.#bindKey().catch((error) => {
      this.#bound = null;
      throw error;
    });
    return this.#bound;
  }

  async #bindKey() {
    if (!globalThis.crypto?.subtle) throw new Ended("key");
    const { pointOf, sessionKey, sha256 } = await import("./face-key.js");
    const proof = this.getAttribute("token") ?? this.getAttribute("session") ?? "";
    const pair = await sessionKey(await sha256(new TextEncoder().encode(proof)));
    const body = { key: await pointOf(pair) };
    if (this.hasAttribute("token")) body.form = this.getAttribute("token");
    const { thumbprint, problem } = await this.#ask(this.getAttribute("key"), JSON.stringify(body), { "Content-Type": "application/json" });
    if (problem >= 500 || problem === 429) throw new Error("busy");
    if (!thumbprint) throw new Ended("key");
    return { key: pair, thumbprint };
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

  #post(path, body) {
    if (this.hasAttribute("token")) body.append("form", this.getAttribute("token"));
    return this.#ask(path, body, {});
  }

  async #ask(path, body, more) {
    const headers = { Accept: "application/json", ...more };
    if (this.hasAttribute("session")) headers.Authorization = `Bearer ${this.getAttribute("session")}`;
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
    const sentence = this.words[key] || "", { said } = this.#at;
    // The same words again would be read out again.
    if (said.textContent !== sentence) said.textContent = sentence;
  }

  #offer(...deeds) {
    this.#at.deeds.replaceChildren(...deeds.map(([key, act]) => {
      const button = element("button", { type: "button", class: key === "close" || key === "stop" ? "button even" : "button" }, this.words[key]);
      button.addEventListener("click", act);
      return button;
    }));
  }

  #offerToOpen() {
    this.#offer(["open", () => this.open()]);
  }

  #stop(why = "stopped") {
    this.#stopping.abort(new Ended(why));
  }

  // Nothing was sent: the same place to go on from.
  #stopped() {
    this.close(true);
    this.#say("stopped");
  }

  // It may have arrived all the same: the next page shows where the request stands.
  #lost() {
    this.close();
    this.#say("lost");
    this.#offer(["retry", () => this.#go({})]);
    this.deeds.firstChild.focus();
  }

  #gone() {
    if (!this.#stream) return;
    if (this.#under) this.#stop("gone");
    else this.#unseen("gone");
  }

  #unseen(why) {
    this.close();
    this.#say(why);
    this.#offerToOpen();
    this.dispatchEvent(new CustomEvent("face-unseen", { detail: why, bubbles: true }));
  }
}

customElements.define("face-capture", FaceCapture);

// Players: all signals of a clip sound at once, one of them is heard.
let sound = null; // the AudioContext; browsers want a key or a click before it
let current = null; // the player that keys are for

class Player {
  constructor(clip) {
    this.clip = clip;
    this.active = 0; // number of the signal that is heard
    this.offset = 0; // s, where to go on
    this.sources = null; // one for each signal, while they play
    this.wanted = false; // whether they should, once they are decoded
    this.button = node("button", { type: "button", class: "play" }, "Play");
    this.bar = node("input", {
      type: "range", min: 0, max: clip.seconds, step: 0.01, "aria-label": "Position in s",
    });
    this.time = node("span");
    this.tiles = clip.signals.map((signal, place) => this.tile(signal, place));
    this.root = node("article", { class: "player" },
      node("h3", {}, `${clip.test_set}: ${clip.why} `, node("small", {}, clip.id)),
      node("div", { class: "transport" }, this.button, this.bar, this.time),
      node("div", { class: "signals" }, ...this.tiles));
    this.button.addEventListener("click", () => this.toggle());
    this.bar.addEventListener("input", () => this.seek(Number(this.bar.value)));
    for (const kind of ["focusin", "pointerdown"]) {
      this.root.addEventListener(kind, () => this.take());
    }
    this.choose(0);
    this.update();
  }

  tile({ name, picture, scores }, place) {
    const head = node("span", { class: "head" }, name);
    if (place < 9) head.prepend(node("kbd", {}, String(place + 1)), " ");
    const texts = Object.entries(scores).map(([metric, value]) =>
      `${metric}\u00a0${number(metric, value)}`);
    const image = node("img", { src: `data:image/png;base64,${picture}`, alt: "" });
    const made = node("button", { type: "button", class: "signal" },
      head, node("span", { class: "picture" }, image),
      node("small", {}, texts.join(" · ")));
    made.addEventListener("click", () => this.choose(place));
    return made;
  }

  get position() {
    if (!this.sources) return this.offset;
    const passed = Math.max(0, sound.currentTime - this.begun);
    return Math.min(this.offset + passed, this.clip.seconds);
  }

  // the keys are for this player from now on
  take() {
    current?.root.classList.remove("current");
    current = this;
    this.root.classList.add("current");
  }

  choose(place) {
    if (place >= this.tiles.length) return;
    this.active = place;
    this.tiles.forEach((tile, n) => tile.setAttribute("aria-pressed", n === place));
    // the sum of both stays 1 while one fades into the other
    this.gains?.forEach(({ gain }, n) =>
      gain.setTargetAtTime(n === place ? 1 : 0, sound.currentTime, 0.004));
  }

  toggle() {
    if (this.wanted) this.pause();
    else this.play();
  }

  async play() {
    players.forEach((player) => player.pause());
    this.wanted = true;
    this.update();
    try {
      sound ??= new AudioContext({ sampleRate: 16000 });
      await sound.resume();
      this.buffers ??= await Promise.all(this.clip.signals.map((signal) =>
        sound.decodeAudioData(bytes(signal.sound))));
    } catch (error) {
      this.pause();
      this.time.textContent = `cannot play: ${error.message}`;
      return;
    }
    if (this.wanted && !this.sources) this.start();
  }

  start() {
    this.begun = sound.currentTime + 0.02;
    this.gains = this.buffers.map((_, n) =>
      new GainNode(sound, { gain: n === this.active ? 1 : 0 }));
    this.sources = this.buffers.map((buffer, n) => {
      const source = new AudioBufferSourceNode(sound, { buffer });
      source.connect(this.gains[n]).connect(sound.destination);
      source.start(this.begun, this.offset);
      return source;
    });
    this.sources[0].onended = () => {
      this.pause();
      this.offset = 0;
      this.update();
    };
    this.follow();
  }

  pause() {
    this.wanted = false;
    this.offset = this.position;
    if (this.sources) {
      this.sources[0].onended = null;
      this.sources.forEach((source) => source.stop());
    }
    this.sources = this.gains = null;
    this.update();
  }

  seek(seconds) {
    const going = this.sources !== null;
    this.pause();
    this.offset = seconds;
    if (going) {
      this.wanted = true;
      this.start();
    }
    this.update();
  }

  follow() {
    this.update();
    if (this.sources) requestAnimationFrame(() => this.follow());
  }

  update() {
    const { position, clip } = this;
    this.button.textContent = this.wanted ? "Pause" : "Play";
    this.bar.value = position;
    this.time.textContent = `${position.toFixed(1)} / ${clip.seconds.toFixed(1)} s`;
    this.root.style.setProperty("--position", `${(100 * position) / clip.seconds}%`);
  }
}

function bytes(base64) {
  const text = atob(base64);
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0)).buffer;
}

const players = data.clips.map((clip) => new Player(clip));
byId("players").append(...players.map((player) => player.root));
if (players.length) players[0].take();
else byId("listen").remove();

// Space stays what it is for buttons and choices outside of the players.
function isForPlayer({ key, target }) {
  if (key !== " ") return "123456789".includes(key);
  return target.closest(".player") !== null || !target.closest("button, input, a");
}

document.addEventListener("keydown", (event) => {
  if (!current || event.ctrlKey || event.altKey || event.metaKey || !isForPlayer(event)) return;
  event.preventDefault();
  current.root.scrollIntoView({ block: "nearest" });
  if (event.key !== " ") current.choose(Number(event.key) - 1);
  else if (!event.repeat) current.toggle();
});
document.addEventListener("keyup", (event) => {
  if (event.key === " " && event.target.closest(".player")) event.preventDefault();
});

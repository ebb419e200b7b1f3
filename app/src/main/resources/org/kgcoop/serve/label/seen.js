// Which images a person saw: loaded, at least half of the image in the window, for 200 ms. Only they can be answered.

const ENOUGH = 200; // milliseconds

/** The images of a page, and since when each is visible. It knows no browser. */
export class SeenImages {
  constructor(images = []) {
    this.entries = new Map(images.map((image) => [image, {loaded: false, visible: false, since: Infinity, seen: false}]));
  }

  /** Takes what changed: loaded, visible or both. */
  update(image, change, now) {
    const entry = this.entries.get(image);
    if (entry) {
      entry.seen = this.isSeen(image, now);
      Object.assign(entry, change);
      const shown = entry.loaded && entry.visible;
      entry.since = shown ? Math.min(entry.since, now) : Infinity;
    }
  }

  isSeen(image, now) {
    const entry = this.entries.get(image);
    return Boolean(entry) && (entry.seen || now - entry.since >= ENOUGH);
  }

  /** The images that were not seen yet. */
  unseen(now) {
    return [...this.entries.keys()].filter((image) => !this.isSeen(image, now));
  }

  /** Milliseconds until another image counts as seen; Infinity if none is visible. */
  wait(now) {
    return Math.min(...this.unseen(now).map((image) => this.entries.get(image).since + ENOUGH - now), Infinity);
  }
}

let page = new SeenImages();
let elements = new Map(); // img to its image
let onChange = () => {};
let timer = 0;

function update(img, change) {
  page.update(elements.get(img), change, performance.now());
  tell();
}

function tell() {
  const now = performance.now(); // before the change: an image that becomes seen during it needs another call
  onChange();
  clearTimeout(timer);
  const wait = page.wait(now);
  if (wait < Infinity) {
    timer = setTimeout(tell, wait + 1);
  }
}

const observer = globalThis.IntersectionObserver && new IntersectionObserver((changes) => changes.forEach((change) => {
  if (elements.has(change.target)) {
    update(change.target, {visible: change.intersectionRatio >= 0.5 && !document.hidden});
  }
}), {threshold: [0, 0.5]});

/** Starts a page. Images of the page before do not count any more. */
export function startSeeing(changed = () => {}) {
  observer.disconnect();
  page = new SeenImages();
  elements = new Map();
  onChange = changed;
  changed();
}

/** Watches an element that shows an image, or will show it. */
export function watch(img, image) {
  page.entries.set(image, new SeenImages([image]).entries.get(image));
  elements.set(img, image);
  img.onload = () => update(img, {loaded: img.dataset.image === String(elements.get(img))});
  observer.unobserve(img); // so that it is measured again
  observer.observe(img);
}

/** Forgets an element that was removed. */
export function unwatch(img) {
  page.entries.delete(elements.get(img));
  elements.delete(img);
  observer.unobserve(img);
  tell();
}

export function isSeen(image) {
  return page.isSeen(image, performance.now());
}

export function unseen() {
  return page.unseen(performance.now());
}

/** Nobody sees a tab in the background. */
globalThis.document?.addEventListener('visibilitychange', () => [...elements.keys()].forEach((img) => {
  update(img, {visible: false});
  observer.unobserve(img);
  observer.observe(img);
}));

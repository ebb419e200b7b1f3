// What the parts of the model share. Each function gets the copy `m` that `update` made. It sets fields of this copy, but
// never changes an object that a field holds, because the model before still has it.

export const NONE = -1;
export const SKIP = -2;
const ENOUGH = 200; // milliseconds that an image is visible until it counts as seen
export const SLOW = 1000; // milliseconds without an image until a person may skip it

// ---- words

/** A number with commas between its thousands. */
export function grouped(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Such as "1 image" or "2,000 images". */
export function images(count) {
  return `${grouped(count)} ${count === 1 ? 'image' : 'images'}`;
}

/** The name of a label: a number, or the name of a class that is not stored yet. */
export function nameOf(m, label) {
  return label === NONE ? 'none of these' : label === SKIP ? 'skipped' : typeof label === 'string' ? label : m.names[label] ?? '';
}

/** Shows a line until the person does something else. */
export function say(m, text) {
  m.notice = text;
  m.rejected = [];
}

/** Says which answers were not stored since the person did something. */
export function sayRejected(m, names, reason) {
  const rejected = [...m.rejected, ...names];
  say(m, `Not stored: ${rejected.join(', ')}. ${reason} Your answer is marked where the image is shown again.`);
  m.rejected = rejected;
}

// ---- requests

/** Asks for something that changes nothing. The reply carries this request. */
export function get(m, what, path, more = {}) {
  m.requests = [...m.requests, {do: 'get', what, path, run: m.run, ...more}];
}

/** Asks for something that changes no label, with a body. */
export function query(m, what, path, body, more = {}) {
  m.requests = [...m.requests, {do: 'post', what, path, run: m.run, body: {browser: m.id, run: m.run, ...body}, ...more}];
}

/** Lets an event arrive after some milliseconds. */
export function later(m, ms, then) {
  m.requests = [...m.requests, {do: 'wait', ms, then}];
}

/** Asks the view for something: `focus` or `scroll` with the id of an element, `prevent`, `store`, `revoke`. */
export function ask(m, what, more = {}) {
  m.requests = [...m.requests, {do: what, ...more}];
}

/**
 * Puts a change into the outbox. Changes leave in order, one at a time, each with a number of its own.
 *
 * @param labels the label of each image, a number or the name of a new class
 */
export function post(m, what, path, body, labels = {}) {
  const names = Object.fromEntries(Object.keys(labels).map((image) => [image, nameOfImage(m, Number(image))]));
  const add = [...new Set(Object.values(labels).filter((label) => typeof label === 'string'))];
  m.outbox = [...m.outbox, {number: m.number, what, path, run: m.run, body: add.length ? {...body, add} : body, labels, names}];
  m.number += 1;
}

/** The number of answers on their way. */
export function onTheirWay(m) {
  return m.outbox.filter((item) => Object.keys(item.labels).length).length;
}

export function isWaitingFor(m, what) {
  return m.outbox.some((item) => item.what === what);
}

// ---- images

function nameOfImage(m, image) {
  return m.page?.images.find((entry) => entry.image === image)?.name ?? m.all.tiles[image]?.name ?? '';
}

/** True for an image that was loaded and at least half in the window for long enough. */
export function isSeen(m, image, at) {
  const entry = m.seen[image];
  return Boolean(entry) && (entry.seen || at - entry.since >= ENOUGH);
}

/** Takes what changed about images: `loaded`, `visible`, or both. */
export function see(m, changes, at) {
  const seen = {...m.seen};
  for (const {image, ...change} of changes) {
    const before = seen[image] ?? {loaded: false, visible: false, since: Infinity, seen: false};
    const now = {...before, ...change, seen: before.seen || at - before.since >= ENOUGH};
    now.since = now.loaded && now.visible ? Math.min(before.since, at) : Infinity;
    seen[image] = now;
  }
  m.seen = seen;
  later(m, ENOUGH + 1, {type: 'time'});
}

/** True if the file of an image does not exist any more, or cannot be read. */
export function isGone(m, image) {
  return m.pictures[`256/${image}`]?.is === 'gone' || m.pictures[`1024/${image}`]?.is === 'gone';
}

/** Why an image cannot get a label at the moment; empty if it can. */
export function obstacle(m, image, label, at) {
  if (label === SKIP) {
    return isSeen(m, image, at) || isGone(m, image) || at - m.since >= SLOW ? '' : 'Too early: the image was not shown yet.';
  }
  return isGone(m, image) ? 'This file is gone, or cannot be read. Press S to skip it.'
    : isSeen(m, image, at) ? '' : m.seen[image]?.loaded ? 'Too early: look at the image first.' : 'The image is not loaded yet. Wait, or press S to skip it.';
}

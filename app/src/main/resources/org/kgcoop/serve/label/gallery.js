// All images in a grid, for a person who looks for some of them. A key gives the class to the selection. Images that do
// not fit the filter any more leave it.

import {NONE, SKIP, ask, get, grouped, images, isSeen, later, nameOf, post, query, say, sayRejected} from '/page/common.js';
import {GAP, cornerOf, layoutOf, nearby, touched} from '/page/grid.js';

const MOST = 500; // labels of a request
const STILL = 60; // milliseconds without scrolling before images are loaded
const DRAG = 6; // pixels of a movement that is no click

/** The screen before it was opened. Selected, focused and anchor are images, because their places change. */
export const CLOSED = {
  view: {shown: 'all', by: 'anyone', order: 'name'}, number: 0, list: [], places: new Map(), tiles: {}, sent: {}, asked: new Set(),
  selected: new Set(), focused: undefined, anchor: undefined, frame: {top: 0, width: 300, height: 300, least: 144}, ready: [], drag: null,
};

const set = (m, change) => {
  m.all = {...m.all, ...change};
};

export const layout = (m) => layoutOf(m.all.frame.width, m.all.frame.least);

/** The images of the rows near the window. */
export function rows(m) {
  const {top, height} = m.all.frame;
  const [first, last] = nearby(top, height, m.all.list.length, layout(m));
  return m.all.list.slice(first, last);
}

/** True if an image with this label belongs to a view. */
export function fits(label, {shown, by, class: wanted}) {
  const isOwner = by === 'anyone' || by === label.by;
  return isOwner && (shown === 'all' || (shown === 'class' && label.class === wanted) || (shown === 'none' && label.class === NONE)
    || (shown === 'skipped' && label.class === SKIP));
}

/** The images that a key means. */
export const targets = (m) => [...m.all.selected];

// ---- a view

/** Opens the screen with a view, the last one by default. */
export function openAll(m, wanted = m.all.view) {
  const isGone = wanted.shown === 'class' && !m.state.classes.some((each) => each.class === wanted.class);
  const view = isGone ? {...wanted, shown: 'all'} : wanted;
  m.screen = 'all';
  m.opening = false;
  set(m, {view, number: m.all.number + 1, drag: null});
  query(m, 'view', '/label/view', view, {number: m.all.number});
}

export function filter(m, change) {
  say(m, '');
  openAll(m, {...m.all.view, ...change});
  ask(m, 'top');
}

const listed = (list) => ({list, places: new Map(list.map((image, i) => [image, i]))});

/** Takes the images of a view. */
export function takeView(m, json, request) {
  if (request.number === m.all.number) {
    const {places, ...list} = listed(json.images);
    const focused = places.has(m.all.focused) ? m.all.focused : json.images[0];
    set(m, {...list, places, focused, anchor: focused, selected: new Set(), asked: new Set()});
    m.seen = m.screen === 'all' ? {} : m.seen;
    rest(m);
  }
}

/** Takes the part of the list that the window shows. It is loaded when the window stands still. */
export function setFrame(m, frame) {
  set(m, {frame});
  rest(m);
}

function rest(m) {
  later(m, STILL, {type: 'still', top: m.all.frame.top, number: m.all.number});
}

/** Loads what the window shows. */
export function load(m, {top, number}) {
  if (m.screen !== 'all' || top !== m.all.frame.top || number !== m.all.number) {
    return;
  }
  const ready = rows(m);
  const wanted = ready.filter((image) => !m.all.asked.has(image)).slice(0, MOST);
  set(m, {ready, asked: new Set([...m.all.asked, ...wanted])});
  if (wanted.length) {
    query(m, 'tiles', '/label/tiles', {images: wanted}, {number});
  }
}

export function takeTiles(m, json) {
  set(m, {tiles: {...m.all.tiles, ...Object.fromEntries(json.tiles.map((each) => [each.image, each]))}});
}

/** Asks again for what could not be loaded. */
export function askAgain(m, {body}) {
  set(m, {asked: new Set([...m.all.asked].filter((image) => !body.images.includes(image)))});
  rest(m);
}

/** After a change of the classes or of labels elsewhere, the proposals are new. The selection stays. */
export function renew(m) {
  set(m, {asked: new Set()});
  rest(m);
}

// ---- answers

/** Gives a class to the selection. A second press of a key names no other image. */
export function chooseAll(m, label, at) {
  const {view, selected, tiles, sent} = m.all;
  const known = [...selected].filter((image) => isSeen(m, image, at) && tiles[image]);
  const free = known.filter((image) => sent[image] === undefined);
  const left = selected.size - known.length;
  const problem = view.shown === 'unreadable' ? 'These files cannot be read, so they get no class.'
    : selected.size === 0 ? 'Select images first: click them, or press Space.'
      : known.length === 0 ? 'Only images that you saw can be answered.'
        : free.length === 0 ? 'The answer before is on its way. Wait a moment.' : '';
  say(m, problem || (left ? `You did not see ${grouped(left)} of the selected images. They stay selected.` : ''));
  if (!problem) {
    const labels = Object.fromEntries(free.map((image) => [image, label]));
    post(m, 'choose', '/label/choose', {labels}, labels);
    set(m, {sent: {...sent, ...labels}, selected: new Set([...selected].filter((image) => labels[image] === undefined))});
    focus(m, m.all.focused);
  }
}

function settled(m, item) {
  set(m, {sent: Object.fromEntries(Object.entries(m.all.sent).filter(([image]) => !(image in item.labels)))});
}

export function chosen(m, item, json) {
  settled(m, item);
  if (item.run !== m.run) {
    return; // it was stored before the program was started again
  }
  takeTiles(m, json);
  get(m, 'state', `/label/state?browser=${m.id}`); // the reply comes before the fit
  if (m.screen !== 'all') {
    return;
  }
  const {view, tiles, list} = m.all;
  m.notice = `${images(json.tiles.length)}: ${nameOf(m, json.tiles[0]?.class)}. ${m.notice}`.trim();
  const left = list.filter((image) => !(image in item.labels) || fits(tiles[image], view));
  if (left.length < list.length) {
    const {places} = listed(left);
    const place = Math.min(m.all.places.get(m.all.focused) ?? 0, left.length - 1);
    const focused = places.has(m.all.focused) ? m.all.focused : left[place];
    set(m, {list: left, places, focused, anchor: places.has(m.all.anchor) ? m.all.anchor : focused});
    rest(m);
    focus(m, focused);
  }
}

/** The images of a refused answer are selected again. */
export function chosenNot(m, item, json) {
  settled(m, item);
  set(m, {selected: new Set([...m.all.selected, ...Object.keys(item.labels).map(Number).filter((image) => m.all.places.has(image))])});
  sayRejected(m, Object.values(item.names), `The server answered: ${json.error}.`);
}

// ---- selection

function range(m, from, to) {
  const [first, last] = [m.all.places.get(from) ?? 0, m.all.places.get(to) ?? 0].sort((a, b) => a - b);
  return m.all.list.slice(first, last + 1);
}

/** Selects an image, or with Shift all images from the anchor on. */
export function toggleAll(m, image, isRange) {
  const {selected, anchor, places} = m.all;
  if (!places.has(image)) {
    return;
  }
  if (isRange) {
    set(m, {selected: new Set([...selected, ...range(m, anchor, image)])});
  } else {
    const others = [...selected].filter((each) => each !== image);
    set(m, {selected: new Set(selected.has(image) ? others : [...others, image]), anchor: image});
  }
  focus(m, image);
}

/** Selects all images of the view that were in the window. */
export function selectSeen(m, at) {
  set(m, {selected: new Set(m.all.list.filter((image) => isSeen(m, image, at) && m.all.tiles[image]))});
}

/** Brings an image into the window, and gives it the focus. */
export function focus(m, image) {
  const place = m.all.places.get(image);
  if (place === undefined) {
    ask(m, 'focus', {id: 'all-scroll'});
    return;
  }
  const {y} = cornerOf(place, layout(m));
  const {side} = layout(m);
  const {top, height} = m.all.frame;
  const wanted = y < top ? y : y + side > top + height ? y + side - height + GAP : top;
  set(m, {focused: image, frame: {...m.all.frame, top: wanted}});
  if (wanted !== top) {
    ask(m, 'top', {top: wanted});
    rest(m);
  }
  ask(m, 'focus', {id: `tile-${image}`});
}

export function moveAll(m, key, isRange) {
  const {columns} = layout(m);
  const to = m.all.list[(m.all.places.get(m.all.focused) ?? 0) + {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns}[key]];
  if (to !== undefined) {
    set(m, isRange ? {selected: new Set([...m.all.selected, ...range(m, m.all.anchor, to)])} : {anchor: to});
    focus(m, to);
  }
}

/** Selects the tiles that a rectangle touches. `stage` is start, move or end. The click after a drag is none. */
export function drag(m, {stage, point}) {
  const {drag: before, selected, list} = m.all;
  if (stage === 'start') {
    set(m, {drag: {from: point, to: point, before: selected, isBox: false, isOver: false}});
  } else if (before && !before.isOver && stage === 'move') {
    const isBox = before.isBox || Math.hypot(point.x - before.from.x, point.y - before.from.y) >= DRAG;
    const boxed = isBox ? touched(before.from, point, list.length, layout(m)).map((place) => list[place]) : [];
    set(m, {drag: {...before, to: point, isBox}, selected: isBox ? new Set([...before.before, ...boxed]) : selected});
  } else if (before && stage === 'end') {
    set(m, {drag: before.isBox ? {...before, isOver: true} : null});
  }
}

// All images in a grid, for a person who looks for some of them. Only the rows in the window exist, so that 100,000
// images stay usable. A key gives the class to the selection. Images that do not fit the filter any more leave it.

import {nameOf, showFor} from '/page/classes.js';
import {show, tileOf} from '/page/images.js';
import {posted} from '/page/requests.js';
import {isSeen, startSeeing, unwatch, watch} from '/page/seen.js';
import {NONE, SKIP, announce, element, grouped, images, isBusy, me, notice, onScreen, problem, refresh, screen, screens, send, sendAnswer, state} from '/page/session.js';

const GAP = 8; // pixels between tiles
const ROOM = 1; // windows of rows above and below the visible ones
const MOST = 500; // labels of a request
const STILL = 60; // milliseconds without scrolling before images are loaded
const DRAG = 6; // pixels of a movement that is no click

let view = {shown: 'all', by: 'anyone', order: 'name'};
let list = []; // the images of the view
let place = new Map(); // their places
let labels = new Map(); // image to its name, class and source
let asked = new Set(); // images whose labels were asked for
let rows = new Map(); // image to its element
let seen = new Set(); // images that were in the window for long enough
let selected = new Set(); // images
let focused = 0; // a place
let anchor = 0; // where a range of the selection begins
let layout = {columns: 1, side: 100};
let still = 0;
let opened = 0; // counts the views

const scroller = () => element('all-scroll');

// ---- pure parts

/** The columns and the side of a tile, for a width and the least side in pixels. */
export function layoutOf(width, least = 144) {
  const columns = Math.max(2, Math.floor((width + GAP) / (least + GAP)));
  return {columns, side: Math.max(40, Math.floor((width - GAP * (columns - 1)) / columns))};
}

/** The first and the last place (exclusive) of the rows near the window. */
export function nearby(top, height, count, {columns, side}) {
  const row = side + GAP;
  const first = Math.max(0, Math.floor((top - ROOM * height) / row)) * columns;
  return [Math.min(count, first), Math.min(count, Math.ceil((top + (1 + ROOM) * height) / row) * columns)];
}

/** The places of the tiles that a rectangle touches, from one corner {x, y} to another one. */
export function touched(from, to, count, {columns, side}) {
  const cell = side + GAP;
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)].map((x) => Math.max(0, Math.min(columns - 1, Math.floor(x / cell))));
  const [first, last] = [Math.min(from.y, to.y), Math.max(from.y, to.y)].map((y) => Math.max(0, Math.floor(y / cell)));
  const places = [];
  for (let row = first; row <= last; row++) {
    for (let column = left; column <= right; column++) {
      if (row * columns + column < count) {
        places.push(row * columns + column);
      }
    }
  }
  return places;
}

/** True if an image with this label belongs to a view. */
export function fits(label, {shown, by, class: wanted}) {
  const isOwner = by === 'anyone' || by === label.by;
  return isOwner && (shown === 'all' || (shown === 'class' && label.class === wanted) || (shown === 'none' && label.class === NONE)
    || (shown === 'skipped' && label.class === SKIP));
}

// ---- a view

/** Opens the screen with a view, the last one by default. */
async function open(wanted = view) {
  const isGone = wanted.shown === 'class' && !state.classes.some((each) => each.class === wanted.class);
  view = isGone ? {...wanted, shown: 'all'} : wanted;
  screen('all');
  fillFilters();
  const number = ++opened;
  const json = await send('/label/view', view, () => open(view));
  if (!json || number !== opened) {
    return;
  }
  list = json.images;
  place = new Map(list.map((image, i) => [image, i]));
  selected.clear();
  focused = Math.min(focused, Math.max(0, list.length - 1));
  asked.clear();
  startSeeing(noteSeen);
  document.body.classList.remove('waiting'); // here, each image counts by itself
  rows.forEach((row) => row.remove());
  rows.clear();
  seen.clear();
  measure();
  describe();
  announce(element('all-count').textContent);
}

function describe() {
  element('all-count').textContent = list.length ? images(list.length) : 'No image';
  element('all-like').disabled = list.length === 0;
  update();
}

function measure() {
  layout = layoutOf(element('all-space').clientWidth, window.innerHeight < 500 ? 80 : window.innerWidth < 600 ? 104 : 144);
  element('all-space').style.height = Math.ceil(list.length / layout.columns) * (layout.side + GAP) + 'px';
  draw();
}

/** Makes the elements near the window, and removes the others. */
function draw() {
  const {scrollTop, clientHeight} = scroller();
  const [first, last] = nearby(scrollTop, clientHeight, list.length, layout);
  for (const [image, row] of rows) {
    const at = place.get(image);
    if (at === undefined || at < first || at >= last) {
      unwatch(row.firstChild);
      row.remove();
      rows.delete(image);
    }
  }
  for (let i = first; i < last; i++) {
    const image = list[i];
    if (!rows.has(image)) {
      rows.set(image, tile(image));
      element('all-space').append(rows.get(image));
    }
    const row = rows.get(image);
    row.style.width = row.style.height = layout.side + 'px';
    row.style.transform = `translate(${(i % layout.columns) * (layout.side + GAP)}px, ${Math.floor(i / layout.columns) * (layout.side + GAP)}px)`;
    row.setAttribute('aria-posinset', i + 1);
    row.setAttribute('aria-setsize', list.length);
  }
  update();
  clearTimeout(still);
  still = setTimeout(load, STILL);
}

/** Loads what the window shows, when it stands still. */
function load() {
  for (const [image, row] of rows) {
    if (row.firstChild.dataset.image === undefined) {
      show(row.firstChild, image, 256);
      watch(row.firstChild, image);
    }
  }
  const wanted = [...rows.keys()].filter((image) => !asked.has(image)).slice(0, MOST);
  if (wanted.length) {
    wanted.forEach((image) => asked.add(image));
    const number = opened;
    posted('/label/tiles', {browser: me(), images: wanted}).then(({tiles}) => {
      if (number === opened) {
        tiles.forEach((each) => labels.set(each.image, each));
        update();
      }
    }).catch((e) => {
      wanted.forEach((image) => asked.delete(image));
      problem(e.status === undefined ? 'The server cannot be reached.' : e.message);
    });
  }
}

function noteSeen() {
  for (const image of rows.keys()) {
    if (labels.has(image) && isSeen(image)) {
      seen.add(image);
    }
  }
}

function tile(image) {
  const option = tileOf();
  option.addEventListener('focus', () => {
    if (focused !== place.get(image)) {
      focused = place.get(image);
      update();
    }
  });
  return option;
}

function update() {
  for (const [image, row] of rows) {
    const label = labels.get(image);
    const at = place.get(image);
    row.querySelector('.tag').textContent = !label ? '' : view.shown === 'unreadable' ? label.name : nameOf(label.class);
    row.classList.toggle('person', label?.by === 'person');
    row.setAttribute('aria-selected', String(selected.has(image)));
    row.setAttribute('aria-label', label ? `${label.name}: ${nameOf(label.class)}, by ${label.by === 'person' ? 'a person' : 'the program'}` : `image ${at + 1}`);
    row.tabIndex = at === focused ? 0 : -1;
  }
  element('confirm').hidden = true;
  element('rest').hidden = true;
  element('step').textContent = selected.size ? `${grouped(selected.size)} selected: press a key or choose a class` : '';
  const label = labels.get(list[focused]);
  showFor({proposed: view.shown === 'class' ? view.class : null, chosen: label?.by === 'person' ? label.class : undefined});
}

// ---- answers

/** Gives a class to the selection. A second press of a key names no other image. */
async function answer(number) {
  if (isBusy() || view.shown === 'unreadable' || selected.size === 0) {
    notice(selected.size ? '' : 'Select images first: click them, or press Space.');
    return;
  }
  noteSeen();
  const known = [...selected].filter((image) => seen.has(image));
  const left = selected.size - known.length;
  if (known.length === 0) {
    notice('Only images that you saw can be answered.');
    return;
  }
  const json = await sendAnswer('/label/choose', {labels: Object.fromEntries(known.map((image) => [image, number]))});
  if (!json || onScreen() !== 'all') {
    return;
  }
  refresh(() => {});
  json.tiles.forEach((each) => labels.set(each.image, each));
  notice(`${images(json.tiles.length)}: ${nameOf(number)}.` + (left ? ` You did not see ${grouped(left)} of the selected images. They stay selected.` : ''));
  known.forEach((image) => selected.delete(image));
  const gone = new Set(known.filter((image) => !fits(labels.get(image), view)));
  if (gone.size) {
    list = list.filter((image) => !gone.has(image));
    place = new Map(list.map((image, i) => [image, i]));
    focused = Math.max(0, Math.min(focused, list.length - 1));
    measure();
  }
  describe();
  focus();
}

// ---- selection

function select(from, to) {
  for (let i = Math.min(from, to); i <= Math.max(from, to); i++) {
    selected.add(list[i]);
  }
}

function toggle(at = focused) {
  const image = list[at];
  if (image !== undefined && !selected.delete(image)) {
    selected.add(image);
  }
  focused = anchor = at;
  update();
}

/** Brings a place into the window, and gives it the focus. */
function focus(at = focused) {
  focused = at;
  const top = Math.floor(at / layout.columns) * (layout.side + GAP);
  const {scrollTop, clientHeight} = scroller();
  if (top < scrollTop) {
    scroller().scrollTop = top;
  } else if (top + layout.side > scrollTop + clientHeight) {
    scroller().scrollTop = top + layout.side - clientHeight;
  }
  draw();
  (rows.get(list[at]) ?? element('all-scroll')).focus({preventScroll: true});
}

function move(key, event) {
  const to = focused + {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -layout.columns, ArrowDown: layout.columns}[key];
  if (to >= 0 && to < list.length) {
    if (event?.shiftKey) {
      select(anchor, to);
    } else {
      anchor = to;
    }
    focus(to);
  }
}

/** Selects all images of the view that were in the window. */
function selectSeen() {
  noteSeen();
  selected = new Set(list.filter((image) => seen.has(image)));
  update();
  announce(element('step').textContent);
}

function point(event) {
  const box = element('all-space').getBoundingClientRect();
  return {x: event.clientX - box.left, y: event.clientY - box.top};
}

function placeAt(event) {
  const row = event.target.closest?.('.tile');
  return row ? [...rows].find(([, each]) => each === row)?.[0] : undefined;
}

function listenToPointer() {
  let start = null; // of a drag
  let dragged = false; // the click after a drag is none
  let before = new Set();
  const box = element('all-box');
  element('all-space').addEventListener('click', (event) => {
    const at = place.get(placeAt(event));
    if (dragged || at === undefined || event.detail > 1) { // the second click of a double click
      return;
    }
    if (event.shiftKey) {
      select(anchor, at);
    } else {
      toggle(at);
    }
    focus(at);
  });
  element('all-space').addEventListener('pointerdown', (event) => {
    dragged = false;
    if (event.pointerType === 'mouse' && event.button === 0 && !event.shiftKey) {
      start = point(event);
      before = new Set(selected);
    }
  });
  document.addEventListener('pointermove', (event) => {
    if (!start || event.buttons !== 1) {
      start = null;
      box.hidden = true;
      return;
    }
    const to = point(event);
    if (box.hidden && Math.hypot(to.x - start.x, to.y - start.y) < DRAG) {
      return;
    }
    box.hidden = false;
    Object.assign(box.style, {
      left: Math.min(start.x, to.x) + 'px', top: Math.min(start.y, to.y) + 'px',
      width: Math.abs(to.x - start.x) + 'px', height: Math.abs(to.y - start.y) + 'px',
    });
    selected = new Set(before);
    touched(start, to, list.length, layout).forEach((at) => selected.add(list[at]));
    update();
  });
  document.addEventListener('pointerup', () => {
    dragged = !box.hidden;
    start = null;
    box.hidden = true;
  });
}

// ---- filters

function fillFilters() {
  const classes = state.classes.map((each) => new Option(each.name, 'class ' + each.class));
  element('all-shown').replaceChildren(
    new Option('All images', 'all'), ...classes, new Option('none of these', 'none'), new Option('Skipped', 'skipped'),
    new Option('Labels that may be wrong', 'suspicious'), new Option('Files that cannot be read', 'unreadable'));
  element('all-shown').value = view.shown === 'class' ? 'class ' + view.class : view.shown;
  element('all-by').value = view.by;
  element('all-order').querySelector('[value=like]').hidden = view.order !== 'like';
  element('all-order').querySelector('[value=text]').hidden = view.order !== 'text';
  element('all-order').value = view.order;
}

function filter(change) {
  scroller().scrollTop = 0;
  focused = anchor = 0;
  notice('');
  return open({...view, ...change});
}

/** Connects the elements of the screen. `back` opens the page before it. */
export function listenToAll(back) {
  scroller().addEventListener('scroll', draw, {passive: true});
  new ResizeObserver(() => onScreen() === 'all' && measure()).observe(scroller());
  element('all-shown').addEventListener('change', ({target}) => {
    const [shown, number] = target.value.split(' ');
    filter({shown, class: number === undefined ? undefined : Number(number)});
  });
  element('all-by').addEventListener('change', ({target}) => filter({by: target.value}));
  element('all-order').addEventListener('change', ({target}) => filter({order: target.value}));
  element('all-search').addEventListener('submit', (event) => {
    event.preventDefault();
    const text = element('all-text').value.trim();
    filter(text ? {order: 'text', text} : {order: 'name'});
  });
  element('all-like').addEventListener('click', () => filter({order: 'like', image: list[focused]}));
  element('all-select').addEventListener('click', selectSeen);
  element('all-back').addEventListener('click', back);
  listenToPointer();
}

screens.all = {
  open,
  answer,
  move,
  toggle,
  clear() {
    selected.clear();
    update();
  },
  shown: () => (labels.has(list[focused]) ? {image: list[focused], name: labels.get(list[focused]).name} : undefined),
  focus,
  /** After a new class, the proposals are new. The selection stays. */
  classesChanged() {
    fillFilters();
    asked.clear();
    load();
  },
  /** After an undo or another change of the classes, other images may belong to the view. */
  reopen: () => open(view),
};

// A page of images with a proposed class for each. Marks stay in the browser until the page is confirmed. Confirm takes
// the images that were seen.

import {nameOf, showFor, textElement} from '/page/classes.js';
import {show, tileOf} from '/page/images.js';
import {isSeen, startSeeing, unseen, unwatch, watch} from '/page/seen.js';
import {NONE, announce, element, images, isBusy, notice, screen, screens, sendAnswer} from '/page/session.js';

const HEADINGS = {
  page: ['These are: ', 'This is: '],
  'none-again': ['You answered “none of these”, before there was this class. Are these: ', 'You answered “none of these”, before there was this class. Is this: '],
};

let page = null;
let marks = new Map(); // image to class
let undoable = []; // marks before each change, or null for a change of the classes
let selected = new Set(); // images
let focused = 0;
let since = 0;
let goOn = () => {};

function proposed(entry) {
  return page.class ?? entry.likely?.[0] ?? NONE;
}

/**
 * Opens a page of proposals.
 *
 * @param next takes the answer of the server after all images were confirmed
 */
export function openProposals(opened, next) {
  page = opened;
  goOn = next;
  marks = new Map(page.images.filter((entry) => entry.former !== undefined).map((entry) => [entry.image, entry.former]));
  undoable = [];
  selected = new Set();
  focused = 0;
  since = performance.now();
  screen('grid');
  document.body.dataset.at = String(page.number);
  const heading = element('grid-heading');
  if (HEADINGS[page.kind]) {
    heading.replaceChildren(HEADINGS[page.kind][page.images.length === 1 ? 1 : 0], textElement('em', nameOf(page.class)), '?');
  } else {
    heading.textContent = 'Unusual images: are the names right?';
  }
  const tiles = page.images.map(tile);
  element('tiles').replaceChildren(...tiles);
  startSeeing(update);
  tiles.forEach((each, i) => watch(each.querySelector('img'), page.images[i].image));
  element('tiles').parentElement.scrollTop = 0;
  update();
  focusTile(0);
  announce(`${heading.textContent} ${images(page.images.length)}`);
}

function tile(entry) {
  const option = tileOf();
  show(option.firstChild, entry.image, 256);
  const position = () => page.images.indexOf(entry);
  option.addEventListener('click', () => {
    toggle(position());
    focusTile(position());
  });
  option.addEventListener('focus', () => {
    focused = position();
    update();
  });
  return option;
}

/** The number of images below the window, or above it, that nobody saw. */
function outside() {
  const frame = element('tiles').parentElement.getBoundingClientRect();
  const left = new Set(unseen());
  return page.images.flatMap((entry, i) => {
    const box = element('tiles').children[i].getBoundingClientRect();
    const middle = (box.top + box.bottom) / 2;
    return left.has(entry.image) && (middle > frame.bottom || middle < frame.top) ? [i] : [];
  });
}

/** The text of the button that confirms. */
export function confirmText(seen, changed) {
  return `Confirm ${seen}` + (changed ? `, ${changed} changed` : '');
}

/** What is said about images that do not count yet, of which some are not in the window. */
export function restText(left, hidden) {
  return left === 0 ? '' : hidden ? `${left} more below` : `${left} ${left === 1 ? 'is' : 'are'} loading`;
}

function update() {
  const tiles = element('tiles').children;
  const seen = page.images.filter((entry) => isSeen(entry.image));
  page.images.forEach((entry, i) => {
    const isChanged = isMarked(entry);
    const name = nameOf(marks.get(entry.image) ?? proposed(entry));
    const tag = tiles[i].querySelector('.tag');
    tag.textContent = name;
    tag.hidden = !isChanged && proposed(entry) === page.class;
    tiles[i].classList.toggle('changed', isChanged);
    tiles[i].dataset.seen = seen.includes(entry);
    tiles[i].setAttribute('aria-selected', String(selected.has(entry.image)));
    tiles[i].setAttribute('aria-label', `image ${i + 1}: ${name}${isChanged ? ', changed' : ''}`);
    tiles[i].tabIndex = i === focused ? 0 : -1;
  });
  const left = page.images.length - seen.length;
  document.body.classList.toggle('waiting', seen.length === 0);
  const rest = restText(left, outside().length);
  element('confirm').hidden = false;
  element('confirm').disabled = seen.length === 0;
  element('confirm').textContent = confirmText(seen.length, seen.filter(isMarked).length);
  element('rest').hidden = !rest.endsWith('below');
  element('rest').textContent = rest;
  element('step').textContent = selected.size ? `${selected.size} selected: press a key or choose a class` : element('rest').hidden ? rest : '';
  const target = page.images[focused];
  showFor({proposed: page.class ?? proposed(target), chosen: isMarked(target) ? marks.get(target.image) : undefined});
}

function isMarked(entry) {
  return marks.has(entry.image) && marks.get(entry.image) !== proposed(entry);
}

function toggle(i = focused) {
  const {image} = page.images[i];
  if (!selected.delete(image)) {
    selected.add(image);
  }
  focused = i;
  update();
}

function focusTile(i) {
  focused = i;
  element('tiles').children[i]?.focus({preventScroll: i === 0});
}

function answer(number) {
  const targets = selected.size ? [...selected] : [page.images[focused].image];
  if (isBusy() || !targets.every(isSeen)) {
    return;
  }
  notice('');
  undoable.push(new Map(marks));
  targets.forEach((image) => marks.set(image, number));
  selected.clear();
  update();
  if (!element('tiles').contains(document.activeElement)) {
    focusTile(focused);
  }
}

/** Scrolls to images that were not in the window. */
function showRest() {
  const [first] = outside();
  element('tiles').children[first]?.scrollIntoView({block: 'start'});
  return first !== undefined;
}

async function confirmSeen() {
  const seen = page.images.filter((entry) => isSeen(entry.image));
  if (seen.length === 0 || isBusy()) {
    return;
  }
  const opened = page;
  const labels = Object.fromEntries(seen.map((entry) => [entry.image, marks.get(entry.image) ?? proposed(entry)]));
  const isLast = seen.length === page.images.length;
  const json = await sendAnswer('/label/answer', {number: page.number, labels, seconds: (performance.now() - since) / 1000, next: isLast});
  if (!json || opened !== page) {
    return;
  }
  since = performance.now();
  if (json.left_out.length) {
    notice(`${images(json.left_out.length)} of this page had been answered in another tab. Those answers count: ${json.left_out.map((each) => each.name).join(', ')}.`);
  }
  if (isLast) {
    goOn(json);
    return;
  }
  seen.forEach((entry) => {
    const i = page.images.indexOf(entry);
    unwatch(element('tiles').children[i].querySelector('img'));
    element('tiles').children[i].remove();
    page.images.splice(i, 1);
    selected.delete(entry.image);
  });
  undoable = [];
  focusTile(0);
  update();
}

/** Takes back the last mark of this page. Returns false if there is none. */
function undo() {
  const before = undoable.pop();
  if (!before) {
    return false;
  }
  marks = before;
  update();
  return true;
}

function move(key) {
  const tiles = [...element('tiles').children];
  const columns = tiles.filter((each) => each.offsetTop === tiles[0].offsetTop).length;
  const to = focused + {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns}[key];
  if (to >= 0 && to < tiles.length) {
    focusTile(to);
  }
}

screens.grid = {
  answer,
  /** Enter scrolls to the other images before it confirms all. */
  confirm: () => (unseen().length ? showRest() : confirmSeen()),
  confirmSeen,
  showRest,
  undo,
  move,
  toggle,
  clear() {
    selected.clear();
    update();
  },
  shown: () => page.images[focused],
  focus: () => focusTile(focused),
  classesChanged() { // so that undo takes back the change of the classes first
    undoable.push(null);
    update();
  },
};

// One large image at a time: questions, random images, skipped images and the check of the whole folder. Each answer
// is sent by itself. The next image is shown at once.

import {nameOf, showFor} from '/page/classes.js';
import {picture, show} from '/page/images.js';
import {isSeen, startSeeing, watch} from '/page/seen.js';
import {announce, element, notice, screen, screens, sendAnswer} from '/page/session.js';

const SIZE = 1024;
const BLIND = 'These images were drawn at random. The program does not learn from them yet, so they keep the accuracy honest.';
const HEADINGS = {
  questions: ['What is this?', ''],
  audit: ['A random image, to measure the accuracy', BLIND],
  'more-audit': ['A random image, to measure the accuracy', BLIND],
  skipped: ['You skipped this. What is it?', 'Skip it again if you cannot decide.'],
  check: ['What is this?', 'Answer as if you saw the image for the first time. It may have a label already.'],
};

let page = null;
let position = 0;
let answers = new Map(); // image to class: what was answered now, or before an undo
let given = new Set(); // images whose answer was sent
let since = 0;
let sending = Promise.resolve(); // answers are sent one after the other
let waiting = false; // for the next page
let doubt = null; // {image, now, before}: two answers of the check that differ
let goOn = () => {};

/**
 * Opens a page of single images.
 *
 * @param next takes the answer of the server after the last image
 */
export function openQuestions(opened, next) {
  page = opened;
  goOn = next;
  given = new Set();
  answers = new Map(page.images.filter((entry) => entry.former !== undefined).map((entry) => [entry.image, entry.former]));
  position = 0;
  waiting = false;
  doubt = null;
  sending = Promise.resolve();
  screen('single');
  page.images.slice(1).forEach((entry) => picture(entry.image, SIZE).catch(() => {}));
  open();
}

function open() {
  const entry = page.images[position];
  document.body.dataset.at = `${page.number}.${position}`;
  startSeeing(() => document.body.classList.toggle('waiting', !isSeen(entry.image)));
  watch(element('large'), entry.image);
  show(element('large'), entry.image, SIZE);
  element('image-name').textContent = entry.name;
  since = performance.now();
  const many = page.images.length > 1 ? `${position + 1} of ${page.images.length}` : '';
  element('step').textContent = many;
  describe();
  announce(`${element('single-heading').textContent} ${many}`);
  if (!document.activeElement?.matches('#find')) {
    element('work').focus({preventScroll: true});
  }
}

function describe() {
  const entry = page.images[position];
  const chosen = answers.get(entry.image);
  [element('single-heading').textContent, element('single-note').textContent] = doubt
    ? ['Which of your two answers is right?', `Before: ${nameOf(doubt.before)}. Now: ${nameOf(doubt.now)}. Or choose another class.`] : HEADINGS[page.kind];
  showFor({likely: doubt ? [doubt.now, doubt.before] : entry.likely ?? [], chosen: doubt ? null : chosen});
  element('confirm').hidden = doubt !== null || chosen === undefined;
  element('confirm').textContent = chosen === undefined ? '' : `Keep “${nameOf(chosen)}”`;
  element('rest').hidden = true;
}

async function decide(number) {
  waiting = true;
  const json = await sendAnswer('/label/decide', {number: page.number, image: doubt.image, class: number});
  waiting = false;
  if (json) {
    goOn(null);
  }
}

function answer(number) {
  const at = position;
  const opened = page;
  const image = page.images[at].image;
  if (waiting || !isSeen(image)) {
    return;
  }
  if (doubt) {
    decide(number);
    return;
  }
  notice('');
  answers.set(image, number);
  given.add(image);
  const isLast = page.images.every((entry) => given.has(entry.image));
  const body = {number: page.number, labels: {[image]: number}, seconds: (performance.now() - since) / 1000};
  waiting = isLast;
  if (!isLast) {
    position = page.images.findIndex((entry) => !given.has(entry.image));
    open();
  }
  sending = sending.then(() => sendAnswer('/label/answer', body)).then((json) => {
    if (opened !== page) {
      return;
    }
    waiting = false;
    if (!json) { // the image is shown again
      given.delete(image);
      if (isLast || position > at) {
        position = at;
        open();
      }
    } else if (json.differs?.[image] !== undefined) {
      doubt = {image, now: number, before: json.differs[image]};
      describe();
    } else {
      json.left_out.forEach((each) => notice(`${each.name} was answered in another tab meanwhile. That answer counts.`));
      if (isLast) {
        waiting = true;
        goOn(json);
      }
    }
  });
}

/** Sends nothing more until the answers on their way have arrived. */
export function settled() {
  return sending;
}

/** Shows the classes again after a change. */
export function refreshQuestion() {
  if (page) {
    describe();
  }
}

screens.single = {
  answer,
  confirm() {
    const chosen = answers.get(page.images[position].image);
    if (chosen !== undefined && !doubt) {
      answer(chosen);
    }
  },
  shown: () => page.images[position],
};

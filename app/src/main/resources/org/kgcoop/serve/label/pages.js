// The pages that the server chooses: single images (questions, random images, skipped images, the check), and proposals,
// whose marks stay here until the page is confirmed.

import {NONE, SKIP, SLOW, add, ask, get, images, isGone, isSeen, isWaitingFor, later, nameOf, obstacle, post, say, sayRejected} from '/page/common.js';
import {openFinish} from '/page/finish.js';

const GRIDS = ['page', 'unusual', 'none-again'];
const REPEATED = ['check', 'skipped']; // pages of one kind until none is left
const UNDOING = 'Wait a moment: the undo is on its way.';
const REPLACED = 'Wait a moment: another page is on its way.';
const BLIND = 'These images were drawn at random. The program does not learn from them yet, so they keep the accuracy honest.';
const HEADINGS = {
  questions: ['What is this?', ''],
  audit: ['A random image, to measure the accuracy', BLIND],
  'more-audit': ['A random image, to measure the accuracy', BLIND],
  skipped: ['You skipped this. What is it?', 'Skip it again if you cannot decide.'],
  check: ['What is this?', 'Answer as if you saw the image for the first time. It may have a label already.'],
};

export const isGrid = (page) => GRIDS.includes(page.kind);

/** True if the program still reads images. The pages show those that are read. */
export function isReading(state) {
  return state.read < state.images && !state.reading_problem;
}

/** The heading of the open page, and the line below it. */
export function headingOf(m) {
  const isOne = m.page.images.length === 1;
  if (m.doubt) {
    return ['Which of your two answers is right?', `Before: ${nameOf(m, m.doubt.before)}. Now: ${nameOf(m, m.doubt.now)}. Or choose another class.`];
  }
  return HEADINGS[m.page.kind] ?? (m.page.kind === 'unusual' ? ['Unusual images: are the names right?', '']
    : [isOne ? 'This is: ' : 'These are: ', m.page.kind === 'none-again' ? 'You answered “none of these”, before there was this class.' : '']);
}

// ---- which images

/** The images of the page that can be answered. */
export function open(m) {
  return m.page ? m.page.images.filter((entry) => m.status[entry.image] === undefined || m.status[entry.image] === 'refused') : [];
}

export function entryOf(m, image) {
  return m.page.images.find((entry) => entry.image === image);
}

/** The class that the page proposes for an image. A file that is gone is skipped. */
export function proposed(m, entry) {
  return isGone(m, entry.image) ? SKIP : m.page.class ?? entry.likely?.[0] ?? NONE;
}

export function isMarked(m, entry) {
  return m.labels[entry.image] !== undefined && m.labels[entry.image] !== proposed(m, entry);
}

/** The open images of proposals that the person saw, those that she did not, and those of them outside of the window. */
export function progress(m, at) {
  const left = open(m);
  const seen = left.filter((entry) => isSeen(m, entry.image, at) || isGone(m, entry.image));
  const unseen = left.filter((entry) => !seen.includes(entry));
  return {seen, unseen, outside: unseen.filter((entry) => !m.seen[entry.image]?.visible)};
}

/** The text of the button that confirms. */
export function confirmText(seen, changed) {
  return `Confirm ${seen}` + (changed ? `, ${changed} changed` : '');
}

/** What is said about images that do not count yet, of which some are not in the window. */
export function restText(left, hidden) {
  return left === 0 ? '' : hidden ? `${left} more below` : `${left} ${left === 1 ? 'is' : 'are'} loading`;
}

// ---- opening

/**
 * Asks for a page of a kind, or for the one that is open, or the next one. It opens unless the person goes elsewhere meanwhile.
 *
 * @param isFresh true if the open page is not wanted
 */
export function next(m, wanted = '', isFresh = false) {
  m.opening = true;
  m.wanted = wanted;
  if (!m.outbox.some((item) => item.what === 'next' && item.body.wanted === wanted)) {
    post(m, 'next', '/label/next', {wanted, fresh: isFresh});
  }
}

function show(m, image) {
  m.seen = m.current === image ? m.seen : {...m.seen, [image]: undefined}; // it must be seen again
  m.current = image;
  m.since = m.now;
  later(m, SLOW + 1, {type: 'time'});
  ask(m, 'focus', {id: 'work'});
}

/** Shows the next open image. A refused one comes after the image that the person looks at. */
function advance(m) {
  const [first] = open(m);
  if (first && !m.doubt && m.status[m.current] !== undefined && m.status[m.current] !== 'refused') {
    show(m, first.image);
  }
}

/** Takes a page of the server. Marks stay if it is the open one. */
export function take(m, page, wanted) {
  const isSame = m.page?.number === page.number;
  const kept = {};
  for (const {image, name, former} of page.images) {
    const label = (isSame ? m.labels[image] : undefined) ?? m.refused[name] ?? former;
    if (label !== undefined) {
      kept[image] = label;
    }
  }
  const asked = isSame && m.doubt ? page.images.filter((entry) => entry.image !== m.doubt.image) : page.images;
  m.page = isSame && m.doubt ? {...page, images: [entryOf(m, m.doubt.image), ...asked]} : page; // the question keeps its image
  m.labels = kept;
  m.status = Object.fromEntries(m.outbox.filter((item) => isOpen(m, item)).flatMap((item) => Object.keys(item.labels)).map((image) => [image, 'sent']));
  m.seen = isSame && ['single', 'grid'].includes(m.screen) ? m.seen : {};
  m.doubt = isSame ? m.doubt : null;
  m.selected = [];
  m.steps = [];
  m.focused = page.images[0]?.image;
  if (m.opening || ['single', 'grid', 'reading'].includes(m.screen)) {
    enter(m, wanted);
  }
}

/** Takes a page that came with another reply, unless the person asked for one of a kind meanwhile. */
export function takeAlong(m, page, wanted) {
  keepOpen(m);
  if (!isWaitingFor(m, 'next')) {
    take(m, page, wanted);
  }
}

/** The open page is known: it is not asked for again. If others answer its images before, another page would replace it. */
function keepOpen(m) {
  m.outbox = m.outbox.filter(({what, body}) => what !== 'next' || body.wanted || body.fresh);
}

/** Returns to the open page. A question about two answers is still there. */
export function back(m) {
  if (m.doubt) {
    enter(m, '');
  } else {
    next(m);
  }
}

function enter(m, wanted) {
  const {page, state} = m;
  m.opening = false;
  if (page.images.length === 0 && isReading(state)) {
    m.screen = 'reading';
    m.reading = {heading: 'More images come soon', done: state.read, images: state.images};
  } else if (page.images.length === 0 || (page.kind === 'skipped' && wanted !== 'skipped' && !page.open && !Object.keys(m.labels).length)) {
    const nothing = {audit: 'No random image is left to answer.', 'more-audit': 'No other image is left to draw.', unusual: 'No image is left.',
      check: 'The check is complete. The next one can begin after a label has changed.'}[wanted];
    m.page = null;
    openFinish(m);
    const text = page.reserved ? `${images(page.reserved)} are open in another tab. They are free 30 seconds after it was closed.` : nothing ?? '';
    add(m, text); // what is said about the last answer stays
  } else {
    m.screen = isGrid(page) ? 'grid' : 'single';
    m.since = m.now;
    if (m.screen === 'grid') {
      ask(m, 'top');
      ask(m, 'focus', {id: `tile-${m.focused}`});
    } else {
      show(m, m.doubt?.image ?? (page.kind === 'check' ? page.images.find((entry) => m.status[entry.image] === 'sent') : open(m)[0])?.image ?? page.images[0].image);
    }
  }
}

// ---- answers

/** Why the page takes no input at the moment; empty if it does. */
function blocked(m) {
  return isWaitingFor(m, 'undo') ? UNDOING : m.page.isClosed ? 'Wait a moment: the page is being opened again.' : '';
}

/** Gives a label to the image or to the marked images. */
export function choose(m, label, at) {
  const problem = blocked(m);
  if (problem) {
    say(m, problem);
  } else if (m.screen === 'single') {
    name(m, label, at);
  } else {
    mark(m, label, at);
  }
}

function name(m, label, at) {
  const image = m.current;
  const isGiven = m.doubt ? m.doubt.isSent : ['sent', 'stored'].includes(m.status[image]);
  const problem = isGiven ? 'This image is answered. The next one comes when the answer is stored.'
    : isWaitingFor(m, 'next') ? REPLACED : m.doubt ? '' : obstacle(m, image, label, at);
  say(m, problem);
  if (problem) {
    return;
  }
  if (m.doubt) {
    m.doubt = {...m.doubt, isSent: true};
    post(m, 'decide', '/label/decide', {number: m.page.number, image: m.doubt.image, class: label}, {[m.doubt.image]: label});
    return;
  }
  m.labels = {...m.labels, [image]: label};
  m.status = {...m.status, [image]: 'sent'};
  send(m, {[image]: label}, at);
  if (m.page.kind !== 'check') { // there, the answer may differ from the label
    advance(m);
  }
}

function send(m, labels, at) {
  const isLast = open(m).length === 0;
  const body = {number: m.page.number, labels, seconds: Math.max(0, at - m.since) / 1000, next: isLast, wanted: REPEATED.includes(m.wanted) ? m.wanted : ''};
  post(m, 'answer', '/label/answer', body, labels);
}

function mark(m, label, at) {
  const targets = m.selected.length ? m.selected : [m.focused];
  const problem = targets.some((image) => m.status[image] === 'sent') ? 'This image is confirmed already.'
    : isWaitingFor(m, 'next') ? REPLACED : targets.map((image) => obstacle(m, image, label, at)).find((each) => each) ?? '';
  say(m, problem);
  if (!problem) {
    m.steps = [...m.steps, m.labels];
    m.labels = {...m.labels, ...Object.fromEntries(targets.map((image) => [image, label]))};
    m.selected = [];
    ask(m, 'focus', {id: `tile-${m.focused}`});
  }
}

/** Keeps the former answer of a single image, or confirms the page. Enter first scrolls to images that nobody saw. */
export function confirm(m, at, isButton) {
  if (m.screen === 'single') {
    const label = isGone(m, m.current) ? SKIP : m.labels[m.current];
    if (label !== undefined && !m.doubt) {
      choose(m, label, at);
    }
    return;
  }
  const {seen, unseen, outside} = progress(m, at);
  const problem = blocked(m) || (open(m).length === 0 ? 'This page is confirmed. The next one comes when the answers are stored.'
    : isWaitingFor(m, 'next') ? REPLACED : (isButton || !outside.length) && (isButton ? !seen.length : unseen.length) ? `Wait: ${restText(unseen.length, 0)}.` : '');
  say(m, problem);
  if (!problem && unseen.length && !isButton) {
    scrollToRest(m, at);
  } else if (!problem) {
    const labels = Object.fromEntries(seen.map((entry) => [entry.image, isGone(m, entry.image) ? SKIP : m.labels[entry.image] ?? proposed(m, entry)]));
    m.labels = {...m.labels, ...labels};
    m.status = {...m.status, ...Object.fromEntries(seen.map((entry) => [entry.image, 'sent']))};
    m.selected = m.selected.filter((image) => labels[image] === undefined);
    m.steps = [];
    send(m, labels, at);
    m.since = at;
    focus(m, (open(m)[0] ?? m.page.images[0]).image);
  }
}

export function scrollToRest(m, at) {
  const [first] = progress(m, at).outside;
  if (first) {
    ask(m, 'scroll', {id: `tile-${first.image}`});
  }
}

export function toggle(m, image) {
  if (m.status[image] !== 'sent') {
    m.selected = m.selected.includes(image) ? m.selected.filter((each) => each !== image) : [...m.selected, image];
    focus(m, image);
  }
}

function focus(m, image) {
  m.focused = image;
  ask(m, 'focus', {id: `tile-${image}`});
}

export function move(m, key, columns) {
  const at = m.page.images.findIndex((entry) => entry.image === m.focused);
  const to = m.page.images[at + {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns}[key]];
  if (to) {
    focus(m, to.image);
  }
}

/** Takes back the last mark of proposals, or asks the server to take back the last answer. */
export function undo(m) {
  const step = m.screen === 'grid' ? m.steps[m.steps.length - 1] : undefined;
  if (isWaitingFor(m, 'undo')) {
    say(m, UNDOING);
    return;
  }
  say(m, '');
  if (m.screen === 'grid') {
    m.steps = m.steps.slice(0, -1);
  }
  if (step) { // null stands for a change of the classes
    m.labels = step;
  } else {
    post(m, 'undo', '/label/undo', {screen: m.screen});
  }
}

// ---- replies

/** True if an item of the outbox is about the page that is open. */
function isOpen(m, item) {
  return m.page !== null && m.page.number === item.body.number && m.run === item.run;
}

function forget(m, names) {
  m.refused = Object.fromEntries(Object.entries(m.refused).filter(([each]) => !names.includes(each)));
}

/** An answer was stored. */
export function stored(m, item, json) {
  forget(m, Object.values(item.names));
  if (json.left_out?.length) {
    const one = json.left_out.length === 1;
    add(m, `${images(json.left_out.length)} had been answered elsewhere meanwhile. ${one ? 'That answer counts' : 'Those answers count'}: ${json.left_out.map((each) => each.name).join(', ')}.`);
  }
  if (json.changed?.length) {
    add(m, `Not stored: ${json.changed.map((each) => each.name).join(', ')}. The file was changed or removed. It is asked after the next start.`);
  }
  if (!isOpen(m, item)) {
    return;
  }
  const given = Object.keys(item.labels).map(Number);
  m.status = {...m.status, ...Object.fromEntries(given.map((image) => [image, 'stored']))};
  const [image] = given;
  if (item.what === 'decide') {
    m.doubt = null;
  } else if (json.differs?.[image] !== undefined) {
    m.doubt = {image, now: classNumber(m, item.labels[image]), before: json.differs[image], isSent: false};
    keepOpen(m); // until it is decided
    show(m, image);
    if (m.opening && !isWaitingFor(m, 'next')) {
      enter(m, '');
    }
    return;
  }
  if (json.page) {
    takeAlong(m, json.page, item.body.wanted);
    return;
  }
  const isDone = m.page.images.every((entry) => m.status[entry.image] === 'stored');
  if (isGrid(m.page) && !isDone) {
    m.page = {...m.page, images: m.page.images.filter((entry) => m.status[entry.image] !== 'stored')};
    m.focused = entryOf(m, m.focused) ? m.focused : m.page.images[0].image;
    ask(m, 'focus', {id: `tile-${m.focused}`});
  }
  if (isDone && ['single', 'grid'].includes(m.screen) && !isWaitingFor(m, 'next')) {
    next(m, REPEATED.includes(m.wanted) ? m.wanted : '');
  } else if (m.screen === 'single') {
    advance(m);
  }
}

function classNumber(m, label) {
  return m.state.classes.find((each) => each.name === label)?.class ?? label;
}

/** An answer was refused: its images come back, marked. */
export function refused(m, item, json, status) {
  const names = Object.values(item.names);
  m.refused = {...m.refused, ...Object.fromEntries(Object.entries(item.labels).map(([image, label]) => [item.names[image], label]))};
  sayRejected(m, names, `The server answered: ${json.error}.`);
  if (isOpen(m, item)) {
    const back = Object.keys(item.labels).filter((image) => entryOf(m, Number(image)));
    m.status = {...m.status, ...Object.fromEntries(back.map((image) => [image, 'refused']))};
    m.doubt = null;
    m.page = status === 409 ? {...m.page, isClosed: true} : m.page;
    advance(m);
  }
  get(m, 'state', `/label/state?browser=${m.id}`); // a class may be gone
  if (status === 409 && names.length) { // the page of the server is another one
    reopen(m);
  }
}

/** Takes the page of the server by itself, or when the person comes back. */
function reopen(m) {
  if (['single', 'grid', 'reading'].includes(m.screen) || m.opening) {
    next(m, REPEATED.includes(m.wanted) ? m.wanted : '');
  }
}

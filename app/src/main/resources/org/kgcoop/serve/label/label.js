// The page of `kgcoop label`. It sends requests only to its own server. It inserts texts as text, never as HTML. Every
// answer is stored before the server acknowledges it, so that the tab may close at any time.

import {listenToAll} from '/page/all.js';
import {classOf, listenToClasses, namesIn, render, renderEditor} from '/page/classes.js';
import {listenToFinish, openFinish, showUnreadable} from '/page/finish.js';
import {show} from '/page/images.js';
import {isDoubled, meaning, shortcutsOn, turnShortcuts} from '/page/keys.js';
import {openProposals} from '/page/proposals.js';
import {openQuestions, refreshQuestion, settled} from '/page/questions.js';
import {keepToken, posted} from '/page/requests.js';
import {SKIP, current, element, grouped, images, isBusy, leave, me, notice, onScreen, onState, problem, refresh, screen, screens, send, state, take, takeToken} from '/page/session.js';

const POLL = 500; // milliseconds
const SIGN_OF_LIFE = 10_000;
const FIRST = 500; // images that are read before the first page
const GRIDS = ['page', 'unusual', 'none-again'];
const REPEATED = ['check', 'skipped']; // pages of one kind until none is left

let page = null;
let wantedKind = '';
let turn = 0; // counts what the person opened, so that a late answer opens nothing
let before = 'single'; // the screen before the finish
let wasReached = null; // the target

// ---- the header

function meter(id, share) {
  element(id).firstElementChild.style.width = 100 * share + '%';
  element(id).setAttribute('aria-valuenow', Math.round(100 * share));
}

/** True if the program still reads images. The pages show those that are read. */
function isReading() {
  return state.read < state.images && !state.reading_problem;
}

onState((now) => {
  const of = `${grouped(now.labeled)} of ${grouped(now.images)}`;
  element('folder').textContent = now.folder;
  element('folder').title = now.session;
  document.title = `${of} – ${now.folder}`;
  element('labeled').textContent = `${of} labeled`;
  element('read').textContent = isReading() ? ` · reading ${grouped(now.read)} of ${grouped(now.images)}`
    : now.reading_problem ? ` · not all images are read: ${now.reading_problem}. Start the command again to read the others.` : '';
  meter('meter', now.labeled / now.images);
  element('share').textContent = now.say.header;
  element('share').classList.toggle('reached', now.can_stop);
  element('share-from').textContent = now.say.detail;
  element('joined').textContent = now.say.joined;
  const left = Math.min(20, now.audit.images - now.audit.answered);
  element('measure').hidden = left <= 0 || now.measured || now.classes.length < 2;
  element('measure').textContent = `Measure now (${images(left)})`;
  element('to-finish').hidden = now.classes.length < 2;
  element('to-finish').textContent = now.can_stop ? 'You can stop…' : 'Finish…';
  element('to-all').hidden = now.classes.length < 2 || !screens.all;
  element('undo').title = now.undo;
  if (wasReached === false && now.can_stop && now.labeled < now.images) {
    notice(`${now.say.target} You can stop now, or continue.`);
  }
  wasReached = now.can_stop;
  showUnreadable();
  render();
  renderEditor();
});

// ---- pages

/** Shows the page of an answer of the server, or what else comes next. */
async function open(json) {
  page = json.page ?? page;
  if (!json.page) {
    return;
  }
  if (page.images.length === 0 && isReading()) {
    screen('reading');
    element('reading-heading').textContent = 'More images come soon';
    element('reading').textContent = `You have answered all images that are read so far: ${grouped(state.read)} of ${grouped(state.images)}.`;
    meter('reading-meter', state.read / state.images);
  } else if (page.images.length === 0 || (page.kind === 'skipped' && wantedKind !== 'skipped' && !json.undone)) {
    const nothing = {audit: 'No random image is left to answer.', 'more-audit': 'No other image is left to draw.', unusual: 'No image is left.'}[wantedKind];
    wantedKind = '';
    await openFinish();
    notice(page.reserved ? `${images(page.reserved)} are open in another tab. They are free 30 seconds after it was closed.` : nothing ?? '');
  } else if (GRIDS.includes(page.kind)) {
    openProposals(page, advance);
  } else {
    openQuestions(page, advance);
  }
}

/** Shows the page that came with an answer, or asks for the next one. */
function advance(json) {
  return json?.page ? open(json) : next(REPEATED.includes(wantedKind) ? wantedKind : '');
}

async function next(wanted = '') {
  wantedKind = wanted;
  const mine = ++turn;
  await settled();
  const json = await send('/label/next', wanted ? {wanted} : {}, () => next(wanted));
  if (json && mine === turn) {
    await open(json);
  }
}

let isUndoing = false;

async function undo() {
  if (isUndoing || current().undo?.()) {
    return;
  }
  isUndoing = true;
  await settled();
  const json = await send('/label/undo');
  isUndoing = false;
  if (json?.page) {
    await open({...json, undone: true});
  } else if (json) {
    notice(json.undone ? `Taken back: ${json.undone}.` : 'There is nothing that you can undo.');
    refreshScreen();
  }
}

// ---- classes

function refreshScreen() {
  if (onScreen() === 'single') {
    refreshQuestion();
  } else if (onScreen() === 'finish') {
    openFinish();
  } else {
    (current().reopen ?? current().classesChanged)?.();
  }
}

async function add(name) {
  const json = await send('/label/classes', {add: [name]});
  const added = json && state.classes.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (added) {
    current().classesChanged?.();
    current().answer?.(added.class);
  }
}

async function edit(change) {
  try {
    take(await posted('/label/classes', {browser: me(), ...change}));
    element('edit-problem').textContent = '';
    refreshScreen();
    return true;
  } catch (e) {
    element('edit-problem').textContent = e.message;
    return false;
  }
}

// ---- start

async function start() {
  screen('start');
  element('names').value = state.classes.map((each) => each.name).join('\n');
  element('names').focus();
  const json = await refresh(start, '&overview=true');
  element('overview').replaceChildren(...(json?.overview ?? []).map((image, i) => {
    const item = document.createElement('li');
    const img = document.createElement('img');
    img.alt = 'image ' + (i + 1);
    show(img, image, 256);
    item.append(img);
    return item;
  }));
}

async function begin() {
  const known = new Set(state.classes.map((each) => each.name.toLowerCase()));
  const names = namesIn(element('names').value).filter((name) => !known.has(name.toLowerCase()));
  if (names.length + known.size < 2) {
    problem('Name at least two classes, one per line.' + (names[0]?.includes(',') ? ` “${names[0]}” is one name: press Enter between the names.` : ''));
  } else if (await send('/label/classes', {add: names})) {
    await next();
  }
}

// ---- enlarge

function enlarge() {
  const entry = current().shown?.();
  if (entry) {
    show(element('largest'), entry.image, 1024);
    element('large-name').textContent = entry.name;
    element('large-dialog').showModal();
  }
}

// ---- keys and buttons

const actions = {
  confirm: () => current().confirm?.(),
  toggle: () => current().toggle?.(),
  clear: () => current().clear?.(),
  find: () => element('find').focus(),
  undo,
  skip: () => current().answer?.(SKIP),
  enlarge,
  keys: () => element('keys-dialog').showModal(),
};

function onKey(event) {
  const asked = meaning(event, shortcutsOn());
  const typing = event.target.matches('input, textarea, select');
  const onButton = event.target.matches('button, a, summary') && ['Enter', ' '].includes(event.key);
  if (event.repeat && onButton) {
    event.preventDefault(); // a held key presses a button once
    return;
  }
  if (asked === null || typing || onButton || document.querySelector('dialog[open]') || !(onScreen() in screens)) {
    return;
  }
  if (asked === 'move') {
    if (!current().move) {
      return;
    }
    current().move(event.key, event);
  } else if (actions[asked]) {
    actions[asked](event);
  } else if (asked !== 'repeated' && (asked < 0 || classOf(asked))) {
    current().answer?.(asked);
  }
  event.preventDefault();
}

function onClick(id, action) {
  element(id).addEventListener('click', (event) => isDoubled(event) || action(event));
}

function listen() {
  document.addEventListener('keydown', onKey);
  ['undo', 'skip', 'enlarge'].forEach((id) => onClick(id, actions[id]));
  onClick('confirm', () => (current().confirmSeen ?? current().confirm)?.());
  onClick('rest', () => current().showRest?.());
  onClick('image', enlarge);
  onClick('help', actions.keys);
  onClick('measure', () => next('audit'));
  const leaveTo = (open) => () => {
    before = ['finish', 'all'].includes(onScreen()) ? before : onScreen();
    open();
  };
  onClick('to-all', leaveTo(() => {
    turn++;
    notice('');
    screens.all.open();
  }));
  onClick('to-finish', leaveTo(openFinish));
  element('shortcuts').checked = shortcutsOn();
  element('shortcuts').addEventListener('change', (event) => turnShortcuts(event.target.checked));
  element('start').addEventListener('submit', (event) => {
    event.preventDefault();
    begin();
  });
  element('names').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      begin();
    }
  });
  element('token-form').addEventListener('submit', (event) => {
    event.preventDefault();
    keepToken(element('token').value.trim());
    load();
  });
  listenToClasses({choose: (number) => current().answer?.(number), add, edit});
  const back = () => (page?.images.length && before in screens ? open({page}) : next());
  listenToFinish({next, back});
  listenToAll(back);
  window.addEventListener('pagehide', leave);
  window.addEventListener('pageshow', (event) => event.persisted && load());
  window.addEventListener('hashchange', () => { // the address of a new start, opened in this tab
    takeToken();
    load();
  });
}

screens.finish = {};

// ---- from the start

async function load() {
  const json = await refresh(load);
  if (json?.reading) {
    screen('reading');
    const {done, images: all} = json.reading;
    const first = Math.min(all, FIRST);
    meter('reading-meter', all ? Math.min(1, done / first) : 0);
    element('reading').textContent = all === 0 ? 'Looking for images.'
      : all > FIRST ? `${grouped(Math.min(done, first))} of the first ${grouped(first)} images. The other ${grouped(all - first)} are read while you work.`
        : `${grouped(done)} of ${grouped(all)} images. They are read only once.`;
    setTimeout(load, POLL);
  } else if (json && json.classes.length < 2) {
    await start();
  } else if (json) {
    notice(json.welcome ?? '');
    await next();
  }
}

/** Updates the progress of reading while the person works, and continues when more images are read. */
async function follow() {
  if (state && isReading() && !isBusy() && onScreen() !== 'token') {
    await refresh(() => {});
    if (onScreen() === 'reading' && page) {
      await next();
    }
  }
  setTimeout(follow, 2 * POLL);
}

takeToken();
listen();
load();
follow();
setInterval(() => state && !document.hidden && posted('/label/seen', {browser: me()}).catch(() => {}), SIGN_OF_LIFE);

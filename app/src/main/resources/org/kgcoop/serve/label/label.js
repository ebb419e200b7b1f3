// The page of `kgcoop label`. It sends requests only to its own server. It inserts texts as text, never as
// HTML. The server keeps every answer, so that the tab may close at any time.

import {NONE, SKIP, classOf, keyOf, listen as listenToClasses, nameOf, namesIn, setClasses, showFor} from '/page/classes.js';
import {fetched, keepToken, posted, token} from '/page/requests.js';

const MOST_IMAGES = 400; // in the memory of the tab
const POLL = 500; // milliseconds
const FIRST = 500; // images that are read before the first page
const BROWSER = 'kgcoop-browser';

const element = (id) => document.getElementById(id);

let state = null;
let page = null;
let position = 0; // of the image in a page of single images
let answers = new Map(); // of the current page: image to class
let selected = new Set();
let focused = 0; // of the tile
let since = 0; // when the page appeared
let busy = false;
let before = 'grid'; // the screen before the finish
let retry = null;

// ---- requests

/** Identifies this tab, so that two tabs never show an image at the same time. */
function browser() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const fresh = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  try {
    sessionStorage.setItem(BROWSER, sessionStorage.getItem(BROWSER) || fresh);
    return sessionStorage.getItem(BROWSER);
  } catch {
    return fresh;
  }
}
const me = browser();

/** Sends a request and takes the new state and page. Returns false after an error, which is shown. */
async function send(path, body) {
  if (busy) {
    return false;
  }
  busy = true;
  const wait = setTimeout(() => document.body.classList.add('busy'), 300);
  try {
    take(await posted(path, {browser: me, ...body}));
    problem('');
    return true;
  } catch (e) {
    if (e.status === 409 && e.body.classes) {
      take(e.body);
      busy = false;
      await send('/label/next', {});
      problem('This page was answered in another tab. Here is the next one.');
    } else {
      failed(e, () => send(path, body));
    }
    return false;
  } finally {
    busy = false;
    clearTimeout(wait);
    document.body.classList.remove('busy');
  }
}

function failed(error, again) {
  clearTimeout(retry);
  if (error.status === 401) {
    screen('token');
    problem(token() ? 'This is not the token of this server. Each start has a new one: use the address that the terminal printed.' : '');
    element('token').focus();
  } else if (error.status === undefined) {
    problem('The server cannot be reached. Your answers are stored. If it has ended, start the command again and open its new address.');
    retry = setTimeout(again, 2000);
  } else {
    problem(error.message);
  }
}

function problem(text) {
  element('problem').textContent = text;
}

// ---- images

const urls = new Map(); // of blobs, by their address; the oldest first

async function picture(image, size) {
  const path = `/label/images/${image}?size=${size}`;
  if (!urls.has(path)) {
    urls.set(path, fetched(path).then((r) => r.blob()).then((blob) => URL.createObjectURL(blob)));
    if (urls.size > MOST_IMAGES) {
      const [oldest, url] = urls.entries().next().value;
      urls.delete(oldest);
      url.then((u) => URL.revokeObjectURL(u)).catch(() => {});
    }
  }
  try {
    return await urls.get(path);
  } catch (e) {
    urls.delete(path);
    throw e;
  }
}

function show(img, image, size) {
  img.dataset.image = image;
  picture(image, size).then((url) => {
    if (img.dataset.image === String(image)) {
      img.src = url;
    }
  }).catch(() => {}); // the next request reports that the server is gone
}

// ---- state

function percent(share) {
  return Math.floor(100 * share + 1e-9);
}

function take(json) {
  state = json;
  setClasses(state);
  header();
  if (json.page) {
    open(json.page);
  } else if (state.classes.length < 2) {
    start();
  }
}

function header() {
  const of = `${grouped(state.labeled)} of ${grouped(state.images)}`;
  element('folder').textContent = state.folder;
  element('folder').title = state.session;
  document.title = `${of} – ${state.folder}`;
  element('labeled').textContent = `${of} images labeled`;
  element('read').textContent = isReading()
    ? state.reading_problem ? '· not all images are read' : `· reading ${grouped(state.read)} of ${grouped(state.images)}` : '';
  if (state.reading_problem) {
    problem(`Reading the images ended: ${state.reading_problem}. Start the command again to read the others.`);
  }
  meter('meter', state.labeled / state.images);
  const share = state.folder_accuracy;
  const fresh = state.new_images;
  element('share').className = 'figure' + (state.can_stop ? ' reached' : '');
  element('share').textContent = share ? `at least ${percent(share.low)}\u00a0% right` : state.audit.images ? 'Accuracy: not measured yet' : 'Accuracy: not measured';
  element('share-from').textContent = share && (share.images || state.audit.answered)
    ? `estimate ${Math.round(100 * share.estimate)}\u00a0% (${percent(share.low)} to ${Math.ceil(100 * share.high - 1e-9)}), from ${randomImages()}` : '';
  element('new-images').textContent = fresh
    ? `of 100 new images like these, expect ${Math.round(100 * fresh.estimate)} right (${percent(fresh.low)} to ${Math.ceil(100 * fresh.high - 1e-9)})` : '';
  const left = state.audit.images - state.audit.answered;
  element('measure').hidden = left <= 0 || Boolean(share) || state.classes.length < 2;
  element('measure').textContent = `Measure now (${Math.min(20, left)} images)`;
  element('to-finish').hidden = state.classes.length < 2;
  element('to-finish').textContent = state.can_stop ? 'You can stop…' : 'Finish…';
  element('undo').disabled = !state.undo && position === 0;
}

/** True if the program still reads images. The pages show those that are read. */
function isReading() {
  return state.read < state.images;
}

/** A number with commas between its thousands. */
function grouped(count) {
  return count.toLocaleString('en');
}

/** Updates the progress of reading while the person works. */
async function follow() {
  if (state && isReading() && !busy && !state.reading_problem) {
    try {
      const json = await (await fetched('/label/state')).json();
      if (!busy && json.classes) {
        state = {...state, read: json.read, images: json.images, reading_problem: json.reading_problem};
        header();
        if (onScreen() === 'reading' && page) {
          await next();
        }
      }
    } catch {
      // the next answer reports that the server is gone
    }
  }
  setTimeout(follow, 2 * POLL);
}

/** The answered random images. Those that pages left out are labeled, and no sample any more. */
function randomImages() {
  const count = Math.max(state.folder_accuracy.images, state.audit.answered);
  return count === 1 ? '1 random image' : `${count} random images`;
}

function meter(id, share) {
  element(id).firstElementChild.style.width = 100 * share + '%';
  element(id).setAttribute('aria-valuenow', Math.round(100 * share));
}

function screen(name) {
  document.body.dataset.screen = name;
}

function onScreen() {
  return document.body.dataset.screen;
}

// ---- pages

function isGrid() {
  return page.kind === 'page' || page.kind === 'unusual';
}

function proposed(entry) {
  return page.kind === 'page' ? page.class : entry.likely?.[0] ?? NONE;
}

function open(next) {
  page = next;
  answers = new Map();
  selected = new Set();
  focused = 0;
  position = 0;
  since = performance.now();
  for (const entry of page.images) {
    if (entry.draft !== undefined) {
      answers.set(entry.image, entry.draft);
    }
  }
  if (page.images.length === 0 && isReading() && !state.reading_problem) {
    awaitImages();
  } else if (page.images.length === 0 || (page.rest && page.kind === 'questions' && !wantedRest)) {
    finish();
  } else if (isGrid()) {
    openGrid();
  } else {
    const first = page.images.findIndex((entry) => !answers.has(entry.image));
    position = first < 0 ? page.images.length - 1 : first;
    openSingle();
  }
}

/** Shows the progress of reading, because all images that are read have an answer. */
function awaitImages() {
  screen('reading');
  element('reading-heading').textContent = 'More images come soon';
  element('reading').textContent = `You have answered all images that are read so far: ${grouped(state.read)} of ${grouped(state.images)}.`;
  meter('reading-meter', state.read / state.images);
}

let wantedRest = false; // the person asked for the skipped images

function next(wanted = '') {
  wantedRest = wanted === 'skipped';
  return send('/label/next', {wanted});
}

function submit() {
  const labels = {};
  for (const entry of page.images) {
    labels[entry.image] = answers.get(entry.image) ?? proposed(entry);
  }
  const wanted = page.kind === 'again' ? 'again' : wantedRest && page.rest ? 'skipped' : '';
  return send('/label/answer', {number: page.number, labels, seconds: (performance.now() - since) / 1000, wanted})
    .then((done) => {
      if (done && wanted && page.images.length === 0) {
        finish();
      }
    });
}

/** Tells the server a choice that is not confirmed, so that a closed tab does not lose it. */
function draft(images) {
  const labels = {};
  images.forEach((image) => {
    labels[image] = answers.get(image);
  });
  posted('/label/answer', {number: page.number, labels, draft: true}).catch(() => {});
}

// ---- one image

const SINGLE = {
  questions: ['What is this?', ''],
  audit: ['A random image, to measure the accuracy', 'These images were drawn at random. The program does not learn from them yet, so they keep the accuracy honest.'],
  'more-audit': ['A random image, to measure the accuracy', 'These images were drawn at random. The program does not learn from them yet.'],
  again: ['What is this? You named it before.', 'Answer without thinking of your first answer: it is replaced.'],
};

function openSingle() {
  screen('single');
  document.body.dataset.at = `${page.number}.${position}`;
  const entry = page.images[position];
  const chosen = answers.get(entry.image);
  [element('single-heading').textContent, element('single-note').textContent] = SINGLE[page.kind];
  showFor({likely: page.kind === 'questions' || page.kind === 'again' ? entry.likely || [] : [], chosen: chosen ?? null});
  show(element('large'), entry.image, 1024);
  element('image-name').textContent = entry.name;
  page.images.slice(position + 1).forEach((other) => picture(other.image, 1024).catch(() => {}));
  const what = page.kind === 'questions' ? 'question' : 'image';
  element('step').textContent = page.images.length > 1 ? `${what} ${position + 1} of ${page.images.length}` : '';
  element('confirm').hidden = chosen === undefined;
  element('confirm').textContent = chosen === undefined ? '' : `Keep “${nameOf(chosen)}”`;
  element('undo').disabled = !state.undo && position === 0;
  element('announce').textContent = `${SINGLE[page.kind][0]} ${element('step').textContent}`;
  if (!document.activeElement?.matches('#find')) {
    element('work').focus({preventScroll: true});
  }
  window.scrollTo(0, 0);
}

function answerSingle(number) {
  answers.set(page.images[position].image, number);
  if (position + 1 < page.images.length) {
    draft([page.images[position].image]);
    position++;
    openSingle();
    return Promise.resolve();
  }
  return submit();
}

// ---- a page of images

function openGrid() {
  screen('grid');
  document.body.dataset.at = String(page.number);
  const heading = element('grid-heading');
  if (page.kind === 'page') {
    const name = document.createElement('em');
    name.textContent = nameOf(page.class);
    heading.replaceChildren(page.images.length === 1 ? 'This is: ' : 'These are: ', name, '?');
  } else {
    heading.textContent = 'Unusual images: are the names right?';
  }
  element('grid-note').textContent = '';
  element('tiles').replaceChildren(...page.images.map(tile));
  updateGrid();
  window.scrollTo(0, 0);
  focusTile(0);
  element('announce').textContent = `${heading.textContent} ${page.images.length} images`;
}

function tile(entry, i) {
  const option = document.createElement('div');
  option.className = 'tile';
  option.setAttribute('role', 'option');
  const img = document.createElement('img');
  img.alt = '';
  show(img, entry.image, 256);
  const tag = document.createElement('span');
  tag.className = 'tag';
  option.append(img, tag);
  option.addEventListener('click', () => {
    toggle(i);
    focusTile(i);
  });
  option.addEventListener('dblclick', () => enlarge(i));
  option.addEventListener('focus', () => {
    focused = i;
    updateGrid();
  });
  return option;
}

function updateGrid() {
  const tiles = element('tiles').children;
  let changed = 0;
  page.images.forEach((entry, i) => {
    const answer = answers.get(entry.image);
    const isChanged = answer !== undefined && answer !== proposed(entry);
    changed += isChanged ? 1 : 0;
    const name = nameOf(isChanged ? answer : proposed(entry));
    const tag = tiles[i].querySelector('.tag');
    tag.textContent = name;
    tag.hidden = !isChanged && page.kind === 'page';
    tiles[i].classList.toggle('changed', isChanged);
    tiles[i].setAttribute('aria-selected', String(selected.has(i)));
    tiles[i].setAttribute('aria-label', `image ${i + 1}: ${name}${isChanged ? ', changed' : ''}`);
    tiles[i].tabIndex = i === focused ? 0 : -1;
  });
  const count = page.images.length;
  element('confirm').hidden = false;
  element('confirm').textContent = changed ? `Confirm ${count}, ${changed} changed` : `Confirm ${count}`;
  element('step').textContent = selected.size ? `${selected.size} selected: press a key, or click a class` : '';
  const target = page.images[focused];
  showFor({proposed: page.kind === 'page' ? page.class : proposed(target), chosen: changedAnswer(target)});
  element('undo').disabled = !state.undo;
}

function changedAnswer(entry) {
  const answer = answers.get(entry.image);
  return answer === undefined || answer === proposed(entry) ? null : answer;
}

function toggle(i) {
  if (!selected.delete(i)) {
    selected.add(i);
  }
  focused = i;
  updateGrid();
}

function focusTile(i) {
  focused = i;
  element('tiles').children[i]?.focus({preventScroll: i === 0});
}

function answerGrid(number) {
  const targets = selected.size ? [...selected] : [focused];
  targets.forEach((i) => answers.set(page.images[i].image, number));
  selected.clear();
  updateGrid();
  draft(targets.map((i) => page.images[i].image));
  if (!element('tiles').contains(document.activeElement)) {
    focusTile(focused);
  }
  return Promise.resolve();
}

function move(key) {
  const tiles = [...element('tiles').children];
  const columns = tiles.filter((each) => each.offsetTop === tiles[0].offsetTop).length;
  const by = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns}[key];
  const to = focused + by;
  if (to >= 0 && to < tiles.length) {
    focusTile(to);
  }
}

// ---- actions

function answer(number) {
  if (busy) {
    return Promise.resolve();
  }
  return onScreen() === 'single' ? answerSingle(number) : onScreen() === 'grid' ? answerGrid(number) : Promise.resolve();
}

function confirm() {
  if (busy) {
    return;
  }
  if (onScreen() === 'grid') {
    submit();
  } else if (onScreen() === 'single' && answers.has(page.images[position].image)) {
    answerSingle(answers.get(page.images[position].image));
  }
}

function undo() {
  if (onScreen() === 'single' && position > 0) {
    position--;
    openSingle();
  } else if (state?.undo) {
    wantedRest = true; // the step may have asked skipped images
    send('/label/undo', state.undo.step ? {step: state.undo.step} : {class: state.undo.class});
  }
}

function enlarge(i = focused) {
  if (!page || !['single', 'grid'].includes(onScreen())) {
    return;
  }
  const entry = page.images[onScreen() === 'single' ? position : i];
  show(element('largest'), entry.image, 1024);
  element('large-name').textContent = entry.name;
  element('large-dialog').showModal();
}

async function add(name) {
  const number = Math.max(-1, ...state.classes.map((each) => each.class));
  try {
    const json = await posted('/label/classes', {add: [name]});
    problem('');
    state = json;
    setClasses(state);
    header();
    const added = state.classes.find((each) => each.name === name || each.class > number);
    if (added) {
      await answer(added.class);
    }
  } catch (e) {
    failed(e, () => add(name));
  }
}

async function edit(change) {
  try {
    const json = await posted('/label/classes', {browser: me, ...change});
    element('edit-problem').textContent = '';
    const wasFinish = onScreen() === 'finish';
    take(json);
    if (wasFinish) {
      finish();
    }
    return true;
  } catch (e) {
    element('edit-problem').textContent = e.message;
    return false;
  }
}

// ---- start

async function start() {
  if (onScreen() === 'start') {
    return;
  }
  screen('start');
  element('names').value = state.classes.map((each) => each.name).join('\n');
  element('names').focus();
  const {overview} = await (await fetched('/label/state?overview=true')).json();
  element('overview').replaceChildren(...overview.map((image, i) => {
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
    problem('Name at least two classes.');
    return;
  }
  await send('/label/classes', {add: names});
}

// ---- finish

function offer(text, label, action) {
  const item = document.createElement('li');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet';
  button.textContent = label;
  button.addEventListener('click', action);
  item.append(text, button);
  return item;
}

async function finish() {
  before = onScreen() === 'finish' ? before : onScreen();
  screen('finish');
  const share = state.folder_accuracy;
  const byProgram = state.images - state.labeled;
  const heading = element('finish-heading');
  heading.className = state.can_stop ? 'stop' : '';
  heading.textContent = byProgram === 0 ? 'All images are labeled.' : state.can_stop ? 'You can stop.' : 'Finish, or continue?';
  const right = share ? `At least ${percent(share.low)} % of the folder is right` : 'The accuracy is not measured';
  element('finish-lead').textContent = `${right}: you labeled ${grouped(state.labeled)} images, and the program ${grouped(byProgram)}.`
    + (page?.images.length === 0 && byProgram > state.skipped ? ' The images that are left are open in another tab. They are free ten minutes after it showed them.' : '')
    + (share && !state.can_stop && byProgram ? ` The target is ${Math.round(100 * state.target)} %.` : '');
  element('agreement').textContent = state.agreement ? state.agreement[0].toUpperCase() + state.agreement.slice(1) + '.' : '';
  element('confirm').hidden = true;
  element('step').textContent = '';
  element('back').hidden = byProgram === 0 || byProgram === state.skipped;
  element('writes').textContent = `Into ${state.session}: labels.csv, a classifier and its report. This takes up to two minutes.`
    + (isReading() ? ` Before, the program reads the other ${grouped(state.images - state.read)} images.` : '');
  showFor({});
  const again = await (await fetched('/label/state?again=true')).json().catch(() => ({}));
  const offers = [];
  const left = state.audit.images - state.audit.answered;
  if (left > 0 && byProgram > state.skipped) {
    offers.push(offer(share ? `The accuracy comes from ${randomImages()}.` : 'The accuracy is not measured.', `Measure (${Math.min(20, left)} images)`, () => next('audit')));
  } else if (share && byProgram > state.skipped) {
    offers.push(offer(`The accuracy comes from ${randomImages()}.`, 'Be more exact (20 images)', () => next('more-audit')));
  }
  if (again.again) {
    offers.push(offer(`${again.again} labels are worth a second look: unusual ones, and random ones to see how often you agree with yourself.`, 'Check them again', () => next('again')));
  }
  if (state.skipped) {
    offers.push(offer(`You skipped ${state.skipped} ${state.skipped === 1 ? 'image' : 'images'}.`, state.skipped === 1 ? 'Name it' : 'Name them', () => next('skipped')));
  }
  if (byProgram > state.skipped) {
    offers.push(offer('For 100 %, continue through the pages. The doubtful ones come first.', 'Continue', () => next()));
  }
  element('offers').replaceChildren(...offers);
  element('work').focus({preventScroll: true});
}

async function write(close) {
  const buttons = [element('write'), element('write-close')];
  buttons.forEach((button) => {
    button.disabled = true;
  });
  element('results').hidden = true;
  const poll = setInterval(async () => {
    const now = await fetched('/label/state').then((r) => r.json()).catch(() => ({}));
    element('writing').textContent = now.writing ? now.writing + ' …' : element('writing').textContent;
  }, POLL);
  try {
    const {results} = await posted('/label/write', {close});
    problem('');
    if (close) {
      screen('done');
      element('final-results').textContent = results.join('\n');
    } else {
      element('results').textContent = results.join('\n');
      element('results').hidden = false;
    }
  } catch (e) {
    problem(e.message);
  } finally {
    clearInterval(poll);
    element('writing').textContent = '';
    buttons.forEach((button) => {
      button.disabled = false;
    });
  }
}

// ---- keys

function onKey(event) {
  const typing = event.target.matches('input, textarea, select');
  const inDialog = Boolean(document.querySelector('dialog[open]'));
  if (event.ctrlKey && event.key.toLowerCase() === 'z' && !typing) {
    event.preventDefault();
    undo();
    return;
  }
  if (typing || inDialog || event.ctrlKey || event.metaKey || event.altKey || !['single', 'grid', 'finish'].includes(onScreen())) {
    return;
  }
  const onButton = event.target.matches('button, a') && (event.key === 'Enter' || event.key === ' ');
  const key = event.key;
  const isTile = onScreen() === 'grid';
  const actions = {
    Enter: confirm,
    ' ': () => isTile && toggle(focused),
    Escape: () => {
      selected.clear();
      if (isTile) {
        updateGrid();
      }
    },
    '/': () => element('find').focus(),
    u: undo,
    U: undo,
    s: () => answer(SKIP),
    S: () => answer(SKIP),
    '+': () => enlarge(),
    '=': () => enlarge(),
    '?': () => element('keys-dialog').showModal(),
  };
  if (key.startsWith('Arrow')) {
    if (!isTile) {
      return;
    }
    move(key);
  } else if (onButton) {
    return;
  } else if (actions[key]) {
    actions[key]();
  } else if (classOf(key) !== undefined) {
    answer(classOf(key));
  } else {
    return;
  }
  event.preventDefault();
}

function listen() {
  document.addEventListener('keydown', onKey);
  element('confirm').addEventListener('click', confirm);
  element('undo').addEventListener('click', undo);
  element('skip').addEventListener('click', () => answer(SKIP));
  element('enlarge').addEventListener('click', () => enlarge());
  element('image').addEventListener('click', () => enlarge());
  element('help').addEventListener('click', () => element('keys-dialog').showModal());
  element('measure').addEventListener('click', () => next('audit'));
  element('unusual').addEventListener('click', () => next('unusual'));
  element('to-finish').addEventListener('click', () => finish());
  element('back').addEventListener('click', () => (page?.images.length ? open(page) : next()));
  element('write').addEventListener('click', () => write(false));
  element('write-close').addEventListener('click', () => write(true));
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
  listenToClasses({
    choose: answer,
    add,
    edit,
    left: () => (onScreen() === 'grid' ? focusTile(focused) : element('work').focus({preventScroll: true})),
  });
}

async function load() {
  try {
    const json = await (await fetched('/label/state')).json();
    problem('');
    if (json.reading) {
      screen('reading');
      const {done, images} = json.reading;
      const first = Math.min(images, FIRST);
      meter('reading-meter', images ? Math.min(1, done / first) : 0);
      element('reading').textContent = images === 0 ? 'Looking for images.'
        : images > FIRST ? `${grouped(Math.min(done, first))} of the first ${grouped(first)} images. The other ${grouped(images - first)} are read while you work.`
          : `${grouped(done)} of ${grouped(images)} images. They are read only once.`;
      setTimeout(load, POLL);
    } else if (json.classes.length < 2) {
      take(json);
    } else {
      state = json;
      setClasses(state);
      header();
      await next();
    }
  } catch (e) {
    failed(e, load);
  }
}

/** Takes the token of the address, where it does not stay. */
function takeToken() {
  if (location.hash.length > 1) {
    keepToken(decodeURIComponent(location.hash.slice(1)));
    history.replaceState(null, '', location.pathname);
  }
}

takeToken();
window.addEventListener('hashchange', () => { // the address of a new start, opened in this tab
  takeToken();
  load();
});
listen();
load();
follow();

// The page of `kgcoop label` without its browser. The model holds everything that the page knows. `update` takes an event,
// and returns the next model and the requests to send. It knows no document, no clock and no network: what the browser saw,
// the time and the replies of the server arrive as events. Each input names the images on which it acts. An input for images
// that are not shown any more changes nothing. Each reply carries its request.

import {addTyped, change, classOf, leaveField, namesIn, rowsOf, typed} from '/page/classes.js';
import {SKIP, ask, get, isWaitingFor, later, query, say, see} from '/page/common.js';
import {NOTHING, openFinish, takeDoubtful, write, written, writtenNot} from '/page/finish.js';
import {CLOSED, chooseAll, chosen, chosenNot, drag, filter, load, moveAll, openAll, renew, selectSeen, setFrame, takeTiles, takeView, targets, toggleAll} from '/page/gallery.js';
import {meaning} from '/page/keys.js';
import {back, choose, confirm, entryOf, isGrid, isReading, move, next, refused, scrollToRest, stored, take, takeAlong, toggle, undo} from '/page/pages.js';

const DOUBLE = 400; // milliseconds after a click in which further clicks at the same place do nothing
const BETWEEN_ANSWERS = 100; // milliseconds; the server rejects faster ones
const RETRY = 2000;
const LIFE = 10_000; // milliseconds between signs of life
const FOLLOW = 1000; // between looks at the progress of reading
const LOADING = 4; // images at a time, so that answers need not wait for images
const MOST_PICTURES = 400;
const LATER = [0, 429, 502, 503, 504]; // statuses after which the same request is sent again
const PAGES = ['single', 'grid'];
const WORKING = [...PAGES, 'all', 'finish'];

/** The model of a new tab, or of a reloaded one with its id and outbox. */
export function initial({id, number = 1, outbox = [], shortcuts = true}) {
  return {
    id, number, outbox, shortcuts, now: 0, isReady: false, isSending: false, isHeld: false, lastReply: -Infinity, run: '', state: null, names: {},
    screen: 'reading', reading: {heading: 'Reading the images', done: 0, images: null}, overview: [], token: '',
    page: null, wanted: '', opening: true, labels: {}, status: {}, refused: {}, rejected: [], current: undefined, doubt: null, since: 0,
    selected: [], focused: undefined, steps: [], seen: {}, pictures: {}, all: CLOSED, finish: NOTHING,
    dialog: '', large: null, edit: {problem: '', merge: null, text: ''}, find: '', active: 0, steady: null,
    notice: '', problem: '', wasReached: null, click: {at: -Infinity, on: ''}, requests: [],
  };
}

/** Returns the next model and the requests to send. */
export function update(model, event) {
  const m = {...model, requests: [], now: Math.max(model.now, event.at ?? 0)};
  if (event.type !== 'click' || !isRepeated(m, event)) {
    events[event.type](m, event);
  }
  flush(m);
  loadPictures(m);
  return {model: {...m, requests: []}, requests: m.requests};
}

/** The images on which a key or a click acts. */
export function shown(m) {
  return m.screen === 'single' ? [m.current] : m.screen === 'grid' ? m.page.images.map((entry) => entry.image) : m.screen === 'all' ? targets(m) : [];
}

/** The image that is enlarged. */
function largest(m) {
  const image = m.screen === 'single' ? m.current : m.screen === 'grid' ? m.focused : m.screen === 'all' ? m.all.focused : undefined;
  const name = m.screen === 'all' ? m.all.tiles[image]?.name : m.page && entryOf(m, image)?.name;
  return name ? {image, name} : null;
}

// ---- the outbox

/** Sends the first item of the outbox, if none is on its way. */
function flush(m) {
  const [item] = m.outbox;
  if (item && m.isReady && !m.isSending && !m.isHeld) {
    m.isSending = true;
    const wait = Object.keys(item.labels).length ? Math.max(0, m.lastReply + BETWEEN_ANSWERS - m.now) : 0;
    ask(m, 'post', {what: 'change', number: item.number, path: item.path, wait, body: {...item.body, browser: m.id, run: item.run, request: item.number}});
  }
}

/** Takes the reply to the first item. */
function changed(m, {request, status, json}) {
  const [item] = m.outbox;
  if (!m.isSending || item?.number !== request.number) {
    return; // the reply to an earlier attempt
  }
  m.isSending = false;
  m.lastReply = m.now;
  if (LATER.includes(status) || (status === 500 && item.what === 'next')) { // without a page, nothing can be answered
    hold(m, status, json);
    return;
  }
  if (status === 401) {
    lock(m);
    return;
  }
  m.outbox = m.outbox.slice(1);
  m.problem = '';
  takeState(m, json);
  if (status !== 200 && isUndoable(item)) {
    dropUndo(m);
  }
  (status === 200 ? done : failed)[item.what](m, item, json, status);
}

const isUndoable = (item) => !['next', 'undo'].includes(item.what);

/** An undo that was meant for a refused change must not take back the one before. An undo is about the last change that no other undo is about. */
function dropUndo(m) {
  let changes = 1;
  const meant = m.outbox.find((item) => {
    changes += item.what === 'undo' ? -1 : isUndoable(item) ? 1 : 0;
    return changes === 0;
  });
  m.outbox = m.outbox.filter((item) => item !== meant);
}

/** Sends the same request again after a while. */
function hold(m, status, {error}) {
  m.isHeld = true;
  m.problem = [status ? `The server answered: ${error}.` : 'The server cannot be reached.',
    m.outbox.length ? 'Your last answers are kept here, and are sent later.' : '',
    status ? '' : 'If the program has ended, start the command again and open its new address in this tab.'].filter((each) => each).join(' ');
  later(m, RETRY, {type: 'retry'});
}

/** Asks for the token. */
function lock(m) {
  m.screen = 'token';
  m.isReady = false;
  m.problem = m.token ? 'This is not the token of this server. Each start has a new one: use the address that the terminal printed.' : '';
  ask(m, 'focus', {id: 'token'});
}

const ignore = () => {};

const done = {
  answer: stored, decide: stored, choose: chosen,
  next: (m, item, json) => !isWaitingFor(m, 'next') && take(m, json.page, item.body.wanted),
  undo(m, item, json) {
    if (json.page) {
      m.opening ||= m.screen === item.body.screen;
      takeAlong(m, json.page, 'undone');
    }
    say(m, json.undone ? `Undone: ${json.undone}.${json.page && PAGES.includes(m.screen) && !isWaitingFor(m, 'next') ? ' Answer again.' : ''}` : 'There is nothing that you can undo.');
    refresh(m);
  },
  classes(m, item) {
    if (item.body.place === 'start') {
      next(m);
      return;
    }
    m.edit = {...m.edit, problem: '', text: item.body.add ? '' : m.edit.text};
    m.steps = [...m.steps, null];
    refresh(m);
  },
};

const failed = {
  answer: refused, decide: refused, choose: chosenNot,
  next: (m, item, json) => (m.state.classes.length < 2 ? begin(m) : problem(m, json)),
  undo: (m, item, json) => problem(m, json),
  classes: (m, item, json) => (item.body.place === 'edit' ? Object.assign(m, {edit: {...m.edit, problem: json.error}}) : problem(m, json)),
};

function problem(m, json) {
  m.problem = json.error ?? '';
}

/** Shows again what depends on the classes and labels. */
function refresh(m) {
  if (m.screen === 'finish') {
    openFinish(m);
  } else if (m.screen === 'all') {
    openAll(m);
  } else {
    renew(m);
  }
}

// ---- the state of the server

function takeState(m, json) {
  if (!json.classes) {
    return;
  }
  if (m.run && json.run !== m.run) {
    restarted(m);
  }
  m.run = json.run;
  m.state = json;
  m.number = Math.max(m.number, json.last + 1);
  m.names = {...m.names, ...Object.fromEntries(json.classes.map((each) => [each.class, each.name]))};
  if (m.wasReached === false && json.can_stop && json.labeled < json.images) {
    say(m, `${json.say.target} You can stop now, or continue.`);
  }
  m.wasReached = json.can_stop;
  dropDeleted(m);
}

/** A refused answer whose class does not exist any more is no mark. */
function dropDeleted(m) {
  const exists = ([, label]) => typeof label !== 'number' || label < 0 || classOf(m, label);
  m.refused = Object.fromEntries(Object.entries(m.refused).filter(exists));
  m.labels = Object.fromEntries(Object.entries(m.labels).filter((each) => m.status[each[0]] !== 'refused' || exists(each)));
}

/** The program was started again: the numbers of images and pages are new. */
function restarted(m) {
  ask(m, 'revoke', {urls: Object.values(m.pictures).flatMap((each) => each.url ?? [])});
  Object.assign(m, {page: null, labels: {}, status: {}, seen: {}, pictures: {}, all: CLOSED, finish: NOTHING, doubt: null, large: null, dialog: '', screen: 'reading'});
  next(m);
}

/** Asks for the state, and opens what it needs. */
function start(m) {
  get(m, 'start', `/label/state?browser=${m.id}`);
}

function started(m, json) {
  m.problem = '';
  if (json.reading) {
    m.screen = 'reading';
    m.reading = {heading: 'Reading the images', ...json.reading};
    later(m, RETRY / 4, {type: 'start'});
    return;
  }
  const isFirst = m.run === '';
  m.isReady = true;
  m.isHeld = false;
  takeState(m, json);
  if (json.classes.length < 2) {
    begin(m);
  } else if (m.screen === 'reading' || m.screen === 'token') {
    m.screen = m.page && m.screen === 'token' ? (isGrid(m.page) ? 'grid' : 'single') : 'reading';
    say(m, json.welcome ?? '');
    next(m);
  }
  if (isFirst) {
    later(m, LIFE, {type: 'alive'});
    later(m, FOLLOW, {type: 'follow'});
  }
}

/** Asks for the first classes. */
function begin(m) {
  m.screen = 'start';
  get(m, 'overview', `/label/state?browser=${m.id}&overview=true`);
  ask(m, 'focus', {id: 'names'});
}

// ---- replies

const replies = {
  state: ignore, // it is taken from every reply
  overview: (m, json) => Object.assign(m, {overview: json.overview}),
  view: takeView,
  tiles: takeTiles,
  doubtful: takeDoubtful,
  write: written,
  stop: (m) => say(m, 'The training is being stopped. labels.csv is written.'),
  alive: ignore,
};

function replied(m, event) {
  const {request: {what}, status, json} = event;
  if (what === 'change') {
    changed(m, event);
  } else if (status === 401) {
    lock(m);
  } else if (what === 'start' && status === 200) {
    started(m, json);
  } else if (what === 'start') {
    hold(m, status, json);
    later(m, RETRY, {type: 'start'});
  } else {
    takeState(m, json);
    takeReply(m, event);
  }
}

/** Takes the reply to a request that changes no label. After a restart, the images that it names have other numbers. */
function takeReply(m, {request, status, json}) {
  if (request.run !== m.run) {
    return;
  }
  if (request.what === 'picture') {
    picture(m, request.key, status, json);
  } else if (status === 200) {
    m.problem = m.isHeld ? m.problem : '';
    replies[request.what](m, json, request);
  } else if (request.what === 'write') {
    writtenNot(m, json);
  } else if (request.what === 'tiles' || request.what === 'view') {
    problem(m, json);
    later(m, RETRY, {type: 'reload', what: request.what, number: request.number});
  }
}

// ---- images

/** The images that the page shows or will show next, as their size and number. */
function needed(m) {
  const size = (number, list) => list.map((image) => `${number}/${image}`);
  const {screen, page, all} = m;
  return [
    ...(m.large ? size(1024, [m.large.image]) : []),
    ...(screen === 'single' ? size(1024, [m.current, ...page.images.map((entry) => entry.image).filter((image) => image !== m.current)]) : []),
    ...(screen === 'grid' ? size(256, page.images.map((entry) => entry.image)) : []),
    ...(screen === 'all' ? size(256, all.ready) : []),
    ...(screen === 'start' ? size(256, m.overview) : []),
    ...(screen === 'finish' ? size(256, m.finish.doubtful?.images ?? []) : []),
  ];
}

function loadPictures(m) {
  if (!m.isReady) {
    return;
  }
  const wanted = needed(m);
  let free = LOADING - Object.values(m.pictures).filter((each) => each.is === 'loading').length;
  const missing = wanted.filter((key) => !m.pictures[key]).slice(0, Math.max(0, free));
  if (missing.length === 0) {
    return;
  }
  const pictures = {...m.pictures};
  missing.forEach((key) => {
    pictures[key] = {is: 'loading'};
    const [size, image] = key.split('/');
    get(m, 'picture', `/label/images/${image}?size=${size}`, {key});
  });
  const old = Object.keys(pictures).filter((key) => pictures[key].is === 'there' && !wanted.includes(key)).slice(0, Math.max(0, Object.keys(pictures).length - MOST_PICTURES));
  if (old.length) {
    ask(m, 'revoke', {urls: old.map((key) => pictures[key].url)});
    old.forEach((key) => delete pictures[key]);
  }
  m.pictures = pictures;
}

function picture(m, key, status, json) {
  const is = status === 200 ? 'there' : status === 404 ? 'gone' : 'failed';
  m.pictures = {...m.pictures, [key]: is === 'there' ? {is, url: json} : {is}};
  if (is === 'failed') {
    later(m, RETRY, {type: 'forget', key});
  }
}

// ---- inputs

/** True for the following clicks of a double or triple click. */
function isRepeated(m, {on, at}) {
  const {click} = m;
  m.click = {on, at};
  return click.on === on && at - click.at < DOUBLE;
}

/** True for an input that was meant for other images than those that are shown now. */
function isLate(m, {images}) {
  const now = shown(m);
  const late = images.length !== now.length || images.some((image, i) => image !== now[i]);
  if (late) {
    say(m, 'That came too late: the page shows another image now.');
  }
  return late;
}

/** Gives a label to what the screen shows. */
function give(m, label, event) {
  if (![...PAGES, 'all'].includes(m.screen) || isLate(m, event)) {
    return;
  }
  if (m.screen === 'all') {
    chooseAll(m, label, event.at);
  } else {
    choose(m, label, event.at);
  }
}

function confirmShown(m, event, isButton) {
  if (PAGES.includes(m.screen) && !isLate(m, event)) {
    confirm(m, event.at, isButton);
  }
}

function elsewhere(m, open) {
  say(m, '');
  open(m);
}

/** What keys and buttons do, by their name. */
const actions = {
  confirm: (m, event) => confirmShown(m, event, false),
  'confirm-seen': (m, event) => confirmShown(m, event, true),
  rest: (m, {at}) => scrollToRest(m, at),
  toggle: (m) => (m.screen === 'grid' ? toggle(m, m.focused) : m.screen === 'all' && toggleAll(m, m.all.focused, false)),
  clear(m) {
    m.selected = [];
    m.all = {...m.all, selected: new Set()};
  },
  find: (m) => ask(m, 'focus', {id: 'find'}),
  undo,
  skip: (m, event) => give(m, SKIP, event),
  enlarge(m) {
    m.large = largest(m);
    m.dialog = m.large ? 'large' : '';
  },
  keys: (m) => Object.assign(m, {dialog: 'keys'}),
  edit: (m) => Object.assign(m, {dialog: 'edit', edit: {problem: '', merge: null, text: ''}}),
  measure: (m) => elsewhere(m, () => next(m, 'audit')),
  all: (m) => elsewhere(m, () => openAll(m)),
  finish: (m) => elsewhere(m, openFinish),
  back: (m) => elsewhere(m, back),
  offer: (m, {kind}) => elsewhere(m, () => next(m, kind, true)),
  doubtful: (m, {view}) => elsewhere(m, () => openAll(m, view)),
  more: (m) => filter(m, {order: 'like', image: m.all.focused}),
  'select-seen': (m, {at}) => selectSeen(m, at),
  write: (m) => write(m, false),
  'write-close': (m) => write(m, true),
  stop: (m) => query(m, 'stop', '/label/stop', {}),
  merge: (m) => change(m, {merge: m.edit.merge.from, into: m.edit.merge.into}, 'edit'),
};

const events = {
  start,
  time: ignore,
  alive(m) {
    if (!m.isHidden && m.isReady) {
      query(m, 'alive', '/label/seen', {});
    }
    later(m, LIFE, {type: 'alive'});
  },
  follow(m) {
    if (m.isReady && !m.isHeld && (isReading(m.state) || m.finish.isWriting)) {
      get(m, 'state', `/label/state?browser=${m.id}`);
      if (m.screen === 'reading' && m.page) {
        next(m);
      }
    }
    later(m, FOLLOW, {type: 'follow'});
  },
  retry(m) {
    m.isHeld = false;
  },
  reply: replied,
  still: load,
  reload: (m, {what, number}) => number === m.all.number && (what === 'view' ? openAll(m) : renew(m)),
  forget(m, {key}) {
    m.pictures = Object.fromEntries(Object.entries(m.pictures).filter(([each]) => each !== key));
  },
  look: (m, {changes, at}) => see(m, changes, at),
  hidden(m, {isHidden, at}) {
    m.isHidden = isHidden;
    see(m, Object.keys(m.seen).map((image) => ({image: Number(image), visible: false})), at);
  },
  leave(m) { // the tab is closed, reloaded or left
    ask(m, 'store', {tab: {id: m.id, number: m.number, outbox: m.outbox}});
    ask(m, 'leave', {body: {browser: m.id}});
  },
  token(m, {token}) {
    m.token = token;
    start(m);
  },
  key(m, event) {
    const asked = meaning(event, m.shortcuts);
    if (asked === null || m.dialog || !WORKING.includes(m.screen)) {
      return;
    }
    ask(m, 'prevent');
    if (asked === 'move' && m.screen === 'grid') {
      move(m, event.key, event.columns);
    } else if (asked === 'move' && m.screen === 'all') {
      moveAll(m, event.key, event.shiftKey);
    } else if (actions[asked]) {
      actions[asked](m, event);
    } else if (typeof asked === 'number' && (asked < 0 || classOf(m, asked))) {
      give(m, asked, event);
    } else if (typeof asked === 'number') {
      say(m, 'No class has this key.');
    }
  },
  click(m, event) {
    if (event.on === 'class') {
      leaveField(m);
      give(m, event.label, event);
    } else {
      actions[event.on](m, event);
    }
  },
  tile(m, {image, shiftKey}) {
    if (m.screen === 'grid') {
      toggle(m, image);
    } else if (!m.all.drag?.isOver) {
      toggleAll(m, image, shiftKey);
    }
  },
  focused(m, {image}) {
    if (m.screen === 'grid') {
      m.focused = image;
    } else if (m.all.places.has(image)) {
      m.all = {...m.all, focused: image};
    }
  },
  find(m, {text}) {
    m.find = text;
    m.active = 0; // the new name, if it is none of the classes
  },
  'find-key'(m, event) {
    const label = typed(m);
    if (event.key === 'Enter' && label !== undefined) {
      leaveField(m);
      give(m, label, event);
    } else if (event.key === 'Escape') {
      leaveField(m);
    } else {
      m.active = Math.max(0, rowsOf(m).active + (event.key === 'ArrowDown' ? 1 : -1));
      ask(m, 'scroll', {id: 'active-class'});
    }
  },
  over(m, {isOver}) { // the pointer over the list of classes
    m.steady = isOver ? rowsOf({...m, find: '', steady: null}).rows.map((row) => row.class) : null;
  },
  begin(m, {text}) {
    const known = new Set(m.state.classes.map((each) => each.name.toLowerCase()));
    const names = namesIn(text).filter((name) => !known.has(name.toLowerCase()));
    m.problem = names.length + known.size >= 2 ? ''
      : 'Name at least two classes, one per line.' + (names[0]?.includes(',') ? ` “${names[0]}” is one name: press Enter between the names.` : '');
    if (!m.problem && !isWaitingFor(m, 'classes')) {
      change(m, {add: names}, 'start');
    }
  },
  filter: (m, {change: wanted}) => filter(m, wanted),
  frame: (m, {frame}) => setFrame(m, frame),
  drag,
  shortcuts(m, {on}) {
    m.shortcuts = on;
    ask(m, 'keep-shortcuts', {on});
  },
  closed: (m, {dialog}) => m.dialog === dialog && Object.assign(m, {dialog: '', large: null}),
  rename: (m, {number, name}) => change(m, {rename: number, name}, 'edit'),
  delete: (m, {number}) => change(m, {delete: number}, 'edit'),
  merging: (m, {merge}) => Object.assign(m, {edit: {...m.edit, merge}}),
  adding: (m, {text}) => Object.assign(m, {edit: {...m.edit, text}}),
  add: addTyped,
};

// Runs the page of `kgcoop label`: hands the events of the browser to the model, draws it, and performs its requests.
// Everything that it keeps is the model.

import {fetched, keepToken, token} from '/page/requests.js';
import {initial, shown, update} from '/page/model.js';
import {draw} from '/page/view.js';

const TAB = 'kgcoop-tab';
const SHORTCUTS = 'kgcoop-shortcuts';
const PATIENCE = 30_000; // milliseconds; then a request is sent again
const MOST_KEPT_ALIVE = 60_000; // characters of a request that outlives the page

/** Returns what a storage keeps, and removes it if it `moves`; null without a storage. */
function kept(storage, key, moves) {
  try {
    const value = window[storage].getItem(key);
    if (moves) {
      window[storage].removeItem(key);
    }
    return value;
  } catch {
    return null;
  }
}

function keep(storage, key, value) {
  try {
    window[storage].setItem(key, value);
  } catch {
    // without a storage, a reload begins as a new tab
  }
}

/** The storage has the id only while no page uses it: from the end of a page to its reload. So a duplicated tab gets its own. */
function tab() {
  const fresh = [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, '0')).join('');
  return {id: fresh, ...JSON.parse(kept('sessionStorage', TAB, true) ?? '{}'), shortcuts: kept('localStorage', SHORTCUTS, false) !== 'off'};
}

/** Takes the token of the address, where it does not stay. */
function takeToken() {
  if (location.hash.length > 1) {
    keepToken(decodeURIComponent(location.hash.slice(1)));
    history.replaceState(null, '', location.pathname);
  }
}

const byId = (id) => document.getElementById(id);
const isTyping = (element) => Boolean(element?.matches('input:not([type=checkbox]), textarea, select'));

async function exchange(request, send) {
  const {path, body, isLong, what} = request;
  const text = JSON.stringify(body);
  const options = body ? {method: 'POST', body: text, keepalive: text.length < MOST_KEPT_ALIVE} : {};
  const reply = await fetched(path, isLong ? options : {...options, signal: AbortSignal.timeout(PATIENCE)})
    .then(async (response) => ({status: 200, json: what === 'picture' ? URL.createObjectURL(await response.blob()) : await response.json()}))
    .catch((e) => ({status: e.status ?? 0, json: {error: e.message, ...e.body}}));
  send({type: 'reply', request, ...reply, at: performance.now()});
}

/** What the model asks for, by its name. */
const performs = {
  get: exchange,
  post: (request, send) => setTimeout(() => exchange(request, send), request.wait ?? 0),
  wait: ({ms, then}, send) => setTimeout(() => send({...then, at: performance.now()}), ms),
  prevent: (request, send, event) => event?.preventDefault(),
  focus({id}) {
    if (['find', 'names', 'token'].includes(id) || !isTyping(document.activeElement)) {
      byId(id)?.focus({preventScroll: !id.startsWith('tile-')});
    }
  },
  'leave-field': () => document.activeElement?.id === 'find' && byId('work').focus({preventScroll: true}),
  scroll: ({id}) => byId(id)?.scrollIntoView({block: id.startsWith('tile-') ? 'start' : 'nearest'}),
  top({top = 0}) {
    const frame = byId('all-scroll') ?? byId('tiles')?.parentElement;
    frame.scrollTop = top;
  },
  revoke: ({urls}) => urls.forEach((url) => URL.revokeObjectURL(url)),
  store: ({tab: value}) => keep('sessionStorage', TAB, JSON.stringify(value)),
  'keep-shortcuts': ({on}) => keep('localStorage', SHORTCUTS, on ? 'on' : 'off'),
  leave({body}) {
    fetch('/label/leave', {method: 'POST', keepalive: true, headers: {Authorization: 'Bearer ' + token()}, body: JSON.stringify(body)}).catch(() => {});
  },
};

function start() {
  let model = initial(tab());
  const observer = new IntersectionObserver((changes) => send({
    type: 'look', at: performance.now(),
    changes: changes.map(({target, intersectionRatio}) => ({image: Number(target.dataset.image), visible: intersectionRatio >= 0.5 && !document.hidden})),
  }), {threshold: [0, 0.5]});

  const send = (event, from = undefined) => {
    const {model: next, requests} = update(model, {at: from?.timeStamp ?? performance.now(), ...event});
    model = next;
    show();
    requests.forEach((request) => performs[request.do](request, send, from));
  };

  const watch = () => document.querySelectorAll('img[data-seen]').forEach((img) => observer.observe(img));

  const show = () => {
    draw(model, send);
    watch();
    const box = byId('all-scroll');
    const width = byId('all-space')?.clientWidth;
    if (box && width && (width !== model.all.frame.width || box.clientHeight !== model.all.frame.height)) {
      const least = window.innerHeight < 500 ? 80 : window.innerWidth < 600 ? 104 : 144;
      send({type: 'frame', frame: {top: box.scrollTop, width, height: box.clientHeight, least}});
    }
  };

  const onKey = (event) => {
    const onButton = event.target.matches('button, a, summary') && ['Enter', ' '].includes(event.key);
    if (event.repeat && onButton) {
      event.preventDefault(); // a held key presses a button once
    } else if (!isTyping(event.target) && !onButton) {
      const tiles = [...document.querySelectorAll('#tiles .tile')];
      const columns = tiles.filter((each) => each.offsetTop === tiles[0].offsetTop).length;
      const {key, code, ctrlKey, metaKey, altKey, shiftKey, repeat} = event;
      send({type: 'key', key, code, ctrlKey, metaKey, altKey, shiftKey, repeat, columns, images: shown(model)}, event);
    }
  };

  const arrive = () => {
    takeToken();
    kept('sessionStorage', TAB, true); // the tab is in use
    send({type: 'token', token: token()});
  };

  document.addEventListener('keydown', onKey);
  document.addEventListener('load', ({target}) => target.dataset?.seen !== undefined
    && send({type: 'look', changes: [{image: Number(target.dataset.image), loaded: true}]}), true);
  document.addEventListener('visibilitychange', () => {
    send({type: 'hidden', isHidden: document.hidden});
    observer.disconnect(); // so that the images are measured again
    watch();
  });
  window.addEventListener('resize', show);
  window.addEventListener('pagehide', () => send({type: 'leave'}));
  window.addEventListener('pageshow', (event) => event.persisted && arrive());
  window.addEventListener('hashchange', arrive); // the address of a new start, opened in this tab
  window.addEventListener('beforeunload', (event) => model.outbox.length && event.preventDefault());
  document.addEventListener('pointermove', (event) => model.all.drag && !model.all.drag.isOver && send(event.buttons === 1
    ? {type: 'drag', stage: 'move', point: pointIn(byId('all-space'), event)} : {type: 'drag', stage: 'end'}));
  document.addEventListener('pointerup', () => model.all.drag && send({type: 'drag', stage: 'end'}));
  arrive();
}

function pointIn(space, event) {
  const box = space?.getBoundingClientRect() ?? {left: 0, top: 0};
  return {x: event.clientX - box.left, y: event.clientY - box.top};
}

start();

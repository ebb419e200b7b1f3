// What all screens share: the requests of this tab, the state of the session, messages, and the switch of screens.

import {fetched, keepToken, posted, token} from '/page/requests.js';

const BROWSER = 'kgcoop-browser';
const RETRY = 2000; // milliseconds
const BETWEEN_ANSWERS = 100; // milliseconds; the server rejects faster ones
export const NONE = -1;
export const SKIP = -2;

export const element = (id) => document.getElementById(id);

/** The newest state that the server sent. */
export let state = null;

/** Each screen registers answer(number), confirm(), undo(), move(key), toggle(), clear(), enlarge() or some of them. */
export const screens = {};

const listeners = [];
let sending = 0;
let retry = 0;

/** Identifies this tab. A reload keeps it. */
function browser() {
  const fresh = [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, '0')).join('');
  try {
    sessionStorage.setItem(BROWSER, sessionStorage.getItem(BROWSER) || fresh);
    return sessionStorage.getItem(BROWSER);
  } catch {
    return fresh;
  }
}
let id = '';

export function me() {
  id ||= browser();
  return id;
}

/** Calls a listener with each new state. */
export function onState(listener) {
  listeners.push(listener);
}

export function take(json) {
  state = json;
  listeners.forEach((listener) => listener(json));
}

/** True while an answer of the server is awaited. */
export function isBusy() {
  return sending > 0;
}

/**
 * Sends a request of this tab and takes the new state. Returns null after an error, which is shown. If the
 * server cannot be reached, calls `again` after a while.
 */
export async function send(path, body = {}, again = () => refresh(again)) {
  sending++;
  const slow = setTimeout(() => document.body.classList.add('busy'), 300);
  try {
    return await received(posted(path, {browser: me(), ...body}), again);
  } finally {
    sending--;
    clearTimeout(slow);
    document.body.classList.toggle('busy', sending > 0);
  }
}

let lastAnswer = -Infinity;

/** Sends an answer some time after the one before arrived, which may have been late. */
export async function sendAnswer(path, body) {
  const wait = lastAnswer + BETWEEN_ANSWERS - performance.now();
  if (wait > 0) {
    sending++;
    await new Promise((resolve) => {
      setTimeout(resolve, wait);
    });
    sending--;
  }
  const json = await send(path, body);
  lastAnswer = performance.now();
  return json;
}

/** Gets the state without a change. Returns null after an error, which is shown. */
export function refresh(again, query = '') {
  return received(fetched(`/label/state?browser=${me()}${query}`).then((response) => response.json()), again);
}

async function received(answer, again) {
  try {
    const json = await answer;
    problem('');
    if (json.classes) {
      take(json);
    }
    return json;
  } catch (e) {
    failed(e, again);
    return null;
  }
}

/** Frees the images of this tab. */
export function leave() {
  const headers = {Authorization: 'Bearer ' + token()};
  fetch('/label/leave', {method: 'POST', keepalive: true, headers, body: JSON.stringify({browser: me()})}).catch(() => {});
}

function failed(error, again) {
  clearTimeout(retry);
  if (error.status === 401) {
    screen('token');
    problem(token() ? 'This is not the token of this server. Each start has a new one: use the address that the terminal printed.' : '');
    element('token').focus();
  } else if (error.status === undefined) {
    problem('The server cannot be reached. The answers before this one are stored. If it has ended, start the command again and open its new address.');
    retry = setTimeout(again, RETRY);
  } else {
    if (error.body.classes) {
      take(error.body);
    }
    problem(error.message);
  }
}

export function problem(text) {
  element('problem').textContent = text;
}

/** Shows a line until the next one, also to screen readers. */
export function notice(text) {
  element('notice').textContent = text;
}

export function announce(text) {
  element('announce').textContent = text;
}

/** Shows the elements of a screen, and hides those of the others. */
export function screen(name) {
  document.body.dataset.screen = name;
  document.querySelectorAll('[data-for]').forEach((each) => {
    each.hidden = !each.dataset.for.split(' ').includes(name);
  });
}

export function onScreen() {
  return document.body.dataset.screen;
}

export function current() {
  return screens[onScreen()] ?? {};
}

/** Takes the token of the address, where it does not stay. */
export function takeToken() {
  if (location.hash.length > 1) {
    keepToken(decodeURIComponent(location.hash.slice(1)));
    history.replaceState(null, '', location.pathname);
  }
}

/** A number with commas between its thousands. */
export function grouped(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Such as "1 image" or "2,000 images". */
export function images(count) {
  return `${grouped(count)} ${count === 1 ? 'image' : 'images'}`;
}

// The page at /: classifies an image and shows the probabilities as bars. It sends requests only to this
// server. It stores only the token, until the tab is closed. It inserts texts as text, never as HTML.
// All addresses are relative, because a proxy may put a path in front of them.

import {BELOW, show, winner} from './bars.js';
import {fetched, keepToken, token} from './requests.js';

const DEBOUNCE = 250; // milliseconds from the last key to the request
const MOST_NAMES = 1000; // class names per request, the limit of the server
const MOST_SHOWN = 12; // class names in the description of a classifier
const MOST_FILES = 100; // at once
const MOST_TRIES = 4; // requests, if the server is busy

const element = (id) => document.getElementById(id);
const among = () => document.forms.ask.elements.among.value;

let server = {models: []};
let picture = null; // a Blob
let preview = '';
let turn = 0; // counts requests, to drop answers to earlier ones
let asking = new AbortController();
let timer = 0;

// ---- requests

/** Returns the request for the current choices, or null after a message about what is missing. */
function question(image = picture) {
  if (among() === 'model') {
    const model = chosen();
    if (!model) {
      return null;
    }
    const query = new URLSearchParams(model.tags ? {model: model.name} : {model: model.name, top: Math.max(1, model.classes.length)});
    return {path: 'v1/classify?' + query, body: image, prompt: prompt(model)};
  }
  const names = namesIn(element('names').value);
  const template = element('template').value.trim();
  if (names.length === 0 || names.length > MOST_NAMES) {
    instead(names.length === 0 ? 'Type at least one class name.' : `Type at most ${MOST_NAMES} class names.`);
    return null;
  }
  if (!template.includes('{}')) {
    instead('The text needs {} for the class name, as in “' + server.template + '”.');
    return null;
  }
  const form = new FormData();
  form.append('classes', names.map(quoted).join('\n'));
  form.append('template', template);
  form.append('top', names.length);
  form.append('image', image);
  return {path: 'v1/zero-shot', body: form, prompt: {title: 'hand-crafted', text: template}};
}

/** The distinct names of a text. A name with a comma is in double quotes. */
function namesIn(text) {
  const parts = text.match(/\s*"(?:[^"\n]|"")*"[^,\n]*|[^,\n]+/g) || [];
  const names = parts.map((part) => part.trim()).map((part) =>
    /^".*"$/.test(part) ? part.slice(1, -1).replaceAll('""', '"').trim() : part);
  return [...new Set(names.filter((name) => name))];
}

/** A name as the server reads it. */
function quoted(name) {
  return /[,"]/.test(name) ? '"' + name.replaceAll('"', '""') + '"' : name;
}

/** Cancels the current request, and sends the next one after a pause without input. */
function askSoon(pause = DEBOUNCE) {
  asking.abort();
  turn++;
  clearTimeout(timer);
  timer = setTimeout(ask, pause);
}

async function ask() {
  const mine = turn;
  const asked = picture && question();
  if (!asked) {
    element('answer').removeAttribute('aria-busy');
    return;
  }
  asking = new AbortController();
  element('answer').setAttribute('aria-busy', 'true');
  const start = performance.now();
  try {
    const answer = await patiently(() =>
      fetched(asked.path, {method: 'POST', body: asked.body, signal: asking.signal}).then((r) => r.json()));
    if (mine === turn) {
      problem('');
      show(answer, asked.prompt, performance.now() - start);
    }
  } catch (e) {
    if (mine === turn && e.name !== 'AbortError') {
      refused(e);
    }
  } finally {
    if (mine === turn) {
      element('answer').removeAttribute('aria-busy');
    }
  }
}

/** Repeats a request while the server is busy, after the time in its answer. */
async function patiently(request, onlyThisTurn = true) {
  const mine = turn;
  for (let tries = 1; ; tries++) {
    try {
      return await request();
    } catch (e) {
      const again = (e.status === 503 || e.status === 429) && tries < MOST_TRIES && (mine === turn || !onlyThisTurn);
      if (!again) {
        throw e;
      }
      await new Promise((resolve) => setTimeout(resolve, 1000 * e.wait));
    }
  }
}

function refused(error) {
  clear();
  if (error.status === 401) {
    askForToken('This is not the token of this server.');
  } else {
    problem(error.message);
  }
}

// ---- showing

/** Replaces the answer by a message. */
function instead(text) {
  clear();
  element('verdict').classList.remove('unseen');
  element('verdict').textContent = text;
}

function problem(text) {
  element('problem').textContent = text;
}

/** Removes the answer, which belongs to another image or request. */
function clear() {
  element('bars').hidden = true;
  for (const id of ['best-name', 'best-share', 'verdict', 'rest', 'time']) {
    element(id).textContent = '';
  }
}

/** Removes the image and the answer, because the new image cannot be sent. */
function refuse(reason) {
  asking.abort();
  turn++;
  clearTimeout(timer);
  element('answer').removeAttribute('aria-busy');
  picture = null;
  element('preview').hidden = true;
  element('caption').textContent = '';
  clear();
  problem(reason);
}

// ---- images

/** True for HEIC and AVIF: formats of phones that the server does not read. */
async function isUnreadable(file) {
  return /^ftyp(hei|hev|mif|msf|avi)/.test(await file.slice(4, 12).text());
}

async function take(file) {
  if (!file) {
    return;
  }
  if (await isUnreadable(file)) {
    refuse('HEIC and AVIF images cannot be read. Save the image as JPEG. An iPhone takes JPEGs with'
      + ' Settings > Camera > Formats > Most Compatible.');
    return;
  }
  if (server.max_bytes && file.size > server.max_bytes) {
    const megabytes = (bytes) => (bytes / (1 << 20)).toFixed(0) + ' MB';
    refuse(`The image has ${megabytes(file.size)}; this server takes at most ${megabytes(server.max_bytes)}.`);
    return;
  }
  problem('');
  picture = file;
  URL.revokeObjectURL(preview);
  preview = URL.createObjectURL(file);
  const image = element('preview');
  image.hidden = false;
  image.src = preview;
  image.alt = file.name ? 'the image ' + file.name : 'your image';
  element('caption').textContent = file.name || '';
  askSoon(0);
}

/** Classifies several files one after the other. The first one is shown large. */
async function takeAll(files) {
  const given = files.length; // the list is emptied with its field
  const all = [...files].slice(0, MOST_FILES);
  element('several').hidden = all.length < 2;
  element('several-list').replaceChildren();
  if (all.length < 2) {
    await take(all[0]);
    return;
  }
  const rows = all.map((file) => {
    const img = document.createElement('img');
    img.alt = '';
    const url = URL.createObjectURL(file);
    img.addEventListener('load', () => URL.revokeObjectURL(url));
    img.src = url;
    const answer = document.createElement('b');
    const name = document.createElement('small');
    name.textContent = file.name;
    const text = document.createElement('span');
    text.append(answer, name);
    const button = document.createElement('button');
    button.type = 'button';
    button.append(img, text);
    button.addEventListener('click', () => {
      rows.forEach((row) => row.button.setAttribute('aria-pressed', String(row.button === button)));
      take(file).catch(refused);
    });
    const item = document.createElement('li');
    item.append(button);
    element('several-list').append(item);
    return {file, answer, button};
  });
  rows[0].button.click();
  if (given > all.length) {
    problem(`Only the first ${MOST_FILES} images are classified.`);
  }
  for (const row of rows) {
    if (!row.button.isConnected) {
      return; // other files were chosen meanwhile
    }
    row.answer.textContent = await best(row.file);
  }
}

/** The best class of a file as a text, or why there is none. */
async function best(file) {
  const asked = question(file);
  if (!asked) {
    return '';
  }
  try {
    const answer = await patiently(() => fetched(asked.path, {method: 'POST', body: asked.body}).then((r) => r.json()), false);
    const {name, probability, threshold} = winner(answer);
    return probability === null ? name : `${name} ${(100 * probability).toFixed(0)}\u00a0%${threshold === null ? '' : `, ${BELOW}`}`;
  } catch (e) {
    return e.message;
  }
}

// ---- classifiers

function chosen() {
  return server.models.find((m) => m.name === element('model').value);
}

/** What the answers of a model come from: its learned classifier, or the hand-crafted text. */
function prompt(model) {
  return ['zero-shot', 'clip', 'ensemble'].includes(model.method)
    ? {title: 'hand-crafted', text: model.template}
    : {title: 'learned', text: 'by ' + model.title, learned: true};
}

/** The names of the classes of a model, or of the tags that it gives. */
function named(model) {
  return model?.tags?.filter((each) => each.by !== 'none').map((each) => each.tag) || model?.classes || [];
}

/** These names, as one line. */
function classes(model) {
  const names = named(model);
  const shown = names.slice(0, MOST_SHOWN).map((name) => name.replaceAll('_', ' ')).join(', ');
  const left = names.length - MOST_SHOWN;
  if (model?.tags && !shown) {
    return 'No tag of this classifier is written.';
  }
  return `${model?.tags ? 'Tags' : 'Classes'}: ${shown}${left > 0 ? ` and ${left} more` : ''}.`;
}

/** Updates the page after the choice between a classifier and class names. */
function choose() {
  const own = among() === 'names';
  const model = chosen();
  element('own').hidden = !own;
  element('model').hidden = own || server.models.length < 2;
  element('model-kind').textContent = model?.tags ? 'Tags' : 'Classes';
  element('model-name').textContent = own || server.models.length < 2
    ? model ? `${model.name} (${named(model).length})` : 'a classifier' : '';
  const notes = [own ? '' : classes(model), own ? '' : server.notes[model?.name] || '', server.note];
  element('about-model').textContent = notes
    .filter((note) => note)
    .join('\n')
    .replaceAll(' %', '\u00a0%');
}

function listModels(models) {
  server.models = models;
  element('model').replaceChildren(...models.map((m) => new Option(`${m.name} (${named(m).length})`, m.name)));
  choose();
}

// ---- start

function askForToken(reason) {
  element('token-form').hidden = false;
  problem(reason);
  element('token').focus();
}

async function open() {
  listModels((await (await fetched('v1/models')).json()).models);
  element('token-form').hidden = true;
  problem('');
  element('names').value ||= named(chosen()).slice(0, MOST_NAMES).map(quoted).join(', ');
  if (picture) {
    askSoon(0);
  }
}

function listen() {
  for (const id of ['file', 'camera']) {
    element(id).addEventListener('change', (event) => {
      takeAll(event.target.files).catch(refused);
      event.target.value = ''; // so that the same file can be chosen again
    });
  }
  document.addEventListener('paste', (event) => {
    const files = event.clipboardData.files;
    if (files.length) {
      event.preventDefault();
      takeAll(files).catch(refused);
    }
  });
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('over');
  });
  document.addEventListener('dragleave', () => document.body.classList.remove('over'));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('over');
    const files = event.dataTransfer.files;
    if (files.length) {
      takeAll(files).catch(refused);
    } else {
      problem('Only a file can be dropped: save the image first.');
    }
  });
  document.forms.ask.addEventListener('submit', (event) => event.preventDefault());
  document.forms.ask.addEventListener('input', (event) => {
    const typed = event.target.id === 'names' || event.target.id === 'template';
    choose();
    askSoon(typed ? DEBOUNCE : 0);
  });
  element('token-form').addEventListener('submit', (event) => {
    event.preventDefault();
    keepToken(element('token').value.trim());
    open().catch(refused);
  });
}

async function begin() {
  listen();
  server = {models: [], ...(await (await fetched('page/about.json')).json())};
  element('template').value = server.template;
  element('api-link').hidden = server.token; // a link carries none
  if (server.token && !token()) {
    askForToken('');
  } else {
    await open();
  }
}

begin().catch(refused);

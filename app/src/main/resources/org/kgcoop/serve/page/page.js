// The page at /: an image in, bars out. It asks this server alone, keeps nothing but the token (for as
// long as the tab is open), and shows every text as text.

import {show} from '/page/bars.js';

const DEBOUNCE = 250; // milliseconds between the last key and the question
const MOST_NAMES = 1000; // of a question, as the server has it
const MOST_SHOWN = 12; // names of a classifier's classes
const MOST_TRIES = 4; // of a question that the server is too busy for
const TOKEN = 'kgcoop-token';

const element = (id) => document.getElementById(id);
const among = () => document.forms.ask.elements.among.value;

let server = {examples: [], models: []};
let token = '';
let picture = null; // a Blob
let example = null; // the one that the picture is
let namesAreOurs = true; // until somebody types some
let preview = '';
let turn = 0; // questions are counted: an answer to an earlier one is dropped
let asking = new AbortController();
let timer = 0;

// ---- asking

/** An answer to a question that was not refused; else an Error with the reason that the server gave. */
async function fetched(path, options = {}) {
  const headers = token ? {Authorization: 'Bearer ' + token} : {};
  let response;
  try {
    response = await fetch(path, {...options, headers});
  } catch (e) {
    throw e.name === 'AbortError' ? e : new Error('The server cannot be reached.');
  }
  if (response.ok) {
    return response;
  }
  const body = await response.json().catch(() => ({}));
  const error = new Error(body.error || 'The server answered with status ' + response.status + '.');
  error.status = response.status;
  error.wait = Number(response.headers.get('Retry-After')) || 1;
  throw error;
}

/** What is to be asked now, or null where something is missing, which is said. */
function question() {
  if (among() === 'model') {
    const model = chosen();
    if (!model) {
      return null;
    }
    const query = new URLSearchParams({model: model.name, top: Math.max(1, model.classes.length)});
    if (isLearned(model)) {
      query.set('compare', 'true');
    }
    return {path: '/v1/classify?' + query, body: picture, prompts: prompts(model)};
  }
  const names = [...new Set(element('names').value.split(/[,\n]/).map((n) => n.trim()).filter((n) => n))];
  const template = element('template').value.trim();
  if (names.length === 0 || names.length > MOST_NAMES) {
    say(names.length === 0 ? 'Type the names of some classes.' : `At most ${MOST_NAMES} names, please.`);
    return null;
  }
  if (!template.includes('{}')) {
    say('The text needs {} where the name goes, as in “' + server.template + '”.');
    return null;
  }
  const form = new FormData();
  form.append('classes', names.join('\n'));
  form.append('template', template);
  form.append('top', names.length);
  form.append('image', picture);
  return {path: '/v1/zero-shot', body: form, prompts: [{title: 'hand-crafted', text: template}]};
}

/** Asks after a pause in which nothing else is wanted; what is being asked is given up at once. */
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
      show(answer, asked.prompts, example?.title, performance.now() - start);
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

/** A server that is too busy says so, and when to come again. */
async function patiently(request) {
  const mine = turn;
  for (let tries = 1; ; tries++) {
    try {
      return await request();
    } catch (e) {
      const again = (e.status === 503 || e.status === 429) && tries < MOST_TRIES && mine === turn;
      if (!again) {
        throw e;
      }
      await new Promise((resolve) => setTimeout(resolve, 1000 * e.wait));
    }
  }
}

function refused(error) {
  if (error.status === 401) {
    askForToken('That is not the token of this server.');
  } else {
    clear();
    problem(error.message);
  }
}

// ---- showing

function say(text) {
  element('verdict').textContent = text;
}

function problem(text) {
  element('problem').textContent = text;
}

/** Takes the answer away: it is of another image, or of another question. */
function clear() {
  element('bars').hidden = true;
  for (const id of ['verdict', 'rest', 'time']) {
    element(id).textContent = '';
  }
}

/** Shows no image and no answer: the one that was given cannot be asked about. */
function refuse(reason) {
  asking.abort();
  turn++;
  clearTimeout(timer);
  element('answer').removeAttribute('aria-busy');
  picture = null;
  example = null;
  element('preview').hidden = true;
  element('caption').textContent = '';
  markExample();
  clear();
  problem(reason);
}

// ---- images

/** HEIC and AVIF: phones make them, the server does not read them. */
async function isUnreadable(file) {
  return /^ftyp(hei|hev|mif|msf|avi)/.test(await file.slice(4, 12).text());
}

async function take(file, shown = null) {
  if (!file) {
    return;
  }
  if (await isUnreadable(file)) {
    refuse('HEIC and AVIF images cannot be read. Save it as JPEG first; an iPhone takes JPEGs with'
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
  example = shown;
  URL.revokeObjectURL(preview);
  preview = URL.createObjectURL(file);
  const image = element('preview');
  image.hidden = false;
  image.src = preview;
  image.alt = shown ? 'a drawing of ' + shown.title : file.name ? 'the image ' + file.name : 'your image';
  element('caption').textContent = shown ? `“${shown.title}”, ${shown.credit}` : file.name || '';
  markExample();
  askSoon(0);
}

function markExample() {
  document.querySelectorAll('#examples button').forEach((button, i) =>
    button.setAttribute('aria-pressed', server.examples[i] === example));
}

async function pick(chosenExample) {
  if (namesAreOurs) { // nobody has typed names: show the example among classes that it belongs to
    const model = server.models.find((m) => m.name === chosenExample.model);
    if (model) {
      element('model').value = model.name;
    }
    element('names').value = chosenExample.names.join(', ');
    element('template').value = server.template;
    document.forms.ask.elements.among.value = model ? 'model' : 'names';
    choose();
  }
  const response = await fetched(chosenExample.image);
  await take(await response.blob(), chosenExample);
}

function listExamples() {
  element('examples-heading').hidden = server.examples.length === 0;
  element('examples').replaceChildren(...server.examples.map((each) => {
    const image = document.createElement('img');
    image.src = each.image;
    image.alt = each.title;
    const button = document.createElement('button');
    button.type = 'button';
    button.title = each.title;
    button.setAttribute('aria-pressed', 'false');
    button.append(image);
    button.addEventListener('click', () => pick(each).catch(refused));
    const item = document.createElement('li');
    item.append(button);
    return item;
  }));
}

// ---- classifiers

function chosen() {
  return server.models.find((m) => m.name === element('model').value);
}

function isLearned(model) {
  return model.method !== undefined && !['zero-shot', 'clip', 'ensemble'].includes(model.method);
}

function prompts(model) {
  const crafted = {title: 'hand-crafted', text: model.template || ''};
  const learned = {title: 'learned', text: 'by ' + model.title, learned: true};
  return isLearned(model) ? [learned, crafted] : [crafted];
}

/** The classes of a model in a line. */
function classes(model) {
  const names = model?.classes || [];
  const shown = names.slice(0, MOST_SHOWN).map((name) => name.replaceAll('_', ' ')).join(', ');
  const left = names.length - MOST_SHOWN;
  return `Classes: ${shown}${left > 0 ? ` and ${left} more` : ''}.`;
}

/** Follows the choice between a classifier and names. */
function choose() {
  const own = among() === 'names';
  const model = chosen();
  element('own').hidden = !own;
  element('model').hidden = own || server.models.length < 2;
  element('model-name').textContent = own || server.models.length < 2
    ? model ? `${model.name} (${model.classes.length})` : 'a classifier' : '';
  const notes = [own ? '' : classes(model), own ? '' : server.notes[model?.name] || '', server.note];
  element('about-model').textContent = notes
    .filter((note) => note)
    .join('\n')
    .replaceAll(' %', '\u00a0%');
}

function listModels(models) {
  server.models = models;
  element('model').replaceChildren(...models.map((m) => new Option(`${m.name} (${m.classes.length})`, m.name)));
  choose();
}

// ---- beginning

function askForToken(reason) {
  element('token-form').hidden = false;
  problem(reason);
  element('token').focus();
}

function remember(value) {
  token = value;
  try {
    sessionStorage.setItem(TOKEN, value);
  } catch {
    // A browser that stores nothing asks again after a reload.
  }
}

async function open() {
  listModels((await (await fetched('/v1/models')).json()).models);
  element('token-form').hidden = true;
  problem('');
  if (picture) {
    askSoon(0);
  } else if (server.models.some((m) => m.name === server.examples[0]?.model)) {
    await pick(server.examples[0]);
  } else { // the examples show none of these classes
    say('Choose, drop or paste an image.');
  }
}

function listen() {
  for (const id of ['file', 'camera']) {
    element(id).addEventListener('change', (event) => {
      take(event.target.files[0]).catch(refused);
      event.target.value = ''; // so that the same file can be chosen again
    });
  }
  document.addEventListener('paste', (event) => {
    const file = event.clipboardData.files[0];
    if (file) {
      event.preventDefault();
      take(file).catch(refused);
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
    const file = event.dataTransfer.files[0];
    if (file) {
      take(file).catch(refused);
    } else {
      problem('Only a file can be dropped: save the image first.');
    }
  });
  document.forms.ask.addEventListener('submit', (event) => event.preventDefault());
  document.forms.ask.addEventListener('input', (event) => {
    const typed = event.target.id === 'names' || event.target.id === 'template';
    namesAreOurs = namesAreOurs && !typed;
    choose();
    askSoon(typed ? DEBOUNCE : 0);
  });
  element('token-form').addEventListener('submit', (event) => {
    event.preventDefault();
    remember(element('token').value.trim());
    open().catch(refused);
  });
}

async function begin() {
  listen();
  server = {models: [], ...(await (await fetched('/page/about.json')).json())};
  element('template').value = server.template;
  element('api-link').hidden = server.token; // a link carries none
  listExamples();
  try {
    token = sessionStorage.getItem(TOKEN) || '';
  } catch {
    token = '';
  }
  if (server.token && !token) {
    askForToken('');
  } else {
    await open();
  }
}

begin().catch(refused);

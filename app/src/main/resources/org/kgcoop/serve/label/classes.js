// The list of classes: their keys, counts and order, the field that finds or adds one, and the dialog that changes them.

import {isDoubled, keyOf} from '/page/keys.js';
import {NONE, SKIP, current, element, images, state} from '/page/session.js';

const MOST_ROWS = 200;
const ADD = null; // a row that adds the typed name

let shown = {likely: [], proposed: null, chosen: undefined};
let matches = []; // class numbers in the order of the list, or ADD
let active = -1; // index in matches, while a name is typed
let on = {}; // choose(number), add(name), edit(change)

const classes = () => state?.classes ?? [];

/** The class of a number, or undefined. */
export const classOf = (number) => classes().find((each) => each.class === number);

export function nameOf(number) {
  return number === NONE ? 'none of these' : number === SKIP ? 'skipped' : classOf(number)?.name ?? '';
}

/**
 * Shows the classes for the current image or page: `likely` are the most probable classes, which come first, `proposed`
 * is the class of a page, and `chosen` the answer so far.
 */
export function showFor({likely = [], proposed = null, chosen}) {
  const isNew = proposed !== shown.proposed;
  shown = {likely, proposed, chosen};
  render();
  if (isNew && proposed !== null && !element('classes').matches(':hover')) {
    element('class-' + proposed)?.scrollIntoView({block: 'nearest', inline: 'center'});
  }
}

function typed() {
  return element('find').value.trim();
}

/**
 * Returns the classes in the order of the list: while a name is typed, those that contain it; else the likely ones first.
 *
 * @param isSteady true to keep the order, because the pointer is over the list
 */
export function ordered(all, name, likely, isSteady) {
  const wanted = name.toLowerCase();
  if (wanted) {
    const rank = ({name: text}) => [(n) => n === wanted, (n) => n.startsWith(wanted), (n) => n.includes(wanted)].findIndex((fits) => fits(text.toLowerCase()));
    return [0, 1, 2].flatMap((wantedRank) => all.filter((each) => rank(each) === wantedRank));
  }
  const first = likely.flatMap((number) => all.filter((each) => each.class === number));
  return isSteady ? all : [...first, ...all.filter((each) => !first.includes(each))];
}

let steady = null; // the order while the pointer is over the list

/** The classes in their order. Under the pointer, the order stays; new classes come last. */
function order() {
  if (typed()) {
    return ordered(classes(), typed(), [], false);
  }
  if (!element('class-list').matches(':hover')) {
    steady = ordered(classes(), '', shown.likely, false).map((each) => each.class);
  }
  const known = new Set(steady);
  return [...steady.flatMap((number) => classOf(number) ?? []), ...classes().filter((each) => !known.has(each.class))];
}

export function render() {
  const list = order();
  const rows = list.slice(0, MOST_ROWS);
  const name = typed();
  const adds = name && !classes().some((each) => each.name.toLowerCase() === name.toLowerCase());
  matches = [...(adds ? [ADD] : []), ...rows.map((each) => each.class)];
  active = name ? Math.max(0, Math.min(active, matches.length - 1)) : -1;
  const none = {class: NONE, name: nameOf(NONE), labeled: state?.none ?? 0, proposed: state?.none_proposed ?? 0};
  const most = Math.max(1, ...[none, ...classes()].map((each) => each.labeled + each.proposed));
  const likely = new Set(name ? [] : shown.likely);
  const items = matches.map((number, i) => {
    const row = number === ADD ? addRow(name) : classRow(rows[i - (adds ? 1 : 0)], most);
    row.classList.toggle('likely', likely.has(number));
    row.classList.toggle('active', i === active);
    return row;
  });
  element('class-none').replaceChildren(classRow(none, most));
  if (list.length > rows.length) {
    const rest = textElement('li', `and ${list.length - rows.length} more: type to find them`, 'key');
    rest.setAttribute('role', 'presentation');
    items.push(rest);
  }
  element('class-list').replaceChildren(...items);
  element('find').setAttribute('aria-activedescendant', items[active]?.id ?? '');
}

/** An element with a text, which is never HTML. */
export function textElement(tag, text, className = '') {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

function optionRow(id, key, name) {
  const row = document.createElement('li');
  row.className = 'class';
  row.id = id;
  row.setAttribute('role', 'option');
  row.append(textElement('kbd', key), textElement('span', name, 'text'));
  row.addEventListener('mousedown', (event) => event.preventDefault()); // the focus stays on the image
  return row;
}

/** A row that adds a class with the typed name. */
function addRow(name) {
  const row = optionRow('class-add', '↵', `add “${name}”`);
  row.addEventListener('click', addTyped);
  return row;
}

function addTyped() {
  const name = typed();
  leaveField();
  on.add(name);
}

function classRow({class: number, name, labeled, proposed}, most) {
  const row = optionRow('class-' + number, keyOf(number), name);
  row.setAttribute('aria-selected', String(number === shown.chosen));
  row.title = `${name}: ${labeled} labeled, ${proposed} proposed`;
  row.classList.toggle('proposed', number === shown.proposed);
  row.classList.toggle('chosen', number === shown.chosen);
  const track = document.createElement('span');
  track.className = 'track';
  for (const count of [labeled, proposed]) {
    const bar = document.createElement('i');
    bar.style.width = (100 * count) / most + '%';
    track.append(bar);
  }
  row.append(track, textElement('span', String(labeled), 'count'));
  row.addEventListener('click', (event) => {
    if (!isDoubled(event)) {
      choose(number);
    }
  });
  return row;
}

function choose(number) {
  leaveField();
  on.choose(number);
}

/** Empties the field and gives the focus back. */
function leaveField() {
  const find = element('find');
  find.value = '';
  active = -1;
  render();
  if (document.activeElement === find) {
    find.blur();
    (current().focus ?? (() => element('work').focus({preventScroll: true})))();
  }
}

function listenToFind() {
  const find = element('find');
  find.addEventListener('input', () => {
    active = 0; // the new name, if it is none of the classes
    render();
  });
  find.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      leaveField();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      active += event.key === 'ArrowDown' ? 1 : -1;
      render();
      element('class-list').children[active]?.scrollIntoView({block: 'nearest'});
    } else if (event.key === 'Enter' && typed() && !event.repeat) {
      if (matches[active] === ADD) {
        addTyped();
      } else {
        choose(matches[active]);
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
}

// ---- the dialog

export function renderEditor() {
  if (!element('edit-dialog').open) {
    return;
  }
  const rows = classes().slice(0, MOST_ROWS);
  element('edit-rest').textContent = classes().length > rows.length ? `and ${classes().length - rows.length} more` : '';
  element('merge-ask').hidden = true;
  element('edit-rows').replaceChildren(...rows.map((each) => {
    const row = document.createElement('tr');
    const name = document.createElement('input');
    name.type = 'text';
    name.value = each.name;
    name.maxLength = 200;
    name.dir = 'auto';
    name.setAttribute('aria-label', 'name of ' + each.name);
    name.addEventListener('change', () => on.edit({rename: each.class, name: name.value}));
    const change = textElement('button', each.labeled ? 'Merge…' : 'Delete', 'quiet');
    change.type = 'button';
    change.setAttribute('aria-label', `${change.textContent} ${each.name}`);
    change.addEventListener('click', () => (each.labeled ? askMerge(each) : on.edit({delete: each.class})));
    for (const content of [name, String(each.labeled), change]) {
      row.insertCell().append(content);
    }
    return row;
  }));
}

/** What a person is asked before two classes become one. */
export function mergeQuestion(from, into) {
  return `Merge “${from.name}” (${images(from.labeled)}) into “${into.name}” (${images(into.labeled)})? Then there is no class “${from.name}”.`;
}

function askMerge(from) {
  const into = element('merge-into');
  into.replaceChildren(...classes().filter((other) => other !== from).map((other) => new Option(other.name, String(other.class))));
  const ask = () => {
    element('merge-question').textContent = mergeQuestion(from, classOf(Number(into.value)));
  };
  into.onchange = ask;
  element('merge').onclick = () => on.edit({merge: from.class, into: Number(into.value)});
  ask();
  element('merge-ask').hidden = false;
  into.focus();
}

/** The names of a text with one name per line, without empty lines and repetitions. */
export function namesIn(text) {
  const known = new Set();
  return text.split('\n').map((line) => line.trim()).filter((name) => {
    const isNew = name && !known.has(name.toLowerCase());
    known.add(name.toLowerCase());
    return isNew;
  });
}

/**
 * Starts to listen.
 *
 * @param handlers choose(number), add(name), edit(change), which returns true if the change was made
 */
export function listenToClasses(handlers) {
  on = handlers;
  listenToFind();
  element('class-list').addEventListener('pointerleave', render);
  element('merge-not').addEventListener('click', renderEditor);
  element('edit-classes').addEventListener('click', () => {
    element('edit-problem').textContent = '';
    element('edit-dialog').showModal();
    renderEditor();
  });
  element('add-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const names = namesIn(element('more-names').value);
    if (names.length && await on.edit({add: names})) {
      element('more-names').value = '';
    }
  });
}

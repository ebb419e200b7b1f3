// The list of classes: their keys, counts and order, the field that finds or adds one, and the dialog that
// renames and merges them.

const LETTERS = 'abcdefghijklmnopqrtvwxyz'; // without s (skip) and u (undo)
const KEYS = '123456789' + LETTERS + LETTERS.toUpperCase(); // capital letters need the shift key
const MOST_ROWS = 200;
const ADD = null; // a row that adds the typed name

export const NONE = -1;
export const SKIP = -2;

const element = (id) => document.getElementById(id);

let classes = [];
let counts = {none: 0, noneProposed: 0};
let shown = {likely: [], proposed: null, chosen: null};
let matches = []; // class numbers in the order of the list, or ADD
let active = -1; // index in matches, while a name is typed
let starting = 0; // the number of matches that start with the typed letters
let on = {}; // choose(number), add(name), edit(change)

/** The key of a class. It depends on its number alone, so that it never changes. */
export function keyOf(number) {
  return number === NONE ? '0' : KEYS[number] || '';
}

/** The key as it is written on the keyboard. */
function keycap(number) {
  const key = keyOf(number);
  return key >= 'A' && key <= 'Z' ? '⇧' + key : key.toUpperCase();
}

/** The class of a key, or undefined. */
export function classOf(key) {
  if (key === '0') {
    return NONE;
  }
  const number = KEYS.indexOf(key);
  return key.length === 1 && classes.some((each) => each.class === number) ? number : undefined;
}

export function nameOf(number) {
  if (number === NONE) {
    return 'none of these';
  }
  return number === SKIP ? 'skipped' : classes.find((each) => each.class === number)?.name ?? '';
}

/** Takes the classes of a new state. */
export function setClasses(state) {
  classes = state.classes;
  counts = {none: state.none, noneProposed: state.none_proposed};
  render();
  if (element('edit-dialog').open) {
    renderEditor();
  }
}

/**
 * Shows the classes for the current image or page.
 *
 * @param likely the most probable classes, which come first
 * @param proposed the class of a page
 * @param chosen the answer so far
 */
export function showFor({likely = [], proposed = null, chosen = null}) {
  shown = {likely, proposed, chosen};
  render();
}

function query() {
  return element('find').value.trim().toLowerCase();
}

function ordered() {
  const wanted = query();
  if (wanted) {
    const starts = classes.filter((each) => each.name.toLowerCase().startsWith(wanted));
    starting = starts.length;
    const contains = classes.filter((each) => !starts.includes(each) && each.name.toLowerCase().includes(wanted));
    return [...starts, ...contains];
  }
  const first = shown.likely.map((number) => classes.find((each) => each.class === number)).filter((each) => each);
  const isFirst = new Set(first);
  return [...first, ...classes.filter((each) => !isFirst.has(each))];
}

function render() {
  const list = ordered();
  const rows = list.slice(0, MOST_ROWS);
  matches = rows.map((each) => each.class);
  const adds = query() && !classes.some((each) => each.name.toLowerCase() === query());
  if (adds) {
    matches.push(ADD);
  }
  active = query() ? Math.max(0, Math.min(active, matches.length - 1)) : -1;
  const most = Math.max(1, ...classes.map((each) => each.labeled + each.proposed), counts.none + counts.noneProposed);
  const likely = new Set(query() ? [] : shown.likely);
  const items = rows.map((each, i) => {
    const row = classRow(each.class, each.name, each.labeled, each.proposed, most);
    row.classList.toggle('likely', likely.has(each.class));
    row.classList.toggle('first-rest', likely.size > 0 && i === likely.size);
    row.classList.toggle('active', i === active);
    return row;
  });
  if (adds) {
    items.push(addRow(element('find').value.trim()));
  }
  element('class-none').replaceChildren(classRow(NONE, nameOf(NONE), counts.none, counts.noneProposed, most));
  if (list.length > rows.length) {
    items.push(note(`and ${list.length - rows.length} more: type to find them`));
  }
  element('class-list').replaceChildren(...items);
  const current = items[active];
  element('find').setAttribute('aria-activedescendant', current ? current.id : '');
}

/** A row that adds a class with the typed name. */
function addRow(name) {
  const row = document.createElement('li');
  row.className = 'class';
  row.id = 'class-add';
  row.setAttribute('role', 'option');
  row.classList.toggle('active', active === matches.length - 1);
  const sign = document.createElement('kbd');
  sign.textContent = '↵';
  const text = document.createElement('span');
  text.className = 'text';
  text.textContent = `add “${name}”`;
  row.append(sign, text);
  row.addEventListener('mousedown', (event) => event.preventDefault());
  row.addEventListener('click', () => addTyped());
  return row;
}

function addTyped() {
  const name = element('find').value.trim();
  leave();
  on.add(name);
}

function note(text) {
  const item = document.createElement('li');
  item.className = 'key';
  item.setAttribute('role', 'presentation');
  item.textContent = text;
  return item;
}

function classRow(number, name, labeled, proposed, most) {
  const row = document.createElement('li');
  row.className = 'class';
  row.id = 'class-' + number;
  row.setAttribute('role', 'option');
  row.setAttribute('aria-selected', String(number === shown.chosen));
  row.setAttribute('aria-label', `${name}${keyOf(number) ? ', key ' + keycap(number) : ''}, ${labeled} labeled, ${proposed} proposed`);
  row.title = `${name}: ${labeled} labeled, ${proposed} proposed`;
  row.classList.toggle('proposed', number === shown.proposed);
  row.classList.toggle('chosen', number === shown.chosen);
  const key = document.createElement('kbd');
  key.textContent = keycap(number);
  const text = document.createElement('span');
  text.className = 'text';
  text.textContent = name;
  const track = document.createElement('span');
  track.className = 'track';
  for (const count of [labeled, proposed]) {
    const bar = document.createElement('i');
    bar.style.width = (100 * count) / most + '%';
    track.append(bar);
  }
  const count = document.createElement('span');
  count.className = 'count';
  count.textContent = labeled;
  row.append(key, text, track, count);
  row.addEventListener('mousedown', (event) => event.preventDefault()); // the focus stays on the image
  row.addEventListener('click', () => choose(number));
  return row;
}

function choose(number) {
  leave();
  on.choose(number);
}

/** Empties the field and gives the focus back. */
function leave() {
  const find = element('find');
  find.value = '';
  active = -1;
  render();
  if (document.activeElement === find) {
    find.blur();
    on.left();
  }
}

function listenToFind() {
  const find = element('find');
  find.addEventListener('input', () => {
    ordered();
    active = starting ? 0 : Infinity; // a name that starts no class is added
    render();
  });
  find.addEventListener('keydown', (event) => {
    const name = find.value.trim();
    if (event.key === 'Escape') {
      leave();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      active = Math.max(0, Math.min(matches.length - 1, active + (event.key === 'ArrowDown' ? 1 : -1)));
      render();
      element('class-list').children[active]?.scrollIntoView({block: 'nearest'});
    } else if (event.key === 'Enter' && name) {
      const exact = classes.find((each) => each.name.toLowerCase() === name.toLowerCase());
      if (exact) {
        choose(exact.class);
      } else if (matches[active] === ADD) {
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

function renderEditor() {
  const rows = classes.slice(0, MOST_ROWS);
  element('edit-rest').textContent = classes.length > rows.length ? `and ${classes.length - rows.length} more` : '';
  element('edit-rows').replaceChildren(...rows.map((each) => {
    const row = document.createElement('tr');
    const name = document.createElement('input');
    name.type = 'text';
    name.value = each.name;
    name.maxLength = 200;
    name.dir = 'auto';
    name.setAttribute('aria-label', 'name of ' + each.name);
    name.addEventListener('change', () => on.edit({rename: each.class, name: name.value}));
    const into = document.createElement('select');
    into.setAttribute('aria-label', `merge ${each.name} into`);
    into.append(new Option('merge into…', ''), ...rows.filter((other) => other !== each).map((other) => new Option(other.name, other.class)));
    into.addEventListener('change', () => on.edit({merge: each.class, into: Number(into.value)}));
    for (const content of [name, String(each.labeled), into]) {
      row.insertCell().append(content);
    }
    return row;
  }));
}

function openEditor() {
  element('edit-problem').textContent = '';
  renderEditor();
  element('edit-dialog').showModal();
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
 * @param handlers choose(number), add(name), left() when the field is left, edit(change)
 */
export function listen(handlers) {
  on = handlers;
  listenToFind();
  element('edit-classes').addEventListener('click', openEditor);
  element('add-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const names = namesIn(element('more-names').value);
    if (names.length) {
      on.edit({add: names}).then((done) => {
        element('more-names').value = done ? '' : element('more-names').value;
      });
    }
  });
}

// The list of classes and the dialog that changes them.

import {NONE, ask, images, nameOf, post} from '/page/common.js';

const MOST_ROWS = 200;

/** The class of a number, or undefined. */
export function classOf(m, number) {
  return m.state?.classes.find((each) => each.class === number);
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

/** Returns the classes in the order of the list: while a name is typed, those that contain it; else the likely ones first. */
export function ordered(all, name, likely) {
  const wanted = name.toLowerCase();
  if (wanted) {
    const rank = ({name: text}) => [(n) => n === wanted, (n) => n.startsWith(wanted), (n) => n.includes(wanted)].findIndex((fits) => fits(text.toLowerCase()));
    return [0, 1, 2].flatMap((wantedRank) => all.filter((each) => rank(each) === wantedRank));
  }
  const first = likely.flatMap((label) => all.filter((each) => each.class === label));
  return [...first, ...all.filter((each) => !first.includes(each))];
}

/** The classes: those of the server, then new names that are marked or on their way. */
function known(m) {
  const stored = m.state?.classes ?? [];
  const names = new Set(stored.map((each) => each.name.toLowerCase()));
  const fresh = [...Object.values(m.labels), ...m.outbox.flatMap((item) => Object.values(item.labels))]
    .filter((label) => typeof label === 'string' && !names.has(label.toLowerCase()));
  return [...stored, ...[...new Set(fresh)].map((name) => ({class: name, name, labeled: 0, proposed: 0}))];
}

/** What the list is about: the most probable classes, the class of a page, and the answer so far. */
export function about(m) {
  if (m.screen === 'single') {
    const entry = m.page.images.find((each) => each.image === m.current);
    return m.doubt ? {likely: [m.doubt.now, m.doubt.before]} : {likely: entry?.likely ?? [], chosen: m.labels[m.current]};
  }
  if (m.screen === 'grid') {
    return {likely: [], proposed: m.page.class, chosen: m.labels[m.focused]};
  }
  const tile = m.screen === 'all' ? m.all.tiles[m.all.focused] : undefined;
  return {likely: [], proposed: m.screen === 'all' && m.all.view.shown === 'class' ? m.all.view.class : undefined,
    chosen: tile?.by === 'person' ? tile.class : undefined};
}

/** The rows of the list, the row that Enter takes, and how many classes have no row. The order stays under the pointer. */
export function rowsOf(m) {
  const {likely} = about(m);
  const all = known(m);
  const name = m.find.trim();
  const list = !name && m.steady ? [...m.steady.flatMap((label) => all.filter((each) => each.class === label)),
    ...all.filter((each) => !m.steady.includes(each.class))] : ordered(all, name, likely);
  const adds = name && !all.some((each) => each.name.toLowerCase() === name.toLowerCase());
  const rows = [...(adds ? [{class: name, name, adds: true}] : []), ...list.slice(0, MOST_ROWS)];
  return {rows, rest: Math.max(0, list.length - MOST_ROWS), active: name ? Math.max(0, Math.min(m.active, rows.length - 1)) : -1,
    none: {class: NONE, name: nameOf(m, NONE), labeled: m.state?.none ?? 0, proposed: m.state?.none_proposed ?? 0}};
}

/** What a person is asked before two classes become one. */
export function mergeQuestion(from, into) {
  return `Merge “${from.name}” (${images(from.labeled)}) into “${into.name}” (${images(into.labeled)})? Then there is no class “${from.name}”.`;
}

// ---- changes

/** Adds, renames, merges or deletes classes. `place` is the screen or the dialog that asks. */
export function change(m, body, place) {
  m.edit = {problem: '', merge: null, text: m.edit.text};
  post(m, 'classes', '/label/classes', {...body, place});
}

/** Adds the names of the dialog. */
export function addTyped(m) {
  const names = namesIn(m.edit.text);
  if (names.length) {
    change(m, {add: names}, 'edit');
  }
}

/** Takes what is typed in the field. Returns the label that Enter chooses, or undefined if there is none. */
export function typed(m) {
  const {rows, active} = rowsOf(m);
  return rows[active]?.class;
}

/** Empties the field and gives the focus back. */
export function leaveField(m) {
  m.find = '';
  m.active = 0;
  ask(m, 'leave-field');
}

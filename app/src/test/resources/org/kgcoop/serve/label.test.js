// Unit tests of the parts of the page of `label` that need no browser.

import {mergeQuestion, namesIn, ordered} from '/page/classes.js';
import {isSeen, sayRejected, see} from '/page/common.js';
import {endingOf, offersOf} from '/page/finish.js';
import {CLOSED, chosen, fits, toggleAll} from '/page/gallery.js';
import {layoutOf, nearby, touched} from '/page/grid.js';
import {keyOf, meaning} from '/page/keys.js';
import {initial, update} from '/page/model.js';
import {confirmText, isMarked, proposed, restText, stored, take} from '/page/pages.js';

function equal(actual, expected) {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    throw new Error('expected ' + JSON.stringify(expected) + ', got ' + JSON.stringify(actual));
  }
}

const press = (key, code = '', more = {}) => meaning({key, code, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more});

test('an image is seen when it was loaded and visible for 200 ms', () => {
  const m = {seen: {}, requests: []};
  see(m, [{image: 7, visible: true}], 0);
  equal(isSeen(m, 7, 6000), false);
  see(m, [{image: 7, loaded: true}], 6000);
  equal([isSeen(m, 7, 6199), isSeen(m, 7, 6200), isSeen(m, 8, 9000)], [false, true, false]);
});

test('an image that leaves the window too early was not seen', () => {
  const m = {seen: {}, requests: []};
  see(m, [{image: 7, loaded: true, visible: true}], 0);
  see(m, [{image: 7, visible: false}], 199);
  equal(isSeen(m, 7, 1000), false);
  see(m, [{image: 7, visible: true}], 1000);
  equal([isSeen(m, 7, 1199), isSeen(m, 7, 1200)], [false, true]);
  see(m, [{image: 7, visible: false}], 1200);
  equal(isSeen(m, 7, 5000), true);
});

test('a held key means nothing more', () => {
  equal(press('1', 'Digit1'), 0);
  for (const [key, code] of [['1', 'Digit1'], ['Enter', 'Enter'], ['u', 'KeyU'], ['s', 'KeyS'], ['a', 'KeyA'], [' ', 'Space']]) {
    equal(press(key, code, {repeat: true}), 'repeated');
  }
  equal(press('ArrowDown', 'ArrowDown', {repeat: true}), 'move');
});

test('digits are found by their place on the keyboard', () => {
  equal(press('&', 'Digit1'), 0); // AZERTY
  equal(press('à', 'Digit0'), -1);
  equal(press('!', 'Digit1', {shiftKey: true}), 0); // Shift on QWERTY
  equal(press('3', 'Numpad3'), 2);
  equal(press('PageDown', 'Numpad3'), null); // without NumLock
  equal(press('/', 'Digit7', {shiftKey: true}), 'find'); // German
});

test('letters have no case and other alphabets use the place', () => {
  equal([press('a', 'KeyA'), press('A', 'KeyA'), press('ф', 'KeyA')], [9, 9, 9]);
  equal([press('S', 'KeyS'), press('U', 'KeyU'), press('г', 'KeyU')], ['skip', 'undo', 'undo']);
  equal(press('q', 'KeyA'), press('Q', 'KeyQ')); // AZERTY: the letter that is written on the key
});

test('keys with Ctrl, Alt or Meta belong to the browser, except undo', () => {
  equal(press('1', 'Digit1', {ctrlKey: true}), null);
  equal(press('r', 'KeyR', {metaKey: true}), null);
  equal(press('Z', 'KeyZ', {ctrlKey: true}), 'undo');
  equal(press('z', 'KeyZ', {metaKey: true, repeat: true}), 'repeated');
});

test('single characters can be turned off', () => {
  for (const key of ['1', 'a', 's', 'u', '/', '+', '?']) {
    equal(meaning({key, ctrlKey: false, metaKey: false, altKey: false, repeat: false}, false), null);
  }
  equal(meaning({key: 'Enter', repeat: false}, false), 'confirm');
});

test('a class keeps its key and classes after the last key have none', () => {
  equal([keyOf(-1), keyOf(0), keyOf(8), keyOf(9), keyOf(32), keyOf(33)], ['0', '1', '9', 'A', 'Z', '']);
  equal(press(keyOf(32), 'KeyZ'), 32);
});

test('confirm names what it confirms', () => {
  equal(confirmText(12, 0), 'Confirm 12');
  equal(confirmText(20, 2), 'Confirm 20, 2 changed');
  equal([restText(8, 8), restText(8, 3), restText(1, 0), restText(0, 0)], ['8 more below', '8 more below', '1 is loading', '']);
});

const classes = ['owl', 'pencil', 'pen', 'open', 'eagle'].map((name, number) => ({class: number, name}));
const names = (list) => list.map((each) => each.name);

test('likely classes come first', () => {
  equal(names(ordered(classes, '', [4, 2])), ['eagle', 'pen', 'owl', 'pencil', 'open']);
});

test('a typed name finds the equal class, then beginnings, then parts', () => {
  equal(names(ordered(classes, 'Pen', [])), ['pen', 'pencil', 'open']);
});

test('names are one per line without repetitions', () => {
  equal(namesIn(' cat \n\ndog\nCAT\ncat, dog'), ['cat', 'dog', 'cat, dog']);
});

test('the question before a merge names both classes and their images', () => {
  equal(mergeQuestion({name: 'owl', labeled: 1}, {name: 'eagle', labeled: 1200}),
    'Merge “owl” (1 image) into “eagle” (1,200 images)? Then there is no class “owl”.');
});

const session = {images: 100, labeled: 40, skipped: 2, measured: true, can_check: true, can_stop: false, joined: {audit: 0}, audit: {images: 25, answered: 25}, say: {joined: ''}};
const kinds = (now) => offersOf({...session, ...now}).map((each) => each[2]);

test('the end offers what is left to do', () => {
  equal(kinds({}), ['more-audit', 'check', 'skipped', 'unusual', '']);
  equal(kinds({measured: false, can_check: false, audit: {images: 25, answered: 3}}), ['audit', 'skipped', 'unusual', '']);
  equal(kinds({labeled: 100, skipped: 0}), ['check']);
  equal(offersOf({...session, say: {joined: '220 images joined.'}, joined: {audit: 20}})[0], ['220 images joined.', 'Measure (20 images)', 'audit']);
  equal([endingOf(session), endingOf({...session, can_stop: true}), endingOf({...session, labeled: 100})],
    ['Finish, or continue?', 'You can stop.', 'All images are labeled.']);
});

test('tiles fill the width of the grid', () => {
  equal(layoutOf(1000), {columns: 6, side: 160});
  equal(layoutOf(340, 104), {columns: 3, side: 108});
  equal(layoutOf(10), {columns: 2, side: 40});
});

test('only rows near the window exist', () => {
  const layout = {columns: 5, side: 92}; // rows of 100 pixels
  equal(nearby(0, 500, 100000, layout), [0, 50]);
  equal(nearby(10000, 500, 100000, layout), [475, 550]);
  equal(nearby(1900, 500, 100, layout), [70, 100]);
  equal(nearby(0, 500, 0, layout), [0, 0]);
});

test('a rectangle selects the tiles that it touches', () => {
  const layout = {columns: 3, side: 92};
  equal(touched({x: 150, y: 50}, {x: 20, y: 120}, 100, layout), [0, 1, 3, 4]);
  equal(touched({x: -50, y: -50}, {x: 9999, y: 10}, 2, layout), [0, 1]);
});

test('an image leaves a filter that its new label does not fit', () => {
  const owl = {class: 2, by: 'person'};
  equal(fits(owl, {shown: 'all', by: 'anyone'}), true);
  equal(fits(owl, {shown: 'all', by: 'program'}), false);
  equal([fits(owl, {shown: 'class', class: 2, by: 'person'}), fits(owl, {shown: 'class', class: 1, by: 'anyone'})], [true, false]);
  equal([fits({class: -1, by: 'person'}, {shown: 'none', by: 'anyone'}), fits(owl, {shown: 'suspicious', by: 'anyone'})], [true, false]);
});

/** All images with owls (class 0) and foxes (class 1), of which the person saw each. */
const seenGallery = (more) => ({
  ...initial({id: 'tab'}), screen: 'all', state: {classes: [{class: 0, name: 'owl'}, {class: 1, name: 'fox'}]}, names: {0: 'owl', 1: 'fox'},
  seen: Object.fromEntries([1, 2, 3, 4, 5].map((image) => [image, {seen: true}])),
  all: {...CLOSED, list: [1, 2, 3, 4, 5], places: new Map([1, 2, 3, 4, 5].map((image, i) => [image, i])), focused: 1, anchor: 1,
    tiles: Object.fromEntries([1, 2, 3, 4, 5].map((image) => [image, {image, name: `${image}.png`, class: 0, by: 'person'}])), ...more},
});
const after = (model, ...inputs) => inputs.reduce((m, input) => update(m, {at: 5000, ...input}).model, model);
const pressed = (key, images) => ({type: 'key', key, code: `Digit${key}`, images});

test('a class is chosen in all images while an answer is on its way', () => {
  const m = after({...seenGallery({selected: new Set([1])}), isReady: true}, pressed('2', [1]), {type: 'tile', image: 3}, pressed('1', [3]));
  equal([m.outbox.map((item) => item.labels), m.isSending, m.notice], [[{1: 1}, {3: 0}], true, '']);
  equal([...m.all.selected], []);
});

test('a range after answered images left the view has only images of the view', () => {
  const m = after(seenGallery({view: {shown: 'class', class: 0, by: 'anyone', order: 'name'}, selected: new Set([2]), anchor: 2, focused: 2}), pressed('2', [2]));
  const reply = {...m.outbox[0], tiles: [{image: 2, name: '2.png', class: 1, by: 'person'}]};
  chosen(m, m.outbox[0], reply);
  equal(m.all.list, [1, 3, 4, 5]);
  toggleAll(m, 5, true);
  equal([...m.all.selected].sort(), [3, 4, 5]);
});

test('the rest of an undone page that was answered in part keeps its marks', () => {
  const page = (number, images) => ({number, kind: 'page', class: 0, images: images.map((image) => ({image, name: `${image}.png`, former: 1, likely: [0]}))});
  const m = {...seenGallery({}), screen: 'grid', outbox: [], opening: true};
  take(m, page(7, [1, 2, 3]), 'undone');
  m.seen = {1: {seen: true}, 2: {visible: true, since: Infinity}, 3: {visible: true, since: Infinity}};
  const part = after(m, {type: 'click', on: 'confirm-seen', images: [1, 2, 3]});
  equal([part.outbox.map((item) => item.labels), part.outbox[0].body.next], [[{1: 1}], false]);
  stored(part, part.outbox[0], {});
  equal([part.page.images.map((entry) => entry.image), part.labels[2], part.labels[3]], [[2, 3], 1, 1]);
  part.outbox = [];
  take(part, page(8, [3, 2]), ''); // the server shows the rest again, after another page
  equal([part.labels, proposed(part, part.page.images[0]), isMarked(part, part.page.images[0])], [{2: 1, 3: 1}, 0, true]);
});

test('a stored answer waits for the next page, which may take time', () => {
  const page = {number: 4, kind: 'check', images: [{image: 1, name: '1.png'}]};
  const m = {...seenGallery({}), screen: 'single', opening: true};
  take(m, page, 'check');
  m.seen = {1: {seen: true}};
  const given = after(m, pressed('1', [1]));
  stored(given, given.outbox[0], {differs: {1: 1}});
  const decided = after({...given, outbox: []}, pressed('1', [1]));
  stored(decided, decided.outbox[0], {});
  const last = after({...decided, outbox: decided.outbox.slice(1)}, pressed('2', [1]));
  equal([last.outbox.map((item) => item.what), last.notice], [['next'], 'This image is answered. The next one comes when the answer is stored.']);
});

test('the page of a check stays for its question, also if the person went away and came back before the reply', () => {
  const m = {...seenGallery({}), screen: 'single', opening: true};
  take(m, {number: 4, kind: 'check', images: [{image: 1, name: '1.png'}]}, 'check');
  m.seen = {1: {seen: true}};
  const came = after(m, pressed('1', [1]), {type: 'click', on: 'all', images: []}, {type: 'click', on: 'back', images: []});
  equal(came.outbox.map((item) => item.what), ['answer', 'next']);
  const item = came.outbox.shift();
  stored(came, item, {differs: {1: 1}});
  equal([came.outbox, came.screen, came.doubt.image], [[], 'single', 1]);
});

test('the end of a check is said, also if no new one can begin', () => {
  const m = {...seenGallery({}), screen: 'finish', opening: true, state: {read: 5, images: 5, classes: []}};
  take(m, {number: 5, kind: 'check', images: []}, 'check');
  equal([m.screen, m.notice], ['finish', 'The check is complete. The next one can begin after a label has changed.']);
});

test('an undo of a refused answer takes back no other one', () => {
  const reply = (m) => ({type: 'reply', request: {what: 'change', number: m.outbox[0].number}, status: 409, json: {error: 'the program was started again'}});
  const undo = {type: 'key', key: 'u', code: 'KeyU', images: []};
  const m = after({...seenGallery({selected: new Set([1])}), isReady: true}, pressed('2', [1]), undo);
  equal(m.outbox.map((item) => item.what), ['choose', 'undo']);
  equal(after(m, reply(m)).outbox, []);
  const two = after({...seenGallery({selected: new Set([1])}), isReady: true}, pressed('2', [1]), {type: 'tile', image: 3}, pressed('1', [3]), undo);
  equal(after(two, reply(two)).outbox.map((item) => item.what), ['choose', 'undo']); // it is about the second answer
  const twice = {...two, outbox: [...two.outbox, {...two.outbox[2], number: 4}]}; // the second undo is about the first answer
  equal(after(twice, reply(twice)).outbox.map((item) => item.what), ['choose', 'undo']);
});

test('each answer that was not stored is named', () => {
  const names = ['1.png', '2.png', '3.png', '4.png', '5.png'];
  const m = {rejected: ['1.png']};
  sayRejected(m, names.slice(1), 'The program was started again.');
  equal(names.filter((name) => !m.notice.includes(name)), []);
});

const choice = () => after({...seenGallery({selected: new Set([1])}), isReady: true, run: 'a'}, pressed('2', [1]));
const reply = (m, status, json) => ({type: 'reply', request: {what: 'change', number: m.outbox[0].number}, status, json});
const restarted = {classes: [{class: 0, name: 'owl'}, {class: 1, name: 'fox'}], run: 'b', last: 1, labeled: 1, images: 5, read: 5, say: {}};

test('an answer that was stored before the program was started again is not sent twice', () => {
  const m = choice();
  equal(after(m, reply(m, 200, restarted)).outbox.map((item) => item.what), ['next']);
});

test('a request waits while the program reads the images', () => {
  const m = choice();
  const held = after(m, reply(m, 503, {error: 'the images are still being read'}));
  equal([held.outbox, held.problem], [m.outbox, 'The server answered: the images are still being read. Your last answers are kept here, and are sent later.']);
  const {requests} = update(held, {type: 'retry', at: 9000});
  equal(requests.map((each) => each.body?.request), [m.outbox[0].number]);
});

test('the next page is asked for again until it comes', () => {
  const m = after({...seenGallery({}), isReady: true}, {type: 'click', on: 'back', images: []});
  const held = after(m, reply(m, 500, {error: 'the disk is full'}));
  equal(held.outbox.map((item) => item.what), ['next']);
});

test('a reply about images from before a restart is dropped, because their numbers are new', () => {
  const m = {...seenGallery({}), run: 'b'};
  const tiles = (run) => after(m, {type: 'reply', request: {what: 'tiles', run}, status: 200, json: {tiles: [{image: 1, name: 'new.png'}]}}).all.tiles[1].name;
  equal([tiles('a'), tiles('b')], ['1.png', 'new.png']);
});

test('the end of a dialog does not close the one that opened after it', () => {
  const m = {...seenGallery({}), dialog: 'edit'};
  equal([after(m, {type: 'closed', dialog: 'keys'}).dialog, after(m, {type: 'closed', dialog: 'edit'}).dialog], ['edit', '']);
});

test('what is said about the last answer of a check stays when the check is complete', () => {
  const m = {...seenGallery({}), screen: 'single', opening: true, state: {read: 5, images: 5, classes: [{class: 0, name: 'owl'}, {class: 1, name: 'fox'}]}};
  take(m, {number: 4, kind: 'check', images: [{image: 1, name: '1.png'}]}, 'check');
  m.seen = {1: {seen: true}};
  const given = after({...m, wanted: 'check'}, pressed('1', [1]));
  stored(given, given.outbox[0], {left_out: [{image: 1, name: '1.png'}], page: {number: 5, kind: 'check', images: []}});
  equal([given.screen, given.notice.includes('1.png'), given.notice.includes('The check is complete')], ['finish', true, true]);
});

const questions = (number, images) => ({number, kind: 'questions', images: images.map((image) => ({image, name: `${image}.png`, likely: [0]}))});

/** Single images that the person saw, on page 7. */
const asked = (more = {}) => {
  const m = {...seenGallery({}), screen: 'single', opening: true, isReady: true, ...more};
  take(m, questions(7, [1, 2]), '');
  return {...m, seen: {1: {seen: true}, 2: {seen: true}}};
};
const goAndComeBack = [{type: 'click', on: 'all', images: []}, {type: 'click', on: 'back', images: []}];
const reopened = (m, page) => after(m, reply(m, 200, {page}));
const seenAgain = (m) => ({...m, seen: {3: {seen: true}}});
const waits = (m) => m.outbox.map((item) => item.what);

test('a page that came with an answer is not asked for again, because another one could replace it', () => {
  const came = after(asked(), pressed('1', [1]), ...goAndComeBack);
  equal(waits(came), ['answer', 'next']);
  const m = reopened(came, questions(8, [3]));
  equal([m.screen, m.page.number, waits(m)], ['single', 8, []]);
  const given = after(seenAgain(m), pressed('1', [3]));
  equal(given.outbox.map((item) => [item.what, item.body.number]), [['answer', 8]]);
});

test('a page that came with an undo is not asked for again, and Back opens it', () => {
  const came = after(asked(), {type: 'key', key: 'u', code: 'KeyU', images: [1]}, ...goAndComeBack);
  equal(waits(came), ['undo', 'next']);
  const m = reopened(came, questions(8, [3]));
  equal([m.screen, m.page.number, waits(m)], ['single', 8, []]);
});

test('no answer is given to a page that a request will replace', () => {
  const m = after(asked(), {type: 'click', on: 'measure', images: []}, pressed('1', [1]));
  equal([waits(m), m.notice], [['next'], 'Wait a moment: another page is on its way.']);
  const late = after(asked(), pressed('1', [1]), {type: 'click', on: 'measure', images: []});
  const still = reopened(late, questions(8, [3])); // random images will follow
  equal([still.page.number, waits(still)], [7, ['next']]);
});

// The end of a session: what is known about the labels, what can still be done, and the results.

import {showFor, textElement} from '/page/classes.js';
import {element, grouped, images, notice, problem, refresh, screen, send, state} from '/page/session.js';

const POLL = 500; // milliseconds
const FEW = 20; // random images at a time
let on = {}; // next(wanted), back()
let writing = false;

/** What a person can do at the end, as [text, button, kind of page], by the state of the session. */
export function offersOf(now) {
  const others = now.images - now.labeled;
  const open = others - now.skipped;
  const left = Math.min(FEW, now.audit.images - now.audit.answered);
  const offers = [];
  if (now.say.joined) {
    offers.push([now.say.joined, `Measure (${images(now.joined.audit)})`, 'audit']);
  } else if (left > 0 && open > 0) {
    offers.push([now.measured ? `Measured with ${images(now.audit.answered)} so far.` : 'The accuracy is not measured.', `Measure (${images(left)})`, 'audit']);
  } else if (now.measured && open > 0) {
    offers.push(['More random images make the figure more exact.', `Measure more (${images(Math.min(FEW, open))})`, 'more-audit']);
  }
  if (now.check_left) {
    offers.push(['You began to check the folder.', `Continue the check (${images(now.check_left)})`, 'check']);
  } else if (now.can_check) {
    offers.push(['Would you give the same labels again? Look at up to 50 random images of the entire folder without their labels.', 'Check the folder', 'check']);
  }
  if (now.skipped) {
    offers.push([`You skipped ${images(now.skipped)}.`, now.skipped === 1 ? 'Name it' : 'Name them', 'skipped']);
  }
  if (open > 0) {
    offers.push(['Some images may show none of your classes.', 'Unusual images', 'unusual']);
    offers.push(['For 100 %, continue. The doubtful images come first.', 'Continue', '']);
  }
  return offers;
}

export function headingOf(now) {
  return now.labeled === now.images ? 'All images are labeled.' : now.can_stop ? 'You can stop.' : 'Finish, or continue?';
}

function offer([text, label, kind]) {
  const item = textElement('li', text);
  const button = textElement('button', label, 'quiet');
  button.type = 'button';
  button.addEventListener('click', () => on.next(kind));
  item.append(button);
  return item;
}

export async function openFinish() {
  screen('finish');
  if (!await refresh(openFinish)) {
    return;
  }
  element('finish-heading').className = state.can_stop ? 'stop' : '';
  element('finish-heading').textContent = headingOf(state);
  element('finish-say').replaceChildren(...state.say.end.map((line) => textElement('p', line)));
  element('back').hidden = state.labeled + state.skipped >= state.images;
  element('confirm').hidden = true;
  element('rest').hidden = true;
  element('step').textContent = '';
  element('writes').textContent = `Into ${state.session}: labels.csv, a classifier and its report. This takes up to ${state.minutes} ${state.minutes === 1 ? 'minute' : 'minutes'}.`
    + (state.read < state.images ? ` Before, the program reads the other ${images(state.images - state.read)}.` : '');
  element('offers').replaceChildren(...offersOf(state).map(offer));
  showFor({});
  element('work').focus({preventScroll: true});
}

/** Shows what cannot be read. */
export function showUnreadable() {
  element('unreadable').hidden = state.unreadable.count === 0;
  element('unreadable-count').textContent = `${images(state.unreadable.count)} cannot be read`;
  const more = state.unreadable.count - state.unreadable.names.length;
  element('unreadable-names').replaceChildren(...state.unreadable.names.map((name) => textElement('li', name)),
    ...more ? [textElement('li', `and ${grouped(more)} more`)] : []);
}

function setWriting(isWriting) {
  writing = isWriting;
  element('write').disabled = isWriting;
  element('write-close').disabled = isWriting;
  element('stop-writing').hidden = !isWriting;
}

async function write(close) {
  setWriting(true);
  element('results').replaceChildren();
  const poll = setInterval(async () => {
    const now = await refresh(() => {});
    element('writing').textContent = writing && now?.writing ? now.writing + ' …' : '';
  }, POLL);
  const json = await send('/label/write', {close}, () => {});
  setWriting(false);
  clearInterval(poll);
  element('writing').textContent = '';
  if (json) {
    showResults(json, element(close ? 'final-results' : 'results'));
    if (close) {
      screen('done');
    }
  }
}

function showResults(json, place) {
  place.replaceChildren(textElement('pre', json.results.join('\n')));
  if (json.report) {
    const link = textElement('a', 'Open the report');
    link.href = json.report;
    link.target = '_blank';
    place.append(link);
  }
  if (json.next) {
    place.append(textElement('p', 'Classify other images:', 'lead'), textElement('pre', json.next));
  }
}

/**
 * Starts to listen.
 *
 * @param handlers next(kind) and back()
 */
export function listenToFinish(handlers) {
  on = handlers;
  element('back').addEventListener('click', () => on.back());
  element('write').addEventListener('click', () => write(false));
  element('write-close').addEventListener('click', () => write(true));
  element('stop-writing').addEventListener('click', async () => {
    if (await send('/label/stop', {}, () => {})) {
      notice('The training is being stopped. labels.csv is written.');
      problem('');
    }
  });
}

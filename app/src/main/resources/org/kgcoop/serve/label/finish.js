// The end of a session: what is known about the labels, which are doubtful, what can still be done, and the results.

import {get, images, later, onTheirWay, query, say} from '/page/common.js';

const POLL = 500; // milliseconds
const FEW = 20; // random images at a time
const DOUBTFUL = 6; // images that are shown

/** The end before it was opened: what is being written, what was written, and the doubtful images. */
export const NOTHING = {writing: null, results: null, doubtful: null};

/** What a person can do at the end, as [text, button, kind of page], by the state of the session. */
export function offersOf(now) {
  const others = now.images - now.labeled;
  const open = others - now.skipped;
  const left = Math.min(FEW, now.audit.images - now.audit.answered);
  const offers = [];
  if (now.say.joined) {
    offers.push([now.say.joined, `Measure (${images(now.joined.audit)})`, 'audit']);
  } else if (left > 0 && open > 0) {
    offers.push([now.measured ? 'Some random images are left. They narrow the range.' : 'The accuracy is not measured.', `Measure (${images(left)})`, 'audit']);
  } else if (now.measured && open > 0) {
    offers.push(['More random images narrow the range.', `Measure more (${images(Math.min(FEW, open))})`, 'more-audit']);
  }
  if (now.check_left) {
    offers.push(['You began to check the folder.', `Continue the check (${images(now.check_left)})`, 'check']);
  } else if (now.can_check && now.checked) {
    offers.push(['You checked the folder. A second check looks at other random images, and its “at least” is more cautious.', 'Check again', 'check']);
  } else if (now.can_check) {
    offers.push(['Would you give the same labels again? Look at up to 50 random images of the entire folder without their labels.', 'Check the folder', 'check']);
  }
  if (now.skipped) {
    offers.push([`You skipped ${images(now.skipped)}.`, now.skipped === 1 ? 'Name it' : 'Name them', 'skipped']);
  }
  if (open > 0) {
    offers.push(['Some images may show none of your classes.', 'Unusual images', 'unusual']);
    offers.push(['For 100 %, continue. The uncertain images come first.', 'Continue', '']);
  }
  return offers;
}

export function endingOf(now) {
  return now.labeled === now.images ? 'All images are labeled.' : now.can_stop ? 'You can stop.' : 'Finish, or continue?';
}

/** Opens the end, and asks for its figures and for uncertain labels. */
export function openFinish(m) {
  m.screen = 'finish';
  m.opening = false;
  m.finish = {...m.finish, doubtful: null};
  get(m, 'state', `/label/state?browser=${m.id}`);
  query(m, 'suspicious', '/label/view', {shown: 'suspicious', by: 'anyone', order: 'name'});
}

/** Takes a view with doubtful images. If no label of a person is doubtful, the least certain proposals are shown. */
export function takeDoubtful(m, json, {what}) {
  if (m.screen !== 'finish') {
    return;
  }
  if (what === 'suspicious' && json.images.length === 0) {
    query(m, 'uncertain', '/label/view', {shown: 'all', by: 'program', order: 'doubt'});
    return;
  }
  const shown = json.images.slice(0, DOUBTFUL);
  m.finish = {...m.finish, doubtful: {images: shown, view: what === 'suspicious' ? {shown: 'suspicious', by: 'anyone', order: 'name'} : {shown: 'all', by: 'program', order: 'doubt'}}};
  if (shown.length) {
    query(m, 'tiles', '/label/tiles', {images: shown});
  }
}

/** Writes the results when all answers are stored. */
export function write(m, close) {
  if (m.finish.writing !== null) {
    return;
  }
  say(m, onTheirWay(m) ? 'Wait a moment: answers are on their way.' : '');
  if (!onTheirWay(m)) {
    m.finish = {...m.finish, writing: '', results: null};
    query(m, 'write', '/label/write', {close}, {isLong: true});
    later(m, POLL, {type: 'poll'});
  }
}

/** Asks what is being written. */
export function poll(m) {
  if (m.finish.writing !== null) {
    get(m, 'state', `/label/state?browser=${m.id}`);
    later(m, POLL, {type: 'poll'});
  }
}

export function written(m, json, request) {
  m.finish = {...m.finish, writing: null, results: json};
  if (request.body.close) {
    m.screen = 'done';
    m.notice = '';
  }
}

export function writtenNot(m, json) {
  m.finish = {...m.finish, writing: null};
  m.problem = json.error ?? 'The results could not be written.';
}

// Draws the model. It keeps nothing, and inserts texts as text, never as HTML.

import htm from '/page/htm.js';
import {h, render} from '/page/preact.js';
import {about, classOf, mergeQuestion, rowsOf} from '/page/classes.js';
import {SLOW, grouped, images, isGone, isSeen, nameOf, onTheirWay} from '/page/common.js';
import {endingOf, offersOf} from '/page/finish.js';
import {cornerOf} from '/page/grid.js';
import {layout, rows} from '/page/gallery.js';
import {keyOf} from '/page/keys.js';
import {shown} from '/page/model.js';
import {confirmText, entryOf, headingOf, isMarked, isReading, progress, proposed, restText} from '/page/pages.js';

const html = htm.bind(h);
const PAGES = ['single', 'grid'];

/** Draws the model into the document. `send` takes an event of the model and the event of the browser. */
export function draw(m, send) {
  const {body} = document;
  body.dataset.screen = m.screen;
  body.dataset.at = m.page && PAGES.includes(m.screen) ? `${m.page.number}.${m.screen === 'single' ? m.page.images.findIndex((entry) => entry.image === m.current) : m.page.images.length}` : '';
  body.classList.toggle('busy', m.outbox.length > 0);
  body.classList.toggle('waiting', m.screen === 'single' ? !isSeen(m, m.current, m.now) && !isGone(m, m.current) : m.screen === 'grid' && progress(m, m.now).seen.length === 0);
  document.title = m.state ? `${grouped(m.state.labeled)} of ${grouped(m.state.images)} – ${m.state.folder}` : 'Label images – kgcoop';
  const click = (on, more = {}) => (event) => send({type: 'click', on, images: shown(m), ...more}, event);
  const isWorking = [...PAGES, 'all', 'finish'].includes(m.screen);
  render(html`
<a class="skip" href="#work">Skip to the images</a>
${m.screen !== 'token' && header(m, click, isWorking)}
<div class="lines"><p id="problem" class="problem" role="alert">${m.problem}</p><p id="notice" role="status">${m.notice}</p>
<p id="announce" class="unseen" role="status">${announcement(m)}</p></div>
<main id="work" tabindex="-1">${screens[m.screen](m, send, click)}${isWorking && classes(m, send, click)}</main>
${isWorking && footer(m, click)}${dialogs[m.dialog]?.(m, send, click)}`, body);
}

function announcement(m) {
  return m.screen === 'single' ? `${headingOf(m)[0]} ${stepOf(m)}` : m.screen === 'grid' ? `${headingOf(m)[0]} ${images(m.page.images.length)}`
    : m.screen === 'all' ? `${images(m.all.list.length)}` : '';
}

// ---- the frame

function meter(id, share, label) {
  return html`<div id=${id} class="meter" role="progressbar" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(100 * share)}>
<i style=${{width: 100 * share + '%'}}></i></div>`;
}

function header(m, click, isWorking) {
  const {state} = m;
  if (!state) {
    return html`<header><p id="folder" class="name">kgcoop</p></header>`;
  }
  const left = Math.min(20, state.audit.images - state.audit.answered);
  const named = state.classes.length >= 2;
  return html`<header><p id="folder" class="name" title=${state.session}>${state.folder}</p>
<p class="key"><span id="labeled">${grouped(state.labeled)} of ${grouped(state.images)} labeled</span><span id="read">${
  isReading(state) ? ` · reading ${grouped(state.read)} of ${grouped(state.images)}`
    : state.reading_problem ? ` · not all images are read: ${state.reading_problem}. Start the command again to read the others.` : ''}</span></p>
${isWorking && html`${meter('meter', state.labeled / Math.max(1, state.images), 'labeled images')}
<div id="accuracy" class="accuracy"><p id="share" class=${'figure' + (state.can_stop ? ' reached' : '')}>${state.say.header}</p>
<p id="share-from" class="key">${state.say.detail}</p><p id="joined" class="key">${state.say.joined}</p>
${left > 0 && !state.measured && named && html`<button type="button" id="measure" class="quiet" onClick=${click('measure')}>Measure now (${images(left)})</button>`}</div>
<nav>${named && m.screen !== 'all' && html`<button type="button" id="to-all" class="quiet" onClick=${click('all')}>All images</button>`}
${named && html`<button type="button" id="to-finish" class="quiet" onClick=${click('finish')}>${state.can_stop ? 'You can stop…' : 'Finish…'}</button>`}</nav>`}</header>`;
}

function stepOf(m) {
  const waiting = onTheirWay(m);
  const count = m.page && m.page.images.length > 1 && m.screen === 'single' ? `${m.page.images.findIndex((entry) => entry.image === m.current) + 1} of ${m.page.images.length}` : '';
  const selected = m.screen === 'grid' ? m.selected.length : m.screen === 'all' ? m.all.selected.size : 0;
  return [selected ? `${grouped(selected)} selected: press a key or choose a class` : count, waiting > 1 || (waiting && m.problem) ? `${waiting} on their way` : ''].filter((each) => each).join(' · ');
}

function footer(m, click) {
  const grid = m.screen === 'grid' ? progress(m, m.now) : null;
  const rest = grid ? restText(grid.unseen.length, grid.outside.length) : '';
  const kept = m.screen === 'single' && !m.doubt && m.status[m.current] !== 'sent' ? (isGone(m, m.current) ? 'Skip it' : m.labels[m.current] !== undefined ? `Keep “${nameOf(m, m.labels[m.current])}”` : '') : '';
  const small = (on, sign, text) => html`<button type="button" id=${on === 'keys' ? 'help' : on} class="link" title=${on === 'undo' ? m.state.undo : ''} onClick=${click(on)}><kbd>${sign}</kbd> ${text}</button>`;
  return html`<footer>${grid && html`<button type="button" id="confirm" disabled=${grid.seen.length === 0} onClick=${click('confirm-seen')}>${
    confirmText(grid.seen.length, grid.seen.filter((entry) => isMarked(m, entry)).length)}</button>`}
${rest.endsWith('below') && html`<button type="button" id="rest" class="quiet" onClick=${click('rest')}>${rest}</button>`}
${kept && html`<button type="button" id="confirm" onClick=${click('confirm')}>${kept}</button>`}
<span id="step" class="key">${stepOf(m) || (rest.endsWith('below') ? '' : rest)}</span>
<span class="actions">${m.screen !== 'finish' && html`${small('skip', 'S', 'skip')}${small('enlarge', '+', 'enlarge')}`}${small('undo', 'U', 'undo')}${small('keys', '?', 'keys')}</span></footer>`;
}

// ---- images

/** An image, or that its file is gone. Nothing is shown until it is loaded. */
function img(m, image, size, attributes, key) {
  const {is, url} = m.pictures[`${size}/${image}`] ?? {};
  return is === 'gone' ? html`<span class="gone" key=${key}>This file is gone, or cannot be read.</span>`
    : html`<img key=${key} data-image=${image} data-seen="" alt="" src=${url} ...${attributes} />`;
}

function tile(m, send, image, {label, tag, size = {}, className = '', selected, focused, name, key, more = {}}) {
  return html`<div class=${`tile ${className}`} id=${`tile-${image}`} key=${key} role="option" tabindex=${focused ? 0 : -1} aria-selected=${String(selected)} aria-label=${label} title=${name}
style=${size} onClick=${(event) => event.detail < 2 && send({type: 'tile', image, shiftKey: event.shiftKey}, event)} onFocus=${() => !focused && send({type: 'focused', image})} ...${more}>
${img(m, image, 256, {}, key)}<span class="caption">${name}</span>${' '}${tag && html`<span class="tag">${tag}</span>`}</div>`;
}

// ---- screens

const screens = {
  token: (m, send) => html`<form id="token-form" class="screen narrow" aria-label="Token" onSubmit=${(event) => {
    event.preventDefault();
    location.hash = byId('token').value.trim();
  }}><h1>This page needs its token</h1><p class="lead">Open the address that the terminal printed, or enter what follows the # in it.</p>
<label for="token">Token</label><div class="line"><input id="token" type="password" autocomplete="off" spellcheck="false" required /><button type="submit">Continue</button></div></form>`,

  reading(m) {
    const {heading, done, images: all} = m.reading;
    const first = m.state ? all : Math.min(all ?? 0, 500);
    return html`<section class="screen narrow" aria-labelledby="reading-heading"><h1 id="reading-heading">${heading}</h1>
<p id="reading" class="lead">${m.state && m.page ? `You have answered all images that are read so far: ${grouped(m.state.read)} of ${grouped(m.state.images)}.`
    : all === null ? '' : all === 0 ? 'Looking for images.' : all > 500 ? `${grouped(Math.min(done, first))} of the first ${grouped(first)} images. The other ${grouped(all - first)} are read while you work.`
      : `${grouped(done)} of ${grouped(all)} images. They are read only once.`}</p>${meter('reading-meter', first ? Math.min(1, done / first) : 0, 'images read')}</section>`;
  },

  start: (m, send) => html`<form id="start" class="screen" aria-labelledby="start-heading" onSubmit=${(event) => {
    event.preventDefault();
    send({type: 'begin', text: byId('names').value}, event);
  }}><div><h1 id="start-heading">What do these images show?</h1><p class="lead">Name at least two classes. You can add, rename and merge classes at any time.</p>
<label for="names">Class names, one per line</label>
<textarea id="names" rows="9" spellcheck="false" defaultValue=${(m.state?.classes ?? []).map((each) => each.name).join('\n')}
onKeyDown=${(event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && send({type: 'begin', text: event.target.value}, event)}></textarea>
<button type="submit">Start</button>
<p class="lead first">Answer about 20 questions, then confirm pages of proposals. Stop when the number at the top is high enough for you.</p></div>
<ul id="overview" class="tiles" aria-label="Images that show what the folder contains">${m.overview.map((image, i) => html`<li key=${image}>${img(m, image, 256, {alt: 'image ' + (i + 1)}, image)}</li>`)}</ul></form>`,

  single(m, send, click) {
    const [heading, note] = headingOf(m);
    const {name} = entryOf(m, m.current);
    const isLoading = !m.seen[m.current]?.loaded && !isGone(m, m.current);
    const isSlow = isLoading && m.now - m.since >= SLOW;
    return html`<section class="screen single" aria-labelledby="single-heading"><h1 id="single-heading">${heading}</h1><p id="single-note" class="lead">${note}</p>
<button type="button" id="image" class=${'bare' + (m.status[m.current] === 'sent' ? ' sent' : '')} aria-label="enlarge the image" onClick=${click('enlarge')}>${
  img(m, m.current, 1024, {id: 'large', alt: 'the image to name'}, `${m.page.number}/${m.current}`)}</button>
${m.doubt && html`<p id="doubt" class="line">${[m.doubt.before, m.doubt.now].map((label, i) => html`<button type="button" class="quiet" onClick=${click('class', {label})}>${i ? 'Now' : 'Before'}: ${nameOf(m, label)}</button>`)}</p>`}
<p id="image-name" class="key">${name}${isSlow ? ' is loading. Wait, or press S to skip it.' : ''}</p></section>`;
  },

  grid(m, send) {
    const [heading, note] = headingOf(m);
    return html`<section class="screen" aria-labelledby="grid-heading"><h1 id="grid-heading">${heading}${m.page.class !== undefined && html`<em>${nameOf(m, m.page.class)}</em>?`}</h1><p class="lead">${note}</p>
<div id="tiles" class="tiles" role="listbox" aria-multiselectable="true" aria-labelledby="grid-heading">${m.page.images.map((entry, i) => {
  const {image} = entry;
  const changed = isMarked(m, entry);
  const name = nameOf(m, m.labels[image] ?? proposed(m, entry));
  return tile(m, send, image, {key: `${m.page.number}/${image}`, label: `${entry.name} ${name}${changed ? ', changed' : ''}, image ${i + 1}`, name: entry.name,
    tag: changed || proposed(m, entry) !== m.page.class ? name : '', selected: m.selected.includes(image), focused: image === m.focused,
    className: `${changed ? 'changed ' : ''}${m.status[image] === 'sent' ? 'sent' : ''}`, more: {'data-seen': String(isSeen(m, image, m.now) || isGone(m, image))}});
})}</div></section>`;
  },

  all(m, send, click) {
    const {view, list, tiles, selected, focused, places, drag, sent} = m.all;
    const {columns, side} = layout(m);
    const change = (wanted) => send({type: 'filter', change: wanted});
    const option = (value, text, isShown = true) => isShown && html`<option value=${value}>${text}</option>`;
    return html`<section class="screen all" aria-labelledby="all-heading"><h1 id="all-heading" class="unseen">All images</h1><div class="line filters">
<button type="button" id="all-back" class="quiet" onClick=${click('back')}>Back</button>
<label class="unseen" for="all-shown">Show</label><select id="all-shown" value=${view.shown === 'class' ? `class ${view.class}` : view.shown} onChange=${({target}) => {
  const [wanted, number] = target.value.split(' ');
  change({shown: wanted, class: number === undefined ? undefined : Number(number)});
}}>${option('all', 'All images')}${m.state.classes.map((each) => option(`class ${each.class}`, each.name))}${option('none', 'none of these')}${option('skipped', 'Skipped')}
${option('suspicious', 'Labels that may be wrong')}${option('unreadable', 'Files that cannot be read')}</select>
<label class="unseen" for="all-by">Labeled by</label><select id="all-by" value=${view.by} onChange=${({target}) => change({by: target.value})}>
${option('anyone', 'by anyone')}${option('person', 'by people')}${option('program', 'by the program')}</select>
<label class="unseen" for="all-order">Order</label><select id="all-order" value=${view.order} onChange=${({target}) => change({order: target.value})}>
${option('name', 'by name')}${option('doubt', 'uncertain first')}${option('like', 'by likeness', view.order === 'like')}${option('text', 'by the text', view.order === 'text')}</select>
<form id="all-search" role="search" onSubmit=${(event) => {
    event.preventDefault();
    const text = byId('all-text').value.trim();
    change(text ? {order: 'text', text} : {order: 'name'});
  }}><label class="unseen" for="all-text">Order by a text</label><input id="all-text" type="text" placeholder="order by a text" autocomplete="off" maxlength="200" /></form>
<button type="button" id="all-like" class="quiet" disabled=${list.length === 0} onClick=${click('more')}>More like this</button>
<button type="button" id="all-select" class="quiet" onClick=${click('select-seen')}>Select all seen</button>
<span id="all-count" class="key" role="status">${list.length ? images(list.length) : 'No image'}</span></div>
<div id="all-scroll" tabindex="-1" onScroll=${({currentTarget}) => currentTarget.scrollTop !== m.all.frame.top && send({type: 'frame', frame: {...m.all.frame, top: currentTarget.scrollTop}})}>
<div id="all-space" role="listbox" aria-multiselectable="true" aria-label="All images" style=${{height: Math.ceil(list.length / columns) * (side + 8) + 'px'}} onPointerDown=${(event) => {
    if (event.pointerType === 'mouse' && event.button === 0 && !event.shiftKey) {
      const box = event.currentTarget.getBoundingClientRect();
      send({type: 'drag', stage: 'start', point: {x: event.clientX - box.left, y: event.clientY - box.top}});
    }
  }}>${rows(m).map((image) => {
    const label = tiles[image];
    const {x, y} = cornerOf(places.get(image), {columns, side});
    const name = label ? nameOf(m, sent[image] ?? label.class) : '';
    return tile(m, send, image, {key: `${m.all.number}/${image}`, name: label?.name ?? '', tag: view.shown === 'unreadable' ? label?.name : name,
      label: label ? `${label.name} ${name}, by ${label.by === 'person' ? 'a person' : 'the program'}` : `image ${places.get(image) + 1}`,
      size: {width: side + 'px', height: side + 'px', transform: `translate(${x}px, ${y}px)`}, selected: selected.has(image), focused: image === focused,
      className: `${label?.by === 'person' ? 'person ' : ''}${sent[image] !== undefined ? 'sent' : ''}`, more: {'aria-posinset': places.get(image) + 1, 'aria-setsize': list.length}});
  })}</div>${drag?.isBox && !drag.isOver && html`<div id="all-box" style=${{left: Math.min(drag.from.x, drag.to.x) + 'px', top: Math.min(drag.from.y, drag.to.y) + 'px',
    width: Math.abs(drag.to.x - drag.from.x) + 'px', height: Math.abs(drag.to.y - drag.from.y) + 'px'}}></div>`}</div></section>`;
  },

  finish(m, send, click) {
    const {state, finish: {writing, results, doubtful}} = m;
    const {unreadable} = state;
    return html`<section class="screen" aria-labelledby="finish-heading"><h1 id="finish-heading" class=${state.can_stop ? 'stop' : ''}>${endingOf(state)}</h1>
<div id="finish-say" class="lead">${state.say.end.map((line) => html`<p>${line}</p>`)}</div>
${doubtful?.images.length > 0 && html`<h2>${doubtful.view.shown === 'suspicious' ? 'Labels that may be wrong' : 'The least certain proposals'}</h2><ul id="doubtful" class="tiles">${doubtful.images.map((image) => {
  const name = m.all.tiles[image] ? nameOf(m, m.all.tiles[image].class) : '';
  return html`<li key=${image}>${img(m, image, 256, {alt: m.all.tiles[image]?.name ?? ''}, image)}<span class="tag">${name}</span></li>`;
})}</ul><button type="button" id="to-doubtful" class="quiet" onClick=${click('doubtful', {view: doubtful.view})}>Look at all of them</button>`}
<ul id="offers">${offersOf(state).map(([text, label, kind]) => html`<li>${text}<button type="button" class="quiet" onClick=${click('offer', {kind})}>${label}</button></li>`)}</ul>
${unreadable.count > 0 && html`<details id="unreadable"><summary id="unreadable-count">${images(unreadable.count)} cannot be read${unreadable.kinds ? `: ${unreadable.kinds}` : ''}</summary>
<p class="lead">They are left out. kgcoop reads images of at most 64 million pixels. Save smaller copies of larger ones, keep the originals, and start the command again.</p>
<ul id="unreadable-names">${unreadable.names.map((name) => html`<li>${name}</li>`)}${unreadable.count > unreadable.names.length && html`<li>and ${grouped(unreadable.count - unreadable.names.length)} more</li>`}</ul></details>`}
<h2>Write the results</h2><p id="writes" class="lead">Into ${state.session}: labels.csv, a classifier and its report. This takes up to ${state.minutes} ${state.minutes === 1 ? 'minute' : 'minutes'}.${
  state.read < state.images ? ` Before, the program reads the other ${images(state.images - state.read)}.` : ''} ${state.sorting}</p>
<div class="line"><button type="button" id="write-close" disabled=${writing !== null} onClick=${click('write-close')}>Write and close</button>
<button type="button" id="write" class="quiet" disabled=${writing !== null} onClick=${click('write')}>Write, and continue later</button>
${state.labeled + state.skipped < state.images && html`<button type="button" id="back" class="quiet" onClick=${click('back')}>Back to the images</button>`}</div>
<p class="line"><span id="writing" role="status">${writing !== null && state.writing ? state.writing + ' …' : ''}</span>
${writing !== null && html`<button type="button" id="stop-writing" class="quiet" onClick=${click('stop')}>Stop the training</button>`}</p>
<div id="results">${results && resultsOf(results)}</div></section>`;
  },

  done: (m) => html`<section class="screen narrow" aria-labelledby="done-heading"><h1 id="done-heading">Done</h1>
<p class="lead">The results are written. The program ends when you close this tab.</p><div id="final-results">${resultsOf(m.finish.results)}</div></section>`,
};

function resultsOf(json) {
  return html`<pre>${json.results.join('\n')}</pre>${json.report && html`<a href=${json.report} target="_blank">Open the report</a>`}
${json.next && html`<p class="lead">Classify other images:</p><pre>${json.next}</pre>`}`;
}

// ---- classes

function classes(m, send, click) {
  const {rows: list, rest, active, none} = rowsOf(m);
  const shownFor = about(m);
  const most = Math.max(1, ...[none, ...list].map((each) => (each.labeled ?? 0) + (each.proposed ?? 0)));
  const row = ({class: label, name, adds, labeled = 0, proposed: open = 0}, i) => html`<li key=${label} class=${['class', shownFor.likely.includes(label) && !m.find ? 'likely' : '', i === active ? 'active' : '',
    label === shownFor.proposed ? 'proposed' : '', label === shownFor.chosen ? 'chosen' : ''].join(' ')} id=${i === active ? 'active-class' : `class-${label}`} role="option" aria-selected=${String(label === shownFor.chosen)}
title=${adds ? '' : `${name}: ${labeled} labeled, ${open} proposed`} onMouseDown=${(event) => event.preventDefault()} onClick=${click('class', {label})}>
<kbd>${adds ? '↵' : keyOf(label)}</kbd><span class="text">${adds ? `add “${name}”` : name}</span>${!adds && html`<span class="track">${[labeled, open].map((count) => html`<i style=${{width: (100 * count) / most + '%'}}></i>`)}</span>
<span class="count">${labeled}</span>`}</li>`;
  return html`<aside id="classes" aria-label="Classes"><div class="find"><label class="unseen" for="find">Find or add a class</label>
<input id="find" type="text" placeholder="find or add a class" autocomplete="off" spellcheck="false" maxlength="200" role="combobox" aria-expanded="true" aria-controls="class-list" aria-autocomplete="list"
aria-activedescendant=${active >= 0 ? 'active-class' : ''} value=${m.find} onInput=${({target}) => send({type: 'find', text: target.value})} onKeyDown=${(event) => {
    if (['Escape', 'ArrowDown', 'ArrowUp'].includes(event.key) || (event.key === 'Enter' && !event.repeat)) {
      event.preventDefault();
      event.stopPropagation();
      send({type: 'find-key', key: event.key, images: shown(m)}, event);
    }
  }} /><kbd aria-hidden="true">/</kbd></div>
<ul id="class-list" role="listbox" aria-label="Classes" tabindex="-1" onPointerEnter=${() => send({type: 'over', isOver: true})} onPointerLeave=${() => send({type: 'over', isOver: false})}>${list.map(row)}
${rest > 0 && html`<li class="key" role="presentation">and ${grouped(rest)} more: type to find them</li>`}</ul>
<ul id="class-none" role="listbox" aria-label="No class">${row(none, -2)}</ul>
<p class="key legend" id="legend">dark: labeled, light: proposed</p><button type="button" id="edit-classes" class="link" onClick=${click('edit')}>Edit classes</button></aside>`;
}

// ---- dialogs

const byId = (id) => document.getElementById(id);
const opened = (dialog) => dialog && !dialog.open && dialog.showModal();
const KEYS = [[['Enter'], 'confirm the page; first scrolls to images that you did not see'], [['1', '…', '9', 'A', '…'], 'a class; a class keeps its key'], [['0'], 'none of these'],
  [['S'], 'skip; the image comes back at the end'], [['←', '→', '↑', '↓'], 'move'], [['Space'], 'select an image, to name several at once'],
  [['/'], 'find or add a class; the arrows choose one, Enter takes it'], [['U', 'or', 'Ctrl', 'Z'], 'undo what you did last, repeatedly'], [['+'], 'enlarge'], [['Esc'], 'close, or clear the selection']];

const dialogs = {
  keys: (m, send) => html`<dialog key="keys" id="keys-dialog" aria-labelledby="keys-heading" ref=${opened} onClose=${() => send({type: 'closed', dialog: 'keys'})}><h2 id="keys-heading">Keys</h2>
<dl>${KEYS.map(([signs, text]) => html`<dt>${signs.map((sign) => (['…', 'or'].includes(sign) ? ` ${sign} ` : html`<kbd>${sign}</kbd> `))}</dt><dd>${text}</dd>`)}</dl>
<label class="check"><input id="shortcuts" type="checkbox" checked=${m.shortcuts} onChange=${({target}) => send({type: 'shortcuts', on: target.checked})} /> Use letters, digits and signs as keys</label>
<form method="dialog"><button autofocus>Close</button></form></dialog>`,

  large: (m, send) => html`<dialog key="large" id="large-dialog" aria-labelledby="large-name" ref=${opened} onClose=${() => send({type: 'closed', dialog: 'large'})}>
<form method="dialog"><button class="bare" aria-label="close" autofocus><img id="largest" alt="" src=${m.pictures[`1024/${m.large.image}`]?.url} /></button></form><p id="large-name" class="key">${m.large.name}</p></dialog>`,

  edit(m, send, click) {
    const all = m.state.classes;
    const {merge, problem, text} = m.edit;
    return html`<dialog key="edit" id="edit-dialog" aria-labelledby="edit-heading" ref=${opened} onClose=${() => send({type: 'closed', dialog: 'edit'})}><h2 id="edit-heading">Classes</h2><p id="edit-problem" class="problem" role="alert">${problem}</p>
<div class="scroll"><table><thead><tr><th scope="col">name</th><th scope="col">labeled</th><th scope="col"><span class="unseen">change</span></th></tr></thead><tbody id="edit-rows">${all.slice(0, 200).map((each) => html`<tr key=${each.class}>
<td><input type="text" value=${each.name} maxlength="200" dir="auto" aria-label=${'name of ' + each.name} onChange=${({target}) => send({type: 'rename', number: each.class, name: target.value})} /></td><td>${each.labeled}</td>
<td><button type="button" class="quiet" aria-label=${`${each.labeled ? 'Merge…' : 'Delete'} ${each.name}`} onClick=${(event) => send(each.labeled
  ? {type: 'merging', merge: {from: each.class, into: all.find((other) => other !== each)?.class}} : {type: 'delete', number: each.class}, event)}>${each.labeled ? 'Merge…' : 'Delete'}</button></td></tr>`)}</tbody></table></div>
<p id="edit-rest" class="key">${all.length > 200 ? `and ${grouped(all.length - 200)} more` : ''}</p>
${merge && classOf(m, merge.from) && classOf(m, merge.into) && html`<div id="merge-ask" class="panel"><label for="merge-into">Merge into</label><select id="merge-into" ref=${(into) => into && document.activeElement !== into && !into.dataset.met && (into.dataset.met = '1') && into.focus()}
value=${merge.into} onChange=${({target}) => send({type: 'merging', merge: {...merge, into: Number(target.value)}})}>${all.filter((other) => other.class !== merge.from).map((other) => html`<option value=${other.class}>${other.name}</option>`)}</select>
<p id="merge-question">${mergeQuestion(classOf(m, merge.from), classOf(m, merge.into))}</p><div class="line"><button type="button" id="merge" onClick=${click('merge')}>Merge</button>
<button type="button" id="merge-not" class="quiet" onClick=${(event) => send({type: 'merging', merge: null}, event)}>Keep both</button></div></div>`}
<form id="add-form" onSubmit=${(event) => {
    event.preventDefault();
    send({type: 'add'}, event);
  }}><label for="more-names">Add classes, one name per line</label><textarea id="more-names" rows="3" spellcheck="false" value=${text} onInput=${({target}) => send({type: 'adding', text: target.value})}></textarea>
<button type="submit" class="quiet">Add</button></form><form method="dialog"><button>Close</button></form></dialog>`;
  },
};

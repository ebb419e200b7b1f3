// Shows an answer as a table with bars, and as a sentence.

const SHOWN = 8; // most probable classes

export const BELOW = 'below the threshold'; // as predict prints it

const element = (id) => document.getElementById(id);
const readable = (name) => name.replaceAll('_', ' ');
const percent = (p) => (100 * p).toFixed(1) + '\u00a0%';

/**
 * Shows an answer.
 *
 * @param prompt what the answer comes from: title, text, and whether it was learned
 * @param milliseconds from the question to the answer
 */
export function show(answer, prompt, milliseconds) {
  const rows = answer.classes.slice(0, SHOWN);
  const text = document.createElement('span');
  text.className = 'text';
  text.textContent = prompt.text;
  element('prompt').replaceChildren(prompt.title, text);
  const table = element('bars');
  table.className = prompt.learned ? '' : 'crafted';
  const body = table.tBodies[0];
  const known = new Map([...body.rows].map((line) => [line.dataset.name, line]));
  body.replaceChildren(...rows.map((row, i) => {
    const line = known.get(row.class) || newLine(row.class);
    bar(line.cells[1], row.probability, i === 0);
    return line;
  }));
  const left = answer.classes.length - rows.length;
  element('rest').textContent = left > 0 ? `and ${left} less probable ${left === 1 ? 'class' : 'classes'}` : '';
  const onServer = Math.max(1, Math.round(answer.milliseconds));
  element('time').textContent = `Answered in ${Math.max(onServer, Math.round(milliseconds))} ms, ${onServer} of them on the server.`;
  const threshold = answer.accepted === false ? answer.threshold : null;
  large(prompt, rows[0], threshold);
  verdict(prompt, rows[0], threshold);
  table.hidden = false;
}

function newLine(name) {
  const line = document.createElement('tr');
  line.dataset.name = name;
  const header = document.createElement('th');
  header.scope = 'row';
  header.textContent = readable(name);
  line.append(header);
  const figure = document.createElement('div');
  figure.className = 'figure';
  const track = document.createElement('span');
  track.className = 'track';
  track.append(document.createElement('i'));
  const number = document.createElement('span');
  number.className = 'number';
  figure.append(track, number);
  line.insertCell().append(figure);
  return line;
}

function bar(cell, probability, best) {
  const [track, number] = cell.firstChild.children;
  track.firstChild.style.width = 100 * probability + '%';
  number.textContent = percent(probability);
  cell.classList.toggle('best', best);
}

/** The most probable class, large. It is marked if it is below the threshold. */
function large(prompt, row, threshold) {
  element('best-name').textContent = readable(row.class);
  element('best-share').textContent = percent(row.probability) + (threshold === null ? '' : `, ${BELOW}`);
  element('answer').classList.toggle('crafted-answer', !prompt.learned);
}

/**
 * The answer in a sentence, which is read out too.
 *
 * @param threshold of the classifier if the answer is below it, or null
 */
function verdict(prompt, row, threshold) {
  const name = document.createElement('b');
  name.className = prompt.learned ? 'learned' : 'crafted';
  name.textContent = readable(row.class);
  element('verdict').replaceChildren(`The ${prompt.learned ? 'learned classifier' : 'hand-crafted prompt'} says `, name,
    `, ${percent(row.probability)}` + (threshold === null ? '.'
      : `, below its threshold of ${percent(threshold)}: the image may show none of these classes.`));
  element('verdict').classList.toggle('unseen', threshold === null); // the large answer is enough for the eye
}

// Shows an answer as a table with bars, and as a sentence.

const SHOWN = 5; // most probable classes of the first column
const SHOWN_MORE = 3; // most probable classes of the second column

export const BELOW = 'below the threshold'; // as predict prints it

const element = (id) => document.getElementById(id);
const readable = (name) => name.replaceAll('_', ' ');
const percent = (p) => (100 * p).toFixed(1) + '\u00a0%';

/**
 * The bars of an answer; of two columns, the classes that either finds most probable.
 *
 * @param prompts what the columns are of: title, text, and whether it was learned
 * @param truth the class that an example is known to show; undefined of other images
 * @param milliseconds from the question to the answer
 */
export function show(answer, prompts, truth, milliseconds) {
  const classes = answer.classes.map((c, i) =>
    [c.class, c.probability, answer.handcrafted ? answer.handcrafted[i].probability : 0]);
  const ranked = (prompt) => [...classes].sort((a, b) => b[prompt] - a[prompt]);
  const two = Boolean(answer.handcrafted);
  const rows = new Set(ranked(1).slice(0, two ? SHOWN : SHOWN + SHOWN_MORE));
  if (two) {
    ranked(2).slice(0, SHOWN_MORE).forEach((row) => rows.add(row));
  }
  heading('first-prompt', prompts[0]);
  heading('second-prompt', two ? prompts[1] : null);
  const table = element('bars');
  table.className = two ? '' : prompts[0].learned ? 'one-prompt' : 'one-prompt crafted-only';
  const best = [ranked(1)[0], ranked(2)[0]];
  const body = table.tBodies[0];
  const known = new Map([...body.rows].map((row) => [row.dataset.name, row]));
  body.replaceChildren(...ranked(1).filter((row) => rows.has(row)).map((row) => {
    const line = known.get(row[0]) || newLine(row[0]);
    mark(line, row[0], truth);
    bar(line.cells[1], row[1], row === best[0]);
    bar(line.cells[2], row[2], two && row === best[1]);
    return line;
  }));
  const left = classes.length - rows.size;
  element('rest').textContent = left > 0 ? `and ${left} less probable ${left === 1 ? 'class' : 'classes'}` : '';
  const onServer = Math.max(1, Math.round(answer.milliseconds));
  element('time').textContent = `Answered in ${Math.max(onServer, Math.round(milliseconds))} ms, ${onServer} of them on the server.`;
  const threshold = answer.accepted === false ? answer.threshold : null;
  large(prompts[0], best[0], threshold);
  verdict(prompts, best, two, truth, threshold);
  table.hidden = false;
}

function heading(id, prompt) {
  const text = document.createElement('span');
  text.className = 'text';
  text.textContent = prompt ? prompt.text : '';
  element(id).replaceChildren(prompt ? prompt.title : '', text);
}

function newLine(name) {
  const line = document.createElement('tr');
  line.dataset.name = name;
  const header = document.createElement('th');
  header.scope = 'row';
  line.append(header);
  for (const kind of ['first', 'second']) {
    const cell = line.insertCell();
    cell.className = kind;
    const figure = document.createElement('div');
    figure.className = 'figure';
    const track = document.createElement('span');
    track.className = 'track';
    track.append(document.createElement('i'));
    const number = document.createElement('span');
    number.className = 'number';
    figure.append(track, number);
    cell.append(figure);
  }
  return line;
}

/** The name of a class, and whether an example is known to show it. */
function mark(line, name, truth) {
  const note = document.createElement('span');
  note.className = 'truth';
  note.textContent = 'what it is';
  line.cells[0].replaceChildren(readable(name), ...(readable(name) === truth ? [note] : []));
}

function bar(cell, probability, best) {
  const [track, number] = cell.firstChild.children;
  track.firstChild.style.width = 100 * probability + '%';
  number.textContent = percent(probability);
  cell.classList.toggle('best', best);
}

/** The answer of the first column, large. It is marked if it is below the threshold. */
function large(prompt, row, threshold) {
  element('best-name').textContent = readable(row[0]);
  element('best-share').textContent = percent(row[1]) + (threshold === null ? '' : `, ${BELOW}`);
  element('answer').classList.toggle('crafted-answer', !prompt.learned);
}

/**
 * The answer in a sentence, which is read out too.
 *
 * @param threshold of the first column if its answer is below it, or null
 */
function verdict(prompts, best, two, truth, threshold) {
  const rejected = threshold !== null;
  const parts = [];
  prompts.slice(0, two ? 2 : 1).forEach((prompt, i) => {
    const name = document.createElement('b');
    name.className = prompt.learned ? 'learned' : 'crafted';
    name.textContent = readable(best[i][0]);
    const below = rejected && i === 0
      ? `, below its threshold of ${percent(threshold)}: the image may show none of these classes` : '';
    parts.push(`The ${prompt.learned ? 'learned classifier' : 'hand-crafted prompt'} says `, name,
      `, ${percent(best[i][1 + i])}${below}. `);
  });
  if (truth && two) {
    const right = best.map((row) => readable(row[0]) === truth);
    if (rejected) { // the learned one gives no answer that could be right
      parts.push(right[1] ? 'The hand-crafted one is right.' : `It is ${truth}.`);
    } else {
      parts.push(right[0] && right[1] ? 'Both are right.' : right[0] ? 'The learned one is right.'
        : right[1] ? 'The hand-crafted one is right.' : `Neither is right: it is ${truth}.`);
    }
  }
  element('verdict').replaceChildren(...parts);
  element('verdict').classList.toggle('unseen', !two && !rejected); // the large answer is enough for the eye
}

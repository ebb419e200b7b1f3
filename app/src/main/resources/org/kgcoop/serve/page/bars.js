// Shows an answer as a table with bars, and as a sentence.

const SHOWN = 5; // most probable classes of the first column
const SHOWN_MORE = 3; // most probable classes of the second column

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
  element('time').textContent = `Answered in ${Math.round(milliseconds)} ms, ${onServer} of them on the server.`;
  large(prompts[0], best[0], answer.accepted === false);
  verdict(prompts, best, two, truth, answer.accepted === false);
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

/** The answer of the first column, large. */
function large(prompt, row, rejected) {
  element('best-name').textContent = rejected ? 'none of these classes' : readable(row[0]);
  element('best-share').textContent = rejected ? '' : percent(row[1]);
  element('answer').classList.toggle('crafted-answer', !prompt.learned);
}

/**
 * The answer in a sentence, which is read out too.
 *
 * @param rejected true if the first column's threshold accepts no class
 */
function verdict(prompts, best, two, truth, rejected) {
  const parts = [];
  prompts.slice(0, two ? 2 : 1).forEach((prompt, i) => {
    const none = rejected && i === 0;
    const name = document.createElement('b');
    name.className = prompt.learned ? 'learned' : 'crafted';
    name.textContent = none ? 'none of these classes' : readable(best[i][0]);
    const figure = percent(best[i][1 + i]);
    parts.push(`The ${prompt.learned ? 'learned classifier' : 'hand-crafted prompt'} says `, name,
      none ? `: the most probable one, ${readable(best[i][0])}, has only ${figure}. ` : `, ${figure}. `);
  });
  if (truth && two) {
    const right = best.map((row, i) => readable(row[0]) === truth && !(rejected && i === 0));
    parts.push(right[0] && right[1] ? 'Both are right.' : right[0] ? 'The learned one is right.'
      : right[1] ? 'The hand-crafted one is right.' : `Neither is right: it is ${truth}.`);
  }
  element('verdict').replaceChildren(...parts);
  element('verdict').classList.toggle('unseen', !two && !rejected); // the large answer is enough for the eye
}

// Shows an answer as a table with bars, and as a sentence.

const SHOWN = 8; // most probable classes

export const BELOW = 'below the threshold'; // as predict prints it

const element = (id) => document.getElementById(id);
const readable = (name) => name.replaceAll('_', ' ');
const percent = (p) => (100 * p).toFixed(1) + '\u00a0%';

/** The answer: the most probable class, or the smallest group that reaches the threshold if no class does. */
export function winner(answer) {
  if (answer.tags) {
    return {name: answer.tags.map((each) => readable(each.tag)).join(', ') || 'no tag', probability: null, threshold: null};
  }
  const group = answer.accepted === false && answer.groups?.find((each) => each.accepted);
  return group ? {name: readable(group.name), probability: group.probability, threshold: null}
    : {
      name: readable(answer.classes[0].class),
      probability: answer.classes[0].probability,
      threshold: answer.accepted === false ? answer.threshold : null,
    };
}

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
  large(prompt, winner(answer));
  verdict(prompt, winner(answer));
  table.hidden = rows.length === 0; // tags have no probabilities
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

/** The answer, large. It is marked if it is below the threshold. */
function large(prompt, {name, probability, threshold}) {
  element('best-name').textContent = name;
  element('best-share').textContent = probability === null ? '' : percent(probability) + (threshold === null ? '' : `, ${BELOW}`);
  element('answer').classList.toggle('crafted-answer', !prompt.learned);
}

/** The answer in a sentence, which is read out too. */
function verdict(prompt, {name, probability, threshold}) {
  const bold = document.createElement('b');
  bold.className = prompt.learned ? 'learned' : 'crafted';
  bold.textContent = name;
  element('verdict').replaceChildren(`The ${prompt.learned ? 'learned classifier' : 'hand-crafted prompt'} says `, bold,
    probability === null ? '.' : `, ${percent(probability)}` + (threshold === null ? '.'
      : `, below its threshold of ${percent(threshold)}: the image may show none of these classes.`));
  element('verdict').classList.toggle('unseen', threshold === null); // the large answer is enough for the eye
}

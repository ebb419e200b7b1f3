// What keys mean. A key acts once per press. Digits are found by their place on the keyboard, because some layouts
// write other signs there. Letters have no case.

const LETTERS = 'abcdefghijklmnopqrtvwxyz'; // without s (skip) and u (undo)
const KEYS = '123456789' + LETTERS;
const SIGNS = {'/': 'find', '?': 'keys', '+': 'enlarge', s: 'skip', u: 'undo'};
const NAMED = {Enter: 'confirm', ' ': 'toggle', Escape: 'clear'};

/** The key of a class as it is written on the keyboard, or empty. It depends on the number of the class alone. */
export function keyOf(number) {
  return number === -1 ? '0' : (KEYS[number] ?? '').toUpperCase();
}

/**
 * Returns what a key asks for: the number of a class, or the name of an action; `repeated` for a held key; null if it
 * means nothing here.
 *
 * @param shortcuts false if single characters mean nothing
 */
export function meaning({key, code = '', ctrlKey, metaKey, altKey, repeat}, shortcuts = true) {
  if (ctrlKey || metaKey || altKey) {
    return !altKey && key.toLowerCase() === 'z' ? (repeat ? 'repeated' : 'undo') : null;
  }
  if (key.startsWith('Arrow')) {
    return 'move';
  }
  const place = key.length === 1 ? /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1] : undefined;
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase()
    : key.length === 1 && key > '\u007f' && code.startsWith('Key') ? code.slice(3).toLowerCase() : key;
  const sign = SIGNS[letter] ?? (code === 'Equal' && key === '=' ? 'enlarge' : undefined);
  const digit = place ?? letter;
  const number = digit === '0' ? -1 : KEYS.indexOf(digit);
  const character = sign ?? (number >= 0 || digit === '0' ? number : null);
  const known = NAMED[key] ?? (shortcuts && key.length === 1 ? character : null);
  return known !== null && repeat ? 'repeated' : known;
}

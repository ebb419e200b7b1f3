// Requests to the server of a page. The tab keeps the token until it is closed.

const TOKEN = 'kgcoop-token';

let current = '';
try {
  current = sessionStorage.getItem(TOKEN) || '';
} catch {
  // Without storage, the page asks again after a reload.
}

export function token() {
  return current;
}

export function keepToken(value) {
  current = value;
  try {
    sessionStorage.setItem(TOKEN, value);
  } catch {
    // as above
  }
}

/**
 * Returns a successful response. Otherwise throws an Error with the message of the server, and with its
 * status and JSON as `status` and `body`.
 */
export async function fetched(path, options = {}) {
  const headers = current ? {Authorization: 'Bearer ' + current} : {};
  let response;
  try {
    response = await fetch(path, {...options, headers});
  } catch (e) {
    throw e.name === 'AbortError' ? e : new Error('The server cannot be reached.');
  }
  if (response.ok) {
    return response;
  }
  const body = await response.json().catch(() => ({}));
  const error = new Error(body.error || 'The server answered with status ' + response.status + '.');
  error.status = response.status;
  error.body = body;
  error.wait = Number(response.headers.get('Retry-After')) || 1;
  throw error;
}

/** Sends JSON and returns the JSON of the answer. */
export async function posted(path, body) {
  return (await fetched(path, {method: 'POST', body: JSON.stringify(body)})).json();
}

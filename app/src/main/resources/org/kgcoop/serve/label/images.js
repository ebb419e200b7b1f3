// Loads the images of the session. The tab keeps a few hundred of them.

import {fetched} from '/page/requests.js';

const MOST = 400;
const RETRY = 2000; // milliseconds
const urls = new Map(); // of blobs, by their address; the oldest first

/** Loads an image before it is shown. */
export function picture(image, size) {
  const path = `/label/images/${image}?size=${size}`;
  if (!urls.has(path)) {
    const url = fetched(path).then((r) => r.blob()).then((blob) => URL.createObjectURL(blob));
    url.catch(() => urls.delete(path));
    urls.set(path, url);
    if (urls.size > MOST) {
      const [oldest, old] = urls.entries().next().value;
      urls.delete(oldest);
      old.then((u) => URL.revokeObjectURL(u)).catch(() => {});
    }
  }
  return urls.get(path);
}

/** A tile of a grid: an image, and the tag with its class. */
export function tileOf() {
  const tile = document.createElement('div');
  tile.className = 'tile';
  tile.setAttribute('role', 'option');
  const img = document.createElement('img');
  img.alt = '';
  const tag = document.createElement('span');
  tag.className = 'tag';
  tile.append(img, tag);
  return tile;
}

/** Shows an image in an element. Nothing is shown until it is loaded. */
export function show(img, image, size) {
  if (img.dataset.image !== String(image)) {
    img.removeAttribute('src');
  }
  img.dataset.image = image;
  picture(image, size).then((url) => {
    if (img.dataset.image === String(image)) {
      img.src = url;
    }
  }).catch(() => setTimeout(() => {
    if (img.isConnected && img.dataset.image === String(image)) {
      show(img, image, size);
    }
  }, RETRY));
}

// The geometry of the grid of all images. Only the rows near the window exist, so that 100,000 images stay usable.

export const GAP = 8; // pixels between tiles
const ROOM = 1; // windows of rows above and below the visible ones

/** The columns and the side of a tile, for a width and the least side in pixels. */
export function layoutOf(width, least = 144) {
  const columns = Math.max(2, Math.floor((width + GAP) / (least + GAP)));
  return {columns, side: Math.max(40, Math.floor((width - GAP * (columns - 1)) / columns))};
}

/** The first and the last place (exclusive) of the rows near the window. */
export function nearby(top, height, count, {columns, side}) {
  const row = side + GAP;
  const first = Math.max(0, Math.floor((top - ROOM * height) / row)) * columns;
  return [Math.min(count, first), Math.min(count, Math.ceil((top + (1 + ROOM) * height) / row) * columns)];
}

/** The left and the upper edge of a place. */
export function cornerOf(place, {columns, side}) {
  return {x: (place % columns) * (side + GAP), y: Math.floor(place / columns) * (side + GAP)};
}

/** The places of the tiles that a rectangle touches, from one corner {x, y} to another one. */
export function touched(from, to, count, {columns, side}) {
  const cell = side + GAP;
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)].map((x) => Math.max(0, Math.min(columns - 1, Math.floor(x / cell))));
  const [first, last] = [Math.min(from.y, to.y), Math.max(from.y, to.y)].map((y) => Math.max(0, Math.floor(y / cell)));
  const places = [];
  for (let row = first; row <= last; row++) {
    for (let column = left; column <= right; column++) {
      if (row * columns + column < count) {
        places.push(row * columns + column);
      }
    }
  }
  return places;
}

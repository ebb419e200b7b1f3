// Notes, independently of the page, for which pictures keys are pressed. A picture is known by the address from which its
// bytes came, not by what the page says about it. `log` has the answers that the page took: without a refusal in the same moment.

(() => {
  const sources = new WeakMap(); // the address of each blob
  const numbers = new Map(); // the image of each address of a blob
  const log = [];
  const tabs = new Set();
  const refused = new Set();
  const replies = []; // explain a failure
  addEventListener('beforeunload', (event) => event.stopImmediatePropagation());

  const {blob} = Response.prototype;
  Response.prototype.blob = async function () {
    const made = await blob.call(this);
    sources.set(made, this.url);
    return made;
  };
  const create = URL.createObjectURL;
  URL.createObjectURL = (made) => {
    const url = create.call(URL, made);
    numbers.set(url, Number(/images\/(\d+)/.exec(sources.get(made))?.[1] ?? -1));
    return url;
  };

  const send = window.fetch;
  const wait = () => window.late && new Promise((done) => setTimeout(done, (window.late[0] + Math.random() * (window.late[1] - window.late[0])) / 2));
  window.fetch = async (path, options) => {
    const body = options?.body ? JSON.parse(options.body) : {};
    if (body.browser) {
      tabs.add(body.browser);
    }
    if (!body.request) {
      return send(path, options);
    }
    await wait();
    const sent = [body.request, path, body.run, JSON.stringify(body.labels ?? body.wanted ?? ''), 'no reply'];
    replies.push(sent);
    const reply = await send(path, options);
    sent[4] = reply.status;
    await wait();
    return reply;
  };

  const text = (id) => document.getElementById(id)?.textContent ?? '';
  const imageOf = (img) => (img?.complete && img.naturalWidth ? numbers.get(img.currentSrc) ?? -1 : -1);
  const large = () => imageOf(document.getElementById('large'));
  const tiles = () => [...document.querySelectorAll('.tile')].map((tile) => ({
    image: imageOf(tile.querySelector('img')), isSent: tile.classList.contains('sent'), isSelected: tile.getAttribute('aria-selected') === 'true',
    name: tile.querySelector('.tag')?.textContent ?? document.querySelector('#grid-heading em')?.textContent,
  }));
  const labelOf = (key) => (/^\d$/.test(key) ? Number(key) - 1 : key === 's' ? -2 : undefined);
  const kept = () => /^Keep “(.*)”$/.exec(document.querySelector('#confirm')?.textContent ?? '')?.[1];

  let before = null;
  addEventListener('keydown', ({key, target}) => {
    before = target.matches?.('input, textarea, select') ? null
      : {key, screen: document.body.dataset.screen, image: large(), tiles: tiles(), kept: kept()};
  }, true);
  addEventListener('keydown', () => {
    if (!before) {
      return;
    }
    const {key, screen, image, tiles: was, kept: name} = before;
    const notice = text('notice');
    const now = tiles();
    const label = labelOf(key);
    const isMark = screen === 'grid' && was.some((tile, i) => tile.name !== now[i]?.name); // undo took back a mark
    if (key === 'u' && notice === '' && !isMark) {
      log.push({undo: true, screen});
    } else if (screen === 'single' && label !== undefined && notice === '') {
      log.push({labels: {[image]: label}, screen, at: performance.now()});
    } else if (screen === 'single' && key === 'Enter' && name && notice === '') {
      log.push({labels: {[image]: name}, screen});
    } else if (screen === 'grid' && key === 'Enter') {
      const sent = now.filter((tile, i) => tile.isSent && !was[i]?.isSent);
      if (sent.length) {
        log.push({labels: Object.fromEntries(sent.map((tile) => [tile.image, tile.name])), screen});
      }
    } else if (screen === 'all' && label !== undefined) {
      const left = new Set(now.filter((tile) => tile.isSelected).map((tile) => tile.image));
      const given = was.filter((tile) => tile.isSelected && !left.has(tile.image));
      if (given.length) {
        log.push({labels: Object.fromEntries(given.map((tile) => [tile.image, label])), screen});
      }
    }
  });

  // The page names what it did not store, and what had been answered elsewhere.
  new MutationObserver(() => {
    const notice = text('notice');
    if (/^Not stored|elsewhere meanwhile/.test(notice)) {
      const notices = (window.observer.notices ??= []);
      if (notices[notices.length - 1] !== notice) {
        notices.push(notice);
      }
      (notice.match(/\d{4}\.png/g) ?? []).forEach((each) => refused.add(each));
    }
  }).observe(document, {subtree: true, childList: true, characterData: true});

  window.observer = {
    log, tabs, refused, replies, large,
    depth: () => log.reduce((depth, each) => depth + (each.undo ? -1 : 1), 0),
    isWorking: () => ['single', 'grid', 'all', 'finish'].includes(document.body.dataset.screen) && !text('problem'),
    selectTile: (i) => {
      const tile = document.querySelectorAll('#all-space .tile')[i];
      tile?.dispatchEvent(new MouseEvent('click', {bubbles: true, detail: 1}));
    },
    offer(pattern) {
      const button = [...document.querySelectorAll('#offers button')].find((each) => pattern.test(each.textContent));
      button?.click();
      return Boolean(button);
    },
  };
})();

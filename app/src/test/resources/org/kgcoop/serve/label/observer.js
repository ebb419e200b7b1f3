// Notes, independently of the page, for which pictures keys are pressed. A picture is known by the address from which its
// bytes came, not by what the page says about it; one that does not load, and that is skipped, by its name. `log` has the answers
// that the page took: without a refusal in the same moment.

(() => {
  const sources = new WeakMap(); // the address of each blob
  const numbers = new Map(); // the image of each address of a blob
  const log = [];
  const tabs = new Set();
  const refused = []; // an image once per answer that was not stored
  const notices = [];
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
    const sent = [body.request, path, body.run, JSON.stringify({...body, browser: undefined, run: undefined, request: undefined}), 'no reply', document.body.dataset.screen];
    replies.push(sent);
    const reply = await send(path, options);
    sent[4] = reply.status;
    await wait();
    return reply;
  };

  const text = (id) => document.getElementById(id)?.textContent ?? '';
  const imageOf = (img) => (img?.complete && img.naturalWidth ? numbers.get(img.currentSrc) ?? -1 : -1);
  const large = () => imageOf(document.getElementById('large'));
  const skipped = () => /^(\S+) is loading/.exec(text('image-name'))?.[1];
  const tiles = () => [...document.querySelectorAll('.tile')].map((tile) => ({
    image: imageOf(tile.querySelector('img')), isSent: tile.classList.contains('sent'), isSelected: tile.getAttribute('aria-selected') === 'true',
    name: tile.querySelector('.tag')?.textContent ?? document.querySelector('#grid-heading em')?.textContent,
  }));
  const labelOf = (key) => (/^\d$/.test(key) ? Number(key) - 1 : key === 's' ? -2 : undefined);
  const kept = () => /^Keep “(.*)”$/.exec(document.querySelector('#confirm')?.textContent ?? '')?.[1];

  let before = null;
  addEventListener('keydown', ({key, target}) => {
    before = target.matches?.('input, textarea, select') ? null
      : {key, screen: document.body.dataset.screen, image: large() < 0 ? skipped() ?? -1 : large(), tiles: tiles(), kept: kept()};
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

  // The page names what it did not store, and what had been answered elsewhere. Until the person does something, it adds to the names.
  let named = [];
  new MutationObserver(() => {
    const notice = text('notice');
    const isRefusal = /Not stored|elsewhere meanwhile/.test(notice);
    const names = isRefusal ? notice.match(/\d{4}\.png/g) : [];
    const isMore = names.length > named.length && named.every((each, i) => each === names[i]);
    const isSame = names.join() === named.join();
    refused.push(...(isSame ? [] : isMore ? names.slice(named.length) : names));
    if (isRefusal && !isSame) {
      notices.push(notice);
    }
    named = names;
  }).observe(document, {subtree: true, childList: true, characterData: true});

  window.observer = {
    log, tabs, refused, notices, replies, large,
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

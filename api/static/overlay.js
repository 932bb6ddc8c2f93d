// Keeps the overlay true: each event is the whole state; ages go on, silence greys. For Chrome 103 and later.
(function () {
  "use strict";
  var SILENCE_MS = 6000;
  var RECREATE_MS = 10000;
  var SMALLEST_MODULE = 8;
  var SMALLEST_CODE = 344;
  var root = document.documentElement;
  var hidden = root.dataset.hide;
  var heardAt = performance.now();
  var openedAt = 0;
  var patience = 2000;
  var source = null;
  var ended = false;
  var cold = null;
  // The server's clock by one that nobody sets. What came late makes it slow, never fast.
  var ahead = root.dataset.now - performance.now();

  function each(selector, act) { document.querySelectorAll(selector).forEach(act); }

  function at(state, path) {
    return path.split(".").reduce(function (value, name) { return value == null ? value : value[name]; }, state);
  }

  function say(element, value) {
    var text = value === null ? root.dataset.none : value === undefined ? "" : String(value);
    element.classList.toggle("none", value === null);
    if (element.textContent !== text) element.textContent = text;
  }

  // The state of a lot, or of a room: that has the lot's under "product", which is null while nothing is on.
  function show(state) {
    var isRoom = "product" in state && "phase" in state;
    var goods = isRoom ? state.product : state;
    root.dataset.shown = goods ? "goods" : "nothing";
    if (goods) {
      root.dataset.state = goods.state;
      root.dataset.lab = goods.lab_standing;
      root.dataset.fresh = goods.cold.freshness;
      each("[data-text]", function (element) { say(element, at(goods, element.dataset.text)); });
    }
    if (isRoom) showRoom(state);
    tidy();
    cold = goods && goods.cold;
    if (cold) ahead = Math.max(ahead, cold.at_ms - performance.now());
    grow();
  }

  // The age of the newest value goes on by itself. Why none follows, only the server knows.
  function grow() {
    if (!cold || cold.taken_at_ms === null) return;
    var age = Math.max(0, ahead + performance.now() - cold.taken_at_ms);
    var isSilent = "silent" in root.dataset;
    var isStale = cold.freshness === "stale" || age > cold.stale_after_ms;
    root.dataset.fresh = isStale || isSilent ? "stale" : "live";
    var said = isStale && !isSilent ? root.dataset.quiet : root.dataset.ago;
    each("[data-text='cold.age']", function (element) { say(element, said.replace("{span}", span(age))); });
  }

  function span(lengthMs) {
    var seconds = Math.floor(lengthMs / 1000), minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
    var size = minutes < 1 ? 0 : hours < 1 ? 1 : hours < 48 ? 2 : 3;
    var parts = { seconds: seconds, minutes: size < 2 ? minutes : minutes % 60, hours: size < 3 ? hours : hours % 24, days: Math.floor(hours / 24) };
    return root.dataset.spans.split("|")[size].replace(/\{(\w+)\}/g, function (_, name) { return parts[name]; });
  }

  // What has nothing to say is not there, nor what has no place: the facts, then points from the last, always whole.
  function tidy() {
    each("[data-maybe]", function (element) {
      var saying = element.querySelectorAll("[data-text],[data-room],[data-list]");
      element.hidden = ![element].concat(Array.from(saying)).some(function (one) {
        return (one !== element || !saying.length) && one.textContent.trim();
      });
    });
    var side = document.querySelector(".side");
    var least = Array.from(side.querySelectorAll(".points, .points p + p, .facts")).reverse();
    least.forEach(function (one) {
      if (side.scrollHeight > side.clientHeight + 1) one.hidden = true;
    });
  }

  function showRoom(state) {
    var off = Object.keys(state.cards).filter(function (name) { return !state.cards[name]; });
    root.dataset.hide = off.concat(hidden).join(" ");
    each("[data-room]", function (element) { say(element, at(state, element.dataset.room)); });
    each("[data-list]", function (list) {
      list.replaceChildren.apply(list, state[list.dataset.list].map(function (text) {
        var line = document.createElement("p");
        line.textContent = text;
        return line;
      }));
    });
    ended = state.phase === "ended";
    if (state.qr) draw(state.qr);
  }

  // Whole pixels a module: an encoder blurs what falls between them.
  function draw(code) {
    each("svg.qr", function (svg) {
      var side = code.modules * Math.max(SMALLEST_MODULE, Math.floor(SMALLEST_CODE / code.modules));
      svg.setAttribute("width", side);
      svg.setAttribute("height", side);
      svg.setAttribute("viewBox", "0 0 " + code.modules + " " + code.modules);
      svg.lastElementChild.setAttribute("d", "M0 .5" + code.strokes);
    });
  }

  function fit() {
    var style = getComputedStyle(root);
    var width = parseFloat(style.getPropertyValue("--width"));
    var height = parseFloat(style.getPropertyValue("--height"));
    root.style.setProperty("--scale", Math.min(innerWidth / width, innerHeight / height));
    tidy();
  }

  function open() {
    if (source) source.close();
    openedAt = performance.now();
    source = new EventSource(root.dataset.events);
    source.onmessage = function (event) {
      heardAt = performance.now();
      patience = 2000;
      delete root.dataset.silent;
      show(JSON.parse(event.data));
    };
  }

  // A 502 closes an EventSource for good, and a dead network may leave it open and silent: both end here.
  function watch() {
    var now = performance.now();
    var silent = now - heardAt;
    if (ended) return;
    if (silent > SILENCE_MS) {
      // The verdict too: nobody knows whether it still holds, and no host can hide its card.
      var lost = root.dataset.lost.replace("{seconds}", Math.round(silent / 1000));
      root.dataset.silent = "";
      each("[data-text='claim']", function (element) { say(element, lost); });
    }
    grow();
    var closed = source.readyState === EventSource.CLOSED && now - openedAt > patience;
    if (closed || (silent > RECREATE_MS && now - openedAt > RECREATE_MS)) {
      // Not all at once when the server is back.
      patience = Math.min(10000, patience * (1.2 + Math.random()));
      open();
    }
  }

  fit();
  addEventListener("resize", fit);
  open();
  setInterval(watch, 1000);
})();

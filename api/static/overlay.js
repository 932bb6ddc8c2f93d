// Keeps the overlay true: each event is the whole state; silence greys the live value. For Chrome 103 and later.
(function () {
  "use strict";
  var SILENCE_MS = 6000;
  var RECREATE_MS = 10000;
  var root = document.documentElement;
  var heardAt = performance.now();
  var openedAt = 0;
  var source = null;

  function at(state, path) {
    return path.split(".").reduce(function (value, name) { return value == null ? value : value[name]; }, state);
  }

  function show(state) {
    root.dataset.state = state.state;
    root.dataset.fresh = state.cold.freshness;
    root.dataset.alert = state.alert ? "shown" : "none";
    document.querySelectorAll("[data-text]").forEach(function (element) {
      var value = at(state, element.dataset.text);
      var text = value == null ? "–" : String(value);
      if (element.textContent !== text) element.textContent = text;
    });
    document.querySelectorAll("[data-path]").forEach(function (element) {
      element.setAttribute("d", at(state, element.dataset.path));
    });
  }

  function open() {
    if (source) source.close();
    openedAt = performance.now();
    source = new EventSource(root.dataset.events);
    source.onmessage = function (event) {
      heardAt = performance.now();
      show(JSON.parse(event.data));
    };
  }

  // A 502 closes an EventSource for good, and a dead network may leave it open and silent: both end here.
  function watch() {
    var now = performance.now();
    var silent = now - heardAt;
    if (silent > SILENCE_MS) {
      if (root.dataset.fresh === "live") root.dataset.fresh = "stale";
      document.querySelector("[data-text='cold.age']").textContent =
        root.dataset.lost.replace("{seconds}", Math.round(silent / 1000));
    }
    var closed = source.readyState === EventSource.CLOSED && now - openedAt > 2000;
    if (closed || (silent > RECREATE_MS && now - openedAt > RECREATE_MS)) open();
  }

  open();
  setInterval(watch, 1000);
})();
